//! Object Snapshot: all entries at one version.

use super::changes::Changes;
use super::entry::give_entries;
use super::{find_in, get_in, history};
use core_registry::Snapshot;
use lua_api::{Answer, Cx, NativeResult, Object, Raise};

/// A Snapshot object.
struct Shown(Snapshot);

/// A Snapshot object of `snapshot`.
pub(super) fn give(cx: &mut Cx<'_>, snapshot: Snapshot) -> Answer {
    let object = cx.userdata(Shown(snapshot), &[]);
    cx.ret(object)
}

fn this<'cx>(cx: &mut Cx<'cx>) -> Result<&'cx Snapshot, Raise> {
    cx.check_userdata::<Shown>(0).map(|shown| &shown.0)
}

fn entries(cx: &mut Cx<'_>) -> NativeResult {
    let snapshot = this(cx)?;
    give_entries(cx, snapshot.entries())
}

fn get(cx: &mut Cx<'_>) -> NativeResult {
    let snapshot = this(cx)?;
    get_in(cx, snapshot, 1)
}

fn find(cx: &mut Cx<'_>) -> NativeResult {
    let snapshot = this(cx)?;
    find_in(cx, snapshot, 1)
}

fn namespace(cx: &mut Cx<'_>) -> NativeResult {
    let snapshot = this(cx)?;
    let namespace = cx.check_str(1)?;
    give_entries(cx, snapshot.namespace(namespace))
}

fn version(cx: &mut Cx<'_>) -> NativeResult {
    let version = this(cx)?.version();
    history::give_version(cx, version)
}

fn changes(cx: &mut Cx<'_>) -> NativeResult {
    let snapshot = this(cx)?.clone();
    let object = cx.userdata(Changes::new(snapshot), &[]);
    cx.ret(object)
}

pub(super) fn object() -> Object {
    Object::new::<Shown>("Snapshot", "All entries at one version.")
        .method("entries(): ({Entry}?, error?)", "All entries by id.", entries)
        .method("get(id: EntryId): (Entry?, error?)", "An entry.", get)
        .method("find(filter?: {[string]: any}): {Entry}", "The entries that fit a filter, by id.", find)
        .method("namespace(ns: string): {Entry}", "The entries of a namespace, by id.", namespace)
        .method("version(): Version", "Its version.", version)
        .method("changes(): Changes", "An empty change set.", changes)
}
