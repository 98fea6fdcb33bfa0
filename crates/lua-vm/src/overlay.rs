//! What one process wrote to the shared objects of its image: private bodies by ordinal.
//!
//! A shared table or cell of an image is a *face*: the pointer that values hold, equal in all processes, and empty to
//! whoever reads its fields. What it holds is its *body*. The face leads to the shared body, which nobody writes; the
//! first write of a process makes a private body, an ordinary object of its heap, and enters it here under the ordinal
//! of the face. So every operation on a table by its identity asks [`body`] (to read) or [`own`] (to write) first, and
//! for a private table both give the table itself after one test.
//!
//! Fields of a face: `hdr.mark` = `SHARED | FROZEN | IMMORTAL`, so that every store takes the cold path and collectors
//! pass by; `hdr.word` = ordinal; of a table, `meta` = shared body, `hdr.small` = 1 if the program froze it, everything
//! else empty; of a cell, `value` = `FORWARD` and the shared body. Shared bodies are `FROZEN | IMMORTAL`.
//!
//! A host object with a state of its own is a template: its payload in the image is never looked at, each process makes
//! one of its own at the first look, which is kept here.
//!
//! Readers find the overlay of the process that runs on this thread in a thread-local, because handles of natives carry
//! no process. `Lua::run` and `Lua::enter` set it; without one the shared bodies are what there is.

#![allow(unsafe_code, reason = "leads from faces to bodies through raw pointers")]

use std::any::Any;
use std::cell::Cell as Slot;
use std::ptr;

use crate::detach::Detach;
use crate::heap::Heap;
use crate::image::Image;
use crate::native::Pin;
use crate::object::{BLACK, Cell, Closure, FROZEN, Header, Kind, SHARED, Table};
use crate::table::KeyError;
use crate::value::Value;

thread_local! {
    static CURRENT: Slot<*mut Overlay> = const { Slot::new(ptr::null_mut()) };
}

/// A private body; null = a free place.
#[derive(Clone, Copy)]
struct Entry {
    ordinal: u32,
    body: *mut Header,
}

const FREE: Entry = Entry { ordinal: 0, body: ptr::null_mut() };

/// Private bodies of one process, and what else it keeps for shared objects.
pub(crate) struct Overlay {
    /// Accesses that had to look here: what the image costs a process that works hard on it (see `detach`).
    pub(crate) heat: u64,
    /// Bit `ordinal % 64` is set for each entry: what was not written is told from what was without a search.
    filter: u64,
    /// Open addressing by ordinal; ordinals are consecutive, so hardly anything collides. A power of two of places, half
    /// of them free.
    places: Box<[Entry]>,
    /// All bodies and tables of slots, oldest first: unlike places they stay where they are, so that the collector can walk
    /// them in steps.
    roots: Vec<*mut Header>,
    /// Numbers for `tostring`, unsorted.
    numbers: Vec<(*const Header, u32)>,
    /// Traced values of shared host objects, each as the array part of a table, unsorted.
    slots: Vec<(*const Header, *mut Table)>,
    /// Payloads of templates that the process has touched, by object, in order of addresses.
    templates: Vec<(*const Header, Box<dyn Any + Send>)>,
    /// Where they come from.
    image: *const Image,
    /// The copy of the image that is being made.
    pub(crate) detach: Option<Box<Detach>>,
    /// The process has a copy: nothing that it reaches is a face.
    pub(crate) detached: bool,
    /// The image's values, then.
    values: Vec<Pin>,
}

impl Overlay {
    fn new() -> Overlay {
        Overlay {
            heat: 0,
            filter: 0,
            places: Box::new([FREE; 4]),
            roots: Vec::new(),
            numbers: Vec::new(),
            slots: Vec::new(),
            templates: Vec::new(),
            image: ptr::null(),
            detach: None,
            detached: false,
            values: Vec::new(),
        }
    }

