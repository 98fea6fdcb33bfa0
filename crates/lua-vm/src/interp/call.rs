//! Calls, returns, natives, coroutines, raises: everything between two stretches of Lua instructions.
//!
//! `drive` is a state machine over [`Next`]; it ends when a Lua frame is on top or the host must be asked.

#![allow(unsafe_code, reason = "works on raw stacks and frames")]

use std::marker::PhantomData;
use std::ptr;

use super::{Ctl, Exit};
use crate::frame::{Dest, Frame, Ret, Waits};
use crate::lua::Lua;
use crate::native::{Cx, FlowKind, NativeFn, RaiseKind, Root};
use crate::object::{Closure, Native, OUTSIDE, Status, Thread};
use crate::opcode;
use crate::proto::{Capture, Proto};
use crate::symbol::names;
use crate::value::{self, Value};
use smallvec::SmallVec;

/// A native about to run.
#[derive(Clone, Copy)]
pub(super) struct Activation {
    func: NativeFn,
    callee: *const Native,
    base: u32,
    args: u32,
    results: u32,
    ok: bool,
    dest: Dest,
}

/// What happens next.
#[derive(Clone, Copy)]
pub(super) enum Next {
    /// Call the value at `dest.func` with the arguments above it.
    Call {
        dest: Dest,
        args: u32,
    },
    Native(Activation),
    /// `n` results at `from` go where `dest` says.
    Deliver {
        from: u32,
        n: u32,
        dest: Dest,
    },
    Raise(RaiseKind),
    /// Leave for the host.
    Leave(Exit),
    /// A Lua frame is on top.
    Lua,
}

/// Goes on with the innermost coroutine of a root where it rests.
pub(super) unsafe fn resume_root(lua: *mut Lua, t: *mut Thread) -> Ctl {
    // SAFETY: the caller passes the live current coroutine; so in all functions here: `lua.current` is live, frames and
    // stack slots below the top are initialised.
    unsafe {
        let next = rested(lua, t);
        // What nearly always happens, without the state machine: the continuation of a wait returns to its Lua frame.
        let next = match next {
            Next::Native(act) if (*lua).heap.debt <= 0 && (*lua).fuel > 0 => native(lua, act),
            next => next,
        };
        match next {
            Next::Deliver { from, n, dest } if dest.ret == Ret::Lua && !(*lua).heap.unsettled => {
                place(lua, (*lua).current, from, n, dest.func, dest.want);
                Ctl::Reload
            }
            next => drive(lua, next),
        }
    }
}

/// Where a root goes on: `t` is its innermost coroutine, the current one.
unsafe fn rested(lua: *mut Lua, t: *mut Thread) -> Next {
    // SAFETY: see `resume_root`.
    unsafe {
        match (*t).status {
            Status::Waiting if (*t).yielded => {
                (*t).top -= (*t).resume_with;
                (*t).above_seen = 0;
                (*t).resume_with = 0;
                (*t).yielded = false;
                (*t).status = Status::Running;
                continue_native(t, 0, true)
            }
            Status::Waiting => Next::Leave(Exit::Waiting),
            Status::Dead => Next::Leave(if (*t).raise_pending { Exit::Raised } else { Exit::Finished }),
            Status::Suspended | Status::Ready | Status::Running | Status::Normal => {
                let fresh =
                    (*t).status == Status::Suspended && (&(*t).frames).is_empty() && !(*t).raise_pending;
                (*t).status = Status::Running;
                if fresh { start(t) } else { go_on(lua, t) }
            }
        }
    }
}

unsafe fn start(t: *mut Thread) -> Next {
    // SAFETY: see `resume_root`; a fresh coroutine has its function in slot 0.
    unsafe { Next::Call { dest: Dest { func: 0, want: -1, aux: 0, ret: Ret::Base }, args: (*t).top - 1 } }
}

