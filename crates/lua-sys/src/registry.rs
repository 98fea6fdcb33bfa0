//! Lua module `registry`: entries as they are and were, and changing them.

mod changes;
mod entry;
mod history;
mod snapshot;

use core_registry::{ChangeSet, Op, Query, Snapshot, Version};
use entry::{check_id, give_entries, give_entry, ops_table, read_entry};
use infra_base::{Data, Error, Map, Result};
use infra_log::{Level, Log};
use lua_api::{Answer, Class, Cx, Group, Guest, Module, NativeResult, Raise, View, val_to_data};
use std::sync::Arc;
use sys_entries::Entries;

/// What `require("registry")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("registry", "Entries as they are and were, and changing them.")
        .func("get(id: EntryId): (Entry?, error?)", "An entry as `{id, kind, meta, data}`.", get)
        .func(
            "find(filter?: {[string]: any}): ({Entry}?, error?)",
            "The entries that fit a filter over `.kind`, `.ns`, `.name`, `.id` and `meta.<path>`, by id.",
            find,
        )
        .local("parse_id(id: string): {ns: string, name: string}", "An id taken apart.", parse_id)
        .func("snapshot(): (Snapshot, error?)", "All entries as they are now.", snapshot)
        .func("snapshot_at(version: integer): (Snapshot?, error?)", "All entries as they were.", snapshot_at)
        .func("current_version(): (Version, error?)", "The present version.", current_version)
        .func(
            "versions(): ({Version}?, error?)",
            "All versions that are kept, oldest first.",
            history::versions,
        )
        .func("history(): (History, error?)", "The versions that are kept.", history::history)
        .func(
            "apply_version(version: integer | Version): (boolean?, error?)",
            "Goes back or forth to a version, by number or object, as a new version.",
            apply_version,
        )
        .func(
            "build_delta(from: {EntrySpec}, to: {EntrySpec}): ({Operation}?, error?)",
            "The operations `{kind, entry}` that lead from one list of entries to another.",
            build_delta,
        );
    let module = Module::new(&[Class::Storage, Class::Nondeterministic], top)
        .record("Entry", "{id: string, kind: string, meta: {[string]: any}, data: any}", "An entry as it is.")
        .options("EntryId", "string | {ns: string, name: string}", "An id as text, or taken apart.")
        .options(
            "EntrySpec",
            "{id: EntryId, kind?: string, meta?: {[string]: any}, data?: any}",
            "An entry to be; an update keeps what is absent.",
        )
        .record(
            "Operation",
            "{kind: string, entry: Entry}",
            "`entry.create`, `entry.update` or `entry.delete`.",
        );
    let objects = [snapshot::object(), history::version_object(), history::object(), changes::object()];
    objects.into_iter().fold(module, Module::object)
}

fn entries(cx: &mut Cx<'_>) -> Result<Arc<Entries>, Raise> {
    cx.service::<Entries>()
}

/// `registry.get(id)`
fn get(cx: &mut Cx<'_>) -> NativeResult {
    let now = entries(cx)?.snapshot();
    get_in(cx, &now, 0)
}

/// The entry that argument `i` names.
fn get_in(cx: &mut Cx<'_>, snapshot: &Snapshot, i: usize) -> NativeResult {
    let found = check_id(cx, i)?.and_then(|id| snapshot.require(&id).cloned());
    match found {
        Ok(entry) => give_entry(cx, &entry),
        Err(error) => cx.fail(error),
    }
}

/// `registry.find(filter?)`
fn find(cx: &mut Cx<'_>) -> NativeResult {
    let now = entries(cx)?.snapshot();
    find_in(cx, &now, 0)
}

/// The entries that the filter in argument `i` fits.
fn find_in(cx: &mut Cx<'_>, snapshot: &Snapshot, i: usize) -> NativeResult {
    let filter = match cx.arg(i).is_nil() {
        true => Ok(Data::Map(Map::default())),
        false => {
            let filter = cx.check_table(i)?;
            val_to_data(cx, filter.val())
        }
    };
    let query = filter.and_then(|filter| match filter {
        Data::Map(map) => Query::compile(&map),
        Data::List(items) if items.is_empty() => Query::compile(&Map::default()),
        _ => Err(Error::invalid("a filter has text keys such as \".kind\" or \"meta.name\"")),
    });
    match query {
        Ok((query, ignored)) => {
            warn_of(cx, &ignored);
            give_entries(cx, &query.find(snapshot))
        }
        Err(error) => cx.fail(error.context("registry")),
    }
}

