//! The library `string`: bytes, slices and case; patterns, `format` and `pack` have files of their own.

use crate::native::{Cx, Flow, MAX_VALUES, NativeFn, NativeResult, Raise, Val};
use crate::statics::{Lib, StaticsBuilder, UserdataType};
use crate::text::{self, Text};
use std::cell::RefCell;

mod format;
mod gsub;
mod pack;
mod search;

/// Longest string that the library builds; the quota usually ends the process earlier.
const MAX_STRING: usize = i32::MAX as usize;
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
    b.userdata(UserdataType::new::<Case>("case state"));
    search::register(b);
    gsub::register(b);
    format::register(b);
    pack::register(b);
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
    if part.len() < text::BLOCK {
        cx.charge(part.len() / text::COPIED);
        let part = if part.len() == text.len() { cx.arg(0) } else { cx.string(part) };
        return cx.ret(part);
    }
    if part.len() == text.len() {
        let whole = cx.arg(0);
        return cx.ret(whole);
    }
    let start = start_offset(first, text.len());
    let mut whole = Text::default();
    whole.push(0, text, start, start + part.len());
    text::finish(cx, whole)
}

fn byte(cx: &mut Cx<'_>) -> NativeResult {
    let text = text_arg(cx, 0)?;
    let first = cx.opt_int(1, 1)?;
    let last = cx.opt_int(2, first)?;
    let part = slice(text, first, last);
    match part {
        [] => return cx.ret0(),
        [byte] => return cx.ret(i64::from(*byte)),
        _ if part.len() > MAX_VALUES => return Err(cx.error("string slice too long")),
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
    let mut bytes = Vec::with_capacity(n);
    for i in 0..n {
        let byte = match cx.arg(i).as_int() {
            Some(byte) => byte,
            // A text that spells a number takes longer: it is replaced, and when the native goes on it is read no more.
            None => {
                let byte = cx.check_int(i)?;
                cx.set_slot(i, Val::int(byte));
                if cx.charge(0) {
                    return cx.again(char);
                }
                byte
            }
        };
        match u8::try_from(byte) {
            Ok(byte) => bytes.push(byte),
            Err(_) => return Err(cx.arg_error(i, "value out of range")),
        }
    }
    cx.charge(n * 2);
    let text = cx.string(&bytes);
    cx.ret(text)
}

fn dump(cx: &mut Cx<'_>) -> NativeResult {
    Err(cx.error("unable to dump given function"))
}

fn rep(cx: &mut Cx<'_>) -> NativeResult {
    let text = text_arg(cx, 0)?;
    let n = cx.check_int(1)?;
    let separator = if cx.arg(2).is_nil() { &[] } else { text_arg(cx, 2)? };
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
    let separator = cx.arg(2);
    cx.set_len(1);
    cx.push(separator);
    text::start_blocks(cx, total, rep_more)
}

/// Slots: text, separator, draft, offset.
fn rep_more(cx: &mut Cx<'_>) -> NativeResult {
    let (text, separator) = (cx.slot(0).as_bytes(), cx.slot(1).as_bytes());
    let (text, separator) = (text.unwrap_or_default(), separator.unwrap_or_default());
    let each = text.len() + separator.len();
    let total = cx.slot(2).as_bytes().unwrap_or_default().len();
    let mut at = offset_slot(cx, 3);
    while at < total {
        // The first piece by hand, then what is complete is repeated, in steps that double up to a block.
        let source = match at {
            at if at < text.len() => &text[at..],
            at if at < each => &separator[at - text.len()..],
            _ => &[],
        };
        let n = match source.len() {
            0 => (at / each * each).min(total - at),
            n => n.min(total - at),
        };
        let n = n.min(text::BLOCK);
        if source.is_empty() {
            let back = at / each * each;
            cx.fill_draft(2, at - back, back + n, |out| out.copy_within(..n, back));
        } else {
            cx.fill_draft(2, at, n, |out| out.copy_from_slice(&source[..n]));
        }
        at += n;
        if cx.charge(n / text::COPIED + 1) && at < total {
            cx.set_slot(3, Val::int(at as i64));
            return cx.again(rep_more);
        }
    }
    let repeated = cx.finished_draft(2);
    cx.ret(repeated)
}

fn reverse(cx: &mut Cx<'_>) -> NativeResult {
    let len = text_arg(cx, 0)?.len();
    cx.set_len(1);
    text::start_blocks(cx, len, reverse_more)
}

fn reverse_more(cx: &mut Cx<'_>) -> NativeResult {
    let fill = |text: &[u8], at: usize, out: &mut [u8]| {
        let end = text.len() - at;
        out.copy_from_slice(&text[end - out.len()..end]);
        out.reverse();
    };
    text::fill_blocks(cx, fill, reverse_more)
}

fn lower(cx: &mut Cx<'_>) -> NativeResult {
    change_case(cx, lower_bytes, |c, out| push_single(c, c.to_lowercase(), out))
}

fn lower_bytes(cx: &mut Cx<'_>) -> NativeResult {
    let fill = |text: &[u8], at: usize, out: &mut [u8]| {
        out.copy_from_slice(&text[at..at + out.len()]);
        out.make_ascii_lowercase();
    };
    text::fill_blocks(cx, fill, lower_bytes)
}

fn upper(cx: &mut Cx<'_>) -> NativeResult {
    change_case(cx, upper_bytes, |c, out| push_single(c, c.to_uppercase(), out))
}

fn upper_bytes(cx: &mut Cx<'_>) -> NativeResult {
    let fill = |text: &[u8], at: usize, out: &mut [u8]| {
        out.copy_from_slice(&text[at..at + out.len()]);
        out.make_ascii_uppercase();
    };
    text::fill_blocks(cx, fill, upper_bytes)
}

/// A character whose other case is not one character stays (`ß`).
fn push_single(c: char, mut other: impl ExactSizeIterator<Item = char>, out: &mut String) {
    out.push(if other.len() == 1 { other.next().unwrap_or(c) } else { c });
}

/// Changes characters one by one, appending them.
type EachCase = fn(char, &mut String);

/// How far a long text of characters is; lives in slot 1.
struct Case(RefCell<CaseProgress>);

struct CaseProgress {
    /// Whole characters below are known to be UTF-8.
    valid: usize,
    /// Characters below are in `out`.
    done: usize,
    out: Text,
    each: EachCase,
    bytes: NativeFn,
}

/// Characters of UTF-8 text, bytes of anything else.
fn change_case(cx: &mut Cx<'_>, bytes: NativeFn, each: EachCase) -> NativeResult {
    let text = text_arg(cx, 0)?;
    cx.set_len(1);
    if text.len() <= text::BLOCK && text.is_ascii() {
        return text::start_blocks(cx, text.len(), bytes);
    }
    if text.len() <= 4 * BLOCK {
        let Ok(characters) = std::str::from_utf8(text) else {
            return text::start_blocks(cx, text.len(), bytes);
        };
        cx.charge(text.len() * 4);
        let mut changed = String::with_capacity(text.len());
        characters.chars().for_each(|c| each(c, &mut changed));
        let changed = cx.string(changed.as_bytes());
        return cx.ret(changed);
    }
    let progress = CaseProgress { valid: 0, done: 0, out: Text::default(), each, bytes };
    let state = cx.userdata(Case(RefCell::new(progress)), &[]);
    cx.push(state);
    case_more(cx)
}

/// Slots: text, state. First looks whether all is UTF-8, then changes it.
fn case_more(cx: &mut Cx<'_>) -> NativeResult {
    let text = text_arg(cx, 0)?;
    let state = cx.slot(1).as_userdata().and_then(|u| Some((u, u.payload::<Case>()?)));
    let (object, state) = state.expect("the slot holds the state");
    let mut state = state.0.borrow_mut();
    while state.valid < text.len() {
        let part = &text[state.valid..text.len().min(state.valid + text::BLOCK)];
        let whole = match std::str::from_utf8(part) {
            Ok(_) => part.len(),
            // A character that the block cuts.
            Err(e) if e.error_len().is_none() && state.valid + part.len() < text.len() => e.valid_up_to(),
            Err(_) => {
                let bytes = state.bytes;
                drop(state);
                cx.set_len(1);
                return text::start_blocks(cx, text.len(), bytes);
            }
        };
        state.valid += whole;
        if cx.charge(whole / 4) {
            return cx.again(case_more);
        }
    }
    while state.done < text.len() {
        let mut end = text.len().min(state.done + BLOCK);
        while end < text.len() && text[end] & 0xc0 == 0x80 {
            end += 1;
        }
        let part =
            std::str::from_utf8(&text[state.done..end]).expect("just validated, cut between characters");
        let mut changed = String::with_capacity(part.len());
        let each = state.each;
        part.chars().for_each(|c| each(c, &mut changed));
        state.out.tail().extend_from_slice(changed.as_bytes());
        cx.charge(part.len() * 4);
        state.done = end;
        cx.reserve(state.out.len())?;
        if cx.charge(0) && state.done < text.len() {
            cx.weigh(object, state.out.held());
            return cx.again(case_more);
        }
    }
    let out = std::mem::take(&mut state.out);
    drop(state);
    cx.weigh(object, 0);
    text::finish(cx, out)
}
