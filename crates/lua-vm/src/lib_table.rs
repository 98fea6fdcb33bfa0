//! The library `table`. It reads and writes entries directly, without metamethods.
//!
//! Loops over many elements give way between blocks; their cursor waits in a slot.

use crate::lib_math::less;
use crate::native::{Cx, Flow, MAX_VALUES, NativeResult, Num, Raise, Val, View, Walk};
use crate::number;
use crate::statics::{Lib, StaticsBuilder, UserdataType};
use crate::text::{self, Text};
use std::cell::RefCell;

mod sort;

/// Elements handled between two looks at the fuel.
const BLOCK: i64 = 256;
/// Arguments that `pack` stores between two looks at the fuel.
const PACKED: usize = 4096;
/// Units of reading and writing an element.
const MOVED: usize = 8;
/// Bytes joined between two looks at the fuel, nearly.
const JOINED: usize = 1 << 18;
/// Steps of a walk between two looks at the fuel.
const WALKED: usize = 64;
/// Most entries that `table.create` makes room for.
const MAX_ROOM: i64 = 1 << 27;

pub(crate) fn register(b: &mut StaticsBuilder) {
    let lib = Lib::new()
        .local("insert", insert)
        .local("remove", remove)
        .local("concat", concat)
        .local("sort", sort::sort)
        .local("unpack", unpack)
        .local("pack", pack)
        .local("move", move_range)
        .local("create", create)
        .local("freeze", freeze)
        .local("isfrozen", is_frozen)
        .local("getn", getn)
        .local("maxn", maxn);
    b.global("table", lib);
    b.userdata(UserdataType::new::<Pieces>("concatenation"));
    sort::register(b);
}

/// What `concat` has joined so far; lives in a slot while it gives way.
struct Pieces(RefCell<Text>);

fn insert(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let end = t.len().wrapping_add(1);
    match cx.nargs() {
        2 => {
            let v = cx.arg(1);
            cx.set_int(t, end, v)?;
            cx.ret0()
        }
        3 => {
            let at = cx.check_int(1)?;
            // Unsigned, so that one comparison refuses both sides.
            if at.wrapping_sub(1).cast_unsigned() >= end.cast_unsigned() {
                return Err(cx.arg_error(1, "position out of bounds"));
            }
            let (at, cursor) = (Val::int(at), Val::int(end));
            cx.set_slot(1, at);
            cx.push(cursor);
            insert_shift(cx)
        }
        _ => Err(cx.error("wrong number of arguments to 'insert'")),
    }
}

/// Slots: table, position, value, the next index to be filled.
fn insert_shift(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let (at, mut cursor) = (int_slot(cx, 1), int_slot(cx, 3));
    while cursor > at {
        let stop = at.max(cursor.saturating_sub(BLOCK));
        let count = cursor - stop;
        while cursor > stop {
            cx.set_int(t, cursor, t.get_int(cursor - 1))?;
            cursor -= 1;
        }
        if cx.charge(count as usize * MOVED) && cursor > at {
            cx.set_slot(3, Val::int(cursor));
            return cx.again(insert_shift);
        }
    }
    let v = cx.slot(2);
    cx.set_int(t, at, v)?;
    cx.ret0()
}

fn int_slot(cx: &Cx<'_>, i: usize) -> i64 {
    cx.slot(i).as_int().expect("the slot was filled with an integer")
}

fn remove(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let size = t.len();
    let at = if cx.nargs() < 2 { size } else { cx.check_int(1)? };
    // An empty table allows 0 and 1, others also the index behind the last one.
    if cx.nargs() >= 2 && at.wrapping_sub(1).cast_unsigned() > size.cast_unsigned() && (size, at) != (0, 0) {
        return Err(cx.arg_error(1, "position out of bounds"));
    }
    let removed = t.get_int(at);
    cx.set_len(1);
    cx.push(removed);
    cx.push(Val::int(at));
    cx.push(Val::int(size));
    remove_shift(cx)
}

/// Slots: table, the removed value, the next index to be filled, the last index.
fn remove_shift(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let (mut cursor, size) = (int_slot(cx, 2), int_slot(cx, 3));
    while cursor < size {
        let stop = size.min(cursor.saturating_add(BLOCK));
        let count = stop - cursor;
        while cursor < stop {
            cx.set_int(t, cursor, t.get_int(cursor + 1))?;
            cursor += 1;
        }
        if cx.charge(count as usize * MOVED) && cursor < size {
            cx.set_slot(2, Val::int(cursor));
            return cx.again(remove_shift);
        }
    }
    // Also of a frozen table with nothing in it: whoever removes means to write.
    if !t.get_int(cursor).is_nil() || t.is_frozen() {
        cx.set_int(t, cursor, Val::NIL)?;
    }
    let removed = cx.slot(1);
    cx.ret(removed)
}

