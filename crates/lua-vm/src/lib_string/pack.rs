//! `string.pack`, `unpack` and `packsize`: layouts of any length, texts of any length, in steps.

use super::{MAX_STRING, end_offset, start_offset, text_arg};
use crate::native::{Cx, Flow, MAX_VALUES, NativeResult, Raise};
use crate::pack::{Element, Kind, Layout, PackError};
use crate::statics::{StaticsBuilder, UserdataType};
use crate::text::{self, Part, Parts, Text};
use std::cell::RefCell;

/// Elements of a layout between two looks at the fuel, and units of each.
const ELEMENTS: usize = 128;
const ELEMENT: usize = 16;
/// Bytes that are looked through for a zero between two looks at the fuel.
const WINDOW: usize = 1 << 16;

/// What gave way; lives in the last slot.
struct Saved(RefCell<Option<Work>>);

enum Work {
    Pack(Packing),
    Unpack(Unpacking),
    Size(Layout, usize),
}

pub(super) fn register(b: &mut StaticsBuilder) {
    b.userdata(UserdataType::new::<Saved>("pack state"));
}

fn give_way(cx: &mut Cx<'_>, work: Work) -> NativeResult {
    let held = if let Work::Pack(packing) = &work { packing.out.held() } else { 0 };
    let saved = cx.userdata(Saved(RefCell::new(Some(work))), &[]);
    cx.weigh(saved, held);
    cx.push(saved);
    cx.again(more)
}

fn more(cx: &mut Cx<'_>) -> NativeResult {
    let top = cx.len() - 1;
    let saved = cx.slot(top).as_userdata().and_then(|u| u.payload::<Saved>());
    let work = saved.and_then(|saved| saved.0.take()).expect("the slot holds the state");
    cx.set_len(top);
    match work {
        Work::Pack(packing) => pack_on(cx, packing),
        Work::Unpack(unpacking) => unpack_on(cx, unpacking),
        Work::Size(layout, total) => size_on(cx, layout, total),
    }
}

// ---- values to bytes ----------------------------------------------------------------------------------------------

struct Packing {
    layout: Layout,
    out: Text,
    /// The argument that the next element takes.
    arg: usize,
    /// A text that will end with a zero: how far it has none.
    checking: Option<usize>,
}

pub(super) fn pack(cx: &mut Cx<'_>) -> NativeResult {
    text_arg(cx, 0)?;
    pack_on(cx, Packing { layout: Layout::new(), out: Text::default(), arg: 1, checking: None })
}

fn pack_on(cx: &mut Cx<'_>, mut p: Packing) -> NativeResult {
    let format = text_arg(cx, 0)?;
    let mut steps = 0;
    loop {
        if let Some(at) = p.checking.take() {
            let text = text_arg(cx, p.arg)?;
            let end = text.len().min(at + WINDOW);
            if memchr::memchr(0, &text[at..end]).is_some() {
                return Err(cx.arg_error(p.arg, PackError::Zeros));
            }
            if end < text.len() {
                p.checking = Some(end);
            } else {
                p.out.push(p.arg, text, 0, text.len());
                p.out.tail().push(0);
                p.arg += 1;
            }
            if cx.charge((end - at) / 16) {
                return give_way(cx, Work::Pack(p));
            }
            continue;
        }
        steps += 1;
        if steps % ELEMENTS == 0 && cx.charge(ELEMENTS * ELEMENT) {
            return give_way(cx, Work::Pack(p));
        }
        match p.layout.next(format, p.out.len()) {
            Ok(Some(element)) => pack_element(cx, &mut p, element)?,
            Ok(None) => break,
            Err(e) => return Err(cx.arg_error(0, e)),
        }
    }
    cx.charge(steps % ELEMENTS * ELEMENT);
    text::finish(cx, p.out)
}

fn pack_element(cx: &mut Cx<'_>, p: &mut Packing, element: Element) -> Result<(), Raise> {
    let arg = p.arg;
    room(cx, p.out.len(), element.padding.saturating_add(element.size))?;
    p.out.zeros(element.padding);
    let written = match element.kind {
        Kind::Int | Kind::Uint => element.write_int(p.out.tail(), cx.check_int(arg)?),
        Kind::Float => {
            element.write_float(p.out.tail(), cx.check_float(arg)?);
            Ok(())
        }
        Kind::Chars | Kind::String | Kind::Zero => {
            let text = text_arg(cx, arg)?;
            match element.text_size(text.len()) {
                Ok(size) => {
                    room(cx, p.out.len(), size)?;
                    cx.charge(text.len().min(text::LONG) / text::COPIED);
                    if element.kind == Kind::Zero {
                        p.checking = Some(0);
                        return Ok(());
                    }
                    element.write_len(p.out.tail(), text.len());
                    p.out.push(arg, text, 0, text.len());
                    if element.kind == Kind::Chars {
                        p.out.zeros(size - text.len());
                    }
                    Ok(())
                }
                Err(e) => Err(e),
            }
        }
        Kind::Padding => {
            p.out.tail().push(0);
            return Ok(());
        }
        Kind::Nothing => return Ok(()),
    };
    if let Err(e) = written {
        return Err(cx.arg_error(arg, e));
    }
    p.arg += 1;
    Ok(())
}

