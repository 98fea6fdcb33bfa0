//! The application context: one slot per type, sealed before anything starts.

use infra_base::{Error, Result};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::any::{Any, TypeId, type_name};
use std::sync::Arc;

/// Values by type, with the component that provided each.
pub(crate) type Slots = FxHashMap<TypeId, (Arc<dyn Any + Send + Sync>, &'static str)>;

/// The slots while components load; `None` once sealed.
pub(crate) type Open = Arc<Mutex<Option<Slots>>>;

/// The context while components load; one per component, so that reads and writes are checked against what the
/// component declared.
pub struct Building {
    pub(crate) component: &'static str,
    pub(crate) slots: Open,
    pub(crate) needs: Vec<TypeId>,
    pub(crate) provides: Vec<TypeId>,
}

impl Building {
    /// The value of a declared need. Reading what was not declared is an error that names component and type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Result<Arc<T>> {
        let (name, id) = (type_name::<T>(), TypeId::of::<T>());
        if !self.needs.contains(&id) {
            return Err(Error::internal(format!(
                "component {} reads {name} without declaring that it needs it",
                self.component
            )));
        }
        let slots = self.slots.lock();
        let found = slots.as_ref().and_then(|s| s.get(&id)).and_then(|(v, _)| v.clone().downcast().ok());
        found.ok_or_else(|| {
            Error::internal(format!("component {} reads {name} after the context was sealed", self.component))
        })
    }

    /// Attaches a declared provision. A second value of a type is refused with both components' names, as is a
    /// value that was not declared or comes after the seal.
    pub fn provide<T: Send + Sync + 'static>(&self, value: Arc<T>) -> Result<()> {
        let (name, id) = (type_name::<T>(), TypeId::of::<T>());
        if !self.provides.contains(&id) {
            return Err(Error::internal(format!(
                "component {} provides {name} without declaring it",
                self.component
            )));
        }
        let mut slots = self.slots.lock();
        let Some(slots) = slots.as_mut() else {
            return Err(Error::internal(format!(
                "component {} provides {name} after the context was sealed",
                self.component
            )));
        };
        if let Some((_, first)) = slots.get(&id) {
            return Err(Error::internal(format!(
                "components {first} and {} both provide {name}",
                self.component
            )));
        }
        slots.insert(id, (value, self.component));
        Ok(())
    }
}

/// The sealed context: reads take no lock.
#[derive(Clone)]
pub struct App(pub(crate) Arc<Slots>);

impl App {
    /// The value of type `T`; `Internal` when no component provided it.
    pub fn get<T: Send + Sync + 'static>(&self) -> Result<Arc<T>> {
        let found = self.0.get(&TypeId::of::<T>()).and_then(|(v, _)| v.clone().downcast().ok());
        found.ok_or_else(|| Error::internal(format!("no component provides {}", type_name::<T>())))
    }
}
