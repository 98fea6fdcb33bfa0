//! What is left of dead objects: parts so large that they are freed in slices.

use crate::block::Tail;
use crate::table::Large;

/// A part that nothing uses any more; its bytes count to the heap until they are given back.
pub(crate) enum Rest {
    Block(Tail),
    Index(Box<Large>),
}

impl Rest {
    /// Bytes that are left of it.
    pub(crate) fn len(&self) -> usize {
        match self {
            Rest::Block(tail) => tail.len(),
            Rest::Index(large) => large.len(),
        }
    }

    /// Frees for some 50 us; the number of bytes, 0 when nothing is left.
    pub(crate) fn shrink(&mut self) -> usize {
        match self {
            Rest::Block(tail) => tail.shrink(),
            Rest::Index(large) => large.shrink(),
        }
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        while self.shrink() > 0 {}
    }
}
