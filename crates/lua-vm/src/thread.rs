//! Coroutines: their stacks, and how values get into one that rests.

#![allow(unsafe_code, reason = "raw stacks")]

use crate::heap::{Heap, regrow};
use crate::object::{Status, Thread};
use crate::value::Value;

/// A suspended coroutine: the function and its arguments lie at the bottom of the stack.
pub(crate) fn new(heap: &mut Heap, function: Value, args: &[Value]) -> *mut Thread {
    let t = heap.new_thread(args.len() + 2);
    // SAFETY: the stack has room for all of them.
    unsafe {
        *(*t).stack = function;
        for (i, v) in args.iter().enumerate() {
            *(*t).stack.add(i + 1) = *v;
        }
        (*t).top = args.len() as u32 + 1;
    }
    t
}

/// Makes room for `extra` slots above the top.
///
/// # Safety
/// The thread is live.
#[cold]
#[inline(never)]
pub(crate) unsafe fn grow(heap: &mut Heap, t: *mut Thread, extra: usize) {
    // SAFETY: the caller's promise.
    unsafe { ensure(heap, t, (*t).top as usize + extra) }
}

/// Makes the stack at least `want` slots large; new slots are nil.
///
/// # Safety
/// The thread is live.
#[cold]
#[inline(never)]
pub(crate) unsafe fn ensure(heap: &mut Heap, t: *mut Thread, want: usize) {
    // SAFETY: the caller's promise; the array has `stack_cap` slots.
    unsafe {
        let old = (*t).stack_cap as usize;
        if want <= old {
            return;
        }
        assert!(want < 1 << 30, "a stack is bounded by the quota");
        // Exact while small, so that an idle process keeps what it uses; doubling later.
        let new = if want <= 32 { want.next_multiple_of(4) } else { want.max(old * 2) };
        (*t).stack = regrow((*t).stack, old, new);
        for i in old..new {
            (*t).stack.add(i).write(Value::NIL);
        }
        (*t).stack_cap = new as u32;
        heap.add_bytes((new - old) * size_of::<Value>());
    }
}

/// Number of stack slots that hold live values.
///
/// # Safety
/// The thread is live.
pub(crate) unsafe fn live_top(t: *const Thread) -> usize {
    // SAFETY: the caller's promise; frames of Lua functions point to live closures.
    unsafe {
        let frames = &(*t).frames;
        let limit = match frames.last() {
            Some(f) if !f.native => {
                let closure = f.callee.cast::<crate::object::Closure>();
                f.base as usize + (*(*closure).proto).max_stack as usize
            }
            _ => 0,
        };
        limit.max((*t).top as usize).min((*t).stack_cap as usize)
    }
}

/// Puts results on top of the innermost coroutine of a waiting root; it goes on when the root is run.
pub(crate) fn deliver(heap: &mut Heap, root: *mut Thread, values: &[Value], raise: bool) -> bool {
    // SAFETY: roots are live values of the caller; the innermost coroutine is reachable from its root.
    unsafe {
        let t = if (*root).innermost.is_null() { root } else { (*root).innermost };
        if (*t).status != Status::Waiting {
            return false;
        }
        if (*t).yielded {
            (*t).top -= (*t).resume_with;
            (*t).yielded = false;
        }
        if (*t).top as usize + values.len() > (*t).stack_cap as usize {
            grow(heap, t, values.len());
        }
        for v in values {
            *(*t).stack.add((*t).top as usize) = *v;
            (*t).top += 1;
        }
        (*t).resume_with = values.len() as u32;
        (*t).raise_pending = raise;
        (*t).status = Status::Suspended;
        true
    }
}
