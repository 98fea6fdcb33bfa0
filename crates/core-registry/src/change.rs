//! Changesets: create, update, delete, each with what was there before.

use crate::entry::Entry;
use infra_base::EntryId;
use std::sync::Arc;

/// One operation.
#[derive(Clone, Debug)]
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
}

/// Operations that apply together or not at all.
#[derive(Clone, Debug, Default)]
pub struct ChangeSet {
    /// At most one operation per id after squashing.
    pub ops: Vec<Op>,
}
