//! The node as its engine sees it: memory of all processes, the modules, the name.

use crate::module::{Class, Module};
use infra_base::{EntryId, Error, Result};
use parking_lot::Mutex;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicIsize, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// What modules may ask about the node; a service of the application context.
pub struct Node {
    /// Its name among others.
    pub id: Box<str>,
    /// Its Lua heaps.
    pub memory: Arc<Memory>,
    /// The images of its programs.
    pub images: ListImages,
    /// Its modules in the order of their names.
    pub modules: Vec<ModuleInfo>,
}

/// Lists images in the order of their generations: those above a number, and how many at most.
pub type ListImages = Box<dyn Fn(u64, usize) -> Vec<ImageInfo> + Send + Sync>;

/// The state that the top level of an entry with its imports has built, which its processes share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageInfo {
    /// Whose processes start from it.
    pub entry: EntryId,
    /// Grows with each image of the node, from 1 on.
    pub generation: u64,
    /// Bytes that it holds.
    pub bytes: usize,
    /// Shared tables, variables and functions.
    pub objects: usize,
    /// Processes that started from it and have not ended, and states that functions keep between calls.
    pub holders: usize,
    /// Whether new processes start from it; otherwise the entry, or one that it imports, has changed.
    pub current: bool,
}

/// A module as others see it.
#[derive(Clone, Copy, Debug)]
pub struct ModuleInfo {
    /// What `require` takes.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// What it may do.
    pub classes: &'static [Class],
}

impl From<&Module> for ModuleInfo {
    fn from(module: &Module) -> ModuleInfo {
        ModuleInfo { name: module.top.name, doc: module.top.doc, classes: module.classes }
    }
}

/// The memory of the processes of one node: their heaps and what counts beside them.
///
/// Processes report what has changed after each step, each worker into a shard of its own, so that workers do not share a
/// cache line; sums are exact but for the steps that run. The size of all heaps, which every step asks for, lags behind by
/// [`LAG`] bytes a worker at most. Nothing is published by these numbers, so `Relaxed` everywhere.
pub struct Memory {
    id: u64,
    /// `usize::MAX` = none.
    limit: AtomicUsize,
    pause: AtomicI32,
    wishes: AtomicU32,
    used: AtomicIsize,
    shards: Mutex<Vec<Arc<Shard>>>,
}

/// Bytes that a worker keeps to itself before it adds them to the sum.
const LAG: isize = 64 << 10;

/// What one thread has reported; others only read.
#[repr(align(64))]
#[derive(Default)]
struct Shard {
    bytes: AtomicIsize,
    /// Part of `bytes` that is not in `Memory::used` yet.
    kept: AtomicIsize,
    objects: AtomicIsize,
    stacks: AtomicIsize,
    coroutines: AtomicIsize,
    allocated: AtomicU64,
    collections: AtomicU64,
}

/// What a process has at the moment; the last report of one is kept with it, hence its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Bytes of its heap.
    pub bytes: usize,
    /// Bytes that it has beside its heap: of what it has begun and not received, and of its mail.
    pub beside: usize,
    /// Objects in its heap.
    pub objects: u32,
    /// Completed collections.
    pub collections: u32,
    /// Bytes in stacks of coroutines, in units of 16.
    pub stacks: u32,
    /// Coroutines that the engine runs.
    pub coroutines: u32,
}

/// All heaps of the node together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Bytes, garbage and what lies beside the heaps included.
    pub bytes: usize,
    /// Objects, garbage included.
    pub objects: usize,
    /// Bytes of them in stacks of coroutines.
    pub stacks: usize,
    /// Coroutines.
    pub coroutines: usize,
    /// Bytes allocated since the start.
    pub allocated: u64,
    /// Collections since the start.
    pub collections: u64,
}

