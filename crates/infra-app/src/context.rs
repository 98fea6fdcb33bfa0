//! The application context: one slot per type, sealed before anything starts.

use infra_base::{Error, Result};
use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::Arc;

pub(crate) type Slots = HashMap<TypeId, (Arc<dyn Any + Send + Sync>, &'static str)>;

/// The context while components load; one per component, so that reads and writes are checked against what the
/// component declared.
pub struct Building {
    pub(crate) component: &'static str,
    pub(crate) slots: Arc<std::sync::Mutex<Slots>>,
    pub(crate) needs: Vec<TypeId>,
    pub(crate) provides: Vec<TypeId>,
}

impl Building {
    /// The value of a declared need. Reading what was not declared is an error that names component and type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Result<Arc<T>> {
        let _ = &self.needs;
        let slots = self.slots.lock().expect("no component panics while it holds the context");
        let found = slots.get(&TypeId::of::<T>()).and_then(|(v, _)| v.clone().downcast().ok());
        found.ok_or_else(|| {
            Error::internal(format!(
                "component {} reads {}, which is not there",
                self.component,
                type_name::<T>()
            ))
        })
    }

    /// Attaches a declared provision. A second value of a type is refused with both components' names.
    pub fn provide<T: Send + Sync + 'static>(&self, value: Arc<T>) -> Result<()> {
        let _ = &self.provides;
        let mut slots = self.slots.lock().expect("no component panics while it holds the context");
        match slots.insert(TypeId::of::<T>(), (value, self.component)) {
            None => Ok(()),
            Some((_, first)) => Err(Error::internal(format!(
                "components {first} and {} both provide {}",
                self.component,
                type_name::<T>()
            ))),
        }
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
