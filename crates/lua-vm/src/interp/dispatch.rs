//! The loop over instructions.

#![allow(unsafe_code, reason = "registers, constants and instructions are reached through raw pointers")]
#![allow(clippy::too_many_lines, reason = "one loop, so that its state stays in machine registers")]

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::call::{self, Next, drive};
use super::iterate::{self, Step};
use super::operate::{self, Verdict};
use super::{Ctl, Exit, index, lists, native, numeric};
use crate::arith::{float_mod, floor_div, floor_mod, pow, shift_left, shift_right};
use crate::frame::{Dest, Frame, Ret, Waits};
use crate::lua::Lua;
use crate::object::{BLACK, Closure, Str, Table, Thread};
use crate::opcode::{self, NO_HINT, Op};
use crate::overlay;
use crate::proto::Proto;
use crate::value::{self, Value};

/// Executes the Lua frame on top until the process has something to say.
///
/// # Safety
/// `lua.current` is live and has a Lua frame on top, whose saved program counter is where it goes on.
// Proof of the body: the code generator writes registers below `max_stack`, constants, upvalues and jumps within their
// bounds; the stack covers the whole window of the frame; every value in it points to a live object, because whatever is
// reachable from a stack survives a collection and collections clear what lies above.
pub(super) unsafe fn execute(lua: *mut Lua) -> Exit {
    // SAFETY: see above.
    unsafe {
        let mut th: *mut Thread;
        let mut ci: *mut Frame;
        let mut cl: *mut Closure;
        let mut base: *mut Value;
        let mut k: *const Value;
        let mut pc: *const AtomicU32;

        macro_rules! reload {
            () => {{
                th = (*lua).current;
                ci = (&(*th).frames).last_ptr();
                cl = (*ci).callee.cast();
                base = (*th).stack.add((*ci).base as usize);
                k = (*(*cl).proto).consts.as_ptr();
                pc = (*ci).pc;
            }};
        }
        macro_rules! save {
            () => {{
                (*ci).pc = pc;
            }};
        }
        /// Behind a call, where it was saved before. If the counter were live across frequent calls, it would lie in memory everywhere: in a
        /// trained build a tenth of what coroutines that chat do.
        macro_rules! resume {
            () => {{
                pc = (*ci).pc;
            }};
        }
        /// Does a slow way and goes on as it says.
        macro_rules! slow {
            ($e:expr) => {{
                save!();
                match $e {
                    Ctl::Leave => return (*lua).exit,
                    // A handler may be entered from here again and again.
                    _ => enter!(),
                }
            }};
        }
        macro_rules! collect_if_due {
            () => {
                if (*lua).heap.debt > 0 {
                    save!();
                    if !super::collect(lua) {
                        return (*lua).exit;
                    }
                    resume!();
                }
            };
        }
        macro_rules! r {
            ($i:expr) => {
                *base.add($i)
            };
        }
        /// The second operand: its value, and its register for messages.
        macro_rules! rr {
            ($w:expr) => {
                (r!(opcode::c($w)), opcode::c($w))
            };
        }
        macro_rules! rk {
            ($w:expr) => {
                (*k.add(opcode::c($w)), 256)
            };
        }
        macro_rules! next_word {
            () => {{
                let w = (*pc).load(Relaxed);
                pc = pc.add(1);
                w
            }};
        }
        /// Jumps by the distance word at `pc` if `$cond` equals operand C.
        macro_rules! branch {
            ($cond:expr, $w:expr) => {{
                let distance = (*pc).load(Relaxed) as i32 as isize;
                pc = pc.add(1);
                if $cond == (opcode::c($w) != 0) {
                    pc = pc.offset(distance);
                }
            }};
        }
        macro_rules! branch_verdict {
            ($verdict:expr, $w:expr) => {{
                save!();
                match $verdict {
                    Verdict::Ctl(Ctl::Leave) => return (*lua).exit,
                    Verdict::Ctl(_) => enter!(),
                    verdict => {
                        resume!();
                        branch!(matches!(verdict, Verdict::True), $w);
                        pay!(0);
                    }
                }
            }};
        }
        /// R[A] = R[B] op the operand by a fast way of `numeric`, or the slow way.
        macro_rules! arith {
            ($w:expr, $way:ident, $op:expr, $operand:expr, $($f:expr),+) => {{
                let x = r!(opcode::b($w));
                let (y, reg): (Value, usize) = $operand;
                if !numeric::$way(base.add(opcode::a($w)), x, y, $($f),+) {
                    slow!(operate::arith(lua, $op, opcode::a($w), x, y, (opcode::b($w), reg)));
                }
            }};
        }
        macro_rules! compare {
            ($w:expr, $y:expr, $op:tt, $or_equal:expr, $swap:expr) => {{
                let (x, y): (Value, Value) = (r!(opcode::a($w)), $y);
                if x.tag == value::INT && y.tag == value::INT {
                    branch!((x.as_int() $op y.as_int()), $w);
                } else if x.tag == value::FLOAT && y.tag == value::FLOAT {
                    branch!((x.as_float() $op y.as_float()), $w);
                } else {
                    let flag = opcode::c($w) as u32;
                    let (x, y) = if $swap { (y, x) } else { (x, y) };
                    branch_verdict!(operate::less(lua, $or_equal, x, y, flag), $w);
                }
            }};
        }
        /// Charges, for a backward jump its distance, and leaves when the fuel is used up.
        macro_rules! pay {
            ($units:expr) => {{
                if cfg!(not(feature = "unmetered")) {
                    (*lua).fuel -= $units;
                    if (*lua).fuel <= 0 {
                        save!();
                        return Exit::OutOfFuel;
                    }
                }
            }};
        }
        /// Goes on in the Lua frame below, which pays again for the code behind the call: a deep stack that unwinds is
        /// work, too.
        macro_rules! pop_frame {
            () => {{
                (*th).frames.drop_last();
                ci = ci.sub(1);
                cl = (*ci).callee.cast();
                base = (*th).stack.add((*ci).base as usize);
                let proto = (*cl).proto;
                k = (*proto).consts.as_ptr();
                pc = (*ci).pc;
                pay!(i64::from((*proto).cost));
            }};
        }
        /// Runs the state machine until a Lua frame is on top, and goes on in it.
        macro_rules! drive {
            ($next:expr) => {
                match $next {
                    Next::Lua => enter!(),
                    next => match drive(lua, next) {
                        Ctl::Leave => return (*lua).exit,
                        _ => enter!(),
                    },
                }
            };
        }
        /// The frame of a Lua function was pushed: goes on in it, or leaves.
        macro_rules! enter {
            () => {{
                reload!();
                pay!(0);
            }};
        }
        /// Reads the field of `$obj` that `$word` names into register `a`.
        macro_rules! get_field {
            ($obj:expr, $a:expr, $word:expr) => {{
                let obj: Value = $obj;
                let key = *k.add(($word >> 16) as usize);
                let found = index::hinted(lua, obj, key, $word & 0xffff);
                if !found.is_null() {
                    r!($a) = *found;
                    continue;
                }
                save!();
                if obj.tag == value::TABLE {
                    let v = index::field((*lua).names, obj.as_table(), key, $word, pc.sub(1));
                    if v.tag != index::ASK {
                        r!($a) = v;
                        resume!();
                        continue;
                    }
                }
                match index::read(lua, ci) {
                    Ctl::Leave => return (*lua).exit,
                    Ctl::Reload => enter!(),
                    Ctl::Next => {
                        resume!();
                        pay!(0);
                    }
                }
            }};
        }

        enter!();
        loop {
            let w = next_word!();
            match Op::of(w) {
                Op::Move => r!(opcode::a(w)) = Value::load(base.add(opcode::b(w))),
                Op::LoadI => r!(opcode::a(w)) = Value::int(i64::from(opcode::sbx(w))),
                Op::LoadF => r!(opcode::a(w)) = Value::float(f64::from(opcode::sbx(w))),
                Op::LoadK => {
                    let v = *k.add(opcode::bx(w));
                    r!(opcode::a(w)) = Value { tag: v.tag & 0xff, data: v.data };
                }
                Op::LoadKX => {
                    let v = *k.add(next_word!() as usize);
                    r!(opcode::a(w)) = Value { tag: v.tag & 0xff, data: v.data };
                }
                Op::LoadNil => {
                    for i in 0..=opcode::b(w) {
                        r!(opcode::a(w) + i) = Value::NIL;
                    }
                }
                Op::LoadTrue => r!(opcode::a(w)) = Value::TRUE,
                Op::LoadFalse => r!(opcode::a(w)) = Value::FALSE,
                Op::GetUp => r!(opcode::a(w)) = *Closure::upvals(cl).add(opcode::b(w)),
                Op::GetUpCell => {
                    let cell = (*Closure::upvals(cl).add(opcode::b(w))).as_cell();
                    let mut v = (*cell).value;
                    if v.tag == value::FORWARD {
                        v = overlay::cell_value(cell);
                    }
                    r!(opcode::a(w)) = v;
                }
                Op::SetUpCell => {
                    let cell = (*Closure::upvals(cl).add(opcode::b(w))).as_cell();
                    let v = r!(opcode::a(w));
                    let to = overlay::open_cell(cell);
                    if !to.is_null() {
                        (*to).value = v;
                    } else {
                        overlay::set_cell(&mut (*lua).heap, cell, v);
                        collect_if_due!();
                    }
                }
                Op::NewCell => {
                    let cell = (*lua).heap.new_cell(r!(opcode::a(w)));
                    r!(opcode::a(w)) = Value::cell(cell);
                    collect_if_due!();
                }
                Op::CellGet => r!(opcode::a(w)) = (*r!(opcode::b(w)).as_cell()).value,
                Op::CellSet => {
                    let cell = r!(opcode::a(w)).as_cell();
                    let v = r!(opcode::b(w));
                    (*cell).value = v;
                    if (*cell).hdr.mark & BLACK != 0 {
                        (*lua).heap.barrier_forward(cell.cast(), v);
                    }
                }
                Op::GetGlobal => {
                    let word = next_word!();
                    if opcode::b(w) != 0 {
                        // The name is in the destination register.
                        let globals = Value::table((*lua).heap.globals_face);
                        slow!(index::get(lua, globals, r!(opcode::a(w)), opcode::a(w), 256));
                        continue;
                    }
                    get_field!(Value::table((*lua).heap.globals), opcode::a(w), word);
                }
                Op::GetField => {
                    let word = next_word!();
                    get_field!(r!(opcode::b(w)), opcode::a(w), word);
                }
                Op::Method => {
                    let word = next_word!();
                    let obj = r!(opcode::b(w));
                    r!(opcode::a(w) + 1) = obj;
                    get_field!(obj, opcode::a(w), word);
                }
                Op::SetGlobal | Op::SetField => {
                    let hint_at = pc;
                    let word = next_word!();
                    let (obj, v, reg) = if Op::of(w) == Op::SetField {
                        (r!(opcode::a(w)), Value::load(base.add(opcode::b(w))), opcode::a(w))
                    } else {
                        let globals = Value::table((*lua).heap.globals_face);
                        let v = r!(opcode::a(w));
                        if opcode::b(w) != 0 {
                            slow!(index::set(lua, globals, r!(opcode::c(w)), v, 256));
                            continue;
                        }
                        (globals, v, 256)
                    };
                    let key = *k.add((word >> 16) as usize);
                    let t = overlay::open(obj);
                    if !t.is_null() {
                        let hint = word & 0xffff;
                        if hint < (*t).node_len {
                            let node = (*t).nodes.add(hint as usize);
                            if (*node).key.data == key.data
                                && (*node).key.tag == key.tag
                                && !(*node).val.is_nil()
                            {
                                (*node).val = v;
                                continue;
                            }
                        }
                        if let Some(slot) = index::set_field(lua, t, key, v) {
                            if slot != hint && slot < NO_HINT {
                                (*hint_at).store((word & 0xffff_0000) | slot, Relaxed);
                            }
                            collect_if_due!();
                            continue;
                        }
                    }
                    let plain = Value { tag: value::STR, data: key.data };
                    slow!(index::set(lua, obj, plain, v, reg));
                    collect_if_due!();
                }
                Op::GetIndex => {
                    let (obj, key) = (r!(opcode::b(w)), r!(opcode::c(w)));
                    if obj.tag == value::TABLE {
                        let t = obj.as_table();
                        let (t, v) = if key.tag == value::INT {
                            // The face of a shared table has no array.
                            let at = (key.as_int() as u64).wrapping_sub(1);
                            if at < u64::from((*t).arr_len) {
                                (t.cast_const(), *(*t).arr.add(at as usize))
                            } else {
                                index::element(t, key.as_int())
                            }
                        } else if key.tag == value::STR && !Str::is_quick(key.as_str()) {
                            slow!(index::get(lua, obj, key, opcode::a(w), opcode::b(w)));
                            continue;
                        } else {
                            (t.cast_const(), Table::get(t, key))
                        };
                        if !v.is_nil() || (*t).meta.is_null() {
                            r!(opcode::a(w)) = v;
                            continue;
                        }
                    }
                    slow!(index::get(lua, obj, key, opcode::a(w), opcode::b(w)));
                }
                Op::GetInt => {
                    let obj = r!(opcode::b(w));
                    let i = opcode::c(w) as i64;
                    if obj.tag == value::TABLE {
                        let (t, v) = index::element(obj.as_table(), i);
                        if !v.is_nil() || (*t).meta.is_null() {
                            r!(opcode::a(w)) = v;
                            continue;
                        }
                    }
                    slow!(index::get(lua, obj, Value::int(i), opcode::a(w), opcode::b(w)));
                }
                Op::SetIndex | Op::SetInt => {
                    let obj = r!(opcode::a(w));
                    let key = if Op::of(w) == Op::SetIndex {
                        r!(opcode::b(w))
                    } else {
                        Value::int(opcode::b(w) as i64)
                    };
                    let v = Value::load(base.add(opcode::c(w)));
                    if key.tag == value::INT {
                        let t = overlay::open(obj);
                        if !t.is_null() {
                            let at = (key.as_int() as u64).wrapping_sub(1);
                            let len = u64::from((*t).arr_len);
                            if at < len {
                                let slot = (*t).arr.add(at as usize);
                                if !v.is_nil() && (!(*slot).is_nil() || (*t).meta.is_null()) {
                                    *slot = v;
                                    continue;
                                }
                            } else if at == len
                                && (*t).meta.is_null()
                                && !v.is_nil()
                                && Table::append(&mut (*lua).heap, t, v).is_ok()
                            {
                                collect_if_due!();
                                continue;
                            }
                        }
                    }
                    slow!(index::set(lua, obj, key, v, opcode::a(w)));
                    collect_if_due!();
                }
                Op::NewTable => {
                    let t = (*lua).heap.new_table(opcode::b(w), opcode::c(w));
                    r!(opcode::a(w)) = Value::table(t);
                    collect_if_due!();
                }
                Op::SetList => {
                    let start = next_word!() as usize;
                    let at = base.add(opcode::a(w));
                    let n = if opcode::b(w) == 255 {
                        let top = (*th).stack.add((*th).top as usize);
                        top.offset_from(at) as usize - 1
                    } else {
                        opcode::b(w)
                    };
                    slow!(index::set_list(lua, (*at).as_table(), at.add(1), n, start));
                    collect_if_due!();
                }
                Op::Add => arith!(w, both, Op::Add, rr!(w), i64::wrapping_add, |x, y| x + y),
                Op::Sub => arith!(w, both, Op::Sub, rr!(w), i64::wrapping_sub, |x, y| x - y),
                Op::Mul => arith!(w, both, Op::Mul, rr!(w), i64::wrapping_mul, |x, y| x * y),
                Op::AddK => arith!(w, both, Op::Add, rk!(w), i64::wrapping_add, |x, y| x + y),
                Op::SubK => arith!(w, both, Op::Sub, rk!(w), i64::wrapping_sub, |x, y| x - y),
                Op::MulK => arith!(w, both, Op::Mul, rk!(w), i64::wrapping_mul, |x, y| x * y),
                Op::Div => arith!(w, real, Op::Div, rr!(w), |x, y| x / y),
                Op::Pow => arith!(w, real, Op::Pow, rr!(w), pow),
                Op::DivK => arith!(w, real, Op::Div, rk!(w), |x, y| x / y),
                Op::PowK => arith!(w, real, Op::Pow, rk!(w), pow),
                Op::Mod => arith!(w, divide, Op::Mod, rr!(w), floor_mod, float_mod),
                Op::ModK => arith!(w, divide, Op::Mod, rk!(w), floor_mod, float_mod),
                Op::IDiv => arith!(w, divide, Op::IDiv, rr!(w), floor_div, |x, y| (x / y).floor()),
                Op::IDivK => arith!(w, divide, Op::IDiv, rk!(w), floor_div, |x, y| (x / y).floor()),
                Op::BAnd => arith!(w, bits, Op::BAnd, rr!(w), |x, y| x & y),
                Op::BOr => arith!(w, bits, Op::BOr, rr!(w), |x, y| x | y),
                Op::BXor => arith!(w, bits, Op::BXor, rr!(w), |x, y| x ^ y),
                Op::BAndK => arith!(w, bits, Op::BAnd, rk!(w), |x, y| x & y),
                Op::BOrK => arith!(w, bits, Op::BOr, rk!(w), |x, y| x | y),
                Op::BXorK => arith!(w, bits, Op::BXor, rk!(w), |x, y| x ^ y),
                Op::Shl => arith!(w, bits, Op::Shl, rr!(w), shift_left),
                Op::ShlK => arith!(w, bits, Op::Shl, rk!(w), shift_left),
                Op::Shr => arith!(w, bits, Op::Shr, rr!(w), shift_right),
                Op::ShrK => arith!(w, bits, Op::Shr, rk!(w), shift_right),
                Op::Neg => {
                    let x = r!(opcode::b(w));
                    match x.tag {
                        value::INT => r!(opcode::a(w)) = Value::int(x.as_int().wrapping_neg()),
                        value::FLOAT => r!(opcode::a(w)) = Value::float(-x.as_float()),
                        _ => slow!(operate::unary(lua, Op::Neg, opcode::a(w), x, opcode::b(w))),
                    }
                }
                Op::BNot => {
                    let x = r!(opcode::b(w));
                    if x.tag == value::INT {
                        r!(opcode::a(w)) = Value::int(!x.as_int());
                    } else {
                        slow!(operate::unary(lua, Op::BNot, opcode::a(w), x, opcode::b(w)));
                    }
                }
                Op::Not => r!(opcode::a(w)) = Value::bool(!r!(opcode::b(w)).truthy()),
                Op::Len => {
                    let x = r!(opcode::b(w));
                    if x.tag == value::TABLE && (*overlay::body(x.as_table())).meta.is_null() {
                        r!(opcode::a(w)) = Value::int(Table::border(x.as_table()));
                    } else {
                        slow!(operate::len(lua, opcode::a(w), x, opcode::b(w)));
                    }
                }
                Op::Concat => {
                    save!();
                    match operate::concat(lua, opcode::a(w), opcode::b(w), opcode::c(w)) {
                        Next::Lua => {}
                        next => match drive(lua, next) {
                            Ctl::Leave => return (*lua).exit,
                            _ => enter!(),
                        },
                    }
                    collect_if_due!();
                    pay!(0);
                }
                Op::Jump => pc = pc.offset(opcode::sj(w)),
                Op::Loop => {
                    let distance = opcode::sj(w);
                    pc = pc.offset(distance);
                    pay!(-(distance as i64));
                }
                Op::Test => branch!(r!(opcode::a(w)).truthy(), w),
                Op::Eq => {
                    let (x, y) = (r!(opcode::a(w)), r!(opcode::b(w)));
                    if x.tag == value::STR && y.tag == value::STR && x.data != y.data {
                        branch_verdict!(operate::equal_texts(lua, x, y, opcode::c(w) as u32), w);
                    } else if x.raw_eq(y) {
                        branch!(true, w);
                    } else if x.tag == y.tag && matches!(x.tag, value::TABLE | value::USERDATA) {
                        branch_verdict!(operate::equal(lua, x, y, opcode::c(w) as u32), w);
                    } else {
                        branch!(false, w);
                    }
                }
                Op::EqK => {
                    let x = r!(opcode::a(w));
                    let y = *k.add(opcode::b(w));
                    let y = Value { tag: y.tag & 0xff, data: y.data };
                    let same = if x.tag == y.tag && x.data == y.data && x.tag != value::FLOAT {
                        true
                    } else if x.tag == value::NIL || y.tag == value::NIL || x.are_symbols(y) {
                        false
                    } else {
                        x.raw_eq(y)
                    };
                    branch!(same, w);
                }
                Op::Lt => compare!(w, r!(opcode::b(w)), <, false, false),
                Op::Le => compare!(w, r!(opcode::b(w)), <=, true, false),
                Op::LtK => compare!(w, *k.add(opcode::b(w)), <, false, false),
                Op::LeK => compare!(w, *k.add(opcode::b(w)), <=, true, false),
                Op::GtK => compare!(w, *k.add(opcode::b(w)), >, false, true),
                Op::GeK => compare!(w, *k.add(opcode::b(w)), >=, true, true),
                Op::Call => {
                    let a = opcode::a(w);
                    let f = base.add(a);
                    let args = match opcode::b(w) {
                        0 => (*th).stack.add((*th).top as usize).offset_from(f) as u32 - 1,
                        b => b as u32 - 1,
                    };
                    let callee = *f;
                    if callee.tag == value::CLOSURE {
                        let func = f.offset_from((*th).stack) as u32;
                        (*ci).pc = pc;
                        let ncl = callee.as_closure();
                        let proto: *const Proto = (*ncl).proto;
                        let params = u32::from((*proto).params);
                        let need =
                            func as usize + 1 + args.max(params) as usize + (*proto).max_stack as usize;
                        let frames = &mut (*th).frames;
                        if (*proto).vararg || need > (*th).stack_cap as usize || frames.are_full() {
                            let dest = Dest::of_call(func, opcode::c(w) as i32 - 1);
                            if !call::push_lua(lua, th, ncl, dest, args) {
                                return Exit::Dead;
                            }
                            if (*lua).heap.debt > 0 && !super::collect(lua) {
                                return (*lua).exit;
                            }
                            enter!();
                            continue;
                        }
                        base = f.add(1);
                        for i in args..params {
                            *base.add(i as usize) = Value::NIL;
                        }
                        cl = ncl;
                        k = (*proto).consts.as_ptr();
                        pc = (*proto).code.as_ptr();
                        ci = ci.add(1);
                        frames.push(Frame {
                            pc,
                            callee: ncl.cast(),
                            then: None,
                            base: func + 1,
                            func,
                            args,
                            want: opcode::c(w) as i32 - 1,
                            aux: 0,
                            top: 0,
                            ret: Ret::Lua,
                            scanned: 0,
                            native: false,
                            waits: Waits::Plainly,
                            seen: 0,
                        });
                        pay!(i64::from((*proto).cost));
                        continue;
                    }
                    save!();
                    let func = f.offset_from((*th).stack) as u32;
                    (*th).top = func + 1 + args;
                    let want = opcode::c(w) as i32 - 1;
                    if callee.tag == value::NATIVE {
                        match native::native(lua, th, callee.as_native(), (func, want), args) {
                            Ctl::Next => {
                                resume!();
                                base = (*th).stack.add((*ci).base as usize);
                                collect_if_due!();
                                // What the native has charged counts at once: code without loops is a program, too.
                                pay!(1);
                            }
                            Ctl::Reload => {
                                enter!();
                                collect_if_due!();
                            }
                            Ctl::Leave => return (*lua).exit,
                        }
                        continue;
                    }
                    drive!(Next::Call { dest: Dest::of_call(func, want), args })
                }
                Op::TailCall => {
                    let f = base.add(opcode::a(w));
                    let args = match opcode::b(w) {
                        0 => (*th).stack.add((*th).top as usize).offset_from(f) as u32 - 1,
                        b => b as u32 - 1,
                    };
                    (*ci).pc = pc;
                    let callee = *f;
                    if callee.tag == value::CLOSURE {
                        // The frame gives its place to that of the callee.
                        let dest = (*ci).dest();
                        let to = (*th).stack.add(dest.func as usize);
                        std::ptr::copy(f, to, args as usize + 1);
                        (*th).top = dest.func + 1 + args;
                        (*th).frames.drop_last();
                        if !call::push_lua(lua, th, callee.as_closure(), dest, args) {
                            return Exit::Dead;
                        }
                        enter!();
                        continue;
                    }
                    // Others are called from here, so that their errors have a position; a return instruction follows.
                    let func = f.offset_from((*th).stack) as u32;
                    (*th).top = func + 1 + args;
                    let dest = Dest::of_call(func, -1);
                    drive!(Next::Call { dest, args })
                }
                Op::Return1 => {
                    let v = Value::load(base.add(opcode::a(w)));
                    if (*ci).ret == Ret::Lua {
                        let want = (*ci).want;
                        let func = (*ci).func;
                        let to = (*th).stack.add(func as usize);
                        *to = v;
                        if want != 1 {
                            if want < 0 {
                                (*th).top = func + 1;
                            } else {
                                for i in 1..want {
                                    *to.add(i as usize) = Value::NIL;
                                }
                            }
                        }
                        pop_frame!();
                        continue;
                    }
                    let from = base.add(opcode::a(w)).offset_from((*th).stack) as u32;
                    match native::finish(lua, th, ci, from, 1) {
                        Ctl::Leave => return (*lua).exit,
                        _ => enter!(),
                    }
                }
                Op::Return0 | Op::Return => {
                    let at = base.add(opcode::a(w));
                    let from = at.offset_from((*th).stack) as u32;
                    let n = if Op::of(w) == Op::Return0 {
                        0
                    } else {
                        match opcode::b(w) {
                            0 => (*th).top - from,
                            b => b as u32 - 1,
                        }
                    };
                    if n > 256 && !lists::may_return(lua, n) {
                        slow!(lists::too_long(lua));
                        continue;
                    }
                    if (*ci).ret == Ret::Lua {
                        let want = (*ci).want;
                        let func = (*ci).func;
                        let to = (*th).stack.add(func as usize);
                        if want < 0 {
                            std::ptr::copy(at, to, n as usize);
                            (*th).top = func + n;
                        } else {
                            for i in 0..want as u32 {
                                *to.add(i as usize) = if i < n { *at.add(i as usize) } else { Value::NIL };
                            }
                        }
                        pop_frame!();
                        continue;
                    }
                    match native::finish(lua, th, ci, from, n) {
                        Ctl::Leave => return (*lua).exit,
                        _ => enter!(),
                    }
                }
                Op::VarArg => {
                    if !lists::var_arg(lua, th, ci, opcode::a(w) as u32, opcode::c(w) as u32) {
                        slow!(lists::too_long(lua));
                        continue;
                    }
                    base = (*th).stack.add((*ci).base as usize);
                }
                Op::Closure => {
                    let new = call::closure(lua, cl, base, opcode::bx(w));
                    r!(opcode::a(w)) = Value::closure(new);
                    collect_if_due!();
                }
                Op::ForPrep => {
                    let distance = next_word!() as i32 as isize;
                    let at = base.add(opcode::a(w));
                    match operate::for_prep(at) {
                        // The body's head is next; the loop instruction behind it takes two words.
                        Ok(true) => {}
                        Ok(false) => pc = pc.offset(distance + 2),
                        Err(message) => slow!(drive(lua, operate::error(lua, message))),
                    }
                }
                Op::ForLoop => {
                    let distance = (*pc).load(Relaxed) as i32 as isize;
                    pc = pc.add(1);
                    let at = base.add(opcode::a(w));
                    if (*at).tag == value::INT {
                        let count = (*at.add(1)).data;
                        if count > 0 {
                            let i = (*at).as_int().wrapping_add((*at.add(2)).as_int());
                            (*at.add(1)).data = count - 1;
                            (*at).data = i as u64;
                            *at.add(3) = Value::int(i);
                            pc = pc.offset(distance);
                            pay!(-(distance as i64));
                        }
                    } else {
                        let step = (*at.add(2)).as_float();
                        let limit = (*at.add(1)).as_float();
                        let i = (*at).as_float() + step;
                        if if step > 0.0 { i <= limit } else { limit <= i } {
                            *at = Value::float(i);
                            *at.add(3) = Value::float(i);
                            pc = pc.offset(distance);
                            pay!(-(distance as i64));
                        }
                    }
                }
                Op::ForCall => {
                    let distance = next_word!() as i32 as isize;
                    let at = base.add(opcode::a(w));
                    let vars = opcode::c(w);
                    match iterate::step(at, vars) {
                        Step::Body => {
                            pc = pc.offset(distance);
                            pay!(-(distance as i64));
                            continue;
                        }
                        Step::Done => {
                            pc = pc.add(2);
                            continue;
                        }
                        Step::Again => {
                            pc = pc.sub(2);
                            pay!(crate::table::PASSED as i64 / 2);
                            continue;
                        }
                        Step::Call => {}
                    }
                    *at.add(4) = *at;
                    *at.add(5) = *at.add(1);
                    *at.add(6) = *at.add(2);
                    save!();
                    let func = at.add(4).offset_from((*th).stack) as u32;
                    (*th).top = func + 3;
                    let dest = Dest::of_call(func, vars as i32);
                    drive!(Next::Call { dest, args: 2 })
                }
                Op::ForNext => {
                    let distance = next_word!() as i32 as isize;
                    let at = base.add(opcode::a(w));
                    if !(*at.add(4)).is_nil() {
                        *at.add(2) = *at.add(4);
                        pc = pc.offset(distance);
                        pay!(-(distance as i64));
                    }
                }
                Op::OwnName => {
                    if (*lua).own_names {
                        slow!(operate::own_name(
                            lua,
                            r!(opcode::a(w)),
                            r!(opcode::b(w)),
                            opcode::a(w) as u32
                        ));
                    }
                }
                Op::LinkType => slow!(operate::link_type(lua, r!(opcode::a(w)), opcode::a(w) as u32)),
            }
        }
    }
}
