//! What a native function sees: branded values, its slots, and what it asks the interpreter to do next.
//!
//! # Contract
//!
//! A native is a plain function `for<'cx> fn(&mut Cx<'cx>) -> NativeResult`. Its *slots* are numbered from 0: the arguments
//! first, then whatever it pushes. A [`Val`] is branded with `'cx`, so it cannot be kept in Rust beyond the call: what must
//! survive a call-out stays in slots, in upvalues of a native closure, in slots of a userdata, or in a [`Pin`] of the host.
//! The collector never runs while a native is active, so values and borrowed strings stay valid for all of `'cx`.
//!
//! A native never calls Lua on the Rust stack. It pushes a function and arguments and returns [`Cx::call`] with a *continuation*:
//! another native that is run in the same slots once the call has returned, with the results pushed on top
//! ([`Cx::results`] counts them, [`Cx::result`] reads them). A loop is a continuation that calls again and names itself. Long work
//! without callbacks charges [`Cx::charge`] and, when that says so, stores its state in slots and returns [`Cx::again`].
//!
//! Raising: `Err(cx.error("…"))`. A [`Raise`] carries no data; the value waits inside the process.

#![allow(unsafe_code, reason = "the branded view over raw values is where safe code meets the heap")]

use std::any::{Any, TypeId};
use std::fmt;
use std::marker::PhantomData;

use crate::frame::Waits;
use crate::lua::{Lua, TypeOf};
use crate::object::{Native, Str, Thread};
use crate::types::{self, Type};
use crate::value::{self, Value};

mod args;
mod objects;
mod record;

pub use args::Num;
pub use objects::{Table, Userdata, Walk};
pub use record::Fields;

/// A native function.
pub type NativeFn = for<'a, 'cx> fn(&'a mut Cx<'cx>) -> NativeResult;
/// Most values of one list: arguments, results, `...`. Lists are copied at once.
pub(crate) const MAX_VALUES: usize = 1 << 16;

/// A native function with captured Rust state, for statics only.
pub type DynNative = dyn for<'a, 'cx> Fn(&'a mut Cx<'cx>) -> NativeResult + Send + Sync;
/// What a native returns.
pub type NativeResult = Result<Flow, Raise>;

/// The proof that a value was raised; made by [`Cx::error`], [`Cx::raise`] and the argument getters.
#[derive(Debug)]
#[must_use = "return it, or the raised value is lost"]
pub struct Raise(pub(crate) RaiseKind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RaiseKind {
    /// The value is in `Lua::pending`.
    Value,
    /// The quota is exceeded: no `pcall` catches it.
    Quota,
}

/// What the interpreter does after a native returned; made by [`Cx`] methods and [`Flow::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a native returns its flow"]
pub struct Flow {
    pub(crate) kind: FlowKind,
    pub(crate) n: u32,
}

/// Without fields: whether a native has returned is asked with each call, and one comparison answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowKind {
    Return,
    Call,
    ProtectedCall,
    TailCall,
    Again,
    Yield,
    /// What then comes is as [`Waits`] says.
    Resume,
    ResumeValues,
    ResumeStatus,
    Wait,
    /// Wait, while another root goes on; `n` is its number.
    Pass,
}

/// Two methods in one: a native method and another one, without arguments, on its result, which programs write `a:first():name()`.
pub struct Pair {
    /// The second method.
    pub name: &'static str,
    /// Does what both do, with the arguments of the first, and returns what the second does; `None`: it has done nothing, and both are
    /// to be called. It neither waits nor calls.
    pub func: for<'cx> fn(&mut Cx<'cx>) -> Option<NativeResult>,
}

impl Flow {
    /// Done: the last `n` pushed values are the results.
    pub fn values(n: usize) -> Flow {
        Flow { kind: FlowKind::Return, n: n as u32 }
    }
}

/// A Lua value, valid for the call `'cx` of one process.
#[derive(Clone, Copy)]
pub struct Val<'cx> {
    pub(crate) raw: Value,
    /// Invariant: values of two processes can never be mixed.
    pub(crate) brand: PhantomData<fn(&'cx ()) -> &'cx ()>,
}

