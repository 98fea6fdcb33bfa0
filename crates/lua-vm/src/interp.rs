//! The interpreter.
//!
//! `dispatch` executes instructions of Lua frames, `call` moves between frames, natives and coroutines, `native` calls
//! natives for Lua frames, `raise` unwinds, `lists` copies `...`; `index`, `operate` are the slow ways of the instructions, `numeric`, `iterate` the fast ones.
//!
//! Nothing recurses on the Rust stack: a slow way that needs a Lua function pushes its frame, says what happens with the
//! result (`Ret`), and the loop goes on in it. Safepoints, where the collector may run and fuel may end, are: backward jumps,
//! entries of Lua functions, behind allocating instructions (collector only), and between natives in `call::drive`.

#![allow(unsafe_code, reason = "entry to the interpreter")]

use crate::gc::Roots;
use crate::lua::{Lua, Run};
use crate::object::{Status, Thread};

mod call;
mod dispatch;
mod index;
mod iterate;
mod lists;
mod native;
mod numeric;
mod operate;
mod raise;

pub(crate) use index::prepare_meta;

/// Why the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Finished,
    Raised,
    Yielded,
    Waiting,
    OutOfFuel,
    Dead,
    /// A native with effects outside was called in a rehearsal.
    Refused,
}

/// How the loop goes on after a slow way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ctl {
    /// The instruction is done in this frame; the stack may have moved.
    Next,
    /// Another frame is on top.
    Reload,
    /// Leave; the reason is in `Lua::exit`.
    Leave,
}

/// Runs a root until it has something to say.
pub(crate) fn run(lua: &mut Lua, root: *mut Thread) -> Run {
    let lua: *mut Lua = lua;
    // SAFETY: the process is borrowed exclusively; the root is pinned, and its innermost coroutine reachable from it.
    unsafe {
        let current = if (*root).innermost.is_null() { root } else { (*root).innermost };
        (*lua).root = root;
        (*lua).current = current;
        (*lua).heap.touch(current);
        // A collection for the quota that outlasted the last slice is finished before the program may allocate again.
        let exit = if (*lua).heap.over_quota && !collect(lua) {
            (*lua).exit
        } else {
            match call::resume_root(lua, current) {
                Ctl::Leave => (*lua).exit,
                _ => dispatch::execute(lua),
            }
        };
        // The turn may have been passed on.
        let root = (*lua).root;
        (*lua).heap.touch(root);
        (*root).innermost = (*lua).current;
        (*lua).root = std::ptr::null_mut();
        (*lua).current = std::ptr::null_mut();
        if exit == Exit::Finished || exit == Exit::Raised {
            (*root).status = Status::Dead;
            (*root).innermost = std::ptr::null_mut();
        }
        match exit {
            Exit::Finished => Run::Finished,
            Exit::Raised => Run::Raised((*lua).trace.take().map(|trace| trace.0).unwrap_or_default()),
            Exit::Yielded => Run::Yielded,
            Exit::Waiting => Run::Waiting,
            Exit::OutOfFuel => Run::OutOfFuel,
            Exit::Dead | Exit::Refused => {
                (*lua).dead = true;
                Run::Dead
            }
        }
    }
}

/// Pays for what is owed and works off allocation debt; all live values are on stacks. False if the loop has to be left: the quota is exceeded, or the
/// collection for it takes longer than the slice. `Lua::exit` says which.
///
/// # Safety
/// Called at a safepoint: no native is active, the top frame's program counter and top are saved, and the process can go on
/// from there in its next slice.
#[cold]
#[inline(never)]
pub(crate) unsafe fn collect(lua: *mut Lua) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let goes_on = collect_for_native(lua);
        if goes_on {
            // Lua code writes its stack without asking.
            (*(*lua).current).above_seen = 0;
        }
        goes_on
    }
}

/// As [`collect`], before a native goes on.
///
/// # Safety
/// As for [`collect`].
#[cold]
#[inline(never)]
pub(crate) unsafe fn collect_for_native(lua: *mut Lua) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let watched = std::mem::take(&mut (*lua).heap.watched);
        let goes_on = work_off(lua);
        if goes_on && watched {
            (*lua).exit = Exit::OutOfFuel;
            return false;
        }
        goes_on
    }
}

/// # Safety
/// As for [`collect`].
unsafe fn work_off(lua: *mut Lua) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let heap = &mut (*lua).heap;
        if heap.unsettled {
            (*lua).exit = Exit::OutOfFuel;
            return false;
        }
        (*lua).fuel -= heap.bill() as i64;
        if heap.debt <= 0 && !heap.over_quota {
            return true;
        }
        let roots = (*lua).roots();
        let roots = Roots { values: &roots, current: (*lua).current };
        let heap = &mut (*lua).heap;
        if !heap.over_quota || heap.stress {
            let work = heap.collect_step(&roots);
            (*lua).fuel -= work as i64;
            (*lua).exit = Exit::Dead;
            return !heap.over_quota;
        }
        while let Some(work) = heap.collect_urgently(&roots) {
            (*lua).fuel -= work as i64;
            if (*lua).fuel <= 0 {
                (*lua).exit = Exit::OutOfFuel;
                return false;
            }
        }
        (*lua).exit = Exit::Dead;
        !heap.over_quota
    }
}
