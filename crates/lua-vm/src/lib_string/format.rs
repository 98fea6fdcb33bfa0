//! `string.format`.

use super::{MAX_STRING, text_arg};
use crate::format::{Spec, Wants, quote_float, quote_int, quote_part};
use crate::native::{Cx, NativeResult, Raise, Val, View};
use crate::number;
use crate::statics::{StaticsBuilder, UserdataType};
use crate::symbol::LONG;
use crate::text::{self, Text};
use std::cell::RefCell;

/// Bytes that `%q` quotes between two looks at the fuel.
const QUOTED: usize = 1 << 14;
/// Bytes of the format that are looked through between two looks at the fuel.
const WINDOW: usize = 1 << 16;
/// Conversions between two looks at the fuel.
const CONVERSIONS: usize = 64;

/// How far the format is done; lives in the last slot while `__tostring` runs or the native gives way.
#[derive(Default)]
struct Progress {
    out: Text,
    /// Offset in the format.
    at: usize,
    /// The argument that the next conversion takes.
    arg: usize,
    /// The conversion that waits for a text.
    waiting: Spec,
    /// How far the text that `%q` quotes is done.
    quoting: Option<usize>,
    /// Answers of `__tostring` that lie in slots behind the arguments.
    kept: usize,
}

struct Saved(RefCell<Option<Progress>>);

pub(super) fn register(b: &mut StaticsBuilder) {
    b.userdata(UserdataType::new::<Saved>("format state"));
}

pub(super) fn format(cx: &mut Cx<'_>) -> NativeResult {
    text_arg(cx, 0)?;
    run(cx, Progress { arg: 1, ..Progress::default() })
}

/// Takes the progress out of slot `at`.
fn take(cx: &mut Cx<'_>, at: usize) -> Progress {
    let saved = cx.slot(at).as_userdata().and_then(|u| u.payload::<Saved>());
    saved.and_then(|saved| saved.0.take()).expect("the slot holds the progress")
}

/// Puts it on top of the arguments and the kept answers.
fn save(cx: &mut Cx<'_>, progress: Progress) {
    cx.set_len(cx.nargs() + progress.kept);
    let held = progress.out.held();
    let saved = cx.userdata(Saved(RefCell::new(Some(progress))), &[]);
    cx.weigh(saved, held);
    cx.push(saved);
}

fn give_way(cx: &mut Cx<'_>, progress: Progress) -> NativeResult {
    save(cx, progress);
    cx.again(more)
}

fn more(cx: &mut Cx<'_>) -> NativeResult {
    let progress = take(cx, cx.len() - 1);
    run(cx, progress)
}

/// `__tostring` has answered.
fn called(cx: &mut Cx<'_>) -> NativeResult {
    let answer = crate::base_lib::tostring_answer(cx)?;
    let text = answer.as_bytes().unwrap_or_default();
    let mut progress = take(cx, cx.len() - cx.results() - 1);
    cx.set_len(cx.nargs() + progress.kept);
    let spec = progress.waiting;
    if spec.takes_all() && Text::is_long(text) {
        cx.push(answer);
        progress.out.push(cx.nargs() + progress.kept, text, 0, text.len());
        progress.kept += 1;
        cx.reserve(progress.out.len())?;
    } else {
        spec.write_text(progress.out.tail(), text);
    }
    run(cx, progress)
}

