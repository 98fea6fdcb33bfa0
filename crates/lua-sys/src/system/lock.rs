//! `system.lock`: locks between processes, given back when their holder ends.

use crate::process::exposed;
use infra_base::{Error, Kind, Pid};
use lua_api::{Cx, Group, Guest, NativeResult, Raise};
use std::collections::HashSet;
use std::sync::Arc;
use sys_process::Processes;
use sys_topology::Topology;

pub(super) fn group() -> Group {
    Group::new("lock", "Locks between processes.")
        .func(
            "acquire(name: string): (boolean?, error?)",
            "Takes a lock without waiting; false and AlreadyExists if a process holds it, this one too.",
            acquire,
        )
        .func(
            "release(name: string): (boolean?, error?)",
            "Gives a lock back; false if this process does not hold it.",
            release,
        )
}

/// Locks that a process may hold at a time, and longest name of one: no heap counts them.
const MAX_LOCKS: usize = 10_000;
const MAX_NAME: usize = 1024;

/// What a process holds; lies in its frame, so that its end gives everything back.
struct Held {
    topology: Arc<Topology>,
    pid: Pid,
    names: HashSet<Box<str>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        for name in self.names.drain() {
            self.topology.locks().release(&name, self.pid);
        }
    }
}

/// What the process holds.
fn held<'a>(cx: &'a mut Cx<'_>) -> Result<&'a mut Held, Raise> {
    let pid = exposed(cx)?;
    let topology = cx.service::<Processes>()?.topology().clone();
    let own = &mut cx.at().frame.own;
    if own.get::<Held>().is_none() {
        own.put(Held { topology, pid, names: HashSet::default() });
    }
    Ok(own.get::<Held>().expect("it was put there"))
}

/// `system.lock.acquire(name)`
fn acquire(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(0)?;
    if name.len() > MAX_NAME {
        let long = format!("system: the name of a lock has {} bytes, more than {MAX_NAME}", name.len());
        return cx.fail(Error::invalid(long));
    }
    let held = held(cx)?;
    if held.names.len() >= MAX_LOCKS {
        return cx.fail(Error::unavailable(format!("system: a process holds at most {MAX_LOCKS} locks")));
    }
    match held.topology.locks().acquire(name, held.pid) {
        Ok(()) => {
            held.names.insert(name.into());
            cx.ret(true)
        }
        Err(error) if error.kind() == Kind::AlreadyExists => {
            let error = lua_api::error_to_val(cx, &error);
            cx.ret2(false, error)
        }
        Err(error) => cx.fail(error.context("system")),
    }
}

/// `system.lock.release(name)`
fn release(cx: &mut Cx<'_>) -> NativeResult {
    let name = cx.check_str(0)?;
    if name.is_empty() {
        return cx.fail(Error::invalid("system: the name of a lock must not be empty"));
    }
    let held = held(cx)?;
    let released = held.topology.locks().release(name, held.pid);
    held.names.remove(name);
    cx.ret(released)
}