/// How heaps are collected at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The heaps are larger than the limit.
    pub tight: bool,
    /// Growth between two collections in percent.
    pub pause: i32,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The shards of this thread, by node; the last one used is first.
    static SHARDS: RefCell<Vec<(u64, Arc<Shard>)>> = const { RefCell::new(Vec::new()) };
}

impl Memory {
    /// No heap yet; `limit` is the soft limit of their sum in bytes, `usize::MAX` for none.
    pub fn new(limit: usize) -> Arc<Memory> {
        Arc::new(Memory {
            id: NEXT.fetch_add(1, Relaxed),
            limit: AtomicUsize::new(limit),
            pause: AtomicI32::new(100),
            wishes: AtomicU32::new(0),
            used: AtomicIsize::new(0),
            shards: Mutex::default(),
        })
    }

    /// The soft limit in bytes; `None` = none.
    pub fn limit(&self) -> Option<usize> {
        Some(self.limit.load(Relaxed)).filter(|limit| *limit != usize::MAX)
    }

    /// Changes the limit and returns the one before.
    pub fn set_limit(&self, limit: Option<usize>) -> Option<usize> {
        Some(self.limit.swap(limit.unwrap_or(usize::MAX), Relaxed)).filter(|limit| *limit != usize::MAX)
    }

    /// Growth of a heap between two collections in percent; negative = no collection before the quota is reached.
    pub fn pause(&self) -> i32 {
        self.pause.load(Relaxed)
    }

    /// Changes it and returns the one before; processes learn it with their next step.
    pub fn set_pause(&self, percent: i32) -> i32 {
        self.pause.swap(percent, Relaxed)
    }

    /// Has every process collect when it runs next; the number of the wish.
    pub fn wish(&self) -> u32 {
        self.wishes.fetch_add(1, Relaxed).wrapping_add(1)
    }

    /// Grows whenever somebody wishes that all heaps are collected.
    #[inline]
    pub fn wishes(&self) -> u32 {
        self.wishes.load(Relaxed)
    }

    /// How heaps are collected at the moment.
    #[inline]
    pub fn pace(&self) -> Pace {
        let used = self.used.load(Relaxed).max(0) as usize;
        Pace { tight: used > self.limit.load(Relaxed), pause: self.pause.load(Relaxed) }
    }

    /// Whether there is room for another process. `Unavailable`, retryable.
    pub fn admit(&self) -> Result<()> {
        let (used, limit) = (self.used.load(Relaxed).max(0) as usize, self.limit.load(Relaxed));
        if used <= limit.saturating_add(limit / 10) {
            return Ok(());
        }
        let mib = |bytes: usize| bytes >> 20;
        let why = format!("out of memory: {} MiB of {} MiB are in use", mib(used), mib(limit));
        Err(Error::unavailable(why))
    }

    /// A process had `before` and has `now`; it freed `freed` bytes in between.
    pub fn report(&self, before: Held, now: Held, freed: usize) {
        SHARDS.with_borrow_mut(|known| {
            let shard = match known.first() {
                Some((id, shard)) if *id == self.id => shard,
                _ => self.enter(known),
            };
            let grown = (now.bytes as isize).wrapping_sub(before.bytes as isize);
            let beside = (now.beside as isize).wrapping_sub(before.beside as isize);
            shard.report(before, now, grown, beside, freed);
            let grown = grown.wrapping_add(beside);
            let kept = shard.kept.load(Relaxed) + grown;
            shard.kept.store(kept, Relaxed);
            if kept.abs() >= LAG {
                shard.kept.store(0, Relaxed);
                self.used.fetch_add(kept, Relaxed);
            }
        });
    }

