//! `wippy registry`: shows entries without starting anything.

use crate::cli::{Global, List, Registry, Show};
use crate::commands::{out, quiet_log};
use crate::project;
use core_registry::Entry;
use infra_base::{Data, EntryId, Error, Map, Result, nearest};
use infra_codec::{json, yaml};
use regex::Regex;
use std::sync::Arc;
use sys_pipeline::matches;

pub(crate) fn run(global: &Global, command: Registry) -> Result<u8> {
    let log = quiet_log(global)?;
    let source = match &command {
        Registry::List(args) => &args.source,
        Registry::Show(args) => &args.source,
    };
    let (config, mut warnings) = project::config(global, &source.layers)?;
    let prepared = project::entries(&config, &source.lock_file, &[])?;
    warnings.extend(prepared.warnings);
    project::log_warnings(&warnings);
    log.flush();
    let mut entries = prepared.entries;
    entries.sort_by(|a, b| a.id.cmp(&b.id));
    match command {
        Registry::List(args) => list(&entries, &args),
        Registry::Show(args) => show(&entries, &args),
    }
}

fn list(entries: &[Arc<Entry>], args: &List) -> Result<u8> {
    let filters = args.meta.iter().map(|text| Filter::parse(text)).collect::<Result<Vec<_>>>()?;
    let any = |patterns: &[String], text: &str, separator| {
        patterns.is_empty() || patterns.iter().any(|p| matches(p, text, separator))
    };
    let found = entries.iter().filter(|e| {
        // A kind is one text here: `http.*` also finds what has more dots.
        any(&args.kind, &e.kind, '\0')
            && any(&args.ns, e.id.namespace(), '.')
            && any(&args.name, e.id.name(), '\0')
            && filters.iter().all(|f| f.accepts(&e.meta))
    });
    if args.json || args.yaml {
        let data = Data::List(found.map(|e| plain(e)).collect());
        return out(&encoded(&data, args.json));
    }
    let found: Vec<&Arc<Entry>> = found.collect();
    let plural = if found.len() == 1 { "y" } else { "ies" };
    out(&format!("{}\n{} entr{plural}\n", table(&found), found.len()))
}

/// A line for each entry: id, kind, comment.
pub(super) fn table(entries: &[&Arc<Entry>]) -> String {
    let rows: Vec<_> = entries.iter().map(|e| (e.id.as_str(), &*e.kind, comment(e))).collect();
    let width = |column: fn(&(&str, &str, &str)) -> usize| rows.iter().map(column).max().unwrap_or(0);
    let (ids, kinds) = (width(|r| r.0.chars().count()), width(|r| r.1.chars().count()));
    let line = |(id, kind, comment): &(&str, &str, &str)| {
        format!("{id:ids$}  {kind:kinds$}  {comment}").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn comment(entry: &Entry) -> &str {
    let text = ["comment", "title", "description"].iter().find_map(|key| entry.meta.get(*key)?.as_str());
    text.unwrap_or_default().lines().next().unwrap_or_default()
}

fn show(entries: &[Arc<Entry>], args: &Show) -> Result<u8> {
    let id = EntryId::parse(&args.id)?;
    let Some(entry) = entries.iter().find(|e| e.id == id) else {
        let near = nearest(id.as_str(), entries.iter().map(|e| e.id.as_str()));
        let hint = near.map(|n| format!(", did you mean {n}?")).unwrap_or_default();
        return Err(Error::not_found(format!("entry {id} not found{hint}")));
    };
    let whole = plain(entry);
    let shown = match &args.field {
        None => whole,
        Some(path) => {
            field(&whole, path).ok_or_else(|| Error::not_found(format!("entry {id} has no field {path}")))?
        }
    };
    match shown {
        Data::Text(text) if args.raw => out(&format!("{}\n", text.trim_end_matches('\n'))),
        data => out(&encoded(&data, args.json || args.raw)),
    }
}

/// `kind`, `meta.x`, `data.x`, or bare for data.
fn field(entry: &Data, path: &str) -> Option<Data> {
    let keys: Vec<&str> = path.split('.').collect();
    let explicit = matches!(keys[0], "id" | "kind" | "meta" | "data");
    let found = if explicit { entry.get(&keys) } else { entry.get(&["data"])?.get(&keys) };
    found.cloned()
}

fn plain(entry: &Entry) -> Data {
    let mut map = Map::default();
    map.insert("id".into(), Data::text(entry.id.as_str()));
    map.insert("kind".into(), Data::text(&*entry.kind));
    map.insert("meta".into(), Data::Map(entry.meta.clone()));
    map.insert("data".into(), entry.data.clone());
    without_bytes(Data::Map(map))
}

/// Bytes are trees of packs, which nobody reads: their number stands for them.
fn without_bytes(data: Data) -> Data {
    match data {
        Data::Bytes(bytes) => Data::from(format!("{} bytes", bytes.len())),
        Data::List(items) => Data::List(items.into_iter().map(without_bytes).collect()),
        Data::Map(map) => {
            Data::Map(map.into_iter().map(|(key, value)| (key, without_bytes(value))).collect())
        }
        other => other,
    }
}

fn encoded(data: &Data, as_json: bool) -> String {
    if as_json {
        return String::from_utf8_lossy(&json::encode_pretty(data)).into_owned() + "\n";
    }
    yaml::encode(data)
}

/// `f=v`, `f~re`, `f*s`, `f^p`, `f$s`.
struct Filter {
    path: Vec<String>,
    test: Test,
}

enum Test {
    Equal(String),
    Matches(Regex),
    Contains(String),
    Begins(String),
    Ends(String),
}

impl Filter {
    fn parse(text: &str) -> Result<Filter> {
        let at = text.find(['=', '~', '*', '^', '$']).filter(|at| *at > 0);
        let Some(at) = at else {
            return Err(Error::invalid(format!(
                "--meta {text}: field and one of = ~ * ^ $ expected (type=tool)"
            )));
        };
        let (field, value) = (&text[..at], text[at + 1..].to_owned());
        let test = match &text[at..=at] {
            "=" => Test::Equal(value),
            "~" => {
                Test::Matches(Regex::new(&value).map_err(|e| Error::invalid(format!("--meta {text}: {e}")))?)
            }
            "*" => Test::Contains(value),
            "^" => Test::Begins(value),
            _ => Test::Ends(value),
        };
        let field = field.strip_prefix("meta.").unwrap_or(field);
        Ok(Filter { path: field.split('.').map(str::to_owned).collect(), test })
    }

    /// The flat key counts before the path.
    fn accepts(&self, meta: &Map) -> bool {
        let flat = meta.get(self.path.join(".").as_str());
        let deep = || {
            let (first, rest) = self.path.split_first()?;
            let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
            meta.get(first.as_str())?.get(&rest)
        };
        match flat.or_else(deep) {
            Some(Data::List(items)) => items.iter().any(|item| self.accepts_value(item)),
            Some(value) => self.accepts_value(value),
            None => false,
        }
    }

    fn accepts_value(&self, value: &Data) -> bool {
        let text = match value {
            Data::Text(text) => text.to_string(),
            other => String::from_utf8_lossy(&json::encode(other)).into_owned(),
        };
        match &self.test {
            Test::Equal(v) => text == *v,
            Test::Matches(re) => re.is_match(&text),
            Test::Contains(v) => text.contains(v),
            Test::Begins(v) => text.starts_with(v),
            Test::Ends(v) => text.ends_with(v),
        }
    }
}
