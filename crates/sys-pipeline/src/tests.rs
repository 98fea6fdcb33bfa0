//! Snapshots: a directory written as one text goes in, entries and mistakes come out.

use crate::{Changes, Lock, Plan, Prepared, load, override_from_text, parse_file, prepare};
use core_registry::Entry;
use expect_test::{Expect, expect};
use infra_base::{Data, Diagnostic, Error, SourceFile};
use infra_codec::json;
use infra_config::{Config, Disable, Pattern, Sources};
use std::path::Path;
use std::sync::Arc;

/// Writes files given as `//- path` and lines below it.
fn fixture(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for part in text.split("//- ").skip(1) {
        let (name, body) = part.split_once('\n').unwrap();
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, body).unwrap();
    }
    dir
}

fn shown(dir: &Path, entries: &[Arc<Entry>], told: &[Diagnostic]) -> String {
    let mut out = String::new();
    for e in entries {
        let json = |data: &Data| String::from_utf8(json::encode(data)).unwrap();
        let meta = if e.meta.is_empty() { String::new() } else { json(&Data::Map(e.meta.clone())) };
        out.push_str(&format!("{} {} {meta} {}\n", e.id, e.kind, json(&e.data)));
    }
    for d in told {
        out.push_str(&format!("{:?}: {}", d.severity, d.one_line()));
        for label in &d.labels {
            let text = label.file.text[label.span.clone()].lines().next().unwrap_or_default();
            out.push_str(&format!(" `{text}`{}", label.text));
        }
        out.push_str(&d.help.as_ref().map_or_else(|| "\n".into(), |h| format!(" | {h}\n")));
    }
    out.replace(&format!("{}/", dir.display()), "").replace(&dir.display().to_string(), "ROOT")
}

/// Runs all stages over `src` of the fixture, with what `.wippy.yaml` and `wippy.lock` say.
fn check(text: &str, args: &[&str], expected: Expect) {
    let dir = fixture(text);
    let config_file = dir.path().join(".wippy.yaml");
    let files = if config_file.exists() { vec![config_file] } else { vec![] };
    let sources = Sources { files, ..Sources::default() };
    let config = infra_config::load(&sources, &|_| None).unwrap().config;
    let lock = match Lock::read(&dir.path().join("wippy.lock")) {
        Ok(found) => found.map_or_else(|| Lock::absent(dir.path()), |(lock, _)| lock),
        Err(e) => return expected.assert_eq(&shown(dir.path(), &[], e.diagnostics())),
    };
    let mut overrides = config.overrides.clone();
    overrides.extend(args.iter().map(|a| override_from_text(a).unwrap()));
    let plan = Plan::new(dir.path(), &lock, &config);
    let changes = Changes { overrides, disabled: config.disable, ..Changes::default() };
    let out = match prepare(load(&plan), &changes) {
        Ok(Prepared { entries, warnings }) => shown(dir.path(), &entries, &warnings),
        Err(e) => shown(dir.path(), &[], e.diagnostics()),
    };
    expected.assert_eq(&out);
}

