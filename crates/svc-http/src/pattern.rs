//! Route patterns: parsed, checked, and compared for which of two is more specific.

use thiserror::Error;

/// A piece of a pattern between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// This text, after decoding; the empty text is the end of a path that ends in a slash.
    Literal(Box<str>),
    /// `{name}` or `:name`: any one non-empty segment.
    Param(Box<str>),
    /// `{name...}`, or a trailing slash (then without a name): what is left, possibly nothing after the slash.
    Rest(Option<Box<str>>),
}

/// A parsed path pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    text: Box<str>,
    segments: Vec<Segment>,
}

/// Why a text is not a pattern.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum PatternError {
    #[error("path \"{0}\" does not start with \"/\"")]
    NoSlash(Box<str>),
    #[error("path \"{0}\" has an empty segment (\"//\")")]
    EmptySegment(Box<str>),
    #[error("path \"{0}\" has a \"{1}\" segment, which no request can have after clean-up")]
    Dots(Box<str>, Box<str>),
    #[error("path \"{0}\" contains \"{1}\", which is not part of a path")]
    NotPath(Box<str>, char),
    #[error("segment \"{0}\" is not one of text, {{name}}, {{name...}}, {{$}} or :name")]
    BadSegment(Box<str>),
    #[error("\"{0}\" must be the last segment")]
    NotLast(Box<str>),
    #[error("parameter \"{0}\" appears twice")]
    Twice(Box<str>),
    #[error("path \"{0}\" has a bad percent escape")]
    BadEscape(Box<str>),
}

/// How the paths that two patterns match relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// No path matches both.
    Disjoint,
    /// The same paths.
    Equal,
    /// The first matches a part of what the second matches.
    First,
    /// The second matches a part of what the first matches.
    Second,
    /// Some paths match both, and each matches paths that the other does not.
    Overlap,
}

impl Pattern {
    /// Reads `prefix` + `path`. The prefix loses its trailing slashes.
    pub(crate) fn parse(prefix: &str, path: &str) -> Result<Pattern, PatternError> {
        if !path.starts_with('/') {
            return Err(PatternError::NoSlash(path.into()));
        }
        let text = format!("{}{path}", prefix.trim_end_matches('/')).into_boxed_str();
        let Some(inner) = text.strip_prefix('/') else { return Err(PatternError::NoSlash(text)) };
        if let Some(bad) =
            inner.chars().find(|c| matches!(c, '?' | '#') || c.is_whitespace() || c.is_control())
        {
            return Err(PatternError::NotPath(text, bad));
        }
        let mut segments = Vec::new();
        let mut parts = inner.split('/').peekable();
        while let Some(part) = parts.next() {
            let last = parts.peek().is_none();
            let segment = segment(&text, part, last)?;
            if let Some(name) = segment.name()
                && segments.iter().any(|s: &Segment| s.name() == Some(name))
            {
                return Err(PatternError::Twice(name.into()));
            }
            segments.push(segment);
        }
        Ok(Pattern { text, segments })
    }

    /// As written, prefix included.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Its segments in order.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Names of parameters and rest, in order; an unnamed rest has none.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(Segment::name)
    }

    /// Which of the two is more specific: literal before parameter before rest, segment by segment.
    pub(crate) fn relation(&self, other: &Pattern) -> Relation {
        let (mut first, mut second) = (false, false);
        let (mut a, mut b) = (self.segments.iter(), other.segments.iter());
        loop {
            match (a.next(), b.next()) {
                (None, None) | (Some(Segment::Rest(_)), Some(Segment::Rest(_))) => break,
                (None, Some(_)) | (Some(_), None) => return Relation::Disjoint,
                (Some(Segment::Rest(_)), Some(_)) => {
                    second = true;
                    break;
                }
                (Some(_), Some(Segment::Rest(_))) => {
                    first = true;
                    break;
                }
                (Some(Segment::Literal(x)), Some(Segment::Literal(y))) if x != y => {
                    return Relation::Disjoint;
                }
                (Some(Segment::Literal(x)), Some(Segment::Param(_)))
                | (Some(Segment::Param(_)), Some(Segment::Literal(x)))
                    if x.is_empty() =>
                {
                    return Relation::Disjoint;
                }
                (Some(Segment::Literal(_)), Some(Segment::Param(_))) => first = true,
                (Some(Segment::Param(_)), Some(Segment::Literal(_))) => second = true,
                (Some(Segment::Literal(_)), Some(Segment::Literal(_)))
                | (Some(Segment::Param(_)), Some(Segment::Param(_))) => {}
            }
        }
        match (first, second) {
            (false, false) => Relation::Equal,
            (true, false) => Relation::First,
            (false, true) => Relation::Second,
            (true, true) => Relation::Overlap,
        }
    }
}

