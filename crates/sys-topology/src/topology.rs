//! Links, monitors and names of this node's processes, and what an end means to others.

use crate::locks::Locks;
use crate::names::Names;
use crate::table::{Record, Table};
use crate::watch::Watch;
use core_relay::Local;
use core_sched::{Control, Ending, Event, Exit, Mail, MailboxFull, Message};
use infra_base::{Error, Kind, Name, Pid, Result};
use infra_clock::Clock;
use std::sync::{Arc, OnceLock};

/// Names that a process may have, and longest one: no heap counts them.
const MAX_NAMES: usize = 10_000;
const MAX_NAME: usize = 1024;

/// Something that happened to a spawned process; for the event bus.
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "named by the fact")]
pub enum Fact<'a> {
    /// It was accepted by its host and is about to run.
    Started { control: &'a Control, parent: Option<Pid> },
    /// It ended; names, links and monitors are done with.
    Stopped { control: &'a Control, exit: &'a Exit },
}

type Observer = Box<dyn Fn(Fact<'_>) + Send + Sync>;

/// The processes of this node and their relations.
pub struct Topology {
    table: Table,
    names: Names,
    locks: Locks,
    clock: Clock,
    observer: OnceLock<Observer>,
}

impl Topology {
    /// An empty topology; events carry the wall time of `clock`.
    pub fn new(clock: Clock) -> Arc<Topology> {
        let (table, names, locks) = (Table::new(), Names::default(), Locks::default());
        Arc::new(Topology { table, names, locks, clock, observer: OnceLock::new() })
    }

    /// Sets who is told of facts; asks whether anybody wants to know before it builds an event. A second one is refused.
    pub fn observe(&self, observer: impl Fn(Fact<'_>) + Send + Sync + 'static) -> Result<()> {
        self.observer
            .set(Box::new(observer))
            .map_err(|_| Error::internal("the topology has an observer already"))
    }

    /// Lists a process that is about to run, with its name if it gets one, and nothing of it if the name is taken.
    pub fn list(&self, control: &Arc<Control>, name: Option<&str>) -> Result<()> {
        let pid = control.pid();
        let mut shard = self.table.shard(pid);
        let mut record = Record { control: control.clone(), watch: None };
        if let Some(name) = name {
            check_name(name)?;
            self.names.take(name, pid)?;
            record.watch().names.push(name.into());
        }
        shard.insert(pid.unique, record);
        Ok(())
    }

    /// Tells the observer that a listed process starts.
    pub fn started(&self, control: &Control, parent: Option<Pid>) {
        if let Some(observer) = self.observer.get() {
            observer(Fact::Started { control, parent });
        }
    }

    /// Lists a call whose pid escapes, so that others can send to it; it leaves the list at its end. Does nothing for a
    /// process that is listed or has ended.
    pub fn expose(self: &Arc<Self>, control: &Arc<Control>) {
        let mut shard = self.table.shard(control.pid());
        if shard.contains_key(&control.pid().unique) {
            return;
        }
        if control.set_ending(Box::new(Exposed(self.clone()))).is_ok() {
            shard.insert(control.pid().unique, Record { control: control.clone(), watch: None });
        }
    }

    /// A spawned process ended: names go first, then links and monitors are told. To be called by its ending; does nothing
    /// for one that was never listed.
    pub fn stopped(&self, control: &Control, exit: &Exit) {
        if self.unlist(control, exit)
            && let Some(observer) = self.observer.get()
        {
            observer(Fact::Stopped { control, exit });
        }
    }

    /// The control block of a process of this node, while it lives.
    pub fn find(&self, pid: Pid) -> Option<Arc<Control>> {
        self.table.find(pid)
    }

    /// The same; `NotFound` names the pid.
    pub fn get(&self, pid: Pid) -> Result<Arc<Control>> {
        self.find(pid).ok_or_else(|| not_found(pid))
    }

    /// Listed processes.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Is nobody listed?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The listed processes of a host, in portions, each found when it is asked for; walks the whole table.
    pub fn of_host(&self, host: Name) -> impl Iterator<Item = Vec<Arc<Control>>> {
        self.table.of_host(host)
    }

    /// `watcher` gets an EXIT event when `target` ends; at once, with a `NotFound` error, if it has ended. Errors:
    /// `AlreadyExists` for a second monitor, `Invalid` for oneself, `NotFound` when the watcher itself is not listed,
    /// `Unavailable` when its mailbox is full, since the event is never refused later.
    pub fn monitor(&self, watcher: Pid, target: Pid) -> Result<()> {
        if watcher == target {
            return Err(Error::invalid("a process cannot monitor itself"));
        }
        let mut pair = self.table.pair(watcher, target);
        let control = pair.first().get(&watcher.unique).map(|r| r.control.clone());
        let control = control.ok_or_else(|| not_found(watcher))?;
        has_room(&control)?;
        match pair.second().get_mut(&target.unique).filter(|r| r.control.pid() == target) {
            Some(record) => {
                if !record.watch().monitors.add(watcher) {
                    let twice = format!("process {target} is monitored already");
                    return Err(Error::new(Kind::AlreadyExists, twice).with_retryable(Some(false)));
                }
                let own =
                    pair.first().get_mut(&watcher.unique).expect("both shards are locked since it was found");
                own.watch().monitored.add(target);
                Ok(())
            }
            None => {
                drop(pair);
                let exit =
                    Event::Exit { from: target, at: self.clock.wall(), result: Err(not_found(target)) };
                control.notify(exit);
                Ok(())
            }
        }
    }

    /// Takes a monitor back. `false`: there was none.
    pub fn unmonitor(&self, watcher: Pid, target: Pid) -> bool {
        let mut pair = self.table.pair(watcher, target);
        if let Some(watch) = pair.first().get_mut(&watcher.unique).and_then(|r| r.watch.as_mut()) {
            watch.monitored.remove(target);
        }
        let watch = pair.second().get_mut(&target.unique).and_then(|r| r.watch.as_mut());
        watch.is_some_and(|w| w.monitors.remove(watcher))
    }

    /// Links two processes in both directions; again is the same as once. `NotFound` names the one that has ended,
    /// `Unavailable` the one whose mailbox is full.
    pub fn link(&self, a: Pid, b: Pid) -> Result<()> {
        let mut pair = self.table.pair(a, b);
        let listed = |record: Option<&Record>, pid| {
            record.filter(|r| r.control.pid() == pid).map(|r| r.control.clone())
        };
        let first = listed(pair.first().get(&a.unique), a);
        let second = listed(pair.second().get(&b.unique), b);
        for (pid, listed) in [(a, first), (b, second)] {
            has_room(&*listed.ok_or_else(|| not_found(pid))?)?;
        }
        if a != b {
            pair.first().entry(a.unique).and_modify(|r| _ = r.watch().links.add(b));
            pair.second().entry(b.unique).and_modify(|r| _ = r.watch().links.add(a));
        }
        Ok(())
    }

    /// Takes a link back, in both directions. `false`: there was none.
    pub fn unlink(&self, a: Pid, b: Pid) -> bool {
        let mut pair = self.table.pair(a, b);
        let other = pair.second().get_mut(&b.unique).filter(|r| r.control.pid() == b);
        if let Some(watch) = other.and_then(|r| r.watch.as_mut()) {
            watch.links.remove(a);
        }
        let watch = pair.first().get_mut(&a.unique).and_then(|r| r.watch.as_mut());
        watch.is_some_and(|w| w.links.remove(b))
    }

    /// Gives a process a name. The same pid again is fine; `AlreadyExists` names the owner, `NotFound` a pid that has
    /// ended, `Invalid` a name that reads as a pid, is empty or very long, `Unavailable` a process that has many.
    pub fn register(&self, name: &str, pid: Pid) -> Result<()> {
        check_name(name)?;
        let mut shard = self.table.shard(pid);
        let record = shard.get_mut(&pid.unique).ok_or_else(|| not_found(pid))?;
        let own = &mut record.watch().names;
        if own.len() >= MAX_NAMES && self.names.get(name) != Some(pid) {
            return Err(Error::unavailable(format!("a process has at most {MAX_NAMES} names")));
        }
        if self.names.take(name, pid)? {
            own.push(name.into());
        }
        Ok(())
    }

    /// Locks that processes of this node take.
    pub fn locks(&self) -> &Locks {
        &self.locks
    }

    /// Takes a name back from its owner. `false`: nobody, or somebody else, has it.
    pub fn unregister(&self, name: &str, owner: Pid) -> bool {
        let mut shard = self.table.shard(owner);
        let released = self.names.release(name, owner);
        if released && let Some(watch) = shard.get_mut(&owner.unique).and_then(|r| r.watch.as_mut()) {
            watch.names.retain(|n| **n != *name);
        }
        released
    }

    /// The pid of a name.
    pub fn lookup(&self, name: &str) -> Option<Pid> {
        self.names.get(name)
    }

    /// The process that a text means: a pid, or a name. `NotFound` names it.
    pub fn resolve(&self, destination: &str) -> Result<Pid> {
        let pid =
            if destination.starts_with('{') { Pid::parse(destination) } else { self.lookup(destination) };
        pid.ok_or_else(|| Error::not_found(format!("process {destination} not found")))
    }

    fn unlist(&self, control: &Control, exit: &Exit) -> bool {
        let pid = control.pid();
        let Some(record) = self.table.shard(pid).remove(&pid.unique) else { return false };
        let Some(watch) = record.watch else { return true };
        let Watch { monitors, monitored, links, names } = *watch;
        for name in names {
            self.names.release(&name, pid);
        }
        let at = self.clock.wall();
        for target in monitored.into_vec() {
            self.relation(target, |w| _ = w.monitors.remove(pid));
        }
        for linked in links.into_vec() {
            let Some(control) = self.relation(linked, |w| _ = w.links.remove(pid)) else { continue };
            let Err(error) = &exit.result else { continue };
            if control.traps_links() {
                control.notify(Event::LinkDown { from: pid, at, result: exit.result.clone() });
            } else {
                control.kill(Error::new(Kind::Canceled, "linked process failed").with_cause(error.clone()));
            }
        }
        for watcher in monitors.into_vec() {
            if let Some(control) = self.relation(watcher, |w| _ = w.monitored.remove(pid)) {
                control.notify(Event::Exit { from: pid, at, result: exit.result.clone() });
            }
        }
        true
    }

    /// Changes the record of a process on the other end of a relation.
    fn relation(&self, pid: Pid, change: impl FnOnce(&mut Watch)) -> Option<Arc<Control>> {
        let mut shard = self.table.shard(pid);
        let record = shard.get_mut(&pid.unique)?;
        change(record.watch());
        Some(record.control.clone())
    }
}

impl Local for Topology {
    fn deliver(&self, to: Pid, message: Message) -> Result<()> {
        deliver_to(&*self.get(to)?, Box::new(message))
    }
}

/// Puts mail into the mailbox of a process. `NotFound` when it has ended, `Unavailable` when the mailbox is full.
#[inline]
pub fn deliver_to(control: &Control, mail: impl Into<Mail>) -> Result<()> {
    let delivered = control.deliver(mail.into());
    if delivered.is_ok_and(|lives| lives) { Ok(()) } else { Err(refused(control, delivered.err())) }
}

/// Why mail was not taken.
#[cold]
fn refused(control: &Control, full: Option<MailboxFull>) -> Error {
    match full {
        None => not_found(control.pid()),
        Some(full) => Error::from(full).context(format!("send to {}", control.pid())),
    }
}

/// The ending of a call that was listed because its pid escaped.
struct Exposed(Arc<Topology>);

impl Ending for Exposed {
    fn end(self: Box<Self>, control: &Arc<Control>, exit: &Exit) {
        self.0.unlist(control, exit);
    }
}

fn has_room(control: &Control) -> Result<()> {
    if control.has_room() {
        return Ok(());
    }
    Err(Error::from(MailboxFull).context(format!("watch for process {}", control.pid())))
}

fn not_found(pid: Pid) -> Error {
    Error::not_found(format!("process {pid} not found"))
}

fn check_name(name: &str) -> Result<()> {
    match name.chars().next() {
        None => Err(Error::invalid("a process name must not be empty")),
        Some('{') => {
            Err(Error::invalid(format!("process name \"{name}\" must not begin with {{, as pids do")))
        }
        Some(_) if name.len() > MAX_NAME => {
            Err(Error::invalid(format!("a process name of {} bytes is longer than {MAX_NAME}", name.len())))
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
