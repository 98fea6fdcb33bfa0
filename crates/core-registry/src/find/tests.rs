//! The rules of the finder (decisions X58), one row each.

use super::*;
use infra_base::EntryId;

fn list(items: &[&str]) -> Data {
    Data::List(items.iter().map(|item| Data::from(*item)).collect())
}

fn map(pairs: &[(&str, Data)]) -> Map {
    pairs.iter().map(|(key, value)| ((*key).into(), value.clone())).collect()
}

fn snapshot() -> Snapshot {
    let entry = |id: &str, kind: &str, meta: &[(&str, Data)]| {
        let id = EntryId::parse(id).unwrap();
        Arc::new(Entry { id, kind: kind.into(), meta: map(meta), data: Data::Null, origin: None })
    };
    Snapshot::baseline([
        entry(
            "app:a",
            "function.lua",
            &[("type", "tool".into()), ("tags", list(&["x", "y"])), ("n", 3.into())],
        ),
        entry(
            "app:b",
            "process.lua",
            &[("type", "agent".into()), ("on", true.into()), ("deep", map(&[("er", "yes".into())]).into())],
        ),
        entry("app.sub:c", "function.lua", &[("type", "tool.fine".into()), ("deep.er", "flat".into())]),
        entry("lib:a", "library.lua", &[("ratio", 0.5.into()), ("tags", list(&["y"]))]),
    ])
}

fn found(filter: &[(&str, Data)]) -> String {
    let (query, ignored) = Query::compile(&map(filter)).unwrap();
    assert_eq!(ignored, Vec::<String>::new());
    let ids: Vec<String> = query.find(&snapshot()).iter().map(|e| e.id.to_string()).collect();
    ids.join(" ")
}

#[test]
fn root_keys() {
    assert_eq!(found(&[]), "app.sub:c app:a app:b lib:a");
    assert_eq!(found(&[(".kind", "function.lua".into())]), "app.sub:c app:a");
    assert_eq!(found(&[(".kind", "*.lua".into())]), "app.sub:c app:a app:b lib:a");
    assert_eq!(found(&[(".kind", "pro*lua".into())]), "app:b");
    assert_eq!(found(&[(".kind", "function".into())]), "");
    assert_eq!(found(&[(".ns", "app".into())]), "app:a app:b");
    assert_eq!(found(&[(".ns", "app*".into())]), "app.sub:c app:a app:b");
    assert_eq!(found(&[(".ns", "ap".into())]), "");
    assert_eq!(found(&[(".name", "a".into())]), "app:a lib:a");
    assert_eq!(found(&[(".id", "app:b".into())]), "app:b");
    assert_eq!(found(&[(".name", "a".into()), (".ns", "lib".into())]), "lib:a");
}

#[test]
fn meta_equality_and_membership() {
    assert_eq!(found(&[("meta.type", "tool".into())]), "app:a");
    assert_eq!(found(&[("meta.type", "tool*".into())]), "", "no glob in meta");
    assert_eq!(found(&[("meta.n", 3.into())]), "app:a");
    assert_eq!(found(&[("meta.n", 3.0.into())]), "app:a");
    assert_eq!(found(&[("meta.n", "3".into())]), "");
    assert_eq!(found(&[("meta.on", true.into())]), "app:b");
    assert_eq!(found(&[("meta.on", false.into())]), "");
    assert_eq!(found(&[("meta.tags", "y".into())]), "app:a lib:a");
    assert_eq!(found(&[("meta.tags", list(&["y", "x"]))]), "app:a");
    assert_eq!(found(&[("meta.deep.er", "yes".into())]), "app:b");
    assert_eq!(found(&[("meta.deep.er", "flat".into())]), "app.sub:c");
    assert_eq!(found(&[("meta.nothing", Data::Null)]), "");
}

#[test]
fn operators() {
    assert_eq!(found(&[("~meta.type", "^tool(\\.|$)".into())]), "app.sub:c app:a");
    assert_eq!(found(&[("*meta.type", "ge".into())]), "app:b");
    assert_eq!(found(&[("*meta.tags", "x".into())]), "app:a");
    assert_eq!(found(&[("^meta.type", "tool".into())]), "app.sub:c app:a");
    assert_eq!(found(&[("$meta.type", "fine".into())]), "app.sub:c");
    assert_eq!(found(&[("~.kind", "^(lib|proc)".into())]), "app:b lib:a");
    assert_eq!(found(&[("^.id", "app:".into())]), "app:a app:b");
    assert_eq!(found(&[("$.kind", ".lua".into()), ("*.ns", "su".into())]), "app.sub:c");
}

#[test]
fn a_nested_meta_table_is_its_paths() {
    assert_eq!(found(&[("meta", map(&[("type", "tool".into()), ("n", 3.into())]).into())]), "app:a");
    assert_eq!(found(&[("meta", map(&[("^type", "tool".into())]).into())]), "app.sub:c app:a");
    assert_eq!(found(&[("meta", map(&[("deep", map(&[("er", "yes".into())]).into())]).into())]), "app:b");
}

#[test]
fn other_keys_are_ignored_and_named() {
    let filter =
        map(&[("kind", "x".into()), ("type", "y".into()), (".color", "z".into()), ("meta", "m".into())]);
    let (query, ignored) = Query::compile(&filter).unwrap();
    assert_eq!(query.find(&snapshot()).len(), 4);
    assert_eq!(
        ignored,
        [
            "filter key \"kind\" is ignored (did you mean .kind?)",
            "filter key \"type\" is ignored (did you mean meta.type?)",
            "filter key \".color\" is ignored (.kind, .ns, .name, .id and meta.… are known)",
            "filter key \"meta\" is ignored (meta.… or a map as meta expected)",
        ]
    );
}

#[test]
fn bad_filters_are_refused() {
    let compile = |key: &str, value: Data| Query::compile(&map(&[(key, value)])).unwrap_err().to_string();
    assert!(compile("~meta.x", "(".into()).starts_with("filter key \"~meta.x\": bad regular expression"));
    assert!(compile("~meta.x", "(a{1000}){1000}".into()).contains("bad regular expression"));
    assert_eq!(compile("^meta.x", list(&[])), "filter key \"^meta.x\": a text expected, got list");
    assert_eq!(compile(".kind", Data::Null), "filter key \".kind\": a text expected, got nil");
}

#[test]
fn globs() {
    for (glob, yes, no) in [
        ("a*", &["a", "abc"][..], &["ba", ""][..]),
        ("*a", &["a", "cba"], &["ab"]),
        ("a*a", &["aa", "aba"], &["a", "ab"]),
        ("*a*b*", &["ab", "xaxbx", "aab"], &["ba", "a"]),
        ("**", &["", "x"], &[]),
    ] {
        yes.iter().for_each(|text| assert!(fits(glob, text), "{glob} {text}"));
        no.iter().for_each(|text| assert!(!fits(glob, text), "{glob} {text}"));
    }
}
