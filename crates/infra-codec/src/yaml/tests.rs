//! YAML: scalars, anchors, merges, spans, mistakes with their places, round trips.

use super::{Node, Value, decode, encode, parse};
use crate::json;
use expect_test::{Expect, expect};
use infra_base::{Data, Kind, Map, SourceFile};
use proptest::prelude::*;
use std::sync::Arc;

fn file(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile { name: "a.yaml".into(), text: text.into() })
}

fn as_json(yaml: &str) -> String {
    String::from_utf8(json::encode(&decode(yaml).unwrap())).unwrap()
}

/// Each mistake as `line:column: message "underlined" | help`.
fn mistakes(texts: &[&str], expected: Expect) {
    let mut out = String::new();
    for yaml in texts {
        for d in parse(&file(yaml)).expect_err("a mistake") {
            let under: Vec<_> = d.labels.iter().map(|l| format!("{:?}", &yaml[l.span.clone()])).collect();
            let help = d.help.as_ref().map(|h| format!(" | {h}")).unwrap_or_default();
            out.push_str(&format!("{} {}{help}\n", d.one_line(), under.join(" ")));
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn scalars_resolve_as_applications_expect() {
    for (yaml, expected) in [
        ("~", Value::Null),
        ("'~'", Value::Text("~".into())),
        ("True", Value::Bool(true)),
        ("yes", Value::Text("yes".into())),
        ("off", Value::Text("off".into())),
        ("0755", Value::Int(493)),
        ("0o755", Value::Int(493)),
        ("-0x1F", Value::Int(-31)),
        ("0b101", Value::Int(5)),
        ("1_000", Value::Int(1000)),
        ("_1", Value::Text("_1".into())),
        ("08540", Value::Text("08540".into())),
        ("0", Value::Int(0)),
        ("-0", Value::Int(0)),
        ("0.5", Value::Float(0.5)),
        ("1e3", Value::Float(1000.0)),
        ("1.", Value::Float(1.0)),
        (".5", Value::Float(0.5)),
        ("-.inf", Value::Float(f64::NEG_INFINITY)),
        (".", Value::Text(".".into())),
        ("1e", Value::Text("1e".into())),
        ("inf", Value::Text("inf".into())),
        ("+", Value::Text("+".into())),
        ("9223372036854775808", Value::Float(9_223_372_036_854_775_808.0)),
        ("-9223372036854775808", Value::Int(i64::MIN)),
        ("1.2.3", Value::Text("1.2.3".into())),
        ("2026-01-02", Value::Text("2026-01-02".into())),
        ("12:30", Value::Text("12:30".into())),
        ("!!str 5", Value::Text("5".into())),
        ("!!float 5", Value::Float(5.0)),
        ("! 5", Value::Text("5".into())),
    ] {
        assert_eq!(parse(&file(yaml)).map(|n| n.value), Ok(expected), "{yaml}");
    }
}

#[test]
fn anchors_merges_and_documents() {
    let yaml = "
base: &base {a: 1, b: {c: 2}}
more: &more {a: 9, d: 4}
one: {<<: *base, a: 5}
two:
  <<: [*base, *more]
  e: *base
quoted: {'<<': 1}
text: &t hello
again: *t
*t : key
--- # not read
broken: [
";
    assert_eq!(
        as_json(yaml),
        r#"{"base":{"a":1,"b":{"c":2}},"more":{"a":9,"d":4},"one":{"a":5,"b":{"c":2}},"two":{"e":{"a":1,"b":{"c":2}},"a":1,"b":{"c":2},"d":4},"quoted":{"\u003c\u003c":1},"text":"hello","again":"hello","hello":"key"}"#
    );
}

#[test]
fn json_files_are_yaml_too() {
    assert_eq!(
        as_json("{\n\t\"a\": [1,\t\"\\ud83d\\ude00\\/\"],\n\t\"b\": {}\n}\n"),
        r#"{"a":[1,"😀/"],"b":{}}"#
    );
    let long = "k".repeat(1000);
    assert_eq!(as_json(&format!("{{\"{long}\": 1}}")), format!("{{\"{long}\":1}}"));
}

#[test]
fn spans_point_at_what_was_written() {
    let text =
        "é: 1\nlist:\n  - name: \"x y\"\n    empty:\n  - [a, b]\nblock: |\n  one\n  two\n\nlast: end\n";
    let node = parse(&file(text)).unwrap();
    fn walk(node: &Node, text: &str, out: &mut String) {
        match &node.value {
            Value::Map(pairs) => pairs.iter().for_each(|(k, v)| {
                out.push_str(&format!("{} {:?}\n", &text[k.span.clone()], &text[v.span.clone()]));
                walk(v, text, out);
            }),
            Value::List(items) => items.iter().for_each(|v| {
                out.push_str(&format!("- {:?}\n", &text[v.span.clone()]));
                walk(v, text, out);
            }),
            _ => {}
        }
    }
    let mut out = String::new();
    walk(&node, text, &mut out);
    expect![[r#"
        é "1"
        list "- name: \"x y\"\n    empty:\n  - [a, b]"
        - "name: \"x y\"\n    empty:"
        name "\"x y\""
        empty ""
        - "[a, b]"
        - "a"
        - "b"
        block "one\n  two\n\n"
        last "end"
    "#]]
    .assert_eq(&out);
}

#[test]
fn mistakes_point_at_their_place() {
    mistakes(
        &[
            "a:\n\tb: 1\n",
            "a: 1\nb: 2\na: 3\nc: {x: 1, x: 2}\n",
            "a: *nowhere\n",
            "a: &x [1, *x]\n",
            "a: [1, 2\nb: 3\n",
            "a: \"open\n",
            "a: b: c\n",
            "a: 1\n  b: 2\n",
            "- a\nb: 1\n",
            "a: !include x.yaml\nb: !!int x\n",
            "[a, b]: 1\n",
            "a: {<<: 5}\n",
            "a: @b\n",
            "a: '\u{1}'\n- b",
        ],
        expect![[r#"
            a.yaml:2:1: a tab is not allowed here "\t" | indent with spaces
            a.yaml:3:1: key "a" is there twice "a" "a"
            a.yaml:4:11: key "x" is there twice "x" "x"
            a.yaml:1:4: this alias has no anchor "*" | an anchor `&name` must stand before its alias `*name`; quote the text if no alias is meant
            a.yaml:1:11: this alias stands inside of what it names "*x"
            a.yaml:2:2: no `:` is allowed here ":" | is a closing `]` or `}` missing before it?
            a.yaml:1:4: this quoted text is not closed "\"" | add the closing quote
            a.yaml:1:5: no `key: value` is allowed here ":" | quote a text that contains `: `, or start a new line
            a.yaml:2:4: no `key: value` is allowed here ":" | quote a text that contains `: `, or start a new line
            a.yaml:2:1: `-` of the next list item expected "b" | items of one list start in the same column
            a.yaml:1:13: unknown tag !include "x.yaml" | known are !!str !!int !!float !!bool !!null !!seq !!map; quote a text that starts with `!`
            a.yaml:2:10: "x" does not fit the tag !!int "x"
            a.yaml:1:1: a key must be a text "[" | write the key as one word or in quotes
            a.yaml:1:5: `<<` takes a map or a list of maps "<<" | write `<<: *anchor`
            a.yaml:1:4: a text can't start with this character "@" | put the text into quotes
            a.yaml:1:5: this character is not allowed here "\u{1}"
        "#]],
    );
}

#[test]
fn an_alias_bomb_is_refused_at_once() {
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for i in 1..60 {
        bomb.push_str(&format!("a{i}: &a{i} [*a{p}, *a{p}]\n", p = i - 1));
    }
    mistakes(
        &[&bomb],
        expect![[r#"
        a.yaml:15:18: aliases expand to more than 100000 values "*a13" | write fewer aliases to collections that hold aliases
    "#]],
    );
}

#[test]
fn depth_is_bounded_also_through_aliases() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(parse(&file(&deep(Data::MAX_DEPTH))).is_ok());
    for text in [deep(Data::MAX_DEPTH + 1), deep(100_000), format!("a: &a {}\nb: [[{{c: *a}}]]", deep(126))] {
        let found = parse(&file(&text)).unwrap_err();
        assert!(found[0].message.starts_with("nested"), "{}", found[0].message);
    }
}

#[test]
fn empty_and_malformed_payloads_are_classified() {
    assert_eq!(decode(" \n").unwrap_err().kind(), Kind::Invalid);
    let error = decode("a: [").unwrap_err();
    assert_eq!(error.kind(), Kind::Internal);
    expect!["malformed yaml:1:4: this list is not closed"].assert_eq(error.message());
    assert_eq!(parse(&file("")).unwrap().value, Value::Null);
    assert_eq!(parse(&file("# only a comment\n")).unwrap().value, Value::Null);
}

#[test]
fn encoding_is_readable() {
    let data = json::decode(
        br#"{"kind":"http.service","addr":":8080","n":1,"f":1.0,"yes":"no","num":"012","empty":{},"none":[],"text":"a\nb\n","list":[{"a":1,"b":[1,2]},[3],"x: y"]}"#,
    );
    expect![[r#"
        kind: http.service
        addr: ":8080"
        "n": 1
        f: 1.0
        "yes": "no"
        num: "012"
        empty: {}
        none: []
        text: |
          a
          b
        list:
          - a: 1
            b:
              - 1
              - 2
          - - 3
          - "x: y"
    "#]]
    .assert_eq(&encode(&data.unwrap()));
}

#[test]
fn keys_of_any_length_read_back() {
    for key in ["k".repeat(999), "k".repeat(5000), "a b\n".repeat(900), "\u{1F600}".repeat(1000)] {
        let inner: Map = [(key.as_str().into(), Data::List(vec![Data::Int(1)])), ("b".into(), Data::Null)]
            .into_iter()
            .collect();
        let outer: Map = [("a".into(), Data::Int(1)), (key.into(), Data::Map(inner))].into_iter().collect();
        let data = Data::List(vec![Data::Map(outer), Data::Bool(true)]);
        assert_eq!(decode(&encode(&data)).unwrap(), data);
    }
}

proptest! {
    #[test]
    fn what_is_encoded_reads_back(data in crate::json::tests::any_data()) {
        let text = encode(&data);
        let back = parse(&file(&text)).map(Node::into_data);
        prop_assert_eq!(back, Ok(data), "{}", text);
    }

    #[test]
    fn any_text_is_answered(text in "[-a-z:&*!<>|{}\\[\\],'\"#\t\n ?%@~0-9.]{0,60}") {
        for mistake in parse(&file(&text)).err().unwrap_or_default() {
            for label in &mistake.labels {
                prop_assert!(text.get(label.span.clone()).is_some(), "{label:?}");
            }
        }
    }
}
