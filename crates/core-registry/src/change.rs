//! Changesets: create, update, delete, each with what was there before.

use crate::depend::Graph;
use crate::entry::Entry;
use crate::state::Snapshot;
use infra_base::{EntryId, Error, Kind, Result};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A new entry.
    Create(Arc<Entry>),
    /// Another definition of an entry.
    Update {
        /// What was there.
        old: Arc<Entry>,
        /// What is there now.
        new: Arc<Entry>,
    },
    /// No such entry any more.
    Delete(Arc<Entry>),
}

impl Op {
    /// Whose operation it is.
    pub fn id(&self) -> &EntryId {
        match self {
            Op::Create(entry) | Op::Update { new: entry, .. } | Op::Delete(entry) => &entry.id,
        }
    }

    /// `entry.create`, `entry.update`, `entry.delete`.
    pub fn name(&self) -> &'static str {
        match self {
            Op::Create(_) => "entry.create",
            Op::Update { .. } => "entry.update",
            Op::Delete(_) => "entry.delete",
        }
    }

    /// The operation that undoes this one.
    pub fn inverse(&self) -> Op {
        match self {
            Op::Create(entry) => Op::Delete(entry.clone()),
            Op::Update { old, new } => Op::Update { old: new.clone(), new: old.clone() },
            Op::Delete(entry) => Op::Create(entry.clone()),
        }
    }

    /// This and then `next`, of the same entry, as one operation; `None` = nothing is left.
    fn then(self, next: Op) -> Result<Option<Op>> {
        Ok(match (self, next) {
            (Op::Create(_), Op::Update { new, .. }) => Some(Op::Create(new)),
            (Op::Create(_), Op::Delete(_)) => None,
            (Op::Update { old, .. }, Op::Update { new, .. }) | (Op::Delete(old), Op::Create(new)) => {
                Some(Op::Update { old, new })
            }
            (Op::Update { old, .. }, Op::Delete(_)) => Some(Op::Delete(old)),
            (Op::Create(entry) | Op::Update { new: entry, .. }, Op::Create(_)) => {
                return Err(exists(&entry.id));
            }
            (Op::Delete(entry), Op::Update { .. } | Op::Delete(_)) => {
                return Err(Error::not_found(format!("entry {} is deleted already", entry.id)));
            }
        })
    }
}

pub(crate) fn exists(id: &EntryId) -> Error {
    Error::new(Kind::AlreadyExists, format!("entry {id} already exists")).with_retryable(Some(false))
}

/// Operations that apply together or not at all, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeSet {
    /// At most one operation per id after squashing.
    pub ops: Vec<Op>,
}

impl ChangeSet {
    /// An empty set.
    pub fn new() -> ChangeSet {
        ChangeSet::default()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Adds a new entry.
    pub fn create(&mut self, entry: Entry) -> &mut Self {
        self.ops.push(Op::Create(Arc::new(entry)));
        self
    }

    /// Adds another definition of `old`.
    pub fn update(&mut self, old: Arc<Entry>, new: Entry) -> &mut Self {
        self.ops.push(Op::Update { old, new: Arc::new(new) });
        self
    }

    /// Adds the removal of `entry`.
    pub fn delete(&mut self, entry: Arc<Entry>) -> &mut Self {
        self.ops.push(Op::Delete(entry));
        self
    }

    /// This set, then `next`.
    pub fn then(mut self, next: ChangeSet) -> ChangeSet {
        self.ops.extend(next.ops);
        self
    }

    /// The same effect with at most one operation per entry: create + update = create, create + delete = nothing,
    /// update + delete = delete, delete + create = update. Errors are those that applying the set would have:
    /// `AlreadyExists`, `NotFound`.
    pub fn squash(self) -> Result<ChangeSet> {
        let mut places: FxHashMap<EntryId, usize> = FxHashMap::default();
        let mut ops: Vec<Option<Op>> = Vec::with_capacity(self.ops.len());
        for op in self.ops {
            let place = *places.entry(op.id().clone()).or_insert(ops.len());
            match ops.get_mut(place) {
                None => ops.push(Some(op)),
                Some(slot) => {
                    *slot = match slot.take() {
                        Some(before) => before.then(op)?,
                        None => Some(op),
                    }
                }
            }
        }
        Ok(ChangeSet { ops: ops.into_iter().flatten().collect() })
    }

    /// The set that undoes this one.
    pub fn inverse(&self) -> ChangeSet {
        ChangeSet { ops: self.ops.iter().rev().map(Op::inverse).collect() }
    }

    /// Squashed, and with what is there in `snapshot` as what was there before. Errors as for
    /// [`Snapshot::apply`].
    pub fn rebase(self, snapshot: &Snapshot) -> Result<ChangeSet> {
        if self.is_empty() {
            return Err(Error::invalid("no changes to apply"));
        }
        let mut set = self.squash()?;
        for op in &mut set.ops {
            match op {
                Op::Create(entry) if snapshot.get(&entry.id).is_some() => return Err(exists(&entry.id)),
                Op::Create(_) => {}
                Op::Update { old, new } => *old = snapshot.require(&new.id)?.clone(),
                Op::Delete(entry) => *entry = snapshot.require(&entry.id)?.clone(),
            }
        }
        Ok(set)
    }

    /// The least that leads from the entries of `from` to those of `to`: deletes in reverse order of dependency, then
    /// creates and updates in order of dependency. Where entries depend on each other in a circle, id order decides.
    pub fn delta(from: &Snapshot, to: &Snapshot) -> ChangeSet {
        let gone = from.entries().iter().filter(|entry| to.get(&entry.id).is_none());
        let gone: Vec<Arc<Entry>> = gone.cloned().collect();
        let new = to
            .entries()
            .iter()
            .filter(|new| from.get(&new.id).is_none_or(|old| !Arc::ptr_eq(old, new) && old != *new));
        let new: Vec<Arc<Entry>> = new.cloned().collect();
        let deletes = Graph::of(&gone, from).order().into_iter().rev().map(Op::Delete);
        let rest = Graph::of(&new, to).order().into_iter().map(|new| match from.get(&new.id) {
            None => Op::Create(new),
            Some(old) => Op::Update { old: old.clone(), new },
        });
        ChangeSet { ops: deletes.chain(rest).collect() }
    }
}
