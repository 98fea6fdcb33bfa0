//! Calls of natives by Lua frames, and returns that leave the stretch of Lua frames.

#![allow(unsafe_code, reason = "works on raw stacks and frames")]

use std::marker::PhantomData;

use super::Ctl;
use super::call::{self, Next, drive};
use crate::frame::{Dest, Frame};
use crate::lua::Lua;
use crate::native::{Cx, FlowKind};
use crate::object::{Native, Thread};
use crate::statics::Effect;
use crate::value::Value;

/// The top frame, which no Lua frame called plainly, returns `n` values at `from`.
#[inline(never)]
pub(super) unsafe fn finish(lua: *mut Lua, th: *mut Thread, ci: *mut Frame, from: u32, n: u32) -> Ctl {
    // SAFETY: see `dispatch::execute`.
    unsafe {
        let dest = (*ci).dest();
        (*th).top = from + n;
        let len = (&(*th).frames).len();
        (*th).frames.set_len(len - 1);
        drive(lua, Next::Deliver { from, n, dest })
    }
}

/// Calls a native for a Lua frame. `None` if it returned and its results are placed.
#[inline(always)]
pub(super) unsafe fn native(
    lua: *mut Lua,
    th: *mut Thread,
    n: *const Native,
    dest: Dest,
    args: u32,
) -> Option<Next> {
    // SAFETY: see `dispatch::execute`; the Cx lives for this call only, and no collection happens during it.
    unsafe {
        if (*lua).rehearsal && (*n).effect != Effect::Local {
            return Some(call::refuse(lua, n));
        }
        let mut cx = Cx {
            lua,
            thread: th,
            callee: n,
            base: dest.func + 1,
            args,
            results: 0,
            ok: true,
            then: None,
            brand: PhantomData,
        };
        match ((*n).func)(&mut cx) {
            Ok(flow) if flow.kind == FlowKind::Return => {
                let top = (*th).top;
                let n = flow.n.min(top - cx.base);
                let from = (*th).stack.add((top - n) as usize);
                let to = (*th).stack.add(dest.func as usize);
                if n == 1 && dest.want == 1 {
                    *to = Value::load(from);
                    return None;
                }
                if dest.want < 0 {
                    std::ptr::copy(from, to, n as usize);
                    (*th).top = dest.func + n;
                } else {
                    // Wanted results lie in the window of the calling frame.
                    let moved = n.min(dest.want as u32);
                    std::ptr::copy(from, to, moved as usize);
                    for i in moved..dest.want as u32 {
                        *to.add(i as usize) = Value::NIL;
                    }
                }
                None
            }
            Ok(flow) => {
                let then = cx.then;
                let flow_n = flow.n.min((*th).top - cx.base);
                Some(other_flow(lua, th, n, dest, args, flow.kind, flow_n, then))
            }
            Err(raise) => Some(Next::Raise(raise.0)),
        }
    }
}

#[inline(never)]
#[allow(clippy::too_many_arguments, reason = "one cold call")]
unsafe fn other_flow(
    lua: *mut Lua,
    th: *mut Thread,
    n: *const Native,
    dest: Dest,
    args: u32,
    kind: FlowKind,
    flow_n: u32,
    then: Option<crate::native::NativeFn>,
) -> Next {
    // SAFETY: see `dispatch::execute`.
    unsafe {
        if kind == FlowKind::Wait {
            return call::wait(lua, th, n, dest, args, then);
        }
        call::room_for_frame(lua, th);
        let act = call::first_activation(n, dest, args);
        call::after(lua, th, act, kind, flow_n, then)
    }
}
