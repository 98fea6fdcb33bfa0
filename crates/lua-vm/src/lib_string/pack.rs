//! `string.pack`, `unpack` and `packsize`.

use super::{MAX_STRING, end_offset, start_offset, text_arg};
use crate::native::{Cx, Flow, NativeResult, Raise};
use crate::pack::{Element, Kind, Layout, PackError, size};

/// Results of `unpack`; more come only from generated layouts.
const MAX_RESULTS: usize = 100_000;

pub(super) fn pack(cx: &mut Cx<'_>) -> NativeResult {
    let format = text_arg(cx, 0)?;
    cx.charge(format.len() * 8);
    let (mut layout, mut out, mut arg) = (Layout::new(), Vec::new(), 1);
    loop {
        let element = match layout.next(format, out.len()) {
            Ok(Some(element)) => element,
            Ok(None) => break,
            Err(e) => return Err(cx.arg_error(0, e)),
        };
        room(cx, out.len(), element.padding.saturating_add(element.size))?;
        out.resize(out.len() + element.padding, 0);
        let written = match element.kind {
            Kind::Int | Kind::Uint => element.write_int(&mut out, cx.check_int(arg)?),
            Kind::Float => {
                element.write_float(&mut out, cx.check_float(arg)?);
                Ok(())
            }
            Kind::Chars | Kind::String | Kind::Zero => {
                let text = text_arg(cx, arg)?;
                match element.text_size(text) {
                    Ok(size) => {
                        room(cx, out.len(), size)?;
                        cx.charge(size / 16);
                        element.write_text(&mut out, text);
                        Ok(())
                    }
                    Err(e) => Err(e),
                }
            }
            Kind::Padding => {
                out.push(0);
                continue;
            }
            Kind::Nothing => continue,
        };
        if let Err(e) = written {
            return Err(cx.arg_error(arg, e));
        }
        arg += 1;
    }
    let packed = cx.string(&out);
    cx.ret(packed)
}

/// Refuses what no string can hold, and makes sure that the quota allows the rest.
fn room(cx: &mut Cx<'_>, len: usize, more: usize) -> Result<(), Raise> {
    match len.checked_add(more).filter(|total| *total <= MAX_STRING) {
        Some(total) => cx.reserve(total),
        None => Err(cx.error("resulting string too large")),
    }
}

pub(super) fn pack_size(cx: &mut Cx<'_>) -> NativeResult {
    let format = text_arg(cx, 0)?;
    cx.charge(format.len() * 8);
    match size(format) {
        Ok(size) => cx.ret(size as i64),
        Err(e) => Err(cx.arg_error(0, e)),
    }
}

pub(super) fn unpack(cx: &mut Cx<'_>) -> NativeResult {
    let (format, data) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let start = start_offset(cx.opt_int(2, 1)?, data.len());
    if start != end_offset(start as i64, data.len()) {
        return Err(cx.arg_error(2, "initial position out of string"));
    }
    cx.charge(format.len() * 8);
    let (mut layout, mut at, mut results) = (Layout::new(), start, 0);
    loop {
        let element = match layout.next(format, at) {
            Ok(Some(element)) => element,
            Ok(None) => break,
            Err(e) => return Err(cx.arg_error(0, e)),
        };
        let fixed = at.checked_add(element.padding).and_then(|from| {
            let part = data.get(from..from.checked_add(element.size)?)?;
            Some((from, part))
        });
        let Some((from, part)) = fixed else {
            return Err(cx.arg_error(1, PackError::ShortData));
        };
        if results == MAX_RESULTS {
            return Err(cx.error("too many results"));
        }
        match read(cx, &element, part, &data[from + element.size..]) {
            Ok(Some(more)) => {
                results += 1;
                at = from + element.size + more;
            }
            Ok(None) => at = from + element.size,
            Err(e @ PackError::Wide(_)) => return Err(cx.error(e)),
            Err(e) => return Err(cx.arg_error(1, e)),
        }
    }
    cx.push(at as i64 + 1);
    Ok(Flow::values(results + 1))
}

/// Pushes the element's value; `Some` with the bytes that it took from `rest`, `None` if it has no value.
fn read(cx: &mut Cx<'_>, element: &Element, part: &[u8], rest: &[u8]) -> Result<Option<usize>, PackError> {
    match element.kind {
        Kind::Int | Kind::Uint => cx.push(element.read_int(part)?),
        Kind::Float => cx.push(element.read_float(part)),
        Kind::Chars => {
            let text = cx.string(part);
            cx.push(text);
        }
        Kind::String => {
            let len = usize::try_from(element.read_int(part)?).map_err(|_| PackError::ShortData)?;
            let text = cx.string(rest.get(..len).ok_or(PackError::ShortData)?);
            cx.push(text);
            return Ok(Some(len));
        }
        Kind::Zero => {
            let len = memchr::memchr(0, rest).ok_or(PackError::Unfinished)?;
            let text = cx.string(&rest[..len]);
            cx.push(text);
            return Ok(Some(len + 1));
        }
        Kind::Padding | Kind::Nothing => return Ok(None),
    }
    Ok(Some(0))
}