/// The coroutine rests in a Lua frame, or in a native frame with results on top.
unsafe fn go_on(lua: *mut Lua, t: *mut Thread) -> Next {
    // SAFETY: see `resume_root`.
    unsafe {
        let n = std::mem::take(&mut (*t).resume_with);
        if (*t).raise_pending {
            (*t).raise_pending = false;
            (*t).top -= 1;
            (*lua).pending = *(*t).stack.add((*t).top as usize);
            return Next::Raise(RaiseKind::Value);
        }
        match (&(*t).frames).last() {
            Some(f) if f.native => continue_native(t, n, (*t).resume_ok),
            Some(_) => {
                (*t).above_seen = 0;
                Next::Lua
            }
            None => start(t),
        }
    }
}

/// Takes the native frame off the top and runs its continuation with the `n` values on top, or returns them if it has none.
pub(super) unsafe fn continue_native(t: *mut Thread, n: u32, ok: bool) -> Next {
    // SAFETY: see `resume_root`; the caller knows that a native frame is on top.
    unsafe {
        let f = (*t).frames.pop().expect("a native frame rests here");
        (*t).resume_ok = true;
        match f.then {
            Some(func) => Next::Native(Activation {
                func,
                callee: f.callee.cast(),
                base: f.base,
                args: f.args,
                results: n,
                ok,
                dest: f.dest(),
            }),
            None => Next::Deliver { from: (*t).top - n, n, dest: f.dest() },
        }
    }
}

/// Runs until a Lua frame is on top or the host must be asked.
#[inline(never)]
pub(super) unsafe fn drive(lua: *mut Lua, mut next: Next) -> Ctl {
    // SAFETY: see `resume_root`.
    unsafe {
        loop {
            next = match next {
                Next::Lua if (*lua).heap.unsettled => Next::Leave(Exit::OutOfFuel),
                Next::Lua => return Ctl::Reload,
                Next::Leave(exit) => {
                    (*lua).exit = exit;
                    return Ctl::Leave;
                }
                Next::Call { dest, args } => call(lua, dest, args),
                Next::Native(act) => {
                    if (*lua).heap.debt > 0 && !super::collect_for_native(lua) {
                        if (*lua).exit == Exit::OutOfFuel {
                            rest(lua, act);
                        }
                        Next::Leave((*lua).exit)
                    } else if (*lua).fuel <= 0 && act.results_wait() {
                        rest(lua, act);
                        Next::Leave(Exit::OutOfFuel)
                    } else {
                        native(lua, act)
                    }
                }
                Next::Deliver { from, n, dest } => deliver(lua, from, n, dest),
                Next::Raise(RaiseKind::Quota) => Next::Leave(Exit::Dead),
                Next::Raise(RaiseKind::Value) => super::raise::raise(lua),
            };
        }
    }
}

impl Activation {
    /// Only continuations can rest between slices; a first call happens in the slice of its caller.
    fn results_wait(&self) -> bool {
        self.results != u32::MAX
    }
}

/// Puts a native on a frame, to be run in the next slice.
unsafe fn rest(lua: *mut Lua, act: Activation) {
    // SAFETY: see `resume_root`.
    unsafe {
        let t = (*lua).current;
        // A first call has no results yet.
        let results = if act.results == u32::MAX { 0 } else { act.results };
        room_for_frame(lua, t);
        push_native(t, &act, Some(act.func), Waits::Plainly, (*t).top - results);
        (*t).resume_with = results;
        (*t).resume_ok = act.ok;
    }
}

unsafe fn push_native(t: *mut Thread, act: &Activation, then: Option<NativeFn>, waits: Waits, top: u32) {
    // SAFETY: see `resume_root`.
    unsafe {
        (*t).frames.push(Frame {
            pc: ptr::null(),
            callee: act.callee.cast_mut().cast(),
            then,
            base: act.base,
            func: act.dest.func,
            args: act.args,
            want: act.dest.want,
            aux: act.dest.aux,
            top,
            ret: act.dest.ret,
            native: true,
            waits,
            scanned: 0,
            seen: 0,
        });
    }
}

unsafe fn call(lua: *mut Lua, dest: Dest, args: u32) -> Next {
    // SAFETY: see `resume_root`.
    unsafe {
        let t = (*lua).current;
        let f = *(*t).stack.add(dest.func as usize);
        match f.tag {
            value::CLOSURE => {
                if !push_lua(lua, t, f.as_closure(), dest, args) {
                    return Next::Leave(Exit::Dead);
                }
                Next::Lua
            }
            value::NATIVE if (*lua).watched & (*f.as_native()).traits & OUTSIDE != 0 => {
                refuse(lua, f.as_native())
            }
            value::NATIVE => Next::Native(first_activation(f.as_native(), dest, args)),
            _ => call_handler(lua, f, dest, args),
        }
    }
}

