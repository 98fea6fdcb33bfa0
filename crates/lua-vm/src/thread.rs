//! Coroutines: their stacks, and how values get into one that rests.

#![allow(unsafe_code, reason = "raw stacks")]

use crate::frame::{Frame, Ret};
use crate::heap::{Heap, regrow};
use crate::object::{Closure, Status, Thread};
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

/// Slots by which the usable part of a stack grows at a time, at least; any window of a frame is smaller.
const STRETCH: usize = 4096;

/// Makes the stack at least `want` slots large; new slots are nil.
///
/// # Safety
/// The thread is live.
#[cold]
#[inline(never)]
pub(crate) unsafe fn ensure(heap: &mut Heap, t: *mut Thread, want: usize) {
    // SAFETY: the caller's promise; the array has `stack_room` slots.
    unsafe {
        let old = (*t).stack_cap as usize;
        if want <= old {
            return;
        }
        assert!(want < 1 << 30, "a stack is bounded by the quota");
        if want > (*t).stack_room as usize {
            resize(heap, t, room_for((*t).stack_room as usize, want));
        } else {
            // What was allocated before counts for the pace of the collector when it is used again.
            heap.debt += ((want - old) * size_of::<Value>()) as isize;
        }
        let new = want.max(old + STRETCH).min((*t).stack_room as usize);
        for i in old..new {
            (*t).stack.add(i).write(Value::NIL);
        }
        (*t).stack_cap = new as u32;
    }
}

/// Slots to allocate for `want`: exact while small, so that an idle process keeps what it uses; doubling later; a large
/// stack grows without a copy, so small steps will do.
fn room_for(old: usize, want: usize) -> usize {
    match want {
        0..=32 => want.next_multiple_of(4),
        33..=65_535 => want.max(old * 2),
        _ => want.max(old + old / 8),
    }
}

/// Bytes that the stack would grow by to hold `want` slots.
///
/// # Safety
/// The thread is live.
pub(crate) unsafe fn growth(t: *const Thread, want: usize) -> usize {
    // SAFETY: the caller's promise.
    let room = unsafe { (*t).stack_room as usize };
    if want > room { (room_for(room, want) - room) * size_of::<Value>() } else { 0 }
}

/// Bytes of its stack and frames.
///
/// # Safety
/// The thread is live.
pub(crate) unsafe fn size(t: *const Thread) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*t).stack_room as usize * size_of::<Value>() + (&(*t).frames).capacity() * size_of::<Frame>() }
}

unsafe fn resize(heap: &mut Heap, t: *mut Thread, room: usize) {
    // SAFETY: the caller passes a live thread and keeps what is in use.
    unsafe {
        let old = (*t).stack_room as usize;
        (*t).stack = regrow((*t).stack, old, room);
        (*t).stack_room = room as u32;
        if room > old {
            heap.add_stack((room - old) * size_of::<Value>());
        } else {
            heap.sub_stack((old - room) * size_of::<Value>());
        }
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
                let closure = f.callee.cast::<Closure>();
                f.base as usize + (*(*closure).proto).max_stack as usize
            }
            _ => 0,
        };
        limit.max((*t).top as usize).min((*t).stack_cap as usize)
    }
}

/// Number of frames, from the bottom, below whose registers all is scanned in this cycle.
///
/// # Safety
/// The thread is live.
pub(crate) unsafe fn seen_frames(t: *const Thread, seen: u8) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (&(*t).frames).partition_point(|f| f.seen == seen | 1) }
}

/// Number of live slots above the scanned frames.
///
/// # Safety
/// The thread is live.
pub(crate) unsafe fn unseen(t: *const Thread, seen: u8) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        let frames = &(*t).frames;
        let done = seen_frames(t, seen);
        let mut from = if done == 0 { 0 } else { frames[done - 1].base as usize };
        if done == frames.len() && (*t).above_seen == seen {
            from = from.max((*t).above as usize);
        }
        live_top(t).saturating_sub(from)
    }
}

/// Slots that are cleared without a call.
const FEW: usize = 16;

/// Clears what lies shortly above the live slots and puts the rest out of use until it is cleared by `ensure`. The windows
/// of all frames begin below `live`, so they end within the cleared part.
///
/// # Safety
/// The thread is live, and so are its first `live` slots.
pub(crate) unsafe fn clear_above(t: *mut Thread, live: usize) {
    // SAFETY: the caller's promise; slots below the bound are initialised.
    unsafe {
        debug_assert!(live <= (*t).stack_cap as usize, "live slots are in use");
        let end = ((*t).stack_cap as usize).min(live + STRETCH);
        // Nil is all zero.
        if end - live <= FEW {
            for i in live..end {
                (*t).stack.add(i).write_bytes(0, 1);
            }
        } else {
            (*t).stack.add(live).write_bytes(0, end - live);
        }
        (*t).stack_cap = end as u32;
    }
}

