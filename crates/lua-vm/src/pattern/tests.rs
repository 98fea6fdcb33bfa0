//! Tests of the pattern matcher, each run in one go and with the smallest budget.

use super::*;

/// The first match from `init`: offsets and captures as text.
fn find_with(
    subject: &str,
    pattern: &str,
    mut budget: u64,
) -> Result<Option<(usize, usize, Vec<String>)>, PatternError> {
    let (subject, pattern) = (subject.as_bytes(), pattern.as_bytes());
    let each = budget;
    let mut matcher = Matcher::new(pattern, true);
    matcher.begin(0, None);
    loop {
        match matcher.step(subject, pattern, &mut budget)? {
            Outcome::NoMatch => return Ok(None),
            Outcome::Match { start, end } => {
                let captures = (0..matcher.captures()).map(|i| match matcher.capture(i) {
                    Capture::Position(at) => format!("@{at}"),
                    Capture::Range(a, b) => String::from_utf8_lossy(&subject[a..b]).into_owned(),
                });
                return Ok(Some((start, end, captures.collect())));
            }
            Outcome::More => {
                assert_eq!(budget, 0, "More means that the budget is spent");
                budget = each;
            }
        }
    }
}

fn find(subject: &str, pattern: &str) -> Result<Option<(usize, usize, Vec<String>)>, PatternError> {
    let whole = find_with(subject, pattern, u64::MAX);
    for budget in [1, 2, 3, 7] {
        assert_eq!(find_with(subject, pattern, budget), whole, "{pattern} with budget {budget}");
    }
    whole
}

#[track_caller]
fn check(subject: &str, pattern: &str, expected: &str) {
    let found = find(subject, pattern).unwrap();
    let text = match found {
        None => "no".to_owned(),
        Some((a, b, captures)) if captures.is_empty() => format!("{a}-{b}"),
        Some((a, b, captures)) => format!("{a}-{b} {}", captures.join("|")),
    };
    assert_eq!(text, expected, "{subject:?} ~ {pattern:?}");
}

#[test]
fn items_and_suffixes() {
    check("hello world", "o w", "4-7");
    check("hello", "l+", "2-4");
    check("hello", "l-o", "2-5");
    check("hello", "xl*", "no");
    check("", "", "0-0");
    check("abc", "", "0-0");
    check("aaab", "a-b", "0-4");
    check("aaab", "^a?b", "no");
    check("ab", "^a?b", "0-2");
    check("b", "^a?b$", "0-1");
    check("a$b", "a$b", "0-3");
    check("a^b", "a^b", "0-3");
    check("abc", "c$", "2-3");
    check("abcabc", "^abc$", "no");
    check("a.b", "a%.b", "0-3");
    check("axb", "a%.b", "no");
    check("\0a\0", "%z+", "0-1");
    check("key = value", "^(%w+)%s*=%s*(%w+)$", "0-11 key|value");
    check("  trim  ", "^%s*(.-)%s*$", "0-8 trim");
    check("aXb", "%u", "1-2");
    check("aXb", "%U", "0-1");
    check("x[1]", "%[(%d+)%]", "1-4 1");
    check("*", "*", "0-1");
    check("a+", "+", "1-2");
}

#[test]
fn sets() {
    check("x-y", "[a-]+", "1-2");
    check("x]y", "[]]", "1-2");
    check("x]y", "[^]]+", "0-1");
    check("09af", "[0-9a-f]+", "0-4");
    check("a-b", "[%a-]+", "0-3");
    check("a-z", "[a%-z]+", "0-3");
    check("a%b", "[%%]", "1-2");
    check("tab\t", "[%s]", "3-4");
    check("ab1", "[^%a]", "2-3");
    check("ab1", "[%A]", "2-3");
    check("^", "[x^]", "0-1");
    check("b", "[c-a]", "no");
    check("a,b;c", "([^,;]*)", "0-1 a");
}