/// A rehearsal ends before a native with effects outside runs.
#[cold]
pub(super) unsafe fn refuse(lua: *mut Lua, n: *const Native) -> Next {
    // SAFETY: see `resume_root`.
    unsafe { (*lua).pending = Value::native(n) };
    Next::Leave(Exit::Refused)
}

/// Longest chain of values that are called through each other's `__call`.
const MAX_HANDLERS: usize = 100;

/// Calls a value that is no function: its `__call` takes its place, the value goes before the arguments.
#[cold]
unsafe fn call_handler(lua: *mut Lua, callee: Value, dest: Dest, args: u32) -> Next {
    // SAFETY: see `resume_root`.
    unsafe {
        let t = (*lua).current;
        let mut handlers = SmallVec::<[Value; 4]>::new();
        let mut called = callee;
        while !matches!(called.tag, value::CLOSURE | value::NATIVE) {
            if handlers.len() == MAX_HANDLERS {
                return super::operate::error(lua, "'__call' chain too long; possible loop");
            }
            let handler = crate::meta::metamethod(&*lua, called, names().call);
            if handler.is_nil() {
                let name = caller_operand(t, dest.func);
                let what = crate::native::type_name_of_raw(called);
                return super::operate::error(lua, &format!("attempt to call a {what} value{name}"));
            }
            handlers.push(handler);
            called = handler;
        }
        insert_handlers(lua, t, dest.func, args, &handlers);
        Next::Call { dest, args: args + handlers.len() as u32 }
    }
}

pub(super) unsafe fn first_activation(n: *const Native, dest: Dest, args: u32) -> Activation {
    // SAFETY: the caller passes a live native.
    unsafe {
        Activation {
            func: (*n).func,
            callee: n,
            base: dest.func + 1,
            args,
            results: u32::MAX,
            ok: true,
            dest,
        }
    }
}

/// ` (global 'f')` if the frame on top is the Lua frame that calls what lies at `func`.
unsafe fn caller_operand(t: *mut Thread, func: u32) -> String {
    // SAFETY: see `resume_root`; Lua frames point to live closures.
    unsafe {
        match (&(*t).frames).last() {
            Some(f) if !f.native && func >= f.base && func - f.base < 256 => {
                let proto = &*(*f.callee.cast::<Closure>()).proto;
                proto.operand_at(f.pc, (func - f.base) as u8)
            }
            _ => String::new(),
        }
    }
}

/// Puts handlers before the value that is called, the last one first.
unsafe fn insert_handlers(lua: *mut Lua, t: *mut Thread, func: u32, args: u32, handlers: &[Value]) {
    // SAFETY: see `resume_root`; room is made for the handlers.
    unsafe {
        let (count, end) = (handlers.len(), (func + 1 + args) as usize);
        crate::thread::ensure(&mut (*lua).heap, t, end + count);
        let at = (*t).stack.add(func as usize);
        ptr::copy(at, at.add(count), args as usize + 1);
        for (i, handler) in handlers.iter().rev().enumerate() {
            *at.add(i) = *handler;
        }
        (*t).top = (end + count) as u32;
        (*lua).fuel -= (16 * count + args as usize / 8) as i64;
    }
}

