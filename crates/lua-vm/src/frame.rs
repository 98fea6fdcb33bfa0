//! A record of a running function: where it goes on, where its results go; and the stack of them.

#![allow(unsafe_code, reason = "a growable array whose memory comes in blocks")]

use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicU32;

use crate::block;
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

/// What a native frame waits for, as far as its continuation need not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Waits {
    /// Only the continuation knows.
    Plainly,
    /// A call whose raise comes back to its continuation.
    Protected,
    /// A coroutine: it returns what that yields or returns, and raises what that raises.
    Values,
    /// A coroutine: it returns `true` and what that yields or returns.
    Status,
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

impl Dest {
    /// Of a plain call by a Lua function.
    #[inline(always)]
    pub(crate) fn of_call(func: u32, want: i32) -> Dest {
        Dest { func, want, aux: 0, ret: Ret::Lua }
    }
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
    /// The stack below is scanned, if `seen` is the number of the cycle.
    pub(crate) scanned: u32,
    pub(crate) ret: Ret,
    pub(crate) native: bool,
    /// Of a native frame.
    pub(crate) waits: Waits,
    /// Number of the cycle that scanned the stack below `base`: odd if all of it. 0 in a new frame.
    pub(crate) seen: u8,
}

/// The frames of a coroutine, outermost first. What is used all the time is the last one, so the block is held by its used end.
pub(crate) struct Frames {
    end: *mut Frame,
    len: u32,
    cap: u32,
}

impl Frames {
    pub(crate) fn new() -> Frames {
        Frames { end: std::ptr::NonNull::dangling().as_ptr(), len: 0, cap: 0 }
    }

    #[inline(always)]
    pub(crate) fn capacity(&self) -> usize {
        self.cap as usize
    }

    /// Is there no room for another one?
    #[inline(always)]
    pub(crate) fn are_full(&self) -> bool {
        self.len >= self.cap
    }

    #[inline(always)]
    fn start(&self) -> *mut Frame {
        // SAFETY: so many frames lie before the end.
        unsafe { self.end.sub(self.len as usize) }
    }

    /// Where the last frame is.
    ///
    /// # Safety
    /// There is one.
    #[inline(always)]
    pub(crate) unsafe fn last_ptr(&self) -> *mut Frame {
        // SAFETY: the caller's promise.
        unsafe { self.end.sub(1) }
    }

    #[inline(always)]
    pub(crate) fn last(&self) -> Option<&Frame> {
        // SAFETY: the frames before the end are initialised.
        (self.len > 0).then(|| unsafe { &*self.last_ptr() })
    }

    #[inline(always)]
    pub(crate) fn last_mut(&mut self) -> Option<&mut Frame> {
        // SAFETY: as in `last`.
        (self.len > 0).then(|| unsafe { &mut *self.last_ptr() })
    }

    /// Adds a frame; there is room for it.
    #[inline(always)]
    pub(crate) fn push(&mut self, frame: Frame) {
        assert!(self.len < self.cap, "room for a frame is made before");
        // SAFETY: just checked.
        unsafe {
            self.end.write(frame);
            self.end = self.end.add(1);
        }
        self.len += 1;
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Frame> {
        let last = self.last().copied()?;
        // SAFETY: there is one.
        unsafe { self.drop_last() }
        Some(last)
    }

    /// Takes the last frame off.
    ///
    /// # Safety
    /// There is one.
    #[inline(always)]
    pub(crate) unsafe fn drop_last(&mut self) {
        // SAFETY: the caller's promise.
        self.end = unsafe { self.last_ptr() };
        self.len -= 1;
    }

    pub(crate) fn truncate(&mut self, n: usize) {
        let n = self.len.min(n as u32);
        // SAFETY: not before the start.
        self.end = unsafe { self.end.sub((self.len - n) as usize) };
        self.len = n;
    }

    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }

    /// Room for so many frames, at least those in use and one.
    pub(crate) fn resize(&mut self, cap: usize) {
        let cap = cap.max(self.len()).max(1);
        let size = |n: usize| n * size_of::<Frame>();
        // SAFETY: the old block has the old capacity; frames in use are kept.
        self.end = unsafe {
            let start: *mut Frame = if self.cap == 0 {
                block::allocate(size(cap)).cast()
            } else {
                block::resize(self.start().cast(), size(self.cap as usize), size(cap)).cast()
            };
            start.add(self.len as usize)
        };
        self.cap = cap as u32;
    }

    /// Takes the block, to be freed by the caller: its start and size in bytes, 0 if there is none.
    pub(crate) fn take_block(&mut self) -> (*mut u8, usize) {
        let block = (self.start().cast(), self.cap as usize * size_of::<Frame>());
        *self = Frames::new();
        block
    }
}

impl Deref for Frames {
    type Target = [Frame];

    #[inline(always)]
    fn deref(&self) -> &[Frame] {
        // SAFETY: the first `len` frames are initialised; the pointer is aligned even when there are none.
        unsafe { std::slice::from_raw_parts(self.start(), self.len as usize) }
    }
}

impl DerefMut for Frames {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [Frame] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.start(), self.len as usize) }
    }
}

const _: () = assert!(size_of::<Frame>() == 56);
