//! Where processes run: admission, gate, statistics, orderly stop.

use core_dispatch::Own;
use core_sched::{Event, Exit, Gate, Mail};
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

    /// Is it about to stop? A process that was accepted before learns it by a CANCEL event at its start.
    fn is_stopping(&self) -> bool {
        false
    }
}

/// Reason of the CANCEL that processes get when their host stops.
pub const SHUTDOWN: &str = "scheduler shutdown";

/// Numbers of a host since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostStats {
    /// Processes that live.
    pub live: usize,
    /// Processes that ended without an error.
    pub completed: u64,
    /// Processes that ended with one.
    pub failed: u64,
}

/// A host of processes: an admission group on the one runtime.
pub struct Host {
    id: EntryId,
    name: Name,
    cores: usize,
    gate: Arc<Gate>,
    admission: Admission,
    completed: AtomicU64,
    failed: AtomicU64,
    topology: Arc<Topology>,
    clock: Clock,
}

/// Counts who is in, closes the door, waits for the last to leave. Also for hosts of other kinds.
pub struct Admission {
    /// Processes inside, and `CLOSED`.
    state: AtomicUsize,
    limit: usize,
    empty: Notify,
}

const CLOSED: usize = 1 << (usize::BITS - 1);

impl Admission {
    /// A closed door; at most `limit` get in.
    pub fn new(limit: usize) -> Admission {
        Admission { state: AtomicUsize::new(CLOSED), limit, empty: Notify::new() }
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

    /// One leaves.
    pub fn leave(&self) {
        if self.state.fetch_sub(1, Ordering::AcqRel) & !CLOSED == 1 {
            self.empty.notify_waiters();
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
        cores: usize,
        topology: Arc<Topology>,
        clock: Clock,
    ) -> Arc<Host> {
        let gate = Arc::new(Gate::new(workers.filter(|workers| *workers < cores)));
        let name = Name::intern(id.as_str());
        let (completed, failed) = Default::default();
        let admission = Admission::new(CLOSED - 1);
        Arc::new(Host { id, name, cores, gate, admission, completed, failed, topology, clock })
    }

    /// Its entry.
    pub fn id(&self) -> &EntryId {
        &self.id
    }

    /// Its numbers.
    pub fn stats(&self) -> HostStats {
        HostStats {
            live: self.admission.inside(),
            completed: self.completed.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }

    /// Changes how many of its slices run at once, for the processes that live too; `None` = all cores.
    pub fn resize(&self, workers: Option<usize>) {
        self.gate.resize(workers.filter(|workers| *workers < self.cores));
    }

    /// How many of its slices run at once.
    pub fn workers(&self) -> usize {
        self.gate.width().unwrap_or(self.cores)
    }

    /// Accepts processes from now on.
    pub fn start(&self) {
        self.admission.open();
    }

    /// Accepts no more, asks every process to end (CANCEL with [`SHUTDOWN`]), kills those that live at `deadline`, and
    /// completes when none lives.
    pub async fn stop(&self, deadline: Moment) {
        self.admission.close();
        let cancel =
            || Mail::from(Event::Cancel { from: None, at: self.clock.wall(), reason: SHUTDOWN.into() });
        for control in self.topology.of_host(self.name) {
            let _ = control.deliver(cancel());
        }
        tokio::select! {
            () = self.admission.empty() => return,
            () = self.clock.sleep_until(deadline) => {}
        }
        for control in self.topology.of_host(self.name) {
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
        match exit.map(|exit| &exit.result) {
            Some(Ok(_)) => _ = self.completed.fetch_add(1, Ordering::Relaxed),
            Some(Err(_)) => _ = self.failed.fetch_add(1, Ordering::Relaxed),
            None => {}
        }
        self.admission.leave();
    }

    fn gate(&self) -> Option<&Arc<Gate>> {
        Some(&self.gate)
    }

    fn is_stopping(&self) -> bool {
        self.admission.is_closed()
    }
}
