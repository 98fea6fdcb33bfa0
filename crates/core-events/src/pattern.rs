//! Patterns over dotted texts: literal, `*`, `**`, `(a|b)`, and a trailing `*` as raw prefix.

use infra_base::{Error, Result};

/// A pattern for systems or kinds.
///
/// Segments are split on `.`: `*` is any one, `**` any number including none, `(a|b)` one of the texts, and it may have
/// literal text around it. A pattern that ends in `*` also matches whatever begins with what is before the star, so `*`
/// matches everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: Box<str>,
    segments: Vec<Segment>,
    /// What is before a trailing star.
    prefix: Option<Box<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    One,
    Any,
    /// Every text that the segment may be.
    OneOf(Vec<Box<str>>),
}

/// Most texts that the alternatives of one segment may multiply to.
const ALTERNATIVES: usize = 256;

impl Pattern {
    /// Reads a pattern; the empty text is `*`. `Invalid`: an unclosed or nested parenthesis, `*` in the middle of a segment, too
    /// many alternatives.
    pub fn parse(text: &str) -> Result<Pattern> {
        let text = if text.is_empty() { "*" } else { text };
        let bad = |why: &str| Error::invalid(format!("event pattern \"{text}\": {why}"));
        let mut segments = Vec::new();
        let pieces: Vec<&str> = text.split('.').collect();
        for (index, piece) in pieces.iter().enumerate() {
            segments.push(match *piece {
                "*" => Segment::One,
                "**" => Segment::Any,
                piece => {
                    let last = index + 1 == pieces.len();
                    // A raw prefix; the segment itself never matches more than the prefix does.
                    let literal = piece.strip_suffix('*').filter(|_| last).unwrap_or(piece);
                    if literal.contains('*') {
                        return Err(bad("`*` stands alone in a segment or at the very end"));
                    }
                    Segment::OneOf(alternatives(literal).map_err(bad)?)
                }
            });
        }
        let prefix = text.strip_suffix('*').filter(|before| !before.contains(['*', '(']));
        Ok(Pattern { text: text.into(), segments, prefix: prefix.map(Into::into) })
    }

    /// The pattern that is `text` and nothing else.
    pub fn exact(text: &str) -> Pattern {
        let segments = text.split('.').map(|s| Segment::OneOf(vec![s.into()])).collect();
        Pattern { text: text.into(), segments, prefix: None }
    }

    /// The text that it is, if it matches nothing else.
    pub fn literal(&self) -> Option<&str> {
        let plain = self.segments.iter().all(|s| matches!(s, Segment::OneOf(all) if all.len() == 1));
        // `(a)` is plain, but its text is not what it matches.
        let mut parts = self.text.split('.').zip(&self.segments);
        let same = parts
            .all(|(part, s)| matches!(s, Segment::OneOf(all) if all.first().is_some_and(|a| **a == *part)));
        (plain && same && self.prefix.is_none()).then_some(&self.text)
    }

    /// Whether `text` fits.
    pub fn matches(&self, text: &str) -> bool {
        self.prefix.as_ref().is_some_and(|prefix| text.starts_with(&**prefix)) || fits(&self.segments, text)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Every text of `a(b|c)d`.
fn alternatives(piece: &str) -> Result<Vec<Box<str>>, &'static str> {
    let mut all = vec![String::new()];
    let mut rest = piece;
    while let Some((before, tail)) = rest.split_once('(') {
        let (inside, after) =
            tail.split_once(')').ok_or("a parenthesis is not closed (alternatives hold no dot)")?;
        if before.contains(')') || inside.contains('(') {
            return Err("parentheses do not nest");
        }
        let choices: Vec<&str> = inside.split('|').collect();
        if all.len() * choices.len() > ALTERNATIVES {
            return Err("too many alternatives");
        }
        all = all.iter().flat_map(|a| choices.iter().map(move |c| format!("{a}{before}{c}"))).collect();
        rest = after;
    }
    if rest.contains(')') {
        return Err("a parenthesis is not opened");
    }
    Ok(all.into_iter().map(|a| (a + rest).into()).collect())
}

/// Goes back only to the last `**`, so it takes at most segments × parts steps.
fn fits(pattern: &[Segment], text: &str) -> bool {
    let mut rest = Some(text);
    let mut p = 0;
    // Where to go on after a mismatch: behind the last `**`, which swallows one part more.
    let mut retry: Option<(usize, Option<&str>)> = None;
    while let Some(left) = rest {
        let (part, after) = left.split_once('.').map_or((left, None), |(part, after)| (part, Some(after)));
        let ok = match pattern.get(p) {
            Some(Segment::Any) => {
                p += 1;
                retry = Some((p, rest));
                continue;
            }
            Some(Segment::One) => true,
            Some(Segment::OneOf(all)) => all.iter().any(|a| **a == *part),
            None => false,
        };
        if ok {
            (p, rest) = (p + 1, after);
        } else if let Some((behind, from)) = retry {
            let from = from.and_then(|from| from.split_once('.').map(|(_, after)| after));
            (p, rest, retry) = (behind, from, Some((behind, from)));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|s| *s == Segment::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(text)
    }

    #[test]
    fn segments() {
        for (pattern, yes, no) in [
            ("registry", &["registry"][..], &["registr", "registry.x", ""][..]),
            ("entry.*.done", &["entry.a.done"], &["entry.done", "entry.a.b.done"]),
            ("entry.**", &["entry", "entry.a", "entry.a.b"], &["entries", "x.entry"]),
            ("**.done", &["done", "a.done", "a.b.done", "done.done"], &["done.a", "adone"]),
            ("a.**.b.**.c", &["a.b.c", "a.x.b.y.z.c", "a.b.b.c.c"], &["a.c", "a.b", "b.c"]),
            (
                "entry.(create|delete)",
                &["entry.create", "entry.delete"],
                &["entry.update", "entry.(create|delete)"],
            ),
            ("p(re|ost)_x", &["pre_x", "post_x"], &["p_x", "prex"]),
            ("*", &["a", "a.b", ""], &[]),
            ("", &["a", "a.b"], &[]),
            ("entry.*", &["entry.a", "entry.a.b", "entry."], &["entry", "entries.a"]),
            ("ent*", &["ent", "entry", "entry.a"], &["en", "xent"]),
            ("a.en*", &["a.en", "a.entry.b"], &["a.x", "b.en"]),
        ] {
            yes.iter().for_each(|text| assert!(matches(pattern, text), "{pattern} should match {text}"));
            no.iter().for_each(|text| assert!(!matches(pattern, text), "{pattern} should not match {text}"));
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (pattern, why) in [
            ("a.(b", "not closed"),
            ("a.b)", "not opened"),
            ("((a|b)|c)", "do not nest"),
            ("(a.b|c)", "not closed"),
            ("a*b", "stands alone"),
            ("a*.b", "stands alone"),
            ("***", "stands alone"),
            ("(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b)", "too many"),
        ] {
            let message = Pattern::parse(pattern).expect_err(pattern).to_string();
            assert!(message.contains(why), "{pattern}: {message}");
        }
    }

    #[test]
    fn many_wildcards_over_a_long_text_stay_cheap() {
        let pattern = "**.a.".repeat(200) + "b";
        let text = "a.".repeat(5_000) + "c";
        assert!(!matches(&pattern, &text));
    }
}
