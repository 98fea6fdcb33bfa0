//! One process: heap, globals, coroutines, and how the embedder runs them.

#![allow(unsafe_code, reason = "hands raw objects to the interpreter")]

use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::block::LARGE;
use crate::fragment::Transit;
use crate::gc::Roots;
use crate::heap::{Heap, HeapStats};
use crate::image::Image;
use crate::native::{Cx, Pin, Root, Val};
use crate::object::{Closure, PAIRED, SHARED, Status, Table, Thread};
use crate::proto::Proto;
use crate::statics::Statics;
use crate::trace::{Trace, TraceFrame};
use crate::value::Value;

/// How a process is set up.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Most bytes of its heap.
    pub quota: usize,
    /// Collect whenever something was allocated (tests).
    pub stress: bool,
    /// Where `math.random` starts; processes with equal seeds draw equal numbers.
    pub seed: u64,
    /// Units of its program mean different things by one name: free names that a unit imports are asked for.
    pub own_names: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { quota: 256 << 20, stress: false, seed: 0, own_names: false }
    }
}

/// Why [`Lua::run`] came back.
#[derive(Debug)]
pub enum Run {
    /// The function returned; [`Cx::outcome`] has the results.
    Finished,
    /// It raised; [`Cx::outcome`] has the raised value. The traceback is that of the raise, innermost first.
    Raised(Vec<TraceFrame>),
    /// A root yielded; [`Cx::outcome`] has the values. What it is resumed with is delivered; without a delivery nothing.
    Yielded,
    /// A native waits for the host: [`Cx::deliver`], then run on.
    Waiting,
    /// The fuel is used up: run on.
    OutOfFuel,
    /// The quota is exceeded. The process must be dropped; running it again gives the same.
    Dead,
}

/// Bytes that are freed in a slice; a small object counts as 256 more.
const DISMANTLE: usize = 1 << 18;

/// The host of a process without memory, which is taken for a running native: it has no stack to enter.
const HOLLOW: Option<(NonNull<()>, TypeOf)> = Some((NonNull::dangling(), TypeId::of::<()>));

/// A type, as a word that is compared faster than its identity.
pub(crate) type TypeOf = fn() -> TypeId;

/// A process.
pub struct Lua {
    pub(crate) heap: Heap,
    /// What the process started from; after the heap, which points into it.
    pub(crate) image: Option<Arc<Image>>,
    /// Traits of natives that a call looks at: `PAIRED`, and in a rehearsal `OUTSIDE`, which ends the run.
    pub(crate) watched: u8,
    pub(crate) statics: Arc<Statics>,
    /// The raised value between a raise and its handler.
    pub(crate) pending: Value,
    pub(crate) fuel: i64,
    /// Set for the duration of `run` and `enter`: the embedder's side and its type.
    pub(crate) host: Option<(NonNull<()>, TypeOf)>,
    /// The root that runs and the coroutine that it is in; null between runs.
    pub(crate) root: *mut Thread,
    pub(crate) current: *mut Thread,
    /// Stack for `enter`.
    pub(crate) scratch: *mut Thread,
    pub(crate) dead: bool,
    /// See [`Options::own_names`].
    pub(crate) own_names: bool,
    pub(crate) names: &'static crate::symbol::Names,
    pub(crate) exit: crate::interp::Exit,
    /// Traceback of the last raise that nothing caught; a box, since it is rare.
    pub(crate) trace: Option<Box<Trace>>,
    /// State of the generator behind `math.random`.
    pub(crate) random: u64,
    /// Large messages that are copied or adopted: nothing else happens until they are.
    pub(crate) transit: Option<Box<Transit>>,
}

// SAFETY: all pointers lead into its own heap or to immortal, immutable objects of the statics and prototypes that it
// keeps alive; payloads of userdata are `Send`. The host pointer is set only while `run` or `enter` borrow it.
unsafe impl Send for Lua {}

impl Lua {
    /// A process with fresh globals.
    pub fn new(statics: Arc<Statics>, options: Options) -> Lua {
        let mut lua = Lua::bare(statics, options);
        let heap = &mut lua.heap;
        let globals = heap.new_table(0, lua.statics.globals.len() + 1);
        // SAFETY: the table is fresh; keys are strings.
        unsafe {
            for (k, v) in &lua.statics.globals {
                let done = Table::set(heap, globals, Value::str(*k), *v);
                debug_assert!(done.is_ok());
            }
            let g = crate::symbol::intern(b"_G").expect("the first symbols fit");
            let done = Table::set(heap, globals, Value::str(g), Value::table(globals));
            debug_assert!(done.is_ok());
        }
        heap.globals_face = globals;
        heap.globals = globals;
        lua
    }