    /// Bodies are tables and cells like others from now on: `own` says which object took the place of a shared one.
    pub(crate) fn settle(&mut self, values: Vec<Pin>, own: impl Fn(*mut Header) -> Option<*mut Header>) {
        self.detached = true;
        self.values = values;
        self.filter = 0;
        self.places = Box::new([FREE; 1]);
        self.roots = self.slots.iter().map(|(_, table)| table.cast()).collect();
        self.numbers.retain(|(p, n)| {
            let Some(p) = own(p.cast_mut()) else { return true };
            // SAFETY: what is numbered and copied is a live table or closure.
            unsafe {
                match (*p).kind {
                    Kind::Table => (*p.cast::<Table>()).number = *n,
                    Kind::Closure => (*p.cast::<Closure>()).number = *n,
                    _ => debug_assert!(false, "cells are no values"),
                }
            }
            false
        });
    }

    /// The body under an ordinal, or null.
    #[inline(always)]
    pub(crate) fn find(&mut self, ordinal: u32) -> *mut Header {
        let at = ordinal as usize & (self.places.len() - 1);
        // SAFETY: the index is masked by the length less 1, a power of two less 1.
        let entry = unsafe { self.places.get_unchecked(at) };
        if entry.ordinal == ordinal {
            entry.body
        } else if self.filter & (1 << (ordinal & 63)) == 0 {
            ptr::null_mut()
        } else {
            self.search(ordinal, at)
        }
    }

    /// Goes on behind the first place, and moves what it finds there, so that the next look finds it at once. Who is moved
    /// away is still found: all places between are taken.
    #[cold]
    #[inline(never)]
    fn search(&mut self, ordinal: u32, first: usize) -> *mut Header {
        let mask = self.places.len() - 1;
        let mut at = first;
        while !self.places[at].body.is_null() {
            if self.places[at].ordinal == ordinal {
                self.places.swap(first, at);
                return self.places[first].body;
            }
            at = (at + 1) & mask;
        }
        ptr::null_mut()
    }

    fn insert(&mut self, ordinal: u32, body: *mut Header) {
        self.filter |= 1 << (ordinal & 63);
        if (self.roots.len() + 1) * 2 > self.places.len() {
            let twice = vec![FREE; self.places.len() * 2].into_boxed_slice();
            for entry in std::mem::replace(&mut self.places, twice) {
                if !entry.body.is_null() {
                    self.put(entry);
                }
            }
        }
        self.roots.push(body);
        self.put(Entry { ordinal, body });
    }

    fn put(&mut self, entry: Entry) {
        let mask = self.places.len() - 1;
        let mut at = entry.ordinal as usize & mask;
        while !self.places[at].body.is_null() {
            at = (at + 1) & mask;
        }
        self.places[at] = entry;
    }

    unsafe fn template<'a>(&mut self, object: *const Header) -> Option<&'a (dyn Any + Send)> {
        // SAFETY: whoever gave the overlay an image keeps it alive; boxed payloads do not move.
        unsafe {
            let at = match self.templates.binary_search_by_key(&object, |(p, _)| *p) {
                Ok(at) => at,
                Err(at) => {
                    self.templates.insert(at, (object, self.image.as_ref()?.make(object)?));
                    at
                }
            };
            Some(&*ptr::from_ref(&*self.templates[at].1))
        }
    }

    /// What the collector starts from.
    pub(crate) fn roots(&self) -> &[*mut Header] {
        &self.roots
    }

    /// The same, from 0 to the first `None`.
    pub(crate) fn root(&self, i: usize) -> Option<*mut Header> {
        self.roots.get(i).copied()
    }
}

/// Gives the process of a heap templates of an image, which it keeps as long as the heap.
pub(crate) fn adopt(heap: &mut Heap, image: &Image) {
    // SAFETY: the overlay is the heap's own, and nothing runs.
    unsafe { (*made(heap)).image = image }
}

/// The overlay of the process that runs here until the guard is dropped.
pub(crate) struct Entered(*mut Overlay);

