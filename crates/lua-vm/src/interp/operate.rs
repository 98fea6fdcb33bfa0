//! Operators beyond the fast ways: coercions, metamethods, errors, concatenation, `for`.

#![allow(unsafe_code, reason = "works on raw frames")]

use std::cell::Cell;

use super::Ctl;
use super::call::{Next, drive};
use crate::arith::{self, ArithError};
use crate::coerce;
use crate::frame::{Dest, Ret};
use crate::lua::Lua;
use crate::native::{NativeFn, RaiseKind, type_name_of_raw};
use crate::number;
use crate::object::{Closure, Str, Table, Userdata};
use crate::opcode::Op;
use crate::symbol::{LONG, SHORT};
use crate::value::{self, Value};

thread_local! {
    /// Reused by concatenations of numbers.
    static PIECES: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Raises a string with the position of the Lua frame on top.
#[cold]
#[inline(never)]
pub(super) unsafe fn error(lua: *mut Lua, message: &str) -> Next {
    // SAFETY: the caller passes the running process; so everywhere here, and the frame on top is the Lua frame that
    // executes.
    unsafe {
        let place = crate::trace::place((*lua).current, 1);
        let text = (*lua).heap.new_str(format!("{place}{message}").as_bytes());
        (*lua).pending = Value::str(text);
        Next::Raise(RaiseKind::Value)
    }
}

/// ` (local 'x')` for a register of the instruction that executes.
#[cold]
pub(super) unsafe fn operand(lua: *mut Lua, reg: usize) -> String {
    // SAFETY: see `error`.
    unsafe {
        match (&(*(*lua).current).frames).last() {
            Some(f) if !f.native => {
                let proto = &*(*f.callee.cast::<Closure>()).proto;
                u8::try_from(reg).map_or(String::new(), |r| proto.operand_at(f.pc, r))
            }
            _ => String::new(),
        }
    }
}

/// Calls a handler with values; the result goes where `ret` and `aux` say.
#[inline(never)]
pub(super) unsafe fn call_meta(lua: *mut Lua, handler: Value, args: &[Value], ret: Ret, aux: u32) -> Ctl {
    // SAFETY: see `error`; the slots above the frame's limit are free while an instruction with metamethods executes.
    unsafe {
        let t = (*lua).current;
        let f = (&(*t).frames).last().expect("a Lua frame executes");
        let limit = f.base + u32::from((*(*f.callee.cast::<Closure>()).proto).max_stack);
        let need = limit as usize + args.len() + 1;
        if need > (*t).stack_cap as usize {
            if !(*lua).heap.fits(crate::thread::growth(t, need)) {
                return drive(lua, Next::Leave(super::Exit::Dead));
            }
            crate::thread::ensure(&mut (*lua).heap, t, need);
        }
        *(*t).stack.add(limit as usize) = handler;
        for (i, v) in args.iter().enumerate() {
            *(*t).stack.add(limit as usize + 1 + i) = *v;
        }
        (*t).top = limit + 1 + args.len() as u32;
        drive(lua, Next::Call { dest: Dest { func: limit, want: 1, aux, ret }, args: args.len() as u32 })
    }
}

unsafe fn store(lua: *mut Lua, a: usize, v: Value) -> Ctl {
    // SAFETY: see `error`.
    unsafe {
        let t = (*lua).current;
        let base = (&(*t).frames).last().expect("a Lua frame executes").base as usize;
        *(*t).stack.add(base + a) = v;
        Ctl::Next
    }
}

unsafe fn event(lua: *mut Lua, op: Op) -> *const Str {
    // SAFETY: see `error`.
    let n = unsafe { (*lua).names };
    match op {
        Op::Add => n.add,
        Op::Sub => n.sub,
        Op::Mul => n.mul,
        Op::Div => n.div,
        Op::Mod => n.modulo,
        Op::Pow => n.pow,
        Op::IDiv => n.idiv,
        Op::BAnd => n.band,
        Op::BOr => n.bor,
        Op::BXor => n.bxor,
        Op::Shl => n.shl,
        Op::Shr => n.shr,
        Op::Neg => n.unm,
        _ => n.bnot,
    }
}

/// R[a] = x op y. `regs` name the operands in messages; 256 and more for constants.
#[inline(never)]
pub(super) unsafe fn arith(lua: *mut Lua, op: Op, a: usize, x: Value, y: Value, regs: (usize, usize)) -> Ctl {
    // SAFETY: see `error`.
    unsafe {
        charge_numeral(lua, x);
        charge_numeral(lua, y);
        let coerced = coerce::to_number(x).zip(coerce::to_number(y));
        if let Some((nx, ny)) = coerced {
            match arith::binary(op, nx, ny) {
                Ok(v) => return store(lua, a, v),
                Err(ArithError::DivideByZero) => return drive(lua, error(lua, "attempt to divide by zero")),
                Err(ArithError::ModuloByZero) => return drive(lua, error(lua, "attempt to perform 'n%0'")),
                Err(ArithError::NoInteger) if x.is_number() && y.is_number() => {
                    return no_integer(lua, (x, y), regs);
                }
                Err(_) => {}
            }
        }
        let mut h = crate::meta::metamethod(&*lua, x, event(lua, op));
        if h.is_nil() {
            h = crate::meta::metamethod(&*lua, y, event(lua, op));
        }
        if !h.is_nil() {
            return call_meta(lua, h, &[x, y], Ret::Register, a as u32);
        }
        let bitwise = matches!(op, Op::BAnd | Op::BOr | Op::BXor | Op::Shl | Op::Shr);
        if bitwise && coerced.is_some() {
            return no_integer(lua, (x, y), regs);
        }
        // The second operand is to blame if the first is a number.
        let (bad, reg) = if coerce::to_number(x).is_some() { (y, regs.1) } else { (x, regs.0) };
        no_operand(lua, bitwise, bad, reg)
    }
}

/// An operand that is a string is read, twice at most.
unsafe fn charge_numeral(lua: *mut Lua, v: Value) {
    // SAFETY: see `error`; the tag says that it is a string.
    unsafe {
        if v.is_str() {
            (*lua).fuel -= Str::len(v.as_str()).min(number::MAX_NUMERAL) as i64 * 4;
        }
    }
}

/// Raises that `bad` is not for arithmetic.
#[cold]
unsafe fn no_operand(lua: *mut Lua, bitwise: bool, bad: Value, reg: usize) -> Ctl {
    // SAFETY: see `error`.
    unsafe {
        let what = if bitwise { "perform bitwise operation on" } else { "perform arithmetic on" };
        let message = format!("attempt to {what} a {} value{}", type_name_of_raw(bad), operand(lua, reg));
        drive(lua, error(lua, &message))
    }
}

/// Raises that the first operand that has no integer form has none.
#[cold]
unsafe fn no_integer(lua: *mut Lua, (x, y): (Value, Value), regs: (usize, usize)) -> Ctl {
    // SAFETY: see `error`.
    unsafe {
        let whole = |v: Value| coerce::to_number(v).is_some_and(|n| arith::binary(Op::BOr, n, n).is_ok());
        let (bad, reg) = if whole(x) { (y, regs.1) } else { (x, regs.0) };
        let name = if bad.is_number() { operand(lua, reg) } else { String::new() };
        drive(lua, error(lua, &format!("number{name} has no integer representation")))
    }
}

/// R[a] = -x, ~x.
#[inline(never)]
pub(super) unsafe fn unary(lua: *mut Lua, op: Op, a: usize, x: Value, reg: usize) -> Ctl {
    // SAFETY: see `error`.
    unsafe {
        charge_numeral(lua, x);
        if let Some(n) = coerce::to_number(x) {
            if op == Op::Neg {
                let v = if n.is_int() {
                    Value::int(n.as_int().wrapping_neg())
                } else {
                    Value::float(-n.as_float())
                };
                return store(lua, a, v);
            }
            return match arith::binary(Op::BXor, n, Value::int(-1)) {
                Ok(v) => store(lua, a, v),
                Err(_) => no_integer(lua, (x, x), (reg, reg)),
            };
        }
        let h = crate::meta::metamethod(&*lua, x, event(lua, op));
        if !h.is_nil() {
            return call_meta(lua, h, &[x, x], Ret::Register, a as u32);
        }
        no_operand(lua, op == Op::BNot, x, reg)
    }
}

/// R[a] = #x.
#[inline(never)]
pub(super) unsafe fn len(lua: *mut Lua, a: usize, x: Value, reg: usize) -> Ctl {
    // SAFETY: see `error`.
    unsafe {
        if x.is_str() {
            return store(lua, a, Value::int(Str::len(x.as_str()) as i64));
        }
        let h = crate::meta::metamethod(&*lua, x, (*lua).names.len);
        if !h.is_nil() {
            return call_meta(lua, h, &[x], Ret::Register, a as u32);
        }
        if x.is_table() {
            return store(lua, a, Value::int(Table::border(x.as_table())));
        }
        let message =
            format!("attempt to get length of a {} value{}", type_name_of_raw(x), operand(lua, reg));
        drive(lua, error(lua, &message))
    }
}

/// What a comparison says without metamethods.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    True,
    False,
    /// A handler was called; or it raised.
    Ctl(Ctl),
}

