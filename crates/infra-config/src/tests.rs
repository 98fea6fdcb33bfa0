//! Layers and their order, placeholders, checks of every key.

use crate::{
    CacheAccess, CodeCache, Config, Defaults, Encoding, History, KEYS, Loaded, Profiler, Replacement,
    Sources, Type, TypeChecks, load, shaped,
};
use expect_test::{Expect, expect};
use infra_base::{Data, Error, SourceFile};
use std::path::PathBuf;
use std::time::Duration;

/// Loads files given as texts, named `0.yaml`, `1.yaml`, ….
fn loaded(files: &[&str], profiles: &[&str], set: &[&str]) -> Result<Loaded, Error> {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..files.len()).map(|i| dir.path().join(format!("{i}.yaml"))).collect();
    for (path, text) in paths.iter().zip(files) {
        std::fs::write(path, text).unwrap();
    }
    let own = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
    let sources = Sources { files: paths, profiles: own(profiles), set: own(set), defaults: None };
    load(&sources, &|name| (name == "SECRET").then(|| "1.10".to_owned()))
}

fn told(result: Result<Loaded, Error>) -> String {
    let (mut text, diagnostics) = match result {
        Ok(loaded) => (String::new(), loaded.warnings),
        Err(error) => (format!("{error}\n"), error.diagnostics().to_vec()),
    };
    for d in diagnostics {
        let line = d.one_line();
        let line = line.rsplit_once(".yaml:").map_or(line.clone(), |(dir, rest)| {
            format!("{}.yaml:{rest}", dir.rsplit('/').next().unwrap_or_default())
        });
        let label = &d.labels[0];
        let help = d.help.map(|h| format!(" | {h}")).unwrap_or_default();
        text.push_str(&format!("{:?} {line} `{}`{help}\n", d.severity, &label.file.text[label.span.clone()]));
    }
    text
}

fn check(files: &[&str], expected: Expect) {
    expected.assert_eq(&told(loaded(files, &[], &[])));
}

#[test]
fn later_layers_win_leaf_by_leaf() {
    let first = "
shutdown: {timeout: 5s}
logger: {encoding: json}
relay: {node_name: one}
disable: {namespaces: [a, b]}
profiles:
  dev:
    relay: {node_name: dev}
    disable: {namespaces: {add: [c], remove: [a]}}
";
    let second = "shutdown: {timeout: 1m}\n";
    let config = loaded(&[first, second], &["dev"], &["logmanager.min_level=1"]).unwrap().config;
    assert_eq!(config.shutdown, Duration::from_secs(60));
    assert_eq!(config.encoding, Encoding::Json);
    assert_eq!(config.node_name.as_deref(), Some("dev"));
    assert_eq!(config.logmanager.min_level, 1);
    let disabled: Vec<_> = config.disable.namespaces.iter().map(|p| &*p.text).collect();
    assert_eq!(disabled, ["b", "c"]);
    let config = loaded(&[first], &["dev"], &["relay.node_name=set"]).unwrap().config;
    assert_eq!(config.node_name.as_deref(), Some("set"));
}

#[test]
fn the_environment_names_the_node() {
    let sources = Sources::default();
    let env = |name: &str| (name == "WIPPY_NODE_ID").then(|| "n7".to_owned());
    assert_eq!(load(&sources, &env).unwrap().config.node_name.as_deref(), Some("n7"));
    assert_eq!(Config::defaults().node_name, None);
}

