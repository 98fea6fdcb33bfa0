//! Heap of one process: allocation, byte count, quota, pins. The collector is in `gc.rs`.
//!
//! Allocation never collects and never fails: it adds debt, and the interpreter looks at the debt at its safepoints.
//! What may be large is asked for first with [`Heap::fits`]; small overdrafts end the process at the next safepoint.

#![allow(unsafe_code, reason = "objects are laid out by hand")]

use std::alloc::Layout;
use std::ptr;
use std::sync::Arc;
use thin_vec::ThinVec;

use crate::block::{self, LARGE, Tail};
use crate::frame::Frames;
use crate::gc::Gc;
use crate::native::{NativeFn, Pin, Root};
use crate::object::{
    BoxedNative, Cell, Closure, Header, Kind, Native, Node, Slots, Status, Str, TEXT_KEYED, Table, Thread,
    UNSETTLED, Userdata,
};
use crate::overlay::Overlay;
use crate::packed;
use crate::proto::Proto;
use crate::rest::Rest;
use crate::statics::TypeInfo;
use crate::symbol;
use crate::value::Value;

/// Units that may be owed without a safepoint being asked for.
const OWED: usize = 512;
/// Longest string in bytes.
pub(crate) const MAX_STR: usize = u32::MAX as usize - 64;

/// Live bytes and objects of a heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeapStats {
    /// Bytes in objects and their parts, garbage that was not swept yet included.
    pub bytes: usize,
    /// Bytes outside of the heap that count to the process for a while, see [`Cx::hold_outside`](crate::Cx::hold_outside).
    pub outside: usize,
    /// Bytes of them in stacks of coroutines.
    pub stacks: usize,
    /// Number of objects, likewise; strings of messages count one by one.
    pub objects: usize,
    /// Completed collections.
    pub collections: u64,
    /// Size at which the next collection begins, or `bytes` while one runs.
    pub next: usize,
    /// The bound on `bytes` and `outside` together.
    pub quota: usize,
}

pub(crate) struct Heap {
    /// Objects, newest first.
    pub(crate) head: *mut Header,
    pub(crate) bytes: usize,
    pub(crate) objects: usize,
    /// Bytes in stacks of coroutines and their frames.
    pub(crate) stacks: usize,
    /// Bytes freed since somebody asked.
    pub(crate) freed: usize,
    /// The bound on `bytes`: what is left beside `outside`.
    pub(crate) quota: usize,
    /// Bytes outside of the heap that count to the process.
    outside: usize,
    /// Positive = the collector should work.
    pub(crate) debt: isize,
    /// Units of work that nobody has paid for yet.
    owed: usize,
    /// What was added to the debt to have them paid at the next safepoint.
    lifted: isize,
    pub(crate) over_quota: bool,
    /// Something has to be finished before the process goes on; see `Lua::settle`.
    pub(crate) unsettled: bool,
    /// Whoever records who allocates: the run ends at the next safepoint with debt.
    pub(crate) watched: bool,
    /// Objects freed, modulo 2^32.
    pub(crate) swept: u32,
    /// Growth since the last collection that begins the next, in percent of what lived then; negative = never by itself.
    pub(crate) pause: i32,
    /// Over the quota: the count of cycles at which is judged; 0 = not yet collecting for it.
    pub(crate) urgent: u64,
    /// Collect whenever something was allocated (tests).
    pub(crate) stress: bool,
    /// Collections for that.
    pub(crate) stressed: u32,
    /// Last number given out for `tostring(t)`.
    pub(crate) numbers: u32,
    pub(crate) gc: Gc,
    pins: Vec<Value>,
    /// Number of a free place in `pins` plus one, 0 = none; its data word is the next one.
    free_pin: u32,
    /// Code that closures of this heap point to.
    pub(crate) protos: ThinVec<Arc<Proto>>,
    /// Private bodies of shared objects; null = none. Behind a raw pointer, since readers find it through a thread-local.
    pub(crate) overlay: *mut Overlay,
    /// The globals table, and where its content is.
    pub(crate) globals_face: *mut Table,
    pub(crate) globals: *mut Table,
}

