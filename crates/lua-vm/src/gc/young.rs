//! Collections of a process that waits: of what it made since the last one.
//!
//! A small heap whose process waits has its survivors turned old: they are black as in the middle of a mark, and everything
//! before them on the list, which has the newest first, is young. Stores into black objects take the barrier anyway, which
//! whitens the object and notes it as touched here. So a collection of the young ones starts from roots, stacks and touched objects, passes by what is
//! black, and sweeps the beginning of the list. What it finds is old from then on, and collected with the next whole cycle, before
//! which all are white again.
//!
//! Stacks have no barrier, so all coroutines have to be known: they are roots or pinned, and none is young.

use std::ptr;

use super::{Roots, State};
use crate::heap::Heap;
use crate::object::{BLACK, Header, Kind, Thread, WHITES};
use crate::packed::{self, PACKED};
use crate::value::{self, Value};

/// Objects of a heap with old ones at most.
const MOST: usize = 512;
/// Units of a mark at most, some 10 us; and slots of a stack.
const UNITS: usize = 2048;
const SLOTS: usize = 512;
/// Coroutines at most.
const THREADS: usize = 4;
/// Bytes that are worth it.
const WORTH: isize = 256;

/// What the roots of a heap lead to.
enum Found {
    Nothing,
    /// Something that is not old.
    Young,
    /// Too much to look at.
    Long,
}

/// What a look has seen.
struct Seen {
    threads: [*mut Thread; THREADS],
    /// More than there is room for, if there are more.
    count: usize,
    young: bool,
}

impl Seen {
    /// Looks at some values.
    ///
    /// # Safety
    /// They are live.
    #[inline]
    unsafe fn values(&mut self, values: &[Value]) {
        for v in values {
            if v.is_object() {
                if v.tag == value::THREAD {
                    self.thread(v.as_thread());
                } else {
                    // SAFETY: the caller's promise.
                    self.young |= unsafe { is_young(*v) };
                }
            }
        }
    }

    #[inline]
    fn thread(&mut self, t: *mut Thread) {
        let known = self.count.min(THREADS);
        if !self.threads[..known].contains(&t) {
            if let Some(place) = self.threads.get_mut(self.count) {
                *place = t;
            }
            self.count += 1;
        }
    }
}

/// Whether an object is not old. Strings in blocks say it of their block.
///
/// # Safety
/// The value is one, and live.
#[inline(always)]
unsafe fn is_young(v: Value) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let p = v.as_header();
        (*p).mark & WHITES != 0
            && ((*p).small & PACKED == 0 || (*p).kind != Kind::Str || (*packed::head(p)).mark & WHITES != 0)
    }
}

impl Heap {
    /// Whether what lived at the last collection is old.
    #[inline]
    pub(crate) fn has_old(&self) -> bool {
        !self.gc.old.is_null()
    }

    /// Whether there is so much young that it should be collected.
    #[inline]
    pub(crate) fn has_young(&self) -> bool {
        self.has_old() && self.debt - self.gc.left > WORTH && self.pause >= 0
    }

    /// Behind a whole collection of a heap whose process waits: what lives is old. Once for each: who gave that up does without until
    /// the next one.
    #[inline]
    pub(crate) fn begin_young(&mut self) {
        if self.gc.aged != self.gc.cycles as u32 {
            self.age();
        }
    }

    #[inline(never)]
    fn age(&mut self) {
        let resting = self.gc.state == State::Pause && self.gc.rests.is_empty();
        if self.has_old() || !resting || self.objects > MOST || self.pause < 0 {
            return;
        }
        self.gc.aged = self.gc.cycles as u32;
        let mut threads = 0_usize;
        let mut p = self.head;
        // SAFETY: all objects on the list are live.
        unsafe {
            while !p.is_null() {
                match (*p).kind {
                    Kind::Thread => threads += 1,
                    _ => (*p).mark = (*p).mark & !WHITES | BLACK,
                }
                p = (*p).next;
            }
        }
        self.gc.old = self.head;
        self.gc.fresh = false;
        self.gc.left = self.debt;
        if threads > THREADS {
            return self.leave_young();
        }
        self.gc.threads = threads as u8;
    }

    /// No object is old any more.
    #[inline]
    pub(crate) fn leave_young(&mut self) {
        if self.has_old() {
            self.whiten_from(self.gc.old);
        }
    }

    #[cold]
    fn whiten_from(&mut self, mut p: *mut Header) {
        // SAFETY: all objects on the list are live.
        unsafe {
            while !p.is_null() {
                (*p).mark = (*p).mark & !(WHITES | BLACK) | self.gc.white;
                p = (*p).next;
            }
        }
        self.gc.old = ptr::null_mut();
        self.gc.touched.clear();
    }

    /// Frees what is young and dead, unless that would be long; then no object is old any more. The work done.
    pub(crate) fn collect_young(&mut self, roots: &Roots<'_>) -> usize {
        self.gc.work = 0;
        // A heap with few but large objects may have got very many small ones since.
        let found = if self.objects > 2 * MOST { Found::Long } else { self.look(roots) };
        match found {
            Found::Nothing => self.sweep_young(),
            Found::Young => self.collect_marked(roots),
            // What is young is white yet.
            Found::Long => self.leave_young(),
        }
        self.gc.left = self.debt;
        self.gc.work
    }

