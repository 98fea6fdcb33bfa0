//! What is left of dead objects: parts so large that they are freed in slices.

#![allow(unsafe_code, reason = "owns objects that no heap knows any more")]

use crate::block::Tail;
use crate::object::Userdata;
use crate::table::Large;

/// A part that nothing uses any more; its bytes count to the heap until they are given back.
pub(crate) enum Rest {
    Block(Tail),
    Index(Box<Large>),
    Object(Object),
}

/// A userdata whose payload is dropped in pieces.
pub(crate) struct Object(*mut Userdata);

impl Rest {
    /// # Safety
    /// The object is unlinked, nothing reaches it any more, and its type says how it is dismantled.
    pub(crate) unsafe fn object(u: *mut Userdata) -> Rest {
        Rest::Object(Object(u))
    }

    /// Bytes that are left of it.
    pub(crate) fn len(&self) -> usize {
        match self {
            Rest::Block(tail) => tail.len(),
            Rest::Index(large) => large.len(),
            // SAFETY: the object is this one's own until it is null.
            Rest::Object(Object(u)) if !u.is_null() => unsafe { Userdata::size(*u) },
            Rest::Object(_) => 0,
        }
    }

    /// Frees for some 50 us; the number of bytes that counted to the heap, `None` when nothing is left.
    pub(crate) fn shrink(&mut self) -> Option<usize> {
        match self {
            Rest::Block(tail) => Some(tail.shrink()).filter(|n| *n > 0),
            Rest::Index(large) => Some(large.shrink()).filter(|n| *n > 0),
            Rest::Object(object) => object.shrink(),
        }
    }
}

impl Object {
    fn shrink(&mut self) -> Option<usize> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: the object is this one's own, as whoever made it promised; it is forgotten when it is freed.
        unsafe {
            let info = &*(*self.0).info;
            let payload = self.0.cast::<u8>().add(info.offset);
            if info.dismantle.is_some_and(|dismantle| !dismantle(payload)) {
                return Some(0);
            }
            let u = std::mem::replace(&mut self.0, std::ptr::null_mut());
            Some(crate::heap::free_userdata(u))
        }
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        while self.shrink().is_some() {}
    }
}