    /// Puts this node's shard of the thread in the first place.
    #[cold]
    fn enter<'a>(&self, known: &'a mut Vec<(u64, Arc<Shard>)>) -> &'a Arc<Shard> {
        match known.iter().position(|(id, _)| *id == self.id) {
            Some(at) => known.swap(0, at),
            None => {
                // A shard that nobody else holds belongs to a node that is gone.
                known.retain(|(_, shard)| Arc::strong_count(shard) > 1);
                let shard = Arc::<Shard>::default();
                self.shards.lock().push(shard.clone());
                known.insert(0, (self.id, shard));
            }
        }
        &known[0].1
    }

    /// The sums.
    pub fn total(&self) -> Total {
        let shards = self.shards.lock();
        let signed = |field: fn(&Shard) -> &AtomicIsize| {
            let sum: isize = shards.iter().map(|shard| field(shard).load(Relaxed)).sum();
            sum.max(0) as usize
        };
        Total {
            bytes: signed(|s| &s.bytes),
            objects: signed(|s| &s.objects),
            stacks: signed(|s| &s.stacks) * 16,
            coroutines: signed(|s| &s.coroutines),
            allocated: shards.iter().map(|s| s.allocated.load(Relaxed)).sum(),
            collections: shards.iter().map(|s| s.collections.load(Relaxed)).sum(),
        }
    }
}

impl Shard {
    /// Only its own thread calls this, so loads and stores will do.
    #[inline]
    fn report(&self, before: Held, now: Held, grown: isize, beside: isize, freed: usize) {
        let add = |to: &AtomicIsize, by: isize| to.store(to.load(Relaxed).wrapping_add(by), Relaxed);
        let differ = |now: u32, before: u32| now as isize - before as isize;
        add(&self.bytes, grown.wrapping_add(beside));
        add(&self.objects, differ(now.objects, before.objects));
        add(&self.stacks, differ(now.stacks, before.stacks));
        add(&self.coroutines, differ(now.coroutines, before.coroutines));
        let allocated = grown.saturating_add_unsigned(freed).max(0) as u64;
        self.allocated.store(self.allocated.load(Relaxed).wrapping_add(allocated), Relaxed);
        if now.collections != before.collections && now.collections != 0 {
            let collections = u64::from(now.collections.wrapping_sub(before.collections));
            self.collections.store(self.collections.load(Relaxed).wrapping_add(collections), Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(bytes: usize) -> Held {
        let (beside, objects) = (bytes / 10, bytes as u32 / 10);
        Held { bytes: bytes - beside, beside, objects, stacks: 2, coroutines: 1, collections: 3 }
    }

    #[test]
    fn reports_of_several_threads_add_up() {
        let memory = Memory::new(usize::MAX);
        memory.report(Held::default(), held(1000), 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Another node of the same thread must not be in the way.
                Memory::new(1).report(Held::default(), held(7), 0);
                memory.report(held(1000), held(400), 700);
                memory.report(Held::default(), held(50), 0);
            });
        });
        let total =
            Total { bytes: 450, objects: 45, stacks: 64, coroutines: 2, allocated: 1105, collections: 6 };
        assert_eq!(memory.total(), total);
        memory.report(held(400), Held::default(), 360);
        memory.report(held(50), Held::default(), 45);
        let left = Total { allocated: 1105, collections: 6, ..Total::default() };
        assert_eq!(memory.total(), left);
    }

    #[test]
    fn nothing_is_admitted_above_the_limit_and_a_tenth() {
        let memory = Memory::new(1 << 30);
        memory.report(Held::default(), Held { bytes: 1 << 30, ..Held::default() }, 0);
        assert!(!memory.pace().tight);
        memory.report(Held::default(), Held { bytes: 1 << 20, ..Held::default() }, 0);
        assert!(memory.pace().tight && memory.admit().is_ok(), "above the limit, by less than a tenth");
        assert_eq!(memory.set_limit(Some(1 << 29)), Some(1 << 30));
        assert!(memory.admit().is_err_and(|e| e.retryable() == Some(true)));
        assert_eq!(memory.set_limit(None), Some(1 << 29));
        assert_eq!((memory.limit(), memory.pace().tight), (None, false));
        assert!(memory.admit().is_ok());
    }
}
