//! Incremental tri-colour mark and sweep.
//!
//! States: `Pause` → `Mark` (grey objects are traversed in steps) → atomic end of the mark → `Sweep` (the object list in
//! steps) → `Pause`. Objects are born in the current white, so that a sweep never frees what was made during it. Stores
//! into a black table make it grey again (`barrier_back_any`); stores into other black objects mark the stored value
//! (`barrier_forward`). Stacks are never black: they are scanned again at the atomic end, where the dead part above the
//! top is cleared too, so that a later frame that covers it never sees a freed pointer.

#![allow(unsafe_code, reason = "walks raw objects")]

use std::ptr;

use crate::heap::Heap;
use crate::object::{
    BLACK, Cell, Closure, Header, IMMORTAL, Kind, Native, Table, Thread, Userdata, WHITE0, WHITE1, WHITES,
};
use crate::value::Value;

/// Bytes that a new heap allocates before its first collection.
pub(crate) const FIRST_THRESHOLD: isize = 32 << 10;
/// Least number of bytes between two steps of a collection.
const STEP: isize = 8 << 10;

/// Most work of one step, so that a large allocation does not make a long pause.
const MAX_STEP_WORK: usize = 2 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Pause,
    Mark,
    Sweep,
}

pub(crate) struct Gc {
    state: State,
    /// The white that new objects get.
    pub(crate) white: u8,
    grey: Vec<*mut Header>,
    /// Visited again at the atomic end of the mark.
    again: Vec<*mut Header>,
    /// Link to the next object to sweep.
    cursor: *mut *mut Header,
    pub(crate) cycles: u64,
    /// Bytes that the last mark found live, nearly.
    pub(crate) live: usize,
    /// Debt that the last step left, to see what was allocated since.
    left: isize,
    /// Bytes allocated since the sweep began: garbage or not, this sweep does not free them.
    newborn: usize,
}

impl Gc {
    pub(crate) fn new() -> Gc {
        Gc {
            state: State::Pause,
            white: WHITE0,
            grey: Vec::new(),
            again: Vec::new(),
            cursor: ptr::null_mut(),
            cycles: 0,
            live: 0,
            left: -FIRST_THRESHOLD,
            newborn: 0,
        }
    }
}

/// What the collector starts from, besides the pins.
pub(crate) struct Roots<'a> {
    pub(crate) values: &'a [Value],
}

impl Heap {
    /// Works off the debt. Returns the work done, in bytes looked at.
    pub(crate) fn collect_step(&mut self, roots: &Roots<'_>) -> usize {
        if self.stress || self.over_quota {
            let work = self.collect_full(roots);
            self.over_quota = self.bytes > self.quota;
            return work;
        }
        // Several times the allocation since the last step, so that a cycle ends long before the heap has doubled.
        let allocated = (self.debt - self.gc.left).max(0) as usize;
        self.gc.newborn += allocated;
        let budget = (allocated.max(STEP as usize) * 3).min(MAX_STEP_WORK);
        let mut done = 0;
        while done < budget {
            done += self.advance(roots, budget - done);
            if self.gc.state == State::Pause {
                self.rest();
                return done;
            }
        }
        self.debt = -STEP;
        self.gc.left = self.debt;
        done
    }

    /// Finishes the running cycle, if any, and runs a whole one.
    pub(crate) fn collect_full(&mut self, roots: &Roots<'_>) -> usize {
        let mut done = 0;
        while self.gc.state != State::Pause {
            done += self.advance(roots, usize::MAX);
        }
        done += self.advance(roots, usize::MAX);
        while self.gc.state != State::Pause {
            done += self.advance(roots, usize::MAX);
        }
        self.rest();
        done
    }

    /// A cycle is over: the next one starts when the heap has twice the size of what lives.
    fn rest(&mut self) {
        let room = (self.gc.live as isize).max(FIRST_THRESHOLD) - self.gc.newborn as isize;
        self.debt = -room.max(STEP);
        self.gc.left = self.debt;
    }

