//! Input that wants to exhaust the stack, the memory or the patience of the parser.

use super::{dump, errors, errors_of};
use crate::{MAX_HEIGHT, parse};
use proptest::prelude::*;

/// Parses, walks and drops on a stack as small as a worker's.
fn on_small_stack(source: String) -> String {
    let run = move || {
        let parsed = parse(source.as_bytes());
        dump::chunk(&parsed.chunk);
        parsed.errors.iter().map(|error| error.message.clone() + "\n").collect::<String>()
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread starts");
    thread.join().expect("neither parser nor walk panics")
}

pub(crate) const NESTED: [(&str, &str, &str); 22] = [
    ("x = ", "(", ")"),
    ("x = ", "{", "}"),
    ("x = ", "{[1]=", "}"),
    ("x = ", "- ", ""),
    ("x = ", "not ", ""),
    ("x = ", "1 ^ ", ""),
    ("x = ", "f(", ")"),
    ("x = ", "f{", "}"),
    ("x = ", "a[", "]"),
    ("x = ", "function() return ", " end"),
    ("", "do ", " end"),
    ("", "if x then ", " end"),
    ("", "if x then else ", " end"),
    ("", "function f() ", " end"),
    ("", "repeat ", " until x"),
    ("type T = ", "(", ")"),
    ("type T = ", "{", "}"),
    ("type T = ", "A<", ">"),
    ("type T = ", "fun():", ""),
    ("type T = ", "() -> ", ""),
    ("type T = ", "A extends B ? C : ", ""),
    ("type T = ", "typeof(x as ", ")"),
];

pub(crate) fn nested((start, open, close): (&str, &str, &str), depth: usize) -> String {
    let middle = if start.is_empty() { "f()" } else { "A" };
    format!("{start}{}{middle}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn nesting_is_bounded() {
    for shape in NESTED {
        assert_eq!(on_small_stack(nested(shape, 50)), "", "{shape:?}");
        for depth in [250, 100_000] {
            let found = on_small_stack(nested(shape, depth));
            assert_eq!(found, "nesting is deeper than 200 levels\n", "{shape:?}");
        }
    }
}

pub(crate) const CHAINS: [(&str, &str); 14] = [
    ("x = a", ".b"),
    ("x = a", "[1]"),
    ("x = a", "()"),
    ("x = a", ":b()"),
    ("x = a", "'b'"),
    ("x = a", " + 1"),
    ("x = a", " and b"),
    ("x = a", " as T"),
    ("x = a", "!"),
    ("a()", "()"),
    ("type T = A", "?"),
    ("type T = A", "[]"),
    ("type T = A", "[K]"),
    ("type T = fun(): (A)", "?"),
];

#[test]
fn chains_are_bounded() {
    for (start, link) in CHAINS {
        let fits = MAX_HEIGHT as usize - 10;
        assert_eq!(on_small_stack(format!("{start}{}", link.repeat(fits))), "", "{start}{link}");
        for times in [fits + 20, 100_000] {
            let found = on_small_stack(format!("{start}{}", link.repeat(times)));
            assert_eq!(found, "expression is a chain of more than 1000 levels\n", "{start}{link}");
        }
    }
}

/// The code generator makes a chain of fields of it.
#[test]
fn names_of_functions_are_chains() {
    let source = |times| format!("function a{}() end", ".b".repeat(times));
    assert_eq!(on_small_stack(source(MAX_HEIGHT as usize - 10)), "");
    for times in [MAX_HEIGHT as usize + 10, 100_000] {
        assert_eq!(on_small_stack(source(times)), "expression is a chain of more than 1000 levels\n");
    }
}

/// Chains inside parentheses inside chains add up, although each is short.
#[test]
fn chains_in_nests_are_bounded_together() {
    for (open, close) in [("(", ").b.c.d.e.f.g.h.i.j.k"), ("(", " + 1 + 1 + 1 + 1 + 1 + 1)"), ("{", "}[1]")] {
        let source = format!("x = {}a{}", open.repeat(150), close.repeat(150));
        let found = on_small_stack(source);
        assert!(
            found == "expression is a chain of more than 1000 levels\n" || open == "{",
            "{close}: {found}"
        );
    }
    let source = format!("type T = {}A{}", "fun(): (".repeat(90), format!("){}", "?".repeat(20)).repeat(90));
    assert_eq!(on_small_stack(source), "expression is a chain of more than 1000 levels\n");
}

#[test]
fn long_flat_texts_are_fine() {
    let parts = [
        format!("x = a{}", " .. b".repeat(200_000)),
        format!("x = {{{}}}", "1,".repeat(200_000)),
        "f() ".repeat(200_000),
        format!("if x then {} end", "elseif y then ".repeat(100_000)),
        format!("f({}1)", "1,".repeat(100_000)),
        format!("type T = A{}", " | B".repeat(100_000)),
        format!("type T = A{}", " @min(1)".repeat(100_000)),
        format!("type T = a{}", ".b".repeat(100_000)),
        format!("local a{} = 1", ", b".repeat(100_000)),
        format!("{}{}", "do ".repeat(150), "end\n ".repeat(150)),
    ];
    for source in parts {
        assert_eq!(on_small_stack(source), "");
    }
}

#[test]
fn megabytes_of_nonsense_end_soon() {
    let size = 10 << 20;
    for unit in [
        "\0",
        "\"",
        "'",
        "[",
        "[=",
        "[[",
        "]]",
        "--[",
        "--[[",
        "--[==[\n",
        "\\",
        "::",
        ":: a ",
        "::a::",
        "as ",
        "é",
        "$ ",
        "=",
        "<",
        ">>",
        "...",
        "..",
        ".",
        "end ",
        "end\n",
        "else ",
        "function ",
        "local ",
        "if ",
        "x ",
        "x\n",
        "1 ",
        "0x",
        "1e",
        "type X = ",
        "interface X ",
        "{",
        "}",
        "(",
        ")",
        "\"\\z\n",
        "\n",
        "return ",
        "until ",
        "x:",
        "f\n",
        "x = 1\n",
        "goto ",
        "\r",
        "@",
        "?",
        "!",
        "a.b.c = function() ",
        "\t \t\tend",
        "if a then else if b then ",
    ] {
        let source = unit.repeat(size / unit.len());
        let parsed = parse(source.as_bytes());
        assert!(parsed.errors.len() <= 20, "{unit}");
    }
}

#[test]
fn messages_quote_little_of_a_long_token() {
    let name = "a".repeat(1 << 20);
    assert!(errors(&format!("local x {name}")).len() < 200);
    assert!(errors(&format!("x = 1{}", "0.".repeat(1 << 20))).len() < 200);
    assert!(errors(&format!("{name} += 1")).len() < 200);
    assert!(errors(&format!("x = {}", "é".repeat(1 << 20))).len() < 200);
    assert!(errors(&format!("a:{name}")).len() < 300);
}

const SOUP: &[&str] = &[
    "and",
    "break",
    "do",
    "else",
    "elseif",
    "end",
    "false",
    "for",
    "function",
    "goto",
    "if",
    "in",
    "local",
    "nil",
    "not",
    "or",
    "repeat",
    "return",
    "then",
    "true",
    "until",
    "while",
    "type",
    "interface",
    "as",
    "asserts",
    "readonly",
    "is",
    "typeof",
    "keyof",
    "extends",
    "fun",
    "x",
    "y",
    "T",
    "1",
    "1.5",
    "0x1p4",
    "1..2",
    "'s'",
    "\"\\q\"",
    "\"open",
    "[[long]]",
    "[==[",
    "--c\n",
    "--[[c]]",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "^",
    "#",
    "&",
    "~",
    "|",
    "<<",
    ">>",
    "==",
    "~=",
    "<=",
    ">=",
    "<",
    ">",
    "=",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "::",
    ";",
    ":",
    ",",
    ".",
    "..",
    "...",
    "->",
    "?",
    "!",
    "@",
    "!=",
    "&&",
    "||",
    "+=",
    "\n",
    "\r\n",
    "$",
    "é",
    "\0",
    "\\",
];

/// What holds of every result: mistakes lie in the source, in order, and a faultless tree can be walked and serialised.
fn check(source: &[u8]) {
    let parsed = parse(source);
    assert!(parsed.errors.len() <= 20);
    assert!(parsed.errors.is_sorted_by_key(|error| error.span.start));
    for error in &parsed.errors {
        assert!(error.span.start <= error.span.end && error.span.end as usize <= source.len(), "{error:?}");
        assert!(!error.message.is_empty() && !error.message.contains('\n'), "{error:?}");
    }
    errors_of(source);
    dump::chunk(&parsed.chunk);
    if parsed.errors.is_empty() {
        crate::tree::tests::goes_round(source);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn token_soup(words in prop::collection::vec(prop::sample::select(SOUP), 0..60), glue in any::<bool>()) {
        check(words.join(if glue { " " } else { "" }).as_bytes());
    }

    #[test]
    fn byte_soup(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }

    /// A valid text from which tokens were taken, or in which they were swapped.
    #[test]
    fn broken_program(at in prop::collection::vec((0usize..1000, prop::sample::select(SOUP)), 1..4)) {
        let mut words: Vec<&str> = PROGRAM.split_inclusive([' ', '\n']).collect();
        for (place, word) in at {
            let place = place % words.len();
            words[place] = word;
        }
        check(words.join(" ").as_bytes());
    }
}

const PROGRAM: &str = "type Point < T > = { x : T , y ? : number }
interface Shape : Base function area ( ) : number end
local function f < T > ( a : { [ string ] : T } , ... : any ) : ( T , error ? )
if a . b == nil then return a : m ( 1 ) as T , ( x ! ) . y elseif not g { 1 ; k = 2 } then
for i = 1 , # t do t [ i ] = function ( ) : () end ::next:: end
for k , v in pairs ( t ) do local s = 'a' .. k .. v repeat break until s end
end return x :: fun ( ) : A | B & C end";
