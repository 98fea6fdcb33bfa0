//! A persistent map from entry id: cheap to clone, one write copies one of its shards.

use infra_base::{EntryId, Salted};
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Shards of a map. A write copies one shard and this many pointers: about 80 entries at 10,000.
const SHARDS: usize = 128;

type Shard<V> = Arc<HashMap<EntryId, V, Salted>>;

/// Values by entry id. Clones share everything that neither side writes afterwards.
pub struct EntryMap<V> {
    shards: Arc<[Shard<V>]>,
    len: usize,
}

impl<V> Clone for EntryMap<V> {
    fn clone(&self) -> Self {
        EntryMap { shards: self.shards.clone(), len: self.len }
    }
}

impl<V> Default for EntryMap<V> {
    fn default() -> Self {
        let empty = Shard::default();
        EntryMap { shards: (0..SHARDS).map(|_| empty.clone()).collect(), len: 0 }
    }
}

fn shard_of(id: &str) -> usize {
    // Bits that the table of the shard does not look at: it finds the bucket by the lowest, and tells entries apart by the highest seven.
    (Salted.hash_one(id) >> 40) as usize % SHARDS
}

impl<V: Clone> EntryMap<V> {
    /// The value of `id`.
    pub fn get(&self, id: &EntryId) -> Option<&V> {
        self.get_text(id.as_str())
    }

    /// The value of the id written `text`.
    pub fn get_text(&self, text: &str) -> Option<&V> {
        self.shards[shard_of(text)].get(text)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts `value` at `id` and returns what was there.
    pub fn insert(&mut self, id: EntryId, value: V) -> Option<V> {
        let old = self.shard(&id).insert(id, value);
        self.len += usize::from(old.is_none());
        old
    }

    /// Takes the value of `id` out.
    pub fn remove(&mut self, id: &EntryId) -> Option<V> {
        self.get(id)?;
        let old = self.shard(id).remove(id);
        self.len -= usize::from(old.is_some());
        old
    }

    /// All, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&EntryId, &V)> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }

    fn shard(&mut self, id: &EntryId) -> &mut HashMap<EntryId, V, Salted> {
        Arc::make_mut(&mut Arc::make_mut(&mut self.shards)[shard_of(id.as_str())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> EntryId {
        EntryId::new("app", &format!("e{n}")).unwrap()
    }

    #[test]
    fn a_write_shares_every_other_shard() {
        let mut a = EntryMap::default();
        for n in 0..10_000 {
            a.insert(id(n), n);
        }
        let mut b = a.clone();
        b.insert(id(7), 0);
        b.remove(&id(8));
        let shared = a.shards.iter().zip(b.shards.iter()).filter(|(x, y)| Arc::ptr_eq(x, y)).count();
        assert!(shared >= SHARDS - 2, "{shared} of {SHARDS} shards are shared");
        assert_eq!((a.len(), b.len()), (10_000, 9_999));
        assert_eq!((a.get(&id(7)), b.get(&id(7)), b.get(&id(8))), (Some(&7), Some(&0), None));
        let largest = a.shards.iter().map(|s| s.len()).max().unwrap();
        assert!(largest < 200, "{largest} entries in one shard: the hash does not spread");
    }

    #[test]
    fn removing_what_is_not_there_copies_nothing() {
        let a: EntryMap<usize> = EntryMap::default();
        let mut b = a.clone();
        assert_eq!(b.remove(&id(1)), None);
        assert!(Arc::ptr_eq(&a.shards, &b.shards));
    }
}
