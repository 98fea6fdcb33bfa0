//! JSON of any length in steps: an encoder and a decoder that give way within and between values.
//!
//! Whatever refers to the heap lies in the native's slots: slot 0 the argument, slot 1 this state while it gives way, then
//! what the open levels need. A level that is closed takes its slots away.

use crate::{Cx, NativeResult, Table};
use infra_codec::json::write_text;
use lua_vm::{StaticsBuilder, UserdataType};
use std::cell::RefCell;

mod number;
mod order;
mod read;
mod write;

pub(super) use read::decode;
pub(super) use write::encode;

/// Bytes of a long string, or of spaces, that are handled between two looks at the fuel.
pub(crate) const PART: usize = 1 << 14;

/// Writes a part of a long string, from an offset on and without quotes; the offset behind it. What is no UTF-8 is replaced, and the
/// same whatever the parts are, since none ends within a character.
pub(crate) fn write_part(out: &mut Vec<u8>, text: &[u8], at: usize) -> usize {
    let mut end = text.len().min(at + PART);
    while end < text.len() && end > at + PART - 4 && text[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    let mut part = Vec::with_capacity(end - at + 16);
    write_text(&mut part, &String::from_utf8_lossy(&text[at..end]));
    out.extend_from_slice(&part[1..part.len() - 1]);
    end
}

pub(crate) fn install(statics: &mut StaticsBuilder) {
    statics.userdata(UserdataType::new::<Saved>("json state"));
}

struct Saved(RefCell<Option<Work>>);

enum Work {
    Encode(write::Encoder),
    Decode(read::Decoder),
}

impl Work {
    /// Bytes that it holds; levels are few.
    fn held(&self) -> usize {
        match self {
            Work::Encode(encoder) => encoder.held(),
            Work::Decode(decoder) => decoder.held(),
        }
    }
}

/// Puts the state into its slot.
fn save(cx: &mut Cx<'_>, work: Work) {
    let held = work.held();
    let object = if let Some(object) = cx.slot(1).as_userdata() {
        object.payload::<Saved>().expect("the slot holds the state").0.replace(Some(work));
        object
    } else {
        let object = cx.userdata(Saved(RefCell::new(Some(work))), &[]);
        cx.set_slot(1, object.val());
        object
    };
    cx.weigh(object, held);
}

fn give_way(cx: &mut Cx<'_>, work: Work) -> NativeResult {
    save(cx, work);
    cx.again(more)
}

fn more(cx: &mut Cx<'_>) -> NativeResult {
    let saved = cx.slot(1).as_userdata().and_then(|u| u.payload::<Saved>());
    match saved.and_then(|saved| saved.0.take()).expect("the slot holds the state") {
        Work::Encode(encoder) => encoder.run(cx),
        Work::Decode(decoder) => decoder.run(cx),
    }
}

fn table_slot<'cx>(cx: &Cx<'cx>, slot: usize) -> Table<'cx> {
    cx.slot(slot).as_table().expect("the slot holds a table")
}
