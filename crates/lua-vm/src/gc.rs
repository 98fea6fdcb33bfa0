//! Incremental tri-colour mark and sweep; no step is longer than its budget allows.
//!
//! States: `Pause` → `Mark` (grey objects are traversed in steps) → `Remark` (what was written meanwhile is traversed again,
//! in steps, too) → `Sweep` (the object list in steps) → `Pause`. Objects are born in the current white, so that a sweep never
//! frees what was made during it. Strings of messages have no colour: their block has (`packed`).
//!
//! Everything large is scanned in chunks by a cursor that waits in `scans`. Tables: in `Mark` a store into a small black one
//! makes it grey again, so that the stores behind it are free; a large one stays black and marks what is stored, and in
//! `Remark` every table does, so that the list of tables to visit again only shrinks. Other black objects mark the stored value
//! in both. Whoever moves entries within a table that may be scanned says so: `shade`, `entries_moved`.
//!
//! Stacks are written without a barrier. A frame that was scanned has the number of the cycle (`Frame::seen`): as long as it
//! is there, nobody can have written below its registers, so a stack is scanned from the lowest frame without the number
//! on, in chunks; what lies above the last frame up to `Thread::above`, which natives respect. A thread that was scanned to its top
//! has the number, too, and loses it when it is about to run (`touch`). The mark ends when all threads but the running one are clean and what is left of that one is short. The
//! part of a stack above its top is cleared for a short way when the scan is done and is beyond the stack's bound from
//! there on, so that a later frame never sees a freed pointer.

#![allow(unsafe_code, reason = "walks raw objects")]

use std::ptr;
use thin_vec::ThinVec;

mod pace;
mod stacks;
mod tracks;
mod young;

use pace::PIECE;
pub use pace::ask_when_late;
use tracks::{Scan, Tracks};

use crate::heap::Heap;
use crate::object::{
    BLACK, Cell, Closure, Header, IMMORTAL, Kind, Native, Table, Thread, Userdata, WHITE0, WHITE1, WHITES,
};
use crate::packed::{self, PACKED};
use crate::rest::Rest;
use crate::table::NODE_CURSOR;
use crate::value::Value;

/// Bytes that a new heap allocates before its first collection.
pub(crate) const FIRST_THRESHOLD: isize = 32 << 10;
/// Garbage that a process may keep while it waits.
const IDLE: usize = 2 << 10;
/// Garbage that it may keep for a while, in case that it goes on soon.
const AWHILE: usize = 16 << 10;
/// Least number of bytes between two steps of a collection.
const STEP: isize = 8 << 10;
/// Work for 16 bytes of allocation; more than one, so that a cycle ends long before the heap has doubled.
const PACE: usize = 6;
/// The same for a sweep: freeing the smallest objects, of some 24 bytes, must be faster than making them.
const SWEEP_PACE: usize = 24;
/// Most work of a step, some 50 us, or 400 where all memory is cold. A unit is a slot looked at, some nanoseconds.
const MAX_STEP: usize = 8 << 10;
/// Units of a look at an object's header, which is anywhere in memory.
const HEADER: usize = 4;
/// Units of freeing an object.
const FREE: usize = 16;
/// Slots that are scanned between two looks at the budget; what is smaller is scanned at once.
const CHUNK: usize = 1024;
/// Slots of the running thread that may be scanned in one go at the end of the mark.
const LAST_SLOTS: usize = 2 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Pause,
    Mark,
    Remark,
    Sweep,
}