/// R[a] = the type in it, with what it names of other units.
#[cold]
#[inline(never)]
pub(super) unsafe fn link_type(lua: *mut Lua, ty: Value, a: u32) -> Ctl {
    // SAFETY: see `error`.
    unsafe {
        let linker = (&(*lua).statics).type_linker;
        if linker.is_nil() { Ctl::Next } else { call_meta(lua, linker, &[ty], Ret::Register, a) }
    }
}

/// R[a] = what the global `name` of value `v` means in the unit.
#[cold]
#[inline(never)]
pub(super) unsafe fn own_name(lua: *mut Lua, v: Value, name: Value, a: u32) -> Ctl {
    // SAFETY: see `error`.
    unsafe {
        let linker = (&(*lua).statics).name_linker;
        if linker.is_nil() { Ctl::Next } else { call_meta(lua, linker, &[v, name], Ret::Register, a) }
    }
}

/// x == y for values that are not raw equal. The saved program counter is at the distance word.
#[inline(never)]
pub(super) unsafe fn equal(lua: *mut Lua, x: Value, y: Value, flag: u32) -> Verdict {
    // SAFETY: see `error`.
    unsafe {
        if x.tag != y.tag || !matches!(x.tag, value::TABLE | value::USERDATA) {
            return Verdict::False;
        }
        let mut h = crate::meta::metamethod(&*lua, x, (*lua).names.eq);
        if h.is_nil() {
            h = crate::meta::metamethod(&*lua, y, (*lua).names.eq);
        }
        if h.is_nil() {
            return Verdict::False;
        }
        Verdict::Ctl(call_meta(lua, h, &[x, y], Ret::Condition, flag))
    }
}