impl Heap {
    pub(crate) fn new(quota: usize) -> Heap {
        Heap {
            head: ptr::null_mut(),
            bytes: 0,
            objects: 0,
            stacks: 0,
            freed: 0,
            quota,
            outside: 0,
            debt: -crate::gc::FIRST_THRESHOLD,
            owed: 0,
            lifted: 0,
            over_quota: false,
            unsettled: false,
            watched: false,
            swept: 0,
            pause: 100,
            urgent: 0,
            stress: false,
            stressed: 0,
            numbers: 0,
            gc: Gc::new(),
            pins: Vec::new(),
            free_pin: 0,
            protos: ThinVec::new(),
            overlay: ptr::null_mut(),
            globals_face: ptr::null_mut(),
            globals: ptr::null_mut(),
        }
    }

    /// Whether something of `bytes` may be made. One object stays within the quota; together with garbage that is not
    /// collected yet it may pass the quota by half, and the next safepoint collects everything before it judges.
    pub(crate) fn fits(&self, bytes: usize) -> bool {
        bytes <= self.quota && self.bytes.saturating_add(bytes) <= self.quota.saturating_add(self.quota / 2)
    }

    #[inline]
    pub(crate) fn add_bytes(&mut self, n: usize) {
        self.bytes += n;
        self.debt += n as isize;
        if self.bytes > self.quota {
            self.exceed();
        }
    }

    #[cold]
    #[inline(never)]
    fn exceed(&mut self) {
        self.over_quota = true;
        self.debt = self.debt.max(1);
    }

    pub(crate) fn sub_bytes(&mut self, n: usize) {
        self.bytes -= n;
        self.freed += n;
    }

    /// Counts bytes outside of the heap to the process. They are no allocation, so the collector's pace does not change. False: they do
    /// not fit, and count for nothing.
    #[must_use]
    pub(crate) fn hold_outside(&mut self, n: usize) -> bool {
        if n > self.quota {
            return false;
        }
        self.quota -= n;
        self.outside += n;
        if self.bytes > self.quota {
            self.exceed();
        }
        true
    }

    /// Takes off what was counted by that.
    pub(crate) fn release_outside(&mut self, n: usize) {
        self.outside -= n;
        self.quota += n;
    }

    /// Changes the bound on all that counts to the process.
    pub(crate) fn set_quota(&mut self, n: usize) {
        self.quota = n.saturating_sub(self.outside);
    }

    /// Has everything collected at the next safepoint, before the program goes on.
    pub(crate) fn urge(&mut self) {
        self.exceed();
    }

    /// Bytes freed since this was asked last.
    pub(crate) fn take_freed(&mut self) -> usize {
        std::mem::take(&mut self.freed)
    }

    /// Has the run stop behind about `bytes` of allocation.
    pub(crate) fn watch(&mut self, bytes: usize) {
        let due = -(bytes.min(isize::MAX as usize) as isize);
        self.watched = true;
        if self.debt < due {
            self.lifted += due - self.debt;
            self.debt = due;
        }
    }

    /// Ends that.
    pub(crate) fn unwatch(&mut self) {
        self.watched = false;
        self.debt -= std::mem::take(&mut self.lifted);
    }

    /// Work was done that is not in the price of the instruction or native that runs: so many units, to be paid at the
    /// next safepoint if they are many.
    #[inline]
    pub(crate) fn owe(&mut self, units: usize) {
        crate::meter::count(units);
        self.owed += units;
        if self.owed >= OWED && self.debt <= 0 {
            self.lifted += 1 - self.debt;
            self.debt = 1;
        }
    }

    /// Something has to be finished before the process goes on: it leaves at the next safepoint.
    #[cold]
    pub(crate) fn interrupt(&mut self) {
        self.unsettled = true;
        if self.debt <= 0 {
            self.lifted += 1 - self.debt;
            self.debt = 1;
        }
    }

    /// The units that are owed; they count as paid then.
    pub(crate) fn bill(&mut self) -> usize {
        self.debt -= std::mem::take(&mut self.lifted);
        std::mem::take(&mut self.owed)
    }

    /// Allocates an object and links it; the caller writes everything behind the header.
    #[inline]
    unsafe fn object<T>(&mut self, layout: Layout, kind: Kind, small: u16, word: u32) -> *mut T {
        // SAFETY: no object layout is empty; the header is the first field of every object type.
        unsafe {
            let p = block::allocate_layout(layout).cast::<Header>();
            p.write(Header { next: self.head, kind, mark: self.gc.white, small, word });
            self.head = p;
            self.objects += 1;
            self.add_bytes(layout.size());
            p.cast()
        }
    }

