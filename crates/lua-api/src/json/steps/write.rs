//! Values to text.

use super::order::Sift;
use super::{PART, Work, give_way, table_slot, write_part};
use crate::json::{NO_ROOM, a_type, bad_key, check_array, too_deep, write_bytes, wrong};
use crate::{Cx, Guest, NativeResult, Val, View};
use infra_base::Data;
use infra_codec::json::{write_float, write_int};
use lua_vm::{ErrorObject, Text, Walk};

/// Entries of a table that are looked at between two looks at the fuel.
const ENTRIES: usize = 256;
/// Units of putting pairs in order between two looks at the fuel.
const ORDERED: usize = 1 << 13;

/// Returns the text of the value in slot 0, or `nil, err`.
pub(crate) fn encode(cx: &mut Cx<'_>) -> NativeResult {
    cx.set_len(1);
    cx.push(Val::NIL);
    let mut encoder = Encoder { out: Text::default(), levels: Vec::new(), tables: 0 };
    let value = cx.slot(0);
    if let Err(reason) = encoder.value(cx, value) {
        return cx.fail(wrong(&reason));
    }
    encoder.run(cx)
}

pub(super) struct Encoder {
    out: Text,
    levels: Vec<Level>,
    /// Open tables.
    tables: usize,
}

/// A value that is being written; `slot` is the first of its slots.
enum Level {
    /// Entries of the table are read: text keys and their values become pairs of slots behind it.
    Gather {
        slot: usize,
        cursor: usize,
        numbers: i64,
        last: i64,
    },
    /// The pairs become a heap, the least key first: this one sinks, and so many are left.
    Heap {
        slot: usize,
        sift: Sift,
        left: usize,
    },
    /// The least pair is written next, once the one that took the place of the last is at its own.
    Object {
        slot: usize,
        sift: Option<Sift>,
        first: bool,
    },
    Array {
        slot: usize,
        next: i64,
        count: i64,
    },
    /// A long string, or the message of an error, from an offset on.
    Str {
        slot: usize,
        at: usize,
    },
    /// The value whose key has been written.
    Member {
        slot: usize,
    },
}

impl Encoder {
    pub(super) fn held(&self) -> usize {
        self.out.held()
    }

    pub(super) fn run(mut self, cx: &mut Cx<'_>) -> NativeResult {
        loop {
            let before = self.out.len();
            match self.step(cx) {
                Ok(true) => {}
                Ok(false) => return cx.ret_text(self.out),
                Err(reason) => return cx.fail(wrong(&reason)),
            }
            // A table may be reached on many ways, so the text can be far larger than the heap.
            if cx.reserve(self.out.len()).is_err() {
                return cx.fail(wrong(NO_ROOM));
            }
            if cx.charge(16 + (self.out.len() - before) / 2) {
                return give_way(cx, Work::Encode(self));
            }
        }
    }

    /// Does something for the innermost level; false if there is none.
    fn step(&mut self, cx: &mut Cx<'_>) -> Result<bool, String> {
        match self.levels.last_mut() {
            None => return Ok(false),
            Some(Level::Gather { .. }) => self.gather(cx)?,
            Some(Level::Heap { slot, sift, left }) => {
                let slot = *slot;
                let mut budget = ORDERED;
                while budget > 0 && sift.step(cx, slot + 1, &mut budget) {
                    if *left == 0 {
                        self.levels.pop();
                        self.levels.push(Level::Object { slot, sift: None, first: true });
                        break;
                    }
                    *left -= 1;
                    *sift = Sift::new(*left);
                }
                cx.charge(ORDERED - budget);
            }
            Some(Level::Object { .. }) => self.member(cx)?,
            Some(Level::Member { slot }) => {
                let slot = *slot;
                let value = cx.slot(slot);
                cx.set_len(slot);
                self.levels.pop();
                self.out.tail().push(b':');
                self.value(cx, value)?;
            }
            Some(Level::Array { slot, next, count }) => {
                let slot = *slot;
                if next > count {
                    self.close(cx, slot, b']');
                    return Ok(true);
                }
                if *next > 1 {
                    self.out.tail().push(b',');
                }
                let item = table_slot(cx, slot).get_int(*next);
                *next += 1;
                self.value(cx, item)?;
            }
            Some(Level::Str { slot, at }) => {
                let slot = *slot;
                let text = text_of(cx.slot(slot)).unwrap_or_default();
                *at = write_part(self.out.tail(), text, *at);
                if *at == text.len() {
                    self.out.tail().push(b'"');
                    cx.set_len(slot);
                    self.levels.pop();
                }
            }
        }
        Ok(true)
    }