pub(crate) struct Gc {
    state: State,
    /// The white that new objects get.
    pub(crate) white: u8,
    /// Number of the cycle, even and never 0, that scanned frames and threads carry.
    seen: u8,
    /// Taken by the first mark of a cycle, given back at its end: heaps that rest are many.
    tracks: Option<Box<Tracks>>,
    /// Where the old objects begin, which are black (`young`); null: no object is old.
    old: *mut Header,
    /// Old objects that were written, white since then.
    touched: ThinVec<*mut Header>,
    /// Number of coroutines; none of them is young.
    threads: u8,
    /// The whole cycle after which objects were made old last, modulo 2^32; 0: none was.
    aged: u32,
    /// Collections that somebody asked for and that are not over.
    asked: u8,
    /// Pins or bodies came since the last collection, which may be young.
    pub(crate) fresh: bool,
    /// Pins and bodies of the overlay below are marked; later ones are shaded when they come.
    pins_done: u32,
    bodies_done: u32,
    /// Units of the step that runs.
    work: usize,
    /// Link to the next object to sweep.
    cursor: *mut *mut Header,
    pub(crate) cycles: u64,
    /// Bytes that the last mark found live, nearly.
    pub(crate) live: usize,
    /// Bytes when the last cycle was over.
    after: usize,
    /// Stacks, in units of 16 bytes, when all of them were trimmed last; 0: one of them is much too large since.
    trimmed: u32,
    /// Debt that the last step left, to see what was allocated since.
    left: isize,
    /// Allocation that bounded steps have not answered yet.
    behind: usize,
    /// Bytes allocated since the sweep began: garbage or not, this sweep does not free them.
    newborn: usize,
    /// Large blocks of freed objects; given back in slices.
    pub(crate) rests: ThinVec<Rest>,
}

impl Gc {
    pub(crate) fn new() -> Gc {
        Gc {
            state: State::Pause,
            white: WHITE0,
            seen: 2,
            tracks: None,
            old: ptr::null_mut(),
            touched: ThinVec::new(),
            threads: 0,
            aged: 0,
            asked: 0,
            fresh: false,
            pins_done: 0,
            bodies_done: 0,
            work: 0,
            cursor: ptr::null_mut(),
            cycles: 0,
            live: 0,
            after: 0,
            trimmed: 0,
            left: -FIRST_THRESHOLD,
            behind: 0,
            newborn: 0,
            rests: ThinVec::new(),
        }
    }

    #[inline]
    fn tracks(&mut self) -> &mut Tracks {
        self.tracks.get_or_insert_with(Tracks::take)
    }

    fn is_marking(&self) -> bool {
        matches!(self.state, State::Mark | State::Remark)
    }
}

/// What the collector starts from, besides the pins.
pub(crate) struct Roots<'a> {
    pub(crate) values: &'a [Value],
    /// The coroutine that runs, or null.
    pub(crate) current: *mut Thread,
}

impl Heap {
    /// Works off some of the debt. Returns the work done.
    pub(crate) fn collect_step(&mut self, roots: &Roots<'_>) -> usize {
        if self.stress {
            return self.collect_stressed(roots);
        }
        let allocated = (self.debt - self.gc.left).max(0) as usize;
        self.gc.newborn += allocated;
        let pace = if self.gc.state == State::Sweep { SWEEP_PACE } else { PACE };
        let wanted = (allocated + self.gc.behind).max(STEP as usize) / 16 * pace;
        let budget = wanted.min(MAX_STEP);
        // However late it is, the collector keeps up with the program.
        let least = allocated.max(STEP as usize) / 16 * PACE;
        let paid = self.work(roots, budget, least.min(budget));
        if self.gc.state == State::Pause && self.gc.rests.is_empty() {
            self.rest();
            return paid;
        }
        // If the step leaves some of the work, the next safepoint goes on with it.
        self.gc.behind = wanted.saturating_sub(self.gc.work) / pace * 16;
        self.debt = if self.gc.behind > 0 { 1 } else { -STEP };
        self.gc.left = self.debt;
        paid
    }

    /// By turns: whole collections, rarely in a large heap; young ones of a small heap, between which some objects are made and
    /// die; and cycles in the smallest steps between which the program runs.
    fn collect_stressed(&mut self, roots: &Roots<'_>) -> usize {
        self.stressed = self.stressed.wrapping_add(1);
        let turn = self.stressed % 128;
        let done = if self.has_old() && !self.over_quota && turn != 48 {
            if turn.is_multiple_of(3) { self.collect_young(roots) } else { 0 }
        } else {
            let whole = if self.objects < 2_000 { turn < 16 } else { self.stressed.is_multiple_of(4_096) };
            if whole || self.over_quota { self.collect_full(roots) } else { self.work(roots, 8, 8) }
        };
        if turn == 15 {
            self.begin_young();
        }
        // The next allocation collects again.
        self.debt = 0;
        self.gc.left = 0;
        done
    }

