//! Spawn, exec, send, cancel, terminate: what one process can do about others.

use crate::executor::{Executors, Launch};
use crate::host::{ProcessHost, SHUTDOWN};
use core_dispatch::{Context as CallContext, Frame, Own, Reply, reply};
use core_registry::{Entry, Version};
use core_relay::{Relay, Sent};
use core_sched::{Control, Ending, Event, Exit, Mail, Message, Scheduler, Topic};
use infra_base::{EntryId, Error, Kind, Name, Payload, Payloads, Pid, Result};
use infra_clock::Clock;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use sys_topology::Topology;

/// How long a process that was asked to end may take where nobody says otherwise.
pub const GRACE: Duration = Duration::from_secs(10);

/// Calls and `exec`s above one another, at most.
pub const MAX_DEPTH: u16 = 1_000;

/// Where entries and hosts are found: the registry, as it is at the call.
pub trait Directory: Send + Sync {
    /// Changes with the entries. What is looked up afterwards is as new as that, or newer.
    fn version(&self) -> Version;
    /// The entry of an id.
    fn entry(&self, id: &EntryId) -> Option<Arc<Entry>>;
    /// The host of an id. `NotFound` without such an entry, `Invalid` when it is no host.
    fn host(&self, id: &EntryId) -> Result<Arc<dyn ProcessHost>>;
}

/// A process to start.
pub struct Spawn {
    /// A `process.*` entry.
    pub entry: EntryId,
    /// Where it runs.
    pub host: EntryId,
    /// Arguments of its method.
    pub args: Payloads,
    /// Who spawns it; a call must be exposed ([`Topology::expose`]) before.
    pub parent: Option<Pid>,
    /// Inherited; deadline and depth are not.
    pub context: Arc<CallContext>,
    /// Link it to its parent.
    pub link: bool,
    /// Let its parent monitor it.
    pub monitor: bool,
    /// Its name. If that is taken, nothing is started and the owner gets the messages.
    pub name: Option<Box<str>>,
    /// In its mailbox before it runs.
    pub messages: Vec<(Topic, Payloads)>,
    /// Its option `trap_links` from the start.
    pub trap_links: bool,
    /// Whoever spawns it tells of its failure; otherwise the log does.
    pub told: bool,
}

impl Spawn {
    /// A process of `entry` on `host` without anything else.
    pub fn new(entry: EntryId, host: EntryId) -> Spawn {
        let (args, context, messages) = Default::default();
        let (parent, name) = (None, None);
        Spawn {
            entry,
            host,
            args,
            parent,
            context,
            link: false,
            monitor: false,
            name,
            messages,
            trap_links: false,
            told: false,
        }
    }
}

/// The processes of this node; cheap to clone.
#[derive(Clone)]
pub struct Processes(Arc<Inner>);

struct Inner {
    directory: Arc<dyn Directory>,
    topology: Arc<Topology>,
    relay: Relay,
    clock: Clock,
    scheduler: Scheduler,
    executors: OnceLock<Executors>,
}

impl Processes {
    /// Without executors it can send but not spawn.
    pub fn new(
        directory: Arc<dyn Directory>,
        topology: Arc<Topology>,
        relay: Relay,
        clock: Clock,
    ) -> Processes {
        let (scheduler, executors) = (Scheduler::default(), OnceLock::new());
        Processes(Arc::new(Inner { directory, topology, relay, clock, scheduler, executors }))
    }

    /// Gives it the frozen table of engines; once.
    pub fn install(&self, executors: Executors) -> Result<()> {
        self.0.executors.set(executors).map_err(|_| Error::internal("the executors are installed already"))
    }

    /// The frozen table of engines. `Unavailable` before it was installed.
    pub fn executors(&self) -> Result<&Executors> {
        self.0.executors.get().ok_or_else(|| Error::unavailable("the node is starting: no engine runs yet"))
    }

    /// Who watches whom.
    pub fn topology(&self) -> &Arc<Topology> {
        &self.0.topology
    }

    /// The relay, for service hosts and transports.
    pub fn relay(&self) -> &Relay {
        &self.0.relay
    }

    /// Where entries and hosts are found.
    pub fn directory(&self) -> &Arc<dyn Directory> {
        &self.0.directory
    }

    /// Runs processes and spawned calls.
    pub fn scheduler(&self) -> &Scheduler {
        &self.0.scheduler
    }

    /// Starts a process: name, messages, link and monitor are there before its first step, or nothing is. The pid of the
    /// owner if the name is taken.
    ///
    /// Errors: `NotFound` (entry, host, parent), `Invalid` (the entry is no process, the host no host), `Unavailable` (the
    /// host does not run or is full), and what the engine says about the code.
    pub fn spawn(&self, spawn: Spawn) -> Result<Pid> {
        self.start(spawn, None)
    }