#[test]
fn placeholders_resolve_after_profiles() {
    let file = "
vars: {port: 8080, host: 'localhost', addr: '${host}:${port}', key: '${env:SECRET}'}
profiles: {dev: {vars: {host: dev}}}
override:
  app:http:addr: ${addr}
  app:http:port: ${port}
  app:http:key: k-${key}
  app:http:list: [1, '${host}', 'a ${port}']
  app:http:raw: $${host} ${X:-y}
";
    let config = loaded(&[file], &["dev"], &["override.app:x:pool.size=3"]).unwrap().config;
    let text: Vec<_> = config.overrides.iter().map(|o| format!("{} = {:?}", o.key, o.value)).collect();
    expect![[r#"
        app:http:addr = Text("dev:8080")
        app:http:port = Int(8080)
        app:http:key = Text("k-1.10")
        app:http:list = List([Int(1), Text("dev"), Text("a 8080")])
        app:http:raw = Text("${host} ${X:-y}")
        app:x:pool.size = Int(3)"#]]
    .assert_eq(&text.join("\n"));
}

#[test]
fn mistakes_of_placeholders() {
    check(
        &["
vars: {a: '${b}', b: '${a}', port: 1}
relay: {node_name: '${a}'}
logger: {encoding: '${env:NOWHERE}'}
shutdown: {timeout: '${prot}'}
profiles: {dev: {vars: {x: '${env:SECRET}'}}}
"],
        expect![[r#"
            the configuration has mistakes
            Error 0.yaml:6:28: variables of a profile can't read the environment `'${env:SECRET}'` | put the variable under the top-level `vars`
            Error 0.yaml:4:20: environment variable NOWHERE is not set `'${env:NOWHERE}'`
            Error 0.yaml:3:20: variables need each other: a → b → a `'${a}'`
            Error 0.yaml:5:21: variable prot is not defined under `vars` (did you mean port?) `'${prot}'`
        "#]],
    );
}

#[test]
fn unknown_keys_warn_and_wrong_types_stop() {
    check(
        &["
version: 2
logger: {encodng: json}
registy: {}
registry: {history_typ: nil, history_type: tape}
shutdown: {timeout: 30}
supervisor: {host: {worker_count: many, buffer_size: 0}}
lua: on
disable: {namespaces: 5, names: []}
override: [1]
workspace: {replacements: {a/b: [1]}}
"],
        expect![[r#"
            the configuration has mistakes
            Error 0.yaml:2:10: unknown version of the configuration, "1.0" expected `2`
            Error 0.yaml:5:44: registry.history_type must be one of memory, sqlite, postgres, nil, this is "tape" `tape`
            Error 0.yaml:6:21: shutdown.timeout must be a duration (30s, 1m, 2h15m), this is "30" `30`
            Error 0.yaml:7:35: supervisor.host.worker_count must be a whole number, this is "many" `many`
            Error 0.yaml:8:6: lua is a section, this is a text `on`
            Error 0.yaml:7:54: supervisor.host.buffer_size must be above zero `0`
            Error 0.yaml:10:11: override must be a map, this is a list `[1]`
            Error 0.yaml:9:23: disable.namespaces must be a list of patterns, this is "5" `5`
            Error 0.yaml:11:33: the replacement of a/b must be a directory or null `[1]`
            Warning 0.yaml:3:10: unknown configuration key logger.encodng `encodng` | did you mean encoding?
            Warning 0.yaml:4:1: unknown configuration key registy `registy` | did you mean registry?
            Warning 0.yaml:5:12: unknown configuration key registry.history_typ `history_typ` | did you mean history_type?
            Warning 0.yaml:7:41: supervisor.host.buffer_size has no effect yet `buffer_size`
            Warning 0.yaml:9:26: unknown configuration key disable.names `names`
        "#]],
    );
    check(
        &["- a\n"],
        expect![[r#"
        the configuration has mistakes
        Error 0.yaml:1:1: a configuration file holds sections, this one is a list `- a`
    "#]],
    );
    check(
        &["logger:\n\tencoding: json\n"],
        expect![[r#"
        the configuration has mistakes
        Error 0.yaml:2:1: a tab is not allowed here `	` | indent with spaces
    "#]],
    );
}

#[test]
fn what_is_not_built_warns_or_stops() {
    check(
        &["
otel: {enabled: true, endpoint: x}
prometheus: {enabled: false, address: x}
lua: {type_system: {strict: true}, cache: {enabled: false}, proto_cache_size: 5}
extensions: {paths: [a.so]}
boot: {config_path: x}
cluster: {enabled: false, name: x}
security: {strict_mode: false}
"],
        expect![[r#"
            Warning 0.yaml:2:8: otel is not built yet, the section has no effect `enabled`
            Warning 0.yaml:4:61: lua.proto_cache_size has no effect yet `proto_cache_size`
            Warning 0.yaml:5:14: extensions.paths: native extensions are not supported `paths`
            Warning 0.yaml:6:1: section boot is read-only and ignored `boot`
            Warning 0.yaml:4:21: lua.type_system.strict has no effect without lua.type_system.enabled `strict`
        "#]],
    );
    check(
        &["
cluster: {enabled: true}
security: {strict_mode: 'true'}
registry: {history_type: sqlite, history_path: x}
"],
        expect![[r#"
            the configuration has mistakes
            Error 0.yaml:2:20: cluster is not built yet `true`
            Error 0.yaml:3:25: security.strict_mode is not built yet, and going on without it would not protect `'true'`
            Error 0.yaml:4:26: registry.history_type sqlite is not built yet `sqlite` | use memory or nil
            Warning 0.yaml:4:34: registry.history_path has no effect yet `history_path`
        "#]],
    );
    let none = loaded(&["registry: {enable_history: false, history_type: nil}\n"], &[], &[]).unwrap();
    assert_eq!(none.config.history, History::None);
}

#[test]
fn types_are_checked_when_asked_and_strictly_only_then() {
    let types = |text: &str| loaded(&[text], &[], &[]).unwrap().config.types;
    assert_eq!(types("lua: {}\n"), TypeChecks::Off);
    assert_eq!(types("lua: {type_system: {enabled: true}}\n"), TypeChecks::Warn);
    assert_eq!(types("lua: {type_system: {enabled: true, strict: true}}\n"), TypeChecks::Refuse);
    assert_eq!(types("lua: {type_system: {strict: true}}\n"), TypeChecks::Off);
}

#[test]
fn the_profiler_listens_on_this_machine_unless_told_otherwise() {
    let profiler = |text: &str| loaded(&[text], &[], &[]).unwrap().config.profiler;
    let second = Duration::from_secs;
    let (address, enabled) = ("localhost:6060".into(), false);
    let standard = Profiler {
        enabled,
        address,
        read_timeout: second(15),
        write_timeout: second(15),
        idle_timeout: second(60),
    };
    assert_eq!(profiler(""), standard);
    let own = profiler(
        "profiler: {enabled: true, address: ':1', read_timeout: 2s, write_timeout: 0s, idle_timeout: 1m}\n",
    );
    let limits = (own.read_timeout, own.write_timeout, own.idle_timeout);
    assert_eq!((own.enabled, &*own.address, limits), (true, ":1", (second(2), second(0), second(60))));
    check(
        &["profiler: {address: nowhere, idle_timeout: 5}\n"],
        expect![[r#"
            the configuration has mistakes
            Error 0.yaml:1:44: profiler.idle_timeout must be a duration (30s, 1m, 2h15m), this is "5" `5`
            Error 0.yaml:1:21: profiler.address must be host:port, this is "nowhere" `nowhere`
        "#]],
    );
}

#[test]
fn compiled_code_is_kept_where_and_as_asked() {
    let cache = |text: &str| loaded(&[text], &[], &[]).unwrap().config.code_cache;
    assert_eq!(cache(""), None);
    for off in [
        "mode: readwrite",
        "enabled: true, mode: off",
        "enabled: true, compile: {enabled: false}, typecheck: {enabled: false}",
    ] {
        assert_eq!(cache(&format!("lua: {{cache: {{{off}}}}}\n")), None, "{off}");
    }
    let on = cache("lua: {cache: {enabled: true}}\n").unwrap();
    assert_eq!(on.access, CacheAccess::ReadWrite);
    assert!(on.dir.ends_with(".wippy/cache/lua") && on.dir.is_absolute(), "{:?}", on.dir);
    let far = cache("lua: {cache: {enabled: 'true', dir: /var/cache/x, mode: readonly}}\n").unwrap();
    let access = CacheAccess::ReadOnly;
    assert_eq!(far, CodeCache { dir: "/var/cache/x".into(), access, code: true, types: true });
    for (off, code, types) in [("compile", false, true), ("typecheck", true, false)] {
        let one = cache(&format!("lua: {{cache: {{enabled: true, {off}: {{enabled: false}}}}}}\n")).unwrap();
        assert_eq!((one.code, one.types), (code, types), "{off}");
    }
    check(
        &["
lua: {cache: {enabled: true, dir: '', mode: rw, typecheck: {enabled: false}}}
"],
        expect![[r#"
            the configuration has mistakes
            Error 0.yaml:2:45: lua.cache.mode must be one of readwrite, readonly, off, this is "rw" `rw`
            Error 0.yaml:2:35: lua.cache.dir must name a directory, this is empty `''` | without the key it is .wippy/cache/lua
        "#]],
    );
}

#[test]
fn arguments_are_checked() {
    let file = "profiles: {development: {}, test: {}}\n";
    for (profiles, set, says) in [
        (vec!["tset"], vec![], "profile \"tset\" not found, did you mean test?"),
        (vec!["x"], vec![], "profile \"x\" not found (there are development, test)"),
        (vec![], vec!["a"], "--set a: section.key=value expected"),
        (vec![], vec!["a..b=1"], "--set a..b=1: the path has an empty part"),
    ] {
        assert_eq!(loaded(&[file], &profiles, &set).unwrap_err().message(), says);
    }
    let missing = Sources { files: vec!["/nowhere/x.yaml".into()], ..Sources::default() };
    let message = load(&missing, &|_| None).unwrap_err().to_string();
    assert!(message.starts_with("configuration file /nowhere/x.yaml can't be read"), "{message}");
    expect![[r#"
        the configuration has mistakes
        Error --set:1:18: shutdown.timeout must be a duration (30s, 1m, 2h15m), this is "soon" `soon`
        Warning --set:1:1: unknown configuration key x `x.y`
    "#]]
    .assert_eq(&told(loaded(&[], &[], &["shutdown.timeout=soon", "x.y=1"])));
}

#[test]
fn replacements_keep_their_nulls() {
    let file = "workspace: {replacements: {org/a: ../a, org/b: null}}\n";
    let config = loaded(&[file], &[], &[]).unwrap().config;
    let expected =
        |module: &str, dir: Option<&str>| Replacement { module: module.into(), dir: dir.map(Into::into) };
    assert_eq!(config.replacements, [expected("org/a", Some("../a")), expected("org/b", None)]);
}

#[test]
fn values_take_the_type_of_their_shape() {
    for (text, data) in [
        ("true", Data::Bool(true)),
        ("-5", Data::Int(-5)),
        ("007", Data::text("007")),
        ("1.5", Data::Float(1.5)),
        ("1.10", Data::text("1.10")),
        ("", Data::text("")),
        ("nan", Data::text("nan")),
    ] {
        assert_eq!(shaped(text), data, "{text}");
    }
}

#[test]
fn the_table_of_keys_is_complete_and_has_no_section_twice() {
    assert_eq!(KEYS.len(), 115);
    for (i, key) in KEYS.iter().enumerate() {
        assert!(!KEYS[..i].iter().any(|k| k.path == key.path), "{} is there twice", key.path);
        assert!(!KEYS.iter().any(|k| k.path.starts_with(&format!("{}.", key.path))), "{}", key.path);
        assert!(!matches!(key.ty, Type::OneOf([])));
    }
}

/// What a pack brings, over a file whose variables read the environment.
fn of_pack(runtime: &str, profiles: &[&str]) -> Result<Loaded, Error> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("0.yaml");
    std::fs::write(&path, "vars: {pw: '${env:SECRET}', x: mine}\n").unwrap();
    let file = std::sync::Arc::new(SourceFile { name: "test".into(), text: runtime.into() });
    let Data::Map(sections) = infra_codec::yaml::parse(&file).unwrap().to_data() else { panic!("a map") };
    let defaults = Some(Defaults { name: "runtime of a.wapp".into(), sections });
    let profiles = profiles.iter().map(|p| (*p).to_owned()).collect();
    let sources = Sources { files: vec![path], profiles, set: vec![], defaults };
    load(&sources, &|name| (name == "SECRET").then(|| "hunter2".to_owned()))
}

#[test]
fn a_pack_knows_its_own_variables_and_no_others() {
    let overrides = |runtime: &str, profiles: &[&str]| {
        let all = of_pack(runtime, profiles).unwrap().config.overrides;
        all.iter().map(|o| format!("{} {:?}", o.key, o.value)).collect::<Vec<_>>()
    };
    let own = "
vars: {x: 1, dollar: '$', name: '{pw}', y: '${x}0'}
override: {'app:a:b': '${y}', 'app:a:c': '${dollar}${name}', 'app:a:d': ['$${pw}', '$$${pw}']}
profiles: {p: {vars: {x: 2}, override: {'app:a:e': 'is ${x}', 'app:a:f': '$${pw}'}}}
";
    let plain = [
        r#"app:a:b Text("10")"#,
        r#"app:a:c Text("${pw}")"#,
        r#"app:a:d List([Text("${pw}"), Text("$${pw}")])"#,
    ];
    assert_eq!(overrides(own, &[]), plain);
    assert_eq!(overrides(own, &["p"])[3..], [r#"app:a:e Text("is 2")"#, r#"app:a:f Text("${pw}")"#]);
    for runtime in [
        "override: {'app:a:b': 'x ${pw}'}",
        "vars: {y: '${pw}'}\noverride: {'app:a:b': ['${y}']}",
        "profiles: {p: {vars: {y: '${pw}'}, override: {'app:a:b': '${y}'}}}",
    ] {
        let told = told(of_pack(runtime, &[]));
        assert!(told.contains("variable pw is not defined under the `vars` of the pack"), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn a_pack_says_nothing_of_files_and_code_of_this_machine() {
    let runtime = "
lua: {cache: {enabled: true, dir: /tmp/anywhere}, type_system: {enabled: true}}
registry: {history_path: /tmp/x}
profiles: {p: {lua: {cache: {enabled: true, dir: /tmp/anywhere}}}}
";
    let loaded = of_pack(runtime, &["p"]).unwrap();
    assert_eq!((loaded.config.code_cache, loaded.config.types), (None, TypeChecks::Warn));
    let told: Vec<_> = loaded.warnings.iter().map(|w| w.message.clone()).collect();
    assert_eq!(
        told,
        [
            "profiles.p.lua.cache of a pack has no effect",
            "lua.cache of a pack has no effect",
            "registry.history_path of a pack has no effect"
        ]
    );
}