/// Keys that mean nothing are ignored, and the log says so.
fn warn_of(cx: &mut Cx<'_>, ignored: &[String]) {
    if ignored.is_empty() {
        return;
    }
    let place = cx.place(1);
    if let Ok(log) = cx.at().system.app.get::<Log>() {
        for message in ignored {
            log.write(Level::Warn, "registry", &format!("{place}{message}"), Map::default());
        }
    }
}

/// `registry.parse_id(id)`: a text without a colon is a name.
fn parse_id(cx: &mut Cx<'_>) -> NativeResult {
    let id = cx.check_str(0)?;
    let (namespace, name) = id.split_once(':').unwrap_or(("", id));
    let table = cx.table(0, 2);
    for (key, text) in [("ns", namespace), ("name", name)] {
        let text = cx.string(text.as_bytes());
        cx.set_field(table, key, text)?;
    }
    cx.ret(table)
}

/// `registry.snapshot()`
fn snapshot(cx: &mut Cx<'_>) -> NativeResult {
    let now = entries(cx)?.snapshot();
    snapshot::give(cx, now)
}

/// `registry.snapshot_at(n)`
fn snapshot_at(cx: &mut Cx<'_>) -> NativeResult {
    let number = cx.check_int(0)?;
    match u64::try_from(number) {
        Ok(number) if number > 0 => history::give_snapshot(cx, Version(number)),
        _ => cx.fail(Error::invalid(format!("registry: a version from 1 expected, got {number}"))),
    }
}

/// `registry.current_version()`
fn current_version(cx: &mut Cx<'_>) -> NativeResult {
    let version = entries(cx)?.version();
    history::give_version(cx, version)
}

/// `registry.apply_version(version)`
fn apply_version(cx: &mut Cx<'_>) -> NativeResult {
    let version = match cx.arg(0).view() {
        View::Userdata(_) => history::check_version(cx, 0)?,
        _ => match u64::try_from(cx.check_int(0)?) {
            Ok(number) => Version(number),
            Err(_) => return cx.fail(Error::invalid("registry: a version from 0 expected")),
        },
    };
    let (registry, who) = (entries(cx)?, who(cx));
    let applying = async move { registry.apply_version(version, &who).await };
    cx.wait_for(applying, |cx, applied| match applied {
        Ok(_) => cx.ret(true),
        Err(error) => cx.fail(error),
    })
}

/// Who changes the registry, for its history: the entry that runs.
fn who(cx: &mut Cx<'_>) -> String {
    cx.at().control.entry().to_string()
}

/// `registry.build_delta(from, to)`
fn build_delta(cx: &mut Cx<'_>) -> NativeResult {
    let (from, to) = (list(cx, 0)?, list(cx, 1)?);
    match from.and_then(|from| Ok((from, to?))) {
        Ok((from, to)) => give_ops(cx, &ChangeSet::delta(&from, &to).ops),
        Err(error) => cx.fail(error),
    }
}

/// The list of entries in argument `i` as a snapshot.
fn list(cx: &mut Cx<'_>, i: usize) -> Result<Result<Snapshot>, Raise> {
    let list = cx.check_table(i)?;
    let mut entries = Vec::new();
    for at in 1..=list.len() {
        let item = list.get_int(at);
        match read_entry(cx, item, None) {
            Ok(entry) => entries.push(Arc::new(entry)),
            Err(error) => {
                return Ok(Err(error.context(format_args!("registry: entry {at} of list {}", i + 1))));
            }
        }
    }
    Ok(Ok(Snapshot::baseline(entries)))
}

/// Operations as a list of `{kind, entry}`.
fn give_ops(cx: &mut Cx<'_>, ops: &[Op]) -> Answer {
    let table = ops_table(cx, ops)?;
    cx.ret(table)
}
