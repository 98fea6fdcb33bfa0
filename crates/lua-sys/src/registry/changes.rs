//! Object Changes: operations that apply together or not at all.

use super::entry::{check_id, read_entry};
use super::{entries, give_ops, history, who};
use core_registry::{ChangeSet, Entry, Op, Snapshot};
use infra_base::{Data, EntryId, Error, Map, Result};
use lua_api::{Answer, Cx, Guest, NativeResult, Object, error_to_val};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// A Changes object.
pub(super) struct Changes {
    /// What it was made of; absent fields of updates come from here.
    snapshot: Snapshot,
    ops: RefCell<Vec<Op>>,
    /// The first mistake of a step: applying answers it.
    failed: RefCell<Option<Error>>,
    /// Bytes in both, nearly.
    held: Cell<usize>,
}

impl Changes {
    /// An empty set.
    pub(super) fn new(snapshot: Snapshot) -> Changes {
        Changes { snapshot, ops: RefCell::default(), failed: RefCell::default(), held: Cell::new(0) }
    }

    /// The entry of `id` after the operations so far.
    fn present(&self, id: &EntryId) -> Option<Arc<Entry>> {
        match self.ops.borrow().iter().rev().find(|op| op.id() == id) {
            Some(Op::Create(entry) | Op::Update { new: entry, .. }) => Some(entry.clone()),
            Some(Op::Delete(_)) => None,
            None => self.snapshot.get(id).cloned(),
        }
    }
}

/// Adds an operation and returns the set itself, behind a mistake, too: steps are written as a chain.
fn add(cx: &mut Cx<'_>, op: Result<Op>) -> Answer {
    let (object, changes) = cx.check_userdata_val::<Changes>(0)?;
    match op {
        Ok(op) => {
            let entry = match &op {
                Op::Create(entry) | Op::Update { new: entry, .. } | Op::Delete(entry) => entry,
            };
            let meta: usize = entry.meta.iter().map(|(key, value)| key.len() + value.size()).sum();
            changes.held.update(|held| held + size_of::<Entry>() + meta + entry.data.size());
            changes.ops.borrow_mut().push(op);
            cx.weigh(object, changes.held.get());
            cx.ret(object)
        }
        Err(error) => {
            let error = error.context("registry");
            let told = error_to_val(cx, &error);
            if changes.failed.borrow().is_none() {
                changes.held.update(|held| held + error.size());
                changes.failed.replace(Some(error));
                cx.weigh(object, changes.held.get());
            }
            cx.ret2(object, told)
        }
    }
}

/// `changes:create(entry)`
fn create(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_userdata::<Changes>(0)?;
    let entry = cx.check_table(1)?;
    let op = read_entry(cx, entry.val(), None).map(|entry| Op::Create(Arc::new(entry)));
    add(cx, op)
}

/// `changes:update(entry)`: what the table leaves out stays as it is.
fn update(cx: &mut Cx<'_>) -> NativeResult {
    let changes = cx.check_userdata::<Changes>(0)?;
    let entry = cx.check_table(1)?;
    let entry = read_entry(cx, entry.val(), Some(&|id| changes.present(id)));
    // What was there is filled in when the set is applied.
    let op = entry
        .map(Arc::new)
        .map(|new| Op::Update { old: changes.present(&new.id).unwrap_or_else(|| new.clone()), new });
    add(cx, op)
}

/// `changes:delete(id)`
fn delete(cx: &mut Cx<'_>) -> NativeResult {
    let changes = cx.check_userdata::<Changes>(0)?;
    let op = check_id(cx, 1)?.map(|id| Op::Delete(changes.present(&id).unwrap_or_else(|| unknown(id))));
    add(cx, op)
}

/// Stands for an entry that is not there; applying the set says so.
fn unknown(id: EntryId) -> Arc<Entry> {
    Arc::new(Entry { id, kind: "".into(), meta: Map::default(), data: Data::Null, origin: None })
}

/// `changes:ops()`
fn ops(cx: &mut Cx<'_>) -> NativeResult {
    let changes = cx.check_userdata::<Changes>(0)?;
    let ops = changes.ops.borrow().clone();
    give_ops(cx, &ops)
}

/// `changes:apply()`
fn apply(cx: &mut Cx<'_>) -> NativeResult {
    let changes = cx.check_userdata::<Changes>(0)?;
    if let Some(error) = &*changes.failed.borrow() {
        return cx.fail(error.clone());
    }
    let set = ChangeSet { ops: changes.ops.borrow().clone() };
    if set.is_empty() {
        return cx.fail(Error::invalid("no changes to apply"));
    }
    let (registry, who) = (entries(cx)?, who(cx));
    cx.wait_for(async move { registry.apply(set, &who).await }, |cx, applied| match applied {
        Ok(version) => history::give_version(cx, version),
        Err(error) => cx.fail(error),
    })
}

pub(super) fn object() -> Object {
    Object::new::<Changes>("Changes", "Operations that apply together or not at all.")
        .method(
            "create(entry: EntrySpec): (Changes, error?)",
            "Adds a new entry; a mistake is remembered for `apply`.",
            create,
        )
        .method(
            "update(entry: EntrySpec): (Changes, error?)",
            "Changes an entry; absent fields stay.",
            update,
        )
        .method(
            "delete(id: EntryId): (Changes, error?)",
            "Removes an entry, by text or `{ns, name}`.",
            delete,
        )
        .method("ops(): {Operation}", "The operations `{kind, entry}` so far.", ops)
        .method(
            "apply(): (Version?, error?)",
            "Applies all of them, as one new version; or answers the first mistake of a step.",
            apply,
        )
}