    /// Links an object that was made outside of the heap: it counts for so many, of so many bytes, and has no colour yet.
    ///
    /// # Safety
    /// It is complete, and the heap's own from now on.
    #[inline]
    pub(crate) unsafe fn link(&mut self, p: *mut Header, objects: usize, bytes: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            (*p).next = self.head;
            (*p).mark |= self.gc.white;
        }
        self.head = p;
        self.objects += objects;
        self.add_bytes(bytes);
    }

    pub(crate) fn new_str(&mut self, bytes: &[u8]) -> *mut Str {
        assert!(bytes.len() <= MAX_STR, "a string is shorter than 4 GiB");
        // SAFETY: the string is fully written.
        unsafe {
            let s: *mut Str = self.object(symbol::layout(bytes.len()), Kind::Str, 0, bytes.len() as u32);
            (&raw mut (*s).hash).write(0);
            ptr::copy_nonoverlapping(
                bytes.as_ptr(),
                s.cast::<u8>().add(crate::object::STR_BYTES),
                bytes.len(),
            );
            s
        }
    }

    pub(crate) fn new_str_with(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> *mut Str {
        assert!(len <= MAX_STR, "a string is shorter than 4 GiB");
        // SAFETY: the bytes are zeroed before `fill` sees them, and nothing else knows the string yet.
        unsafe {
            let s: *mut Str = self.object(symbol::layout(len), Kind::Str, 0, len as u32);
            (&raw mut (*s).hash).write(0);
            let bytes = s.cast::<u8>().add(crate::object::STR_BYTES);
            ptr::write_bytes(bytes, 0, len);
            fill(std::slice::from_raw_parts_mut(bytes, len));
            s
        }
    }

    /// A string of zeros, marked as a draft.
    pub(crate) fn new_draft(&mut self, len: usize) -> *mut Str {
        assert!(len <= MAX_STR, "a string is shorter than 4 GiB");
        // SAFETY: the string is fully written; fresh large blocks are zero.
        unsafe {
            let layout = symbol::layout(len);
            let s: *mut Str = self.object(layout, Kind::Str, crate::object::DRAFT, len as u32);
            (&raw mut (*s).hash).write(0);
            if layout.size() < LARGE {
                s.cast::<u8>().add(crate::object::STR_BYTES).write_bytes(0, len);
            }
            s
        }
    }

    #[inline]
    pub(crate) fn new_table(&mut self, narr: usize, nhash: usize) -> *mut Table {
        // SAFETY: all fields are written.
        unsafe {
            let t: *mut Table = self.object(Layout::new::<Table>(), Kind::Table, 0, 0);
            Table::init(t);
            if narr > 0 {
                Table::reserve_array(self, t, narr);
            }
            if nhash > 0 {
                Table::reserve_nodes(self, t, nhash);
            }
            t
        }
    }

    /// A copy with the same parts, entries at the same places.
    ///
    /// # Safety
    /// `from` is a live table.
    pub(crate) unsafe fn copy_table(&mut self, from: *const Table) -> *mut Table {
        // SAFETY: the caller's promise.
        let size = unsafe { Table::parts_size(from) };
        if !self.fits(size) {
            self.over_quota = true;
        }
        // SAFETY: all fields are written; the parts are copied as far as they are initialised.
        unsafe {
            let small = (*from).hdr.small;
            let t: *mut Table = self.object(Layout::new::<Table>(), Kind::Table, small, (*from).hdr.word);
            (*t).hdr.mark |= (*from).hdr.mark & (TEXT_KEYED | UNSETTLED);
            Table::init(t);
            Table::copy_parts(t, from);
            self.add_bytes(size);
            self.owe(size / 8);
            t
        }
    }

    #[inline]
    pub(crate) fn new_cell(&mut self, value: Value) -> *mut Cell {
        // SAFETY: all fields are written.
        unsafe {
            let c: *mut Cell = self.object(Layout::new::<Cell>(), Kind::Cell, 0, 0);
            (&raw mut (*c).value).write(value);
            c
        }
    }

    /// A closure whose upvalues are nil; the caller keeps the prototype alive with `keep`.
    #[inline]
    pub(crate) fn new_closure(&mut self, proto: *const Proto, upvals: usize) -> *mut Closure {
        // SAFETY: all fields are written.
        unsafe {
            let c: *mut Closure = self.object(closure_layout(upvals), Kind::Closure, 0, upvals as u32);
            (&raw mut (*c).proto).write(proto);
            (&raw mut (*c).number).write(0);
            (&raw mut (*c).ordinal).write(0);
            let slots = Closure::upvals(c);
            for i in 0..upvals {
                slots.add(i).write(Value::NIL);
            }
            c
        }
    }

    pub(crate) fn new_native(&mut self, func: NativeFn, name: *const Str, upvals: &[Value]) -> *mut Native {
        // SAFETY: all fields are written.
        unsafe {
            let layout = native_layout(upvals.len());
            let n: *mut Native = self.object(layout, Kind::Native, 0, upvals.len() as u32);
            init_native(n, func, name, None, upvals);
            n
        }
    }

    /// A userdata of the type that `info` describes. The caller writes the payload to the returned place at once.
    ///
    /// # Safety
    /// `info` outlives the heap.
    pub(crate) unsafe fn new_userdata(
        &mut self,
        info: *const TypeInfo,
        slots: Slots,
    ) -> (*mut Userdata, *mut u8) {
        // SAFETY: all fields are written; the layout has room for the payload at its offset.
        unsafe {
            let u: *mut Userdata = self.object((*info).layout, Kind::Userdata, 0, 0);
            (&raw mut (*u).info).write(info);
            (&raw mut (*u).slots).write(slots);
            self.add_bytes(Userdata::size(u) - (*info).layout.size());
            (u, u.cast::<u8>().add((*info).offset))
        }
    }

    pub(crate) fn new_thread(&mut self, stack: usize) -> *mut Thread {
        // Its stack would be written without a barrier.
        self.leave_young();
        // SAFETY: all fields are written; the stack is initialised up to its capacity.
        unsafe {
            let t: *mut Thread = self.object(Layout::new::<Thread>(), Kind::Thread, 0, 0);
            let slots = alloc_values(stack);
            for i in 0..stack {
                slots.add(i).write(Value::NIL);
            }
            (&raw mut (*t).stack).write(slots);
            (*t).stack_cap = stack as u32;
            (*t).stack_room = stack as u32;
            (*t).top = 0;
            (*t).above = 0;
            (*t).above_seen = 0;
            (&raw mut (*t).frames).write(Frames::new());
            (*t).parent = ptr::null_mut();
            (*t).innermost = ptr::null_mut();
            (*t).status = Status::Suspended;
            (*t).resume_with = 0;
            (*t).raise_pending = false;
            (*t).resume_ok = true;
            (*t).yielded = false;
            (*t).unwinding = false;
            (*t).spawned = false;
            (*t).seen = 0;
            (*t).number = 0;
            self.add_stack(stack * size_of::<Value>());
            t
        }
    }

    /// Counts bytes that a stack of a coroutine takes more.
    pub(crate) fn add_stack(&mut self, n: usize) {
        self.stacks += n;
        self.add_bytes(n);
    }

    /// Counts bytes that a stack of a coroutine gave back.
    pub(crate) fn sub_stack(&mut self, n: usize) {
        self.stacks -= n;
        self.sub_bytes(n);
    }

    /// Keeps code alive as long as the heap.
    pub(crate) fn keep(&mut self, proto: Arc<Proto>) {
        if !self.protos.iter().any(|p| Arc::ptr_eq(p, &proto)) {
            self.protos.push(proto);
        }
    }

    pub(crate) fn pin(&mut self, v: Value) -> Pin {
        self.shade(v);
        self.gc.fresh = true;
        let Some(i) = self.free_pin.checked_sub(1) else {
            self.pins.push(v);
            return Pin(self.pins.len() as u32 - 1);
        };
        let free = std::mem::replace(&mut self.pins[i as usize], v);
        self.free_pin = free.data as u32;
        Pin(i)
    }
    pub(crate) fn pinned(&self, pin: &Pin) -> Value {
        // What lies in a free place is nil, but not the nil.
        self.pins.get(pin.0 as usize).copied().filter(|v| !v.is_nil()).unwrap_or(Value::NIL)
    }
    /// The coroutine that a root names.
    #[inline(always)]
    pub(crate) fn root(&self, root: Root) -> Option<*mut Thread> {
        let v = self.pins.get(root.0 as usize)?;
        (v.tag == crate::value::THREAD).then(|| v.as_thread())
    }
    pub(crate) fn unpin(&mut self, pin: Pin) {
        if let Some(slot) = self.pins.get_mut(pin.0 as usize) {
            *slot = Value { tag: Value::NIL.tag, data: u64::from(self.free_pin) };
            self.free_pin = pin.0 + 1;
        }
    }
    /// Gives all pins back but these.
    pub(crate) fn keep_pins<'a>(&mut self, kept: impl Iterator<Item = &'a mut Pin>) {
        let old = std::mem::take(&mut self.pins);
        self.free_pin = 0;
        for pin in kept {
            let v = old.get(pin.0 as usize).copied().filter(|v| !v.is_nil());
            *pin = self.pin(v.unwrap_or(Value::NIL));
        }
    }
    pub(crate) fn pins(&self) -> &[Value] {
        &self.pins
    }
    /// Lets pin number `i` hold another value. No collection is under way.
    pub(crate) fn replace_pin(&mut self, i: usize, v: Value) {
        self.pins[i] = v;
    }

    #[inline]
    pub(crate) fn stats(&self) -> HeapStats {
        let next = self.bytes.saturating_add_signed(-(self.debt - self.lifted).min(0));
        let (bytes, outside, stacks, objects) = (self.bytes, self.outside, self.stacks, self.objects);
        let quota = self.quota.saturating_add(outside);
        HeapStats { bytes, outside, stacks, objects, collections: self.gc.cycles, next, quota }
    }

    /// Frees one object and returns its size in bytes, without the large blocks, which become `rests`.
    ///
    /// # Safety
    /// The object is unlinked and nothing reaches it any more.
    pub(crate) unsafe fn free(p: *mut Header, rests: &mut ThinVec<Rest>) -> usize {
        // SAFETY: each kind was allocated with the size computed here, and its parts likewise.
        unsafe {
            let size = match (*p).kind {
                Kind::Str => symbol::layout((*p).word as usize).size(),
                Kind::Table => {
                    let parts = Table::free_parts(p.cast(), rests);
                    block::free(p.cast(), size_of::<Table>());
                    return parts + size_of::<Table>();
                }
                Kind::Closure => closure_layout((*p).word as usize).size(),
                Kind::Native => {
                    ptr::drop_in_place(&raw mut (*p.cast::<Native>()).boxed);
                    native_layout((*p).word as usize).size()
                }
                Kind::Userdata => {
                    let u = p.cast::<Userdata>();
                    let info = &*(*u).info;
                    if let Some(dismantle) = info.dismantle
                        && !dismantle(p.cast::<u8>().add(info.offset))
                    {
                        rests.push(Rest::object(u));
                        return 0;
                    }
                    return free_userdata(u);
                }
                Kind::Thread => {
                    let t = p.cast::<Thread>();
                    let (frames, bytes) = (*t).frames.take_block();
                    let parts = free_block(frames, bytes, rests)
                        + free_part((*t).stack, (*t).stack_room as usize, rests);
                    block::free(p.cast(), size_of::<Thread>());
                    return parts + size_of::<Thread>();
                }
                Kind::Cell => size_of::<Cell>(),
                Kind::Texts => packed::size(p),
            };
            free_block(p.cast(), size, rests)
        }
    }
}