    /// A process that goes on from an image: its globals and whatever they reach, shared until it writes them.
    pub fn from_image(image: Arc<Image>, options: Options) -> Lua {
        let mut lua = Lua::bare(image.statics.clone(), options);
        lua.heap.globals_face = image.globals;
        // SAFETY: the globals of an image are the face of a table.
        lua.heap.globals = unsafe { (*image.globals).meta };
        lua.heap.numbers = image.numbers;
        if image.has_templates() {
            crate::overlay::adopt(&mut lua.heap, &image);
        }
        lua.image = Some(image);
        lua
    }

    /// Whether the process started from `image`.
    pub fn is_from(&self, image: &Arc<Image>) -> bool {
        self.image.as_ref().is_some_and(|own| Arc::ptr_eq(own, image))
    }

    fn bare(statics: Arc<Statics>, options: Options) -> Lua {
        let mut heap = Heap::new(options.quota);
        let scratch = heap.new_thread(4);
        if options.stress {
            heap.stress = true;
            // From the first allocation on, not only behind what a new heap may allocate.
            heap.debt = 0;
        }
        Lua {
            heap,
            image: None,
            watched: PAIRED,
            statics,
            pending: Value::NIL,
            fuel: 0,
            host: None,
            root: ptr::null_mut(),
            current: ptr::null_mut(),
            scratch,
            dead: false,
            own_names: options.own_names,
            names: crate::symbol::names(),
            exit: crate::interp::Exit::Finished,
            trace: None,
            random: options.seed,
            transit: None,
        }
    }

