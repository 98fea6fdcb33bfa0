//! Lists of values of any length, `...` and open results: copied at once, so bounded.

#![allow(unsafe_code, reason = "works on raw stacks and frames")]

use super::Ctl;
use super::call::drive;
use crate::frame::Frame;
use crate::lua::Lua;
use crate::native::MAX_VALUES;
use crate::object::{Closure, Thread};
use crate::value::Value;

/// Values that are copied for a unit.
const COPIED: u32 = 8;

/// Copies the extra arguments of the frame `ci` to its registers from `a` on: `count - 1` of them, filled up with nil, or
/// with 0 all, and the top behind them. The stack may move. False if they are too many.
pub(super) unsafe fn var_arg(lua: *mut Lua, t: *mut Thread, ci: *const Frame, a: u32, count: u32) -> bool {
    // SAFETY: see `call::resume_root`; `ci` is the frame on top.
    unsafe {
        let params = u32::from((*(*(*ci).callee.cast::<Closure>()).proto).params);
        let have = (*ci).args.saturating_sub(params);
        let at = (*ci).base + a;
        let want = match count {
            0 => {
                if have as usize > MAX_VALUES {
                    return false;
                }
                (*lua).fuel -= i64::from(have / COPIED);
                crate::thread::ensure(&mut (*lua).heap, t, (at + have + 1) as usize);
                (*t).top = at + have;
                have
            }
            count => count - 1,
        };
        crate::meter::count(want as usize / 2);
        let from = (*t).stack.add(((*ci).func + 1 + params) as usize);
        let to = (*t).stack.add(at as usize);
        for i in 0..want as usize {
            *to.add(i) = if i < have as usize { *from.add(i) } else { Value::NIL };
        }
        true
    }
}

/// Charges an open list of results, and says whether it may be returned.
#[inline]
pub(super) unsafe fn may_return(lua: *mut Lua, n: u32) -> bool {
    // SAFETY: the caller passes the running process.
    unsafe { (*lua).fuel -= i64::from(n / COPIED) }
    n as usize <= MAX_VALUES
}

/// Raises that a list is too long.
#[cold]
pub(super) unsafe fn too_long(lua: *mut Lua) -> Ctl {
    // SAFETY: see `call::resume_root`; the frame on top is the Lua frame that executes.
    unsafe {
        let message = format!("too many values (a list has at most {MAX_VALUES})");
        drive(lua, super::operate::error(lua, &message))
    }
}
