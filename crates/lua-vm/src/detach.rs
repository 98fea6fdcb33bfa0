//! Gives a process that works hard on its image a copy of its own of everything in it.
//!
//! From then on its work costs no more than without an image.
//!
//! Each access to a shared table or cell that has to look at the overlay is counted (`Overlay::heat`); waiting cools. When
//! a slice was used up and the accesses have cost about what the copy will, the process stands still, and in slices:
//!
//! 1. `Rest`: a collection that is under way ends.
//! 2. `Copy`: each shared table, cell and closure gets a copy, or a private body takes its place, in order of ordinals.
//! 3. `Fix`: whatever points to one of them, anywhere in the heap, points to the copy from now on.
//! 4. The globals, the image's values and the pins follow, and the overlay keeps only what belongs to shared host objects.
//!
//! Nothing can be noticed by the program: both ways of reaching an object are rewritten before it goes on, entries of tables
//! stay at their places. The image is kept: strings, natives and host objects stay shared. A process that mostly waits never
//! gets here and stays small.

#![allow(unsafe_code, reason = "rewrites pointers in objects")]

use std::ptr;

use crate::heap::Heap;
use crate::image::Image;
use crate::lua::Lua;
use crate::object::{Cell, Closure, FROZEN, Header, Kind, Native, SHARED, Table, Thread, Userdata};
use crate::overlay::Overlay;
use crate::table::NODE_CURSOR;
use crate::thread::live_top;
use crate::value::{self, Value};

/// What an access costs more than it would without an image, in units of fuel.
const ACCESS: u64 = 3;
/// Least waste, in units of fuel, that is answered.
const LEAST: u64 = 200_000;
/// Accesses that a wait forgives.
const CALM: u64 = 20_000;
/// Units of copying an object, and of a look at one.
const OBJECT: i64 = 64;
const LOOK: i64 = 16;
/// Slots that are rewritten between two looks at the fuel.
const CHUNK: usize = 1024;

enum Phase {
    Rest,
    Copy,
    Fix,
}

/// A copy in the making.
pub(crate) struct Detach {
    phase: Phase,
    /// The next object of the image to copy, then the next object of the heap to rewrite.
    object: *mut Header,
    /// How far the object is rewritten.
    at: usize,
    /// Keys of the table were replaced that its index does not know.
    stale: bool,
    /// By ordinal.
    copies: Vec<*mut Header>,
}

/// The process used up a slice: begins, if its image has cost it so much by now.
#[cold]
#[inline(never)]
pub(crate) fn consider(heap: &mut Heap, image: &Image) {
    let overlay = crate::overlay::made(heap);
    // SAFETY: the overlay is the heap's own, and nothing runs.
    let overlay = unsafe { &mut *overlay };
    let bytes = (heap.bytes + image.bytes()) as u64;
    // Too much for strings of messages, which lie in blocks.
    let cost = (heap.objects + image.objects()) as u64 * OBJECT as u64 + bytes / 8;
    if overlay.heat.saturating_mul(ACCESS) >= LEAST + cost
        && heap.bytes + image.bytes() <= heap.quota
        && !heap.over_quota
    {
        begin(overlay);
        heap.unsettled = true;
    }
}

/// A process waits: some of what it did until now is forgiven.
pub(crate) fn cool(heap: &mut Heap) {
    forgive(heap, CALM);
}

/// Memory is short: nothing is copied.
pub(crate) fn calm(heap: &mut Heap) {
    forgive(heap, u64::MAX);
}

fn forgive(heap: &mut Heap, accesses: u64) {
    if !heap.overlay.is_null() {
        // SAFETY: the overlay is the heap's own, and nothing runs.
        let heat = unsafe { &mut (*heap.overlay).heat };
        *heat = heat.saturating_sub(accesses);
    }
}

/// Begins, unless it was done before.
pub(crate) fn begin(overlay: &mut Overlay) {
    if !overlay.detached && overlay.detach.is_none() {
        overlay.detach = Some(Box::new(Detach {
            phase: Phase::Rest,
            object: ptr::null_mut(),
            at: 0,
            stale: false,
            copies: Vec::new(),
        }));
    }
}

