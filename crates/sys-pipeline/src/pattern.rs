//! Patterns over dotted names and over paths.

/// Does `pattern` match `name`, both cut at `separator`? `*` is one segment, `**` any number of them, `(a|b)` one of
/// several; inside a segment `*` is any text.
pub fn matches(pattern: &str, name: &str, separator: char) -> bool {
    let pattern: Vec<&str> = pattern.split(separator).collect();
    let name: Vec<&str> = name.split(separator).collect();
    // reach[i]: the first i segments of the name are matched by the pattern so far.
    let mut reach = vec![false; name.len() + 1];
    reach[0] = true;
    for part in pattern {
        if part == "**" {
            let first = reach.iter().position(|r| *r).unwrap_or(name.len() + 1);
            reach.iter_mut().skip(first).for_each(|r| *r = true);
            continue;
        }
        let mut next = vec![false; name.len() + 1];
        for (i, segment) in name.iter().enumerate() {
            next[i + 1] = reach[i] && segment_matches(part, segment);
        }
        reach = next;
    }
    reach[name.len()]
}

fn segment_matches(pattern: &str, segment: &str) -> bool {
    match pattern.strip_prefix('(').and_then(|p| p.strip_suffix(')')) {
        Some(words) => words.split('|').any(|word| glob(word, segment)),
        None => glob(pattern, segment),
    }
}

/// `*` is any text.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last: Option<&str> = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some(at) = rest.find(middle) else { return false };
            rest = &rest[at + middle.len()..];
        }
    }
    match last {
        Some(end) => rest.ends_with(end),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_globs() {
        for (pattern, name, expected) in [
            ("legacy.**", "legacy.a.b", true),
            ("legacy.**", "legacy", true),
            ("legacy.*", "legacy.a.b", false),
            ("**.test", "a.b.test", true),
            ("**.test", "test", true),
            ("a.**.z", "a.z", true),
            ("a.**.z", "a.b.c.z", true),
            ("a.**.z", "a.b.c", false),
            ("app.(api|web)", "app.web", true),
            ("app.(api|web)", "app.cli", false),
            ("test_*", "test_one", true),
            ("*_*_x", "a_b_c_x", true),
            ("*_x", "x", false),
            ("a*a", "a", false),
            ("**", "", true),
        ] {
            assert_eq!(matches(pattern, name, '.'), expected, "{pattern} {name}");
        }
        assert!(matches("**/*.test.yaml", "a/b/c.test.yaml", '/'));
    }

    #[test]
    fn hostile_patterns_are_cheap() {
        let pattern = vec!["**"; 200].join(".");
        assert!(!matches(&format!("{pattern}.z"), &vec!["a"; 2_000].join("."), '.'));
        assert!(!glob(&"*a".repeat(2_000), &"a".repeat(1_999)));
    }
}
