//! The finder: queries over kinds, names and meta.

use crate::entry::Entry;
use crate::state::Snapshot;
use infra_base::{Data, Error, Map, Result};
use regex::Regex;
use std::sync::Arc;

/// A compiled query.
///
/// Keys: `.kind .ns .name .id` (exact text, or a glob where `*` is any run), `meta.<path>` (flat key first, then by dots;
/// equality, a list contains the value or all of the values), and `meta = {a = b}`, which means `meta.a = b`. A prefix makes
/// it another comparison: `~` regular expression, `*` contains, `^` begins with, `$` ends with. All conditions must hold.
#[derive(Clone, Debug, Default)]
pub struct Query {
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
struct Condition {
    subject: Subject,
    test: Test,
}

#[derive(Clone, Debug)]
enum Subject {
    Kind,
    Namespace,
    Name,
    Id,
    Meta(Box<str>),
}

#[derive(Clone, Debug)]
enum Test {
    Equals(Data),
    Glob(Box<str>),
    Matches(Regex),
    Contains(Box<str>),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
}

/// Compiled size of a regular expression, bytes.
const REGEX_LIMIT: usize = 1 << 20;

impl Query {
    /// Reads a filter table. The second value names the keys that mean nothing (`kind` instead of `.kind`): they are ignored,
    /// and whoever asked should hear of it. `Invalid`: a bad regular expression, an operator on a value that is no scalar.
    pub fn compile(filter: &Map) -> Result<(Query, Vec<String>)> {
        let (mut conditions, mut ignored) = (Vec::new(), Vec::new());
        for (key, value) in filter {
            match (&**key, value) {
                ("meta", Data::Map(map)) => {
                    for (inner, value) in map {
                        let (operator, path) = operator(inner);
                        let subject = Subject::Meta(path.into());
                        conditions.push(condition(&format!("meta.{inner}"), subject, operator, value)?);
                    }
                }
                (key, value) => {
                    let (operator, name) = operator(key);
                    let subject = match name {
                        ".kind" => Subject::Kind,
                        ".ns" => Subject::Namespace,
                        ".name" => Subject::Name,
                        ".id" => Subject::Id,
                        name => match name.strip_prefix("meta.") {
                            Some(path) if !path.is_empty() => Subject::Meta(path.into()),
                            _ => {
                                ignored.push(ignored_key(key, name));
                                continue;
                            }
                        },
                    };
                    conditions.push(condition(key, subject, operator, value)?);
                }
            }
        }
        Ok((Query { conditions }, ignored))
    }

    /// Whether the entry fits.
    pub fn matches(&self, entry: &Entry) -> bool {
        self.conditions.iter().all(|condition| condition.holds(entry))
    }