    /// Gives `f` a native's view of the process, to make values, read results, deliver.
    ///
    /// A native may enter another process, as whoever spawns does; handles of its own process must rest meanwhile, for they would
    /// look into the other's overlay. The types do not prove that.
    ///
    /// # Panics
    /// When called from inside a native of the same process.
    pub fn enter<H: Any, R>(&mut self, host: &mut H, f: impl for<'cx> FnOnce(&mut Cx<'cx>) -> R) -> R {
        assert!(self.host.is_none(), "enter is not called from a running native");
        self.settle(&mut i64::MAX.clone());
        let _overlay = crate::overlay::enter(self.heap.overlay);
        // The borrow outlives this call, and the pointer is cleared before it ends, also by a panic.
        self.host = Some((NonNull::from(host).cast(), TypeId::of::<H>));
        let guard = ClearHost(self);
        let lua: *mut Lua = &raw mut *guard.0;
        // SAFETY: the scratch thread lives as long as the process; nothing else runs meanwhile.
        let mut cx = unsafe {
            (*(*lua).scratch).top = 0;
            (*(*lua).scratch).above_seen = 0;
            (*lua).window()
        };
        let result = f(&mut cx);
        // SAFETY: as above; what lies on the scratch stack is garbage now.
        unsafe { (*(*lua).scratch).top = 0 }
        result
    }

    /// Runs the root coroutine that `root` pins until it has something to say; `fuel` is reduced by what it used.
    pub fn run<H: Any>(&mut self, root: impl Into<Root>, fuel: &mut i64, host: &mut H) -> Run {
        if !self.settle(fuel) {
            return Run::OutOfFuel;
        }
        let thread = match self.heap.root(root.into()) {
            Some(thread) if !self.dead => thread,
            _ => return Run::Dead,
        };
        let _overlay = crate::overlay::enter(self.heap.overlay);
        self.host = Some((NonNull::from(host).cast(), TypeId::of::<H>));
        self.fuel = *fuel;
        let guard = ClearHost(self);
        let run = crate::interp::run(guard.0, thread);
        *fuel = guard.0.fuel;
        if matches!(run, Run::OutOfFuel)
            && let Some(image) = &guard.0.image
        {
            crate::detach::consider(&mut guard.0.heap, image);
        }
        run
    }

    /// Like [`run`](Self::run) for a root that waits: goes on without results; the continuation asks the host for them.
    pub fn wake<H: Any>(&mut self, root: impl Into<Root>, fuel: &mut i64, host: &mut H) -> Run {
        let root = root.into();
        if let Some(thread) = self.heap.root(root) {
            crate::thread::deliver(&mut self.heap, thread, &[], false);
        }
        self.run(root, fuel, host)
    }

    /// What the host's pins hold.
    pub fn pins(&self) -> Pins<'_> {
        Pins(&self.heap)
    }

    /// Asks for a copy of its own of everything in its image, which a process that works hard on it gets anyway.
    pub fn detach(&mut self) {
        if self.image.is_some() {
            // SAFETY: the overlay is this heap's own, and nothing runs.
            crate::detach::begin(unsafe { &mut *crate::overlay::made(&mut self.heap) });
            self.heap.unsettled = true;
        }
    }

    /// Goes on for `fuel` with that copy, or with a large message that is copied out or adopted; false if it is not done yet.
    /// Nothing else may happen to the process before it is: [`Lua::run`] only goes on with it, [`Lua::enter`] and
    /// [`Lua::collect`] finish it at once.
    #[inline]
    pub fn settle(&mut self, fuel: &mut i64) -> bool {
        !self.heap.unsettled || self.dead || self.settle_some(fuel)
    }

    #[cold]
    fn settle_some(&mut self, fuel: &mut i64) -> bool {
        let done = crate::fragment::go_on(self, fuel) && crate::detach::step(self, fuel);
        self.heap.unsettled = !done;
        done
    }

    /// A native's view of the process for work between two slices, without a host and without looking at what is unsettled.
    pub(crate) fn aside<R>(&mut self, f: impl for<'cx> FnOnce(&mut Cx<'cx>) -> R) -> R {
        f(&mut self.window())
    }

    /// The host's window of the process.
    fn window<'cx>(&mut self) -> Cx<'cx> {
        Cx {
            lua: self,
            thread: self.scratch,
            callee: ptr::null(),
            base: 0,
            args: 0,
            results: 0,
            ok: true,
            then: None,
            brand: PhantomData,
        }
    }

    /// Gives all pins back but these: whoever held others is gone.
    pub fn keep_pins<'a>(&mut self, kept: impl Iterator<Item = &'a mut Pin>) {
        self.settle(&mut i64::MAX.clone());
        self.pending = Value::NIL;
        // SAFETY: nothing runs, and the borrow ends here.
        let own = unsafe { crate::overlay::value_pins(&self.heap) };
        self.heap.keep_pins(kept.chain(own));
    }

    /// Takes the process out; what is left behind is dead, and empty.
    pub fn take(&mut self) -> Lua {
        let left = Lua {
            heap: Heap::new(0),
            image: None,
            watched: PAIRED,
            statics: Arc::clone(&self.statics),
            pending: Value::NIL,
            fuel: 0,
            host: HOLLOW,
            root: ptr::null_mut(),
            current: ptr::null_mut(),
            scratch: ptr::null_mut(),
            dead: true,
            own_names: false,
            names: self.names,
            exit: crate::interp::Exit::Finished,
            trace: None,
            random: 0,
            transit: None,
        };
        std::mem::replace(self, left)
    }

    /// Whether it ended for good: by its quota, or by a panic of a native.
    pub fn is_dead(&self) -> bool {
        self.dead
    }

    /// Gives a pin back.
    pub fn unpin(&mut self, pin: Pin) {
        self.heap.unpin(pin);
    }

    /// Runs a whole collection.
    pub fn collect(&mut self) {
        self.settle(&mut i64::MAX.clone());
        let roots = self.roots();
        self.heap.collect_full(&Roots { values: &roots, current: ptr::null_mut() });
    }

    /// A step of a collection that nobody asked for; its cost.
    pub(crate) fn collect_on(&mut self) -> i64 {
        let roots = self.roots();
        self.heap.collect_on(&Roots { values: &roots, current: ptr::null_mut() }) as i64
    }

    /// The process is about to wait: if it allocated more than 2 KB and half of what lives since its last collection, it goes
    /// on collecting, for `fuel`. True when it has nothing to collect; or, if it waits only `shortly`, what
    /// [can wait](Self::can_wait).
    pub fn rest(&mut self, fuel: &mut i64, shortly: bool) -> bool {
        crate::detach::cool(&mut self.heap);
        if !self.settle(fuel) {
            return false;
        }
        let much = self.heap.is_worth_collecting();
        let keeps = if shortly { !much || self.heap.can_wait() } else { !much && !self.heap.has_young() };
        if keeps {
            return true;
        }
        let roots = self.roots();
        let roots = Roots { values: &roots, current: ptr::null_mut() };
        if self.heap.has_old() {
            *fuel -= self.heap.collect_young(&roots) as i64;
        }
        while self.heap.is_worth_collecting() {
            if *fuel <= 0 {
                return false;
            }
            *fuel -= self.heap.collect_on(&roots) as i64;
        }
        self.heap.begin_young();
        true
    }

    /// Is there garbage to be collected if the process waits for long, of 16 KB or half of what lives at most?
    #[inline]
    pub fn can_wait(&self) -> bool {
        self.heap.is_worth_collecting() && self.heap.can_wait()
    }

    /// Sets how much the heap grows between two collections, in percent of what lives; a negative number stops the collector
    /// until the quota is reached. Counts from the end of the next collection.
    pub fn set_pause(&mut self, percent: i32) {
        if percent != self.heap.pause {
            self.heap.set_pause(percent);
        }
    }

    /// Bytes that were freed since they were taken last.
    #[inline]
    pub fn freed(&self) -> usize {
        self.heap.freed
    }

    /// The same, and takes them.
    pub fn take_freed(&mut self) -> usize {
        self.heap.take_freed()
    }

    /// Has everything collected that is garbage now: at once when the process waits, else as it goes on.
    pub fn ask_to_collect(&mut self) {
        self.heap.ask();
    }

    /// Makes the next collection begin early, because the node is short of memory.
    pub fn press(&mut self) {
        self.heap.press();
        crate::detach::calm(&mut self.heap);
    }

    /// Takes the memory of a process that has ended, if it is so much that freeing it at once would hold a worker. What is
    /// left of the process is good for being dropped.
    pub fn take_remains(&mut self) -> Option<Remains> {
        if self.heap.bytes < LARGE {
            return None;
        }
        let heap = std::mem::replace(&mut self.heap, Heap::new(0));
        // Nothing here points into it any more.
        (self.dead, self.host, self.pending) = (true, HOLLOW, Value::NIL);
        (self.root, self.current, self.scratch) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        Some(Remains { heap, _image: self.image.clone(), _statics: Arc::clone(&self.statics) })
    }

    /// Has the next run stop behind about `bytes` of allocation as if its fuel were used up, to ask who allocates. That fuel is left
    /// tells the two apart.
    pub fn watch(&mut self, bytes: usize) {
        self.heap.watch(bytes);
    }

    /// Ends that.
    pub fn unwatch(&mut self) {
        self.heap.unwatch();
    }

    /// Bytes and objects allocated, garbage included; only differences mean anything, as long as nobody asks
    /// [`take_freed`](Self::take_freed) in between. Objects count modulo 2^32.
    pub fn allocated(&self) -> (usize, u32) {
        let heap = &self.heap;
        (heap.bytes.wrapping_add(heap.freed), (heap.objects as u32).wrapping_add(heap.swept))
    }

    /// The Lua functions on the stack of the root coroutine `root` and the line that each is at, innermost first and through
    /// coroutines; `most` of them at most.
    pub fn stack(&self, root: impl Into<Root>, most: usize, visit: &mut dyn FnMut(&Proto, u32)) {
        if let Some(thread) = self.heap.root(root.into()) {
            crate::trace::visit(thread, most, visit);
        }
    }

    /// Live bytes and objects.
    #[inline]
    pub fn stats(&self) -> HeapStats {
        self.heap.stats()
    }

    /// Changes the bound on the heap and what counts outside of it.
    pub fn set_quota(&mut self, bytes: usize) {
        self.heap.set_quota(bytes);
    }

    /// As [`Cx::hold_outside`]. False: it does not fit, and counts for nothing.
    #[must_use]
    pub fn hold_outside(&mut self, bytes: usize) -> bool {
        self.heap.hold_outside(bytes)
    }

    /// So many bytes of what counted outside of the heap are gone, or came in.
    #[inline]
    pub fn release_outside(&mut self, bytes: usize) {
        self.heap.release_outside(bytes);
    }

    /// Nothing is left outside of the heap: whoever held it is gone.
    pub fn release_all_outside(&mut self) {
        self.heap.release_outside(self.heap.stats().outside);
    }

    /// Has it passed its quota, together with its garbage?
    #[inline]
    pub fn is_over(&self) -> bool {
        self.heap.over_quota
    }

    /// A process that is about to wait may have passed its quota outside of its program, which would meet that only when it goes on:
    /// collects everything for `fuel`, to know. False: not done yet. What lives is too much if it [is dead](Self::is_dead) then.
    #[cold]
    pub fn judge(&mut self, fuel: &mut i64) -> bool {
        if !self.heap.over_quota || self.dead {
            return true;
        }
        if !self.settle(fuel) {
            return false;
        }
        let roots = self.roots();
        let roots = Roots { values: &roots, current: ptr::null_mut() };
        while let Some(work) = self.heap.collect_urgently(&roots) {
            *fuel -= work as i64;
            if *fuel <= 0 {
                return false;
            }
        }
        self.dead = self.heap.over_quota;
        true
    }

    pub(crate) fn roots(&self) -> [Value; 5] {
        let thread = |t: *mut Thread| if t.is_null() { Value::NIL } else { Value::thread(t) };
        let globals = self.heap.globals_face;
        [
            // A process without memory has none.
            if globals.is_null() { Value::NIL } else { Value::table(globals) },
            self.pending,
            thread(self.root),
            thread(self.current),
            thread(self.scratch),
        ]
    }
}

