//! Which lines and codes a comment reaches, and what is told of comments.

use super::suppress;
use crate::bind::Bound;
use crate::rules::lint;
use crate::{Env, Rules, Unit};
use lua_syntax::LineIndex;

fn told_with(source: &str, rules: bool) -> Vec<String> {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert_eq!(parsed.errors, [], "{source}");
    let lines = LineIndex::new(source.as_bytes());
    let unit =
        Unit { id: "app:unit", source: source.as_bytes(), chunk: &parsed.chunk, imports: &[], modules: &[] };
    let mut reports = lint(
        &Env::default(),
        &unit,
        &Bound::new(unit.chunk),
        if rules { Rules::OfShortState } else { Rules::Off },
    );
    suppress(source.as_bytes(), &mut reports, rules);
    reports.sort_by_key(|report| (report.span.start, report.code));
    let line = |report: &crate::Report| {
        let (line, column) = lines.position(report.span.start);
        format!("{line}:{column} {} {}", report.code.as_str(), report.message)
    };
    reports.iter().map(line).collect()
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    assert_eq!(told_with(source, true), expected, "{source}");
}

#[test]
fn a_comment_behind_code_is_for_its_line() {
    check("local a = 1 -- lint: ignore W0004\nlocal b = 1\n", &["2:7 W0004 variable 'b' is never read"]);
    check("local a = 1 ---lint:ignore W0004, W0002 because\n", &["1:35 W0008 W0002 suppresses nothing here"]);
}

#[test]
fn a_comment_that_stands_alone_is_for_the_line_below() {
    check("-- lint: ignore W0004\nlocal a = 1\nlocal b = 1\n", &["3:7 W0004 variable 'b' is never read"]);
    check("-- lint: ignore W0004\n-- it is new\nlocal a = 1\n", &[]);
    check(
        "-- lint: ignore W0004\n\nlocal a = 1\n",
        &["1:17 W0008 W0004 suppresses nothing here", "3:7 W0004 variable 'a' is never read"],
    );
}

#[test]
fn a_comment_above_all_code_may_be_for_the_file() {
    check(
        "#!/usr/bin/wippy\n-- about\n-- lint: ignore-file W0004 W0002\nlocal a = 1\nb = 1\nlocal c = 1\n",
        &[],
    );
    check(
        "local a = 1\n-- lint: ignore-file W0004\n",
        &["1:7 W0004 variable 'a' is never read", "2:1 W0008 ignore-file has no effect below code"],
    );
}

#[test]
fn comments_that_suppress_nothing_are_told() {
    check("print(1) -- lint: ignore W0004\n", &["1:26 W0008 W0004 suppresses nothing here"]);
    check(
        "print(1) -- lint: ignore W9999 w0004\n",
        &["1:26 W0008 unknown code W9999", "1:32 W0008 unknown code w0004"],
    );
    check("print(1) -- lint: ignore everything\n", &["1:10 W0008 no code to ignore"]);
    check("print(1) -- lint: ignored W0004\n", &["1:10 W0008 unknown word 'ignored' behind lint:"]);
    check(
        "print(1) -- lint: ignore P0001\n",
        &["1:26 W0008 P0001 cannot be suppressed: a source with syntax errors never runs"],
    );
}

#[test]
fn other_comments_and_strings_suppress_nothing() {
    check("local a = '-- lint: ignore W0004'\n", &["1:7 W0004 variable 'a' is never read"]);
    check("local a = 1 --[[ lint: ignore W0004 ]]\n", &["1:7 W0004 variable 'a' is never read"]);
    check("local a = 1 -- see lint: ignore W0004\n", &["1:7 W0004 variable 'a' is never read"]);
}

#[test]
fn without_rules_errors_are_suppressed_and_nothing_is_told_of_the_rest() {
    let source = "local a = require('x') -- lint: ignore E0024, W0004, W9999\nrequire('y')\n";
    assert_eq!(told_with(source, false), ["2:9 E0024 module 'y' is not declared by app:unit"]);
}

#[test]
fn many_comments_are_cheap() {
    let source = "local a = 1 -- lint: ignore W0004, W0007\n".repeat(20_000);
    assert_eq!(told_with(&source, true), ["1:36 W0008 W0007 suppresses nothing here"]);
    let alone = "-- lint: ignore W0004\n".repeat(20_000);
    assert_eq!(told_with(&alone, true).len(), 20_000);
}