    /// The entries that fit, by id.
    pub fn find(&self, snapshot: &Snapshot) -> Vec<Arc<Entry>> {
        // An exact namespace is most of what is asked, and they lie together.
        let namespace = self.conditions.iter().find_map(|condition| match condition {
            Condition { subject: Subject::Namespace, test: Test::Equals(Data::Text(ns)) } => Some(ns),
            _ => None,
        });
        let entries = namespace.map_or_else(|| snapshot.entries(), |ns| snapshot.namespace(ns));
        entries.iter().filter(|entry| self.matches(entry)).cloned().collect()
    }
}

fn ignored_key(key: &str, name: &str) -> String {
    match name {
        "kind" | "ns" | "name" | "id" => format!("filter key \"{key}\" is ignored (did you mean .{name}?)"),
        "meta" => format!("filter key \"{key}\" is ignored (meta.… or a map as meta expected)"),
        _ if name.starts_with('.') => {
            format!("filter key \"{key}\" is ignored (.kind, .ns, .name, .id and meta.… are known)")
        }
        _ => format!("filter key \"{key}\" is ignored (did you mean meta.{name}?)"),
    }
}

/// The operator that a key begins with, and the rest.
fn operator(key: &str) -> (Option<char>, &str) {
    match key.chars().next() {
        Some(first @ ('~' | '*' | '^' | '$')) => (Some(first), &key[1..]),
        _ => (None, key),
    }
}

fn condition(key: &str, subject: Subject, operator: Option<char>, value: &Data) -> Result<Condition> {
    let text = || {
        text_of(value).ok_or_else(|| {
            Error::invalid(format!("filter key \"{key}\": a text expected, got {}", value.type_name()))
        })
    };
    let root = !matches!(subject, Subject::Meta(_));
    let test = match operator {
        Some('~') => {
            let pattern = text()?;
            let regex = regex::RegexBuilder::new(&pattern).size_limit(REGEX_LIMIT).build();
            Test::Matches(regex.map_err(|error| {
                Error::invalid(format!("filter key \"{key}\": bad regular expression: {error}"))
            })?)
        }
        Some('*') => Test::Contains(text()?),
        Some('^') => Test::StartsWith(text()?),
        Some('$') => Test::EndsWith(text()?),
        _ if root => match text()? {
            text if text.contains('*') => Test::Glob(text),
            text => Test::Equals(Data::Text(text)),
        },
        _ => Test::Equals(value.clone()),
    };
    Ok(Condition { subject, test })
}

impl Condition {
    fn holds(&self, entry: &Entry) -> bool {
        match &self.subject {
            Subject::Kind => self.test.holds_text(&entry.kind),
            Subject::Namespace => self.test.holds_text(entry.id.namespace()),
            Subject::Name => self.test.holds_text(entry.id.name()),
            Subject::Id => self.test.holds_text(entry.id.as_str()),
            Subject::Meta(path) => meta(&entry.meta, path).is_some_and(|value| self.test.holds(value)),
        }
    }
}

impl Test {
    fn holds_text(&self, text: &str) -> bool {
        match self {
            Test::Equals(value) => value.as_str() == Some(text),
            Test::Glob(glob) => fits(glob, text),
            Test::Matches(regex) => regex.is_match(text),
            Test::Contains(part) => text.contains(&**part),
            Test::StartsWith(start) => text.starts_with(&**start),
            Test::EndsWith(end) => text.ends_with(&**end),
        }
    }

    fn holds(&self, value: &Data) -> bool {
        match (self, value) {
            (Test::Equals(Data::List(all)), Data::List(has)) => {
                all.iter().all(|wanted| has.iter().any(|item| same(item, wanted)))
            }
            (Test::Equals(wanted), Data::List(has)) => has.iter().any(|item| same(item, wanted)),
            (Test::Equals(wanted), value) => same(value, wanted),
            // A member of the list, as a whole.
            (Test::Contains(part), Data::List(has)) => {
                has.iter().any(|item| text_of(item).is_some_and(|text| text == *part))
            }
            (test, Data::List(has)) => has.iter().any(|item| test.holds(item)),
            (test, value) => text_of(value).is_some_and(|text| test.holds_text(&text)),
        }
    }
}

/// Numbers compare by value, whatever their type.
fn same(a: &Data, b: &Data) -> bool {
    match (a, b) {
        (Data::Int(a), Data::Float(b)) | (Data::Float(b), Data::Int(a)) => *a as f64 == *b && *b as i64 == *a,
        (a, b) => a == b,
    }
}

fn text_of(value: &Data) -> Option<Box<str>> {
    match value {
        Data::Text(text) => Some(text.clone()),
        Data::Int(n) => Some(n.to_string().into()),
        Data::Float(n) => Some(n.to_string().into()),
        Data::Bool(b) => Some(b.to_string().into()),
        Data::Null | Data::Bytes(_) | Data::List(_) | Data::Map(_) => None,
    }
}

/// Flat key first, then by dots.
fn meta<'a>(map: &'a Map, path: &str) -> Option<&'a Data> {
    if let Some(found) = map.get(path) {
        return Some(found);
    }
    path.match_indices('.').find_map(|(cut, _)| meta(map.get(&path[..cut])?.as_map()?, &path[cut + 1..]))
}

/// Whether the glob, in which `*` is any run, is the whole text. Goes back only to the last star.
fn fits(glob: &str, text: &str) -> bool {
    let mut pieces = glob.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests;
