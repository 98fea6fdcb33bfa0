//! Expected text with wildcards against what was said.

/// Does `actual` fit `expected`? `[..]` is any text within a line, a line `...` any number of lines. Spaces at line
/// ends and line breaks at the end do not count.
pub(crate) fn fits(expected: &str, actual: &str) -> bool {
    let expected: Vec<&str> = lines(expected);
    let actual: Vec<&str> = lines(actual);
    // reach[i]: the first i lines of `actual` fit the pattern so far.
    let mut reach = vec![false; actual.len() + 1];
    reach[0] = true;
    for pattern in expected {
        if pattern == "..." {
            let first = reach.iter().position(|r| *r).unwrap_or(reach.len());
            reach.iter_mut().skip(first).for_each(|r| *r = true);
            continue;
        }
        let mut next = vec![false; reach.len()];
        for (i, line) in actual.iter().enumerate() {
            next[i + 1] = reach[i] && line_fits(pattern, line);
        }
        reach = next;
    }
    reach[actual.len()]
}

/// Does the text hold wildcards?
pub(crate) fn has_wildcards(expected: &str) -> bool {
    expected.contains("[..]") || expected.lines().any(|line| line.trim_end() == "...")
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

fn line_fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let middle: &str = middle;
            let Some(at) = rest.find(middle) else { return false };
            rest = &rest[at + middle.len()..];
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (expected, actual, answer) in [
            ("a\nb\n", "a\nb", true),
            ("a\nb", "a", false),
            ("a [..] c", "a bb c", true),
            ("a [..] c", "a bb d", false),
            ("[..]x[..]", "axb", true),
            ("[..]x[..]", "ab", false),
            ("a\n...\nd", "a\nb\nc\nd", true),
            ("a\n...\nd", "a\nd", true),
            ("a\n...\nd", "a\nb", false),
            ("...", "", true),
            ("", "x", false),
            ("a  \n\n", "a", true),
        ] {
            assert_eq!(fits(expected, actual), answer, "{expected:?} {actual:?}");
        }
    }
}
