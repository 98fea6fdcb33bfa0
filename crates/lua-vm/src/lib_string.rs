//! The library `string`: bytes, slices and case; patterns, `format` and `pack` have files of their own.

use crate::native::{Cx, Flow, NativeResult, Raise, Val};
use crate::statics::{Lib, StaticsBuilder};

mod format;
mod gsub;
mod pack;
mod search;

/// Longest string that the library builds; the quota usually ends the process earlier.
const MAX_STRING: usize = i32::MAX as usize;
/// Most values that one call returns, as in Lua's own stack limit.
const MAX_RESULTS: usize = 1_000_000;
/// Pushed values between two looks at the fuel.
const BLOCK: usize = 1024;

pub(crate) fn register(b: &mut StaticsBuilder) {
    let lib = Lib::new()
        .local("byte", byte)
        .local("char", char)
        .local("dump", dump)
        .local("find", search::find)
        .local("format", format::format)
        .local("gmatch", search::gmatch)
        .alias("gfind", "gmatch")
        .local("gsub", gsub::gsub)
        .local("len", len)
        .local("lower", lower)
        .local("match", search::match_)
        .local("pack", pack::pack)
        .local("packsize", pack::pack_size)
        .local("rep", rep)
        .local("reverse", reverse)
        .local("sub", sub)
        .local("unpack", pack::unpack)
        .local("upper", upper);
    b.string_library("string", lib);
    search::register(b);
    gsub::register(b);
    format::register(b);
}

/// Argument `i` as bytes; a number or an error object is replaced by its text, so that continuations find the same.
fn text_arg<'cx>(cx: &mut Cx<'cx>, i: usize) -> Result<&'cx [u8], Raise> {
    if let Some(text) = cx.arg(i).as_bytes() {
        return Ok(text);
    }
    let text = cx.check_bytes(i)?;
    let v = cx.string(text);
    cx.set_slot(i, v);
    Ok(v.as_bytes().unwrap_or_default())
}

/// The offset, from 0, of a start index that may count from the end.
fn start_offset(index: i64, len: usize) -> usize {
    match usize::try_from(index) {
        Ok(0) => 0,
        Ok(index) => index - 1,
        Err(_) => len.saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX)),
    }
}

/// The offset, from 0, behind an end index that may count from the end.
fn end_offset(index: i64, len: usize) -> usize {
    match usize::try_from(index) {
        Ok(index) => index.min(len),
        Err(_) => (len + 1).saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX)),
    }
}

fn slice(text: &[u8], first: i64, last: i64) -> &[u8] {
    text.get(start_offset(first, text.len())..end_offset(last, text.len())).unwrap_or_default()
}

fn len(cx: &mut Cx<'_>) -> NativeResult {
    let len = cx.check_bytes(0)?.len();
    cx.ret(len as i64)
}

fn sub(cx: &mut Cx<'_>) -> NativeResult {
    let text = text_arg(cx, 0)?;
    let (first, last) = (cx.check_int(1)?, cx.opt_int(2, -1)?);
    let part = slice(text, first, last);
    if part.len() == text.len() {
        let whole = cx.arg(0);
        return cx.ret(whole);
    }
    cx.charge(part.len() / 16);
    let part = cx.string(part);
    cx.ret(part)
}

fn byte(cx: &mut Cx<'_>) -> NativeResult {
    let text = text_arg(cx, 0)?;
    let first = cx.opt_int(1, 1)?;
    let last = cx.opt_int(2, first)?;
    let part = slice(text, first, last);
    match part {
        [] => return cx.ret0(),
        [byte] => return cx.ret(i64::from(*byte)),
        _ if part.len() >= MAX_RESULTS => return Err(cx.error("string slice too long")),
        _ => {}
    }
    let start = start_offset(first, text.len());
    let (start, end) = (Val::int(start as i64), Val::int((start + part.len()) as i64));
    cx.set_len(1);
    cx.push(start);
    cx.push(end);
    byte_more(cx)
}