    /// Starts a process and waits for its result. Dropping the future asks the process to end (CANCEL "caller gone") and
    /// kills it after [`GRACE`]; the deadline of the context does the same with `Timeout`. Errors: those of
    /// [`spawn`](Self::spawn), `AlreadyExists` when its name is taken, `Unavailable` beyond [`MAX_DEPTH`], and the process's own.
    pub fn exec(&self, mut spawn: Spawn) -> Result<Exec> {
        check_depth(&spawn.context, &spawn.entry)?;
        if let Some((name, owner)) = spawn.name.as_deref().and_then(|n| Some((n, self.0.topology.lookup(n)?)))
        {
            let taken = format!("name \"{name}\" is taken by {owner}");
            return Err(Error::new(Kind::AlreadyExists, taken).with_retryable(Some(false)));
        }
        let limit = spawn.context.deadline;
        let entry = spawn.entry.clone();
        spawn.context = Arc::new(spawn.context.descend(entry.clone()));
        let (reply, answer) = reply();
        let pid = self.start(spawn, Some(reply))?;
        let limit = limit.map(|at| self.0.clock.sleep_until(at));
        Ok(Exec { processes: self.clone(), pid, entry, limit, answer: Some(Box::pin(answer)) })
    }

    /// Sends a message to a process; see [`Relay::send`]. `Invalid` for a topic that begins with `@`.
    pub fn send(&self, to: Pid, message: Message, limit: Duration) -> Sent {
        match check_topic(&message.topic) {
            Ok(()) => self.0.relay.send(to, message, limit),
            Err(reserved) => Sent::Done(Err(reserved)),
        }
    }

    /// A process asks another one to end: a CANCEL event, which it may ignore. With a `grace` it is killed when that is over.
    /// `NotFound` names a pid that has ended; `Unavailable`: its mailbox is full, and it will not be killed either.
    pub fn cancel(&self, pid: Pid, from: Pid, reason: &str, grace: Option<Duration>) -> Result<()> {
        let control = self.0.topology.get(pid)?;
        let at = self.0.clock.wall();
        sys_topology::deliver_to(&control, Event::Cancel { from: Some(from), at, reason: reason.into() })?;
        if let Some(grace) = grace {
            control.kill_at(&self.0.clock, self.0.clock.now().after(grace), Error::canceled(reason));
        }
        Ok(())
    }

    /// Ends a process at its next step, with the error "terminated".
    pub fn terminate(&self, pid: Pid) -> Result<()> {
        self.0.topology.get(pid)?.kill(Error::canceled("terminated"));
        Ok(())
    }

    /// The node asks a process to end, for a reason of a few words: a CANCEL event even if its mailbox is full. It is killed
    /// when `grace` is over.
    pub fn ask(&self, control: &Control, reason: &str, grace: Duration) {
        control.kill_at(&self.0.clock, self.0.clock.now().after(grace), Error::canceled(reason));
        // A process that has ended needs none.
        control.notify(Event::Cancel { from: None, at: self.0.clock.wall(), reason: reason.into() });
    }

    fn start(&self, spawn: Spawn, reply: Option<Reply<Payload>>) -> Result<Pid> {
        let Spawn { entry, host, args, parent, mut context, link, monitor, name, messages, trap_links, told } =
            spawn;
        let inner = &self.0;
        let entry = inner
            .directory
            .entry(&entry)
            .ok_or_else(|| Error::not_found(format!("entry {entry} not found")))?;
        if entry.kind.split('.').next() != Some("process") {
            let wrong =
                format!("entry {} is a {}, which is no process (process.* expected)", entry.id, entry.kind);
            return Err(Error::invalid(wrong));
        }
        let executor = self.executors()?.get(&entry.kind).cloned();
        let executor = executor.ok_or_else(|| {
            Error::invalid(format!(
                "entry {} is a {}, which no engine of this node runs",
                entry.id, entry.kind
            ))
        })?;
        let runs_on = inner.directory.host(&host)?;
        if let Some(owner) = name.as_deref().and_then(|name| inner.topology.lookup(name)) {
            return self.join(owner, messages, parent, link, monitor);
        }
        let mut own = Own::default();
        runs_on.accept(&mut own)?;
        let seat = Seat(Some(runs_on.clone()));
        if reply.is_none() && (context.depth > 0 || context.deadline.is_some()) {
            let context = Arc::make_mut(&mut context);
            (context.depth, context.deadline, context.chain) = (0, None, None);
        }
        let pid = Pid::draw(Name::intern(host.as_str()));
        let control = Control::with_gate(pid, entry.id.clone(), runs_on.gate().cloned());
        let frame = Frame { pid, context, own };
        let memory = runs_on.memory();
        let control_of = control.clone();
        let launch = Launch { args, frame, control: control_of, parent, memory, slot: None };
        let process = executor.launch(&entry, launch)?;
        // From here on dropping the process undoes everything through its ending.
        let ending = Box::new(Ended { topology: inner.topology.clone(), seat, reply, told });
        let told = control.set_ending(ending);
        debug_assert!(told.is_ok(), "an engine must not set the ending");
        control.set_trap_links(trap_links);
        if let Err(taken) = inner.topology.list(&control, name.as_deref()) {
            // Somebody was faster.
            let owner = name.as_deref().and_then(|name| inner.topology.lookup(name)).ok_or(taken)?;
            return self.join(owner, messages, parent, link, monitor);
        }
        inner.topology.started(&control, parent);
        for (topic, payloads) in messages {
            control.deliver(Mail::from(Message { from: parent, topic, payloads }))?;
        }
        if let Some(parent) = parent {
            self.relate(parent, pid, link, monitor)?;
        }
        // The host may have gone through its list between `accept` and now.
        if runs_on.is_stopping() {
            self.ask(&control, SHUTDOWN, GRACE);
        }
        inner.scheduler.spawn(process);
        Ok(pid)
    }

