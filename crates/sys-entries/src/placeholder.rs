//! Placeholders `${env:NAME|default}` in entry data, resolved at decoding and never stored.

use crate::kind::BuildCx;
use core_registry::Snapshot;
use infra_base::{Data, EntryId, Result};
use rustc_hash::FxHashMap;

/// Where placeholders find variables; the service of environment variables registers one.
pub trait EnvLookup: Send + Sync + 'static {
    /// Entries that must be built before `name` can be looked up (the variable, its storage); used for order.
    fn entries(&self, name: &str, next: &Snapshot) -> Vec<EntryId>;

    /// The variable of that public name or entry id; unknown and unset ones have neither value nor default.
    fn lookup(&self, name: &str, cx: &BuildCx<'_>) -> Result<Variable>;
}

/// What is known of a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variable {
    /// What it is set to.
    pub value: Option<Box<str>>,
    /// Its own default, which comes before that of the placeholder.
    pub default: Option<Box<str>>,
}

/// Variables by the name that a placeholder uses.
pub(crate) type Variables = FxHashMap<Box<str>, Variable>;

/// A piece of a text.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    Variable { name: &'a str, default: Option<&'a str> },
}

/// The pieces of `text`. `$${` is a literal `${`; what looks like no placeholder of ours stays as it is.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text[at..].find("${").map(|n| at + n) {
        if text[..found].ends_with('$') && found > from {
            out.push(Piece::Text(&text[from..found - 1]));
            // The literal `${` itself; its text is ordinary text.
            (from, at) = (found, found + 2);
            continue;
        }
        let Some((variable, end)) = placeholder(&text[found + 2..]) else {
            at = found + 2;
            continue;
        };
        if found > from {
            out.push(Piece::Text(&text[from..found]));
        }
        out.push(variable);
        (from, at) = (found + 2 + end, found + 2 + end);
    }
    if from < text.len() {
        out.push(Piece::Text(&text[from..]));
    }
    out
}

/// The placeholder whose inside `text` begins with, and where it ends.
fn placeholder(text: &str) -> Option<(Piece<'_>, usize)> {
    let close = text.find('}')?;
    let inside = &text[..close];
    let (name, default) = inside.split_once('|').map_or((inside, None), |(n, d)| (n, Some(d)));
    let name = match name.strip_prefix("env:") {
        Some(name) if !name.is_empty() => name,
        None if default.is_some() && is_upper_snake(name) => name,
        _ => return None,
    };
    Some((Piece::Variable { name, default }, close + 1))
}

fn is_upper_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Calls `each` with every variable name in `data`; `source` at the top is not looked at.
pub(crate) fn names(data: &Data, each: &mut dyn FnMut(&str)) {
    match data {
        Data::Map(map) => {
            map.iter().filter(|(key, _)| &***key != "source").for_each(|(_, value)| names_below(value, each));
        }
        other => names_below(other, each),
    }
}

fn names_below(data: &Data, each: &mut dyn FnMut(&str)) {
    match data {
        Data::Text(text) if text.contains("${") => {
            for piece in pieces(text) {
                if let Piece::Variable { name, .. } = piece {
                    each(name);
                }
            }
        }
        Data::List(list) => list.iter().for_each(|item| names_below(item, each)),
        Data::Map(map) => map.values().for_each(|item| names_below(item, each)),
        _ => {}
    }
}

/// Whether `data` holds anything to resolve.
pub(crate) fn present(data: &Data) -> bool {
    match data {
        Data::Text(text) => text.contains("${"),
        Data::List(list) => list.iter().any(present),
        Data::Map(map) => map.values().any(present),
        _ => false,
    }
}

/// `data` with its placeholders resolved; `Err` is the name of a variable that is unset and has no default.
pub(crate) fn resolve(data: &Data, variables: &Variables) -> Result<Data, String> {
    Ok(match data {
        Data::Text(text) if text.contains("${") => resolve_text(text, variables)?,
        Data::List(list) => Data::List(list.iter().map(|v| resolve(v, variables)).collect::<Result<_, _>>()?),
        Data::Map(map) => Data::Map(
            map.iter()
                .map(|(key, v)| Ok((key.clone(), resolve(v, variables)?)))
                .collect::<Result<_, String>>()?,
        ),
        other => other.clone(),
    })
}