#[test]
fn files_become_entries() {
    check(
        "//- src/_index.yaml
version: '1.0'
namespace: app
meta: {owner: team, tags: {a: 1, b: 2}}
entries:
  - name: hello
    kind: function.lua
    meta: {comment: hi, tags: {b: 3}}
    source: file://hello.lua
    modules: [http, json]
    pool: {size: 2}
  - name: wrapped
    kind: registry.entry
    data: {anything: [1, 2.5, null]}
    dropped: true
//- src/hello.lua
return 1
//- src/sub/one.yml
namespace: app.sub
name: single
kind: registry.entry
version: '1.0'
text: file:///hello.lua
//- src/sub/two.json
{
\t\"namespace\": \"app.json\",
\t\"entries\": [{\"name\": \"j\", \"kind\": \"registry.entry\"}]
}
//- src/other.yaml
services: {db: {image: postgres}}
",
        &[],
        expect![[r#"
            app:hello function.lua {"owner":"team","tags":{"a":1,"b":3},"comment":"hi"} {"source":"return 1\n","modules":["http","json"],"pool":{"size":2}}
            app:wrapped registry.entry {"owner":"team","tags":{"a":1,"b":2}} {"anything":[1,2.5,null]}
            app.sub:single registry.entry  {"text":"return 1\n"}
            app.json:j registry.entry  {}
            Warning: src/_index.yaml:14:5: field dropped is dropped: the entry has its data under `data` `dropped`
        "#]],
    );
}

#[test]
fn mistakes_in_files() {
    check(
        "//- src/a.yaml
namespace: app
entries:
  - name: x
  - kind: y
  - just text
  - {name: [1], kind: k, meta: 5}
  - name: bad
    kind: function.lua
    source: file://helo.lua
    other: file://../secret.txt
    third: file:///sub/../../secret.txt
    dir: file://sub
//- src/b.yaml
namespace: app
\tentries: []
//- src/c.yaml
namespace: a:b
entries: []
//- src/d.yaml
namespace: app
entries: 5
//- src/hello.lua
//- src/sub/x.txt
//- secret.txt
",
        &[],
        expect![[r#"
            Error: src/a.yaml:3:5: entry without kind `name: x` | every entry needs `kind:`
            Error: src/a.yaml:4:5: entry without name `kind: y` | every entry needs `name:`
            Error: src/a.yaml:5:5: an entry must be a map, this is a text `just text`
            Error: src/a.yaml:6:32: meta must be a map, this is an integer `5`
            Error: src/a.yaml:6:12: name must be a text, this is a list `[1]`
            Error: src/a.yaml:9:13: src/helo.lua does not exist, did you mean hello.lua? `file://helo.lua`
            Error: src/a.yaml:10:12: file://../secret.txt leads out of src `file://../secret.txt`
            Error: src/a.yaml:11:12: file:///sub/../../secret.txt leads out of src `file:///sub/../../secret.txt`
            Error: src/a.yaml:12:10: src/sub is not a file `file://sub`
            Error: src/b.yaml:2:1: a tab is not allowed here `	` | indent with spaces
            Error: src/c.yaml:1:12: namespace must be a text without `:` `a:b`
            Error: src/d.yaml:2:10: entries must be a list, this is an integer `5`
        "#]],
    );
}

#[test]
fn odd_files_only_warn() {
    check(
        "//- src/a.yaml
entries:
  - {name: x, kind: registry.entry}
//- src/b.yaml
namespace: app
thing: 1
//- src/c.yaml
key: {{ template }}
\tno yaml at all
//- src/d.yaml
namespace: app
entries:
  - {name: x, kind: registry.entry, n: 1}
extra: 1
//- src/e.yaml
namespace: app
entries:
  - {name: x, kind: registry.entry, n: 2}
",
        &[],
        expect![[r#"
            app:x registry.entry  {"n":2}
            Warning: src/a.yaml:1:1: file ignored: it has entries but no namespace `entries` | add `namespace: app` above the entries
            Warning: src/b.yaml:1:1: file ignored: it has a namespace, but neither entries nor a name and a kind `namespace`
            Warning: src/d.yaml:4:1: key extra beside entries has no effect `extra`
            Warning: src/e.yaml:3:12: app:x: there are two entries of this id, this one stays `x` `x`the other one
        "#]],
    );
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out() {
    let dir = fixture(
        "//- src/a.yaml\nnamespace: app\nname: x\nkind: k\nsource: file://link.lua\n//- secret.lua\n",
    );
    std::os::unix::fs::symlink(dir.path().join("secret.lua"), dir.path().join("src/link.lua")).unwrap();
    let plan = Plan::new(dir.path(), &Lock::absent(dir.path()), &Config::defaults());
    let (_, told) = load(&plan);
    expect![[r#"
        Error: src/a.yaml:4:9: file://link.lua leads out of src `file://link.lua`
    "#]]
    .assert_eq(&shown(dir.path(), &[], &told));
}

#[test]
fn overrides_set_fields() {
    let app = "//- src/_index.yaml
namespace: app
entries:
  - {name: http, kind: http.service, addr: ':80', text: abc}
  - {name: db, kind: db.sql.sqlite}
//- .wippy.yaml
override:
  app:http:addr: ':8080'
  app:http:lifecycle.security.actor.id: me
  app:http:meta.tags: [a, b]
  app:db:kind: db.sql.postgres
  app:db:data.kind: payload
";
    check(
        app,
        &["app:http:timeouts.read=5", "app:http:flag=true", "app:http:name=007"],
        expect![[r#"
        app:http http.service {"tags":["a","b"]} {"addr":":8080","text":"abc","lifecycle":{"security":{"actor":{"id":"me"}}},"timeouts":{"read":5},"flag":true,"name":"007"}
        app:db db.sql.postgres  {"kind":"payload"}
    "#]],
    );
    check(
        app,
        &["app:htpp:addr=1"],
        expect![[r#"
        Error: -o:1:1: override of entry app:htpp, which does not exist `app:htpp:addr` | did you mean app:http:addr?
    "#]],
    );
    check(
        app,
        &["app:http:text.x=1", "app:http:a..b=1", "app:http:data=1"],
        expect![[r#"
        Error: -o:1:1: override of app:http: text is a string, not a map `app:http:text.x`
        Error: -o:1:1: override of app:http: path "a..b" has an empty part `app:http:a..b`
        Error: -o:1:1: override of app:http: path "data" names no field `app:http:data`
    "#]],
    );
    check(
        app,
        &["app:addr=1"],
        expect![[r#"
        Error: -o:1:1: override key "app:addr" must be ns:entry:path `app:addr`
    "#]],
    );
    assert_eq!(
        override_from_text("app:x:y").unwrap_err().message(),
        "-o app:x:y: ns:entry:path=value expected"
    );
}

#[test]
fn disabled_entries_are_left_out_and_their_overrides_with_them() {
    let app = |patterns: &str| {
        format!(
            "//- src/_index.yaml
namespace: app
entries: [{{name: a, kind: k}}, {{name: test_b, kind: k}}]
//- src/legacy.yaml
namespace: app.legacy.x
entries: [{{name: c, kind: k}}]
//- .wippy.yaml
override: {{'app.legacy.x:c:n': 1}}
disable: {patterns}
"
        )
    };
    check(
        &app("{namespaces: ['**.legacy.*'], entries: ['app:test_*']}"),
        &[],
        expect![[r#"
        app:a k  {}
    "#]],
    );
    check(
        &app("{entries: ['legacy']}"),
        &[],
        expect![[r#"
        Error: .wippy.yaml:2:20: pattern "legacy" must be namespace:name `['legacy']` | to leave out whole namespaces use disable.namespaces
    "#]],
    );
}

const MODULE: &str = "//- src/_index.yaml
namespace: app
entries:
  - name: dep
    kind: ns.dependency
    component: org/mod
    parameters:
      - {name: db, value: app:db}
      - {name: 'org.mod:port', value: 8080}
  - {name: db, kind: db.sql.sqlite}
  - {name: router, kind: http.router, middleware: [cors]}
//- src/mod.yaml
namespace: org.mod
entries:
  - name: db
    kind: ns.requirement
    targets: [{entry: store, path: .database}]
  - name: port
    kind: ns.requirement
    targets: [{entry: store, path: .meta.net.port}]
  - name: mw
    kind: ns.requirement
    default: auth
    targets: [{entry: 'app:router', path: middleware +=}, {entry: store, path: tag+=}]
  - name: empty
    kind: ns.requirement
    default: ''
    targets: [{entry: store, path: suffix}]
  - {name: store, kind: store.sql, tag: one}
";

#[test]
fn requirements_are_linked() {
    check(
        MODULE,
        &["org.mod:store:suffix=kept"],
        expect![[r#"
        app:dep ns.dependency  {"component":"org/mod","parameters":[{"name":"db","value":"app:db"},{"name":"org.mod:port","value":8080}]}
        app:db db.sql.sqlite  {}
        app:router http.router  {"middleware":["cors","auth"]}
        org.mod:db ns.requirement  {"targets":[{"entry":"store","path":".database"}]}
        org.mod:port ns.requirement  {"targets":[{"entry":"store","path":".meta.net.port"}]}
        org.mod:mw ns.requirement  {"default":"auth","targets":[{"entry":"app:router","path":"middleware +="},{"entry":"store","path":"tag+="}]}
        org.mod:empty ns.requirement  {"default":"","targets":[{"entry":"store","path":"suffix"}]}
        org.mod:store store.sql {"net":{"port":8080}} {"tag":["one","auth"],"suffix":"kept","database":"app:db"}
    "#]],
    );
}

#[test]
fn links_that_fail() {
    let app = MODULE.to_owned()
        + "//- src/more.yaml
namespace: more
entries:
  - name: dep
    kind: ns.dependency
    component: org/mod
    parameters: [{name: db, value: 'more:db'}, {value: 1}]
  - {name: none, kind: ns.requirement, targets: [{entry: x, path: y}]}
  - {name: lost, kind: ns.requirement, default: 1, targets: [{entry: 'org.mod:stoer', path: y}]}
//- src/broken.yaml
namespace: broken
entries:
  - {name: a, kind: ns.requirement, default: 1}
  - {name: b, kind: ns.requirement, default: 1, targets: [{entry: 'app:db', path: meta}]}
  - {name: c, kind: ns.requirement, default: 1, targets: [{entry: 'app:', path: x}]}
  - {name: d, kind: ns.dependency}
";
    check(
        &app,
        &[],
        expect![[r#"
            Error: src/broken.yaml:6:5: broken:d: component must be a text org/module `{name: d, kind: ns.dependency}`
            Error: src/more.yaml:6:48: more:dep: a parameter needs a name `{value: 1}`
            Error: src/broken.yaml:3:5: broken:a: a requirement needs targets `{name: a, kind: ns.requirement, default: 1}`
            Error: src/broken.yaml:4:83: broken:b: target app:db: path "meta" names no field `meta`
            Error: src/broken.yaml:5:67: broken:c: entry id "app:" has no name (namespace:name expected) `'app:'`
            Warning: src/_index.yaml:7:9: app:dep: two different values for requirement org.mod:db, it stays unresolved `{name: db, value: app:db}` `{name: db, value: 'more:db'}`the other value
            Warning: src/more.yaml:7:12: more:none: requirement without a value: no dependency gives it and it has no default `none`
            Warning: src/more.yaml:8:70: more:lost: target org.mod:stoer does not exist `'org.mod:stoer'` | did you mean org.mod:store?
        "#]],
    );
}

#[test]
fn modules_come_from_their_directories() {
    check(
        "//- wippy.lock
directories: {modules: .wippy, src: .}
modules:
  - {name: org/here, version: v1.2.3}
  - {name: org/local, version: v1.0.0}
  - {name: org/gone, version: v2}
  - {name: org/old, version: v3}
//- .wippy.yaml
workspace: {replacements: {org/local: ./local}}
//- app.yaml
namespace: app
entries: [{name: a, kind: k}]
//- local/src/x.yaml
namespace: org.local
name: l
kind: k
//- .wippy/vendor/org/here/wippy.yaml
exclude: [src/test/**, '*.tmp.yaml']
exclude_meta: {type: test}
//- .wippy/vendor/org/here/src/_index.yaml
namespace: org.here
entries: [{name: b, kind: k}, {name: t, kind: k, meta: {type: test}}]
//- .wippy/vendor/org/here/src/test/x.yaml
namespace: org.here.test
entries: [{name: c, kind: k}]
//- .wippy/vendor/org/old-v3/x.yaml
namespace: org.old
entries: [{name: d, kind: k}]
",
        &[],
        expect![[r#"
            app:a k  {}
            org.local:l k {"module":"org/local","module_version":"v1.0.0"} {}
            org.here:b k {"module":"org/here","module_version":"v1.2.3"} {}
            org.old:d k {"module":"org/old","module_version":"v3"} {}
            Warning: local/src/x.yaml:2:7: org.local:l: there are two entries of this id, this one stays `l` `l`the other one
            Warning: module org/gone is not there: .wippy/vendor/org/gone does not exist
        "#]],
    );
    check(
        "//- wippy.lock
directories: {src: src}
modules: [{name: org/packed, version: v1}]
//- src/x.txt
//- .wippy/vendor/org/packed-v1.wapp
",
        &[],
        expect![[r#"
            Error: module org/packed: pack .wippy/vendor/org/packed-v1.wapp: 0 bytes are too few for a pack
        "#]],
    );
    check(
        "//- wippy.lock\ndirectories: {src: sorce}\n",
        &[],
        expect![[r#"
        Error: source directory sorce can't be read: No such file or directory (os error 2) | directories.src of wippy.lock names it
    "#]],
    );
}

#[test]
fn locks_are_read_and_written() {
    check(
        "//- wippy.lock
directories: [a]
modules:
  - {name: ../x, version: v1}
  - {name: org/mod, version: ../..}
  - {name: org/mod, version: v1, hash: md5:1}
  - {version: v1}
module: 1
",
        &[],
        expect![[r#"
            Error: wippy.lock:1:14: directories must be a map of modules and src `[a]`
            Error: wippy.lock:3:12: name must be org/module `../x`
            Error: wippy.lock:4:30: version must not hold a path `../..`
            Error: wippy.lock:5:40: hash must be 64 hex digits of SHA-256 `md5:1`
            Error: wippy.lock:6:5: name must be a text `{version: v1}`
            Warning: wippy.lock:7:1: unknown key module in the lock file `module` | did you mean modules?
        "#]],
    );
    let dir = fixture(
        "//- wippy.lock
directories: {modules: mods, src: ./source}
modules:
  - {name: org/z, version: 1.0, hash: 'sha256:0000000000000000000000000000000000000000000000000000000000000000'}
  - {name: org/a, version: v1}
options: {unpack_modules: true}
replacements: [{from: org/z, to: ../z}]
local_hash: x
",
    );
    let path = dir.path().join("wippy.lock");
    let (lock, warnings) = Lock::read(&path).unwrap().unwrap();
    expect![[r#"
        Warning: wippy.lock:6:1: replacements in the lock file are deprecated `replacements` | use workspace.replacements in .wippy.yaml
    "#]].assert_eq(&shown(dir.path(), &[], &warnings));
    lock.write(&path).unwrap();
    expect![[r#"
        directories:
            modules: mods
            src: ./source
        modules:
            - name: org/a
              version: v1
            - name: org/z
              version: "1.0"
              hash: "0000000000000000000000000000000000000000000000000000000000000000"
        options:
            unpack_modules: true
        replacements:
            - from: org/z
              to: ../z
    "#]]
    .assert_eq(&std::fs::read_to_string(&path).unwrap());
    assert_eq!(Lock::read(&path).unwrap().unwrap().0.modules.len(), 2);
    assert_eq!(Lock::read(&dir.path().join("nowhere")).unwrap(), None);
    assert_eq!(Lock::absent(dir.path()).src, ".");
}

#[test]
fn one_file_can_be_parsed_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = |text: &str| Arc::new(SourceFile { name: "a.yaml".into(), text: text.into() });
    let entries = parse_file(&file("namespace: a\nname: b\nkind: c\nx: {y: 1}\n"), dir.path()).unwrap();
    let at = entries[0].mistake("data.x.y.z", "odd");
    assert_eq!(at.one_line(), "a.yaml:4:8: a:b: odd");
    let error: Error = parse_file(&file("namespace: a\nentries: 1\n"), dir.path()).unwrap_err();
    assert_eq!(error.diagnostics().len(), 1);
}

#[test]
fn stages_take_what_they_are_given() {
    let file = Arc::new(SourceFile { name: "x".into(), text: String::new() });
    let all = Pattern { text: "**".into(), file, span: 0..0 };
    let dir = fixture("//- src/a.yaml\nnamespace: app\nname: x\nkind: k\n");
    let plan = Plan::new(dir.path(), &Lock::fresh(), &Config::defaults());
    let disabled = Disable { namespaces: vec![all], entries: vec![] };
    let changes = Changes { disabled, ..Changes::default() };
    assert!(prepare(load(&plan), &changes).unwrap().entries.is_empty());
}
