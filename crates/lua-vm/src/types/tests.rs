//! Sources that want much: what types are made of is bounded, and nothing recurses without end.

use std::fmt::Write as _;
use std::sync::Arc;

use super::{Form, Type, is_subtype};
use crate::proto::Proto;

fn compiled(source: &str) -> Arc<Proto> {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    crate::compile(&parsed.chunk, "test", &lines).unwrap()
}

fn refused(source: &str) -> String {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let mistakes = crate::compile(&parsed.chunk, "test", &lines).unwrap_err();
    let one = |m: &lua_syntax::SyntaxError| format!("{}; {}", m.message, m.help.clone().unwrap_or_default());
    mistakes.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn declared(proto: &Proto, name: &str) -> Type {
    let types = proto.types.as_ref().unwrap();
    Type { graph: types.graph.clone(), at: types.export(name).unwrap() }
}

fn nodes(proto: &Proto) -> usize {
    proto.types.as_ref().unwrap().graph.nodes().len()
}

/// Text of `n` pieces.
fn many(n: usize, piece: impl Fn(usize) -> String) -> String {
    (0..n).map(piece).collect()
}

#[test]
fn code_without_types_has_none() {
    let proto = compiled("local t = {} return function(x: number) return x as string end");
    assert!(proto.types.is_none() && proto.own_types.is_empty());
}

#[test]
fn generic_types_in_each_other_are_expanded_some_way() {
    let proto = compiled("type G<T> = {a: G<{T}>?, b: G<{[string]: T}>?} type U = G<number> type M = {G<M>}");
    assert!(nodes(&proto) < 40_000, "{}", nodes(&proto));
    let wide = many(500, |i| format!("f{i}: T, "));
    let uses = many(500, |i| format!("type U{i} = G<\"{i}\"> "));
    let proto = compiled(&format!("type G<T> = {{{wide}}} {uses}"));
    assert!(nodes(&proto) < 40_000, "{}", nodes(&proto));
    assert_eq!(declared(&proto, "U0").show(), "U0");
}

#[test]
fn keys_and_parts_of_many_types_are_bounded() {
    let fields = many(1000, |i| format!("f{i}: number, "));
    let uses = many(1000, |i| format!("type K{i} = keyof(R) type X{i} = R[K{i}] type A{i} = R "));
    let proto = compiled(&format!("type R = {{{fields}}} {uses}"));
    assert!(nodes(&proto) < 200_000, "{}", nodes(&proto));
}

#[test]
fn long_chains_are_followed_without_recursion() {
    let n = 20_000;
    let mut chain = String::from("type T0 = number ");
    for i in 1..n {
        write!(chain, "type T{i} = T{} ", i - 1).unwrap();
    }
    let last = declared(&compiled(&chain), &format!("T{}", n - 1));
    assert!(matches!(last.form(), Form::Number));
    // The other way round, as lists of each other.
    let deep = many(n, |i| format!("type T{i} = {{T{}}} ", i + 1)) + &format!("type T{n} = string ");
    let proto = compiled(&deep);
    let (first, second) = (declared(&proto, "T0"), declared(&proto, "T1"));
    // Equal as deep as anybody looks.
    assert!(first.is(&second) && is_subtype(&first, &second).0 && first.show() == "T0");
    let near = declared(&proto, &format!("T{}", n - 3));
    assert!(!near.is(&declared(&proto, &format!("T{}", n - 2))));
    // Locals that are what others are.
    let locals = many(150, |i| format!("local l{} = {{l{i}}} ", i + 1));
    let proto = compiled(&format!("local l0 = 1 {locals} type T = typeof(l150)"));
    assert_eq!(declared(&proto, "T").kind(), "array");
}

#[test]
fn many_validators_are_refused_or_fit_nothing() {
    let many_here = "@min(1) ".repeat(9);
    assert!(
        refused(&format!("type T = number {many_here}")).starts_with("a type has more than 8 validators")
    );
    let chain = many(40, |i| format!("type T{} = T{i} @max({i}) ", i + 1));
    let proto = compiled(&format!("type T0 = number {chain}"));
    assert!(matches!(declared(&proto, "T40").form(), Form::Unresolved(_)));
}

#[test]
fn wrong_validators_are_refused_with_the_right_one() {
    for (source, expected) in [
        ("type T = number @mim(1)", "unknown validator '@mim'; did you mean '@min'?"),
        ("type T = string @length(1)", "unknown validator '@length'; validators are @min,"),
        (
            "type T = string @max(1)",
            "'@max' does not fit the type in front of it; for the length of a string write '@max_len'",
        ),
        (
            "type T = number @min_len(1)",
            "'@min_len' does not fit the type in front of it; for numbers write '@min'",
        ),
        (
            "type T = {number} @pattern('a')",
            "'@pattern' does not fit the type in front of it; '@pattern' belongs to strings",
        ),
        (
            "type T = boolean @min(1)",
            "'@min' does not fit the type in front of it; a boolean has no validators",
        ),
        (
            "type T = fun() @min(1)",
            "'@min' does not fit the type in front of it; a function has no validators",
        ),
        ("type T = number @min('1')", "'@min' has the wrong argument; write '@min(0)', with one number"),
        ("type T = number @min(1, 2)", "'@min' has the wrong argument"),
        (
            "type T = string @min_len(1.5)",
            "'@min_len' has the wrong argument; write '@min_len(1)', with one integer",
        ),
        ("type T = string @pattern(5)", "'@pattern' has the wrong argument; write '@pattern("),
        ("local x: {a: {string @pat('x')}}", "unknown validator '@pat'; did you mean"),
        ("local f = function(a: number @maxi(5)) end", "unknown validator '@maxi'; did you mean '@max'?"),
        ("local x = y as (number @nope(5))", "unknown validator '@nope'"),
        ("type T = number T = 5", "cannot assign to 'T', which is a type"),
    ] {
        let said = refused(source);
        assert!(said.starts_with(expected), "{source}: {said}");
    }
}

#[test]
fn all_parts_of_a_type_are_hashed_as_each_would_be_alone() {
    let source = "type R = {next: R?, list: {U}} type U = {u: (number | R | string)?} type A = {{{number}}} type N = number";
    let proto = compiled(source);
    let graph = &proto.types.as_ref().unwrap().graph;
    let (all, _) = super::same::hashes(graph.nodes());
    for (at, hash) in all.iter().enumerate() {
        // A copy of what is reached from it, and of nothing else.
        let mut copier = super::copy::Copier::new(1000, None);
        let source = copier.source(graph, &"".into());
        let root = copier.node(source, at as u32);
        let (alone, _) = super::same::hashes(&copier.finish().0);
        assert_eq!(alone[root as usize], *hash, "{:?}", graph.nodes()[at]);
    }
}

#[test]
fn hashing_what_a_program_makes_is_bounded() {
    let fields = many(250, |i| format!("a{i}: R{i}?, "));
    let records = many(250, |i| format!("type R{i} = {{n: R{}?}} ", (i + 1) % 250));
    for source in [
        format!("{records} type G<T> = {{{fields} v: T}}"),
        format!("type G<T> = {} nil", many(1000, |i| format!("\"{i}\" | "))),
    ] {
        let proto = compiled(&source);
        let made = super::instantiate(&declared(&proto, "G"), &[Type::built_in(super::BuiltIn::Number)]);
        let (_, work) = made.unwrap();
        assert!(work <= 66 * super::MOST, "{work}");
    }
}

#[test]
fn all_wrong_validators_are_told_each_once_in_order() {
    let said = refused(
        "type A = number @mim(1) @max('x') type B = {s: string @max(1)} local x: boolean @min(1) type C = typeof(x)",
    );
    let starts = ["unknown validator '@mim'", "'@max' has the", "'@max' does not fit", "'@min' does not fit"];
    assert_eq!(said.lines().count(), starts.len(), "{said}");
    for (line, start) in said.lines().zip(starts) {
        assert!(line.starts_with(start), "{said}");
    }
}

#[test]
fn types_of_other_units_are_linked_once_and_only_where_they_are_values() {
    use crate::opcode::Op;
    use std::sync::atomic::Ordering::Relaxed;
    let links = |proto: &Proto| {
        proto.code.iter().filter(|w| Op::decode(w.load(Relaxed)) == Some(Op::LinkType)).count()
    };
    let source = "type A = lib.T type B = {a: A} type C = {b: B, n: number} type D = number local x: C ";
    assert_eq!(links(&compiled(&format!("{source} return D"))), 0);
    assert_eq!(
        links(&compiled(&format!("{source} return D, function() return C, function() return C end end"))),
        1
    );
    assert_eq!(links(&compiled(&format!("{source} return A, B, B(5)"))), 2);
}
