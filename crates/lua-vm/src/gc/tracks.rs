//! What a mark has to do yet.

use std::cell::Cell;

use crate::object::{Header, Thread};

/// Places that are kept for the next mark.
const FEW: usize = 512;

thread_local! {
    static SPARE: Cell<Option<Box<Tracks>>> = const { Cell::new(None) };
}

/// A large object whose scan is under way: all before `at` is done.
pub(super) struct Scan {
    pub(super) object: *mut Header,
    pub(super) at: usize,
}

/// A stack of objects that grows in pieces, so that no push copies it.
#[derive(Default)]
pub(super) struct Greys {
    top: Vec<*mut Header>,
    below: Vec<Vec<*mut Header>>,
}

impl Greys {
    const PIECE: usize = 4096;

    #[inline]
    pub(super) fn push(&mut self, p: *mut Header) {
        if self.top.len() == Greys::PIECE {
            self.below.push(std::mem::take(&mut self.top));
        }
        self.top.push(p);
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<*mut Header> {
        if self.top.is_empty()
            && let Some(below) = self.below.pop()
        {
            self.top = below;
        }
        self.top.pop()
    }

    fn is_empty(&self) -> bool {
        self.top.is_empty() && self.below.is_empty()
    }

    fn is_small(&self) -> bool {
        self.below.capacity() == 0 && self.top.capacity() <= FEW
    }

    fn clear(&mut self) {
        self.top.clear();
        self.below.clear();
    }
}

/// Where a mark is.
#[derive(Default)]
pub(super) struct Tracks {
    pub(super) grey: Greys,
    /// Large objects that are partly scanned.
    pub(super) scans: Vec<Scan>,
    /// Black tables that were written.
    pub(super) again: Greys,
    /// Threads that ran since they were scanned, or were not scanned yet.
    pub(super) dirty: Vec<*mut Thread>,
}

impl Tracks {
    /// The thread's, or new ones.
    #[inline]
    pub(super) fn take() -> Box<Tracks> {
        SPARE.take().unwrap_or_default()
    }

    /// Keeps them for the next mark of this thread, unless they are large. Nothing is left on them.
    pub(super) fn give_back(self: Box<Self>) {
        if self.grey.is_small()
            && self.again.is_small()
            && self.dirty.capacity().max(self.scans.capacity()) <= FEW
        {
            SPARE.set(Some(self));
        }
    }

    /// Forgets everything on them.
    pub(super) fn clear(&mut self) {
        self.grey.clear();
        self.again.clear();
        self.scans.clear();
        self.dirty.clear();
    }

    pub(super) fn is_done(&self) -> bool {
        self.grey.is_empty() && self.scans.is_empty() && self.again.is_empty()
    }
}
