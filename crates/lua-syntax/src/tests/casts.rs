//! Casts, and the words that are names in plain Lua.

use super::{mistakes, tree, trees};
use expect_test::expect;

#[test]
fn casts() {
    let found = trees(
        r#"
        return x as T, x :: T, x!
        return -x as T, 2 ^ x as T, a + b :: T, a .. b as T
        return a as B as C, a!!, a! as B!, a as B :: C
        return x as A | B & C, x as {a: B}, x as (A) -> B | C, x as a.b.C<D>
        return (x!).f, (x :: T)[1], (x as T):m()
        return f(x) as T == 1, {a as T, b!}, "s" as T, 1 as T, {} as T, function() end as F
        if x as number < 5 and x as integer > 2 then end
        return a.b! ~= c!, x! == y
        return f(x as T, y :: U)
        local x = a as T? local y = 1
        "#,
    );
    expect![[r#"
        (return (as x T) (as x T) (! x))
        (return (Neg (as x T)) (Pow 2 (as x T)) (Add a (as b T)) (.. a (as b T)))
        (return (as (as a B) C) (! (! a)) (! (as (! a) B)) (as (as a B) C))
        (return (as x (| A (& B C))) (as x (record a:B)) (as x (fun A -> (| B C))) (as x a.b.C<D>))
        (return (. (paren (! x)) f) ([] (paren (as x T)) 1) (call:m (paren (as x T))))
        (return (Eq (as (call f x) T) 1) (table (as a T) (! b)) (as "s" T) (as 1 T) (as (table) T) (as (fn [] {}) F))
        (if (And (Lt (as x number) 5) (Gt (as x integer) 2)) {})
        (return (Ne (! (. a b)) (! c)) (Eq (! x) y))
        (return (call f (as x T) (as y U)))
        (local x = (as a (? T))) (local y = 1)
    "#]].assert_eq(&found);
}

#[test]
fn a_label_follows_an_expression() {
    let found = trees(
        r#"
        for i = 1, 2 do local x = f() ::continue:: end
        local x = y ::l:: z = 1
        local x = y ::l:: ::m::
        local x = y :: T ::l::
        local x = y :: T z = 1
        local x: T ::l::
        "#,
    );
    expect![[r#"
        (for i = 1 2 {(local x = (call f)) (label continue)})
        (local x = y) (label l) (set z = 1)
        (local x = y) (label l) (label m)
        (local x = (as y T)) (label l)
        (local x = (as y T)) (set z = 1)
        (local x:T) (label l)
    "#]]
    .assert_eq(&found);
}

#[test]
fn words_stay_names() {
    let words =
        ["type", "is", "as", "fun", "interface", "readonly", "keyof", "extends", "typeof", "asserts", "self"];
    let program = |word: &str| {
        format!(
            "local {word} = {word}.{word} {word}.{word} = {word} {word} = {word}:{word}({word})
            {word}({word})
            {word}{{{word} = {word}, {word}}} {word}'x' {word}[1] = {word}[{word}] {word}, {word} = {word}, 1
            function {word}.{word}:{word}({word}) return {word} end goto {word} ::{word}::
            local function {word}({word}) end
            for {word} = 1, 2 do end for {word} in {word} do end
            local x: {word} = {word} as {word} return {word}"
        )
    };
    let ordinary = tree(&program("zzz"));
    for word in words {
        assert_eq!(tree(&program(word)), ordinary.replace("zzz", word));
    }
}

#[test]
fn a_statement_begins_with_as() {
    let found = trees(
        "
        local x = y as = 1
        local x = y as.z = 1
        local x = y as, b = 1, 2
        local x = y as:f()
        local x = y as[1] = 2
        ",
    );
    expect![[r#"
        (local x = y) (set as = 1)
        (local x = y) (set (. as z) = 1)
        (local x = y) (set as b = 1 2)
        (local x = y) (call:f as)
        (local x = y) (set ([] as 1) = 2)
    "#]]
    .assert_eq(&found);
    assert_eq!(tree("local x = y\nas(1)"), "(local x = y) (call as 1)");
    assert_eq!(tree("local x = y\nas{1}"), "(local x = y) (call as (table 1))");
    assert_eq!(tree("local x = y\nas'1'"), "(local x = y) (call as \"1\")");
    assert_eq!(tree("local x = y\nas T"), "(local x = (as y T))");
}

#[test]
fn a_call_may_begin_a_line() {
    assert_eq!(tree("local x = f\n(g)()"), "(local x = (call (call f g)))");
    assert_eq!(tree("local x: T = f\n(g)()"), "(local x:T = (call (call f g)))");
    assert_eq!(tree("local x: T @min\n(g)()"), "(local x:T@min()) (call (paren g))");
    assert_eq!(tree("local function f(): T\n(g)() end"), "(local-function f []:(T) {(call (paren g))})");
}

#[test]
fn faulty_casts() {
    let found = mistakes(
        "
        return x as
        return x as 5 6
        return x!.f
        return (x as T).f, x as T:m()
        return x :: T[1][2].f, x! [1]
        return a :: B :: {}
        return x as Foo < 3
        local x = y :: 
        x! = 1
        x as T = 1
        x as T
        ",
    );
    expect![[r#"
        return x as
            1:12: a type expected, found the end of the file
        return x as 5 6
            1:15: the end of the block expected behind 'return', found '6' (help: write 'do return end' to leave early)
        return x!.f
            1:10: an operator or a new statement expected behind a cast, found '.' (help: put the cast in parentheses, as in '(x as T).field')
        return (x as T).f, x as T:m()
            1:26: an operator or a new statement expected behind a cast, found ':' (help: put the cast in parentheses, as in '(x as T).field')
        return x :: T[1][2].f, x! [1]
            1:20: an operator or a new statement expected behind a cast, found '.' (help: put the cast in parentheses, as in '(x as T).field')
        return a :: B :: {}
            1:10: the end of the block expected behind 'return', found '::' (help: write 'do return end' to leave early)
            1:18: a statement expected, found '{'
        return x as Foo < 3
            1:20: '>' expected to close '<', found the end of the file
        local x = y ::
            1:15: a type expected, found the end of the file
        x! = 1
            1:2: '=' or a call expected behind an expression, found '!'
        x as T = 1
            1:3: '=' or a call expected behind an expression, found 'as'
        x as T
            1:3: '=' or a call expected behind an expression, found 'as'
    "#]].assert_eq(&found);
}
