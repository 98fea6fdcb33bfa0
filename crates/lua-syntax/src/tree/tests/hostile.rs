//! Bytes that want to exhaust the stack, the memory or the patience of the reader.

use super::super::tags::{self, first, link, stat, type_link};
use super::super::{MAGIC, Remark, VERSION, decode, encode};
use super::{SOURCES, bytes, encoded, goes_round, on_small_stack};
use crate::ast::{Annotation, Block, Expr, Field, Function, MethodSig, Name, Stat, TypeExpr, TypedName};
use crate::tests::hostile::{CHAINS, NESTED, nested};
use crate::{LineIndex, MAX_DEPTH, MAX_HEIGHT, parse};

fn parses(source: &str) -> bool {
    parse(source.as_bytes()).errors.is_empty()
}

/// The highest tree that the parser accepts of a kind.
fn highest(source: impl Fn(usize) -> String, limit: u32) -> String {
    let highest = (1..=limit as usize).rev().find(|height| parses(&source(*height)));
    source(highest.expect("one of them parses"))
}

#[test]
fn the_highest_trees_go_round() {
    let mut sources: Vec<String> =
        NESTED.into_iter().map(|shape| highest(|n| nested(shape, n), MAX_DEPTH)).collect();
    sources.extend(
        CHAINS.into_iter().map(|(start, link)| highest(|n| format!("{start}{}", link.repeat(n)), MAX_HEIGHT)),
    );
    let further = [
        ("x = ", "f{g'a', [h{}] = ", "1", "}"),
        ("type T = ", "fun(): (A, ", "B", ")"),
        ("type T = ", "A | B & C @a({", "1", "})"),
        ("type T = ", "typeof(function(x: ", "A", ") end)"),
        ("type T = ", "(A extends B | C & ", "{D}", " ? E : F)"),
        ("", "for k in f{function() ", "g()", " end}.x do end"),
        ("", "x, y[(", "1", ")] = 1"),
        ("x = ", "(function() local function f(): (A, B) return not 1 .. -", "2", " end end).a.b.c:d()"),
        ("type T = ", "readonly {readonly (", "A", ")[]}"),
    ];
    let repeated = |(start, open, middle, close): (&str, &str, &str, &str), n| {
        format!("{start}{}{middle}{}", open.repeat(n), close.repeat(n))
    };
    sources.extend(further.into_iter().map(|shape| highest(|n| repeated(shape, n), MAX_DEPTH)));
    sources.push(highest(|n| format!("function a{}() end", ".b".repeat(n)), MAX_HEIGHT));
    for source in sources {
        on_small_stack(move || goes_round(source.as_bytes()));
    }
}

