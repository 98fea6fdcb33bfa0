//! Reads the fields of an entry leniently, collects every mistake and every key that nobody read.

use crate::placeholder::{self, Variables};
use crate::value::{At, Field, Reference};
use core_registry::Entry;
use infra_base::{Data, Diagnostic, EntryId, Error, Map, Result, Severity, nearest};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::sync::Arc;
use sys_services::Lifecycle;

/// A field for the reference page and for "unknown field" hints.
#[derive(Clone, Copy, Debug)]
pub struct FieldDoc {
    /// `pool.size`; `meta.server` for meta.
    pub name: &'static str,
    /// `duration`, `integer`, `text`, `entry id of http.service`, …
    pub ty: &'static str,
    /// As written in YAML; empty = none; `!` = required.
    pub default: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

/// Fields that promise protection: present in an entry of a kind that did not read them, they stop the start.
const PROTECTIVE: [&str; 3] = ["security", "network", "tls"];

/// The fields of one entry while its kind decodes them.
///
/// Names are dotted paths into the data (`pool.size`); `meta.` reaches the meta part. Readers never fail: a mistake is
/// noted with its place, and a stand-in value is returned so that the rest is read too. The entry is refused afterwards.
/// ```
/// # use sys_entries::Fields; use infra_base::EntryId; use std::time::Duration;
/// # fn decode(fields: &mut Fields) {
/// let server = fields.reference("meta.server", &["http.service"]);
/// let addr: String = fields.required("addr");
/// let idle: Duration = fields.or("timeouts.idle", Duration::from_secs(120));
/// let size: Option<u32> = fields.optional("pool.size");
/// # }
/// ```
pub struct Fields {
    entry: Arc<Entry>,
    /// Where names start while items of a list are read: `methods[2]`; empty at the top.
    base: String,
    variables: Variables,
    lifecycle: Lifecycle,
    pub(crate) seen: Seen,
}

/// What decoding found out.
#[derive(Default)]
pub(crate) struct Seen {
    /// Full paths that were read with all that is below them.
    read: FxHashSet<String>,
    /// Full paths of maps and lists of which parts were read.
    opened: FxHashSet<String>,
    /// Paths in meta that were read.
    pub(crate) meta: Vec<String>,
    pub(crate) references: Vec<Reference>,
    pub(crate) mistakes: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Fields {
    /// The fields of `entry`, without variables: placeholders take their defaults. For tests of kinds.
    pub fn new(entry: Arc<Entry>) -> Fields {
        Self::with_variables(entry, Variables::default())
    }

    pub(crate) fn with_variables(entry: Arc<Entry>, variables: Variables) -> Fields {
        let mut fields = Fields {
            entry,
            base: String::new(),
            variables,
            lifecycle: Lifecycle::default(),
            seen: Seen::default(),
        };
        if !matches!(fields.entry.data, Data::Map(_) | Data::Null) {
            let kind = fields.entry.data.type_name();
            fields.mistake_at("data", &format!("data: a map expected, got {kind}"));
        }
        fields.lifecycle = crate::lifecycle::read(&mut fields);
        fields
    }

    /// The entry itself.
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// The entry's `lifecycle`, for kinds that compare it; others need not ask.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    pub(crate) fn into_parts(self) -> (Lifecycle, Seen) {
        (self.lifecycle, self.seen)
    }

    /// Whether the field is written and not null.
    pub fn has(&mut self, name: &str) -> bool {
        let full = self.full(name);
        self.open_parents(&full);
        raw(&self.entry, &full).is_some()
    }

    /// A field that must be there; an empty text or list is a mistake too.
    pub fn required<T: Field>(&mut self, name: &str) -> T {
        self.required_of(name, &[])
    }

    /// A field that may be absent.
    pub fn optional<T: Field>(&mut self, name: &str) -> Option<T> {
        self.read(name, &[], true).flatten()
    }

    /// A field with a default.
    pub fn or<T: Field>(&mut self, name: &str, default: T) -> T {
        self.optional(name).unwrap_or(default)
    }

