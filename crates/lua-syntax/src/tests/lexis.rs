//! Lexis: numerals, strings, comments, white space.

use super::{errors, errors_of, mistakes, tree, trees};
use expect_test::expect;

#[test]
fn numerals() {
    let found = trees(
        "
        return 0, 3, 0010, 9223372036854775807, 9223372036854775808, 99999999999999999999999
        return 0xff, 0XA, 0xffffffffffffffff, 0x1ffffffffffffffff, 0x7fffffffffffffff
        return 1., .5, 1.5, 1e3, 1E+3, 1e-3, .5e1, 1e999, 1e-999
        return 0x.8, 0x1p4, 0xA.8p-1, 0x1P+2, 0x10p0, 0x.1p400000000000, 0x1p-99999999999999999999, 0x0p9999
        return 1 .. 2, 1-1, 1--x
        return a.b, a.b1
        ",
    );
    expect![[r#"
        (return 0 3 10 9223372036854775807 9.223372036854776e18 1e23)
        (return 255 10 -1 -1 9223372036854775807)
        (return 1.0 0.5 1.5 1000.0 1000.0 0.001 5.0 inf 0.0)
        (return 0.5 16.0 5.25 4.0 16.0 inf 0.0 0.0)
        (return (.. 1 2) (Sub 1 1) 1)
        (return (. a b) (. a b1))
    "#]]
    .assert_eq(&found);
    // As PUC Lua 5.3 does, a numeral ends where no digit follows.
    assert_eq!(tree("a = 3x = 2"), "(set a = 3) (set x = 2)");
}

#[test]
fn faulty_numerals() {
    let found = mistakes(
        "
        return 1..2
        return 1.2.3
        return 1e
        return 1e+
        return 3f
        return 0x
        return 0xp1
        return 0x1p
        return 0x1.2.3
        return 0x1p1.5
        return 0xep1e
        ",
    );
    expect![[r#"
        return 1..2
            1:8: malformed number '1..2' (help: put a space between a number and '..')
        return 1.2.3
            1:8: malformed number '1.2.3'
        return 1e
            1:8: malformed number '1e'
        return 1e+
            1:8: malformed number '1e+'
        return 3f
            1:8: malformed number '3f'
        return 0x
            1:8: malformed number '0x'
        return 0xp1
            1:8: malformed number '0xp1'
        return 0x1p
            1:8: malformed number '0x1p'
        return 0x1.2.3
            1:8: malformed number '0x1.2.3'
        return 0x1p1.5
            1:8: malformed number '0x1p1.5'
        return 0xep1e
            1:8: malformed number '0xep1e'
    "#]]
    .assert_eq(&found);
}

#[test]
fn strings() {
    let found = trees(
        r#"
        return "", '', "a'b", 'a"b', "\a\b\f\n\r\t\v\\\"\'"
        return "\x41\xfF", "\65\065\0656\0", "\u{0}\u{7f}\u{e9}\u{20AC}\u{1F600}\u{D800}\u{10FFFF}"
        return "a\z   b", "a\z", "\z"
        return [[]], [[a]], [==[a]]b]=]c]==], [=[]]]=], [[\n]]
        f"a" f'b' f[[c]]
        return #"a", -"1", "a" .. "b", a["b"], a[ [[b]] ]
        "#,
    );
    expect![[r#"
        (return "" "" "a\'b" "a\"b" "\x07\x08\x0c\n\r\t\x0b\\\"\'")
        (return "A\xff" "AAA6\x00" "\x00\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\xa0\x80\xf4\x8f\xbf\xbf")
        (return "ab" "a" "")
        (return "" "a" "a]]b]=]c" "]]" "\\n")
        (call f "a") (call f "b") (call f "c")
        (return (Len "a") (Neg "1") (.. "a" "b") ([] a "b") ([] a "b"))
    "#]]
    .assert_eq(&found);
    assert_eq!(tree("return \"a\\\r\nb\\\n\rc\\\nd\\\re\""), r#"(return "a\nb\nc\nd\ne")"#);
    assert_eq!(tree("return [[\r\na\r\nb\n\rc\rd\n\n]]"), r#"(return "a\nb\nc\nd\n\n")"#);
    assert_eq!(tree("return [[\n\na]]"), r#"(return "\na")"#);
    assert_eq!(tree("return \"a\\z \r\n\t b\""), r#"(return "ab")"#);
    assert_eq!(tree("return 'é', 'a\0b'"), r#"(return "\xc3\xa9" "a\x00b")"#);
    assert_eq!(errors_of(b"return '\xff\xfe', [[\xff]] -- \xff"), "");
}

#[test]
fn faulty_strings() {
    let found = mistakes(
        r#"
        return "a
        return 'a"
        return "a\
        return [[a]
        return [==[a]]
        return "\q", "\X41", "\-"
        return "\x4", "\xg0", "\x"
        return "\256", "\999"
        return "\u", "\u{", "\u{}", "\u{12", "\u{110000}", "\u{ffffffffffffffffff}"
        f"\q"
        local x: "\q" = 1
        "#,
    );
    expect![[r#"
        return "a
            1:8: string is not closed, " expected before the end of the line (help: a string over several lines is written [[…]])
        return 'a"
            1:8: string is not closed, ' expected before the end of the line (help: a string over several lines is written [[…]])
        return "a\
            1:8: string is not closed, " expected before the end of the line (help: a string over several lines is written [[…]])
        return [[a]
            1:8: long string is not closed, ']]' expected
        return [==[a]]
            1:8: long string is not closed, ']==]' expected
        return "\q", "\X41", "\-"
            1:9: unknown escape '\q' (help: a backslash itself is written '\\')
            1:15: unknown escape '\X' (help: a backslash itself is written '\\')
            1:23: unknown escape '\-' (help: a backslash itself is written '\\')
        return "\x4", "\xg0", "\x"
            1:9: '\x' needs two hexadecimal digits
            1:16: '\x' needs two hexadecimal digits
            1:24: '\x' needs two hexadecimal digits
        return "\256", "\999"
            1:9: escape '\256' is too large, the most is '\255'
            1:17: escape '\999' is too large, the most is '\255'
        return "\u", "\u{", "\u{}", "\u{12", "\u{110000}", "\u{ffffffffffffffffff}"
            1:9: '\u' needs hexadecimal digits in braces, as in '\u{20AC}'
            1:15: '\u' needs hexadecimal digits in braces, as in '\u{20AC}'
            1:22: '\u' needs hexadecimal digits in braces, as in '\u{20AC}'
            1:30: '\u' needs hexadecimal digits in braces, as in '\u{20AC}'
            1:39: '\u{…}' is too large, the most is '\u{10FFFF}'
            1:53: '\u{…}' is too large, the most is '\u{10FFFF}'
        f"\q"
            1:3: unknown escape '\q' (help: a backslash itself is written '\\')
        local x: "\q" = 1
            1:11: unknown escape '\q' (help: a backslash itself is written '\\')
    "#]].assert_eq(&found);
    assert_eq!(errors("x = 'a\nb'").lines().count(), 2);
    assert_eq!(
        errors_of(b"return '\\\xff'"),
        "1:9: unknown escape '\\{0xff}' (help: a backslash itself is written '\\\\')\n"
    );
}

#[test]
fn comments_and_blanks() {
    assert_eq!(tree("#!/usr/bin/lua\nf()"), "(call f)");
    assert_eq!(tree("#"), "");
    assert_eq!(tree("\u{feff}f()"), "(call f)");
    assert_eq!(tree("\u{feff}# x\nf()"), "(call f)");
    assert_eq!(tree(""), "");
    assert_eq!(tree("-- f()\nf() --[[ a\nb ]] g() --[==[ ]] ]==] h()--"), "(call f) (call g) (call h)");
    assert_eq!(tree("--[=x\nf()"), "(call f)");
    assert_eq!(tree("f()\r\n\t\x0b\x0cg()"), "(call f) (call g)");
    // A line break inside a comment counts.
    assert_eq!(tree("local x = y --[[\n]] as(1)"), "(local x = y) (call as 1)");
    assert_eq!(tree("local x = y --[[ ]] as(T)"), "(local x = (as y (group T)))");
}

#[test]
fn bytes_that_begin_no_token() {
    assert_eq!(errors("x = $ 1"), "1:5: unexpected '$'\n");
    assert_eq!(errors("local é = 1"), "1:7: unexpected 'é'\n1:10: a variable name expected, found '='\n");
    assert_eq!(errors_of(b"f()\0\0g()"), "1:4: unexpected byte 0x00\n");
    assert_eq!(errors_of(b"f() \xff\xfe g()"), "1:5: unexpected byte 0xff\n");
    assert_eq!(errors("f() --[[ x"), "1:5: comment is not closed, ']]' expected\n");
}

#[test]
fn spans() {
    let source = b"  local  abc : T = f ( x ) . y  -- z\n";
    let parsed = crate::parse(source);
    let stat = &parsed.chunk.block.stats[0];
    let text =
        |span: crate::Span| std::str::from_utf8(&source[span.start as usize..span.end as usize]).unwrap();
    assert_eq!(text(stat.span), "local  abc : T = f ( x ) . y");
    let crate::ast::StatKind::Local { names, values } = &stat.kind else { panic!("a local") };
    assert_eq!(text(names[0].name.span), "abc");
    assert_eq!(text(values[0].span), "f ( x ) . y");
    assert_eq!(parsed.chunk.block.span, crate::Span::new(0, source.len() as u32));
}