    /// Over the quota: a bounded step of a collection that began after the quota was passed. `None` when it is over and
    /// [`Heap::over_quota`] says whether what lives is too much.
    pub(crate) fn collect_urgently(&mut self, roots: &Roots<'_>) -> Option<usize> {
        if self.urgent == 0 {
            // A cycle that runs already may have marked what is garbage by now.
            let running = self.gc.state != State::Pause;
            self.urgent = self.gc.cycles + 1 + u64::from(running);
        }
        let done = self.work(roots, MAX_STEP, PIECE);
        if self.gc.cycles < self.urgent || !self.gc.rests.is_empty() {
            self.debt = self.debt.max(1);
            return Some(done);
        }
        self.urgent = 0;
        self.over_quota = self.bytes > self.quota;
        self.rest();
        None
    }

    /// Whether a collection is under way.
    pub(crate) fn is_collecting(&self) -> bool {
        self.gc.state != State::Pause
    }

    /// The number of cycles after which everything is freed that is garbage now.
    pub(crate) fn cycle_to_wait_for(&self) -> u64 {
        self.gc.cycles + 1 + u64::from(self.is_collecting())
    }

    /// Whether that many cycles are over, and what they freed is given back.
    pub(crate) fn is_clean(&self, cycle: u64) -> bool {
        self.gc.cycles >= cycle && self.gc.rests.is_empty()
    }

    /// A step that no allocation asked for.
    pub(crate) fn collect_on(&mut self, roots: &Roots<'_>) -> usize {
        self.gc.newborn += (self.debt - self.gc.left).max(0) as usize;
        self.gc.left = self.debt;
        let done = self.work(roots, MAX_STEP / 4, PIECE);
        if self.gc.state == State::Pause && self.gc.rests.is_empty() {
            self.rest();
        }
        done
    }

    /// Finishes the running cycle, if any, and runs a whole one.
    pub(crate) fn collect_full(&mut self, roots: &Roots<'_>) -> usize {
        let mut done = 0;
        let cycles = self.gc.cycles + 1 + u64::from(self.gc.state != State::Pause);
        while self.gc.cycles < cycles || !self.gc.rests.is_empty() {
            done += self.work(roots, usize::MAX, usize::MAX);
        }
        self.over_quota = self.bytes > self.quota;
        self.urgent = 0;
        self.rest();
        done
    }

    /// A cycle is over: the next one starts when the heap has grown by `pause` percent of what lives, usually as much.
    fn rest(&mut self) {
        let room = self.room() - self.gc.newborn as isize;
        self.debt = if self.gc.asked > 0 { 1 } else { -room.max(STEP) };
        self.gc.left = self.debt;
        self.gc.behind = 0;
    }

    fn advance(&mut self, roots: &Roots<'_>, budget: usize) {
        match self.gc.state {
            State::Pause if !self.gc.rests.is_empty() => self.give_back(budget),
            State::Pause => self.begin(roots),
            State::Mark => {
                if self.trace(budget) {
                    self.gc.state = State::Remark;
                }
            }
            State::Remark => {
                if self.trace(budget) && self.trace_again(budget) && self.trace_threads(roots, budget) {
                    self.end_mark(roots);
                }
            }
            State::Sweep => self.sweep(budget),
        }
    }

    fn begin(&mut self, roots: &Roots<'_>) {
        self.leave_young();
        self.gc.seen = self.gc.seen % 254 + 2;
        self.gc.pins_done = 0;
        self.gc.bodies_done = 0;
        self.gc.state = State::Mark;
        self.gc.work += HEADER;
        for v in roots.values {
            self.mark(*v);
        }
    }

    // ---- mark ------------------------------------------------------------------------------------------------