/// Pushes the frame of a Lua function whose arguments lie above `dest.func`. False if the quota is exceeded.
#[inline]
pub(super) unsafe fn push_lua(lua: *mut Lua, t: *mut Thread, c: *mut Closure, dest: Dest, args: u32) -> bool {
    // SAFETY: see `resume_root`; the stack is grown before it is written.
    unsafe {
        let proto = (*c).proto;
        let params = u32::from((*proto).params);
        let need = dest.func as usize + 1 + args as usize + params as usize + (*proto).max_stack as usize;
        if need > (*t).stack_cap as usize {
            if !(*lua).heap.fits(crate::thread::growth(t, need)) || need >= 1 << 29 {
                return false;
            }
            let before = (*t).stack_cap;
            crate::thread::ensure(&mut (*lua).heap, t, need);
            // Clearing, and pages that the system has to make.
            (*lua).fuel -= i64::from((*t).stack_cap - before) / 2;
        }
        let first = (*t).stack.add(dest.func as usize + 1);
        let base = if (*proto).vararg {
            let base = first.add(args as usize);
            for i in 0..params as usize {
                if i < args as usize {
                    *base.add(i) = *first.add(i);
                    *first.add(i) = Value::NIL;
                } else {
                    *base.add(i) = Value::NIL;
                }
            }
            dest.func + 1 + args
        } else {
            for i in args..params {
                *first.add(i as usize) = Value::NIL;
            }
            dest.func + 1
        };
        room_for_frame(lua, t);
        (*t).frames.push(Frame {
            pc: (*proto).code.as_ptr(),
            callee: c.cast(),
            then: None,
            base,
            func: dest.func,
            args,
            want: dest.want,
            aux: dest.aux,
            top: 0,
            ret: dest.ret,
            native: false,
            waits: Waits::Plainly,
            scanned: 0,
            seen: 0,
        });
        (*lua).fuel -= i64::from((*proto).cost) + i64::from(args / 16);
        true
    }
}

/// Makes room for a frame.
#[inline]
pub(super) unsafe fn room_for_frame(lua: *mut Lua, t: *mut Thread) {
    // SAFETY: see `resume_root`.
    unsafe {
        if (*t).frames.are_full() {
            grow_frames(lua, t);
        }
    }
}

/// Makes room for frames and counts them: exact while few; a large number grows without a copy, in small steps.
#[cold]
#[inline(never)]
pub(super) unsafe fn grow_frames(lua: *mut Lua, t: *mut Thread) {
    // SAFETY: see `resume_root`.
    unsafe {
        let frames = &mut (*t).frames;
        let before = frames.capacity();
        let more = match before {
            0..4 => 2,
            4..32_768 => before,
            _ => before / 8,
        };
        frames.resize(before + more);
        (*lua).fuel -= more as i64;
        (*lua).heap.add_stack(more * size_of::<Frame>());
    }
}

/// Runs a native and sees what it wants.
unsafe fn native(lua: *mut Lua, act: Activation) -> Next {
    // SAFETY: see `resume_root`; the Cx lives for this call only, and no collection happens during it.
    unsafe {
        let t = (*lua).current;
        let results = if act.results == u32::MAX { 0 } else { act.results };
        let mut cx = Cx {
            lua,
            thread: t,
            callee: act.callee,
            base: act.base,
            args: act.args,
            results,
            ok: act.ok,
            then: None,
            brand: PhantomData,
        };
        let flow = match (act.func)(&mut cx) {
            Ok(flow) => flow,
            Err(raise) => return Next::Raise(raise.0),
        };
        let then = cx.then;
        let n = if flow.kind == FlowKind::Pass { flow.n } else { flow.n.min((*t).top - act.base) };
        room_for_frame(lua, t);
        let act = Activation { results, ..act };
        after(lua, t, act, flow.kind, n, then)
    }
}