/// Frees a userdata at once; its size.
///
/// # Safety
/// The object is unlinked and nothing reaches it any more.
pub(crate) unsafe fn free_userdata(u: *mut Userdata) -> usize {
    // SAFETY: the caller's promise; the type says where the payload is.
    unsafe {
        let (n, info) = (Userdata::size(u), &*(*u).info);
        // The memory is given back even if the payload's drop panics.
        let _memory = Memory(u.cast(), info.layout);
        ptr::drop_in_place(&raw mut (*u).slots);
        (info.drop)(u.cast::<u8>().add(info.offset));
        n
    }
}

/// Frees a block: a small one at once; its size then, else 0.
unsafe fn free_block(p: *mut u8, bytes: usize, rests: &mut ThinVec<Rest>) -> usize {
    // SAFETY: the caller passes a block of that size, or none for 0, that is not used any more.
    unsafe {
        if bytes >= LARGE {
            rests.push(Rest::Block(Tail::new(p, bytes)));
            return 0;
        }
        if bytes > 0 {
            block::free(p, bytes);
        }
        bytes
    }
}

/// Frees an array of `n` `T` as `free_block`.
///
/// # Safety
/// `p` is an array of `n` elements, unless `n` is 0.
pub(crate) unsafe fn free_part<T>(p: *mut T, n: usize, rests: &mut ThinVec<Rest>) -> usize {
    // SAFETY: the caller's promise.
    unsafe { free_block(p.cast(), n * size_of::<T>(), rests) }
}

