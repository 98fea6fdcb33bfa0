//! A record of a running function: where it goes on and what happens with its results.

use std::sync::atomic::AtomicU32;

use crate::object::Header;

/// What happens with the results of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Ret {
    /// A plain call of a Lua function by a Lua function: results go to `func` on, `want` of them.
    Lua,
    /// The caller is the native frame below: its continuation runs.
    Native,
    /// The only result goes to register `aux` of the Lua frame below.
    Register,
    /// Results are dropped.
    Discard,
    /// The truth of the result, negated if `aux & 2`, decides the jump of a comparison: taken if it equals `aux & 1`.
    /// The saved program counter points at the distance.
    Condition,
    /// One step of a concatenation is done: the result belongs to register B + `aux` - 1, `aux` operands are left.
    Concat,
    /// Bottom frame of a coroutine.
    Base,
}

/// Where the results of a call go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dest {
    /// Stack index of the function.
    pub(crate) func: u32,
    pub(crate) want: i32,
    pub(crate) aux: u32,
    pub(crate) ret: Ret,
}

impl Frame {
    #[inline(always)]
    pub(crate) fn dest(&self) -> Dest {
        Dest { func: self.func, want: self.want, aux: self.aux, ret: self.ret }
    }
}

/// A frame of a coroutine.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Frame {
    /// Next instruction of a Lua frame.
    pub(crate) pc: *const AtomicU32,
    /// The function: a `Closure`, or a `Native` if `native`.
    pub(crate) callee: *mut Header,
    /// Continuation of a native frame.
    pub(crate) then: Option<crate::native::NativeFn>,
    /// Stack index of register or slot 0.
    pub(crate) base: u32,
    /// Stack index of the function; results go here.
    pub(crate) func: u32,
    /// Number of arguments that the call had.
    pub(crate) args: u32,
    /// Number of results wanted, -1 = all.
    pub(crate) want: i32,
    /// For `Ret`.
    pub(crate) aux: u32,
    /// For a native frame: where the results of what it called begin.
    pub(crate) top: u32,
    pub(crate) ret: Ret,
    pub(crate) native: bool,
    /// A raise in what this native frame called comes back to its continuation.
    pub(crate) protects: bool,
}