/// x == y for strings at different addresses.
#[inline]
pub(super) unsafe fn equal_texts(lua: *mut Lua, x: Value, y: Value, flag: u32) -> Verdict {
    // SAFETY: see `error`; the caller passes strings.
    unsafe {
        let (a, b) = (x.as_str(), y.as_str());
        let len = Str::len(a);
        if len != Str::len(b) {
            return Verdict::False;
        }
        if len > SHORT
            && let Some(ctl) = compare_long(lua, (x, y), len, crate::long::equal, flag)
        {
            return ctl;
        }
        if Str::eq(a, b) { Verdict::True } else { Verdict::False }
    }
}

/// Charges the comparison of two strings that have `common` bytes to compare; if these are many, and the first ones equal, `native`
/// compares them.
#[cold]
#[inline(never)]
unsafe fn compare_long(
    lua: *mut Lua,
    (x, y): (Value, Value),
    common: usize,
    native: NativeFn,
    flag: u32,
) -> Option<Verdict> {
    // SAFETY: see `equal_texts`.
    unsafe {
        let first = common.min(LONG);
        (*lua).fuel -= (first / crate::long::COMPARED) as i64;
        if common <= LONG || Str::bytes(x.as_str())[..first] != Str::bytes(y.as_str())[..first] {
            return None;
        }
        let native = (*lua).heap.new_native(native, (*lua).names.eq, &[]);
        Some(Verdict::Ctl(call_meta(lua, Value::native(native), &[x, y], Ret::Condition, flag)))
    }
}