impl Heap {
    /// Frees objects, then large blocks, for about `budget` bytes or small objects; true when nothing is left.
    pub(crate) fn dismantle(&mut self, budget: usize) -> bool {
        let mut left = budget;
        while left > 0 && !self.head.is_null() {
            let p = self.head;
            // SAFETY: every object is on the list once; the heap is not used any more.
            unsafe {
                self.head = (*p).next;
                let size = Heap::free(p, &mut self.gc.rests);
                self.bytes = self.bytes.saturating_sub(size);
                left = left.saturating_sub(256 + size);
            }
        }
        while left > 0
            && let Some(rest) = self.gc.rests.last_mut()
        {
            match rest.shrink() {
                None => _ = self.gc.rests.pop(),
                Some(n) => {
                    self.bytes = self.bytes.saturating_sub(n);
                    left = left.saturating_sub(n.max(block::SLICE / 4));
                }
            }
        }
        self.head.is_null() && self.gc.rests.is_empty()
    }
}

/// Memory that is given back on every way out.
struct Memory(*mut u8, Layout);

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: made from an allocation of that layout whose content is gone.
        unsafe { block::free_layout(self.0, self.1) }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.dismantle(usize::MAX);
        debug_assert!(self.head.is_null());
        // SAFETY: the overlay is this heap's own.
        unsafe { crate::overlay::free(std::mem::replace(&mut self.overlay, ptr::null_mut())) }
    }
}

