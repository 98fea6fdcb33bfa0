//! Calls of natives by Lua frames, and returns that leave the stretch of Lua frames.

#![allow(unsafe_code, reason = "works on raw stacks and frames")]

use std::sync::atomic::Ordering::Relaxed;

use super::Ctl;
use super::call::{self, Next, drive};
use crate::frame::{Dest, Frame};
use crate::lua::Lua;
use crate::native::{Cx, Flow, FlowKind, Pair, Root};
use crate::object::{Closure, Native, OUTSIDE, Str, Thread};
use crate::opcode::{self, Op};
use crate::value::Value;

/// The top frame, which no Lua frame called plainly, returns `n` values at `from`.
#[inline(never)]
pub(super) unsafe fn finish(lua: *mut Lua, th: *mut Thread, ci: *mut Frame, from: u32, n: u32) -> Ctl {
    // SAFETY: see `dispatch::execute`.
    unsafe {
        let dest = (*ci).dest();
        (*th).top = from + n;
        (*th).frames.drop_last();
        drive(lua, Next::Deliver { from, n, dest })
    }
}

/// Calls the native that lies at `func` for a Lua frame that wants so many results. `Next` if it returned and they are placed.
#[inline(always)]
pub(super) unsafe fn native(
    lua: *mut Lua,
    th: *mut Thread,
    n: *const Native,
    (func, want): (u32, i32),
    args: u32,
) -> Ctl {
    // SAFETY: see `dispatch::execute`; the Cx lives for this call only, and no collection happens during it.
    unsafe {
        if (*lua).watched & (*n).traits != 0
            && let Some(ctl) = instead(lua, th, n, (func, want), args)
        {
            return ctl;
        }
        let mut cx = Cx::of_call(lua, th, n, func + 1, args);
        match ((*n).func)(&mut cx) {
            Ok(flow) if flow.kind == FlowKind::Return => {
                let top = (*th).top;
                let n = flow.n.min(top - cx.base);
                let from = (*th).stack.add((top - n) as usize);
                let to = (*th).stack.add(func as usize);
                if n == 1 && want == 1 {
                    *to = Value::load(from);
                    return Ctl::Next;
                }
                if want < 0 {
                    std::ptr::copy(from, to, n as usize);
                    (*th).top = func + n;
                } else if n == 2 && want == 2 {
                    let (first, second) = (Value::load(from), Value::load(from.add(1)));
                    *to = first;
                    *to.add(1) = second;
                } else {
                    // Wanted results lie in the window of the calling frame, mostly none, one or two, and below those of the native.
                    for i in 0..want as u32 {
                        *to.add(i as usize) = if i < n { *from.add(i as usize) } else { Value::NIL };
                    }
                }
                Ctl::Next
            }
            Ok(flow) => other_flow(&cx, n, func, want, flow),
            Err(raise) => drive(lua, Next::Raise(raise.0)),
        }
    }
}

/// What a native of some kind is not called for.
#[inline(never)]
unsafe fn instead(
    lua: *mut Lua,
    th: *mut Thread,
    n: *const Native,
    at: (u32, i32),
    args: u32,
) -> Option<Ctl> {
    // SAFETY: see `dispatch::execute`.
    unsafe {
        if (*lua).watched & (*n).traits & OUTSIDE != 0 {
            return Some(drive(lua, call::refuse(lua, n)));
        }
        paired(lua, th, (n, (*n).pair?), at, args)
    }
}

/// Calls the pair of a method instead, if the calling frame goes on with the other method of it. `None`: it does not, or the pair
/// did nothing.
unsafe fn paired(
    lua: *mut Lua,
    th: *mut Thread,
    (n, pair): (*const Native, &'static Pair),
    (func, want): (u32, i32),
    args: u32,
) -> Option<Ctl> {
    // SAFETY: see `dispatch::execute`; the frame on top is the calling one, whose code goes on behind every call, and behind a method's
    // two words.
    unsafe {
        let ci = (&(*th).frames).last_ptr();
        let (pc, a) = ((*ci).pc, (func - (*ci).base) as usize);
        let method = (*pc).load(Relaxed);
        if Op::of(method) != Op::Method || opcode::a(method) != a || opcode::b(method) != a || want != 1 {
            return None;
        }
        let call = (*pc.add(2)).load(Relaxed);
        if Op::of(call) != Op::Call || opcode::a(call) != a || opcode::b(call) != 2 {
            return None;
        }
        let closure = (*ci).callee.cast::<Closure>();
        let name = *(&(*(*closure).proto).consts).as_ptr().add(((*pc.add(1)).load(Relaxed) >> 16) as usize);
        if Str::bytes(name.as_str()) != pair.name.as_bytes() {
            return None;
        }
        let top = (*th).top;
        let mut cx = Cx::of_call(lua, th, n, func + 1, args);
        match (pair.func)(&mut cx) {
            Some(Ok(flow)) => {
                debug_assert!(flow.kind == FlowKind::Return, "a pair returns at once");
                (*ci).pc = pc.add(3);
                (*lua).fuel -= 3;
                let n = flow.n.min((*th).top - cx.base);
                call::place(lua, th, (*th).top - n, n, func, opcode::c(call) as i32 - 1);
                Some(Ctl::Reload)
            }
            Some(Err(raise)) => Some(drive(lua, Next::Raise(raise.0))),
            None => {
                (*th).top = top;
                None
            }
        }
    }
}

/// The native that `cx` belongs to wants something else than to return.
#[inline(never)]
unsafe fn other_flow(cx: &Cx<'_>, n: *const Native, func: u32, want: i32, flow: Flow) -> Ctl {
    // SAFETY: see `dispatch::execute`.
    unsafe {
        let (lua, th) = (cx.lua, cx.thread);
        call::room_for_frame(lua, th);
        let act = call::first_activation(n, Dest::of_call(func, want), cx.args);
        let next = match flow.kind {
            FlowKind::Wait => call::rest_waiting(lua, th, &act, cx.then),
            FlowKind::Pass => call::pass(lua, th, &act, cx.then, Root(flow.n)),
            kind => call::after(lua, th, act, kind, flow.n.min((*th).top - cx.base), cx.then),
        };
        match next {
            Next::Lua => Ctl::Reload,
            next => drive(lua, next),
        }
    }
}