    /// A number with bounds and a default (which need not lie within them).
    pub fn within<T>(&mut self, name: &str, bounds: RangeInclusive<T>, default: T) -> T
    where
        T: Field + PartialOrd + Display,
    {
        match self.optional::<T>(name) {
            Some(value) if !bounds.contains(&value) => {
                self.mistake(
                    name,
                    &format!("{value} is out of range ({} to {})", bounds.start(), bounds.end()),
                );
                default
            }
            other => other.unwrap_or(default),
        }
    }

    /// One of the given texts, as the value beside it; absent or null: `default`, or a mistake when that is `None`.
    pub fn choice<T: Clone>(&mut self, name: &str, table: &[(&str, T)], default: Option<T>) -> T {
        let stand_in = || table.first().map(|(_, value)| value.clone()).expect("a choice has choices");
        let text: String = match (self.optional(name), &default) {
            (Some(text), _) => text,
            (None, Some(value)) => return value.clone(),
            (None, None) => {
                if raw(&self.entry, &self.full(name)).is_none() {
                    self.mistake(name, &format!("required ({} expected)", listed(table)));
                }
                return stand_in();
            }
        };
        if let Some((_, value)) = table.iter().find(|(word, _)| *word == text) {
            return value.clone();
        }
        let near = nearest(&text, table.iter().map(|(word, _)| *word));
        let near = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
        self.mistake(name, &format!("\"{text}\" is none of {}{near}", listed(table)));
        stand_in()
    }

    /// The id of an entry that must exist and be of one of `kinds` (`function.*` = all below; empty = any). A bare name
    /// belongs to the entry's own namespace.
    pub fn reference(&mut self, name: &str, kinds: &'static [&'static str]) -> EntryId {
        self.required_of(name, kinds)
    }