    /// Traverses until nothing is grey or partly scanned; false if the budget is spent before.
    fn trace(&mut self, budget: usize) -> bool {
        loop {
            if self.gc.work >= budget {
                return false;
            }
            if let Some(p) = self.gc.tracks().grey.pop() {
                // SAFETY: grey objects are live.
                unsafe { self.traverse(p) }
            } else if let Some(scan) = self.gc.tracks().scans.pop() {
                // SAFETY: objects that are scanned are live.
                unsafe { self.scan_on(scan) }
            } else if (self.gc.pins_done as usize) < self.pins().len() {
                let begin = self.gc.pins_done as usize;
                let end = self.pins().len().min(begin + CHUNK);
                for i in begin..end {
                    let v = self.pins()[i];
                    self.mark(v);
                }
                self.gc.work += end - begin;
                self.gc.pins_done = end as u32;
            } else if !self.trace_bodies() {
                return true;
            }
        }
    }

    /// Marks some private bodies of shared objects; false if there is none left. A body that is entered meanwhile is shaded,
    /// and may move others behind the cursor, which are marked twice then.
    fn trace_bodies(&mut self) -> bool {
        if self.overlay.is_null() {
            return false;
        }
        for _ in 0..CHUNK {
            // SAFETY: the overlay is this heap's own; its bodies are live.
            unsafe {
                let Some(body) = (&*self.overlay).root(self.gc.bodies_done as usize) else { return false };
                self.mark_object(body);
            }
            self.gc.bodies_done += 1;
        }
        true
    }

    /// Traverses tables that were written after they had been traversed.
    fn trace_again(&mut self, budget: usize) -> bool {
        while let Some(p) = self.gc.tracks().again.pop() {
            // SAFETY: objects stay live until the sweep.
            unsafe { self.traverse(p) }
            if !self.trace(budget) {
                return false;
            }
        }
        true
    }

    /// Scans threads that ran, until only the running one is left, and that but for a short part.
    fn trace_threads(&mut self, roots: &Roots<'_>, budget: usize) -> bool {
        let current = roots.current;
        // The running thread stays on the list: it may rest before the mark ends.
        while let Some(i) = self.gc.tracks().dirty.iter().rposition(|t| *t != current) {
            let t = self.gc.tracks().dirty[i];
            // SAFETY: objects stay live until the sweep.
            if !unsafe { self.scan_stack(t, budget) } {
                return false;
            }
            // SAFETY: as above; it does not run.
            if !unsafe { self.trim_stack(t, budget) } {
                return false;
            }
            self.gc.tracks().dirty.swap_remove(i);
            if !self.trace(budget) {
                return false;
            }
        }
        if current.is_null() {
            return true;
        }
        // SAFETY: the running thread is live.
        while unsafe { crate::thread::unseen(current, self.gc.seen) } > LAST_SLOTS {
            let goal = self.gc.work + CHUNK;
            // SAFETY: as above; it goes on running, so it is never clean.
            let whole = unsafe {
                let whole = self.scan_stack(current, goal);
                (*current).seen = 0;
                whole
            };
            if !self.trace(budget) {
                return false;
            }
            if whole {
                break;
            }
        }
        true
    }

