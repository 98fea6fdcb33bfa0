//! Several mistakes in one text; blocks that are not closed.

use super::errors;
use crate::parse;
use expect_test::expect;

#[test]
fn every_statement_is_tried() {
    let found = errors(
        "local x =
local y = 1 +
f(
g(1))
if x then
    z =
    z()
    y y
end
local function h(a b)
    return a.
end
for in x do
    print(1 2)
end
while true
    x = x +
end
local t = {
    a = 1
    b = 2,
}
return 5 5
print('end')",
    );
    expect![[r#"
        2:1: an expression expected, found 'local'
        8:7: '=' or a call expected behind an expression, found 'y'
        10:20: ')' expected to close '(', found 'b'
        12:1: a field name expected, found 'end' (help: 'end' is a reserved word and cannot be a name)
        13:5: a loop variable expected, found 'in' (help: 'in' is a reserved word and cannot be a name)
        14:13: ')' expected to close '(', found '2'
        17:5: 'do' expected behind the condition of 'while', found 'x'
        18:1: an expression expected, found 'end'
        21:5: ',' or ';' expected between the fields of a table, found 'b'
        23:10: the end of the block expected behind 'return', found '5' (help: write 'do return end' to leave early)
    "#]].assert_eq(&found);
}

#[test]
fn unclosed_blocks_name_their_opener() {
    let found = errors(
        "local function f()
    if x then
        while y do
            g()
        end
    return 1
end
",
    );
    expect![[r#"
        8:1: 'end' expected to close 'function' at line 1, found the end of the file (help: the 'end' at line 7 closes 'if' at line 2 but is indented differently)
    "#]].assert_eq(&found);
    let found = errors(
        "function f()
    for i = 1, 2 do
        g()
end

function h()
end
",
    );
    expect![[r#"
        8:1: 'end' expected to close 'function' at line 1, found the end of the file (help: the 'end' at line 4 closes 'for' at line 2 but is indented differently)
    "#]].assert_eq(&found);
    let found = errors(
        "if a then
    b()
else if c then
    d()
else
    e()
end
",
    );
    expect![[r#"
        8:1: 'end' expected to close 'if' at line 1, found the end of the file (help: the 'else if' at line 3 opens an 'if' with an 'end' of its own; 'elseif' does not)
    "#]].assert_eq(&found);
    let found = errors(
        "repeat
    local x = f(
        1,
        { 2, 3
    )
until x
",
    );
    expect![[r#"
        5:5: '}' expected to close '{' at line 4, found ')'
    "#]]
    .assert_eq(&found);
    let found = errors("function f()\n    while x do\n        g()\n    until y\nend\n");
    expect![[r#"
        4:5: 'end' expected to close 'while' at line 2, found 'until'
    "#]]
    .assert_eq(&found);
    let found = errors("do\n    f()\nend\nend\ng()\n");
    expect![[r#"
        4:1: 'end' closes nothing
    "#]]
    .assert_eq(&found);
}

#[test]
fn good_statements_stay() {
    let parsed = parse(b"a()\nb(\nc()\nd d\ne()");
    assert_eq!(super::dump::chunk(&parsed.chunk), "(call a) (call e)");
    assert_eq!(parsed.errors.len(), 2);
}

#[test]
fn the_number_of_mistakes_is_bounded() {
    let parsed = parse("x = *\n".repeat(1000).as_bytes());
    assert_eq!(parsed.errors.len(), 20);
    let parsed = parse("x = 1 $ ".repeat(1000).as_bytes());
    assert_eq!(parsed.errors.len(), 20);
}
