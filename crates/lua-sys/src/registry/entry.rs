//! Entries as tables `{id, kind, meta, data}`, and back.

use core_registry::{Entry, Op};
use infra_base::{Data, EntryId, Error, Map, Result};
use lua_api::{Answer, Cx, Raise, Table, Val, View, data_to_val, val_to_kept_data};
use std::sync::Arc;

/// The id in argument `i`: a text, or `{ns, name}`.
pub(super) fn check_id(cx: &mut Cx<'_>, i: usize) -> Result<Result<EntryId>, Raise> {
    match cx.arg(i).view() {
        View::Table(_) => Ok(read_id(cx.arg(i))),
        _ => {
            let text = cx.check_str(i)?;
            Ok(EntryId::parse(text).map_err(Error::from))
        }
    }
}

/// An id from a text or `{ns, name}`.
fn read_id(value: Val<'_>) -> Result<EntryId> {
    let text = |value: Val<'_>| value.as_bytes().and_then(|b| std::str::from_utf8(b).ok().map(str::to_owned));
    match value.view() {
        View::Str(_) => {
            let id = text(value).ok_or_else(|| Error::invalid("an entry id is UTF-8 text"))?;
            Ok(EntryId::parse(&id)?)
        }
        View::Table(parts) => match (text(parts.get_field("ns")), text(parts.get_field("name"))) {
            (Some(namespace), Some(name)) => Ok(EntryId::new(&namespace, &name)?),
            _ => Err(Error::invalid("an id as a table has the texts ns and name")),
        },
        _ => Err(Error::invalid(format!("id is a text namespace:name, got {}", value.type_name()))),
    }
}

/// The entry that a table describes. What is absent is taken from `old`.
pub(super) fn read_entry<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>, old: Option<&Old<'_>>) -> Result<Entry> {
    let Some(table) = value.as_table() else {
        return Err(Error::invalid(format!("an entry is a table, got {}", value.type_name())));
    };
    let id = read_id(table.get_field("id"))?;
    let old = old.and_then(|old| old(&id));
    let kind = match (table.get_field("kind").view(), &old) {
        (View::Str(kind), _) if !kind.is_empty() => String::from_utf8_lossy(kind).into(),
        (View::Nil, Some(old)) => old.kind.clone(),
        (other, _) => {
            let got = match other {
                View::Str(_) => "an empty text",
                _ => table.get_field("kind").type_name(),
            };
            return Err(Error::invalid(format!("entry {id}: kind is a text, got {got}")));
        }
    };
    let meta = match (read_field(cx, table, &id, "meta")?, &old) {
        (None, Some(old)) => old.meta.clone(),
        (None, None) => Map::default(),
        (Some(Data::Map(map)), _) => map,
        (Some(Data::List(items)), _) if items.is_empty() => Map::default(),
        (Some(other), _) => {
            let message = format!("entry {id}: meta is a table with text keys, got {}", other.type_name());
            return Err(Error::invalid(message));
        }
    };
    let data = match (read_field(cx, table, &id, "data")?, &old) {
        (Some(Data::List(items)), _) if items.is_empty() => Data::Map(Map::default()),
        (Some(data), _) => data,
        (None, Some(old)) => old.data.clone(),
        (None, None) => Data::Map(Map::default()),
    };
    Ok(Entry { id, kind, meta, data, origin: None })
}

/// Finds the entry that is there now.
pub(super) type Old<'a> = dyn Fn(&EntryId) -> Option<Arc<Entry>> + 'a;

fn read_field<'cx>(cx: &mut Cx<'cx>, table: Table<'cx>, id: &EntryId, name: &str) -> Result<Option<Data>> {
    let value = table.get_field(name);
    if value.is_nil() {
        return Ok(None);
    }
    val_to_kept_data(cx, value).map(Some).map_err(|e| e.context(format_args!("entry {id}: {name}")))
}

/// An entry as a table.
pub(super) fn entry_table<'cx>(cx: &mut Cx<'cx>, entry: &Entry) -> Result<Table<'cx>, Raise> {
    let table = cx.table(0, 4);
    let id = cx.string(entry.id.as_str().as_bytes());
    cx.set_field(table, "id", id)?;
    let kind = cx.string(entry.kind.as_bytes());
    cx.set_field(table, "kind", kind)?;
    let meta = cx.table(0, entry.meta.len());
    cx.mark_text_keyed(meta);
    for (key, value) in &entry.meta {
        let value = data_to_val(cx, value)?;
        cx.set_field(meta, key, value)?;
    }
    cx.set_field(table, "meta", meta)?;
    let data = data_to_val(cx, &entry.data)?;
    cx.set_field(table, "data", data)?;
    Ok(table)
}

pub(super) fn give_entry(cx: &mut Cx<'_>, entry: &Entry) -> Answer {
    let table = entry_table(cx, entry)?;
    cx.ret(table)
}

pub(super) fn give_entries(cx: &mut Cx<'_>, entries: &[Arc<Entry>]) -> Answer {
    let list = cx.table(entries.len(), 0);
    for (i, entry) in (1..).zip(entries) {
        let table = entry_table(cx, entry)?;
        cx.set_int(list, i, table)?;
    }
    cx.ret(list)
}

/// Operations as a list of `{kind, entry}`; a removal shows what was there.
pub(super) fn ops_table<'cx>(cx: &mut Cx<'cx>, ops: &[Op]) -> Result<Table<'cx>, Raise> {
    let list = cx.table(ops.len(), 0);
    for (i, op) in (1..).zip(ops) {
        let (Op::Create(entry) | Op::Update { new: entry, .. } | Op::Delete(entry)) = op;
        let table = cx.table(0, 2);
        let kind = cx.string(op.name().as_bytes());
        cx.set_field(table, "kind", kind)?;
        let entry = entry_table(cx, entry)?;
        cx.set_field(table, "entry", entry)?;
        cx.set_int(list, i, table)?;
    }
    Ok(list)
}
