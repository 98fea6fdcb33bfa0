//! Engines register here from above: `kind → Arc<dyn Executor>`, frozen after load.

use core_dispatch::Frame;
use core_registry::Entry;
use core_sched::{BoxProcess, Control};
use infra_base::{Error, Payloads, Pid, Result};
use rustc_hash::FxHashMap;
use std::any::Any;
use std::sync::Arc;

/// Everything an engine needs to start a process or call.
pub struct Launch {
    /// Arguments of its method.
    pub args: Payloads,
    /// The frame; its pid is the control block's.
    pub frame: Frame,
    /// The control block; whoever is told of the end stands in it already.
    pub control: Arc<Control>,
    /// Who spawned it; `None` for a call.
    pub parent: Option<Pid>,
    /// Most bytes of its heap as far as its host says; the entry may say less.
    pub memory: Option<usize>,
    /// For a call of a function that keeps its state.
    pub slot: Option<StateSlot>,
}

/// The state of a function between two calls, in the form of its engine.
pub type State = Box<dyn Any + Send>;

/// A place in a pool whose function keeps its state between calls. The engine takes the state that an earlier call left, if
/// there is one, and gives one back if the next call may go on from it. However the slot is dropped, the place is free then.
pub struct StateSlot {
    state: Option<State>,
    home: Option<Box<dyn FnOnce(Option<State>) + Send>>,
}

impl StateSlot {
    /// A slot with what was left there; `home` gets what is left when it is free.
    pub fn new(state: Option<State>, home: impl FnOnce(Option<State>) + Send + 'static) -> StateSlot {
        StateSlot { state, home: Some(Box::new(home)) }
    }

    /// What the call before left. Whoever does not give it back drops it.
    pub fn take(&mut self) -> Option<State> {
        self.state.take()
    }

    /// Leaves `state` for the next call.
    pub fn leave(mut self, state: State) {
        self.state = Some(state);
    }
}

impl Drop for StateSlot {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            home(self.state.take());
        }
    }
}

/// An engine: makes processes of the entry kinds it registered for.
pub trait Executor: Send + Sync {
    /// Makes the process of `entry`, a [`core_sched::Process`] under `launch.control`; it has not run yet. Errors: no such
    /// method, code that does not compile.
    fn launch(&self, entry: &Arc<Entry>, launch: Launch) -> Result<BoxProcess>;
}

type Table = FxHashMap<&'static str, (Arc<dyn Executor>, &'static str)>;

/// The table while components load.
#[derive(Default)]
pub struct ExecutorsBuilder {
    table: Table,
}

impl ExecutorsBuilder {
    /// Registers the executor of an entry kind. `owner` names the component; a second executor is refused with both names.
    pub fn register(
        &mut self,
        owner: &'static str,
        kind: &'static str,
        executor: Arc<dyn Executor>,
    ) -> Result<()> {
        if let Some((_, first)) = self.table.get(kind) {
            return Err(Error::internal(format!("kind {kind} is run by both {first} and {owner}")));
        }
        self.table.insert(kind, (executor, owner));
        Ok(())
    }

    /// No more executors; from now on lookups take no lock.
    pub fn freeze(self) -> Executors {
        Executors(Arc::new(self.table))
    }
}

/// The frozen table; cheap to clone.
#[derive(Clone, Default)]
pub struct Executors(Arc<Table>);

impl Executors {
    /// The executor of a kind.
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Executor>> {
        self.0.get(kind).map(|(executor, _)| executor)
    }
}
