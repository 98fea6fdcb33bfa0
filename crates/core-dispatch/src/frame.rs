//! The frame of a call: what callees inherit and what belongs to this call alone.

use infra_base::{Data, EntryId, Error, Kind, Map, Pid, Result};
use infra_clock::Moment;
use smallvec::SmallVec;
use std::any::Any;
use std::sync::Arc;

/// The inherited part; shared by all descendants until one of them changes something.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Values of `with_context`, read by `ctx.get`.
    pub values: Map,
    /// When the whole call must be over.
    pub deadline: Option<Moment>,
    /// Network overlay.
    pub network: Option<EntryId>,
    /// Calls above this one; 1,000 at most.
    pub depth: u16,
}

impl Context {
    /// A context value.
    pub fn value(&self, key: &str) -> Option<&Data> {
        self.values.get(key)
    }
}

/// Everything that a running call knows about itself.
pub struct Frame {
    /// Its address.
    pub pid: Pid,
    /// The entry that runs.
    pub entry: EntryId,
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

    /// The open resources, made on first use.
    pub fn resources(&mut self) -> &mut Resources {
        self.resources.get_or_insert_default()
    }
}

/// Names a live object of one frame (a transaction, a stream).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResourceId(u32);

/// Live objects of one frame; dropped with it, newest first.
#[derive(Default)]
pub struct Resources {
    slots: Vec<Option<Box<dyn Any + Send>>>,
}

impl Resources {
    /// Keeps `value`; ids are never reused within a frame.
    pub fn add<T: Any + Send>(&mut self, value: T) -> ResourceId {
        self.slots.push(Some(Box::new(value)));
        ResourceId(self.slots.len() as u32 - 1)
    }

    /// The resource; `Invalid` when it was released or is of another type.
    pub fn get<T: Any + Send>(&mut self, id: ResourceId) -> Result<&mut T> {
        let found = self.slots.get_mut(id.0 as usize).and_then(Option::as_mut).and_then(|b| b.downcast_mut());
        found.ok_or_else(|| Error::new(Kind::Invalid, "the handle is closed").with_retryable(Some(false)))
    }

    /// Takes the resource out; `None` when it was released already.
    pub fn take(&mut self, id: ResourceId) -> Option<Box<dyn Any + Send>> {
        self.slots.get_mut(id.0 as usize).and_then(Option::take)
    }
}

impl Drop for Resources {
    fn drop(&mut self) {
        while self.slots.pop().is_some() {}
    }
}