/// Does what a native asked for.
pub(super) unsafe fn after(
    lua: *mut Lua,
    t: *mut Thread,
    act: Activation,
    kind: FlowKind,
    n: u32,
    then: Option<NativeFn>,
) -> Next {
    // SAFETY: see `resume_root`.
    unsafe {
        if kind != FlowKind::Again {
            (*t).above_seen = 0;
        }
        match kind {
            FlowKind::Return => Next::Deliver { from: (*t).top - n, n, dest: act.dest },
            FlowKind::Call | FlowKind::ProtectedCall => {
                let func = (*t).top - n - 1;
                let protected = kind == FlowKind::ProtectedCall;
                let waits = if protected { Waits::Protected } else { Waits::Plainly };
                push_native(t, &act, then, waits, func);
                Next::Call { dest: Dest { func, want: -1, aux: 0, ret: Ret::Native }, args: n }
            }
            FlowKind::TailCall => {
                let from = (*t).stack.add(((*t).top - n - 1) as usize);
                ptr::copy(from, (*t).stack.add(act.dest.func as usize), n as usize + 1);
                (*t).top = act.dest.func + 1 + n;
                Next::Call { dest: act.dest, args: n }
            }
            FlowKind::Again => {
                push_native(t, &act, then, Waits::Plainly, (*t).top);
                (*t).resume_with = 0;
                Next::Leave(Exit::OutOfFuel)
            }
            FlowKind::Wait => rest_waiting(lua, t, &act, then),
            FlowKind::Pass => pass(lua, t, &act, then, Root(n)),
            FlowKind::Yield => {
                push_native(t, &act, None, Waits::Plainly, (*t).top - n);
                crate::thread::rests(&mut (*lua).heap, t);
                let parent = (*t).parent;
                if parent.is_null() {
                    (*t).status = Status::Waiting;
                    (*t).yielded = true;
                    (*t).resume_with = n;
                    return Next::Leave(Exit::Yielded);
                }
                (*t).status = Status::Suspended;
                back_to_parent(lua, t, n, true)
            }
            FlowKind::Resume | FlowKind::ResumeValues | FlowKind::ResumeStatus => {
                let waits = match kind {
                    FlowKind::ResumeValues => Waits::Values,
                    FlowKind::ResumeStatus => Waits::Status,
                    _ => Waits::Plainly,
                };
                let at = (*t).top - n - 1;
                let target = *(*t).stack.add(at as usize);
                push_native(t, &act, then, waits, at);
                resume(lua, t, target, at, n)
            }
        }
    }
}

/// Units of a turn that one root passes on to another.
const TURN: i64 = 16;

/// A native waits, and `next` goes on.
#[inline(always)]
pub(super) unsafe fn pass(
    lua: *mut Lua,
    t: *mut Thread,
    act: &Activation,
    then: Option<NativeFn>,
    next: Root,
) -> Next {
    // SAFETY: see `resume_root`; what is pinned is live, and so is the innermost coroutine of a root.
    unsafe {
        rest_waiting(lua, t, act, then);
        let Some(root) = (*lua).heap.root(next) else { return Next::Leave(Exit::Dead) };
        let before = (*lua).root;
        (*lua).heap.touch(before);
        (*before).innermost = t;
        let co = if (*root).innermost.is_null() { root } else { (*root).innermost };
        (*lua).root = root;
        (*lua).current = co;
        (*lua).heap.touch(co);
        if (*co).status == Status::Waiting && !(*co).yielded {
            // Nothing was delivered: its continuation asks the host.
            (*co).above_seen = 0;
            (*co).resume_with = 0;
            (*co).raise_pending = false;
            (*co).status = Status::Ready;
        }
        (*lua).fuel -= TURN;
        if (*lua).fuel <= 0 || (*lua).heap.unsettled {
            return Next::Leave(Exit::OutOfFuel);
        }
        // What nearly always happens: the results lie in the registers already.
        if (*co).status == Status::Ready
            && !(*co).raise_pending
            && let Some(f) = (&(*co).frames).last()
            && !f.native
        {
            (*co).above_seen = 0;
            (*co).status = Status::Running;
            return Next::Lua;
        }
        rested(lua, co)
    }
}

/// A native waits for the host.
#[inline(always)]
pub(super) unsafe fn rest_waiting(
    lua: *mut Lua,
    t: *mut Thread,
    act: &Activation,
    then: Option<NativeFn>,
) -> Next {
    // SAFETY: see `resume_root`.
    unsafe {
        push_native(t, act, then, Waits::Plainly, (*t).top);
        crate::thread::rests(&mut (*lua).heap, t);
        (*t).status = Status::Waiting;
        Next::Leave(Exit::Waiting)
    }
}