/// Goes on for `fuel`, if there is anything to do; false if it is not done. Nothing of the process runs meanwhile.
pub(crate) fn step(lua: &mut Lua, fuel: &mut i64) -> bool {
    let overlay = lua.heap.overlay;
    if overlay.is_null() {
        return true;
    }
    // SAFETY: the overlay is the heap's own; nobody else looks at it while nothing runs.
    let overlay = unsafe { &mut *overlay };
    if overlay.detach.is_none() {
        return true;
    }
    let (Some(mut detach), Some(image)) = (overlay.detach.take(), lua.image.clone()) else { return true };
    while *fuel > 0 {
        match detach.phase {
            Phase::Rest => {
                if lua.heap.is_collecting() {
                    *fuel -= lua.collect_on();
                    continue;
                }
                lua.heap.leave_young();
                detach.copies.reserve_exact(image.objects());
                detach.object = image.first();
                detach.phase = Phase::Copy;
            }
            Phase::Copy if !detach.object.is_null() => {
                // SAFETY: objects of the image are live as long as it.
                *fuel -= unsafe { detach.copy(&mut lua.heap, overlay) };
            }
            Phase::Copy => {
                detach.object = lua.heap.head;
                detach.phase = Phase::Fix;
            }
            Phase::Fix if !detach.object.is_null() => {
                // SAFETY: no collection runs meanwhile, so that every object on the list is live.
                *fuel -= unsafe { detach.fix(&mut lua.heap) };
            }
            Phase::Fix => {
                // SAFETY: as above.
                unsafe { detach.finish(lua, overlay, &image) }
                return true;
            }
        }
    }
    overlay.detach = Some(detach);
    false
}

impl Detach {
    /// Copies the next object of the image, if it is one of those that point to others. The cost.
    unsafe fn copy(&mut self, heap: &mut Heap, overlay: &mut Overlay) -> i64 {
        // SAFETY: the caller passes a live object of a sealed image; see `overlay` for the fields of faces.
        unsafe {
            let p = self.object;
            self.object = (*p).next;
            if (*p).mark & SHARED == 0 {
                return 1;
            }
            let before = heap.bytes;
            let copy: *mut Header = match (*p).kind {
                Kind::Table => {
                    let t = p.cast::<Table>();
                    let mut copy: *mut Table = overlay.find((*p).word).cast();
                    if copy.is_null() {
                        copy = heap.copy_table((*t).meta);
                        (*copy).hdr.mark |= if (*p).small == 1 { FROZEN } else { 0 };
                    }
                    (*copy).number = (*t).number;
                    copy.cast()
                }
                Kind::Cell => {
                    let own = overlay.find((*p).word);
                    let body: *mut Cell = (*p.cast::<Cell>()).value.as_cell();
                    if own.is_null() { heap.new_cell((*body).value).cast() } else { own }
                }
                Kind::Closure => {
                    let (c, n) = (p.cast::<Closure>(), (*p).word as usize);
                    let copy = heap.new_closure((*c).proto, n);
                    ptr::copy_nonoverlapping(Closure::upvals(c), Closure::upvals(copy), n);
                    (*copy).number = (*c).number;
                    copy.cast()
                }
                Kind::Str | Kind::Texts | Kind::Native | Kind::Userdata | Kind::Thread => return 1,
            };
            self.copies.push(copy);
            OBJECT + ((heap.bytes - before) / 8) as i64
        }
    }

    /// The value that takes the place of `v`.
    #[inline]
    unsafe fn fixed(&self, v: Value) -> Value {
        // SAFETY: the caller passes a live value.
        unsafe {
            if matches!(v.tag, value::TABLE | value::CLOSURE | value::CELL) {
                Value { tag: v.tag, data: self.fixed_object(v.as_header()) as u64 }
            } else {
                v
            }
        }
    }

    /// The object that takes the place of `p`.
    #[inline]
    unsafe fn fixed_object(&self, p: *mut Header) -> *mut Header {
        // SAFETY: the caller passes a live object.
        unsafe {
            if (*p).mark & SHARED == 0 {
                return p;
            }
            match (*p).kind {
                Kind::Table | Kind::Cell => self.copies[(*p).word as usize],
                Kind::Closure => self.copies[(*p.cast::<Closure>()).ordinal as usize],
                Kind::Str | Kind::Texts | Kind::Native | Kind::Userdata | Kind::Thread => p,
            }
        }
    }

    unsafe fn fix_slots(&self, from: *mut Value, n: usize) {
        for i in 0..n {
            // SAFETY: the caller passes an array of live values.
            unsafe { *from.add(i) = self.fixed(*from.add(i)) }
        }
    }