fn concat(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    cx.opt_bytes(1)?;
    let first = cx.opt_int(2, 1)?;
    let last = if cx.arg(3).is_nil() { t.len() } else { cx.check_int(3)? };
    if first > last {
        let empty = cx.string(b"");
        return cx.ret(empty);
    }
    if cx.nargs() > 1 && !cx.arg(1).is_nil() && cx.arg(1).as_bytes().is_none() {
        let separator = cx.check_bytes(1)?;
        let separator = cx.string(separator);
        cx.set_slot(1, separator);
    }
    cx.set_len(2);
    cx.push(Val::int(first));
    cx.push(Val::int(last));
    cx.push(Val::NIL);
    join(cx, Text::default())
}

/// Slots: table, separator, next index, last index, the pieces once it has given way, and long elements.
fn concat_more(cx: &mut Cx<'_>) -> NativeResult {
    let pieces = cx.slot(4).as_userdata().and_then(|u| u.payload::<Pieces>());
    let out = pieces.expect("the slot holds the pieces").0.take();
    join(cx, out)
}

fn join(cx: &mut Cx<'_>, mut out: Text) -> NativeResult {
    let t = cx.check_table(0)?;
    let separator = cx.slot(1).as_bytes().unwrap_or_default();
    let (mut at, last) = (int_slot(cx, 2), int_slot(cx, 3));
    loop {
        let stop = last.min(at.saturating_add(BLOCK));
        let mut copied = 0;
        loop {
            copied += append(cx, &mut out, t.get_int(at), at)?;
            if at == last {
                cx.charge(copied / 4);
                cx.reserve(out.len())?;
                return text::finish(cx, out);
            }
            out.push(1, separator, 0, separator.len());
            copied += separator.len().min(text::LONG);
            at += 1;
            if at >= stop || copied >= JOINED {
                break;
            }
        }
        cx.reserve(out.len())?;
        if cx.charge(BLOCK as usize * 4 + copied / 4) {
            cx.set_slot(2, Val::int(at));
            let held = out.held();
            let object = if let Some(object) = cx.slot(4).as_userdata() {
                object.payload::<Pieces>().expect("the slot holds the pieces").0.replace(out);
                object
            } else {
                let object = cx.userdata(Pieces(RefCell::new(out)), &[]);
                cx.set_slot(4, object.val());
                object
            };
            cx.weigh(object, held);
            return cx.again(concat_more);
        }
    }
}

/// Appends an element; the number of bytes that were copied.
#[inline]
fn append<'cx>(cx: &mut Cx<'cx>, out: &mut Text, v: Val<'cx>, at: i64) -> Result<usize, Raise> {
    match v.view() {
        View::Str(text) if Text::is_long(text) => {
            cx.push(v);
            out.push(cx.len() - 1, text, 0, text.len());
            Ok(text::LONG)
        }
        View::Str(text) => {
            out.tail().extend_from_slice(text);
            Ok(text.len())
        }
        View::Int(i) => {
            number::write_int(out.tail(), i);
            Ok(16)
        }
        View::Float(f) => {
            number::write_float(out.tail(), f);
            Ok(64)
        }
        _ => match cx.to_bytes(v) {
            Some(text) => {
                out.tail().extend_from_slice(text);
                Ok(text.len())
            }
            None => {
                let name = cx.type_name_of(v);
                Err(cx.error(format_args!("invalid value ({name}) at index {at} in table for 'concat'")))
            }
        },
    }
}

/// `table.unpack` and the global `unpack`.
pub(crate) fn unpack(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let first = cx.opt_int(1, 1)?;
    let last = if cx.arg(2).is_nil() { t.len() } else { cx.check_int(2)? };
    if first > last {
        return cx.ret0();
    }
    if last.checked_sub(first).is_none_or(|n| n >= MAX_VALUES as i64) {
        return Err(cx.error("too many results to unpack"));
    }
    cx.set_len(1);
    cx.push(Val::int(first));
    cx.push(Val::int(last));
    unpack_more(cx)
}

/// Slots: table, first and last index, the results so far.
fn unpack_more(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let (first, last) = (int_slot(cx, 1), int_slot(cx, 2));
    let mut done = cx.len() as i64 - 3;
    let count = last - first + 1;
    cx.reserve((count - done) as usize * size_of::<crate::value::Value>())?;
    while done < count {
        let stop = count.min(done + BLOCK);
        let step = stop - done;
        while done < stop {
            cx.push(t.get_int(first + done));
            done += 1;
        }
        if cx.charge(step as usize * 2) && done < count {
            return cx.again(unpack_more);
        }
    }
    Ok(Flow::values(count as usize))
}

fn pack(cx: &mut Cx<'_>) -> NativeResult {
    let n = cx.nargs();
    cx.reserve(n * size_of::<crate::value::Value>())?;
    let t = cx.table(n, 1);
    cx.push(t);
    cx.push(Val::int(0));
    pack_more(cx)
}