/// Number of slots up to the end of the highest window: a frame below the top may reach beyond it.
unsafe fn window_top(t: *const Thread) -> usize {
    // SAFETY: see `live_top`.
    unsafe {
        let mut top = live_top(t);
        for f in (&(*t).frames).iter().rev() {
            // A window has at most 256 slots.
            if f.base as usize + 256 <= top {
                break;
            }
            if !f.native {
                let closure = f.callee.cast::<Closure>();
                top = top.max(f.base as usize + (*(*closure).proto).max_stack as usize);
            }
        }
        top
    }
}

/// A coroutine comes to rest: should its stack be much too large by now, it is to be trimmed. That is seen here since it takes
/// no memory to use less of a stack.
///
/// # Safety
/// The thread is live, and its top is exact.
#[inline(always)]
pub(crate) unsafe fn rests(heap: &mut Heap, t: *const Thread) {
    // SAFETY: the caller's promise.
    let (room, top) = unsafe { ((*t).stack_room as usize, (*t).top as usize) };
    if room > STRETCH && top * 4 < room {
        heap.loosen();
    }
}

/// Most slots that a stack loses at a time, and frames, so that giving them back is no pause: a megabyte each.
const TRIM: usize = 1 << 16;
const TRIM_FRAMES: usize = TRIM / 4;

/// Gives back some of what a resting stack does not use; true when nothing is left to give back. A small stack keeps what is live
/// and the windows of its frames, a large one some more.
///
/// # Safety
/// The thread is live and not running.
pub(crate) unsafe fn trim(heap: &mut Heap, t: *mut Thread) -> bool {
    // SAFETY: the caller's promise; live slots and frames in use are kept.
    unsafe {
        let (live, room) = (window_top(t), (*t).stack_room as usize);
        let goal = if live * 2 <= STRETCH || room <= STRETCH {
            live.next_multiple_of(4).max(4).min(room)
        } else {
            room.min(live * 2)
        };
        let want = goal.max(room.saturating_sub(TRIM));
        if want < room {
            resize(heap, t, want);
            (*t).stack_cap = (*t).stack_cap.min(want as u32);
        }
        let frames = &mut (*t).frames;
        let (used, room) = (frames.len(), frames.capacity());
        let least = if used * 2 <= STRETCH || room <= STRETCH { used.max(2) } else { used * 2 }.min(room);
        let cap = least.max(room.saturating_sub(TRIM_FRAMES));
        if cap < room {
            frames.resize(cap);
            heap.sub_stack((room - cap) * size_of::<Frame>());
        }
        want == goal && cap == least
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
        heap.touch(t);
        (*t).above_seen = 0;
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
        (*t).status = Status::Ready;
        true
    }
}

/// Argument `i` of the native in which the innermost coroutine of a waiting root rests.
#[inline(always)]
pub(crate) fn waiting_arg(root: *const Thread, i: usize) -> Value {
    // SAFETY: as for `deliver`; arguments of a resting native lie below the top.
    unsafe {
        let t = if (*root).innermost.is_null() { root } else { (*root).innermost };
        match (&(*t).frames).last() {
            Some(f) if (*t).status == Status::Waiting && f.native && i < f.args as usize => {
                *(*t).stack.add(f.base as usize + i)
            }
            _ => Value::NIL,
        }
    }
}

/// Ends the native in which the innermost coroutine of a waiting root rests: `values` are its results, its continuation is not
/// asked. False if it does not wait.
#[inline(always)]
pub(crate) fn finish<const N: usize>(heap: &mut Heap, root: *mut Thread, values: [Value; N]) -> bool {
    // SAFETY: as for `deliver`. A coroutine that waits rests in a native frame; where results go if a Lua frame called it, is
    // made room for.
    unsafe {
        let t = if (*root).innermost.is_null() { root } else { (*root).innermost };
        if (*t).status != Status::Waiting || (*t).yielded {
            return false;
        }
        let Some(f) = (*t).frames.last_mut() else { return false };
        if f.ret != Ret::Lua {
            f.then = None;
            return deliver(heap, root, &values, false);
        }
        let (func, want) = (f.func, f.want);
        heap.touch(t);
        (*t).above_seen = 0;
        (*t).frames.drop_last();
        let slots = if want < 0 { N } else { want as usize };
        if func as usize + slots > (*t).stack_cap as usize {
            ensure(heap, t, func as usize + slots);
        }
        let place = (*t).stack.add(func as usize);
        for i in 0..slots {
            *place.add(i) = values.get(i).copied().unwrap_or(Value::NIL);
        }
        if want < 0 {
            (*t).top = func + N as u32;
        }
        (*t).resume_with = 0;
        (*t).status = Status::Ready;
        true
    }
}