/// Refuses what no string can hold, and makes sure that the quota allows the rest.
fn room(cx: &mut Cx<'_>, len: usize, more: usize) -> Result<(), Raise> {
    match len.checked_add(more).filter(|total| *total <= MAX_STRING) {
        Some(total) => cx.reserve(total),
        None => Err(cx.error("resulting string too large")),
    }
}

// ---- sizes --------------------------------------------------------------------------------------------------------

pub(super) fn pack_size(cx: &mut Cx<'_>) -> NativeResult {
    text_arg(cx, 0)?;
    cx.set_len(1);
    size_on(cx, Layout::new(), 0)
}

fn size_on(cx: &mut Cx<'_>, mut layout: Layout, mut total: usize) -> NativeResult {
    let format = text_arg(cx, 0)?;
    loop {
        for _ in 0..ELEMENTS {
            let element = match layout.next(format, total) {
                Ok(Some(element)) => element,
                Ok(None) => return cx.ret(total as i64),
                Err(e) => return Err(cx.arg_error(0, e)),
            };
            total = match element.end(total) {
                Ok(end) => end,
                Err(e) => return Err(cx.arg_error(0, e)),
            };
        }
        if cx.charge(ELEMENTS * ELEMENT) {
            return give_way(cx, Work::Size(layout, total));
        }
    }
}

// ---- bytes to values ----------------------------------------------------------------------------------------------

struct Unpacking {
    layout: Layout,
    /// Offset in the data.
    at: usize,
    parts: Parts,
    /// A text that ends with a zero: where it begins, how far there is none.
    seeking: Option<(usize, usize)>,
}

pub(super) fn unpack(cx: &mut Cx<'_>) -> NativeResult {
    let (_, data) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let start = start_offset(cx.opt_int(2, 1)?, data.len());
    if start != end_offset(start as i64, data.len()) {
        return Err(cx.arg_error(2, "initial position out of string"));
    }
    unpack_on(cx, Unpacking { layout: Layout::new(), at: start, parts: Parts::new(), seeking: None })
}

fn unpack_on(cx: &mut Cx<'_>, mut u: Unpacking) -> NativeResult {
    let (format, data) = (text_arg(cx, 0)?, text_arg(cx, 1)?);
    let mut steps = 0;
    loop {
        if let Some((from, at)) = u.seeking.take() {
            let end = data.len().min(at + WINDOW);
            match memchr::memchr(0, &data[at..end]) {
                Some(offset) => {
                    u.parts.push(Part::Range { slot: 1, from, to: at + offset });
                    u.at = at + offset + 1;
                }
                None if end == data.len() => return Err(cx.arg_error(1, PackError::Unfinished)),
                None => u.seeking = Some((from, end)),
            }
            if cx.charge((end - at) / 16) {
                return give_way(cx, Work::Unpack(u));
            }
            continue;
        }
        steps += 1;
        if steps % ELEMENTS == 0 && cx.charge(ELEMENTS * ELEMENT) {
            return give_way(cx, Work::Unpack(u));
        }
        let element = match u.layout.next(format, u.at) {
            Ok(Some(element)) => element,
            Ok(None) => break,
            Err(e) => return Err(cx.arg_error(0, e)),
        };
        match read(&mut u, &element, data) {
            Ok(()) if u.parts.len() >= MAX_VALUES => return Err(cx.error("too many results")),
            Ok(()) => {}
            Err(e @ PackError::Wide(_)) => return Err(cx.error(e)),
            Err(e) => return Err(cx.arg_error(1, e)),
        }
    }
    cx.charge(steps % ELEMENTS * ELEMENT);
    u.parts.push(Part::Int(u.at as i64 + 1));
    text::values(cx, u.parts, |_, n| Ok(Flow::values(n)))
}

/// Reads an element, or begins to look for its end.
fn read(u: &mut Unpacking, element: &Element, data: &[u8]) -> Result<(), PackError> {
    let from = u.at.checked_add(element.padding).ok_or(PackError::ShortData)?;
    let behind = from.checked_add(element.size).ok_or(PackError::ShortData)?;
    let part = data.get(from..behind).ok_or(PackError::ShortData)?;
    u.at = behind;
    match element.kind {
        Kind::Int | Kind::Uint => u.parts.push(Part::Int(element.read_int(part)?)),
        Kind::Float => u.parts.push(Part::Float(element.read_float(part))),
        Kind::Chars => u.parts.push(Part::Range { slot: 1, from, to: behind }),
        Kind::String => {
            let len = usize::try_from(element.read_int(part)?).map_err(|_| PackError::ShortData)?;
            let to = behind.checked_add(len).filter(|to| *to <= data.len()).ok_or(PackError::ShortData)?;
            u.parts.push(Part::Range { slot: 1, from: behind, to });
            u.at = to;
        }
        Kind::Zero => u.seeking = Some((behind, behind)),
        Kind::Padding | Kind::Nothing => {}
    }
    Ok(())
}
