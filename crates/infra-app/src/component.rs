//! A component: what it needs and provides, and what it does when loaded, started and stopped.

use crate::context::{App, Building};
use infra_base::Result;
use std::any::{TypeId, type_name};
use std::future::Future;
use std::pin::Pin;

/// A type by identity and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Identity.
    pub id: TypeId,
    /// For messages.
    pub name: &'static str,
}

impl Need {
    fn of<T: 'static>() -> Need {
        Need { id: TypeId::of::<T>(), name: type_name::<T>() }
    }
}

pub(crate) type Step<C> = Box<dyn FnOnce(C) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send>;

/// A unit of the boot. `load` acquires nothing that outlives its drop: it opens no port, file or thread; `start` may;
/// `stop` undoes `start` and is called only after a start that succeeded.
///
/// ```
/// # use infra_app::Component; use std::sync::Arc;
/// struct Greeter(&'static str);
/// let c = Component::new("greeter").provides::<Greeter>().load(|boot| async move { boot.provide(Arc::new(Greeter("hi"))) });
/// ```
pub struct Component {
    pub(crate) name: &'static str,
    pub(crate) needs: Vec<Need>,
    pub(crate) provides: Vec<Need>,
    pub(crate) after: Vec<Need>,
    /// Taken when it runs.
    pub(crate) load: Option<Step<Building>>,
    pub(crate) start: Option<Step<App>>,
    pub(crate) stop: Option<Step<App>>,
}

impl Component {
    /// A component that does nothing yet; `name` is `layer.noun`.
    pub fn new(name: &'static str) -> Component {
        let load: Step<Building> = Box::new(|_| Box::pin(std::future::ready(Ok(()))));
        Component {
            name,
            needs: vec![],
            provides: vec![],
            after: vec![],
            load: Some(load),
            start: None,
            stop: None,
        }
    }

    /// Declares that `load` reads a `T`; it loads after the component that provides it.
    pub fn needs<T: Send + Sync + 'static>(mut self) -> Self {
        self.needs.push(Need::of::<T>());
        self
    }

    /// Declares that `load` attaches a `T`.
    pub fn provides<T: Send + Sync + 'static>(mut self) -> Self {
        self.provides.push(Need::of::<T>());
        self
    }

    /// Declares order only: it loads after the component that provides `T`.
    pub fn after<T: Send + Sync + 'static>(mut self) -> Self {
        self.after.push(Need::of::<T>());
        self
    }

    /// Sets the load step.
    pub fn load<F, R>(mut self, step: F) -> Self
    where
        F: FnOnce(Building) -> R + Send + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        self.load = Some(Box::new(|boot| Box::pin(step(boot))));
        self
    }

    /// Sets the start step, run after the context is sealed.
    pub fn start<F, R>(mut self, step: F) -> Self
    where
        F: FnOnce(App) -> R + Send + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        self.start = Some(Box::new(|app| Box::pin(step(app))));
        self
    }

    /// Sets the stop step.
    pub fn stop<F, R>(mut self, step: F) -> Self
    where
        F: FnOnce(App) -> R + Send + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        self.stop = Some(Box::new(|app| Box::pin(step(app))));
        self
    }
}