#[allow(clippy::too_many_lines, reason = "one loop over the conversions")]
fn run(cx: &mut Cx<'_>, mut progress: Progress) -> NativeResult {
    let format = text_arg(cx, 0)?;
    let mut conversions = 0;
    loop {
        if let Some(at) = progress.quoting.take() {
            let text = cx.arg(progress.arg - 1).as_bytes().unwrap_or_default();
            let end = text.len().min(at + QUOTED);
            quote_part(progress.out.tail(), text, at, end);
            cx.reserve(progress.out.len())?;
            progress.quoting = (end < text.len()).then_some(end);
            if cx.charge((end - at) * 4) {
                return give_way(cx, progress);
            }
            continue;
        }
        let end = format.len().min(progress.at + WINDOW);
        let Some(offset) = memchr::memchr(b'%', &format[progress.at..end]) else {
            progress.out.push(0, format, progress.at, end);
            progress.at = end;
            if end == format.len() {
                break;
            }
            if cx.charge(WINDOW / 16) {
                return give_way(cx, progress);
            }
            continue;
        };
        conversions += 1;
        if conversions % CONVERSIONS == 0 && cx.charge(0) {
            return give_way(cx, progress);
        }
        cx.charge(offset.min(LONG) / text::COPIED);
        progress.out.push(0, format, progress.at, progress.at + offset);
        progress.at += offset + 1;
        if format.get(progress.at) == Some(&b'%') {
            progress.out.tail().push(b'%');
            progress.at += 1;
            continue;
        }
        let (spec, next) = match Spec::read(format, progress.at) {
            Ok(read) => read,
            Err(e) => return Err(cx.error(e)),
        };
        progress.at = next;
        let arg = progress.arg;
        progress.arg += 1;
        if arg >= cx.nargs() {
            return Err(cx.arg_error(arg, "no value"));
        }
        cx.charge(32);
        let out = progress.out.tail();
        match spec.wants() {
            Wants::Literal if cx.arg(arg).as_bytes().is_some() => progress.quoting = Some(0),
            Wants::Integer => spec.write_int(out, cx.check_int(arg)?),
            Wants::Float => spec.write_float(out, cx.check_float(arg)?),
            Wants::Literal => literal(cx, out, arg)?,
            Wants::Text => {
                let v = cx.arg(arg);
                cx.charge(v.as_bytes().map_or(0, |text| text.len().min(LONG)) / text::COPIED);
                if let Some(text) = v.as_bytes().filter(|text| spec.takes_all() && Text::is_long(text)) {
                    progress.out.push(arg, text, 0, text.len());
                } else if !write_simple(&spec, out, v) {
                    let handler = cx.metamethod(v, "__tostring");
                    if handler.is_nil() {
                        spec.write_text(out, cx.plain_text(v).as_bytes());
                    } else if let Some(text) = cx.to_bytes(v) {
                        spec.write_text(out, text);
                    } else {
                        progress.waiting = spec;
                        save(cx, progress);
                        cx.push(handler);
                        cx.push(v);
                        return cx.call(1, called);
                    }
                }
                if progress.out.len() > MAX_STRING {
                    return Err(cx.error("resulting string too large"));
                }
                cx.reserve(progress.out.len())?;
            }
        }
    }
    cx.reserve(progress.out.len())?;
    text::finish(cx, progress.out)
}

/// Writes a value whose text needs no call; says whether it was one.
fn write_simple(spec: &Spec, out: &mut Vec<u8>, v: Val<'_>) -> bool {
    let mut digits = Vec::new();
    let text: &[u8] = match v.view() {
        View::Str(text) => text,
        View::Nil => b"nil",
        View::Bool(true) => b"true",
        View::Bool(false) => b"false",
        View::Int(i) if spec.is_bare() => {
            number::write_int(out, i);
            return true;
        }
        View::Int(i) => {
            number::write_int(&mut digits, i);
            &digits
        }
        View::Float(f) => {
            number::write_float(&mut digits, f);
            &digits
        }
        _ => return false,
    };
    spec.write_text(out, text);
    true
}

/// `%q`
fn literal(cx: &mut Cx<'_>, out: &mut Vec<u8>, arg: usize) -> Result<(), Raise> {
    match cx.arg(arg).view() {
        View::Int(i) => quote_int(out, i),
        View::Float(f) => quote_float(out, f),
        View::Nil => out.extend_from_slice(b"nil"),
        View::Bool(b) => out.extend_from_slice(if b { b"true" } else { b"false" }),
        _ => return Err(cx.arg_error(arg, "value has no literal form")),
    }
    Ok(())
}