    /// As [`reference`](Self::reference), but it may be absent.
    pub fn optional_reference(&mut self, name: &str, kinds: &'static [&'static str]) -> Option<EntryId> {
        self.read(name, kinds, true).flatten()
    }

    /// A list of references.
    pub fn references(&mut self, name: &str, kinds: &'static [&'static str]) -> Vec<EntryId> {
        self.read(name, kinds, true).flatten().unwrap_or_default()
    }

    /// A text in which nothing is resolved: program source, templates.
    pub fn source(&mut self, name: &str) -> Option<Box<str>> {
        self.read(name, &[], false).flatten()
    }

    /// A value in which nothing is resolved: schemas, arbitrary data.
    pub fn raw(&mut self, name: &str) -> Option<Data> {
        self.read(name, &[], false).flatten()
    }

    /// Reads `other` as another name of `name`; both at once are a mistake. Call it before reading; returns the name to
    /// read.
    pub fn alias<'a>(&mut self, name: &'a str, other: &'a str) -> &'a str {
        match (self.has(name), self.has(other)) {
            (true, true) => {
                self.mistake(other, &format!("is the same as {name}: keep one of them"));
                self.skip(other);
                name
            }
            (false, true) => other,
            _ => name,
        }
    }

    /// Reads a list of maps: `read` is called once an item, and names are relative to the item.
    pub fn each<T>(&mut self, name: &str, mut read: impl FnMut(&mut Fields) -> T) -> Vec<T> {
        let full = self.full(name);
        self.open_parents(&full);
        let entry = self.entry.clone();
        let items = match raw(&entry, &full) {
            None => return Vec::new(),
            Some(Data::List(items)) => items,
            Some(other) => {
                self.mistake(name, &format!("a list of maps expected, got {}", other.type_name()));
                self.skip(name);
                return Vec::new();
            }
        };
        self.seen.opened.insert(full.clone());
        let mut out = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let place = format!("{full}[{index}]");
            if item.as_map().is_none() {
                self.mistake_at(
                    &place,
                    &format!("{name}[{index}]: a map expected, got {}", item.type_name()),
                );
                self.seen.read.insert(place);
                continue;
            }
            self.seen.opened.insert(place.clone());
            let outer = std::mem::replace(&mut self.base, place);
            out.push(read(self));
            self.base = outer;
        }
        out
    }

    /// Declares a field that promises protection which is not built yet: if it is set, the entry is refused.
    pub fn protective(&mut self, name: &str) {
        let full = self.full(name);
        self.open_parents(&full);
        if raw(&self.entry, &full).is_some_and(protects) {
            self.mistake(name, "promises protection that is not built yet; remove it to start without");
        }
        self.skip(name);
    }

    /// Declares that a field is known and has no effect here; it is not reported as unknown.
    pub fn skip(&mut self, name: &str) {
        let full = self.full(name);
        self.open_parents(&full);
        self.seen.read.insert(full);
    }

    /// Notes a mistake at a field; the entry will be refused.
    pub fn mistake(&mut self, name: &str, message: &str) {
        let full = self.full(name);
        let message = format!("{}: {message}", shown(&full));
        self.mistake_at(&full, &message);
    }

    /// Notes a warning at a field.
    pub fn warning(&mut self, name: &str, message: &str) {
        let full = self.full(name);
        let found = self.entry.mistake(&full, format!("{}: {message}", shown(&full)));
        self.seen.warnings.push(Diagnostic { severity: Severity::Warning, ..found });
    }

    fn mistake_at(&mut self, full: &str, message: &str) {
        self.seen.mistakes.push(self.entry.mistake(full, message));
    }

    fn required_of<T: Field>(&mut self, name: &str, kinds: &'static [&'static str]) -> T {
        let value = match self.read::<T>(name, kinds, true) {
            // The mistake is noted already.
            Some(None) => return T::stand_in(),
            Some(value) => value,
            None => None,
        };
        match value {
            Some(value) if value.is_blank() => self.mistake(name, "must not be empty"),
            Some(value) => return value,
            None => self.mistake(name, "required"),
        }
        T::stand_in()
    }

    /// `None`: absent. `Some(None)`: there, but mistaken.
    fn read<T: Field>(
        &mut self,
        name: &str,
        kinds: &'static [&'static str],
        resolve: bool,
    ) -> Option<Option<T>> {
        let full = self.full(name);
        self.open_parents(&full);
        if full.starts_with("meta.") {
            self.seen.meta.push(full.clone());
        }
        let entry = self.entry.clone();
        let value = raw(&entry, &full)?;
        let value = match resolve && !full.starts_with("meta.") && placeholder::present(value) {
            false => Cow::Borrowed(value),
            true => match placeholder::resolve(value, &self.variables) {
                Ok(value) => Cow::Owned(value),
                Err(variable) => {
                    self.mistake(
                        name,
                        &format!("environment variable {variable} is not set and has no default"),
                    );
                    self.seen.read.insert(full);
                    return Some(None);
                }
            },
        };
        let mut mistakes = Vec::new();
        let mut at = At {
            path: full,
            namespace: entry.id.namespace(),
            kinds,
            references: &mut self.seen.references,
            mistakes: &mut mistakes,
        };
        let read = T::read(&value, &mut at);
        let full = at.path;
        self.seen.read.insert(full);
        for (path, message) in mistakes {
            let message = format!("{}: {message}", shown(&path));
            self.mistake_at(&path, &message);
        }
        Some(read)
    }

    /// The full path of a name: `data.pool.size`, `meta.server`.
    fn full(&self, name: &str) -> String {
        match name.strip_prefix("meta.") {
            Some(_) => name.into(),
            None if self.base.is_empty() => format!("data.{name}"),
            None => format!("{}.{name}", self.base),
        }
    }

    fn open_parents(&mut self, full: &str) {
        for (cut, _) in full.match_indices('.') {
            if !self.seen.opened.contains(&full[..cut]) {
                self.seen.opened.insert(full[..cut].into());
            }
        }
    }

    /// Ends decoding: unread keys become warnings, unread protective fields mistakes. `known` are the kind's fields.
    pub(crate) fn finish(&mut self, known: &[FieldDoc]) {
        self.base.clear();
        for name in PROTECTIVE {
            if !self.seen.read.contains(&format!("data.{name}"))
                && !self.seen.opened.contains(&format!("data.{name}"))
            {
                self.protective(name);
            }
        }
        let entry = self.entry.clone();
        let mut unread = Vec::new();
        self.unread("data", &entry.data, &mut unread);
        for path in unread {
            let name = shown(&path);
            let prefixes = known.iter().map(|field| field.name).chain(crate::lifecycle::FIELDS);
            // A field of meta that was written among the data is the likelier mistake.
            let in_meta = known.iter().map(|f| f.name).find(|f| f.strip_prefix("meta.") == Some(name));
            let near = in_meta.or_else(|| nearest(name, prefixes.flat_map(prefixes_of)));
            let known_as = near.map_or(String::new(), |near| format!(" (did you mean {near}?)"));
            let message = format!("{name} is no field of {}{known_as}", entry.kind);
            let found = entry.mistake(&path, message);
            let span = entry.origin.as_ref().and_then(|o| o.places.iter().find(|(p, _)| **p == *path));
            let mut found = Diagnostic { severity: Severity::Warning, ..found };
            if let (Some((_, place)), Some(label)) = (span, found.labels.first_mut()) {
                label.span = place.key.clone();
            }
            self.seen.warnings.push(found);
        }
    }

    fn unread(&self, path: &str, value: &Data, out: &mut Vec<String>) {
        if self.seen.read.contains(path) {
            return;
        }
        if !self.seen.opened.contains(path) && path != "data" {
            out.push(path.into());
            return;
        }
        match value {
            Data::Map(map) => map.iter().for_each(|(key, v)| self.unread(&format!("{path}.{key}"), v, out)),
            Data::List(list) => {
                list.iter().enumerate().for_each(|(i, v)| self.unread(&format!("{path}[{i}]"), v, out));
            }
            // A scalar where parts of a map were asked for.
            Data::Null => {}
            _ if path != "data" => out.push(path.into()),
            _ => {}
        }
    }

    /// The error of an entry with mistakes.
    pub(crate) fn refusal(&self) -> Option<Error> {
        let first = self.seen.mistakes.first()?;
        let more = match self.seen.mistakes.len() {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        let message = format!("{}{more}", first.message);
        Some(Error::invalid(message).with_diagnostics(self.seen.mistakes.clone()))
    }

    /// The error of the mistakes so far, for a kind whose decoding cannot go on.
    pub fn check(&self) -> Result<()> {
        self.refusal().map_or(Ok(()), Err)
    }
}

