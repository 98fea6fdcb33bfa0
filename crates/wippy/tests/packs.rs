//! Packs in the user's language: written in one directory, run from another that is empty.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "support/home.rs"]
mod home;
#[path = "support/server.rs"]
mod server;

use home::Home;
use server::Server;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What a run says.
struct Said {
    status: i32,
    out: String,
    err: String,
}

const TERMINAL: &str = "  - {name: terminal, kind: terminal.host, lifecycle: {auto_start: true}}\n";

/// One command, which says its arguments and ends with their number.
const COMMAND: &str = "  - name: job
    kind: process.lua
    meta: {command: {name: job, short: Counts}}
    modules: [io]
    imports: {names: app:names}
    source: file://job.lua
  - {name: names, kind: library.lua, source: file://names.lua}
";

const JOB: &str = "local io = require('io')
local names = require('names')
return { main = function(...)
  for _, name in ipairs({...}) do io.print(names.greeting(name)) end
  return select('#', ...)
end }
";

const NAMES: &str = "local names = {}
function names.greeting(who: string): string
  if who == 'nobody' then
    error('nobody is there')
  end
  return 'hello, ' .. who
end
return names
";

impl Home {
    /// Beside the application an empty directory `elsewhere`.
    fn new(entries: &str) -> Home {
        let home = Home::bare();
        fs::create_dir(home.path("elsewhere")).unwrap();
        home.write("app/src/_index.yaml", &format!("version: '1.0'\nnamespace: app\nentries:\n{entries}"));
        home.write("app/src/job.lua", JOB);
        home.write("app/src/names.lua", NAMES);
        home
    }

    fn said(&self, dir: &str, args: &[&str]) -> Said {
        Said::of(&self.command(dir, args).output().unwrap())
    }

    /// Packs the application to `app.wapp` beside `elsewhere`.
    #[track_caller]
    fn pack(&self, more: &[&str]) -> Said {
        let said = self.said("app", &[&["pack", "../app.wapp"], more].concat());
        assert_eq!(said.status, 0, "{}", said.err);
        said
    }

    /// Runs the pack from the empty directory.
    fn run(&self, args: &[&str]) -> Said {
        self.said("elsewhere", &[&["run"], args].concat())
    }
}

impl Said {
    fn of(output: &Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { status: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    #[track_caller]
    fn fails(&self, why: &str) {
        assert_eq!(self.status, 1, "{}{}", self.out, self.err);
        assert!(self.err.contains(why), "{}", self.err);
    }

    #[track_caller]
    fn ends(&self, status: i32, out: &str) {
        assert_eq!((self.status, &*self.out), (status, out), "{}", self.err);
    }
}

/// The whole answer without its date.
fn get(server: &Server, path: &str) -> String {
    let mut stream = TcpStream::connect(server.addr).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => _ = fs::copy(entry.path(), target).unwrap(),
        }
    }
}

fn hello() -> Home {
    let home = Home::new("");
    fs::remove_dir_all(home.path("app")).unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hello"), &home.path("app"));
    home
}

#[test]
fn the_example_answers_from_its_pack_as_from_its_files() {
    let home = hello();
    let port = ["-o", "app:gateway:addr=127.0.0.1:0"];
    let answers = |server: Server| ["/", "/hello/%3CAda%3E", "/nowhere"].map(|path| get(&server, path));
    let from_files = answers(Server::start(home.command("app", &[&["run"], &port[..]].concat())));
    assert!(from_files[1].contains("Hello, &lt;Ada&gt;!"), "{from_files:?}");
    for (flags, bytecode) in [(&[][..], false), (&["--bytecode"], true)] {
        let said = home.pack(&[&["--exclude", "app:greet"], flags].concat());
        assert!(said.out.starts_with("../app.wapp: 8 entries"), "{}", said.out);
        let command = home.command("elsewhere", &[&["run"], &port[..], &["../app.wapp"]].concat());
        assert_eq!(answers(Server::start(command)), from_files, "bytecode: {bytecode}");
    }
}

#[test]
fn a_pack_runs_its_only_command_or_the_one_that_is_named_or_serves() {
    let home = hello();
    home.pack(&[]);
    let greeted = "Hello, Ada!\nThe greeter has greeted 1 and is gone.\n";
    home.run(&["../app.wapp", "Ada"]).ends(0, greeted);
    home.run(&["../app.wapp", "greet", "Ada"]).ends(0, greeted);
    home.run(&["-x", "app:greet", "../app.wapp", "Ada"]).ends(0, greeted);
    let no_main = ["run", "-o", "app:greet:meta.command.main=false", "-o", "app:gateway:addr=127.0.0.1:0"];
    let server = Server::start(home.command("elsewhere", &[&no_main[..], &["../app.wapp"]].concat()));
    assert!(get(&server, "/").starts_with("HTTP/1.1 200 OK"));
    let said = home.run(&["-o", "app:greet:meta.command.main=false", "../app.wapp", "grete"]);
    said.fails("pack ../app.wapp has no command \"grete\"");
}

#[test]
fn arguments_go_in_and_the_exit_status_comes_out() {
    let home = Home::new(&format!("{TERMINAL}{COMMAND}"));
    for flags in [&[][..], &["--bytecode"]] {
        home.pack(flags);
        home.run(&["../app.wapp"]).ends(0, "");
        home.run(&["../app.wapp", "Ada", "--all"]).ends(2, "hello, Ada\nhello, --all\n");
    }
}

#[test]
fn of_several_commands_the_main_one_runs_or_all_are_named() {
    let command = |name: &str, main: &str| {
        format!(
            "  - {{name: {name}, kind: process.lua, meta: {{command: {{name: {name}{main}}}}}, modules: [io], \
             source: \"return function() require('io').print('{name}') end\"}}\n"
        )
    };
    let home = Home::new(&format!("{TERMINAL}{}{}", command("one", ""), command("two", "")));
    home.pack(&[]);
    home.run(&["../app.wapp"]).fails("several commands, name one behind it: one, two");
    home.run(&["../app.wapp", "two"]).ends(0, "two\n");
    let home = Home::new(&format!("{TERMINAL}{}{}", command("one", ""), command("two", ", main: true")));
    home.pack(&[]);
    home.run(&["../app.wapp"]).ends(0, "two\n");
    home.run(&["../app.wapp", "one"]).ends(0, "one\n");
}

#[test]
fn an_error_names_entry_and_line_as_from_source() {
    let home = Home::new(&format!("{TERMINAL}{COMMAND}"));
    let from_files = home.said("app", &["run", "job", "nobody"]);
    from_files.fails("app:names:4");
    assert!(from_files.err.contains("nobody is there"), "{}", from_files.err);
    for flags in [&[][..], &["--bytecode"]] {
        home.pack(flags);
        let said = home.run(&["../app.wapp", "nobody"]);
        assert_eq!((said.status, said.err), (1, from_files.err.clone()), "{flags:?}");
    }
}

/// Every kind that holds Lua, and what an entry of it declares.
const ALL_KINDS: &str = "  - name: job
    kind: process.lua
    meta: {command: {name: job}}
    modules: [io, funcs]
    memory: 64mb
    method: start
    source: |
      local io, funcs = require('io'), require('funcs')
      return { start = function()
        io.print(funcs.call('app:count', 2), funcs.call('app:count', 3))
      end, other = function() end }
  - name: count
    kind: function.lua
    pool: {type: inline}
    imports: {add: app:add, js: ':json'}
    source: |
      local add, js = require('add'), require('js')
      local total = 0
      return function(n) total = add(total, n) return js.encode({total = total}) end
  - {name: add, kind: module.lua, source: 'return function(a, b) return a + b end'}
";

#[test]
fn trees_run_as_their_sources_do() {
    let home = Home::new(&format!("{TERMINAL}{ALL_KINDS}"));
    let said = "{\"total\":2}\t{\"total\":5}\n";
    home.said("app", &["run", "job"]).ends(0, said);
    home.pack(&[]);
    home.run(&["../app.wapp"]).ends(0, said);
    home.pack(&["--bytecode"]);
    home.run(&["../app.wapp"]).ends(0, said);
    let pack = sys_pipeline::Pack::open(&home.path("app.wapp")).unwrap();
    let kinds: Vec<String> = pack.entries.iter().map(|e| format!("{} {}", e.id, e.kind)).collect();
    let expected = [
        "app:terminal terminal.host",
        "app:job process.lua.bc",
        "app:count function.lua.bc",
        "app:add library.lua.bc",
    ];
    assert_eq!(kinds, expected);
    for entry in &pack.entries[1..] {
        assert!(entry.data.get(&["source"]).is_none() && entry.data.get(&["tree"]).is_some(), "{}", entry.id);
    }
    assert!(!format!("{pack:?}").contains("total = add(total"), "no source is left");
}

#[test]
fn lua_that_does_not_compile_is_not_packed_as_a_tree() {
    let home = Home::new(&format!("{TERMINAL}{COMMAND}"));
    home.write("app/src/job.lua", "local = 1\n");
    home.write("app/src/names.lua", "goto nowhere\n");
    let said = home.said("app", &["pack", "../app.wapp", "--bytecode"]);
    said.fails("src/job.lua:1:7");
    said.fails("src/names.lua:1");
    assert!(!home.path("app.wapp").exists());
}

/// The pack of the application with trees, changed.
fn changed(home: &Home, change: impl Fn(&mut core_registry::Entry)) {
    home.pack(&["--bytecode"]);
    let mut entries = sys_pipeline::Pack::open(&home.path("app.wapp")).unwrap().entries;
    entries.iter_mut().filter(|entry| entry.id.as_str() == "app:names").for_each(change);
    let all: Vec<&core_registry::Entry> = entries.iter().collect();
    sys_pipeline::write_pack(&home.path("app.wapp"), &sys_pipeline::PackMeta::default(), &all).unwrap();
}

#[test]
fn bytecode_of_another_program_and_damaged_trees_are_refused_by_name() {
    let home = Home::new(&format!("{TERMINAL}{COMMAND}"));
    let fields = |entry: &mut core_registry::Entry| match &mut entry.data {
        infra_base::Data::Map(map) => std::mem::take(map),
        _ => panic!("a map"),
    };
    changed(&home, |entry| {
        let mut map = fields(entry);
        map.shift_remove("tree");
        for name in ["fs", "path", "hash"] {
            map.insert(name.into(), "x".into());
        }
        entry.data = infra_base::Data::Map(map);
    });
    let said = home.run(&["../app.wapp"]);
    said.fails("app:names: tree: missing: this is bytecode of another program (fs, path, hash)");
    assert!(!said.err.contains("unknown field"), "{}", said.err);
    changed(&home, |entry| _ = fields(entry));
    home.run(&["../app.wapp"]).fails("app:names: tree: required");
    for tree in [&b""[..], b"\x1bLua", b"return {}", b"\xff\xff"] {
        changed(&home, |entry| {
            let mut map = fields(entry);
            map.insert("tree".into(), infra_base::Data::Bytes(tree.into()));
            entry.data = infra_base::Data::Map(map);
        });
        home.run(&["../app.wapp"]).fails("app:names: tree: ");
    }
    changed(&home, |entry| {
        let mut map = fields(entry);
        map.insert("tree".into(), infra_base::Data::Int(1));
        entry.data = infra_base::Data::Map(map);
    });
    home.run(&["../app.wapp"]).fails("app:names: tree: bytes expected, this is a integer");
}

#[test]
fn types_of_trees_are_checked_as_those_of_sources() {
    let home = Home::new(&format!("{TERMINAL}{COMMAND}"));
    let strict = ["--set", "lua.type_system.strict=true", "--set", "lua.type_system.enabled=true"];
    let run = |more: &[&str]| home.run(&[&strict[..], &["../app.wapp"], more].concat());
    home.pack(&["--bytecode"]);
    run(&["Ada"]).ends(1, "hello, Ada\n");
    let wrong = JOB.replace("names.greeting(name)", "names.greeting(5)");
    home.write("app/src/job.lua", &wrong);
    home.pack(&[]);
    let from_source = run(&[]);
    from_source.fails("argument 1 of 'names.greeting': expected string, got 5");
    home.pack(&["--bytecode"]);
    let from_tree = run(&[]);
    from_tree.fails("app:job:4:59: argument 1 of 'names.greeting': expected string, got 5");
    let quiet = wrong.replace("greeting(5)) end", "greeting(5)) end -- lint: ignore E0000");
    home.write("app/src/job.lua", &quiet);
    home.pack(&["--bytecode"]);
    run(&[]).ends(0, "");
}

#[test]
fn code_of_trees_is_kept_between_runs() {
    let home = Home::new(&format!("{TERMINAL}{COMMAND}"));
    home.pack(&["--bytecode"]);
    let run = || home.run(&["-v", "--set", "lua.cache.enabled=true", "../app.wapp", "Ada"]);
    for counts in ["0 from cache, 2 compiled", "2 from cache, 0 compiled"] {
        let said = run();
        said.ends(1, "hello, Ada\n");
        assert!(said.err.contains(counts), "{}", said.err);
    }
}

#[test]
fn what_is_excluded_or_disabled_is_not_in_the_pack() {
    let home = Home::new(&format!(
        "{TERMINAL}{COMMAND}  - {{name: secret, kind: registry.entry, text: hidden}}\n  \
         - {{name: off, kind: registry.entry}}\n  - {{name: kept, kind: registry.entry}}\n"
    ));
    home.write("app/.wippy.yaml", "disable: {entries: ['app:off']}\n");
    let list = |flags: &[&str]| home.said("app", &[&["pack", "../app.wapp", "--list"], flags].concat());
    let all = list(&[]);
    assert_eq!(all.status, 0, "{}", all.err);
    assert!(all.out.ends_with("\n5 entries for ../app.wapp, which was not written\n"), "{}", all.out);
    assert!(all.out.contains("app:secret") && !all.out.contains("app:off"), "{}", all.out);
    assert!(!home.path("app.wapp").exists());
    let less = list(&["--exclude", "app:s*,app:k*"]);
    assert!(!less.out.contains("app:secret") && !less.out.contains("app:kept"), "{}", less.out);
    let odd = list(&["--exclude", "app:nothing", "--exclude-ns", "app.x"]);
    for pattern in ["app:nothing", "app.x"] {
        assert!(odd.err.contains(&format!("no entry fits the pattern {pattern}")), "{}", odd.err);
    }
    let said = list(&["--exclude", "secret"]);
    said.fails(
        "--exclude secret: a pattern must be namespace:name; --exclude-ns leaves out whole namespaces",
    );
    assert!(!said.err.contains("the application has mistakes"), "{}", said.err);
    for flags in [&["--exclude", "app:names"][..], &["--exclude", "app:names", "--bytecode"]] {
        let said = list(flags);
        assert_eq!(said.status, 0, "{}", said.err);
        assert!(said.err.contains("app:job: imports.names: app:names is not in the pack"), "{}", said.err);
    }
    assert!(!all.err.contains("is not in the pack"), "{}", all.err);
    list(&["--exclude-ns", "**"]).fails("there is no entry to pack");
}

#[test]
fn overrides_are_applied_when_it_is_made_and_when_it_runs() {
    let home = Home::new(&format!(
        "{TERMINAL}  - name: job
    kind: process.lua
    meta: {{command: {{name: job}}}}
    modules: [io, registry]
    source: |
      return function()
        local data = require('registry').get('app:settings').data
        require('io').print(data.a, data.b, data.c)
      end
  - {{name: settings, kind: registry.entry, a: 1, b: 1, c: '${{env:HOME}}'}}
"
    ));
    home.write("app/.wippy.yaml", "override: {'app:settings:b': 2}\n");
    home.pack(&[]);
    home.run(&["../app.wapp"]).ends(0, "1\t2\t${env:HOME}\n");
    home.run(&["-o", "app:settings:a=7", "../app.wapp"]).ends(0, "7\t2\t${env:HOME}\n");
    home.run(&["--set", "override.app:settings:a=8", "../app.wapp"]).ends(0, "8\t2\t${env:HOME}\n");
    home.write("elsewhere/.wippy.yaml", "override: {'app:settings:b': 3}\ndisable: {entries: ['app:x']}\n");
    home.run(&["../app.wapp"]).ends(0, "1\t3\t${env:HOME}\n");
    home.run(&["-o", "app:nothing:a=7", "../app.wapp"]).fails("app:nothing, which does not exist");
}

#[test]
fn what_a_pack_says_of_the_configuration_ranks_below_everything_of_the_user() {
    let home = Home::new(&format!(
        "{TERMINAL}  - name: job
    kind: process.lua
    meta: {{command: {{name: job}}}}
    modules: [io, registry]
    source: \"return function() require('io').print(require('registry').get('app:settings').data.a) end\"
  - {{name: settings, kind: registry.entry, a: 1}}
"
    ));
    home.pack(&[]);
    let with = |runtime: &str| {
        let entries = sys_pipeline::Pack::open(&home.path("app.wapp")).unwrap().entries;
        let all: Vec<&core_registry::Entry> = entries.iter().collect();
        let mut meta = sys_pipeline::PackMeta::default();
        meta.more.insert("runtime".into(), infra_codec::json::decode(runtime.as_bytes()).unwrap());
        sys_pipeline::write_pack(&home.path("app.wapp"), &meta, &all).unwrap();
    };
    with(
        r#"{"override": {"app:settings:a": 2}, "profiles": {"three": {"override": {"app:settings:a": 3}}}}"#,
    );
    home.run(&["../app.wapp"]).ends(0, "2\n");
    home.run(&["--profile", "three", "../app.wapp"]).ends(0, "3\n");
    home.run(&["--set", "override.app:settings:a=5", "../app.wapp"]).ends(0, "5\n");
    home.write("elsewhere/.wippy.yaml", "override: {'app:settings:a': 4}\n");
    home.run(&["../app.wapp"]).ends(0, "4\n");
    with(r#"{"vars": {"x": "${env:HOME}"}}"#);
    home.run(&["../app.wapp"]).fails("a pack can't read the environment");
    with(r#"{"workspace": {"replacements": {}}}"#);
    let said = home.run(&["-v", "../app.wapp"]);
    said.ends(0, "4\n");
    assert!(said.err.contains("workspace of a pack has no effect"), "{}", said.err);
}

#[test]
fn what_the_environment_says_never_gets_into_a_pack() {
    let home = Home::new("  - {name: db, kind: registry.entry, password: none, other: none}\n");
    home.write(
        "app/.wippy.yaml",
        "vars: {pw: 'pre-${env:PASSWORD}'}\noverride: {'app:db:password': '${pw}', 'app:db:other': {x: ['${env:PASSWORD}']}, 'app:db:plain': 1}\n",
    );
    let output = home.command("app", &["pack", "../app.wapp"]).env("PASSWORD", "hunter2").output().unwrap();
    let said = Said::of(&output);
    assert_eq!(said.status, 0, "{}", said.err);
    for key in ["app:db:password", "app:db:other"] {
        assert!(said.err.contains(&format!("override {key} reads the environment")), "{}", said.err);
    }
    assert!(!said.err.contains("app:db:plain"), "{}", said.err);
    let pack = sys_pipeline::Pack::open(&home.path("app.wapp")).unwrap();
    let db = &pack.entries[0].data;
    assert_eq!(db.get(&["password"]).and_then(infra_base::Data::as_str), Some("none"), "{db:?}");
    assert_eq!(db.get(&["plain"]), Some(&infra_base::Data::Int(1)));
    assert!(!format!("{pack:?}").contains("hunter2"));
}

#[test]
fn metadata_is_what_the_flags_say() {
    let home = Home::new("  - {name: a, kind: registry.entry}\n");
    let flags = ["-d", "A shop", "-t", "shop,web", "-t", "x", "--meta", "build=7", "--meta", "team=blue"];
    home.pack(&flags);
    let metadata = sys_pipeline::Pack::open(&home.path("app.wapp")).unwrap().metadata;
    let shown: Vec<String> = metadata
        .iter()
        .filter(|(key, _)| !matches!(&***key, "packed_at" | "wippy_version" | "wippy_date"))
        .map(|(key, value)| format!("{key} {value:?}"))
        .collect();
    let tags = "tags List([Text(\"shop\"), Text(\"web\"), Text(\"x\")])";
    let expected = [
        "build Int(7)",
        "description Text(\"A shop\")",
        "entry_count Int(1)",
        "resource_count Int(0)",
        tags,
        "team Text(\"blue\")",
    ];
    assert_eq!(shown, expected);
    let at = metadata["packed_at"].as_str().unwrap();
    assert!(at.len() == 20 && at.ends_with('Z'), "{at}");
    let refused = |flag: &[&str], why: &str| {
        home.said("app", &[&["pack", "x.wapp"], flag].concat()).fails(why);
        assert!(!home.path("app/x.wapp").exists());
    };
    refused(&["--meta", "wippy.x=1"], "metadata key wippy.x: the prefix wippy. is reserved");
    refused(&["--meta", "namespace=acme.shop"], "metadata key namespace is reserved");
    refused(&["--meta", "tags=1"], "metadata key tags is reserved, use --tags");
    refused(&["--meta", "x"], "key=value expected");
    refused(&["--embed", "app:files"], "--embed: this version has no directories");
    refused(&["--embed-all"], "--embed-all: this version has no directories");
    refused(&["--embed-all", "--embed", "app:files"], "cannot be used with");
    home.said("app", &["pack", "x.zip"]).fails("x.zip: a pack is named NAME.wapp");
}

#[test]
fn a_file_that_holds_no_entries_stops_the_pack() {
    let home = Home::new("  - {name: a, kind: registry.entry}\n");
    home.write("app/src/b.yaml", "namespace: app\nentrys: []\n");
    home.said("app", &["pack", "../app.wapp"]).fails("file ignored");
    assert!(!home.path("app.wapp").exists());
}

#[test]
fn a_pack_without_a_module_or_the_lock_is_not_made() {
    let home = Home::new("  - {name: a, kind: registry.entry}\n");
    home.said("app", &["pack", "../app.wapp", "-l", "other.lock"])
        .fails("lock file other.lock does not exist");
    let lock = "directories:\n  modules: .wippy\n  src: ./src\n";
    home.write("app/wippy.lock", &format!("{lock}modules:\n  - {{name: acme/names, version: v1.0.0}}\n"));
    let said = home.said("app", &["pack", "../app.wapp"]);
    said.fails("module acme/names is not there: .wippy/vendor/acme/names does not exist");
    assert!(said.err.contains("vendor the module"), "{}", said.err);
    assert!(!home.path("app.wapp").exists());
}

#[test]
fn an_override_that_stays_here_is_explained_where_it_comes_too_late() {
    let home = Home::new(
        "  - {name: db, kind: registry.entry, password: none}
  - {name: pw, kind: ns.requirement, default: none, targets: [{entry: db, path: .password}]}
  - {name: dep, kind: ns.dependency, component: app, parameters: [{name: pw, value: none}]}
",
    );
    for key in ["app:pw:default", "app:dep:version"] {
        home.write("app/.wippy.yaml", &format!("override: {{'{key}': '${{env:HOME}}'}}\n"));
        let said = home.pack(&[]);
        assert!(
            said.err.contains("override app:db:password in the configuration beside which it runs"),
            "{}",
            said.err
        );
    }
}

/// A module of the application that has a command, vendored.
#[test]
fn commands_of_modules_neither_run_nor_hide_those_of_the_pack() {
    let command = |text: &str, more: &str| {
        format!(
            "  - {{name: {text}, kind: process.lua, meta: {{command: {{name: job, short: Says it{more}}}}}, \
             modules: [io], source: \"return function(...) require('io').print('{text}', ...) end\"}}\n"
        )
    };
    let test = command("tests", ", use_case: test").replace("name: job", "name: check");
    let home = Home::new(&format!("{TERMINAL}{}{test}", command("own", "")));
    fs::create_dir_all(home.path("app/.wippy/vendor/acme/names")).unwrap();
    let module = format!("namespace: acme.names\nentries:\n{}", command("foreign", ", main: true"));
    home.write("app/.wippy/vendor/acme/names/_index.yaml", &module);
    let lock = "directories:\n  modules: .wippy\n  src: ./src\n";
    home.write("app/wippy.lock", &format!("{lock}modules:\n  - {{name: acme/names, version: v1.0.0}}\n"));
    home.pack(&[]);
    home.run(&["../app.wapp", "job", "Ada"]).ends(0, "own\tAda\n");
    home.run(&["../app.wapp", "Ada", "-x"]).ends(0, "own\tAda\t-x\n");
    home.run(&["../app.wapp", "check"]).ends(0, "tests\n");
    let listed = "Available commands:\n\n  check  Says it  (app:tests)\n  job    Says it  (app:own)\n\n\
                  Run with: wippy run ../app.wapp <command>\n";
    home.run(&["list", "../app.wapp"]).ends(0, listed);
}

#[test]
fn flags_behind_a_pack_that_nothing_takes_are_explained() {
    let home = Home::new("  - {name: a, kind: registry.entry}\n");
    home.pack(&[]);
    for flags in [&["-o", "app:a:b=1"][..], &["--profile", "x"], &["-x", "app:a"]] {
        let said = home.run(&[&["../app.wapp"], flags].concat());
        said.fails("flags of wippy stand in front of the pack");
        assert!(said.err.contains(flags[0]), "{}", said.err);
    }
}

#[test]
fn bytes_are_shown_by_their_number() {
    let home = Home::new(&format!("{TERMINAL}{COMMAND}"));
    home.pack(&["--bytecode"]);
    fs::create_dir_all(home.path("host/src")).unwrap();
    fs::create_dir_all(home.path("host/.wippy/vendor/acme")).unwrap();
    fs::copy(home.path("app.wapp"), home.path("host/.wippy/vendor/acme/app-v1.wapp")).unwrap();
    let lock = "directories:\n  modules: .wippy\n  src: ./src\n";
    home.write("host/wippy.lock", &format!("{lock}modules:\n  - {{name: acme/app, version: v1}}\n"));
    let pack = sys_pipeline::Pack::open(&home.path("app.wapp")).unwrap();
    let tree =
        pack.entries.iter().find(|entry| entry.id.as_str() == "app:names").unwrap().data.get(&["tree"]);
    let Some(infra_base::Data::Bytes(tree)) = tree else { panic!("{tree:?}") };
    for form in ["--yaml", "--json", "--raw"] {
        let said = home.said("host", &["registry", "show", "app:names", "--field", "tree", form]);
        assert_eq!(said.out.trim().trim_matches('"'), format!("{} bytes", tree.len()), "{}", said.err);
    }
    let whole = home.said("host", &["registry", "show", "app:names"]);
    assert!(whole.out.contains(" bytes") && !whole.out.contains('\u{fffd}'), "{}", whole.out);
}

#[test]
fn a_pack_that_is_damaged_or_missing_is_refused() {
    let home = Home::new("  - {name: a, kind: registry.entry}\n");
    home.pack(&[]);
    home.run(&["no.wapp"]).fails("pack no.wapp does not exist");
    let mut bytes = fs::read(home.path("app.wapp")).unwrap();
    bytes[280] ^= 1;
    fs::write(home.path("app.wapp"), &bytes).unwrap();
    home.run(&["../app.wapp"])
        .fails("pack ../app.wapp: hash of the data section does not match, the file is damaged");
    home.write("elsewhere/text.wapp", "no pack");
    home.run(&["text.wapp"]).fails("pack text.wapp: 7 bytes are too few for a pack");
    fs::create_dir(home.path("elsewhere/dir.wapp")).unwrap();
    home.run(&["dir.wapp"]).fails("pack dir.wapp is not a file");
}

#[test]
fn a_module_may_be_a_pack_if_it_is_the_one_of_the_lock() {
    let home =
        Home::new(&format!("{TERMINAL}{}", COMMAND.replace("names: app:names", "names: acme.names:names")));
    home.write(
        "app/src/_index.yaml",
        &fs::read_to_string(home.path("app/src/_index.yaml"))
            .unwrap()
            .replace("  - {name: names, kind: library.lua, source: file://names.lua}\n", ""),
    );
    fs::create_dir_all(home.path("module/src")).unwrap();
    let module =
        "namespace: acme.names\nentries:\n  - {name: names, kind: library.lua, source: file://names.lua}\n";
    home.write("module/src/_index.yaml", module);
    home.write("module/src/names.lua", NAMES);
    home.write("module/wippy.lock", "directories:\n  modules: .wippy\n  src: ./src\n");
    fs::create_dir_all(home.path("app/.wippy/vendor/acme")).unwrap();
    let place = "../app/.wippy/vendor/acme/names-v1.0.0.wapp";
    let lock = |hash: &str| {
        let directories = "directories:\n  modules: .wippy\n  src: ./src\n";
        let module = format!("modules:\n  - {{name: acme/names, version: v1.0.0{hash}}}\n");
        home.write("app/wippy.lock", &format!("{directories}{module}"));
    };
    for flags in [&[][..], &["--bytecode"]] {
        assert_eq!(home.said("module", &[&["pack", place], flags].concat()).status, 0);
        lock("");
        home.said("app", &["run", "job", "Ada"]).ends(1, "hello, Ada\n");
    }
    let shown =
        home.said("app", &["registry", "show", "acme.names:names", "--field", "meta.module", "--raw"]);
    shown.ends(0, "acme/names\n");
    let bytes = fs::read(home.path("module").join(place)).unwrap();
    let right = sha256(&bytes);
    lock(&format!(", hash: '{right}'"));
    home.said("app", &["run", "job", "Ada"]).ends(1, "hello, Ada\n");
    lock(&format!(", hash: '{}'", right.replace(|c: char| c.is_ascii_digit(), "a")));
    home.said("app", &["run", "job"]).fails("its hash is not the one in the lock file");
    // The module is a tree, the application has its source.
    lock("");
    home.write("app/src/job.lua", &JOB.replace("names.greeting(name)", "names.greeting(5)"));
    let strict = ["--set", "lua.type_system.strict=true", "--set", "lua.type_system.enabled=true"];
    let said = home.said("app", &[&["run"], &strict[..], &["job", "Ada"]].concat());
    said.fails("argument 1 of 'names.greeting': expected string, got 5");
    home.write("app/src/job.lua", JOB);
    // What the application packs holds its modules, too.
    home.pack(&[]);
    home.run(&["../app.wapp", "Ada"]).ends(1, "hello, Ada\n");
}

/// As the system's own program says.
fn sha256(bytes: &[u8]) -> String {
    let mut child =
        Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("coreutils");
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

#[test]
fn a_tree_that_nobody_would_read_is_not_packed() {
    let home = Home::new(COMMAND);
    home.write(
        "app/src/names.lua",
        &format!(
            "local text = '{}'\nreturn {{greeting = function() return text end}}\n",
            "x".repeat(5 << 20)
        ),
    );
    home.said("app", &["pack", "--bytecode", "../app.wapp"]).fails("its syntax tree has");
    assert!(!home.path("app.wapp").exists());
    home.pack(&[]);
}