/// A tree of one statement, which begins with these bytes.
fn one_statement(source_length: u64, bytes: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.push(VERSION);
    number(&mut out, source_length);
    // No line breaks, no comments, one statement.
    out.extend([0, 0, 1]);
    out.extend(bytes);
    out
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn refusal(bytes: Vec<u8>) -> String {
    on_small_stack(move || decode(&bytes).map(drop).unwrap_err().to_string())
}

/// `return` and one expression that begins with these bytes.
fn returned(bytes: impl IntoIterator<Item = u8>) -> Vec<u8> {
    one_statement(u32::MAX.into(), [stat::RETURN, 1].into_iter().chain(bytes))
}

/// `type a = …`
fn typed(bytes: impl IntoIterator<Item = u8>) -> Vec<u8> {
    one_statement(u32::MAX.into(), [stat::TYPE, 0, 0, 1, b'a', 0].into_iter().chain(bytes))
}

const MORE: u8 = 1 << 4;
const MORE_LINKS: u8 = 1 << 5;
const MORE_TYPE_LINKS: u8 = 1 << 3;

#[test]
fn depth_bombs_are_refused() {
    const TIMES: usize = 1 << 18;
    let many = |unit: &[u8]| unit.repeat(TIMES);
    let bombs: Vec<(Vec<u8>, &str)> = vec![
        (returned(many(&[first::PAREN])), "nesting"),
        (returned(many(&[first::UNARY])), "nesting"),
        (returned(many(&[first::TABLE, 1, 0])), "nesting"),
        (returned(many(&[first::FUNCTION, 0, 0, 0, 1, stat::RETURN, 1])), "nesting"),
        (returned(many(&[first::NIL | MORE, 6])), "nesting"),
        (returned([vec![first::NIL | MORE], many(&[MORE_LINKS, first::NIL])].concat()), "high"),
        (returned([vec![first::NIL | MORE], many(&[link::NON_NIL | MORE_LINKS])].concat()), "high"),
        (
            returned([vec![first::NAME | MORE, 0, 1, b'a'], many(&[link::CALL | MORE_LINKS, 0])].concat()),
            "high",
        ),
        (
            returned([vec![first::NAME | MORE, 0, 1, b'a'], many(&[link::FIELD | MORE_LINKS, 1])].concat()),
            "high",
        ),
        (returned(many(&[first::NIL | MORE, link::CAST, tags::ty::TYPEOF])), "nesting"),
        (one_statement(u32::MAX.into(), many(&[stat::DO, 0, 1])), "nesting"),
        (one_statement(u32::MAX.into(), many(&[stat::IF, 1, first::NIL, 0, 1])), "nesting"),
        (typed(many(&[tags::ty::GROUP])), "nesting"),
        (typed(many(&[tags::ty::ARRAY, 0])), "nesting"),
        (typed(many(&[tags::ty::FUNCTION, 0, 0, 1])), "nesting"),
        (
            typed(many(&[tags::ty::NIL | MORE, type_link::CONDITIONAL, tags::ty::NIL, tags::ty::NIL])),
            "nesting",
        ),
        (typed([vec![tags::ty::NIL | MORE], many(&[type_link::ARRAY | MORE_TYPE_LINKS])].concat()), "high"),
        (
            typed([vec![tags::ty::NIL | MORE], many(&[type_link::OPTIONAL | MORE_TYPE_LINKS])].concat()),
            "high",
        ),
        // Members that hold members never get that far.
        (
            typed(many(&[tags::ty::NIL | MORE, type_link::UNION | 2 << 4])),
            "a union stands without parentheses",
        ),
        (
            typed(many(&[tags::ty::NIL | MORE, type_link::INTERSECTION | 2 << 4])),
            "an intersection stands without",
        ),
        (one_statement(u32::MAX.into(), many(&[stat::CALL, first::NIL | MORE])), "binds looser"),
    ];
    for (at, (bytes, wanted)) in bombs.into_iter().enumerate() {
        let found = refusal(bytes);
        assert!(found.contains(wanted), "{at}: {found}");
    }
}

#[test]
fn length_bombs_are_refused() {
    let mut huge = Vec::new();
    number(&mut huge, 1 << 60);
    let with = |before: &[u8]| [before, &huge, &[0; 100]].concat();
    for (bytes, wanted) in [
        (one_statement(9, with(&[stat::LOCAL])), "a list of 1152921504606846976 is longer"),
        (one_statement(9, with(&[stat::DO, 0])), "a list of"),
        (returned(with(&[first::TABLE])), "a list of"),
        (returned(with(&[first::STR])), "the bytes end too early"),
        (returned(with(&[first::NAME, 0])), "the bytes end too early"),
        (returned(with(&[first::NAME])), "name 1152921504606846976 is referred to, there are 0"),
        (returned(with(&[first::NIL | 7 << 5])), "a number does not fit 32 bits"),
        (returned(with(&[first::NIL | MORE, link::CONCAT | 3 << 6])), "a number does not fit 32 bits"),
        (
            returned([vec![first::NIL | MORE, link::CONCAT | 3 << 6], vec![0xff, 0xff, 0xff, 0x7f]].concat()),
            "a list of 268435457 is",
        ),
        (typed(with(&[tags::ty::NAMED])), "a list of"),
        (one_statement(1 << 60, [0]), "a number does not fit 32 bits"),
        (
            one_statement(u32::MAX.into(), [stat::DO, 0xff, 0xff, 0xff, 0xff, 0xf]),
            "a place lies behind the end",
        ),
    ] {
        let found = refusal(bytes);
        assert!(found.contains(wanted), "{wanted}: {found}");
    }
    let lines = [&MAGIC[..], &[VERSION, 9], &huge].concat();
    assert!(refusal(lines).contains("a list of 1152921504606846976"));
    let remarks = [&MAGIC[..], &[VERSION, 9, 0], &huge].concat();
    assert!(refusal(remarks).contains("a list of 1152921504606846976"));
}

/// For each byte that a node is written in at least, it takes so many bytes of memory at most; lists have room for what they hold.
#[test]
fn nodes_take_little_memory() {
    let name = size_of::<Name>() + tags::SHARED;
    for (what, node, written) in [
        ("an expression", size_of::<Expr>(), 1),
        ("a type", size_of::<TypeExpr>(), 1),
        ("a named type", size_of::<TypeExpr>() + name, 3),
        ("a break", size_of::<Stat>(), 2),
        ("a goto", size_of::<Stat>() + tags::SHARED, 3),
        ("a local or parameter", size_of::<TypedName>() + tags::SHARED, 3),
        ("a field", size_of::<Field>() + tags::SHARED, 3 + 1),
        ("an arm", size_of::<(Expr, Block)>(), 1 + 3),
        ("a function", size_of::<Expr>() + size_of::<Function>(), 1 + 2 + 3),
        ("a method", size_of::<MethodSig>() + tags::SHARED, 2 + 2),
        ("an annotation", size_of::<Annotation>() + tags::SHARED, 4),
        ("a comment", size_of::<Remark>(), 3),
    ] {
        assert!(node <= 150 * written, "{what}: {node} bytes for {written}");
    }
}

/// Names that are referred to by a byte are short: long ones are written each time.
#[test]
fn long_names_are_not_multiplied() {
    let name = "n".repeat(1 << 16);
    let source = format!("local {name} {}", format!("{name}() ").repeat(50));
    assert!(goes_round(source.as_bytes()).len() > 50 << 16);
    let name = "n".repeat(tags::SHARED);
    let source = format!("local {name} {}", format!("{name}() ").repeat(50));
    assert!(goes_round(source.as_bytes()).len() < 400);
}

#[test]
fn long_flat_trees_go_round() {
    for source in [
        format!("x = a{}", " .. b".repeat(200_000)),
        format!("x = {{{}}}", "1,".repeat(200_000)),
        "f() ".repeat(200_000),
        "-- c\n".repeat(200_000),
        "\n".repeat(2_000_000),
        format!("if x then {} end", "elseif y then ".repeat(100_000)),
        format!("type T = A{}", " | B".repeat(100_000)),
        format!("type T = A{}", " @min(1)".repeat(100_000)),
        format!("type T = a{}", ".b".repeat(100_000)),
        (0..100_000).map(|i| format!("a{i}() ")).collect(),
    ] {
        goes_round(source.as_bytes());
    }
}

/// All forms, a statement each, so that a changed byte is near all others.
fn sample() -> Vec<u8> {
    let sources: Vec<&str> =
        SOURCES.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "return").collect();
    bytes(format!("-- lint: ignore W0001\n{}\nreturn 1", sources.join("\n")).as_bytes())
}