/// Makes `overlay` (null: none) that of the running process.
pub(crate) fn enter(overlay: *mut Overlay) -> Entered {
    Entered(CURRENT.replace(overlay))
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// Where the content of a table is for this process, to be read.
///
/// # Safety
/// The table is live and of the process that runs here, or of its image or statics.
#[inline(always)]
pub(crate) unsafe fn body(t: *const Table) -> *const Table {
    // SAFETY: the caller's promise.
    unsafe { if (*t).hdr.mark & SHARED == 0 { t } else { shared_body(t) } }
}

/// As [`body`], for a face.
///
/// # Safety
/// As for [`body`].
#[inline]
pub(crate) unsafe fn shared_body(t: *const Table) -> *const Table {
    // SAFETY: the caller's promise; see the fields of a face.
    unsafe {
        let own = private((*t).hdr.word);
        if own.is_null() { (*t).meta } else { own.cast() }
    }
}

/// The private body that the running process has under an ordinal, or null.
#[inline(always)]
unsafe fn private(ordinal: u32) -> *mut Header {
    let overlay = CURRENT.get();
    // SAFETY: whoever entered an overlay keeps it alive and at its place, and nobody else looks at it meanwhile.
    unsafe {
        if overlay.is_null() {
            return ptr::null_mut();
        }
        debug_assert!(!(*overlay).detached, "a copied object is reached by its face");
        (*overlay).heat += 1;
        (*overlay).find(ordinal)
    }
}

/// Where a store into `v` can go at once: a table that is neither black nor frozen, or such a private body that was made
/// before. Null if a slow way has to look.
///
/// # Safety
/// As for [`body`], if it is a table.
#[inline(always)]
pub(crate) unsafe fn open(v: Value) -> *mut Table {
    // SAFETY: the caller's promise.
    unsafe {
        let t = v.as_table();
        if !v.is_table() {
            ptr::null_mut()
        } else if (*t).hdr.mark & (BLACK | FROZEN) == 0 {
            t
        } else {
            open_body(t)
        }
    }
}

/// [`open`], for a table that is black or frozen.
#[inline]
unsafe fn open_body(t: *mut Table) -> *mut Table {
    // SAFETY: the caller's promise; private bodies are live as long as the overlay.
    unsafe {
        if (*t).hdr.mark & SHARED == 0 {
            return ptr::null_mut();
        }
        let own = private((*t).hdr.word);
        if !own.is_null() && (*own).mark & (BLACK | FROZEN) == 0 { own.cast() } else { ptr::null_mut() }
    }
}

/// The table that a write to `t` goes to, neither black nor frozen: itself, or the private body, which is made now if
/// need be.
///
/// # Safety
/// As for [`body`]; `heap` is that of the process that runs here.
#[inline]
pub(crate) unsafe fn own(heap: &mut Heap, t: *mut Table) -> Result<*mut Table, KeyError> {
    // SAFETY: the caller's promise.
    unsafe {
        if (*t).hdr.mark & (BLACK | FROZEN) == 0 {
            return Ok(t);
        }
        let to = own_slow(heap, t)?;
        heap.barrier_back_any(to);
        Ok(to)
    }
}

/// As [`own`], for whoever stores this entry and no other.
///
/// # Safety
/// As for [`own`].
#[inline]
pub(crate) unsafe fn own_to_store(
    heap: &mut Heap,
    t: *mut Table,
    key: Value,
    v: Value,
) -> Result<*mut Table, KeyError> {
    // SAFETY: the caller's promise.
    unsafe {
        if (*t).hdr.mark & (BLACK | FROZEN) == 0 {
            return Ok(t);
        }
        let to = own_slow(heap, t)?;
        if (*to).hdr.mark & BLACK != 0 {
            heap.barrier_store(to, key, v);
        }
        Ok(to)
    }
}

#[cold]
#[inline(never)]
unsafe fn own_slow(heap: &mut Heap, t: *mut Table) -> Result<*mut Table, KeyError> {
    // SAFETY: see `own`.
    unsafe {
        let mut to = t;
        if (*t).hdr.mark & SHARED != 0 {
            to = private((*t).hdr.word).cast();
            if to.is_null() {
                if (*t).hdr.small == 1 {
                    return Err(KeyError::Frozen);
                }
                to = heap.copy_table((*t).meta);
                enter_body(heap, (*t).hdr.word, to.cast());
                if heap.globals_face == t {
                    heap.globals = to;
                }
            }
        }
        if (*to).hdr.mark & FROZEN != 0 { Err(KeyError::Frozen) } else { Ok(to) }
    }
}

/// Whether programs cannot write the table.
///
/// # Safety
/// As for [`body`].
pub(crate) unsafe fn frozen(t: *const Table) -> bool {
    // SAFETY: the caller's promise; private bodies are live as long as the overlay.
    unsafe {
        if (*t).hdr.mark & SHARED == 0 {
            return (*t).hdr.mark & FROZEN != 0;
        }
        let own = private((*t).hdr.word);
        if own.is_null() { (*t).hdr.small == 1 } else { (*own).mark & FROZEN != 0 }
    }
}

/// What a shared cell holds for this process.
///
/// # Safety
/// As for [`body`]; the cell is a face.
#[inline]
pub(crate) unsafe fn cell_value(face: *const Cell) -> Value {
    // SAFETY: the caller's promise.
    unsafe {
        let own: *mut Cell = private((*face).hdr.word).cast();
        if own.is_null() { (*(*face).value.as_cell()).value } else { (*own).value }
    }
}

/// Where a store into a cell can go at once: a cell that is not black, or such a private body that was made before. Null
/// if [`set_cell`] has to do it.
///
/// # Safety
/// As for [`body`].
#[inline(always)]
pub(crate) unsafe fn open_cell(cell: *mut Cell) -> *mut Cell {
    // SAFETY: the caller's promise.
    unsafe {
        if (*cell).hdr.mark & (BLACK | FROZEN) == 0 {
            return cell;
        }
        if (*cell).hdr.mark & SHARED == 0 {
            return ptr::null_mut();
        }
        let own = private((*cell).hdr.word);
        if !own.is_null() && (*own).mark & BLACK == 0 { own.cast() } else { ptr::null_mut() }
    }
}

/// Writes a cell that is black or shared.
///
/// # Safety
/// As for [`own`].
#[cold]
#[inline(never)]
pub(crate) unsafe fn set_cell(heap: &mut Heap, cell: *mut Cell, v: Value) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut to = cell;
        if (*cell).hdr.mark & SHARED != 0 {
            to = private((*cell).hdr.word).cast();
            if to.is_null() {
                to = heap.new_cell(v);
                enter_body(heap, (*cell).hdr.word, to.cast());
            }
        }
        (*to).value = v;
        heap.barrier_forward(to.cast(), v);
    }
}

