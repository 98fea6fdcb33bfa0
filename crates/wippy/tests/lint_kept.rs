//! What `wippy lint` found is found again while nothing changed, and nothing hostile is believed.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A user's home with an application in `app`: a library, a function that imports it, and one that stands alone.
struct Home(tempfile::TempDir);

/// What a run says.
struct Said {
    before: usize,
    checked: usize,
    text: String,
}

const ENTRIES: &str = "version: '1.0'
namespace: app
entries:
  - {name: names, kind: library.lua, source: file://names.lua}
  - {name: greet, kind: function.lua, source: file://greet.lua, imports: {names: names}}
  - {name: alone, kind: function.lua, source: 'return require(\"jsn\")', modules: [json]}
";

impl Home {
    fn new() -> Home {
        let home = Home(tempfile::tempdir().expect("a temporary folder"));
        fs::create_dir_all(home.path("app/src")).expect("a folder");
        home.write("app/wippy.lock", "directories:\n  modules: .wippy\n  src: ./src\n");
        home.write("app/src/_index.yaml", ENTRIES);
        home.write("app/src/names.lua", "local unused = 1\nreturn { known = function() return true end }\n");
        home.write("app/src/greet.lua", "return require(\"names\").known\n");
        home
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn write(&self, below: &str, text: &str) {
        fs::write(self.path(below), text).expect("a file");
    }

    /// Runs `wippy lint --rules`; there is one error and one warning, whatever is known from before.
    #[track_caller]
    fn lint(&self, more: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wippy"));
        command.args(["-v", "lint", "--rules"]).args(more).current_dir(self.path("app"));
        command.env_clear().env("HOME", self.0.path()).stdin(Stdio::null());
        let output = command.output().expect("it starts");
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let log = String::from_utf8(output.stderr).expect("text");
        let line = log.lines().find_map(|line| line.split_once("units: ")).expect("it says what it did").1;
        let numbers: Vec<usize> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(text.contains("module 'jsn' is not declared"), "{text}");
        assert!(text.contains("variable 'unused' is never read"), "{text}");
        Said { before: numbers[0], checked: numbers[1], text }
    }

    fn file(&self) -> PathBuf {
        let mut files: Vec<_> =
            fs::read_dir(self.path(".cache/wippy/lint")).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files.remove(0)
    }
}

impl Said {
    #[track_caller]
    fn counts(&self, before: usize, checked: usize) -> &Said {
        assert_eq!((self.before, self.checked), (before, checked));
        self
    }
}

#[test]
fn what_did_not_change_is_not_checked_again() {
    let home = Home::new();
    let first = home.lint(&[]);
    first.counts(0, 3);
    let second = home.lint(&[]);
    second.counts(3, 0);
    assert_eq!(first.text, second.text);
    home.write("app/src/greet.lua", "return require(\"names\").known -- again\n");
    home.lint(&[]).counts(2, 1);
    home.lint(&["--cache-reset"]).counts(0, 3);
    home.lint(&[]).counts(3, 0);
    // What an entry declares counts, too.
    home.write("app/src/_index.yaml", &ENTRIES.replace("modules: [json]", "modules: [json, time]"));
    home.lint(&[]).counts(2, 1);
}

#[test]
fn a_part_of_the_application_keeps_what_is_known_of_the_rest() {
    let home = Home::new();
    home.lint(&[]).counts(0, 3);
    home.write("app/src/_index.yaml", &ENTRIES.replace("namespace: app", "namespace: other"));
    home.lint(&["--ns", "other"]).counts(0, 3);
    home.lint(&[]).counts(3, 0);
}

#[test]
fn files_that_are_damaged_are_replaced() {
    let home = Home::new();
    home.lint(&[]).counts(0, 3);
    let good = fs::read(home.file()).unwrap();
    let mut changed = good.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    for bad in [&b""[..], b"x", &good[..good.len() / 2], &changed, &[good.as_slice(), b"more"].concat()] {
        fs::write(home.file(), bad).unwrap();
        home.lint(&[]).counts(0, 3);
        assert_eq!(fs::read(home.file()).unwrap(), good);
    }
}

#[test]
fn without_a_place_to_keep_it_everything_is_checked() {
    let home = Home::new();
    home.write(".cache", "no directory");
    home.lint(&[]).counts(0, 3);
    home.lint(&[]).counts(0, 3);
}
