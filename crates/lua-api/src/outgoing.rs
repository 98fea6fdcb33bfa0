//! Values that leave as bytes, however long, in steps: JSON text, strings.

use crate::json::{encode_json, short_json};
use crate::{Cx, NativeResult, Val, error_to_val};
use bytes::Bytes;
use lua_vm::{StaticsBuilder, UserdataType};
use std::cell::RefCell;

/// Bytes that are copied between two looks at the fuel.
const PIECE: usize = 64 << 10;

/// What follows: it finds the slots as they were.
pub type WithBytes = fn(&mut Cx<'_>, Bytes) -> NativeResult;

/// A copy that is under way; lies on top while it gives way.
struct Saved(RefCell<Option<Copy>>);

struct Copy {
    out: Vec<u8>,
    /// Bytes of the string that are in `out`.
    copied: usize,
    end: &'static [u8],
    then: WithBytes,
}

pub(crate) fn install(statics: &mut StaticsBuilder) {
    statics.userdata(UserdataType::new::<Saved>("state of a copy"));
}

/// `head`, the JSON text of the value in slot `at`, and `end` as bytes. A value that has none is the call's only result: the
/// error of [`encode_json`].
pub fn json_bytes(
    cx: &mut Cx<'_>,
    at: usize,
    head: Vec<u8>,
    end: &'static [u8],
    then: WithBytes,
) -> NativeResult {
    let (value, mut out) = (cx.slot(at), head);
    let begun = out.len();
    match short_json(cx, value, &mut out) {
        Ok(true) => {
            out.extend_from_slice(end);
            then(cx, out.into())
        }
        Ok(false) => {
            out.truncate(begun);
            let saved = Saved(RefCell::new(Some(Copy { out, copied: 0, end, then })));
            let saved = cx.userdata(saved, &[]);
            cx.push(saved);
            let encode = cx.native("encode", encode_json, &[]);
            cx.push(encode);
            cx.push(value);
            cx.call(1, encoded)
        }
        Err(error) => {
            let error = error_to_val(cx, &error);
            cx.ret(error)
        }
    }
}

/// The text takes the place above the state of the copy.
fn encoded(cx: &mut Cx<'_>) -> NativeResult {
    let (text, error) = (cx.result(0), cx.result(1));
    if !error.is_nil() {
        return cx.ret(error);
    }
    let kept = cx.len() - cx.results();
    cx.set_len(kept);
    swap_top(cx, text);
    go_on(cx)
}

/// Puts `text` below the state on top.
fn swap_top<'cx>(cx: &mut Cx<'cx>, text: Val<'cx>) {
    let top = cx.len() - 1;
    let state = cx.slot(top);
    cx.set_slot(top, text);
    cx.push(state);
}

/// The bytes of the string in slot `at`. A type error if there is none.
pub fn string_bytes(cx: &mut Cx<'_>, at: usize, then: WithBytes) -> NativeResult {
    let text = cx.check_bytes(at)?;
    if text.len() <= PIECE {
        return then(cx, Bytes::copy_from_slice(text));
    }
    let (text, copy) = (cx.slot(at), Copy { out: Vec::new(), copied: 0, end: b"", then });
    let saved = cx.userdata(Saved(RefCell::new(Some(copy))), &[]);
    cx.push(text);
    cx.push(saved);
    go_on(cx)
}

/// The string and the state of its copy are on top.
fn go_on(cx: &mut Cx<'_>) -> NativeResult {
    let top = cx.len() - 1;
    let object = cx.slot(top).as_userdata().expect("the slot holds the state");
    let saved = object.payload::<Saved>().expect("the slot holds the state");
    let mut copy = saved.0.take().expect("the state was put back");
    let text = cx.slot(top - 1).as_bytes().unwrap_or_default();
    if copy.copied == 0 {
        cx.reserve(text.len())?;
        copy.out.reserve_exact(text.len() + copy.end.len());
        cx.weigh(object, copy.out.capacity());
    }
    loop {
        let piece = &text[copy.copied..text.len().min(copy.copied + PIECE)];
        copy.out.extend_from_slice(piece);
        copy.copied += piece.len();
        let over = cx.charge(piece.len() / 4);
        if copy.copied == text.len() {
            break;
        }
        if over {
            saved.0.replace(Some(copy));
            return cx.again(go_on);
        }
    }
    cx.weigh(object, 0);
    cx.set_len(top - 1);
    let Copy { mut out, end, then, .. } = copy;
    out.extend_from_slice(end);
    then(cx, out.into())
}