    /// Rewrites the next object, or some of it. The cost.
    unsafe fn fix(&mut self, heap: &mut Heap) -> i64 {
        // SAFETY: the caller passes a live object; its kind says its layout.
        unsafe {
            let p = self.object;
            let mut left = CHUNK;
            let done = match (*p).kind {
                Kind::Str | Kind::Texts => true,
                Kind::Cell => {
                    self.fix_slots(&raw mut (*p.cast::<Cell>()).value, 1);
                    true
                }
                Kind::Closure => {
                    self.fix_slots(Closure::upvals(p.cast()), (*p).word as usize);
                    left -= (*p).word as usize;
                    true
                }
                Kind::Native => {
                    self.fix_slots(Native::upvals(p.cast()), (*p).word as usize);
                    true
                }
                Kind::Userdata => {
                    let slots = &mut (*p.cast::<Userdata>()).slots;
                    let end = slots.len().min(self.at + CHUNK);
                    let n = end - self.at;
                    self.fix_slots(slots.as_mut_ptr().add(self.at), n);
                    (self.at, left) = (end, left - n);
                    end == slots.len()
                }
                Kind::Table => self.fix_table(heap, p.cast(), &mut left),
                Kind::Thread => self.fix_thread(p.cast(), &mut left),
            };
            if done {
                self.object = (*p).next;
                self.at = 0;
            }
            LOOK + (CHUNK - left) as i64
        }
    }

    unsafe fn fix_table(&mut self, heap: &mut Heap, t: *mut Table, left: &mut usize) -> bool {
        // SAFETY: the caller passes a live table; cursors stay below the lengths of the parts.
        unsafe {
            if self.at == 0 && !(*t).meta.is_null() {
                (*t).meta = self.fixed_object((*t).meta.cast()).cast();
            }
            if self.at < NODE_CURSOR {
                let n = ((*t).arr_len as usize).saturating_sub(self.at).min(*left);
                self.fix_slots((*t).arr.add(self.at), n);
                self.at += n;
                *left -= n;
                if self.at < (*t).arr_len as usize {
                    return false;
                }
                self.at = NODE_CURSOR;
            }
            let nodes = (*t).node_len as usize;
            while self.at - NODE_CURSOR < nodes && *left > 0 {
                let i = self.at - NODE_CURSOR;
                let node = (*t).nodes.add(i);
                (*node).val = self.fixed((*node).val);
                let key = self.fixed((*node).key);
                if key.data != (*node).key.data {
                    self.stale |= Table::replace_key(heap, t, i, key);
                }
                self.at += 1;
                *left = left.saturating_sub(2);
            }
            if self.at - NODE_CURSOR < nodes {
                return false;
            }
            if std::mem::take(&mut self.stale) {
                Table::reindex(t);
            }
            true
        }
    }

    /// The cursor counts frames, then slots.
    unsafe fn fix_thread(&mut self, t: *mut Thread, left: &mut usize) -> bool {
        // SAFETY: the caller passes a live thread that does not run; slots below the live top are initialised.
        unsafe {
            let frames = (&(*t).frames).len();
            while self.at < frames && *left > 0 {
                let callee = (&(*t).frames)[self.at].callee;
                if !callee.is_null() {
                    let callee = self.fixed_object(callee);
                    (&mut (*t).frames)[self.at].callee = callee;
                }
                self.at += 1;
                *left -= 1;
            }
            if self.at < frames {
                return false;
            }
            let (at, live) = (self.at - frames, live_top(t));
            let n = (live - at).min(*left);
            self.fix_slots((*t).stack.add(at), n);
            self.at += n;
            *left -= n;
            at + n == live
        }
    }

    /// All objects are rewritten: roots follow.
    unsafe fn finish(&self, lua: &mut Lua, overlay: &mut Overlay, image: &Image) {
        // SAFETY: the caller's promise; roots are live.
        unsafe {
            lua.pending = self.fixed(lua.pending);
            for i in 0..lua.heap.pins().len() {
                let v = self.fixed(lua.heap.pins()[i]);
                lua.heap.replace_pin(i, v);
            }
            let globals = self.fixed_object(lua.heap.globals_face.cast()).cast();
            lua.heap.globals_face = globals;
            lua.heap.globals = globals;
            let values = image.values.iter().map(|v| lua.heap.pin(self.fixed(*v))).collect();
            overlay.settle(values, |p| {
                let own = self.fixed_object(p);
                (own != p).then_some(own)
            });
        }
    }
}
