//! Reading fields: leniency, mistakes with their places, keys that nobody read.

use super::scripted::{entry, id, written};
use crate::{FieldDoc, Fields};
use core_registry::Entry;
use infra_base::{Data, EntryId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn fields(data: &str) -> Fields {
    Fields::new(entry("x", "test.kind", data))
}

/// Messages of the mistakes so far, without the entry's id.
fn mistakes(fields: &Fields) -> Vec<String> {
    fields.seen.mistakes.iter().map(|d| d.message.trim_start_matches("app:x: ").to_string()).collect()
}

#[test]
fn scalars_are_lenient() {
    let mut f = fields("n=8080 t=5.0 yes=true f=2.5 d=30s z=0 i=-3 text=12");
    assert_eq!(
        (f.required::<i64>("n"), f.required::<u16>("n"), f.required::<String>("n")),
        (8080, 8080, "8080".into())
    );
    assert_eq!((f.required::<i64>("t"), f.required::<f64>("f"), f.required::<f64>("n")), (5, 2.5, 8080.0));
    assert_eq!((f.required::<bool>("yes"), f.required::<Box<str>>("yes")), (true, "true".into()));
    assert_eq!(
        (f.required::<Duration>("d"), f.required::<Duration>("z")),
        (Duration::from_secs(30), Duration::ZERO)
    );
    assert_eq!(f.required::<i32>("i"), -3);
    let text = |value: &str| {
        let mut map = infra_base::Map::default();
        map.insert("v".into(), Data::text(value));
        Fields::new(Arc::new(Entry { data: Data::Map(map), ..(*entry("x", "k", "")).clone() }))
    };
    assert_eq!(text("8080").required::<u32>("v"), 8080);
    assert_eq!(text(" 1.5 ").required::<f64>("v"), 1.5);
    assert!(text("true").required::<bool>("v"));
    assert!(!text("false").required::<bool>("v"));
    assert_eq!(mistakes(&f), Vec::<String>::new());
}

#[test]
fn wrong_values_say_what_would_be_right() {
    let mut f =
        fields("word=hello map.a=1 list=[1,2] n=70000 neg=-1 d=30 frac=1.5 bad=5parsec minus=-5s empty=[]");
    f.required::<i64>("word");
    f.required::<bool>("word");
    f.required::<String>("map");
    f.required::<String>("list");
    f.required::<u16>("n");
    f.required::<u32>("neg");
    f.required::<Duration>("d");
    f.required::<i64>("frac");
    f.required::<Duration>("bad");
    f.required::<Duration>("minus");
    f.required::<EntryId>("n");
    f.required::<BTreeMap<Box<str>, i64>>("word");
    f.required::<Vec<i64>>("empty");
    f.required::<String>("absent");
    assert_eq!(
        mistakes(&f),
        [
            "word: a whole number expected, got \"hello\"",
            "word: true or false expected, got \"hello\"",
            "map: a text expected, got map",
            "list: a text expected, got list",
            "n: 70000 is out of range (0 to 65535)",
            "neg: -1 is out of range (0 to 4294967295)",
            "d: 30 has no unit (a duration such as 30s or 30ms expected)",
            "frac: a whole number expected, got number",
            "bad: \"5parsec\" is not a duration: unit \"parsec\" is unknown (30s, 1m, 2h15m expected)",
            "minus: \"-5s\" is negative",
            "n: an entry id expected, got integer",
            "word: a map expected, got \"hello\"",
            "empty: must not be empty",
            "absent: required",
        ]
    );
}

#[test]
fn absent_and_null_take_the_default() {
    let mut f = fields("null=~");
    assert_eq!((f.or("null", 7), f.or("absent", 7), f.optional::<i64>("null")), (7, 7, None));
    assert!(f.or("deep.down", true));
    f.required::<i64>("null");
    assert_eq!(mistakes(&f), ["null: required"]);
}

#[test]
fn paths_lists_and_maps() {
    let mut f = fields("pool.size=3 names=[a,b] one=x imports.json=:json headers.a=1");
    assert_eq!(f.or("pool.size", 1), 3);
    assert_eq!(f.or::<Vec<String>>("names", vec![]), ["a", "b"]);
    assert_eq!(f.or::<Vec<String>>("one", vec![]), ["x"]);
    let headers: BTreeMap<Box<str>, String> = f.required("headers");
    assert_eq!(headers["a"], "1");
    f.or::<Vec<i64>>("names", vec![]);
    f.or("one.size", 1);
    assert_eq!(
        mistakes(&f),
        ["names[0]: a whole number expected, got \"a\"", "names[1]: a whole number expected, got \"b\""]
    );
}

#[test]
fn bounds_and_choices() {
    let mut f = fields("n=77 mode=atuo word=other");
    assert_eq!(f.within("n", 1..=100, 5), 77);
    assert_eq!(f.within("n", 1..=10, 5), 5);
    assert_eq!(f.within("absent", 1..=10, 0), 0);
    let table = [("auto", 1), ("manual", 2)];
    assert_eq!(f.choice("mode", &table, None), 1);
    f.choice("word", &table, Some(2));
    assert_eq!(f.choice("absent", &table, Some(2)), 2);
    f.choice("absent", &table, None);
    assert_eq!(
        mistakes(&f),
        [
            "n: 77 is out of range (1 to 10)",
            "mode: \"atuo\" is none of \"auto\", \"manual\"; did you mean \"auto\"?",
            "word: \"other\" is none of \"auto\", \"manual\"",
            "absent: required (\"auto\", \"manual\" expected)",
        ]
    );
}

#[test]
fn references_take_the_namespace_of_the_entry() {
    let mut f = fields("func=handler other=lib:util bad=: list=[a,lib:b]");
    assert_eq!(f.reference("func", &["function.*"]), id("handler"));
    assert_eq!(f.optional_reference("other", &[]), Some(EntryId::parse("lib:util").unwrap()));
    assert_eq!(f.references("list", &[]).len(), 2);
    f.reference("bad", &[]);
    let seen: Vec<String> = f.seen.references.iter().map(|r| format!("{} {}", r.path, r.target)).collect();
    assert_eq!(
        seen,
        ["data.func app:handler", "data.other lib:util", "data.list[0] app:a", "data.list[1] lib:b"]
    );
    assert_eq!(mistakes(&f), ["bad: entry id \":\" has no namespace (namespace:name expected)"]);
}

#[test]
fn items_are_read_with_relative_names() {
    let method = |name: &str, extra: &str| super::scripted::map(&format!("name={name} {extra}"));
    let mut map = infra_base::Map::default();
    let items = vec![method("get", "limit=3"), Data::Int(1), method("put", "limit=x colour=red")];
    map.insert("methods".into(), Data::List(items));
    let mut f = Fields::new(Arc::new(Entry { data: Data::Map(map), ..(*entry("x", "k", "")).clone() }));
    let read = f.each("methods", |item| (item.required::<String>("name"), item.or("limit", 0u32)));
    assert_eq!(read, [("get".into(), 3), ("put".into(), 0)]);
    f.finish(&[FieldDoc { name: "methods", ty: "", default: "", doc: "" }]);
    assert_eq!(
        mistakes(&f),
        ["methods[1]: a map expected, got integer", "methods[2].limit: a whole number expected, got \"x\"",]
    );
    let warned: Vec<&str> = f.seen.warnings.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(warned, ["app:x: methods[2].colour is no field of k"]);
}

#[test]
fn unread_keys_are_warned_of_once_at_their_key() {
    const DOCS: &[FieldDoc] = &[
        FieldDoc { name: "label", ty: "", default: "", doc: "" },
        FieldDoc { name: "pool.size", ty: "", default: "", doc: "" },
        FieldDoc { name: "meta.server", ty: "", default: "", doc: "" },
    ];
    let lines = [
        ("server", "s"),
        ("labell", "a"),
        ("label", "b"),
        ("pool.sise", "3"),
        ("pool.size", "4"),
        ("extra.deep.down", "1"),
    ];
    let mut f = Fields::new(written("x", "test.kind", &lines));
    f.required::<String>("label");
    f.or("pool.size", 1);
    f.finish(DOCS);
    let shown: Vec<String> = f.seen.warnings.iter().map(|d| d.one_line()).collect();
    assert_eq!(
        shown,
        [
            "x.yaml:2:1: app:x: server is no field of test.kind (did you mean meta.server?)",
            "x.yaml:3:1: app:x: labell is no field of test.kind (did you mean label?)",
            "x.yaml:5:1: app:x: pool.sise is no field of test.kind (did you mean pool.size?)",
            "x.yaml:1:1: app:x: extra is no field of test.kind",
        ]
    );
    assert_eq!(mistakes(&f), Vec::<String>::new());
}

#[test]
fn what_promises_protection_is_refused() {
    for (data, expected) in [
        ("tls.mode=auto", Some("tls: promises protection that is not built yet; remove it to start without")),
        (
            "network=vpn",
            Some("network: promises protection that is not built yet; remove it to start without"),
        ),
        (
            "security.actor.id=x",
            Some("security: promises protection that is not built yet; remove it to start without"),
        ),
        ("security=[]", None),
        ("tls.mode=~", None),
        (
            "lifecycle.security.actor.id=x",
            Some("lifecycle.security: promises protection that is not built yet; remove it to start without"),
        ),
    ] {
        let mut f = fields(data);
        f.finish(&[]);
        assert_eq!(mistakes(&f).first().map(String::as_str), expected, "{data}");
        assert_eq!(f.seen.warnings, [], "{data}");
        assert_eq!(f.check().is_err(), expected.is_some());
    }
    let mut f = fields("firewall=on");
    f.protective("firewall");
    assert_eq!(mistakes(&f).len(), 1);
}

#[test]
fn aliases_exclude_each_other() {
    let mut f = fields("path=a");
    let name = f.alias("file", "path");
    assert_eq!(f.required::<String>(name), "a");
    let mut f = fields("path=a file=b");
    let name = f.alias("file", "path");
    assert_eq!(f.required::<String>(name), "b");
    assert_eq!(mistakes(&f), ["path: is the same as file: keep one of them"]);
}

#[test]
fn the_lifecycle_is_read_for_every_kind() {
    let mut f = fields(
        "lifecycle.auto_start=true lifecycle.startup=optional lifecycle.start_timeout=1m lifecycle.requires=[a,b] \
         lifecycle.depends_on=[b,c] lifecycle.restart.max_attempts=3 lifecycle.restart.jitter=0.5",
    );
    let lifecycle = f.lifecycle().clone();
    assert_eq!((lifecycle.policy.auto_start, lifecycle.policy.required), (true, false));
    assert_eq!(lifecycle.policy.start_timeout, Duration::from_secs(60));
    assert_eq!(lifecycle.policy.stop_timeout, Duration::from_secs(10));
    assert_eq!((lifecycle.policy.restart.max_attempts, lifecycle.policy.restart.jitter), (3, 0.5));
    assert_eq!(lifecycle.requires, [id("a"), id("b"), id("c")]);
    f.finish(&[]);
    assert_eq!((mistakes(&f), f.seen.warnings.len()), (vec![], 0));
    let mut f = fields("lifecycle.stop_timeout=10 lifecycle.restart.jitter=7 lifecycle.auto_strat=true");
    f.finish(&[]);
    assert_eq!(
        mistakes(&f),
        [
            "lifecycle.restart.jitter: 7 is out of range (0 to 1)",
            "lifecycle.stop_timeout: 10 has no unit (a duration such as 10s or 10ms expected)",
        ]
    );
    let warned: Vec<&str> = f.seen.warnings.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        warned,
        ["app:x: lifecycle.auto_strat is no field of test.kind (did you mean lifecycle.auto_start?)"]
    );
}

#[test]
fn placeholders_take_defaults_and_keep_source_raw() {
    let mut f = fields(
        "port=${env:NONE|8080} dsn=x${env:NONE|y} secret=${env:NONE} source=${env:NONE|z} other=$${a}",
    );
    assert_eq!(f.required::<u16>("port"), 8080);
    assert_eq!(f.required::<String>("dsn"), "xy");
    assert_eq!(f.required::<String>("other"), "${a}");
    assert_eq!(f.source("source").as_deref(), Some("${env:NONE|z}"));
    assert_eq!(f.raw("dsn"), Some(Data::text("x${env:NONE|y}")));
    f.required::<String>("secret");
    assert_eq!(mistakes(&f), ["secret: environment variable NONE is not set and has no default"]);
}

#[test]
fn data_that_is_no_map_is_a_mistake() {
    let entry = Arc::new(Entry { data: Data::Int(1), ..(*entry("x", "k", "")).clone() });
    let mut f = Fields::new(entry);
    f.finish(&[]);
    assert_eq!(mistakes(&f), ["data: a map expected, got integer"]);
}
