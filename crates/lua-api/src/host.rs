//! What the engine keeps beside a Lua heap: the frame, the services, who waits for what.

use crate::coroutines::Coroutines;
use crate::mailroom::Mailroom;
use crate::peer::Peer;
use core_dispatch::{BoxFuture, Commands, Frame};
use core_sched::{Control, Freed, Near};
use infra_app::App;
use infra_clock::Clock;
use lua_vm::{Cx, Imported, NativeResult, Pin, Pins, Root};
use std::num::NonZeroU32;
use std::sync::Arc;
use thin_vec::ThinVec;

/// The rest of a native once what it waited for is there; runs in the coroutine that waited.
pub type Finish = Box<dyn for<'cx> FnOnce(&mut Cx<'cx>) -> NativeResult + Send>;

/// What a started operation comes to.
pub struct Operation {
    /// Bytes that counted to the process until now, see [`Cx::hold_outside`]; the engine takes them off.
    pub held: usize,
    /// Who goes on with it: a coroutine. `None`: it is done outside any coroutine (fill a channel, settle a future).
    pub wait: Option<WaitId>,
    /// What is to be done.
    pub finish: Finish,
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
    /// A channel gave something that only the receiver can make a value of, or was closed.
    Channel {
        /// What is received; `None` if the channel was closed.
        item: Option<crate::channel::Item>,
        /// Number of the select case, from 1; `None` outside a select.
        case: Option<NonZeroU32>,
    },
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
    /// What `alias` means in a type of the unit of that id.
    fn imported(&self, unit: &str, alias: &str) -> Option<Imported>;
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
    pub values: ThinVec<Pin>,
    /// Inbox, events and topic listeners.
    pub mail: Mailroom,
    /// Coroutines by task number, and which of them go on.
    pub tasks: Coroutines,
    /// Where the generations of tasks begin: above those of earlier calls in the same state, whose waits may still stand in
    /// channels.
    pub generation: u32,
    /// The task that runs now.
    pub current: u32,
    /// How often a turn may still be passed on inside the heap before the engine looks at what came from outside.
    pub passes: u32,
    /// Operations to start after this run.
    pub starts: Vec<BoxFuture<'static, Operation>>,
    /// Started operations that have not completed.
    pub outstanding: u32,
    /// Room of messages that were received, to be given back to the mailbox.
    pub freed: Freed,
    /// Wishes for a collection ([`crate::Memory::wishes`]) that the process has met.
    pub wishes: u32,
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
        self.may_wait = may_wait;
    }

    /// Notes what is looked at first when mail comes and is answered.
    pub fn note(&self, near: &mut Near) {
        self.tasks.note(near);
        self.mail.note(near);
        if let Some(peer) = &self.peer {
            near.add_value::<Peer>(peer);
            if let Some(control) = &peer.control {
                control.note(near);
            }
        }
    }

    /// Coroutines that have not ended.
    pub fn live(&self) -> usize {
        self.tasks.live()
    }

    /// Is the running coroutine the only one, with nothing outstanding? Then nothing else can run while it waits.
    pub fn is_alone(&self) -> bool {
        self.outstanding == 0 && self.live() == 1
    }

    /// Starts a wait of the running coroutine. It must wait then: whoever makes it ready takes it for one that does not run.
    #[inline]
    pub fn begin_wait(&mut self) -> WaitId {
        WaitId { task: self.current, generation: self.tasks.state(self.current).generation }
    }

    /// Does somebody still wait for this?
    #[inline]
    pub fn is_waiting(&self, wait: WaitId) -> bool {
        self.tasks.get(wait.task).is_some_and(|t| t.generation == wait.generation && t.thread.is_some())
    }

    /// Makes the coroutine of `wait` ready and gives it, for its native to be ended. `None`: it was woken already.
    #[inline]
    pub fn claim(&mut self, wait: WaitId) -> Option<Root> {
        self.tasks.claim(wait.task, wait.generation)
    }

    /// Makes the coroutine of `wait` ready; its continuation finds `why`. False: it was woken already.
    #[inline]
    pub fn wake(&mut self, wait: WaitId, why: Wake) -> bool {
        let claimed = self.claim(wait).is_some();
        if claimed {
            self.tasks.state(wait.task).wake = Some(why);
        }
        claimed
    }

    /// Why the running coroutine goes on.
    #[inline]
    pub fn take_wake(&mut self) -> Option<Wake> {
        self.tasks.get_mut(self.current)?.wake.take()
    }

    /// The running coroutine waits: who goes on at once, and is the running one from now on. `None` if there is nobody, or the
    /// engine has to look at something first.
    #[inline]
    pub fn pass(&mut self) -> Option<Root> {
        if self.passes == 0 || !self.starts.is_empty() {
            return None;
        }
        let (task, root) = self.tasks.pop_root()?;
        self.passes -= 1;
        self.current = task;
        Some(root)
    }

    /// The coroutine that runs.
    pub fn root(&self) -> Option<Root> {
        self.tasks.get(self.current)?.thread.as_ref().map(Pin::root)
    }

    /// The running coroutine is over: the pin of its thread.
    pub fn end_task(&mut self) -> Option<Pin> {
        self.tasks.end(self.current)
    }

    /// Adds a coroutine that starts when the running one next waits.
    pub fn spawn(&mut self, thread: Pin) -> u32 {
        self.tasks.add(thread, self.generation)
    }

    /// The call is over, and its state stays for another: what belonged to the call alone ends. Gives where the generations of
    /// that call begin.
    pub fn leave(&mut self, pins: Pins<'_>) -> u32 {
        Mailroom::end(pins, self);
        self.tasks.highest_generation().unwrap_or(self.generation).wrapping_add(1)
    }

    /// Starts an operation that no coroutine waits for.
    pub fn start(&mut self, operation: BoxFuture<'static, Operation>) {
        self.outstanding += 1;
        self.starts.push(operation);
    }
}
