//! Where processes run: admission, gate, statistics, orderly stop.

use core_dispatch::Own;
use core_sched::{Event, Exit, Gate};
use infra_base::{EntryId, Error, Name, Result};
use infra_clock::{Clock, Moment};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use sys_topology::Topology;
use tokio::sync::Notify;

/// What can be named as the host of a spawn. For each process `accept` comes first; after an `Ok`, `release` follows
/// exactly once: when the process has ended or if it could not be started.
pub trait ProcessHost: Send + Sync {
    /// Takes a process in; may put what its processes find in their frames into `own`. `Unavailable` says why not: the host
    /// does not run, or has no room.
    fn accept(&self, own: &mut Own) -> Result<()>;

    /// A process is gone; `exit` is how it ended, `None` if it was never started. Must not block.
    fn release(&self, exit: Option<&Exit>);

    /// Limits concurrent slices.
    fn gate(&self) -> Option<&Arc<Gate>> {
        None
    }

    /// Most bytes of the heap of a process that is accepted now.
    fn memory(&self) -> Option<usize> {
        None
    }

    /// Its numbers.
    fn figures(&self) -> HostFigures;

    /// Is it about to stop? A process that was accepted before learns it by a CANCEL event at its start.
    fn is_stopping(&self) -> bool {
        false
    }
}

/// Reason of the CANCEL that processes get when their host stops.
pub const SHUTDOWN: &str = "scheduler shutdown";

/// Numbers of a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostFigures {
    /// Slices of its processes that may run at once.
    pub workers: usize,
    /// Processes that live.
    pub live: usize,
    /// Processes that ended without an error since it was made.
    pub completed: u64,
    /// Processes that ended with one.
    pub failed: u64,
    /// Processes that wait until one of its slices is over.
    pub queued: usize,
}

/// How many slices may run at once on this node: one for each core, unless somebody asks for less.
pub struct Cores {
    all: usize,
    wanted: AtomicUsize,
}

impl Cores {
    /// Of a machine with `all` cores.
    pub fn new(all: usize) -> Arc<Cores> {
        Arc::new(Cores { all, wanted: AtomicUsize::new(all) })
    }