/// x < y or x <= y. The saved program counter is at the distance word.
#[inline(never)]
pub(super) unsafe fn less(lua: *mut Lua, or_equal: bool, x: Value, y: Value, flag: u32) -> Verdict {
    // SAFETY: see `error`.
    unsafe {
        let verdict = |b: bool| if b { Verdict::True } else { Verdict::False };
        if x.is_number() && y.is_number() {
            return verdict(if or_equal { arith::num_le(x, y) } else { arith::num_lt(x, y) });
        }
        if x.is_str() && y.is_str() {
            let (a, b) = (Str::bytes(x.as_str()), Str::bytes(y.as_str()));
            let common = a.len().min(b.len());
            if common > SHORT {
                let native = if or_equal { crate::long::less_or_equal } else { crate::long::less };
                if let Some(ctl) = compare_long(lua, (x, y), common, native, flag) {
                    return ctl;
                }
            }
            return verdict(if or_equal { a <= b } else { a < b });
        }
        let names = (*lua).names;
        let find = |event, first, second| {
            let h = crate::meta::metamethod(&*lua, first, event);
            if h.is_nil() { crate::meta::metamethod(&*lua, second, event) } else { h }
        };
        let h = find(if or_equal { names.le } else { names.lt }, x, y);
        if !h.is_nil() {
            return Verdict::Ctl(call_meta(lua, h, &[x, y], Ret::Condition, flag));
        }
        if or_equal {
            // x <= y is not (y < x).
            let h = find(names.lt, y, x);
            if !h.is_nil() {
                return Verdict::Ctl(call_meta(lua, h, &[y, x], Ret::Condition, flag | 2));
            }
        }
        let (a, b) = (type_name_of_raw(x), type_name_of_raw(y));
        let message = if a == b {
            format!("attempt to compare two {a} values")
        } else {
            format!("attempt to compare {a} with {b}")
        };
        Verdict::Ctl(drive(lua, error(lua, &message)))
    }
}

/// Text of an operand of `..`: strings, numbers, error objects.
unsafe fn piece(v: Value, out: &mut Vec<u8>) -> bool {
    // SAFETY: the tag says the type of the live object.
    unsafe {
        match v.tag {
            value::STR => out.extend_from_slice(Str::bytes(v.as_str())),
            value::INT => number::write_int(out, v.as_int()),
            value::FLOAT => number::write_float(out, v.as_float()),
            value::USERDATA => match Userdata::payload::<crate::error::ErrorObject>(v.as_userdata()) {
                Some(e) => out.extend_from_slice(e.text().as_bytes()),
                None => return false,
            },
            _ => return false,
        }
        true
    }
}

/// Texts of errors beyond this are joined by their metamethod, two operands at a time.
const ERROR_PIECE: usize = 1 << 10;

unsafe fn is_piece(v: Value) -> bool {
    // SAFETY: as in `piece`.
    unsafe {
        v.is_str()
            || v.is_number()
            || (v.tag == value::USERDATA
                && Userdata::payload::<crate::error::ErrorObject>(v.as_userdata())
                    .is_some_and(|e| e.text_len() <= ERROR_PIECE))
    }
}