/// A value taken apart.
#[derive(Clone, Copy, Debug)]
pub enum View<'cx> {
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// The bytes of a string.
    Str(&'cx [u8]),
    /// A table.
    Table(Table<'cx>),
    /// A Lua or native function.
    Function(Val<'cx>),
    /// A host object, error objects included.
    Userdata(Userdata<'cx>),
    /// A coroutine.
    Thread(Val<'cx>),
    /// A type.
    Type(&'cx Type),
}

impl<'cx> Val<'cx> {
    /// `nil`
    pub const NIL: Val<'cx> = Val { raw: Value::NIL, brand: PhantomData };

    pub(crate) fn new(raw: Value) -> Val<'cx> {
        Val { raw, brand: PhantomData }
    }
    /// A boolean.
    pub fn bool(b: bool) -> Val<'cx> {
        Val::new(Value::bool(b))
    }
    /// An integer.
    pub fn int(i: i64) -> Val<'cx> {
        Val::new(Value::int(i))
    }
    /// A float.
    pub fn float(f: f64) -> Val<'cx> {
        Val::new(Value::float(f))
    }
    /// Whether it is `nil`.
    pub fn is_nil(self) -> bool {
        self.raw.is_nil()
    }
    /// Neither `nil` nor `false`.
    pub fn truthy(self) -> bool {
        self.raw.truthy()
    }
    /// `nil boolean number string table function userdata thread type`.
    pub fn type_name(self) -> &'static str {
        self.raw.type_name()
    }
    /// Equality without metamethods.
    pub fn raw_eq(self, other: Val<'cx>) -> bool {
        self.raw.raw_eq(other.raw)
    }
    /// The value taken apart.
    #[inline]
    pub fn view(self) -> View<'cx> {
        match self.raw.tag {
            value::NIL => View::Nil,
            value::FALSE | value::TRUE => View::Bool(self.raw.truthy()),
            value::INT => View::Int(self.raw.as_int()),
            value::FLOAT => View::Float(self.raw.as_float()),
            // SAFETY: strings are immutable and not freed during 'cx.
            value::STR => View::Str(unsafe { Str::bytes(self.raw.as_str()) }),
            value::TABLE => View::Table(Table { raw: self.raw.as_table(), brand: PhantomData }),
            value::USERDATA => View::Userdata(Userdata { raw: self.raw.as_userdata(), brand: PhantomData }),
            value::THREAD => View::Thread(self),
            // SAFETY: types are immutable and not freed during 'cx.
            value::TYPE => match unsafe { types::of_value(self.raw) } {
                Some(ty) => View::Type(ty),
                None => View::Nil,
            },
            _ => View::Function(self),
        }
    }
    /// The integer, if it is one (floats are not converted).
    pub fn as_int(self) -> Option<i64> {
        self.raw.is_int().then(|| self.raw.as_int())
    }
    /// The number as a float.
    pub fn as_number(self) -> Option<f64> {
        match self.view() {
            View::Int(i) => Some(i as f64),
            View::Float(f) => Some(f),
            _ => None,
        }
    }
    /// The bytes, if it is a string.
    #[inline]
    pub fn as_bytes(self) -> Option<&'cx [u8]> {
        match self.view() {
            View::Str(s) => Some(s),
            _ => None,
        }
    }
    /// The table, if it is one.
    pub fn as_table(self) -> Option<Table<'cx>> {
        match self.view() {
            View::Table(t) => Some(t),
            _ => None,
        }
    }
    /// The userdata, if it is one.
    #[inline]
    pub fn as_userdata(self) -> Option<Userdata<'cx>> {
        let object = || Userdata { raw: self.raw.as_userdata(), brand: PhantomData };
        (self.raw.tag == value::USERDATA).then(object)
    }
    /// Whether it is a Lua or native function.
    pub fn is_function(self) -> bool {
        matches!(self.raw.tag, value::CLOSURE | value::NATIVE)
    }
    /// Whether it is a coroutine.
    pub fn is_thread(self) -> bool {
        self.raw.tag == value::THREAD
    }
    /// An address-like identity of objects, stable while the object lives; `None` for immediates and strings.
    pub fn identity(self) -> Option<u64> {
        (self.raw.tag > value::STR).then_some(self.raw.data)
    }
}