/// The host objects that pins of a process hold; a view that needs nothing of the process but its heap.
#[derive(Clone, Copy)]
pub struct Pins<'a>(&'a Heap);

impl<'a> Pins<'a> {
    /// The payload of the host object that `pin` holds, if it is a `T`.
    #[inline]
    pub fn payload<T: Any + Send>(self, pin: &Pin) -> Option<&'a T> {
        let v = self.0.pinned(pin);
        if v.tag != crate::value::USERDATA {
            return None;
        }
        let u = v.as_userdata();
        // SAFETY: what is pinned is live, and no collection frees it while the heap is borrowed.
        unsafe {
            if (*u).hdr.mark & SHARED != 0 && (*(*u).info).template.is_some() {
                return crate::overlay::template_of(self.0, u.cast())?.downcast_ref();
            }
            crate::object::Userdata::payload(u)
        }
    }
}

impl Cx<'_> {
    /// The host's pins beside the host; see [`Cx::host`].
    pub fn pins_and_host<T: Any>(&mut self) -> (Pins<'_>, &mut T) {
        let host: *mut T = self.host::<T>();
        // SAFETY: the host is no part of the process, so the two borrows touch different memory; both end with that of the
        // window.
        unsafe { (Pins(&(*self.lua).heap), &mut *host) }
    }
}

