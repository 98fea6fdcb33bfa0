//! What a process that rests will look at first, and how it gets into the caches of the processor.

#![allow(unsafe_code, reason = "hints to the processor; walks raw objects")]

use crate::frame::Frame;
use crate::lua::Lua;
use crate::object::{Thread, Userdata};
use crate::value::{self, Value};

/// Fetches the cache line at an address into the caches of this processor; any number will do.
#[inline(always)]
pub fn fetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint that reads nothing, and faults nowhere.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::without_provenance(address));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Registers of a frame that are told.
const REGISTERS: usize = 8;

impl Lua {
    /// Tells `place`, by address and bytes, what is looked at first when one of the coroutines goes on.
    pub fn note(&self, place: &mut impl FnMut(usize, usize)) {
        let pins = self.heap.pins();
        place(pins.as_ptr().addr(), size_of_val(pins));
        let mut threads = pins.iter().filter(|v| v.tag == value::THREAD);
        if let (Some(thread), None) = (threads.next(), threads.next()) {
            let t: *mut Thread = thread.as_thread();
            place(t.addr(), size_of::<Thread>());
            // SAFETY: what is pinned is live.
            unsafe {
                let frames = &(*t).frames;
                let base = frames.last().map_or(0, |frame| frame.base.saturating_sub(1) as usize);
                place((*t).stack.addr() + base * size_of::<Value>(), REGISTERS * size_of::<Value>());
                // The native that waits, and who called it.
                let first = frames.len().saturating_sub(2);
                place(frames.as_ptr().addr() + first * size_of::<Frame>(), 2 * size_of::<Frame>());
            }
        }
        // The first one is its inbox, as a rule.
        if let Some(object) = pins.iter().find(|v| v.tag == value::USERDATA) {
            let u: *mut Userdata = object.as_userdata();
            // SAFETY: as above; types outlive their objects.
            place(u.addr(), unsafe { (*(*u).info).layout.size() });
        }
        if !self.heap.overlay.is_null() {
            place(self.heap.overlay.addr(), size_of::<crate::overlay::Overlay>());
        }
    }
}