/// The number that `tostring` shows for a shared object in this process.
///
/// # Safety
/// As for [`own`]; `sealed` is the number that the image gave, 0 = none.
pub(crate) unsafe fn number(heap: &mut Heap, p: *const Header, sealed: u32) -> u32 {
    if sealed != 0 {
        return sealed;
    }
    let overlay = running(heap);
    // SAFETY: the overlay is live, and nobody else looks at it now.
    unsafe {
        if let Some((_, n)) = (&(*overlay).numbers).iter().find(|(q, _)| *q == p) {
            return *n;
        }
        heap.numbers += 1;
        (&mut (*overlay).numbers).push((p, heap.numbers));
    }
    heap.numbers
}

/// Traced value `i` of a shared host object; they begin as nil in each process.
///
/// # Safety
/// As for [`body`].
pub(crate) unsafe fn slot(object: *const Header, i: usize) -> Value {
    let overlay = CURRENT.get();
    if overlay.is_null() {
        return Value::NIL;
    }
    // SAFETY: see `private`.
    unsafe {
        let found = (&(*overlay).slots).iter().find(|(p, _)| *p == object);
        found.map_or(Value::NIL, |(_, table)| Table::get_int(*table, i as i64 + 1))
    }
}

/// Sets traced value `i` of a shared host object for this process.
///
/// # Safety
/// As for [`own`].
pub(crate) unsafe fn set_slot(heap: &mut Heap, object: *const Header, i: usize, v: Value) {
    let overlay = running(heap);
    // SAFETY: the overlay is live, and nobody else looks at it now; an integer key is never refused.
    unsafe {
        let found = (&(*overlay).slots).iter().find(|(p, _)| *p == object).map(|(_, table)| *table);
        let table = found.unwrap_or_else(|| {
            let made = heap.new_table(i + 1, 0);
            (&mut (*overlay).slots).push((object, made));
            (&mut (*overlay).roots).push(made.cast());
            heap.shade_object(made.cast());
            made
        });
        let done = Table::set(heap, table, Value::int(i as i64 + 1), v);
        debug_assert!(done.is_ok());
    }
}