pub(crate) fn closure_layout(upvals: usize) -> Layout {
    Layout::from_size_align(size_of::<Closure>() + upvals * size_of::<Value>(), 8)
        .expect("at most 255 upvalues")
}

pub(crate) fn native_layout(upvals: usize) -> Layout {
    Layout::from_size_align(size_of::<Native>() + upvals * size_of::<Value>(), 8).expect("few upvalues")
}

/// Writes everything of a native but its header.
///
/// # Safety
/// `n` is fresh memory of `native_layout(upvals.len())`.
pub(crate) unsafe fn init_native(
    n: *mut Native,
    func: NativeFn,
    name: *const Str,
    boxed: Option<BoxedNative>,
    upvals: &[Value],
) {
    // SAFETY: the caller's promise.
    unsafe {
        (&raw mut (*n).func).write(func);
        (&raw mut (*n).name).write(name);
        (&raw mut (*n).boxed).write(boxed);
        (&raw mut (*n).number).write(0);
        // What is made at run time was made by a native that was allowed to run.
        (&raw mut (*n).traits).write(0);
        (&raw mut (*n).pair).write(None);
        ptr::copy_nonoverlapping(upvals.as_ptr(), Native::upvals(n), upvals.len());
    }
}

/// An uninitialised array of values; dangling for 0.
pub(crate) fn alloc_values(n: usize) -> *mut Value {
    if n == 0 { ptr::NonNull::dangling().as_ptr() } else { block::allocate(n * size_of::<Value>()).cast() }
}

/// Grows or shrinks an array of `T`; `p` may be anything for `old` = 0.
///
/// # Safety
/// `p` is an array of `old` elements, unless `old` is 0; `new` is not 0.
pub(crate) unsafe fn regrow<T>(p: *mut T, old: usize, new: usize) -> *mut T {
    let bytes = new * size_of::<T>();
    if old == 0 {
        return block::allocate(bytes).cast();
    }
    // SAFETY: the caller's promise.
    unsafe { block::resize(p.cast(), old * size_of::<T>(), bytes).cast() }
}

/// Frees an array of `n` `T` at once.
///
/// # Safety
/// As for `free_part`.
pub(crate) unsafe fn free_array<T>(p: *mut T, n: usize) {
    if n > 0 {
        // SAFETY: the caller's promise.
        unsafe { block::free(p.cast(), n * size_of::<T>()) }
    }
}

const _: () = assert!(size_of::<Node>() == 32 && size_of::<Header>() == 16 && size_of::<Value>() == 16);
const _: () = assert!(align_of::<Thread>() == 8 && align_of::<Table>() == 8);
