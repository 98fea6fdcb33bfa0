//! The frame of a call: what callees inherit and what belongs to this call alone.

use infra_base::{Data, EntryId, Error, Kind, Map, Pid, Result};
use infra_clock::Moment;
use smallvec::SmallVec;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The inherited part. Each call has one of its own; what can be big in it is shared until somebody changes it.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Values of `with_context`, read by `ctx.get`; change them with `Arc::make_mut`.
    pub values: Arc<Map>,
    /// When the whole call must be over.
    pub deadline: Option<Moment>,
    /// Network overlay.
    pub network: Option<EntryId>,
    /// Calls above this one; 1,000 at most.
    pub depth: u16,
    /// This call and those above it; as long as `depth`. `None` in a process that was spawned.
    pub chain: Option<Arc<Chain>>,
}

/// A link of the chain of calls.
#[derive(Debug)]
pub struct Chain {
    /// The entry that was called.
    pub entry: EntryId,
    /// The call that called it.
    pub above: Option<Arc<Chain>>,
}

impl Context {
    /// A context value.
    pub fn value(&self, key: &str) -> Option<&Data> {
        self.values.get(key)
    }

    /// The entries of this call and of those above it, nearest first.
    pub fn calls(&self) -> impl Iterator<Item = &EntryId> {
        std::iter::successors(self.chain.as_deref(), |call| call.above.as_deref()).map(|call| &call.entry)
    }

    /// What a call of `entry` inherits from this one.
    pub fn descend(&self, entry: EntryId) -> Context {
        let chain = Some(Arc::new(Chain { entry, above: self.chain.clone() }));
        Context { depth: self.depth + 1, chain, ..self.clone() }
    }
}

/// Everything that a running call knows about itself.
pub struct Frame {
    /// Its address.
    pub pid: Pid,
    /// Inherited by callees.
    pub context: Arc<Context>,
    /// Not inherited.
    pub own: Own,
}

/// What a call does not hand down: the HTTP exchange, queue delivery, terminal, and its resources.
#[derive(Default)]
pub struct Own {
    slots: SmallVec<[Box<dyn Any + Send>; 1]>,
    resources: Option<Box<Resources>>,
}

impl Own {
    /// Puts a value of a type there can be one of.
    pub fn put<T: Any + Send>(&mut self, value: T) {
        self.slots.retain(|slot| !slot.is::<T>());
        self.slots.push(Box::new(value));
    }

    /// The value of type `T`.
    pub fn get<T: Any + Send>(&mut self) -> Option<&mut T> {
        self.slots.iter_mut().find_map(|slot| slot.downcast_mut())
    }

    /// Has nobody put anything in?
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.resources.is_none()
    }

    /// The open resources, made on first use.
    pub fn resources(&mut self) -> &mut Resources {
        self.resources.get_or_insert_default()
    }
}

/// Names a live object of one frame (a transaction, a stream). In another frame it names nothing: a function that keeps its
/// state may keep an id longer than the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResourceId {
    frame: u64,
    slot: u32,
}

/// Live objects of one frame; dropped with it, newest first.
pub struct Resources {
    /// Unlike that of any other frame of this node.
    frame: u64,
    slots: Vec<Option<Box<dyn Any + Send>>>,
}

impl Default for Resources {
    fn default() -> Resources {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // Only unlike is asked for, so no order is needed.
        Resources { frame: NEXT.fetch_add(1, Ordering::Relaxed), slots: Vec::new() }
    }
}

impl Resources {
    /// Keeps `value`; ids are never reused.
    pub fn add<T: Any + Send>(&mut self, value: T) -> ResourceId {
        self.slots.push(Some(Box::new(value)));
        ResourceId { frame: self.frame, slot: self.slots.len() as u32 - 1 }
    }

    fn slot(&mut self, id: ResourceId) -> Option<&mut Option<Box<dyn Any + Send>>> {
        if id.frame == self.frame { self.slots.get_mut(id.slot as usize) } else { None }
    }

    /// The resource; `Invalid` when it was released or is of another type.
    pub fn get<T: Any + Send>(&mut self, id: ResourceId) -> Result<&mut T> {
        let found = self.slot(id).and_then(Option::as_mut).and_then(|b| b.downcast_mut());
        found.ok_or_else(|| Error::new(Kind::Invalid, "the handle is closed").with_retryable(Some(false)))
    }

    /// Takes the resource out; `None` when it was released already.
    pub fn take(&mut self, id: ResourceId) -> Option<Box<dyn Any + Send>> {
        self.slot(id).and_then(Option::take)
    }
}

impl Drop for Resources {
    fn drop(&mut self) {
        while self.slots.pop().is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_hold_one_of_each_type() {
        let mut own = Own::default();
        assert!(own.is_empty());
        own.put(1u8);
        own.put(2u16);
        own.put(3u8);
        assert_eq!(
            (own.get::<u8>().copied(), own.get::<u16>().copied(), own.get::<u32>()),
            (Some(3), Some(2), None)
        );
    }

    #[test]
    fn resources_are_typed_and_dropped_newest_first() {
        struct Noted(u8, Arc<parking_lot::Mutex<Vec<u8>>>);
        impl Drop for Noted {
            fn drop(&mut self) {
                self.1.lock().push(self.0);
            }
        }
        let order = Arc::default();
        let mut own = Own::default();
        let ids = [1, 2, 3].map(|n| own.resources().add(Noted(n, Arc::clone(&order))));
        assert_eq!(own.resources().get::<Noted>(ids[1]).unwrap().0, 2);
        assert_eq!(own.resources().get::<u8>(ids[1]).unwrap_err().kind(), Kind::Invalid);
        drop(own.resources().take(ids[1]));
        assert!(own.resources().get::<Noted>(ids[1]).is_err() && own.resources().take(ids[1]).is_none());
        assert_ne!(own.resources().add(0u8), ids[1], "ids are not reused");
        let mut other = Own::default();
        other.resources().add(0u8);
        assert!(other.resources().get::<u8>(ids[0]).is_err(), "an id of another frame names nothing");
        drop(own);
        assert_eq!(*order.lock(), [2, 3, 1]);
    }
}
