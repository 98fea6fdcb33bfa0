//! The registry itself: the present entries and their past, without I/O, clock or chance.

use crate::change::{ChangeSet, Op, exists};
use crate::entry::Entry;
use crate::map::EntryMap;
use infra_base::{EntryId, Error, Result, nearest};
use std::sync::{Arc, OnceLock};

/// Number of a version: 0 is the baseline, each applied changeset adds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(pub u64);

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// All entries at one version; cheap to clone and share. A change copies a small part and shares the rest.
#[derive(Clone, Default)]
pub struct Snapshot {
    version: Version,
    entries: EntryMap<Arc<Entry>>,
    /// Everything by id order, made when somebody first asks.
    sorted: Arc<OnceLock<Box<[Arc<Entry>]>>>,
}

impl Snapshot {
    /// A baseline of `entries`; of several with one id the last counts.
    pub fn baseline(entries: impl IntoIterator<Item = Arc<Entry>>) -> Snapshot {
        let mut map = EntryMap::default();
        for entry in entries {
            map.insert(entry.id.clone(), entry);
        }
        Snapshot { entries: map, ..Snapshot::default() }
    }

    /// Its version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The same entries under another version number.
    pub fn at(mut self, version: Version) -> Snapshot {
        self.version = version;
        self
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry of `id`.
    pub fn get(&self, id: &EntryId) -> Option<&Arc<Entry>> {
        self.entries.get(id)
    }

    /// As [`get`](Self::get); `NotFound` names the nearest id.
    pub fn require(&self, id: &EntryId) -> Result<&Arc<Entry>> {
        self.get(id).ok_or_else(|| Error::not_found(self.missing(id)))
    }

    /// All entries by id order.
    pub fn entries(&self) -> &[Arc<Entry>] {
        self.sorted.get_or_init(|| {
            let mut all: Vec<_> = self.entries.iter().map(|(_, entry)| entry.clone()).collect();
            all.sort_unstable_by(|a, b| a.id.cmp(&b.id));
            all.into()
        })
    }

    /// The entries of `namespace` by id order.
    pub fn namespace(&self, namespace: &str) -> &[Arc<Entry>] {
        let all = self.entries();
        let prefix = format!("{namespace}:");
        let from = all.partition_point(|e| e.id.as_str() < prefix.as_str());
        let count = all[from..].partition_point(|e| e.id.as_str().starts_with(&prefix));
        &all[from..from + count]
    }

    /// The snapshot after `changes`, one version on. Errors: `Invalid` for an empty set, `AlreadyExists` for a create
    /// of what is there, `NotFound` for an update or delete of what is not; then nothing is changed.
    pub fn apply(&self, changes: &ChangeSet) -> Result<Snapshot> {
        if changes.ops.is_empty() {
            return Err(Error::invalid("no changes to apply"));
        }
        let mut entries = self.entries.clone();
        for op in &changes.ops {
            let id = op.id();
            match op {
                Op::Create(_) if entries.get(id).is_some() => {
                    return Err(exists(id));
                }
                Op::Update { .. } | Op::Delete(_) if entries.get(id).is_none() => {
                    return Err(Error::not_found(self.missing(id)));
                }
                Op::Create(new) | Op::Update { new, .. } => {
                    entries.insert(id.clone(), new.clone());
                }
                Op::Delete(_) => {
                    entries.remove(id);
                }
            }
        }
        Ok(Snapshot { version: Version(self.version.0 + 1), entries, sorted: Arc::default() })
    }

    /// `entry a:b not found`, with the nearest id if one is near.
    pub fn missing(&self, id: &EntryId) -> String {
        match self.nearest(id) {
            Some(near) => format!("entry {id} not found (did you mean {near}?)"),
            None => format!("entry {id} not found"),
        }
    }

    /// The id that `id` most likely meant: a near name in its namespace, its name in another, else a near id.
    pub fn nearest(&self, id: &EntryId) -> Option<&EntryId> {
        let own = self.namespace(id.namespace());
        let found = match nearest(id.name(), own.iter().map(|e| e.id.name())) {
            Some(name) => own.iter().find(|e| e.id.name() == name),
            None => {
                let same_name = self.entries().iter().find(|e| e.id.name() == id.name());
                same_name.or_else(|| {
                    let others = self.entries().iter().filter(|e| e.id.namespace() != id.namespace());
                    let text = nearest(id.as_str(), others.map(|e| e.id.as_str()))?;
                    self.entries.get_text(text)
                })
            }
        };
        found.map(|entry| &entry.id)
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "version {} of {} entries", self.version, self.len())
    }
}
