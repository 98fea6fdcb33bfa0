//! Plain Lua: statements, expressions, precedence.

use super::{mistakes, trees};
use expect_test::expect;

#[test]
fn statements() {
    let found = trees(
        r#"
        local a
        local a, b = 1, ...
        a = 1
        a.b, c[1], d.e[f] = 1, 2
        f() f{1} f'x' f[[y]] a.b:c(1, 2)
        ; ; do end
        while x do f() break end
        repeat local y = f() until y
        if a then b() end
        if a then b() elseif c then d() elseif e then else g() end
        for i = 1, 10 do end
        for i = 1, 10, 2 do f(i) end
        for k, v in pairs(t) do end
        for _ in f, s, 1 do end
        function f() end
        function a.b.c:m(x, ...) return x, ... end
        local function f(a, b) return end
        goto done ::done::
        return
        return;
        return f(x), 2
        do return end f()
        if x then return 1; end
        while true do break f() end
        "#,
    );
    expect![[r#"
        (local a)
        (local a b = 1 ...)
        (set a = 1)
        (set (. a b) ([] c 1) ([] (. d e) f) = 1 2)
        (call f) (call f (table 1)) (call f "x") (call f "y") (call:c (. a b) 1 2)
        (do {})
        (while x {(call f) (break)})
        (repeat {(local y = (call f))} y)
        (if a {(call b)})
        (if a {(call b)} c {(call d)} e {} {(call g)})
        (for i = 1 10 {})
        (for i = 1 10 2 {(call f i)})
        (for k v in (call pairs t) {})
        (for _ in f s 1 {})
        (function f [] {})
        (function a.b.c:m [x ...] {(return x ...)})
        (local-function f [a b] {(return)})
        (goto done) (label done)
        (return)
        (return)
        (return (call f x) 2)
        (do {(return)}) (call f)
        (if x {(return 1)})
        (while true {(break) (call f)})
    "#]]
    .assert_eq(&found);
}

#[test]
fn precedence() {
    let found = trees(
        r#"
        return a or b and c
        return a == b ~= c < d
        return a | b ~ c & d << e
        return a .. b .. c + d .. e
        return (a .. b) .. c
        return a + b - c * d / e // f % g
        return -x ^ 2, 2 ^ -3, 2 ^ 3 ^ 4
        return not a == b, #a .. b, ~a | b, - - a
        return a < b > (c)
        return not not -#x
        "#,
    );
    expect![[r#"
        (return (Or a (And b c)))
        (return (Lt (Ne (Eq a b) c) d))
        (return (BitOr a (BitXor b (BitAnd c (Shl d e)))))
        (return (.. a b (Add c d) e))
        (return (.. (paren (.. a b)) c))
        (return (Sub (Add a b) (Mod (IDiv (Div (Mul c d) e) f) g)))
        (return (Neg (Pow x 2)) (Pow 2 (Neg 3)) (Pow 2 (Pow 3 4)))
        (return (Eq (Not a) b) (.. (Len a) b) (BitOr (BitNot a) b) (Neg (Neg a)))
        (return (Gt (Lt a b) (paren c)))
        (return (Not (Not (Neg (Len x)))))
    "#]]
    .assert_eq(&found);
}

#[test]
fn faulty_assignments() {
    let found = mistakes(
        r#"
        local
        local x =
        x
        x.y
        f() = 1
        (a) = 1
        a, f() = 1, 2
        a, b
        x == 1
        x += 1
        a.b ..= "x"
        x++
        local end = 1
        "#,
    );
    expect![[r#"
        local
            1:6: a variable name expected, found the end of the file
        local x =
            1:10: an expression expected, found the end of the file
        x
            1:1: this expression is not a statement, a call or an assignment expected
        x.y
            1:1: this expression is not a statement, a call or an assignment expected
        f() = 1
            1:1: cannot assign to this expression (help: a variable, 'a.b' or 'a[b]' stands left of '=')
        (a) = 1
            1:1: cannot assign to this expression (help: a variable, 'a.b' or 'a[b]' stands left of '=')
        a, f() = 1, 2
            1:4: cannot assign to this expression (help: a variable, 'a.b' or 'a[b]' stands left of '=')
        a, b
            1:5: '=' expected behind the targets of an assignment, found the end of the file
        x == 1
            1:3: '=' expected behind the target of an assignment, found '=='
        x += 1
            1:3: '+=' is not an operator (help: write 'x = x + …')
        a.b ..= "x"
            1:5: '..=' is not an operator (help: write 'a.b = a.b .. …')
        x++
            1:2: '++' is not an operator (help: write 'x = x + 1')
        local end = 1
            1:7: a variable name expected, found 'end' (help: 'end' is a reserved word and cannot be a name)
    "#]]
    .assert_eq(&found);
}

#[test]
fn faulty_blocks() {
    let found = mistakes(
        r#"
        if x = 1 then end
        if x end
        while x f() end
        while x + do f() end
        for i = 1 do end
        for i do end
        for a, b = 1, 2 do end
        for i = 1, 2 f() end
        repeat f()
        if x then else if y then end
        return 1 f()
        end
        function f( end
        function (x) end
        goto 1
        ::x
        local x <const> = 1
        "#,
    );
    expect![[r#"
        if x = 1 then end
            1:6: '==' expected in the condition of 'if', found '=' (help: '=' assigns, '==' compares)
        if x end
            1:6: 'then' expected behind the condition of 'if', found 'end'
        while x f() end
            1:9: 'do' expected behind the condition of 'while', found 'f'
        while x + do f() end
            1:11: an expression expected, found 'do'
        for i = 1 do end
            1:11: ',' expected between start and limit of 'for', found 'do'
        for i do end
            1:7: '=' or 'in' expected behind the variables of 'for', found 'do'
        for a, b = 1, 2 do end
            1:10: 'in' expected behind the variables of 'for', found '='
        for i = 1, 2 f() end
            1:14: 'do' expected behind the header of 'for', found 'f'
        repeat f()
            1:11: 'until' expected to close 'repeat' at line 1, found the end of the file
        if x then else if y then end
            1:29: 'end' expected to close 'if' at line 1, found the end of the file (help: the 'else if' at line 1 opens an 'if' with an 'end' of its own; 'elseif' does not)
        return 1 f()
            1:10: the end of the block expected behind 'return', found 'f' (help: write 'do return end' to leave early)
        end
            1:1: 'end' closes nothing
        function f( end
            1:13: a parameter name expected, found 'end' (help: 'end' is a reserved word and cannot be a name)
        function (x) end
            1:10: a function name expected, found '('
        goto 1
            1:6: a label name expected, found '1'
        ::x
            1:4: '::' expected behind the name of a label, found the end of the file
        local x <const> = 1
            1:9: attributes of locals are not part of the language (help: leave '<const>' and '<close>' out)
    "#]].assert_eq(&found);
}

#[test]
fn faulty_expressions() {
    let found = mistakes(
        r#"
        if a != b then end
        if a && b || c then end
        a.end = 1
        a:b
        "x":upper()
        f(1, 2
        t = {1, 2
        t = {a: 1}
        t = {[1] 2}
        x = a ? b : c
        x = * 2
        x = !y
        x = +y
        "#,
    );
    expect![[r#"
        if a != b then end
            1:6: '!=' is not an operator (help: Lua writes '~=')
        if a && b || c then end
            1:6: '&&' is not an operator (help: Lua writes 'and')
            1:11: '||' is not an operator (help: Lua writes 'or')
        a.end = 1
            1:3: a field name expected, found 'end' (help: 'end' is a reserved word and cannot be a name)
        a:b
            1:4: arguments expected behind the name of a method, found the end of the file
        "x":upper()
            1:1: a statement expected, found a string
        f(1, 2
            1:7: ')' expected to close '(', found the end of the file
        t = {1, 2
            1:10: '}' expected to close '{', found the end of the file
        t = {a: 1}
            1:7: '=' expected behind a field name, found ':' (help: a field is written 'name = value')
        t = {[1] 2}
            1:10: '=' expected behind the key of a field, found '2'
        x = a ? b : c
            1:7: '?' is not an operator (help: a choice is written 'condition and a or b', or with 'if')
        x = * 2
            1:5: an expression expected, found '*'
        x = !y
            1:5: an expression expected, found '!' (help: Lua writes 'not')
        x = +y
            1:5: an expression expected, found '+' (help: Lua has no '++' and no unary '+')
    "#]]
    .assert_eq(&found);
}