    /// Whether roots, stacks and touched objects lead to anything young, which the state of most servers does not when they wait.
    #[inline]
    fn look(&mut self, roots: &Roots<'_>) -> Found {
        let slots = self.pins().len() + self.overlay_roots().len();
        if slots > SLOTS {
            return Found::Long;
        }
        let mut seen =
            Seen { threads: [ptr::null_mut(); THREADS], count: 0, young: !self.gc.touched.is_empty() };
        // SAFETY: what roots and pins name is live, and so are the bodies of the overlay.
        unsafe {
            seen.values(roots.values);
            if self.gc.fresh {
                seen.values(self.pins());
                for body in self.overlay_roots() {
                    seen.young |= (**body).mark & WHITES != 0;
                }
            } else {
                self.pins()
                    .iter()
                    .filter(|v| v.tag == value::THREAD)
                    .for_each(|v| seen.thread(v.as_thread()));
            }
            if seen.count != self.gc.threads as usize {
                return Found::Long;
            }
            let mut units = slots;
            for i in 0..seen.count {
                let t = seen.threads[i];
                units += (*t).stack_cap as usize + (&(*t).frames).len();
                if units > SLOTS {
                    return Found::Long;
                }
                let live = crate::thread::live_top(t);
                seen.values(std::slice::from_raw_parts((*t).stack, live));
                for frame in (&(*t).frames).iter() {
                    seen.young |= !frame.callee.is_null() && (*frame.callee).mark & WHITES != 0;
                }
                crate::thread::clear_above(t, live);
            }
            self.gc.work += units;
        }
        if seen.young { Found::Young } else { Found::Nothing }
    }

    fn overlay_roots(&self) -> &[*mut Header] {
        // SAFETY: the overlay is this heap's own.
        if self.overlay.is_null() { &[] } else { unsafe { (&*self.overlay).roots() } }
    }

    /// Marks what young objects live, then frees the others.
    #[inline(never)]
    fn collect_marked(&mut self, roots: &Roots<'_>) {
        let marked = self.mark_young(roots);
        if let Some(mut tracks) = self.gc.tracks.take() {
            for t in &tracks.dirty {
                // SAFETY: they were reached, so they are live.
                unsafe { (**t).hdr.mark |= self.gc.white }
            }
            tracks.clear();
            tracks.give_back();
        }
        if marked {
            self.sweep_young();
        } else {
            self.whiten_from(self.head);
        }
    }

    /// False if it takes too long.
    fn mark_young(&mut self, roots: &Roots<'_>) -> bool {
        (self.gc.pins_done, self.gc.bodies_done) = (0, 0);
        for v in roots.values {
            self.mark(*v);
        }
        for p in std::mem::take(&mut self.gc.touched) {
            if self.gc.work >= UNITS {
                return false;
            }
            // SAFETY: old objects are live until a whole collection. One that is not white any more is grey.
            unsafe {
                if (*p).mark & WHITES != 0 {
                    (*p).mark &= !WHITES;
                    self.traverse(p);
                }
            }
        }
        if !self.trace(UNITS) {
            return false;
        }
        let threads = self.gc.threads as usize;
        if self.gc.tracks().dirty.len() != threads {
            return false;
        }
        for i in 0..threads {
            let t = self.gc.tracks().dirty[i];
            // SAFETY: it was reached, so it is live, and its stack is short.
            unsafe { self.scan_short(t) }
        }
        self.trace(UNITS) && self.gc.tracks().dirty.len() == threads
    }

    /// Marks what a stack holds that was looked at.
    unsafe fn scan_short(&mut self, t: *mut Thread) {
        // SAFETY: the caller passes a live thread, whose stack is initialised up to its bound.
        unsafe {
            for at in 0..crate::thread::live_top(t) {
                self.mark(*(*t).stack.add(at));
            }
            for i in 0..(&(*t).frames).len() {
                let callee = (&(*t).frames)[i].callee;
                if !callee.is_null() {
                    self.mark_object(callee);
                }
            }
            for other in [(*t).parent, (*t).innermost] {
                if !other.is_null() {
                    self.mark_object(other.cast());
                }
            }
        }
    }

    /// Frees what is young and white, as much as a step may; if that is not all, no object is old any more.
    fn sweep_young(&mut self) {
        let before = self.bytes;
        let goal = self.gc.work + super::MAX_STEP;
        let mut link = &raw mut self.head;
        // SAFETY: `link` is the heap's head or the `next` field of a live object; the old ones follow on the list. Objects are unlinked
        // before they are freed.
        unsafe {
            while *link != self.gc.old && self.gc.work < goal {
                let p = *link;
                if (*p).mark & WHITES == 0 {
                    link = &raw mut (*p).next;
                    continue;
                }
                *link = (*p).next;
                let size = self.release(p);
                self.gc.work += super::FREE + size / 256;
            }
        }
        // SAFETY: as above.
        let whole = unsafe { *link == self.gc.old };
        self.gc.old = self.head;
        self.gc.fresh = false;
        self.debt -= (before - self.bytes) as isize;
        if !whole || self.objects > 2 * MOST {
            self.leave_young();
        }
    }
}

#[cfg(test)]
mod tests;