/// Joins the `n` operands from R[b] on, from the right, into R[a]. Goes on after a metamethod with fewer operands.
#[inline(never)]
pub(super) unsafe fn concat(lua: *mut Lua, a: usize, b: usize, n: usize) -> Next {
    // SAFETY: see `error`.
    unsafe {
        let t = (*lua).current;
        let base = (&(*t).frames).last().expect("a Lua frame executes").base as usize;
        let reg = |i: usize| (*t).stack.add(base + b + i);
        let mut n = n;
        while n > 1 {
            let mut first = n;
            while first > 0 && is_piece(*reg(first - 1)) {
                first -= 1;
            }
            if n - first >= 2 && joined_len(reg(first), n - first) > crate::text::BLOCK {
                return join_long(lua, reg(first), n - first, first as u32 + 1);
            }
            if n - first >= 2 {
                let Some(v) = join(lua, reg(first), n - first) else { return Next::Raise(RaiseKind::Quota) };
                *reg(first) = v;
                n = first + 1;
                continue;
            }
            let (x, y) = (*reg(n - 2), *reg(n - 1));
            let mut h = crate::meta::metamethod(&*lua, x, (*lua).names.concat);
            if h.is_nil() {
                h = crate::meta::metamethod(&*lua, y, (*lua).names.concat);
            }
            if h.is_nil() {
                let (bad, at) = if is_piece(x) { (y, n - 1) } else { (x, n - 2) };
                let name = operand(lua, b + at);
                return error(
                    lua,
                    &format!("attempt to concatenate a {} value{name}", type_name_of_raw(bad)),
                );
            }
            // The result belongs to operand n - 2, and n - 1 operands are left.
            let f = (&(*t).frames).last().expect("a Lua frame executes");
            let limit = f.base + u32::from((*(*f.callee.cast::<Closure>()).proto).max_stack);
            crate::thread::ensure(&mut (*lua).heap, t, limit as usize + 3);
            for (i, v) in [h, x, y].into_iter().enumerate() {
                *(*t).stack.add(limit as usize + i) = v;
            }
            (*t).top = limit + 3;
            let dest = Dest { func: limit, want: 1, aux: n as u32 - 1, ret: Ret::Concat };
            return Next::Call { dest, args: 2 };
        }
        *(*t).stack.add(base + a) = *reg(0);
        Next::Lua
    }
}

/// Bytes that `n` pieces have together, nearly.
#[inline]
unsafe fn joined_len(from: *const Value, n: usize) -> usize {
    // SAFETY: the caller passes `n` pieces.
    unsafe { (0..n).map(|i| *from.add(i)).map(|v| if v.is_str() { Str::len(v.as_str()) } else { 24 }).sum() }
}

/// Joins long pieces by a native, which gives way; the result belongs where the first piece is, and `left` operands are
/// left then.
#[cold]
#[inline(never)]
unsafe fn join_long(lua: *mut Lua, from: *const Value, n: usize, left: u32) -> Next {
    // SAFETY: see `error`; `from` is `n` pieces in registers, which are copied above the frame's window.
    unsafe {
        let t = (*lua).current;
        let f = (&(*t).frames).last().expect("a Lua frame executes");
        let limit = f.base + u32::from((*(*f.callee.cast::<Closure>()).proto).max_stack);
        let first = from.offset_from((*t).stack) as usize;
        crate::thread::ensure(&mut (*lua).heap, t, limit as usize + n + 1);
        let native = (*lua).heap.new_native(crate::text::join_arguments, (*lua).names.concat, &[]);
        *(*t).stack.add(limit as usize) = Value::native(native);
        for i in 0..n {
            let mut v = *(*t).stack.add(first + i);
            if !v.is_str() {
                let mut bytes = Vec::new();
                piece(v, &mut bytes);
                v = Value::str((*lua).heap.new_str(&bytes));
            }
            *(*t).stack.add(limit as usize + 1 + i) = v;
        }
        (*t).top = limit + 1 + n as u32;
        Next::Call { dest: Dest { func: limit, want: 1, aux: left, ret: Ret::Concat }, args: n as u32 }
    }
}