#[test]
fn captures_positions_and_references() {
    check("hello", "()ll()", "2-4 @2|@4");
    check("abab", "(ab)%1", "0-4 ab");
    check("\"it's\"", "([\"'])(.-)%1", "0-6 \"|it's");
    check("abc", "((a)(b))", "0-2 ab|a|b");
    check("abc", "(a*(.)%w(%s*))", "0-3 abc|b|");
    check("xx", "()%1", "no");
    check("aaaa", "(a*)%1", "0-4 aa");
    check("abcb", "(%a)-b", "no");
    check("a1b2", "(%a)(%d)b", "0-3 a|1");
    // A capture opened on a failed path is forgotten.
    check("aab", "a*(a)b", "0-3 a");
}

#[test]
fn balance_and_frontier() {
    check("f(a(b)c)d", "%b()", "1-8");
    check("((x)", "%b()", "1-4");
    check("(((", "%b()", "no");
    check("'q'", "%b''", "0-3");
    check("THE (quick) fox", "%f[%a]%a+", "0-3");
    check("THE (quick) fox", "%f[%l]%a+%f[%L]", "5-10");
    check("abc", "%f[%z]", "3-3");
    check("", "%f[a]", "no");
}

#[test]
fn malformed_patterns() {
    for (pattern, text) in [
        ("%", "malformed pattern (ends with '%')"),
        ("[a", "malformed pattern (missing ']')"),
        ("[]", "malformed pattern (missing ']')"),
        ("[^]", "malformed pattern (missing ']')"),
        ("[a%", "malformed pattern (missing ']')"),
        ("[a%]", "malformed pattern (missing ']')"),
        ("%b", "malformed pattern (missing arguments to '%b')"),
        ("%bx", "malformed pattern (missing arguments to '%b')"),
        ("%f", "missing '[' after '%f' in pattern"),
        ("%fa", "missing '[' after '%f' in pattern"),
        ("%1", "invalid capture index %1"),
        ("%0", "invalid capture index %0"),
        ("(%1)", "invalid capture index %1"),
        ("(a)%2", "invalid capture index %2"),
        ("(a", "unfinished capture"),
        ("(", "unfinished capture"),
        ("a)", "invalid pattern capture"),
        ("a())", "invalid pattern capture"),
    ] {
        assert_eq!(find("a", pattern).unwrap_err().to_string(), text, "{pattern}");
    }
    let many = "()".repeat(33);
    assert_eq!(find("a", &many), Err(PatternError::TooManyCaptures));
    assert_eq!(find("a", &"()".repeat(32)).unwrap().unwrap().2.len(), 32);
}

#[test]
fn open_choices_are_bounded() {
    let subject = "a".repeat(1000);
    check(&subject, &"a?".repeat(1000), "0-1000");
    let subject = "a".repeat(70_000);
    assert_eq!(find_with(&subject, &"a?".repeat(70_000), u64::MAX), Err(PatternError::TooComplex));
}

#[test]
fn backtracking_without_end_returns_at_each_budget() {
    let subject = "a".repeat(200);
    let pattern = b"a*a*a*a*a*a*a*b";
    let mut matcher = Matcher::new(pattern, true);
    matcher.begin(0, None);
    for _ in 0..if cfg!(miri) { 10 } else { 1000 } {
        let mut budget = 500;
        assert_eq!(matcher.step(subject.as_bytes(), pattern, &mut budget), Ok(Outcome::More));
        assert_eq!(budget, 0);
    }
}

#[test]
fn a_match_seen_before_does_not_count() {
    // What gsub("abc", "%w*", "x") asks: once "abc", then nothing at the end.
    let (subject, pattern) = (b"abc", b"%w*");
    let mut matcher = Matcher::new(pattern, true);
    let mut budget = u64::MAX;
    matcher.begin(0, None);
    assert_eq!(matcher.step(subject, pattern, &mut budget), Ok(Outcome::Match { start: 0, end: 3 }));
    matcher.begin(3, Some(3));
    assert_eq!(matcher.step(subject, pattern, &mut budget), Ok(Outcome::NoMatch));
    assert_eq!(matcher.step(subject, pattern, &mut budget), Ok(Outcome::NoMatch));
}

#[test]
fn plain_patterns_are_recognised() {
    assert!(is_plain(b"abc]) "));
    for c in b"^$*+?.([%-" {
        assert!(!is_plain(&[b'a', *c]));
    }
}