fn resolve_text(text: &str, variables: &Variables) -> Result<Data, String> {
    let pieces = pieces(text);
    let unset = Variable::default();
    if let [Piece::Variable { name, default }] = pieces[..] {
        let variable = variables.get(name).unwrap_or(&unset);
        let default = variable.default.as_deref().or(default);
        let value = variable.value.as_deref().or(default).ok_or(name)?;
        return Ok(typed_like(value, default));
    }
    let mut out = String::with_capacity(text.len());
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Variable { name, default } => {
                let variable = variables.get(name).unwrap_or(&unset);
                out.push_str(
                    variable.value.as_deref().or(variable.default.as_deref()).or(default).ok_or(name)?,
                );
            }
        }
    }
    Ok(Data::from(out))
}

/// A placeholder that is the whole field has the type of the default that applies, if its value fits.
fn typed_like(value: &str, default: Option<&str>) -> Data {
    match (default.map(shape), shape(value)) {
        (Some(Data::Bool(_)), Data::Bool(b)) => Data::Bool(b),
        (Some(Data::Int(_) | Data::Float(_)), number @ (Data::Int(_) | Data::Float(_))) => number,
        _ => Data::text(value),
    }
}

fn shape(text: &str) -> Data {
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    match text {
        "true" => Data::Bool(true),
        "false" => Data::Bool(false),
        _ if numeric => text
            .parse()
            .map(Data::Int)
            .or_else(|_| text.parse().map(Data::Float))
            .unwrap_or_else(|_| Data::text(text)),
        _ => Data::text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        let set = |v: &str| Variable { value: Some(v.into()), default: None };
        Variables::from_iter([
            ("PORT".into(), set("9090")),
            ("HOST".into(), set("db.local")),
            ("app:key".into(), set("k")),
            ("FLAG".into(), Variable { value: None, default: Some("true".into()) }),
        ])
    }

    #[test]
    fn forms() {
        for (text, expected) in [
            ("plain", Data::text("plain")),
            ("${env:HOST}", Data::text("db.local")),
            ("${env:app:key}", Data::text("k")),
            ("${env:PORT}", Data::text("9090")),
            ("${env:PORT|8080}", Data::Int(9090)),
            ("${env:NONE|8080}", Data::Int(8080)),
            ("${env:NONE|1.5}", Data::Float(1.5)),
            ("${env:NONE|false}", Data::Bool(false)),
            ("${env:FLAG}", Data::Bool(true)),
            ("${env:FLAG|x}", Data::Bool(true)),
            ("${env:HOST|8080}", Data::text("db.local")),
            ("${env:NONE|}", Data::text("")),
            ("${NONE|x}", Data::text("x")),
            ("${HOST|x}", Data::text("db.local")),
            ("http://${env:HOST}:${env:PORT|1}/", Data::text("http://db.local:9090/")),
            ("$${env:HOST}", Data::text("${env:HOST}")),
            ("a$${b}c", Data::text("a${b}c")),
            ("${HOST}", Data::text("${HOST}")),
            ("${ENV_TOKEN_KEY:-fallback}", Data::text("${ENV_TOKEN_KEY:-fallback}")),
            ("${lower|x}", Data::text("${lower|x}")),
            ("${env:}", Data::text("${env:}")),
            ("${env:HOST", Data::text("${env:HOST")),
            ("${${env:HOST}}", Data::text("${db.local}")),
        ] {
            assert_eq!(resolve(&Data::text(text), &variables()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn unset_names_the_variable_wherever_it_stands() {
        let nested = Data::List(vec![Data::text("a ${env:NONE} b")]);
        assert_eq!(resolve(&nested, &variables()), Err("NONE".into()));
        assert_eq!(resolve(&Data::text("${env:NONE}"), &variables()), Err("NONE".into()));
    }

    #[test]
    fn names_skip_the_source() {
        let mut map = infra_base::Map::default();
        map.insert("source".into(), Data::text("${env:A}"));
        map.insert("dsn".into(), Data::List(vec![Data::text("${env:B}${C|}")]));
        let mut found = vec![];
        names(&Data::Map(map), &mut |name| found.push(name.to_string()));
        assert_eq!(found, ["B", "C"]);
    }
}
