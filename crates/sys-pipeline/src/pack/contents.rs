//! Entries as plain data, in the names that packs use.

use core_registry::Entry;
use infra_base::{Data, EntryId, Error, Map, Result};
use std::collections::HashSet;

/// Deepest nesting of a frame: a list of entries, each a map around its data.
pub(super) const DEPTH: usize = Data::MAX_DEPTH + 2;

/// The field of this name, or of its lower-case form, which other makers write.
pub(super) fn field<'a>(data: &'a Data, name: &str) -> Option<&'a Data> {
    let map = data.as_map()?;
    map.get(name).or_else(|| map.get(name.to_ascii_lowercase().as_str()))
}

pub(super) fn to_data(entries: &[&Entry]) -> Data {
    Data::List(entries.iter().map(|entry| one_to_data(entry)).collect())
}

fn one_to_data(entry: &Entry) -> Data {
    let id = map([("ns", entry.id.namespace().into()), ("name", entry.id.name().into())]);
    let data = match is_wrapper(&entry.data) {
        // A reader would take it for a wrapper: it is given one.
        true => map([("Data", entry.data.clone()), ("Format", "golang/any".into())]),
        false => entry.data.clone(),
    };
    let (kind, meta) = (Data::text(&*entry.kind), Data::Map(entry.meta.clone()));
    map([("ID", id), ("Kind", kind), ("Meta", meta), ("Data", data)])
}

/// Errors name the entry, or its number where it has no id.
pub(super) fn from_data(data: Data) -> Result<Vec<Entry>> {
    let items = match data {
        Data::List(items) => items,
        Data::Null => Vec::new(),
        _ => return Err(Error::invalid("its entries are no list")),
    };
    let mut seen = HashSet::with_capacity(items.len());
    let mut entries = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let entry = one_from_data(item).map_err(|e| e.context(format_args!("entry {}", index + 1)))?;
        if !seen.insert(entry.id.clone()) {
            return Err(Error::invalid(format!("entry {} is there twice", entry.id)));
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn one_from_data(data: Data) -> Result<Entry> {
    let id = field(&data, "ID").unwrap_or(&Data::Null);
    let text = |name: &str| field(id, name).and_then(Data::as_str);
    let (Some(ns), Some(name)) = (text("ns"), text("name")) else {
        return Err(Error::invalid("it has no ID of ns and name"));
    };
    let id = EntryId::new(ns, name)?;
    if id.namespace() != ns {
        return Err(Error::invalid(format!("namespace {ns:?} contains ':'")));
    }
    let kind: Box<str> = match field(&data, "Kind").and_then(Data::as_str) {
        Some(kind) if !kind.is_empty() => kind.into(),
        _ => return Err(Error::invalid(format!("{id} has no Kind"))),
    };
    let meta = match field(&data, "Meta") {
        Some(Data::Map(meta)) => meta.clone(),
        Some(Data::Null) | None => Map::default(),
        Some(_) => return Err(Error::invalid(format!("Meta of {id} is no map"))),
    };
    let Data::Map(mut fields) = data else { return Err(Error::invalid("it is no map")) };
    let value = fields.shift_remove("Data").or_else(|| fields.shift_remove("data")).unwrap_or_default();
    Ok(Entry { id, kind, meta, data: unwrapped(value), origin: None })
}

/// Older makers wrote data as a map of exactly `Data` and `Format`.
fn unwrapped(data: Data) -> Data {
    match data {
        Data::Map(mut map) if is_wrapper_map(&map) => map.shift_remove("Data").unwrap_or_default(),
        other => other,
    }
}

fn is_wrapper(data: &Data) -> bool {
    data.as_map().is_some_and(is_wrapper_map)
}

fn is_wrapper_map(map: &Map) -> bool {
    map.len() == 2 && map.contains_key("Data") && map.contains_key("Format")
}

fn map<const N: usize>(pairs: [(&str, Data); N]) -> Data {
    Data::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
}
