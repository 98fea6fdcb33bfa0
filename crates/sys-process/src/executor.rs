//! Engines register here from above: `kind → Arc<dyn Executor>`, filled while components load, then frozen.

use core_dispatch::Frame;
use core_registry::Entry;
use core_sched::{Control, Ending, Exit};
use infra_base::{Error, Payloads, Result};
use rustc_hash::FxHashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A process of any engine.
pub type BoxProcess = Pin<Box<dyn Future<Output = Exit> + Send>>;

/// Everything an engine needs to start a process or call.
pub struct Launch {
    /// The entry to run.
    pub entry: Arc<Entry>,
    /// Arguments of its method.
    pub args: Payloads,
    /// The frame; its pid is the control block's.
    pub frame: Frame,
    /// The control block.
    pub control: Arc<Control>,
    /// Told of the end; `None` for calls whose result is all that anybody sees.
    pub ending: Option<Box<dyn Ending>>,
}

/// An engine: makes processes of the entry kinds it registered for.
pub trait Executor: Send + Sync {
    /// Makes the process; it has not run yet. Errors: no such method, code that does not compile.
    fn launch(&self, launch: Launch) -> Result<BoxProcess>;
}

/// The table while components load.
#[derive(Default)]
pub struct Executors {
    table: FxHashMap<&'static str, Arc<dyn Executor>>,
}

impl Executors {
    /// Registers the executor of an entry kind; a second one is refused.
    pub fn register(&mut self, kind: &'static str, executor: Arc<dyn Executor>) -> Result<()> {
        match self.table.insert(kind, executor) {
            None => Ok(()),
            Some(_) => Err(Error::internal(format!("two executors for kind {kind}"))),
        }
    }

    /// The executor of a kind.
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Executor>> {
        self.table.get(kind)
    }
}