impl fmt::Debug for Val<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.view() {
            View::Str(s) => write!(f, "{:?}", String::from_utf8_lossy(s)),
            View::Int(i) => write!(f, "{i}"),
            View::Float(x) => write!(f, "{x}"),
            View::Bool(b) => write!(f, "{b}"),
            _ => f.write_str(self.type_name()),
        }
    }
}

impl From<bool> for Val<'_> {
    fn from(b: bool) -> Self {
        Val::bool(b)
    }
}
impl From<i32> for Val<'_> {
    fn from(i: i32) -> Self {
        Val::int(i64::from(i))
    }
}
impl From<i64> for Val<'_> {
    fn from(i: i64) -> Self {
        Val::int(i)
    }
}
impl From<f64> for Val<'_> {
    fn from(f: f64) -> Self {
        Val::float(f)
    }
}
impl<'cx> From<Table<'cx>> for Val<'cx> {
    fn from(t: Table<'cx>) -> Self {
        t.val()
    }
}
impl<'cx> From<Userdata<'cx>> for Val<'cx> {
    fn from(u: Userdata<'cx>) -> Self {
        u.val()
    }
}

/// A value that the host keeps alive in one process. Read with [`Cx::pinned`], given back with [`Lua::unpin`]; a pin of
/// another process reads as some other value of this process or nil.
#[derive(Debug, PartialEq, Eq, Hash)]
#[must_use = "a pin that is dropped without unpin keeps its value until the process ends"]
pub struct Pin(pub(crate) u32);

impl Pin {
    /// Names the coroutine that it holds, to be run.
    pub fn root(&self) -> Root {
        Root(self.0)
    }
}

/// A coroutine that a [`Pin`] holds; means nothing once that was given back.
#[derive(Clone, Copy, Debug)]
pub struct Root(pub(crate) u32);

impl From<&Pin> for Root {
    fn from(pin: &Pin) -> Root {
        pin.root()
    }
}

/// The window of a running native; the only way to the heap.
pub struct Cx<'cx> {
    pub(crate) lua: *mut Lua,
    pub(crate) thread: *mut Thread,
    pub(crate) callee: *const Native,
    /// Stack index of slot 0.
    pub(crate) base: u32,
    pub(crate) args: u32,
    /// Results of the call-out that this continuation continues.
    pub(crate) results: u32,
    pub(crate) ok: bool,
    pub(crate) then: Option<NativeFn>,
    pub(crate) brand: PhantomData<fn(&'cx ()) -> &'cx ()>,
}