/// Slots: text, offsets of the slice, the results so far.
fn byte_more(cx: &mut Cx<'_>) -> NativeResult {
    let text = text_arg(cx, 0)?;
    let (start, end) = (offset_slot(cx, 1), offset_slot(cx, 2));
    cx.reserve((end - start) * size_of::<crate::value::Value>())?;
    loop {
        let done = cx.len() - 3;
        let stop = end.min(start + done + BLOCK);
        for byte in &text[start + done..stop] {
            cx.push(i64::from(*byte));
        }
        if stop == end {
            return Ok(Flow::values(end - start));
        }
        if cx.charge(BLOCK) {
            return cx.again(byte_more);
        }
    }
}

fn offset_slot(cx: &Cx<'_>, i: usize) -> usize {
    let offset = cx.slot(i).as_int().and_then(|i| usize::try_from(i).ok());
    offset.expect("the slot was filled with an offset")
}

fn char(cx: &mut Cx<'_>) -> NativeResult {
    let n = cx.nargs();
    cx.charge(n);
    let mut bytes = Vec::with_capacity(n);
    for i in 0..n {
        match u8::try_from(cx.check_int(i)?) {
            Ok(byte) => bytes.push(byte),
            Err(_) => return Err(cx.arg_error(i, "value out of range")),
        }
    }
    let text = cx.string(&bytes);
    cx.ret(text)
}

fn dump(cx: &mut Cx<'_>) -> NativeResult {
    Err(cx.error("unable to dump given function"))
}

fn rep(cx: &mut Cx<'_>) -> NativeResult {
    let text = text_arg(cx, 0)?;
    let n = cx.check_int(1)?;
    let separator = cx.opt_bytes(2)?.unwrap_or_default();
    let Some(n) = usize::try_from(n).ok().filter(|n| *n > 0 && text.len() + separator.len() > 0) else {
        let empty = cx.string(b"");
        return cx.ret(empty);
    };
    let total = text
        .len()
        .checked_add(separator.len())
        .and_then(|each| each.checked_mul(n))
        .map(|total| total - separator.len())
        .filter(|total| *total <= MAX_STRING);
    let Some(total) = total else {
        return Err(cx.error("resulting string too large"));
    };
    cx.charge(total / 16);
    let repeated = cx.string_with(total, |out| {
        // The first piece by hand, then the part that is complete is doubled.
        let each = text.len() + separator.len();
        let (head, tail) = (text.len(), each.min(total));
        out[..head].copy_from_slice(text);
        out[head..tail].copy_from_slice(&separator[..tail - head]);
        let mut filled = tail;
        while filled < total {
            let step = filled.min(total - filled);
            out.copy_within(..step, filled);
            filled += step;
        }
    })?;
    cx.ret(repeated)
}

fn reverse(cx: &mut Cx<'_>) -> NativeResult {
    let text = cx.check_bytes(0)?;
    cx.charge(text.len() / 4);
    let reversed = cx.string_with(text.len(), |out| {
        out.copy_from_slice(text);
        out.reverse();
    })?;
    cx.ret(reversed)
}

fn lower(cx: &mut Cx<'_>) -> NativeResult {
    change_case(cx, <[u8]>::make_ascii_lowercase, |c, out| push_single(c, c.to_lowercase(), out))
}

fn upper(cx: &mut Cx<'_>) -> NativeResult {
    change_case(cx, <[u8]>::make_ascii_uppercase, |c, out| push_single(c, c.to_uppercase(), out))
}

/// A character whose other case is not one character stays (`ß`).
fn push_single(c: char, mut other: impl ExactSizeIterator<Item = char>, out: &mut String) {
    out.push(if other.len() == 1 { other.next().unwrap_or(c) } else { c });
}

/// Characters of UTF-8 text, bytes of anything else.
fn change_case(cx: &mut Cx<'_>, bytes: fn(&mut [u8]), each: fn(char, &mut String)) -> NativeResult {
    let text = cx.check_bytes(0)?;
    if !text.is_ascii()
        && let Ok(characters) = std::str::from_utf8(text)
    {
        cx.charge(text.len() * 4);
        cx.reserve(2 * text.len())?;
        let mut changed = String::with_capacity(text.len());
        characters.chars().for_each(|c| each(c, &mut changed));
        let changed = cx.string(changed.as_bytes());
        return cx.ret(changed);
    }
    cx.charge(text.len() / 8);
    let changed = cx.string_with(text.len(), |out| {
        out.copy_from_slice(text);
        bytes(out);
    })?;
    cx.ret(changed)
}