    fn advance(&mut self, roots: &Roots<'_>, budget: usize) -> usize {
        match self.gc.state {
            State::Pause => {
                self.gc.state = State::Mark;
                self.mark_roots(roots);
                64
            }
            State::Mark => {
                let mut done = 0;
                while done < budget {
                    match self.gc.grey.pop() {
                        // SAFETY: grey objects are live.
                        Some(p) => done += unsafe { self.traverse(p) },
                        None => return done + self.finish_mark(roots),
                    }
                }
                done
            }
            State::Sweep => self.sweep(budget),
        }
    }

    fn mark_roots(&mut self, roots: &Roots<'_>) {
        for v in roots.values {
            self.mark(*v);
        }
        for i in 0..self.pins().len() {
            let v = self.pins()[i];
            self.mark(v);
        }
        if !self.overlay.is_null() {
            let mut i = 0;
            // SAFETY: the overlay is this heap's own; its bodies are live.
            while let Some(body) = unsafe { (&*self.overlay).root(i) } {
                // SAFETY: as above.
                unsafe { self.mark_object(body) }
                i += 1;
            }
        }
    }

    fn finish_mark(&mut self, roots: &Roots<'_>) -> usize {
        let mut done = 0;
        self.mark_roots(roots);
        let again = std::mem::take(&mut self.gc.again);
        for p in &again {
            // SAFETY: objects stay live until the sweep.
            unsafe {
                if (**p).kind == Kind::Thread {
                    done += self.traverse_stack((*p).cast(), true);
                } else {
                    done += self.traverse(*p);
                }
            }
        }
        self.gc.again = again;
        self.gc.again.clear();
        // Threads first met here are scanned once and need no second look.
        while let Some(p) = self.gc.grey.pop() {
            // SAFETY: grey objects are live.
            unsafe {
                done += if (*p).kind == Kind::Thread {
                    self.traverse_stack(p.cast(), true)
                } else {
                    self.traverse(p)
                };
            }
        }
        self.gc.white ^= WHITES;
        self.gc.cursor = ptr::null_mut();
        self.gc.state = State::Sweep;
        self.gc.newborn = 0;
        done + 64
    }

    fn sweep(&mut self, budget: usize) -> usize {
        let mut done = 0;
        let dead = self.gc.white ^ WHITES;
        let head = &raw mut self.head;
        let mut link = if self.gc.cursor.is_null() { head } else { self.gc.cursor };
        // SAFETY: `link` is the heap's head or the `next` field of a live object; objects are unlinked before they are
        // freed. A null cursor stands for the head, since the heap itself may move between steps.
        unsafe {
            while done < budget {
                let p = *link;
                if p.is_null() {
                    self.gc.state = State::Pause;
                    self.gc.cursor = ptr::null_mut();
                    self.gc.cycles += 1;
                    self.gc.live = self.bytes.saturating_sub(self.gc.newborn);
                    if self.gc.grey.capacity() > 64 {
                        self.gc.grey = Vec::new();
                        self.gc.again = Vec::new();
                    }
                    return done + 64;
                }
                if (*p).mark & dead != 0 {
                    *link = (*p).next;
                    let size = Heap::free(p);
                    self.bytes -= size;
                    self.objects -= 1;
                    done += 32;
                } else {
                    (*p).mark = ((*p).mark & !(WHITES | BLACK)) | self.gc.white;
                    link = &raw mut (*p).next;
                    done += 16;
                }
            }
        }
        self.gc.cursor = if link == head { ptr::null_mut() } else { link };
        done
    }

    #[inline]
    fn mark(&mut self, v: Value) {
        if v.is_object() {
            // SAFETY: a reachable value points to a live object.
            unsafe { self.mark_object(v.as_header()) }
        }
    }