/// Resumes the coroutine `target` from `t`, whose arguments lie above `at`.
unsafe fn resume(lua: *mut Lua, t: *mut Thread, target: Value, at: u32, n: u32) -> Next {
    // SAFETY: see `resume_root`.
    unsafe {
        let co = target.as_thread();
        if target.tag != value::THREAD
            || (*co).status != Status::Suspended
            || (*co).raise_pending
            || managed(co)
        {
            (*t).top = at;
            let what = if target.tag == value::THREAD && (*co).status == Status::Dead {
                "dead"
            } else {
                "non-suspended"
            };
            let text = (*lua).heap.new_str(format!("cannot resume {what} coroutine").as_bytes());
            push(lua, t, Value::str(text));
            return continue_native(t, 1, false);
        }
        (*t).top = at;
        (*t).status = Status::Normal;
        (*co).status = Status::Running;
        (*co).parent = t;
        (*lua).current = co;
        (*lua).heap.touch(co);
        (*co).above_seen = 0;
        // It rests in `yield`, which a Lua frame called: the arguments are what that returns.
        if let Some(f) = (&(*co).frames).last()
            && f.native
            && f.then.is_none()
            && f.ret == Ret::Lua
        {
            let (func, want) = (f.func, f.want);
            (*co).frames.pop();
            hand_over(lua, (t, at + 1), n, (co, func), want);
            return Next::Lua;
        }
        (*lua).fuel -= i64::from(n / 8);
        crate::thread::ensure(&mut (*lua).heap, co, ((*co).top + n) as usize);
        for i in 0..n {
            let v = *(*t).stack.add((at + 1 + i) as usize);
            *(*co).stack.add(((*co).top + i) as usize) = v;
        }
        (*co).top += n;
        if (&(*co).frames).is_empty() { start(co) } else { continue_native(co, n, true) }
    }
}

/// A root that the host runs is not resumed by programs once it has started.
unsafe fn managed(co: *mut Thread) -> bool {
    // SAFETY: the caller passes a live coroutine.
    unsafe { !(*co).innermost.is_null() }
}

pub(super) unsafe fn push(lua: *mut Lua, t: *mut Thread, v: Value) {
    // SAFETY: see `resume_root`.
    unsafe {
        crate::thread::ensure(&mut (*lua).heap, t, (*t).top as usize + 1);
        *(*t).stack.add((*t).top as usize) = v;
        (*t).top += 1;
    }
}

/// As [`place`], from one coroutine to another.
unsafe fn hand_over(lua: *mut Lua, from: (*mut Thread, u32), n: u32, to: (*mut Thread, u32), want: i32) {
    // SAFETY: see `resume_root`; both stacks are live and different, and the target is grown for what is written.
    unsafe {
        let ((from, at), (to, func)) = (from, to);
        (*lua).fuel -= i64::from(n / 8);
        let slots = if want < 0 { n } else { want as u32 };
        if (func + slots) as usize > (*to).stack_cap as usize {
            crate::thread::ensure(&mut (*lua).heap, to, (func + slots) as usize);
        }
        let (from, place) = ((*from).stack.add(at as usize), (*to).stack.add(func as usize));
        for i in 0..slots as usize {
            *place.add(i) = if i < n as usize { *from.add(i) } else { Value::NIL };
        }
        if want < 0 {
            (*to).top = func + n;
        }
    }
}

/// Hands the `n` values on top of `t` to the native frame of its resumer.
pub(super) unsafe fn back_to_parent(lua: *mut Lua, t: *mut Thread, n: u32, ok: bool) -> Next {
    // SAFETY: see `resume_root`; the caller checked that there is a parent, which rests in the native that resumed.
    unsafe {
        let parent = (*t).parent;
        (*t).top -= n;
        (*t).parent = ptr::null_mut();
        (*parent).status = Status::Running;
        (*lua).current = parent;
        (*lua).heap.touch(parent);
        (*parent).above_seen = 0;
        // `resume`, or a function of `wrap`, that a Lua frame called returns what comes.
        if let Some(f) = (&(*parent).frames).last()
            && ok
            && f.ret == Ret::Lua
        {
            let (mut func, mut want) = (f.func, f.want);
            let status = f.waits == Waits::Status;
            if status || f.waits == Waits::Values {
                (*parent).frames.pop();
                if status && want != 0 {
                    // The function lay there.
                    *(*parent).stack.add(func as usize) = Value::TRUE;
                    func += 1;
                    want = if want < 0 { want } else { want - 1 };
                }
                hand_over(lua, (t, (*t).top), n, (parent, func), want);
                return Next::Lua;
            }
        }
        (*lua).fuel -= i64::from(n / 8);
        crate::thread::ensure(&mut (*lua).heap, parent, ((*parent).top + n) as usize);
        let from = (*t).stack.add((*t).top as usize);
        ptr::copy_nonoverlapping(from, (*parent).stack.add((*parent).top as usize), n as usize);
        (*parent).top += n;
        continue_native(parent, n, ok)
    }
}