    /// Of this machine.
    pub fn of_machine() -> Arc<Cores> {
        Cores::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Cores of the machine.
    pub fn all(&self) -> usize {
        self.all
    }

    /// How many a host may use.
    pub fn wanted(&self) -> usize {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Changes that for hosts that start later, and returns what it was.
    pub fn want(&self, cores: usize) -> usize {
        self.wanted.swap(cores.max(1), Ordering::Relaxed)
    }
}

/// A host of processes: an admission group on the one runtime.
pub struct Host {
    id: EntryId,
    name: Name,
    cores: Arc<Cores>,
    /// Its own bound on slices at once; 0 = none.
    workers: AtomicUsize,
    /// Most bytes of the heap of a process; 0 = no bound.
    memory: AtomicUsize,
    gate: Arc<Gate>,
    admission: Admission,
    topology: Arc<Topology>,
    clock: Clock,
}

/// Counts who is in, closes the door, waits for the last to leave. Also for hosts of other kinds.
pub struct Admission {
    /// Processes inside, and `CLOSED`.
    state: AtomicUsize,
    limit: usize,
    completed: AtomicU64,
    failed: AtomicU64,
    empty: Notify,
}

const CLOSED: usize = 1 << (usize::BITS - 1);

impl Admission {
    /// A closed door; at most `limit` get in.
    pub fn new(limit: usize) -> Admission {
        let (completed, failed, empty) = Default::default();
        Admission { state: AtomicUsize::new(CLOSED), limit, completed, failed, empty }
    }

    /// Opens the door.
    pub fn open(&self) {
        self.state.fetch_and(!CLOSED, Ordering::AcqRel);
    }

    /// Closes it; who is inside stays.
    pub fn close(&self) {
        self.state.fetch_or(CLOSED, Ordering::AcqRel);
    }

    /// Is the door closed?
    pub fn is_closed(&self) -> bool {
        self.state.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Processes inside.
    pub fn inside(&self) -> usize {
        self.state.load(Ordering::Acquire) & !CLOSED
    }

    /// Lets one in. `Unavailable`, retryable, names `host`.
    pub fn enter(&self, host: &EntryId) -> Result<()> {
        let enter = |state| (state & CLOSED == 0 && state < self.limit).then_some(state + 1);
        match self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, enter) {
            Ok(_) => Ok(()),
            Err(state) if state & CLOSED != 0 => Err(Error::unavailable(format!("host {host} does not run"))),
            Err(_) if self.limit == 1 => {
                Err(Error::unavailable(format!("host {host} runs a process already")))
            }
            Err(_) => Err(Error::unavailable(format!("host {host} runs {} processes already", self.limit))),
        }
    }

    /// One leaves; `exit` is how it ended, `None` if it was never started.
    pub fn leave(&self, exit: Option<&Exit>) {
        match exit.map(|exit| &exit.result) {
            Some(Ok(_)) => _ = self.completed.fetch_add(1, Ordering::Relaxed),
            Some(Err(_)) => _ = self.failed.fetch_add(1, Ordering::Relaxed),
            None => {}
        }
        if self.state.fetch_sub(1, Ordering::AcqRel) & !CLOSED == 1 {
            self.empty.notify_waiters();
        }
    }

    /// The numbers of a host whose processes run one after the other.
    pub fn figures(&self) -> HostFigures {
        HostFigures {
            workers: 1,
            live: self.inside(),
            completed: self.completed.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            queued: 0,
        }
    }

    /// Completes when nobody is inside.
    pub async fn empty(&self) {
        loop {
            let empty = self.empty.notified();
            if self.inside() == 0 {
                return;
            }
            empty.await;
        }
    }
}

impl Host {
    /// A host that does not run yet. `workers` of `cores` may run its slices at once; `None` = all.
    pub fn new(
        id: EntryId,
        workers: Option<usize>,
        cores: Arc<Cores>,
        topology: Arc<Topology>,
        clock: Clock,
    ) -> Arc<Host> {
        let name = Name::intern(id.as_str());
        let workers = AtomicUsize::new(workers.unwrap_or(0));
        let (admission, gate) = (Admission::new(CLOSED - 1), Arc::new(Gate::new(None)));
        let memory = AtomicUsize::new(0);
        let host = Host { id, name, cores, workers, memory, gate, admission, topology, clock };
        host.set_width();
        Arc::new(host)
    }

    /// Its entry.
    pub fn id(&self) -> &EntryId {
        &self.id
    }

    /// Changes how many of its slices run at once, for the processes that live too; `None` = all cores.
    pub fn resize(&self, workers: Option<usize>) {
        self.workers.store(workers.unwrap_or(0), Ordering::Relaxed);
        self.set_width();
    }

    /// Changes how many bytes the heap of a process that starts from now on may have; `None` = no bound.
    pub fn limit_memory(&self, bytes: Option<usize>) {
        self.memory.store(bytes.unwrap_or(0), Ordering::Relaxed);
    }

    fn set_width(&self) {
        let node = self.cores.wanted();
        let width = match self.workers.load(Ordering::Relaxed) {
            0 => node,
            own => own.min(node),
        };
        self.gate.resize(Some(width).filter(|width| *width < self.cores.all()));
    }

    /// Accepts processes from now on.
    pub fn start(&self) {
        self.set_width();
        self.admission.open();
    }

    /// Accepts no more, asks every process to end (CANCEL with [`SHUTDOWN`]), kills those that live at `deadline`, and
    /// completes when none lives.
    pub async fn stop(&self, deadline: Moment) {
        self.admission.close();
        let cancel = || Event::Cancel { from: None, at: self.clock.wall(), reason: SHUTDOWN.into() };
        for control in self.topology.of_host(self.name).flatten() {
            control.notify(cancel());
        }
        tokio::select! {
            () = self.admission.empty() => return,
            () = self.clock.sleep_until(deadline) => {}
        }
        for control in self.topology.of_host(self.name).flatten() {
            control.kill(Error::canceled(SHUTDOWN));
        }
        self.admission.empty().await;
    }
}

impl ProcessHost for Host {
    fn accept(&self, _own: &mut Own) -> Result<()> {
        self.admission.enter(&self.id)
    }

    fn release(&self, exit: Option<&Exit>) {
        self.admission.leave(exit);
    }

    fn gate(&self) -> Option<&Arc<Gate>> {
        Some(&self.gate)
    }

    fn memory(&self) -> Option<usize> {
        Some(self.memory.load(Ordering::Relaxed)).filter(|bytes| *bytes > 0)
    }

    fn figures(&self) -> HostFigures {
        let workers = self.gate.width().unwrap_or(self.cores.all());
        HostFigures { workers, queued: self.gate.waiting(), ..self.admission.figures() }
    }

    fn is_stopping(&self) -> bool {
        self.admission.is_closed()
    }
}