    /// The end of the mark, the one step that is not cut, and short: the rest of the running stack, and what it alone
    /// reaches. Should that be much, the mark goes on.
    fn end_mark(&mut self, roots: &Roots<'_>) {
        for v in roots.values {
            self.mark(*v);
        }
        if !roots.current.is_null() {
            // SAFETY: the running thread is live.
            unsafe {
                self.scan_stack(roots.current, usize::MAX);
                (*roots.current).seen = 0;
            }
        }
        let goal = self.gc.work.saturating_add(MAX_STEP);
        if !(self.trace(goal) && self.trace_again(goal) && self.trace_threads(roots, goal)) {
            return;
        }
        debug_assert!(self.gc.tracks().is_done());
        if roots.current.is_null() {
            self.gc.trimmed = stacks::pieces(self.stacks);
        }
        self.gc.white ^= WHITES;
        self.gc.cursor = ptr::null_mut();
        self.gc.state = State::Sweep;
        self.gc.newborn = 0;
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
            self.gc.work += HEADER;
            if (*p).mark & WHITES == 0 {
                return;
            }
            debug_assert!((*p).mark & IMMORTAL == 0);
            if (*p).kind == Kind::Str {
                let p = if (*p).small & PACKED == 0 { p } else { packed::head(p) };
                debug_assert!((*p).mark & IMMORTAL == 0, "the strings of an image are not white");
                (*p).mark = (*p).mark & !WHITES | BLACK;
                return;
            }
            (*p).mark &= !WHITES;
            self.gc.tracks().grey.push(p);
        }
    }

    /// Turns a grey object black and marks what it reaches; of a large one the first chunk.
    unsafe fn traverse(&mut self, p: *mut Header) {
        // SAFETY: the caller passes a live object; its kind says its layout.
        unsafe {
            (*p).mark |= BLACK;
            self.gc.work += 2 * HEADER;
            match (*p).kind {
                Kind::Str | Kind::Texts => {}
                Kind::Closure => {
                    let c = p.cast::<Closure>();
                    for i in 0..(*p).word as usize {
                        self.mark(*Closure::upvals(c).add(i));
                    }
                    self.gc.work += (*p).word as usize;
                }
                Kind::Native => {
                    let c = p.cast::<Native>();
                    for i in 0..(*p).word as usize {
                        self.mark(*Native::upvals(c).add(i));
                    }
                    self.gc.work += (*p).word as usize;
                    if !(*c).name.is_null() {
                        self.mark_object((*c).name.cast_mut().cast());
                    }
                }
                Kind::Table | Kind::Userdata => self.scan_on(Scan { object: p, at: 0 }),
                Kind::Cell => self.mark((*p.cast::<Cell>()).value),
                Kind::Thread => {
                    // Never black: scanned in the second part of the mark.
                    (*p).mark &= !BLACK;
                    self.gc.tracks().dirty.push(p.cast());
                }
            }
        }
    }

    /// Scans a chunk of a table or userdata; what is left becomes a scan again, below what the chunk made grey.
    unsafe fn scan_on(&mut self, Scan { object, at }: Scan) {
        // SAFETY: the caller passes a live object; cursors are checked against the parts as they are now.
        unsafe {
            let mut left = CHUNK;
            let mut at = at;
            let more = match (*object).kind {
                Kind::Table => {
                    let t = object.cast::<Table>();
                    if at == 0 && !(*t).meta.is_null() {
                        self.mark_object((*t).meta.cast());
                    }
                    while at < (*t).arr_len as usize && left > 0 {
                        self.mark(*(*t).arr.add(at));
                        at += 1;
                        left -= 1;
                    }
                    if left > 0 {
                        at = at.max(NODE_CURSOR);
                    }
                    let nodes = (*t).node_len as usize;
                    while at >= NODE_CURSOR && at - NODE_CURSOR < nodes && left > 0 {
                        let node = (*t).nodes.add(at - NODE_CURSOR);
                        self.mark((*node).key);
                        self.mark((*node).val);
                        at += 1;
                        left = left.saturating_sub(2);
                    }
                    left == 0 && (at < NODE_CURSOR || at - NODE_CURSOR < nodes)
                }
                Kind::Userdata => {
                    let u = object.cast::<Userdata>();
                    let len = (&(*u).slots).len();
                    while at < len && left > 0 {
                        let v = (&(*u).slots)[at];
                        self.mark(v);
                        at += 1;
                        left -= 1;
                    }
                    at < len
                }
                _ => false,
            };
            self.gc.work += CHUNK - left;
            if more {
                self.gc.tracks().scans.push(Scan { object, at });
            }
        }
    }

    /// Scans a stack from the lowest frame on that was not scanned; false if the budget was spent before its top. When it is
    /// done, the thread is clean until it is touched.
    unsafe fn scan_stack(&mut self, t: *mut Thread, budget: usize) -> bool {
        // SAFETY: the caller passes a live thread; its stack is initialised up to its bound.
        unsafe {
            let seen = self.gc.seen;
            if (*t).seen == seen {
                return true;
            }
            for other in [(*t).parent, (*t).innermost] {
                if !other.is_null() {
                    self.mark_object(other.cast());
                }
            }
            let frames = (&(*t).frames).len();
            let mut i = crate::thread::seen_frames(t, seen);
            let mut from = if i == 0 { 0 } else { (&(*t).frames)[i - 1].base as usize };
            while i < frames {
                let frame = &mut (&mut (*t).frames)[i];
                let to = frame.base as usize;
                // A frame keeps how far below its registers the stack is scanned.
                if frame.seen == seen {
                    from = from.max(frame.scanned as usize);
                }
                let end = to.min(from + CHUNK);
                for at in from..end {
                    self.mark(*(*t).stack.add(at));
                }
                self.gc.work += end.saturating_sub(from) + 2;
                from = end.max(from);
                let frame = &mut (&mut (*t).frames)[i];
                frame.seen = seen;
                frame.scanned = from as u32;
                if from >= to {
                    frame.seen = seen | 1;
                    let callee = frame.callee;
                    if !callee.is_null() {
                        self.mark_object(callee);
                    }
                    from = to;
                    i += 1;
                }
                if self.gc.work >= budget {
                    return false;
                }
            }
            let live = crate::thread::live_top(t);
            if (*t).above_seen == seen {
                from = from.max((*t).above as usize);
            }
            while from < live {
                let end = live.min(from + CHUNK);
                for at in from..end {
                    self.mark(*(*t).stack.add(at));
                }
                self.gc.work += end - from;
                from = end;
                (*t).above = end as u32;
                (*t).above_seen = seen;
                if self.gc.work >= budget && end < live {
                    return false;
                }
            }
            crate::thread::clear_above(t, live);
            (*t).seen = seen;
            true
        }
    }

    /// A thread is about to run, or its stack to be written.
    #[inline(always)]
    pub(crate) unsafe fn touch(&mut self, t: *mut Thread) {
        // SAFETY: the caller passes a live thread.
        unsafe {
            if (*t).seen != 0 {
                if (*t).seen == self.gc.seen && self.gc.is_marking() {
                    self.gc.tracks().dirty.push(t);
                }
                (*t).seen = 0;
            }
        }
    }

    // ---- sweep -------------------------------------------------------------------------------------------------

    fn sweep(&mut self, budget: usize) {
        let dead = self.gc.white ^ WHITES;
        let head = &raw mut self.head;
        let mut link = if self.gc.cursor.is_null() { head } else { self.gc.cursor };
        // SAFETY: `link` is the heap's head or the `next` field of a live object; objects are unlinked before they are
        // freed. A null cursor stands for the head, since the heap itself may move between steps.
        unsafe {
            while self.gc.work < budget {
                let p = *link;
                if p.is_null() {
                    self.gc.state = State::Pause;
                    self.gc.cursor = ptr::null_mut();
                    self.gc.cycles += 1;
                    self.gc.asked = self.gc.asked.saturating_sub(1);
                    let garbage: usize = self.gc.rests.iter().map(Rest::len).sum();
                    self.gc.live = self.bytes.saturating_sub(self.gc.newborn + garbage);
                    self.gc.after = self.bytes - garbage;
                    self.gc.trimmed = self.gc.trimmed.min(stacks::pieces(self.stacks));
                    if let Some(mut tracks) = self.gc.tracks.take() {
                        tracks.clear();
                        tracks.give_back();
                    }
                    return;
                }
                if (*p).mark & dead != 0 {
                    *link = (*p).next;
                    let size = self.release(p);
                    self.gc.work += FREE + size / 256;
                } else {
                    (*p).mark = ((*p).mark & !(WHITES | BLACK)) | self.gc.white;
                    link = &raw mut (*p).next;
                    self.gc.work += HEADER;
                }
            }
        }
        self.gc.cursor = if link == head { ptr::null_mut() } else { link };
    }

    /// Frees a dead object, which is unlinked; its size.
    unsafe fn release(&mut self, p: *mut Header) -> usize {
        // SAFETY: the caller passes an object that nothing reaches.
        unsafe {
            if (*p).kind == Kind::Thread {
                self.stacks -= crate::thread::size(p.cast());
            }
            let objects = if (*p).kind == Kind::Texts { (*p).word } else { 1 };
            let size = Heap::free(p, &mut self.gc.rests);
            self.bytes -= size;
            self.freed += size;
            self.objects -= objects as usize;
            self.swept = self.swept.wrapping_add(objects);
            size
        }
    }

    /// Gives large blocks back to the system.
    fn give_back(&mut self, budget: usize) {
        while self.gc.work < budget
            && let Some(rest) = self.gc.rests.last_mut()
        {
            match rest.shrink() {
                None => _ = self.gc.rests.pop(),
                Some(n) => {
                    self.bytes -= n;
                    self.freed += n;
                    self.gc.work += MAX_STEP;
                }
            }
        }
        if self.gc.rests.is_empty() {
            self.gc.rests = ThinVec::new();
        }
    }

    // ---- barriers ----------------------------------------------------------------------------------------------

    /// Before a store into a black table.
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn barrier_store(&mut self, t: *mut Table, key: Value, v: Value) {
        // SAFETY: the caller passes a live, black table and live values.
        unsafe {
            match self.gc.state {
                State::Mark if !Heap::is_large(t) => self.visit_again(t),
                State::Mark | State::Remark => {
                    self.mark(key);
                    self.mark(v);
                }
                _ => self.whiten(t.cast()),
            }
        }
    }

    /// Before or after any stores into a table: it is scanned again.
    pub(crate) unsafe fn barrier_back_any(&mut self, t: *mut Table) {
        // SAFETY: the caller passes a live table.
        unsafe {
            if (*t).hdr.mark & BLACK != 0 {
                match self.gc.state {
                    State::Mark if !Heap::is_large(t) => self.visit_again(t),
                    State::Mark | State::Remark => self.entries_moved(t, true),
                    _ => self.whiten(t.cast()),
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
                if self.gc.is_marking() { self.mark(v) } else { self.whiten(p) }
            }
        }
    }

    /// `v` becomes reachable on a way that the collector may have passed already.
    #[inline]
    pub(crate) fn shade(&mut self, v: Value) {
        if self.gc.is_marking() {
            self.mark(v);
        }
    }

    /// A fresh object becomes reachable from a root.
    pub(crate) unsafe fn shade_object(&mut self, p: *mut Header) {
        self.gc.fresh = true;
        if self.gc.is_marking() {
            // SAFETY: the caller passes a live object.
            unsafe { self.mark_object(p) }
        }
    }

    /// Entries of `t` moved within its hash part, or between its parts: a scan that is under way begins anew, or begins
    /// if `always`.
    pub(crate) unsafe fn entries_moved(&mut self, t: *mut Table, always: bool) {
        if !self.gc.is_marking() {
            return;
        }
        match self.gc.tracks().scans.iter_mut().find(|scan| scan.object == t.cast()) {
            Some(scan) => scan.at = 0,
            None if always => self.gc.tracks().scans.push(Scan { object: t.cast(), at: 0 }),
            None => {}
        }
    }

    unsafe fn is_large(t: *const Table) -> bool {
        // SAFETY: the caller passes a live table.
        unsafe { (*t).arr_len as usize + 2 * (*t).node_len as usize > CHUNK }
    }

    unsafe fn visit_again(&mut self, t: *mut Table) {
        // SAFETY: the caller passes a live table.
        unsafe { (*t).hdr.mark &= !BLACK }
        self.gc.tracks().again.push(t.cast());
    }

    /// Swept later in this cycle, already white, or old: a white object needs no barrier.
    unsafe fn whiten(&mut self, p: *mut Header) {
        // SAFETY: the caller passes a live object.
        unsafe { (*p).mark = ((*p).mark & !BLACK) | self.gc.white }
        if self.has_old() {
            self.gc.touched.push(p);
        }
    }
}

const _: () = assert!(WHITE0 ^ WHITES == WHITE1);