/// The name of a full path as the file has it.
fn shown(full: &str) -> &str {
    full.strip_prefix("data.").unwrap_or(full)
}

/// `a`, `a.b`, `a.b.c` of `a.b.c`.
fn prefixes_of(name: &'static str) -> impl Iterator<Item = &'static str> {
    name.match_indices('.').map(move |(cut, _)| &name[..cut]).chain([name])
}

fn listed<T>(table: &[(&str, T)]) -> String {
    table.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// Whether a protective value asks for anything: `tls: {mode: ""}` does not.
fn protects(value: &Data) -> bool {
    match value {
        Data::Null | Data::Bool(false) => false,
        Data::Text(text) => !text.is_empty(),
        Data::List(list) => list.iter().any(protects),
        Data::Map(map) => map.values().any(protects),
        Data::Bool(true) | Data::Int(_) | Data::Float(_) | Data::Bytes(_) => true,
    }
}

/// The value at a full path; null counts as absent. A key that itself contains the dots comes first.
fn raw<'a>(entry: &'a Entry, full: &str) -> Option<&'a Data> {
    let found = match full.split_once('.') {
        Some(("meta", rest)) => in_map(&entry.meta, rest),
        Some((_, rest)) => entry.data.as_map().and_then(|map| in_map(map, rest)),
        None => Some(&entry.data),
    };
    found.filter(|value| **value != Data::Null)
}

fn in_map<'a>(map: &'a Map, path: &str) -> Option<&'a Data> {
    if let Some(found) = map.get(path) {
        return Some(found);
    }
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let value = match key.strip_suffix(']').and_then(|k| k.rsplit_once('[')) {
        Some((key, index)) => map.get(key)?.as_list()?.get(index.parse::<usize>().ok()?)?,
        None => map.get(key)?,
    };
    match rest {
        None => Some(value),
        Some(rest) => in_map(value.as_map()?, rest),
    }
}