/// One string of `n` pieces; `None` if it does not fit the quota.
unsafe fn join(lua: *mut Lua, from: *const Value, n: usize) -> Option<Value> {
    // SAFETY: see `error`; the values are pieces.
    unsafe {
        let mut total = 0;
        let mut strings = true;
        for i in 0..n {
            let v = *from.add(i);
            if v.is_str() {
                total += Str::len(v.as_str());
            } else {
                strings = false;
                total += 24;
            }
        }
        if total > 1024 && (!(*lua).heap.fits(total) || total > crate::heap::MAX_STR) {
            return None;
        }
        (*lua).fuel -= (total / 16) as i64;
        let s = if strings {
            (*lua).heap.new_str_with(total, |out| {
                let mut at = 0;
                for i in 0..n {
                    let bytes = Str::bytes((*from.add(i)).as_str());
                    out[at..at + bytes.len()].copy_from_slice(bytes);
                    at += bytes.len();
                }
            })
        } else {
            let mut buffer = PIECES.take();
            buffer.clear();
            for i in 0..n {
                let piece = piece(*from.add(i), &mut buffer);
                debug_assert!(piece);
            }
            let s = (*lua).heap.new_str(&buffer);
            if buffer.capacity() <= 512 {
                PIECES.set(buffer);
            }
            s
        };
        Some(Value::str(s))
    }
}

/// Prepares R[0..4] of a numeric `for`. True = enter the body.
#[inline(never)]
pub(super) unsafe fn for_prep(r: *mut Value) -> Result<bool, &'static str> {
    // SAFETY: the caller passes four registers.
    unsafe {
        let (start, limit, step) = (*r, *r.add(1), *r.add(2));
        let number = |v: Value, what| coerce_loop(v).ok_or(what);
        let limit = number(limit, "'for' limit must be a number")?;
        let step = number(step, "'for' step must be a number")?;
        let start = number(start, "'for' initial value must be a number")?;
        if start.is_int() && step.is_int() {
            let (i, s) = (start.as_int(), step.as_int());
            if s == 0 {
                return Err("'for' step is zero");
            }
            let Some(l) = clip(limit, s) else { return Ok(false) };
            if if s > 0 { i > l } else { i < l } {
                return Ok(false);
            }
            let distance =
                if s > 0 { (l as u64).wrapping_sub(i as u64) } else { (i as u64).wrapping_sub(l as u64) };
            let count = if s == 1 { distance } else { distance / s.unsigned_abs() };
            *r = start;
            *r.add(1) = Value::int(count as i64);
            *r.add(2) = step;
            *r.add(3) = start;
            return Ok(true);
        }
        let float = |v: Value| if v.is_int() { v.as_int() as f64 } else { v.as_float() };
        let (i, l, s) = (float(start), float(limit), float(step));
        if s == 0.0 {
            return Err("'for' step is zero");
        }
        if !(if s > 0.0 { i <= l } else { l <= i }) {
            return Ok(false);
        }
        *r = Value::float(i);
        *r.add(1) = Value::float(l);
        *r.add(2) = Value::float(s);
        *r.add(3) = Value::float(i);
        Ok(true)
    }
}

fn coerce_loop(v: Value) -> Option<Value> {
    v.is_number().then_some(v)
}

/// The last integer that a loop with an integer index may reach; `None` if it cannot start.
fn clip(limit: Value, step: i64) -> Option<i64> {
    if limit.is_int() {
        return Some(limit.as_int());
    }
    let f = limit.as_float();
    if f.is_nan() {
        return None;
    }
    let f = if step > 0 { f.floor() } else { f.ceil() };
    if f >= 9_223_372_036_854_775_808.0 {
        return (step > 0).then_some(i64::MAX);
    }
    if f < -9_223_372_036_854_775_808.0 {
        return (step < 0).then_some(i64::MIN);
    }
    Some(f as i64)
}
