//! `string.format`.

use super::{MAX_STRING, text_arg};
use crate::format::{Spec, Wants, quote, quote_float, quote_int};
use crate::native::{Cx, NativeResult, Raise, Val, View};
use crate::number;
use crate::statics::{StaticsBuilder, UserdataType};
use std::cell::RefCell;

/// How far the format is done; lives in the last slot while `__tostring` runs.
struct Progress {
    out: Vec<u8>,
    /// Offset in the format.
    at: usize,
    /// The argument that the next conversion takes.
    arg: usize,
    /// The conversion that waits for a text.
    waiting: Spec,
}

struct Saved(RefCell<Option<Progress>>);

pub(super) fn register(b: &mut StaticsBuilder) {
    b.userdata(UserdataType::new::<Saved>("format state"));
}

pub(super) fn format(cx: &mut Cx<'_>) -> NativeResult {
    text_arg(cx, 0)?;
    run(cx, Progress { out: Vec::with_capacity(64), at: 0, arg: 1, waiting: Spec::default() })
}

/// `__tostring` has answered.
fn called(cx: &mut Cx<'_>) -> NativeResult {
    let answer = cx.result(0);
    let saved = cx.slot(cx.nargs()).as_userdata().and_then(|u| u.payload::<Saved>());
    let mut progress = saved.and_then(|saved| saved.0.take()).expect("the slot holds the progress");
    cx.set_len(cx.nargs());
    let Some(text) = answer.as_bytes() else {
        return Err(cx.error("'__tostring' must return a string"));
    };
    progress.waiting.write_text(&mut progress.out, text);
    run(cx, progress)
}

fn run(cx: &mut Cx<'_>, mut progress: Progress) -> NativeResult {
    let format = text_arg(cx, 0)?;
    while let Some(offset) = memchr::memchr(b'%', &format[progress.at..]) {
        progress.out.extend_from_slice(&format[progress.at..progress.at + offset]);
        progress.at += offset + 1;
        if format.get(progress.at) == Some(&b'%') {
            progress.out.push(b'%');
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
        let out = &mut progress.out;
        match spec.wants() {
            Wants::Integer => spec.write_int(out, cx.check_int(arg)?),
            Wants::Float => spec.write_float(out, cx.check_float(arg)?),
            Wants::Literal => literal(cx, out, arg)?,
            Wants::Text => {
                let v = cx.arg(arg);
                if !write_simple(&spec, out, v) {
                    let handler = cx.metamethod(v, "__tostring");
                    if handler.is_nil() {
                        spec.write_text(out, cx.plain_text(v).as_bytes());
                    } else if let Some(text) = cx.to_bytes(v) {
                        spec.write_text(out, text);
                    } else {
                        progress.waiting = spec;
                        let saved = cx.userdata(Saved(RefCell::new(Some(progress))), &[]);
                        cx.set_len(cx.nargs());
                        cx.push(saved);
                        cx.push(handler);
                        cx.push(v);
                        return cx.call(1, called);
                    }
                }
                if progress.out.len() > MAX_STRING {
                    return Err(cx.error("resulting string too large"));
                }
                cx.charge(progress.out.len() / 64);
                cx.reserve(progress.out.len())?;
            }
        }
    }
    progress.out.extend_from_slice(&format[progress.at..]);
    let text = cx.string(&progress.out);
    cx.ret(text)
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
        View::Str(text) => {
            cx.charge(text.len());
            quote(out, text);
        }
        View::Int(i) => quote_int(out, i),
        View::Float(f) => quote_float(out, f),
        View::Nil => out.extend_from_slice(b"nil"),
        View::Bool(b) => out.extend_from_slice(if b { b"true" } else { b"false" }),
        _ => return Err(cx.arg_error(arg, "value has no literal form")),
    }
    Ok(())
}
