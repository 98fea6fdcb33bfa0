//! The table of listed processes: sharded by the number of the pid.

use crate::watch::Watch;
use core_sched::Control;
use infra_base::{Name, Pid};
use parking_lot::{Mutex, MutexGuard};
use rustc_hash::FxHashMap;
use std::sync::Arc;

const SHARDS: usize = 64;

/// A listed process; with its key 24 bytes, a record of watchers is made by the first of them.
pub(crate) struct Record {
    pub(crate) control: Arc<Control>,
    pub(crate) watch: Option<Box<Watch>>,
}

impl Record {
    pub(crate) fn watch(&mut self) -> &mut Watch {
        self.watch.get_or_insert_default()
    }
}

/// Keyed by `Pid::unique`, which is drawn from one counter per node.
pub(crate) type Shard = FxHashMap<u64, Record>;

/// On a cache line of its own, so that neighbours do not slow each other down.
#[repr(align(64))]
#[derive(Default)]
struct Padded(Mutex<Shard>);

pub(crate) struct Table {
    shards: Box<[Padded; SHARDS]>,
}

/// Both shards of a pair of pids, locked in the order of the table.
pub(crate) enum Pair<'a> {
    Same(MutexGuard<'a, Shard>),
    Two(MutexGuard<'a, Shard>, MutexGuard<'a, Shard>),
}

impl Pair<'_> {
    pub(crate) fn first(&mut self) -> &mut Shard {
        match self {
            Pair::Same(shard) | Pair::Two(shard, _) => shard,
        }
    }

    pub(crate) fn second(&mut self) -> &mut Shard {
        match self {
            Pair::Same(shard) | Pair::Two(_, shard) => shard,
        }
    }
}

impl Table {
    pub(crate) fn new() -> Table {
        Table { shards: Box::new(std::array::from_fn(|_| Padded::default())) }
    }

    fn index(pid: Pid) -> usize {
        pid.unique as usize % SHARDS
    }

    pub(crate) fn shard(&self, pid: Pid) -> MutexGuard<'_, Shard> {
        self.shards[Self::index(pid)].0.lock()
    }

    pub(crate) fn pair(&self, a: Pid, b: Pid) -> Pair<'_> {
        let (first, second) = (Self::index(a), Self::index(b));
        if first == second {
            return Pair::Same(self.shards[first].0.lock());
        }
        let low = self.shards[first.min(second)].0.lock();
        let high = self.shards[first.max(second)].0.lock();
        if first < second { Pair::Two(low, high) } else { Pair::Two(high, low) }
    }

    /// The control block of a listed process of this node.
    pub(crate) fn find(&self, pid: Pid) -> Option<Arc<Control>> {
        if pid.node != Name::EMPTY {
            return None;
        }
        self.shard(pid).get(&pid.unique).map(|r| &r.control).filter(|c| c.pid() == pid).cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|s| s.0.lock().len()).sum()
    }

    /// The processes of a host, shard by shard.
    pub(crate) fn of_host(&self, host: Name) -> impl Iterator<Item = Vec<Arc<Control>>> {
        self.shards.iter().map(move |shard| {
            let shard = shard.0.lock();
            shard.values().map(|r| &r.control).filter(|c| c.pid().host == host).cloned().collect()
        })
    }
}