/// Puts results where they belong. The frame that made them is gone.
unsafe fn deliver(lua: *mut Lua, from: u32, n: u32, dest: Dest) -> Next {
    // SAFETY: see `resume_root`.
    unsafe {
        let t = (*lua).current;
        let src = (*t).stack.add(from as usize);
        (*lua).fuel -= i64::from(n / 16);
        let first = if n > 0 { *src } else { Value::NIL };
        match dest.ret {
            Ret::Lua => {
                place(lua, t, from, n, dest.func, dest.want);
                Next::Lua
            }
            Ret::Native => {
                place(lua, t, from, n, dest.func, -1);
                continue_native(t, n, true)
            }
            Ret::Register => {
                let base = (&(*t).frames).last().expect("a Lua frame waits").base;
                *(*t).stack.add((base + dest.aux) as usize) = first;
                Next::Lua
            }
            Ret::Discard => Next::Lua,
            Ret::Condition => {
                let f = (*t).frames.last_mut().expect("a Lua frame waits");
                let truth = first.truthy() != (dest.aux & 2 != 0);
                let distance = (*f.pc).load(std::sync::atomic::Ordering::Relaxed) as i32 as isize;
                f.pc = f.pc.add(1);
                if truth == (dest.aux & 1 != 0) {
                    f.pc = f.pc.offset(distance);
                }
                Next::Lua
            }
            Ret::Concat => {
                let f = (&(*t).frames).last().expect("a Lua frame waits");
                let word = (*f.pc.sub(1)).load(std::sync::atomic::Ordering::Relaxed);
                let at = f.base + opcode::b(word) as u32 + dest.aux - 1;
                *(*t).stack.add(at as usize) = first;
                super::operate::concat(lua, opcode::a(word), opcode::b(word), dest.aux as usize)
            }
            Ret::Base => {
                // The stack's bottom is free now.
                ptr::copy(src, (*t).stack, n as usize);
                (*t).top = n;
                (*t).status = Status::Dead;
                if (*t).parent.is_null() {
                    (*t).resume_with = n;
                    return Next::Leave(Exit::Finished);
                }
                back_to_parent(lua, t, n, true)
            }
        }
    }
}

/// Moves `n` results to `to`, cut or filled with nil to `want` (-1 = all, top behind them).
pub(super) unsafe fn place(lua: *mut Lua, t: *mut Thread, from: u32, n: u32, to: u32, want: i32) {
    // SAFETY: see `resume_root`; missing results lie in the caller's frame or are grown for.
    unsafe {
        let moved = if want < 0 { n } else { n.min(want as u32) };
        ptr::copy((*t).stack.add(from as usize), (*t).stack.add(to as usize), moved as usize);
        if want < 0 {
            (*t).top = to + n;
            return;
        }
        let end = (to + want as u32) as usize;
        if end > (*t).stack_cap as usize {
            crate::thread::ensure(&mut (*lua).heap, t, end);
        }
        for i in moved..want as u32 {
            *(*t).stack.add((to + i) as usize) = Value::NIL;
        }
    }
}

/// Makes the closure of inner prototype `n` of the function that executes.
#[inline]
pub(super) unsafe fn closure(lua: *mut Lua, cl: *mut Closure, base: *const Value, n: usize) -> *mut Closure {
    // SAFETY: see `resume_root`; captures name registers and upvalues that exist.
    unsafe {
        let proto: *const Proto = (&(*(*cl).proto).protos).as_ptr().add(n);
        let captures = &(*proto).captures;
        let new = (*lua).heap.new_closure(proto, captures.len());
        let to = Closure::upvals(new);
        for (i, c) in captures.iter().enumerate() {
            *to.add(i) = match *c {
                Capture::Register(r) => *base.add(r as usize),
                Capture::Upvalue(u) => *Closure::upvals(cl).add(u as usize),
                Capture::Itself => Value::closure(new),
            };
        }
        new
    }
}