/// Refused, or a tree like others.
fn is_refused_or_whole(bytes: &[u8]) -> bool {
    let Ok(tree) = decode(bytes) else { return false };
    let again = decode(&encoded(&tree)).unwrap_or_else(|e| panic!("{e}: {bytes:?}"));
    assert!(again.chunk == tree.chunk && again.remarks == tree.remarks);
    true
}

#[test]
fn what_is_cut_is_refused() {
    let sample = sample();
    for end in 0..sample.len() {
        let error = decode(&sample[..end]).map(drop).expect_err("a tree is whole");
        assert!(!error.to_string().is_empty());
    }
    let error = decode(&[&sample[..], &[0]].concat()).map(drop).unwrap_err();
    assert!(error.to_string().starts_with("bytes follow behind the last statement at byte"), "{error}");
}

#[test]
fn changed_bytes_are_refused_or_another_tree() {
    let mut sample = sample();
    let mut whole = 0;
    for at in 0..sample.len() {
        let before = sample[at];
        for value in [
            0,
            1,
            0x7f,
            0x80,
            0xff,
            before ^ 1,
            before ^ 8,
            before ^ 0x10,
            before ^ 0x80,
            before.wrapping_add(1),
        ] {
            sample[at] = value;
            whole += usize::from(is_refused_or_whole(&sample));
        }
        sample[at] = before;
    }
    assert!(whole > 100, "{whole} changes gave another tree");
}

#[test]
fn an_encoded_tree_without_statements_is_small() {
    let parsed = parse(b"");
    assert_eq!(encode(&parsed.chunk, &LineIndex::new(b""), &[]).len(), MAGIC.len() + 1 + 4);
}