    #[inline]
    unsafe fn mark_object(&mut self, p: *mut Header) {
        // SAFETY: the caller passes a live object. Immortal ones have no white and are never written.
        unsafe {
            if (*p).mark & WHITES == 0 {
                return;
            }
            debug_assert!((*p).mark & IMMORTAL == 0);
            (*p).mark &= !WHITES;
            match (*p).kind {
                Kind::Str => (*p).mark |= BLACK,
                _ => self.gc.grey.push(p),
            }
        }
    }

    /// Turns a grey object black and marks what it reaches.
    unsafe fn traverse(&mut self, p: *mut Header) -> usize {
        // SAFETY: the caller passes a live object; its kind says its layout.
        unsafe {
            (*p).mark |= BLACK;
            match (*p).kind {
                Kind::Str => 32,
                Kind::Table => {
                    let t = p.cast::<Table>();
                    if !(*t).meta.is_null() {
                        self.mark_object((*t).meta.cast());
                    }
                    for i in 0..(*t).arr_len as usize {
                        self.mark(*(*t).arr.add(i));
                    }
                    for i in 0..(*t).node_len as usize {
                        let node = (*t).nodes.add(i);
                        self.mark((*node).key);
                        self.mark((*node).val);
                    }
                    64 + (*t).arr_len as usize * 16 + (*t).node_len as usize * 32
                }
                Kind::Closure => {
                    let c = p.cast::<Closure>();
                    let n = (*p).word as usize;
                    for i in 0..n {
                        self.mark(*Closure::upvals(c).add(i));
                    }
                    32 + n * 16
                }
                Kind::Native => {
                    let c = p.cast::<Native>();
                    let n = (*p).word as usize;
                    for i in 0..n {
                        self.mark(*Native::upvals(c).add(i));
                    }
                    if !(*c).name.is_null() {
                        self.mark_object((*c).name.cast_mut().cast());
                    }
                    32 + n * 16
                }
                Kind::Userdata => {
                    let u = p.cast::<Userdata>();
                    let n = (&(*u).slots).len();
                    for i in 0..n {
                        let v = (&(*u).slots)[i];
                        self.mark(v);
                    }
                    64 + n * 16
                }
                Kind::Cell => {
                    self.mark((*p.cast::<Cell>()).value);
                    32
                }
                Kind::Thread => {
                    (*p).mark &= !BLACK;
                    self.gc.again.push(p);
                    self.traverse_stack(p.cast(), false)
                }
            }
        }
    }

    unsafe fn traverse_stack(&mut self, t: *mut Thread, last: bool) -> usize {
        // SAFETY: the caller passes a live thread; its stack is initialised up to its capacity.
        unsafe {
            let live = crate::thread::live_top(t);
            for i in 0..live {
                self.mark(*(*t).stack.add(i));
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
            if last {
                for i in live..(*t).stack_cap as usize {
                    *(*t).stack.add(i) = Value::NIL;
                }
            }
            live * 16 + 64
        }
    }

    /// Before or after any store into a table.
    pub(crate) unsafe fn barrier_back_any(&mut self, t: *mut Table) {
        // SAFETY: the caller passes a live table.
        unsafe {
            if (*t).hdr.mark & BLACK != 0 {
                (*t).hdr.mark &= !BLACK;
                if self.gc.state == State::Mark {
                    self.gc.again.push(t.cast());
                } else {
                    // Swept later in this cycle or already white: a white table needs no barrier.
                    (*t).hdr.mark |= self.gc.white;
                }
            }
        }
    }

    /// After a store into a cell, closure, native or userdata.
    #[inline]
    pub(crate) unsafe fn barrier_forward(&mut self, p: *mut Header, v: Value) {
        // SAFETY: the caller passes a live object.
        unsafe {
            if (*p).mark & BLACK != 0 && v.is_object() {
                if self.gc.state == State::Mark {
                    self.mark(v);
                } else {
                    (*p).mark = ((*p).mark & !BLACK) | self.gc.white;
                }
            }
        }
    }
}

const _: () = assert!(WHITE0 ^ WHITES == WHITE1);