impl Segment {
    fn name(&self) -> Option<&str> {
        match self {
            Segment::Param(name) | Segment::Rest(Some(name)) => Some(name),
            Segment::Literal(_) | Segment::Rest(None) => None,
        }
    }
}

fn segment(text: &str, part: &str, last: bool) -> Result<Segment, PatternError> {
    let bad = || PatternError::BadSegment(part.into());
    let last_only = |segment| if last { Ok(segment) } else { Err(PatternError::NotLast(part.into())) };
    let name = |name: &str| {
        let fine = !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        fine.then(|| Box::from(name)).ok_or_else(bad)
    };
    if let Some(inner) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        return match inner.strip_suffix("...") {
            _ if inner == "$" => last_only(Segment::Literal("".into())),
            Some(rest) => last_only(Segment::Rest(Some(name(rest)?))),
            None => Ok(Segment::Param(name(inner)?)),
        };
    }
    if let Some(alias) = part.strip_prefix(':') {
        return Ok(Segment::Param(name(alias)?));
    }
    match part {
        _ if part.contains(['{', '}']) => Err(bad()),
        "" if last => Ok(Segment::Rest(None)),
        "" => Err(PatternError::EmptySegment(text.into())),
        "." | ".." => Err(PatternError::Dots(text.into(), part.into())),
        _ => match crate::percent::decode(part.as_bytes()) {
            Some(decoded) => match String::from_utf8(decoded.into_owned()) {
                Ok(literal) => Ok(Segment::Literal(literal.into())),
                Err(_) => Err(PatternError::BadEscape(text.into())),
            },
            None => Err(PatternError::BadEscape(text.into())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(path: &str) -> Pattern {
        Pattern::parse("", path).unwrap()
    }

    #[test]
    fn prefix_loses_its_trailing_slash() {
        assert_eq!(Pattern::parse("/api/", "/users").unwrap().text(), "/api/users");
        assert_eq!(Pattern::parse("/", "/").unwrap().text(), "/");
        assert_eq!(Pattern::parse("", "/x").unwrap().text(), "/x");
        assert_eq!(Pattern::parse("api", "/x"), Err(PatternError::NoSlash("api/x".into())));
    }

    #[test]
    fn names_in_order_and_the_colon_alias() {
        let names = |p: &str| pattern(p).names().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names("/a/{x}/:y/{z...}"), ["x", "y", "z"]);
        assert_eq!(names("/a/"), [""; 0]);
        assert_eq!(names("/a/{$}"), [""; 0]);
    }

    #[test]
    fn mistakes_are_named() {
        for (path, message) in [
            ("users", "path \"users\" does not start with \"/\""),
            ("/a//b", "path \"/a//b\" has an empty segment (\"//\")"),
            ("/a/../b", "path \"/a/../b\" has a \"..\" segment, which no request can have after clean-up"),
            ("/a?x=1", "path \"/a?x=1\" contains \"?\", which is not part of a path"),
            ("/a/{b}c", "segment \"{b}c\" is not one of text, {name}, {name...}, {$} or :name"),
            ("/a/{}", "segment \"{}\" is not one of text, {name}, {name...}, {$} or :name"),
            ("/a/{x...}/b", "\"{x...}\" must be the last segment"),
            ("/a/{$}/b", "\"{$}\" must be the last segment"),
            ("/{x}/{x}", "parameter \"x\" appears twice"),
            ("/a%2", "path \"/a%2\" has a bad percent escape"),
        ] {
            assert_eq!(Pattern::parse("", path).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn relations() {
        for (a, b, expected) in [
            ("/a", "/a", Relation::Equal),
            ("/a/{x}", "/a/:y", Relation::Equal),
            ("/a/", "/a/{rest...}", Relation::Equal),
            ("/a", "/b", Relation::Disjoint),
            ("/a", "/a/", Relation::Disjoint),
            ("/a/{$}", "/a/{x}", Relation::Disjoint),
            ("/a/{$}", "/a/", Relation::First),
            ("/a/b", "/a/{x}", Relation::First),
            ("/a/{x}", "/a/{x...}", Relation::First),
            ("/{x...}", "/a", Relation::Second),
            ("/a/{x}", "/{y}/b", Relation::Overlap),
            ("/a/{x...}", "/{y}/b", Relation::Overlap),
        ] {
            assert_eq!(pattern(a).relation(&pattern(b)), expected, "{a} {b}");
        }
    }
}