    /// Reads entries of the table whose turn it is.
    fn gather(&mut self, cx: &mut Cx<'_>) -> Result<(), String> {
        let Some(Level::Gather { slot, cursor, numbers, last }) = self.levels.last_mut() else {
            return Ok(());
        };
        let slot = *slot;
        let table = table_slot(cx, slot);
        for _ in 0..ENTRIES {
            let (next, key, value) = match table.walk(*cursor) {
                Walk::Entry(next, key, value) => (next, key, value),
                Walk::Later(next) => {
                    *cursor = next;
                    break;
                }
                Walk::End => {
                    let (numbers, last) = (*numbers, *last);
                    self.levels.pop();
                    return self.begin(cx, slot, numbers, last);
                }
            };
            *cursor = next;
            match key.view() {
                View::Str(_) => {
                    cx.push(key);
                    cx.push(value);
                }
                View::Int(i) if i >= 1 => (*numbers, *last) = (*numbers + 1, i.max(*last)),
                _ => return Err(bad_key(key)),
            }
        }
        cx.charge(ENTRIES * 8);
        Ok(())
    }

    /// Writes the least key of the object whose turn it is, and its value.
    fn member(&mut self, cx: &mut Cx<'_>) -> Result<(), String> {
        let Some(Level::Object { slot, sift, first }) = self.levels.last_mut() else { return Ok(()) };
        let slot = *slot;
        if let Some(moved) = sift {
            let mut budget = ORDERED;
            let done = moved.step(cx, slot + 1, &mut budget);
            cx.charge(ORDERED - budget);
            if !done {
                return Ok(());
            }
            *sift = None;
        }
        if cx.len() == slot + 1 {
            self.close(cx, slot, b'}');
            return Ok(());
        }
        let comma = !std::mem::replace(first, false);
        // The least pair changes places with the last, and leaves.
        let last = cx.len() - 2;
        let (key, value) = (cx.slot(slot + 1), cx.slot(slot + 2));
        let (last_key, last_value) = (cx.slot(last), cx.slot(last + 1));
        cx.set_slot(slot + 1, last_key);
        cx.set_slot(slot + 2, last_value);
        cx.set_len(last);
        *sift = Some(Sift::new(0));
        let out = self.out.tail();
        if comma {
            out.push(b',');
        }
        let text = key.as_bytes().unwrap_or_default();
        if text.len() < PART {
            write_bytes(out, text);
            out.push(b':');
            return self.value(cx, value);
        }
        let slot = cx.len();
        cx.push(value);
        self.levels.push(Level::Member { slot });
        self.long(cx, key);
        Ok(())
    }

    /// The entries of the table in `slot` are known: an object, an array, or neither.
    fn begin(&mut self, cx: &mut Cx<'_>, slot: usize, numbers: i64, last: i64) -> Result<(), String> {
        let texts = (cx.len() - slot - 1) / 2;
        if numbers == 0 && (texts > 0 || table_slot(cx, slot).held_text_key()) {
            self.out.tail().push(b'{');
            let left = texts / 2;
            self.levels.push(Level::Heap { slot, sift: Sift::new(left), left });
            return Ok(());
        }
        check_array(texts, numbers, last)?;
        self.out.tail().push(b'[');
        self.levels.push(Level::Array { slot, next: 1, count: numbers });
        Ok(())
    }

    fn close(&mut self, cx: &mut Cx<'_>, slot: usize, bracket: u8) {
        self.out.tail().push(bracket);
        cx.set_len(slot);
        self.levels.pop();
        self.tables -= 1;
    }

    /// Writes a short value, opens a level for others.
    fn value<'cx>(&mut self, cx: &mut Cx<'cx>, value: Val<'cx>) -> Result<(), String> {
        let out = self.out.tail();
        match value.view() {
            View::Nil | View::Function(_) | View::Thread(_) => out.extend_from_slice(b"null"),
            View::Bool(b) => out.extend_from_slice(if b { b"true" } else { b"false" }),
            View::Int(i) => write_int(out, i),
            View::Float(f) => write_float(out, f),
            View::Str(_) | View::Userdata(_) => match text_of(value) {
                Some(text) if text.len() < PART => write_bytes(out, text),
                Some(_) => self.long(cx, value),
                None => out.extend_from_slice(b"null"),
            },
            View::Table(_) => {
                if self.tables >= Data::MAX_DEPTH {
                    return Err(too_deep());
                }
                self.tables += 1;
                let slot = cx.len();
                cx.push(value);
                self.levels.push(Level::Gather { slot, cursor: 0, numbers: 0, last: 0 });
            }
            View::Type(_) => return Err(a_type()),
        }
        Ok(())
    }

    /// Begins a long string.
    fn long<'cx>(&mut self, cx: &mut Cx<'cx>, value: Val<'cx>) {
        self.out.tail().push(b'"');
        let slot = cx.len();
        cx.push(value);
        self.levels.push(Level::Str { slot, at: 0 });
    }
}

/// A string, or the message of an error object.
fn text_of(value: Val<'_>) -> Option<&[u8]> {
    match value.view() {
        View::Str(text) => Some(text),
        View::Userdata(u) => u.payload::<ErrorObject>().map(|error| error.message().as_bytes()),
        _ => None,
    }
}