/// The memory of a process that has ended.
pub struct Remains {
    heap: Heap,
    /// Payloads and code in the heap are described by these.
    _image: Option<Arc<Image>>,
    _statics: Arc<Statics>,
}

// SAFETY: as for `Lua`; nothing runs in it any more.
unsafe impl Send for Remains {}

impl Remains {
    /// The heap of an image that nobody holds any more.
    pub(crate) fn of(heap: Heap, statics: Arc<Statics>) -> Remains {
        Remains { heap, _image: None, _statics: statics }
    }
    /// Bytes that are not freed yet.
    pub fn bytes(&self) -> usize {
        self.heap.bytes
    }
    /// Frees for some 50 us; true when nothing is left.
    pub fn free_slice(&mut self) -> bool {
        self.heap.dismantle(DISMANTLE)
    }
}

/// Clears the host pointer even if the host's code panics.
struct ClearHost<'a>(&'a mut Lua);

impl Drop for ClearHost<'_> {
    fn drop(&mut self) {
        self.0.host = None;
        if std::thread::panicking() {
            // A native was left in the middle: the heap is only good for being freed.
            self.0.dead = true;
        }
    }
}

impl<'cx> Cx<'cx> {
    /// A function of the process from code; its globals are the process's.
    pub fn load(&mut self, proto: Arc<Proto>) -> Val<'cx> {
        let raw = Arc::as_ptr(&proto);
        let lua = self.lua();
        lua.heap.keep(proto);
        let c: *mut Closure = lua.heap.new_closure(raw, 0);
        Val::new(Value::closure(c))
    }

    /// What the root `thread` finished, yielded or raised with, after [`Lua::run`] said so.
    pub fn outcome(&mut self, thread: Val<'cx>) -> Vec<Val<'cx>> {
        if !thread.is_thread() {
            return Vec::new();
        }
        let t = thread.raw.as_thread();
        // SAFETY: the thread is live; its results lie on top of its stack.
        unsafe {
            let n = (*t).resume_with as usize;
            let first = ((*t).top as usize).saturating_sub(n);
            (first..(*t).top as usize).map(|i| Val::new(*(*t).stack.add(i))).collect()
        }
    }

    /// `suspended running normal waiting dead` of a coroutine.
    pub fn thread_status(&self, thread: Val<'cx>) -> &'static str {
        if !thread.is_thread() {
            return "dead";
        }
        // SAFETY: the thread is live.
        match unsafe { (*thread.raw.as_thread()).status } {
            Status::Suspended => "suspended",
            Status::Running => "running",
            Status::Normal => "normal",
            Status::Waiting | Status::Ready => "waiting",
            Status::Dead => "dead",
        }
    }

    /// The Lua frames that run, innermost first.
    pub fn traceback(&self) -> Vec<TraceFrame> {
        crate::trace::traceback(self.thread)
    }
}
