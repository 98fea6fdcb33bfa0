//! Raises: from frame to frame and coroutine to coroutine, in short steps, until one is handled.

#![allow(unsafe_code, reason = "works on raw stacks and frames")]

use super::Exit;
use super::call::{self, Next};
use crate::frame::Waits;
use crate::lua::Lua;
use crate::object::{Status, Thread};
use crate::trace;
use crate::value::Value;

/// Frames that are looked at in a step.
const STEP: usize = 1024;
/// Units of a raise, and of a step.
const RAISE: i64 = 256;

/// Finds the handler of the pending value: a protecting frame, the resumer, or nobody. A deep stack is unwound in steps; what
/// was looked through is gone then.
pub(super) unsafe fn raise(lua: *mut Lua) -> Next {
    // SAFETY: the caller passes the running process: `lua.current` is live, and so are its frames; so in all functions here.
    unsafe {
        let t = (*lua).current;
        (*t).above_seen = 0;
        loop {
            (*lua).fuel -= RAISE;
            let frames = &(*t).frames;
            let low = frames.len().saturating_sub(STEP);
            if let Some(i) = frames[low..].iter().rposition(|f| f.waits == Waits::Protected) {
                return caught(lua, t, low + i);
            }
            if low == 0 {
                return ended(lua, t);
            }
            if !(*t).unwinding {
                trace::upper(&mut (*lua).trace.get_or_insert_default().0, t);
            }
            (*t).unwinding = true;
            (*t).top = frames[low].func;
            (*t).frames.truncate(low);
            if (*lua).fuel <= 0 {
                // The next slice raises again.
                let v = std::mem::replace(&mut (*lua).pending, Value::NIL);
                call::push(lua, t, v);
                (*t).raise_pending = true;
                return Next::Leave(Exit::OutOfFuel);
            }
        }
    }
}

/// Frame `i` handles it.
unsafe fn caught(lua: *mut Lua, t: *mut Thread, i: usize) -> Next {
    // SAFETY: see `raise`.
    unsafe {
        (*t).frames.truncate(i + 1);
        (*t).top = (&(*t).frames)[i].top;
        (*t).unwinding = false;
        (*lua).trace = None;
        let v = std::mem::replace(&mut (*lua).pending, Value::NIL);
        call::push(lua, t, v);
        call::continue_native(t, 1, false)
    }
}

/// The coroutine ends with it.
unsafe fn ended(lua: *mut Lua, t: *mut Thread) -> Next {
    // SAFETY: see `raise`.
    unsafe {
        let shown = (*t).parent.is_null()
            || (&(*(*t).parent).frames).last().is_some_and(|f| f.waits == Waits::Values);
        if !shown {
            (*lua).trace = None;
        } else if (*t).unwinding {
            trace::lower(&mut (*lua).trace.get_or_insert_default().0, t);
        } else {
            trace::own(&mut (*lua).trace.get_or_insert_default().0, t);
        }
        (*t).unwinding = false;
        let v = std::mem::replace(&mut (*lua).pending, Value::NIL);
        (*t).frames.clear();
        (*t).top = 0;
        (*t).status = Status::Dead;
        call::push(lua, t, v);
        if (*t).parent.is_null() {
            (*t).resume_with = 1;
            (*t).raise_pending = true;
            return Next::Leave(Exit::Raised);
        }
        call::back_to_parent(lua, t, 1, false)
    }
}
