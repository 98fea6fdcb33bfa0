//! What the engine keeps beside a Lua heap: the frame, the services, who waits for what.

use crate::mailroom::Mailroom;
use crate::peer::Peer;
use core_dispatch::{BoxFuture, Commands, Frame};
use core_sched::{Control, Freed};
use infra_app::App;
use infra_clock::Clock;
use lua_vm::{Cx, NativeResult, Pin, Pins};
use std::collections::VecDeque;
use std::sync::Arc;

/// The rest of a native once what it waited for is there; runs in the coroutine that waited.
pub type Finish = Box<dyn for<'cx> FnOnce(&mut Cx<'cx>) -> NativeResult + Send>;

/// What a started operation comes to.
pub enum Operation {
    /// A coroutine goes on.
    Resume(WaitId, Finish),
    /// Something to do outside any coroutine: fill a channel, settle a future.
    Run(Finish),
}

/// One wait of one coroutine; stale as soon as it was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitId {
    pub(crate) task: u32,
    pub(crate) generation: u32,
}

impl WaitId {
    /// Index of the waiting task.
    pub fn task(self) -> u32 {
        self.task
    }
}

/// Why a coroutine goes on.
pub enum Wake {
    /// Its operation completed.
    Finish(Finish),
    /// A channel gave or took a value. `case`: which case of a select.
    Channel {
        /// The received value; `None` for a completed send and for a closed channel.
        item: Option<Parcel>,
        /// False: the channel was closed.
        ok: bool,
        /// Number of the select case, from 0.
        case: u32,
    },
}

/// A value on its way from a channel to a coroutine.
pub enum Parcel {
    /// A value of this heap.
    Pinned(Pin),
    /// Made when it is received.
    Item(crate::channel::Item),
}

/// A managed coroutine.
#[derive(Default)]
pub struct TaskState {
    /// Its thread while it lives.
    pub thread: Option<Pin>,
    /// Grows with each wake, so that stale waits are recognised.
    pub generation: u32,
}

/// What a name means in a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The global of that name.
    Global,
    /// Unit number `own`; the global of that name holds the value of unit number `shared`.
    Own {
        /// The caller's import.
        own: usize,
        /// What others mean by the name.
        shared: usize,
    },
}

/// The names that the units of a program declared.
pub trait Names: Send + Sync {
    /// What `name` means in the unit of that id; `None`: nobody declared it.
    fn find(&self, unit: &str, name: &str) -> Option<Binding>;
}

/// What all processes of a node share.
pub struct System {
    /// The sealed application context.
    pub app: App,
    /// The frozen handler table.
    pub commands: Commands,
    /// The clock.
    pub clock: Clock,
}

/// The embedder's side of a process; natives reach it with `cx.host::<Host>()`.
pub struct Host {
    /// The frame of the process or call.
    pub frame: Frame,
    /// Its control block.
    pub control: Arc<Control>,
    /// What all processes of the node share.
    pub system: Arc<System>,
    /// What `require` may find.
    pub names: Arc<dyn Names>,
    /// Values of the units that have run, in order of evaluation.
    pub values: Vec<Pin>,
    /// Inbox, events and topic listeners.
    pub mail: Mailroom,
    /// Coroutines by task number.
    pub tasks: Vec<TaskState>,
    /// Numbers of ended tasks.
    pub free: Vec<u32>,
    /// Where the generations of tasks begin: above those of earlier calls in the same state, whose waits may still stand in
    /// channels.
    pub generation: u32,
    /// The task that runs now.
    pub current: u32,
    /// Tasks that go on, in order.
    pub ready: VecDeque<(u32, Option<Wake>)>,
    /// Operations to start after this run.
    pub starts: Vec<BoxFuture<'static, Operation>>,
    /// The reason why the running coroutine goes on; taken by its continuation.
    pub wake: Option<Wake>,
    /// Started operations that have not completed.
    pub outstanding: usize,
    /// Room of messages that were received, to be given back to the mailbox.
    pub freed: Freed,
    /// Who was talked to last.
    pub peer: Option<Box<Peer>>,
    /// Others know the PID: the process is listed in the topology.
    pub exposed: bool,
    /// False while top-level code runs: waiting is an error there.
    pub may_wait: bool,
}

impl Host {
    /// Forgets all coroutines: the next one that is spawned is task 0.
    pub fn restart(&mut self, may_wait: bool) {
        self.tasks.clear();
        self.free.clear();
        self.ready.clear();
        self.may_wait = may_wait;
    }

    /// Coroutines that have not ended.
    pub fn live(&self) -> usize {
        self.tasks.len() - self.free.len()
    }

    /// Is the running coroutine the only one, with nothing outstanding? Then nothing else can run while it waits.
    pub fn is_alone(&self) -> bool {
        self.outstanding == 0 && self.live() == 1
    }

    /// Starts a wait of the running coroutine.
    #[inline]
    pub fn begin_wait(&mut self) -> WaitId {
        WaitId { task: self.current, generation: self.tasks[self.current as usize].generation }
    }

    /// Does somebody still wait for this?
    #[inline]
    pub fn is_waiting(&self, wait: WaitId) -> bool {
        self.tasks
            .get(wait.task as usize)
            .is_some_and(|t| t.generation == wait.generation && t.thread.is_some())
    }

    /// Makes the coroutine of `wait` ready. False: it was woken already.
    #[inline]
    pub fn wake(&mut self, wait: WaitId, why: Wake) -> bool {
        if !self.is_waiting(wait) {
            return false;
        }
        self.tasks[wait.task as usize].generation = wait.generation.wrapping_add(1);
        self.ready.push_back((wait.task, Some(why)));
        true
    }

    /// Adds a coroutine that starts when the running one next waits.
    pub fn spawn(&mut self, thread: Pin) -> u32 {
        let task = self.free.pop().unwrap_or_else(|| {
            self.tasks.push(TaskState { thread: None, generation: self.generation });
            self.tasks.len() as u32 - 1
        });
        self.tasks[task as usize].thread = Some(thread);
        self.ready.push_back((task, None));
        task
    }

    /// The call is over, and its state stays for another: what belonged to the call alone ends. Gives where the generations of
    /// that call begin.
    pub fn leave(&mut self, pins: Pins<'_>) -> u32 {
        Mailroom::end(pins, self);
        let highest = self.tasks.iter().map(|task| task.generation).max();
        highest.unwrap_or(self.generation).wrapping_add(1)
    }

    /// Starts an operation that no coroutine waits for.
    pub fn start(&mut self, operation: BoxFuture<'static, Operation>) {
        self.outstanding += 1;
        self.starts.push(operation);
    }
}