impl<'cx> Cx<'cx> {
    /// The view of a native whose first slot is `base`, for one call of it.
    #[inline(always)]
    pub(crate) fn of_call(
        lua: *mut Lua,
        thread: *mut Thread,
        callee: *const Native,
        base: u32,
        args: u32,
    ) -> Cx<'cx> {
        Cx { lua, thread, callee, base, args, results: 0, ok: true, then: None, brand: PhantomData }
    }
    #[inline]
    pub(crate) fn lua(&mut self) -> &mut Lua {
        // SAFETY: a Cx is made by the interpreter or by `Lua::enter` for a process that outlives it and that nothing
        // else touches meanwhile; the reference lives as long as this borrow of the Cx.
        unsafe { &mut *self.lua }
    }
    pub(crate) fn lua_ref(&self) -> &Lua {
        // SAFETY: as above.
        unsafe { &*self.lua }
    }

    // ---- slots -------------------------------------------------------------------------------------------

    /// Number of arguments of the call (not of the continuation).
    #[inline]
    pub fn nargs(&self) -> usize {
        self.args as usize
    }
    /// Argument `i`, counted from 0; nil when absent.
    #[inline]
    pub fn arg(&self, i: usize) -> Val<'cx> {
        if i < self.args as usize { self.slot(i) } else { Val::NIL }
    }
    /// Slot `i`: arguments, then pushed values; nil beyond the top.
    #[inline]
    pub fn slot(&self, i: usize) -> Val<'cx> {
        // SAFETY: slots below the top are initialised values of the thread's stack.
        unsafe {
            let at = self.base as usize + i;
            if at < (*self.thread).top as usize { Val::new(*(*self.thread).stack.add(at)) } else { Val::NIL }
        }
    }
    /// Overwrites slot `i`, which must exist.
    pub fn set_slot(&mut self, i: usize, v: Val<'cx>) {
        assert!(i < self.len(), "slot {i} of {}", self.len());
        // SAFETY: just checked. What is below `Thread::above` was scanned.
        unsafe { *(*self.thread).stack.add(self.base as usize + i) = v.raw }
        self.lua().heap.shade(v.raw);
    }
    /// Number of slots in use.
    #[inline]
    pub fn len(&self) -> usize {
        // SAFETY: the thread is live and runs this native.
        unsafe { ((*self.thread).top - self.base) as usize }
    }
    /// Whether no slot is in use.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Adds a slot on top.
    #[inline]
    pub fn push(&mut self, v: impl Into<Val<'cx>>) {
        let v = v.into();
        // SAFETY: growth keeps the stack initialised up to its capacity.
        unsafe {
            if (*self.thread).top >= (*self.thread).stack_cap {
                crate::thread::grow(&mut (*self.lua).heap, self.thread, 1);
            }
            *(*self.thread).stack.add((*self.thread).top as usize) = v.raw;
            (*self.thread).top += 1;
        }
    }
    /// Makes room at slot `at`, which must not lie above the top, and puts `v` there.
    pub fn insert(&mut self, at: usize, v: Val<'cx>) {
        assert!(at <= self.len(), "slot {at} of {}", self.len());
        self.push(Val::NIL);
        // SAFETY: the slots from `at` to the old top move up by one into the slot just pushed.
        unsafe {
            let p = (*self.thread).stack.add(self.base as usize + at);
            std::ptr::copy(p, p.add(1), self.len() - 1 - at);
            *p = v.raw;
        }
        self.lua().heap.shade(v.raw);
    }
    /// Drops slots from the top until `n` are left, or fills up with nil.
    #[inline]
    pub fn set_len(&mut self, n: usize) {
        while self.len() < n {
            self.push(Val::NIL);
        }
        // SAFETY: the thread is live; the new top lies within initialised slots.
        unsafe {
            let top = self.base + n as u32;
            (*self.thread).top = top;
            (*self.thread).above = (*self.thread).above.min(top);
        }
    }
    /// In a continuation: how many values the call returned (or was resumed with). 0 otherwise.
    #[inline]
    pub fn results(&self) -> usize {
        self.results as usize
    }
    /// In a continuation: result `i`, counted from 0; nil when absent.
    pub fn result(&self, i: usize) -> Val<'cx> {
        if i < self.results() { self.slot(self.len() - self.results() + i) } else { Val::NIL }
    }
    /// In a continuation of [`Cx::pcall`] or [`Cx::resume`]: false if the call raised (the value is the only result).
    pub fn succeeded(&self) -> bool {
        self.ok
    }
    /// Upvalue `i` of a native closure, nil when absent.
    pub fn upvalue(&self, i: usize) -> Val<'cx> {
        // SAFETY: the callee, if it is no host, is live for the call; its upvalue count is in the header.
        unsafe {
            if !self.callee.is_null() && i < (*self.callee).hdr.word as usize {
                Val::new(*Native::upvals(self.callee.cast_mut()).add(i))
            } else {
                Val::NIL
            }
        }
    }
    /// Overwrites upvalue `i` of the native closure that runs.
    pub fn set_upvalue(&mut self, i: usize, v: Val<'cx>) {
        let callee = self.callee.cast_mut();
        assert!(!callee.is_null(), "the host has no upvalues");
        // SAFETY: bounds are checked; only private natives have upvalues; the barrier keeps the collector informed.
        unsafe {
            assert!(i < (*callee).hdr.word as usize, "upvalue {i} of {}", (*callee).hdr.word);
            *Native::upvals(callee).add(i) = v.raw;
            self.lua().heap.barrier_forward(callee.cast(), v.raw);
        }
    }
    /// The name of the running native, for messages.
    pub fn name(&self) -> &'cx str {
        // SAFETY: names are immortal or kept by the callee.
        unsafe {
            if self.callee.is_null() || (*self.callee).name.is_null() {
                return "?";
            }
            std::str::from_utf8(Str::bytes((*self.callee).name)).unwrap_or("?")
        }
    }

    // ---- what happens next ---------------------------------------------------------------------------------

    /// Returns one value.
    #[inline]
    pub fn ret(&mut self, v: impl Into<Val<'cx>>) -> NativeResult {
        self.push(v);
        Ok(Flow::values(1))
    }
    /// Returns two values.
    #[inline]
    pub fn ret2(&mut self, a: impl Into<Val<'cx>>, b: impl Into<Val<'cx>>) -> NativeResult {
        let (a, b) = (a.into(), b.into());
        // SAFETY: as in `push`.
        unsafe {
            let top = (*self.thread).top;
            if top + 2 > (*self.thread).stack_cap {
                crate::thread::grow(&mut (*self.lua).heap, self.thread, 2);
            }
            let to = (*self.thread).stack.add(top as usize);
            *to = a.raw;
            *to.add(1) = b.raw;
            (*self.thread).top = top + 2;
        }
        Ok(Flow::values(2))
    }
    /// Returns nothing.
    pub fn ret0(&mut self) -> NativeResult {
        Ok(Flow::values(0))
    }
    /// Calls: a function and `args` arguments are the last pushed values. They are replaced by the results, then `then` runs.
    pub fn call(&mut self, args: usize, then: NativeFn) -> NativeResult {
        self.then = Some(then);
        Ok(Flow { kind: FlowKind::Call, n: args as u32 })
    }
    /// Like [`Cx::call`]; a raise comes back as one result with [`Cx::succeeded`] false. Exhausted quota is not caught.
    pub fn pcall(&mut self, args: usize, then: NativeFn) -> NativeResult {
        self.then = Some(then);
        Ok(Flow { kind: FlowKind::ProtectedCall, n: args as u32 })
    }
    /// Calls and returns all results of the callee.
    pub fn tail_call(&mut self, args: usize) -> NativeResult {
        Ok(Flow { kind: FlowKind::TailCall, n: args as u32 })
    }
    /// Gives way: the slice is used up; `then` runs in the same slots in the next one.
    pub fn again(&mut self, then: NativeFn) -> NativeResult {
        self.then = Some(then);
        Ok(Flow { kind: FlowKind::Again, n: 0 })
    }
    /// Gives way; the native is called again with its arguments, as they are now, in the next slice.
    pub fn retry(&mut self) -> NativeResult {
        self.set_len(self.args as usize);
        // SAFETY: the callee is live for the call.
        let func = unsafe { (*self.callee).func };
        self.again(func)
    }
    /// Yields the last `n` pushed values to the resumer (or to the host, for a root). What it is resumed with are the results
    /// of this native.
    pub fn yield_values(&mut self, n: usize) -> NativeResult {
        self.then = None;
        Ok(Flow { kind: FlowKind::Yield, n: n as u32 })
    }
    /// Suspends the innermost coroutine until the host delivers. What is delivered are the results of this native, or,
    /// with a continuation, the results that it sees.
    #[inline]
    pub fn wait(&mut self, then: Option<NativeFn>) -> NativeResult {
        self.then = then;
        Ok(Flow { kind: FlowKind::Wait, n: 0 })
    }
    /// As [`Cx::wait`], and goes on with `next` in the same run, as [`Lua::wake`] would. What the run says then is about that
    /// root, or about whom it has passed its turn on to: the host keeps the account.
    #[inline]
    pub fn wait_and_pass(&mut self, then: Option<NativeFn>, next: Root) -> NativeResult {
        self.then = then;
        Ok(Flow { kind: FlowKind::Pass, n: next.0 })
    }
    /// Resumes a coroutine: it and `args` values are the last pushed values. `then` sees what it yields or returns;
    /// [`Cx::succeeded`] is false if it raised or cannot be resumed.
    pub fn resume(&mut self, args: usize, then: NativeFn) -> NativeResult {
        self.resume_as(args, Waits::Plainly, then)
    }
    /// As [`resume`](Self::resume); `waits` says when `then` need not be asked.
    pub(crate) fn resume_as(&mut self, args: usize, waits: Waits, then: NativeFn) -> NativeResult {
        self.then = Some(then);
        let kind = match waits {
            Waits::Plainly | Waits::Protected => FlowKind::Resume,
            Waits::Values => FlowKind::ResumeValues,
            Waits::Status => FlowKind::ResumeStatus,
        };
        Ok(Flow { kind, n: args as u32 })
    }

    // ---- the host, fuel, quota -------------------------------------------------------------------------------

    /// What the embedder passed to [`Lua::run`] or [`Lua::enter`].
    ///
    /// # Panics
    /// If that is of another type: a mistake of the embedder.
    #[inline]
    pub fn host<T: Any>(&mut self) -> &mut T {
        self.try_host().expect("the embedder runs this process with a host of the asked type")
    }
    /// Like [`Cx::host`], `None` if the host is of another type.
    #[inline]
    pub fn try_host<T: Any>(&mut self) -> Option<&mut T> {
        let (host, id) = self.lua().host?;
        let asked: TypeOf = TypeId::of::<T>;
        // Functions at one address do the same, so that they name one type; the function of one type may have two addresses, one for
        // whoever runs the process and one for its natives: theirs is kept.
        if !std::ptr::fn_addr_eq(id, asked) {
            if id() != asked() {
                return None;
            }
            self.lua().host = Some((host, asked));
        }
        // SAFETY: the pointer is set for the duration of `run` and `enter` from an exclusive borrow of theirs, and the type
        // is that of what it points to; the result borrows this Cx exclusively.
        Some(unsafe { &mut *host.cast::<T>().as_ptr() })
    }
    /// Charges `work` units (about a nanosecond each); true when the slice is used up and long work should give way.
    #[inline]
    pub fn charge(&mut self, work: usize) -> bool {
        let lua = self.lua();
        lua.fuel = lua.fuel.saturating_sub(work as i64);
        lua.fuel <= 0
    }
    /// Makes sure that `bytes` more fit the quota, before something large is built.
    #[inline]
    pub fn reserve(&mut self, bytes: usize) -> Result<(), Raise> {
        if self.lua().heap.fits(bytes) { Ok(()) } else { Err(Raise(RaiseKind::Quota)) }
    }

    // ---- raising -----------------------------------------------------------------------------------------------

    /// Raises `v` as it is.
    pub fn raise(&mut self, v: Val<'cx>) -> Raise {
        self.lua().pending = v.raw;
        Raise(RaiseKind::Value)
    }
    /// Raises a string with the position of the calling Lua function: `chunk:line: message`.
    #[cold]
    pub fn error(&mut self, message: impl fmt::Display) -> Raise {
        self.error_at(1, message)
    }
    /// Raises a string with the position of level `level` (1 = who called this native, 0 = no position).
    #[cold]
    pub fn error_at(&mut self, level: usize, message: impl fmt::Display) -> Raise {
        let place = self.place(level);
        let v = self.string(format!("{place}{message}").as_bytes());
        self.raise(v)
    }
    /// `chunk:line: ` of the Lua function at `level`, empty if it is not one.
    pub fn place(&mut self, level: usize) -> String {
        crate::trace::place(self.thread, level)
    }
    /// The name of the chunk of the nearest Lua function, through natives and through those that resumed this coroutine; `None` if
    /// the host called natives only.
    pub fn caller(&mut self) -> Option<String> {
        crate::trace::caller(self.thread)
    }
    /// Raises `bad argument #i+1 to 'name' (message)`; in a method call the object does not count.
    #[cold]
    pub fn arg_error(&mut self, i: usize, message: impl fmt::Display) -> Raise {
        let name = self.name();
        match (crate::trace::calls_method(self.thread, self.base), i) {
            (true, 0) => self.error(format_args!("calling '{name}' on bad self ({message})")),
            (true, _) => self.error(format_args!("bad argument #{i} to '{name}' ({message})")),
            (false, _) => self.error(format_args!("bad argument #{} to '{name}' ({message})", i + 1)),
        }
    }
}

/// The type name for messages: a userdata gives the name of its type.
pub(crate) fn type_name_of_raw(v: Value) -> &'static str {
    match v.tag {
        // SAFETY: the tag says the type; type infos live as long as the statics.
        value::USERDATA => unsafe { (*(*v.as_userdata()).info).name },
        _ => v.type_name(),
    }
}