    /// A spawn whose name is taken: the owner gets the messages, without a sender.
    fn join(
        &self,
        owner: Pid,
        messages: Vec<(Topic, Payloads)>,
        parent: Option<Pid>,
        link: bool,
        monitor: bool,
    ) -> Result<Pid> {
        let control = self.0.topology.get(owner)?;
        if let Some(parent) = parent {
            self.relate(parent, owner, link, monitor)?;
        }
        for (topic, payloads) in messages {
            control.deliver(Mail::from(Message { from: None, topic, payloads }))?;
        }
        Ok(owner)
    }

    fn relate(&self, parent: Pid, child: Pid, link: bool, monitor: bool) -> Result<()> {
        if link {
            self.0.topology.link(parent, child)?;
        }
        if monitor {
            self.0.topology.monitor(parent, child)?;
        }
        Ok(())
    }
}

/// `Unavailable`, not retryable, when one more call would be too deep.
pub fn check_depth(context: &CallContext, target: &EntryId) -> Result<()> {
    if context.depth < MAX_DEPTH {
        return Ok(());
    }
    let deep = format!("call of {target}: {MAX_DEPTH} calls are above one another already");
    Err(Error::new(Kind::Unavailable, deep).with_retryable(Some(false)))
}

/// An accepted process's place on its host; given back on drop if the ending did not.
struct Seat(Option<Arc<dyn ProcessHost>>);

impl Seat {
    fn release(&mut self, exit: Option<&Exit>) {
        if let Some(host) = self.0.take() {
            host.release(exit);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.release(None);
    }
}

/// The ending of a spawned process.
struct Ended {
    topology: Arc<Topology>,
    seat: Seat,
    reply: Option<Reply<Payload>>,
    told: bool,
}

impl Ending for Ended {
    fn end(mut self: Box<Self>, control: &Arc<Control>, exit: &Exit) {
        if self.reply.is_none() && !self.told {
            report(control, exit);
        }
        self.topology.stopped(control, exit);
        self.seat.release(Some(exit));
        if let Some(reply) = self.reply.take() {
            reply.send(exit.result.clone());
        }
    }
}

/// It may be that nobody watches a process that fails, so the log tells. One that was made to end did not fail, and of a panic
/// it has told already.
fn report(control: &Control, exit: &Exit) {
    let Err(error) = &exit.result else { return };
    if error.kind() != Kind::Canceled && !control.has_panicked() {
        let (pid, entry) = (control.pid(), control.entry());
        tracing::warn!(target: "process", %pid, %entry, stack = error.trace(), "process failed: {error}");
    }
}

/// A running [`Processes::exec`].
pub struct Exec {
    processes: Processes,
    pid: Pid,
    entry: EntryId,
    limit: Option<infra_clock::Sleep>,
    /// `None` once it was answered.
    answer: Option<Pin<Box<dyn Future<Output = Result<Payload>> + Send>>>,
}

impl Exec {
    /// The process.
    pub fn pid(&self) -> Pid {
        self.pid
    }
}

impl Future for Exec {
    type Output = Result<Payload>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Payload>> {
        let this = &mut *self;
        let answer = this.answer.as_mut().expect("not polled after its end");
        if let Poll::Ready(result) = answer.as_mut().poll(cx) {
            this.answer = None;
            return Poll::Ready(result);
        }
        if let Some(limit) = &mut this.limit
            && Pin::new(limit).poll(cx).is_ready()
        {
            let late = format!("process {} of {}: the deadline of the call has passed", this.pid, this.entry);
            return Poll::Ready(Err(Error::new(Kind::Timeout, late).with_retryable(Some(true))));
        }
        Poll::Pending
    }
}

impl Drop for Exec {
    fn drop(&mut self) {
        if self.answer.is_some() {
            // It may have ended already; that is all that is wanted.
            if let Some(control) = self.processes.topology().find(self.pid) {
                self.processes.ask(&control, "caller gone", GRACE);
            }
        }
    }
}

/// [`Processes::send`] for who has the control block of a process of this node.
pub fn send_to(control: &Control, message: Box<Message>) -> Result<()> {
    check_topic(&message.topic)?;
    sys_topology::deliver_to(control, message)
}

fn check_topic(topic: &str) -> Result<()> {
    if topic.starts_with('@') {
        let reserved = format!("topic \"{topic}\" is reserved: topics must not begin with @");
        return Err(Error::invalid(reserved));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
