//! Compiled code between runs of the binary: found again, refused, and left alone where it is off.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "support/home.rs"]
mod home;

use home::Home;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run of the command says.
struct Said {
    cached: usize,
    compiled: usize,
    log: String,
}

const ENTRIES: &str = "version: '1.0'
namespace: app
entries:
  - {name: terminal, kind: terminal.host, lifecycle: {auto_start: true}}
  - {name: job, kind: process.lua, source: file://job.lua, modules: [io], imports: {names: 'app:names'}}
  - {name: names, kind: library.lua, source: file://names.lua}
  - {name: unused, kind: function.lua, source: 'return function() return 1 end'}
";

const JOB: &str = "local io = require('io')
local names = require('names')
return { main = function() io.print(names.greeting('Ada')) end }
";

const NAMES: &str = "return { greeting = function(who) return 'hello, ' .. who end }\n";

impl Home {
    /// An application of three Lua entries.
    fn new() -> Home {
        let home = Home::bare();
        home.write("app/.wippy.yaml", "version: '1.0'\nlua: {cache: {enabled: true}}\n");
        home.write("app/src/_index.yaml", ENTRIES);
        home.write("app/src/job.lua", JOB);
        home.write("app/src/names.lua", NAMES);
        home
    }

    fn job(&self, set: &[&str]) -> Command {
        let mut command = self.command("app", &["-v", "run", "-x", "app:job"]);
        set.iter().for_each(|set| _ = command.args(["--set", set]));
        command
    }

    /// Runs the job, which greets, whatever becomes of the cache.
    #[track_caller]
    fn run(&self, set: &[&str]) -> Said {
        said(self.job(set))
    }

    fn files(&self) -> Vec<PathBuf> {
        files(&self.path("app/.wippy/cache/lua"))
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut all: Vec<_> = entries.map(|e| e.expect("a readable folder").path()).collect();
    all.sort();
    all
}

#[track_caller]
fn said(mut command: Command) -> Said {
    let output = command.output().expect("it starts");
    let log = String::from_utf8(output.stderr).expect("text");
    assert_eq!(String::from_utf8(output.stdout).expect("text"), "hello, Ada\n", "{log}");
    assert!(output.status.success(), "{log}");
    let line =
        log.lines().find_map(|line| line.split_once("lua code: ")).expect("it says where code came from");
    let numbers: Vec<usize> = line.1.split(' ').filter_map(|word| word.parse().ok()).collect();
    Said { cached: numbers[0], compiled: numbers[1], log }
}

impl Said {
    #[track_caller]
    fn counts(&self, cached: usize, compiled: usize) -> &Said {
        assert_eq!((self.cached, self.compiled), (cached, compiled), "{}", self.log);
        self
    }

    /// Warnings, without time and level.
    fn warnings(&self) -> Vec<&str> {
        self.log.lines().filter(|line| line.contains("WARN")).collect()
    }

    #[track_caller]
    fn no_warning(&self) {
        assert_eq!(self.warnings(), [""; 0]);
    }

    #[track_caller]
    fn warns(&self, parts: &[&str]) {
        let warnings = self.warnings();
        assert_eq!(warnings.len(), 1, "{}", self.log);
        for part in parts {
            assert!(warnings[0].contains(part), "{part}: {}", warnings[0]);
        }
    }
}

#[test]
fn a_second_start_compiles_nothing() {
    let home = Home::new();
    home.run(&[]).counts(0, 3).no_warning();
    assert_eq!(home.files().len(), 3);
    assert!(home.path(".local/state/wippy/node.key").exists());
    home.run(&[]).counts(3, 0).no_warning();
    home.write("app/src/names.lua", &format!("-- longer\n{NAMES}"));
    home.run(&[]).counts(2, 1).no_warning();
    home.run(&[]).counts(3, 0).no_warning();
    // What is run once more as it was is there, too.
    home.write("app/src/names.lua", NAMES);
    home.run(&[]).counts(3, 0).no_warning();
}

#[test]
fn mistakes_are_told_with_and_without_a_cache() {
    let home = Home::new();
    home.run(&[]).counts(0, 3);
    home.write("app/src/names.lua", "return {\nfunction\n");
    let output = home.job(&[]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.contains("names.lua:"), "{told}");
    assert_eq!(home.files().len(), 3);
}

#[test]
fn spoilt_files_are_compiled_anew_and_replaced() {
    let home = Home::new();
    home.run(&[]).counts(0, 3);
    let path = home.files().into_iter().min_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let whole = fs::read(&path).unwrap();
    let mut spoilt = vec![Vec::new(), whole[..40].to_vec(), whole[..whole.len() - 1].to_vec()];
    spoilt.push([&whole[..], b"\n"].concat());
    // Every byte: crates/lua-engine/src/cache/tests.rs. Here head, MAC, and places all over the code.
    for at in (0..whole.len()).step_by(whole.len() / 20) {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        spoilt.push(changed);
    }
    for bytes in spoilt {
        fs::write(&path, &bytes).unwrap();
        let said = home.run(&[]);
        said.counts(2, 1).no_warning();
        assert!(said.log.contains("a cached file is not used"), "{}", said.log);
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
    home.run(&[]).counts(3, 0);
}

#[test]
fn code_of_another_nodes_key_is_not_taken() {
    let home = Home::new();
    home.run(&[]).counts(0, 3);
    // The same application for another user: his files under the names of this one's.
    let other = Home::new();
    other.run(&[]).counts(0, 3);
    for (own, foreign) in home.files().iter().zip(other.files()) {
        fs::copy(foreign, own).unwrap();
    }
    home.run(&[]).counts(0, 3).no_warning();
    home.run(&[]).counts(3, 0);
    // Both in one directory: neither is in the other's way.
    let dir = format!("lua.cache.dir={}", home.path("app/.wippy/cache/lua").display());
    other.run(&[&dir]).counts(0, 3).no_warning();
    home.run(&[]).counts(3, 0);
    other.run(&[&dir]).counts(3, 0);
}

#[test]
fn read_only_writes_nothing() {
    let home = Home::new();
    let read_only = ["lua.cache.mode=readonly"];
    home.run(&read_only).counts(0, 3).warns(&["there is no key at", "lua.cache.mode readwrite"]);
    assert!(home.files().is_empty() && !home.path(".local").exists());
    home.run(&[]).counts(0, 3);
    home.run(&read_only).counts(3, 0).no_warning();
    home.write("app/src/names.lua", &format!("-- longer\n{NAMES}"));
    let spoilt = &home.files()[0];
    fs::write(spoilt, "spoilt").unwrap();
    let before = home.files();
    assert!(home.run(&read_only).compiled >= 1);
    assert_eq!(home.files(), before);
    assert_eq!(fs::read(spoilt).unwrap(), b"spoilt");
}

#[test]
fn off_means_off() {
    for off in ["lua.cache.enabled=false", "lua.cache.mode=off", "lua.cache.compile.enabled=false"] {
        let home = Home::new();
        home.run(&[off]).counts(0, 3).no_warning();
        home.run(&[off]).counts(0, 3).no_warning();
        assert!(!home.path("app/.wippy").exists() && !home.path(".local").exists(), "{off}");
        home.run(&[]).counts(0, 3);
        home.run(&[off]).counts(0, 3).no_warning();
    }
}

#[test]
fn the_directory_is_relative_to_the_configuration() {
    let home = Home::new();
    fs::create_dir(home.path("etc")).unwrap();
    home.write("etc/wippy.yaml", "lua: {cache: {enabled: true, dir: kept/code}}\n");
    let with = || {
        let mut command = home.job(&[]);
        command.args(["--config", "../etc/wippy.yaml"]);
        said(command)
    };
    with().counts(0, 3).no_warning();
    assert_eq!(files(&home.path("etc/kept/code")).len(), 3);
    with().counts(3, 0).no_warning();
    assert!(!home.path("app/.wippy").exists());
}

#[test]
fn without_a_place_for_its_key_the_cache_is_off_and_says_why() {
    let home = Home::new();
    let with = |name: &str, value: Option<&Path>| {
        let mut command = home.job(&[]);
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        said(command)
    };
    with("HOME", None)
        .counts(0, 3)
        .warns(&["the cache of compiled code is off", "neither XDG_STATE_HOME nor HOME"]);
    with("HOME", Some(&home.path("app")))
        .counts(0, 3)
        .warns(&["set XDG_STATE_HOME to a directory elsewhere"]);
    let cache = home.path("app/.wippy/cache/lua");
    with("XDG_STATE_HOME", Some(&cache)).counts(0, 3).warns(&["set XDG_STATE_HOME to a directory elsewhere"]);
    home.write("file", "");
    with("XDG_STATE_HOME", Some(&home.path("file"))).counts(0, 3).warns(&["its key", "can't be"]);
    assert!(home.files().is_empty());
    with("XDG_STATE_HOME", Some(&home.path("state"))).counts(0, 3).no_warning();
    assert!(home.path("state/wippy/node.key").exists());
}

#[test]
fn a_directory_that_cannot_be_used_is_warned_about_once() {
    let home = Home::new();
    home.write("app/.wippy", "a file where the directory would be");
    let said = home.run(&[]);
    said.counts(0, 3);
    let warnings = said.warnings();
    assert_eq!(warnings.len(), 2, "{}", said.log);
    assert!(warnings[0].contains("compiled code can't be read"), "{}", said.log);
    assert!(warnings[1].contains("compiled code can't be kept"), "{}", said.log);
}

#[test]
fn nodes_that_start_at_once_share_a_directory() {
    let home = Home::new();
    let nodes: Vec<_> = (0..6)
        .map(|_| home.job(&[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    for node in nodes {
        let output = node.wait_with_output().unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "hello, Ada\n", "{log}");
        assert!(output.status.success() && !log.contains("WARN"), "{log}");
    }
    assert_eq!(home.files().len(), 3);
    home.run(&[]).counts(3, 0).no_warning();
}

/// Types that a start took from the cache, and that it checked.
#[track_caller]
fn types(said: &Said) -> (usize, usize) {
    let line = said.log.lines().find_map(|line| line.split_once("lua types: ")).expect("it says so");
    let numbers: Vec<usize> = line.1.split(' ').filter_map(|word| word.parse().ok()).collect();
    (numbers[0], numbers[1])
}

#[test]
fn a_second_start_checks_no_types() {
    let home = Home::new();
    let on = ["lua.type_system.enabled=true"];
    assert_eq!(types(&home.run(&on)), (0, 3));
    assert_eq!(home.files().len(), 6);
    assert_eq!(types(&home.run(&on)), (3, 0));
    // What a library tells of itself stays the same, so those that import it are not checked again.
    home.write("app/src/names.lua", &format!("-- longer\n{NAMES}"));
    assert_eq!(types(&home.run(&on)), (2, 1));
    home.write("app/src/names.lua", &NAMES.replace("return {", "return { more = 1,"));
    assert_eq!(types(&home.run(&on)), (1, 2));
    home.write("app/src/names.lua", NAMES);
    assert_eq!(types(&home.run(&on)), (3, 0));
    // Another list of modules decides, too.
    home.write("app/src/_index.yaml", &ENTRIES.replace("[io]", "[io, json]"));
    assert_eq!(types(&home.run(&on)), (2, 1));
    assert!(!home.run(&[]).log.contains("lua types:"), "they are not checked at all");
}

#[test]
fn spoilt_types_are_checked_anew_and_replaced() {
    let home = Home::new();
    let on = ["lua.type_system.enabled=true", "lua.cache.compile.enabled=false"];
    assert_eq!(types(&home.run(&on)), (0, 3));
    let files = home.files();
    assert_eq!(files.len(), 3);
    let whole: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    for (file, whole) in files.iter().zip(&whole) {
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        fs::write(file, changed).unwrap();
    }
    let said = home.run(&on);
    assert_eq!(types(&said), (0, 3));
    said.no_warning();
    assert_eq!(files.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>(), whole);
    // One entry's file under the name of another.
    fs::copy(&files[0], &files[1]).unwrap();
    assert_eq!(types(&home.run(&on)), (2, 1));
    assert_eq!(
        types(&home.run(&["lua.type_system.enabled=true", "lua.cache.typecheck.enabled=false"])),
        (0, 3)
    );
}

#[test]
fn mistakes_that_are_known_from_before_are_told_again() {
    let home = Home::new();
    home.write("app/src/names.lua", &format!("local n: number = 'three'\nprint(n)\n{NAMES}"));
    let on = ["lua.type_system.enabled=true"];
    let first = home.run(&on);
    first.warns(&["E0000", "app:names", "\"line\":1"]);
    let second = home.run(&on);
    assert_eq!(types(&second), (3, 0));
    second.warns(&["E0000", "app:names", "\"line\":1"]);
    let mut strict = home.job(&["lua.type_system.enabled=true", "lua.type_system.strict=true"]);
    let output = strict.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && told.contains("error[E0000]") && told.contains("names.lua:1:"),
        "{told}"
    );
}