/// Slots: the arguments, the table, how many are in it.
fn pack_more(cx: &mut Cx<'_>) -> NativeResult {
    let n = cx.nargs();
    let t = cx.slot(n).as_table().expect("the slot holds a table");
    let mut done = int_slot(cx, n + 1) as usize;
    while done < n {
        let stop = n.min(done + PACKED);
        for i in done..stop {
            let v = cx.arg(i);
            cx.set_int(t, i as i64 + 1, v)?;
        }
        done = stop;
        if cx.charge(PACKED * 2) && done < n {
            cx.set_slot(n + 1, Val::int(done as i64));
            return cx.again(pack_more);
        }
    }
    cx.set_field(t, "n", n as i64)?;
    cx.ret(t)
}

fn move_range(cx: &mut Cx<'_>) -> NativeResult {
    let from = cx.check_table(0)?;
    let (first, last, at) = (cx.check_int(1)?, cx.check_int(2)?, cx.check_int(3)?);
    let to = if cx.arg(4).is_nil() { from } else { cx.check_table(4)? };
    if last >= first {
        if first <= 0 && last >= i64::MAX.wrapping_add(first) {
            return Err(cx.arg_error(2, "too many elements to move"));
        }
        if at > i64::MAX - (last - first) {
            return Err(cx.arg_error(3, "destination wrap around"));
        }
        cx.set_len(0);
        cx.push(from);
        for i in [first, last, at] {
            cx.push(Val::int(i));
        }
        cx.push(to);
        cx.push(Val::int(0));
        return move_more(cx);
    }
    cx.ret(to)
}

/// Slots: source, first and last index, destination index, destination, number of elements moved.
fn move_more(cx: &mut Cx<'_>) -> NativeResult {
    let from = cx.check_table(0)?;
    let (first, last, at) = (int_slot(cx, 1), int_slot(cx, 2), int_slot(cx, 3));
    let to = cx.slot(4).as_table().expect("the slot holds a table");
    let mut done = int_slot(cx, 5);
    let count = last - first + 1;
    // Overlapping ranges are copied from the end that is not overwritten first.
    let upwards = at > last || at <= first || from.val().identity() != to.val().identity();
    while done < count {
        let stop = count.min(done.saturating_add(BLOCK));
        let step = stop - done;
        while done < stop {
            let offset = if upwards { done } else { count - 1 - done };
            cx.set_int(to, at + offset, from.get_int(first + offset))?;
            done += 1;
        }
        if cx.charge(step as usize * MOVED) && done < count {
            cx.set_slot(5, Val::int(done));
            return cx.again(move_more);
        }
    }
    cx.ret(to)
}

fn create(cx: &mut Cx<'_>) -> NativeResult {
    let (array, hash) = (cx.check_int(0)?, cx.opt_int(1, 0)?);
    for (i, n) in [(0, array), (1, hash)] {
        if n < 0 {
            return Err(cx.arg_error(i, "size is negative"));
        }
        if n > MAX_ROOM {
            return Err(cx.arg_error(i, "size is too large"));
        }
    }
    cx.reserve(array as usize * 16 + hash as usize * 48)?;
    let t = cx.table(array as usize, hash as usize);
    cx.ret(t)
}

fn freeze(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    cx.freeze(t);
    cx.ret(t)
}

fn is_frozen(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    cx.ret(t.is_frozen())
}

fn getn(cx: &mut Cx<'_>) -> NativeResult {
    let n = cx.check_table(0)?.len();
    cx.ret(n)
}

/// The largest positive number that is a key.
fn maxn(cx: &mut Cx<'_>) -> NativeResult {
    cx.check_table(0)?;
    cx.set_len(1);
    cx.push(Val::int(0));
    cx.push(Val::int(0));
    maxn_more(cx)
}

/// Slots: table, cursor, the largest key so far.
fn maxn_more(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let mut cursor = int_slot(cx, 1) as usize;
    let mut largest = num(cx.slot(2)).expect("the slot holds a number");
    for seen in 1.. {
        cursor = match t.walk(cursor) {
            Walk::Entry(next, key, _) => {
                if let Some(key) = num(key)
                    && less(largest, key)
                {
                    largest = key;
                }
                next
            }
            Walk::Later(next) => next,
            Walk::End => break,
        };
        if seen % WALKED == 0 && cx.charge(WALKED * 16) {
            cx.set_slot(1, Val::int(cursor as i64));
            cx.set_slot(2, value(largest));
            return cx.again(maxn_more);
        }
    }
    cx.ret(value(largest))
}

fn num(v: Val<'_>) -> Option<Num> {
    match v.view() {
        View::Int(i) => Some(Num::Int(i)),
        View::Float(f) => Some(Num::Float(f)),
        _ => None,
    }
}

fn value<'cx>(n: Num) -> Val<'cx> {
    match n {
        Num::Int(i) => Val::int(i),
        Num::Float(f) => Val::float(f),
    }
}