unsafe fn enter_body(heap: &mut Heap, ordinal: u32, body: *mut Header) {
    let overlay = running(heap);
    // SAFETY: the overlay is live, and nobody else looks at it now; the body is fresh.
    unsafe {
        (&mut *overlay).insert(ordinal, body);
        heap.shade_object(body);
    }
}

/// The payload that the running process has for a template of its image, made now if need be. `None` outside of any
/// process.
///
/// # Safety
/// The object is a template of the image of the process that runs here; the payload lives as long as the process.
pub(crate) unsafe fn template<'a>(object: *const Header) -> Option<&'a (dyn Any + Send)> {
    let overlay = CURRENT.get();
    // SAFETY: see `private`; payloads stay where they are until the overlay is gone, which lives as long as the process.
    unsafe { if overlay.is_null() { None } else { (*overlay).template(object) } }
}

/// As [`template`], for a process that does not run.
///
/// # Safety
/// As for [`template`], for the process of that heap.
pub(crate) unsafe fn template_of(heap: &Heap, object: *const Header) -> Option<&(dyn Any + Send)> {
    // SAFETY: the overlay is the heap's own.
    unsafe { if heap.overlay.is_null() { None } else { (*heap.overlay).template(object) } }
}

/// Value `i` of its image that the process has a copy of.
pub(crate) fn own_value(heap: &Heap, i: usize) -> Option<Value> {
    if heap.overlay.is_null() {
        return None;
    }
    // SAFETY: the overlay is the heap's own, and nobody writes to it now.
    unsafe { (&(*heap.overlay).values).get(i).map(|pin| heap.pinned(pin)) }
}

/// Pins of the copy of the image's values, to be kept.
///
/// # Safety
/// Nothing runs in the process of the heap until the borrow ends, which must be before the heap's.
pub(crate) unsafe fn value_pins<'a>(heap: &Heap) -> &'a mut [Pin] {
    // SAFETY: the overlay is the heap's own.
    unsafe { if heap.overlay.is_null() { &mut [] } else { &mut (*heap.overlay).values } }
}

/// The overlay of a heap, made on first use.
pub(crate) fn made(heap: &mut Heap) -> *mut Overlay {
    if heap.overlay.is_null() {
        heap.overlay = Box::into_raw(Box::new(Overlay::new()));
    }
    heap.overlay
}

/// The overlay of the process that runs here, made on first use.
fn running(heap: &mut Heap) -> *mut Overlay {
    if heap.overlay.is_null() {
        CURRENT.set(made(heap));
    }
    heap.overlay
}

/// Frees an overlay.
///
/// # Safety
/// `overlay` is null or came from a heap that is being dropped.
pub(crate) unsafe fn free(overlay: *mut Overlay) {
    if !overlay.is_null() {
        // SAFETY: it came from a box in `made`.
        drop(unsafe { Box::from_raw(overlay) });
    }
}
