//! JSON of any length in steps: an encoder and a decoder that give way between values.
//!
//! Whatever refers to the heap lies in the native's slots: slot 0 the argument, slot 1 this state while it gives way, then
//! what the open levels need. A level that is closed takes its slots away.

use super::{write_bytes, wrong};
use crate::{Cx, Guest, NativeResult, Raise, Table, Val, View};
use infra_base::Data;
use infra_codec::json::{write_float, write_int, write_text};
use lua_vm::{ErrorObject, StaticsBuilder, Text, UserdataType, Walk};
use std::cell::RefCell;
use std::cmp::Ordering;

/// Bytes of a long string, or of spaces, that are handled between two looks at the fuel.
const PART: usize = 1 << 14;
/// Entries of a table that are looked at between two looks at the fuel.
const ENTRIES: usize = 256;

pub(crate) fn install(statics: &mut StaticsBuilder) {
    statics.userdata(UserdataType::new::<Saved>("json state"));
}

struct Saved(RefCell<Option<Work>>);

enum Work {
    Encode(Encoder),
    Decode(Decoder),
}

impl Work {
    /// Bytes that it holds; levels are few.
    fn held(&self) -> usize {
        if let Work::Encode(encoder) = self { encoder.out.held() } else { 0 }
    }
}

fn give_way(cx: &mut Cx<'_>, work: Work) -> NativeResult {
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
    cx.again(more)
}

fn more(cx: &mut Cx<'_>) -> NativeResult {
    let saved = cx.slot(1).as_userdata().and_then(|u| u.payload::<Saved>());
    match saved.and_then(|saved| saved.0.take()).expect("the slot holds the state") {
        Work::Encode(encoder) => encoder.run(cx),
        Work::Decode(decoder) => decoder.run(cx),
    }
}

// ---- values to text -----------------------------------------------------------------------------------------------

/// Returns the text of the value in slot 0, or `nil, err`.
pub(super) fn encode(cx: &mut Cx<'_>) -> NativeResult {
    cx.set_len(1);
    cx.push(Val::NIL);
    let mut encoder = Encoder { out: Text::default(), levels: Vec::new() };
    let value = cx.slot(0);
    if let Err(reason) = encoder.value(cx, value) {
        return cx.fail(wrong(&reason));
    }
    encoder.run(cx)
}

struct Encoder {
    out: Text,
    levels: Vec<Level>,
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
    /// The pairs become a heap, the least key first; so many pairs are still to be sifted.
    Heap {
        slot: usize,
        left: usize,
    },
    Object {
        slot: usize,
        first: bool,
    },
    Array {
        slot: usize,
        next: i64,
        count: i64,
    },
    /// A long string from an offset on.
    Str {
        slot: usize,
        at: usize,
    },
}

impl Encoder {
    fn run(mut self, cx: &mut Cx<'_>) -> NativeResult {
        loop {
            let before = self.out.len();
            match self.step(cx) {
                Ok(true) => {}
                Ok(false) => return cx.ret_text(self.out),
                Err(reason) => return cx.fail(wrong(&reason)),
            }
            // A table may be reached on many ways, so the text can be far larger than the heap.
            if cx.reserve(self.out.len()).is_err() {
                return cx.fail(wrong(super::NO_ROOM));
            }
            if cx.charge(16 + (self.out.len() - before) / 2) {
                return give_way(cx, Work::Encode(self));
            }
        }
    }

    /// Does something for the innermost level; false if there is none.
    #[allow(clippy::too_many_lines, reason = "one match over the kinds of levels")]
    fn step(&mut self, cx: &mut Cx<'_>) -> Result<bool, String> {
        if self.levels.len() > Data::MAX_DEPTH {
            return Err(super::too_deep());
        }
        match self.levels.last_mut() {
            None => return Ok(false),
            Some(Level::Gather { slot, cursor, numbers, last }) => {
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
                            self.begin(cx, slot, numbers, last)?;
                            return Ok(true);
                        }
                    };
                    *cursor = next;
                    match key.view() {
                        View::Str(_) => {
                            cx.push(key);
                            cx.push(value);
                        }
                        View::Int(i) if i >= 1 => (*numbers, *last) = (*numbers + 1, i.max(*last)),
                        _ => return Err(super::bad_key(key)),
                    }
                }
                cx.charge(ENTRIES * 8);
            }
            Some(Level::Heap { slot, left }) => {
                let slot = *slot;
                for _ in 0..ENTRIES {
                    if *left == 0 {
                        self.levels.pop();
                        self.levels.push(Level::Object { slot, first: true });
                        return Ok(true);
                    }
                    *left -= 1;
                    sift(cx, slot + 1, *left);
                }
                cx.charge(ENTRIES * 32);
            }
            Some(Level::Object { slot, first }) => {
                let slot = *slot;
                if cx.len() == slot + 1 {
                    self.close(cx, slot, b'}');
                    return Ok(true);
                }
                let comma = !std::mem::replace(first, false);
                // The least pair changes places with the last, and leaves.
                let last = cx.len() - 2;
                let (key, value) = (cx.slot(slot + 1), cx.slot(slot + 2));
                let (last_key, last_value) = (cx.slot(last), cx.slot(last + 1));
                cx.set_slot(slot + 1, last_key);
                cx.set_slot(slot + 2, last_value);
                cx.set_len(last);
                sift(cx, slot + 1, 0);
                let out = self.out.tail();
                if comma {
                    out.push(b',');
                }
                write_bytes(out, key.as_bytes().unwrap_or_default());
                out.push(b':');
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
                let text = cx.slot(slot).as_bytes().unwrap_or_default();
                let mut end = text.len().min(*at + PART);
                // Not within a character: what is no UTF-8 is replaced, and the same whatever the parts are.
                while end < text.len() && end > *at + PART - 4 && text[end] & 0xc0 == 0x80 {
                    end -= 1;
                }
                let mut part = Vec::with_capacity(end - *at + 16);
                write_text(&mut part, &String::from_utf8_lossy(&text[*at..end]));
                self.out.tail().extend_from_slice(&part[1..part.len() - 1]);
                *at = end;
                if end == text.len() {
                    self.close(cx, slot, b'"');
                }
            }
        }
        Ok(true)
    }

    /// The entries of the table in `slot` are known: an object, an array, or neither.
    fn begin(&mut self, cx: &mut Cx<'_>, slot: usize, numbers: i64, last: i64) -> Result<(), String> {
        let texts = (cx.len() - slot - 1) / 2;
        if numbers == 0 && (texts > 0 || table_slot(cx, slot).held_text_key()) {
            self.out.tail().push(b'{');
            self.levels.push(Level::Heap { slot, left: texts / 2 });
            return Ok(());
        }
        super::check_array(texts, numbers, last)?;
        self.out.tail().push(b'[');
        self.levels.push(Level::Array { slot, next: 1, count: numbers });
        Ok(())
    }

    fn close(&mut self, cx: &mut Cx<'_>, slot: usize, bracket: u8) {
        self.out.tail().push(bracket);
        cx.set_len(slot);
        self.levels.pop();
    }

    /// Writes a short value, opens a level for others.
    fn value<'cx>(&mut self, cx: &mut Cx<'cx>, value: Val<'cx>) -> Result<(), String> {
        let slot = cx.len();
        let out = self.out.tail();
        match value.view() {
            View::Nil | View::Function(_) | View::Thread(_) => out.extend_from_slice(b"null"),
            View::Bool(b) => out.extend_from_slice(if b { b"true" } else { b"false" }),
            View::Int(i) => write_int(out, i),
            View::Float(f) => write_float(out, f),
            View::Str(s) if s.len() < PART => write_bytes(out, s),
            View::Str(_) => {
                out.push(b'"');
                cx.push(value);
                self.levels.push(Level::Str { slot, at: 0 });
            }
            View::Userdata(u) => match u.payload::<ErrorObject>() {
                Some(error) => write_text(out, error.message()),
                None => out.extend_from_slice(b"null"),
            },
            View::Table(_) => {
                cx.push(value);
                self.levels.push(Level::Gather { slot, cursor: 0, numbers: 0, last: 0 });
            }
            View::Type(_) => return Err(super::a_type()),
        }
        Ok(())
    }
}

fn table_slot<'cx>(cx: &Cx<'cx>, slot: usize) -> Table<'cx> {
    cx.slot(slot).as_table().expect("the slot holds a table")
}

/// Lets pair `at` sink to its place in the heap of pairs from slot `first` to the top.
fn sift(cx: &mut Cx<'_>, first: usize, mut at: usize) {
    let pairs = (cx.len() - first) / 2;
    loop {
        let mut least = at;
        for child in [2 * at + 1, 2 * at + 2] {
            if child < pairs && compare(cx, first, child, least) == Ordering::Less {
                least = child;
            }
        }
        if least == at {
            return;
        }
        for part in 0..2 {
            let (a, b) = (first + 2 * at + part, first + 2 * least + part);
            let (x, y) = (cx.slot(a), cx.slot(b));
            cx.set_slot(a, y);
            cx.set_slot(b, x);
        }
        at = least;
    }
}

fn compare(cx: &Cx<'_>, first: usize, a: usize, b: usize) -> Ordering {
    cx.slot(first + 2 * a).as_bytes().cmp(&cx.slot(first + 2 * b).as_bytes())
}

// ---- text to values -----------------------------------------------------------------------------------------------

/// Returns the value of the text in slot 0, or `nil, err`.
pub(super) fn decode(cx: &mut Cx<'_>) -> NativeResult {
    cx.set_len(1);
    cx.push(Val::NIL);
    Decoder { at: 0, levels: Vec::new(), expects: Expects::Value }.run(cx)
}

struct Decoder {
    at: usize,
    levels: Vec<Open>,
    expects: Expects,
}

/// A table that is being filled; in `slot`, and behind it the key whose value comes next.
#[derive(Clone, Copy)]
enum Open {
    Array { slot: usize, n: i64 },
    Object { slot: usize },
}

#[derive(Clone, Copy, PartialEq)]
enum Expects {
    Value,
    /// An item or the end of the array.
    First,
    /// A key, or the end of the object if it is the first.
    Key {
        first: bool,
    },
    /// A comma or the end of what is open.
    Comma,
    End,
}

/// Why the text is malformed, or that the quota is exceeded.
enum Bad {
    Text(&'static str),
    Raise(Raise),
}

impl From<Raise> for Bad {
    fn from(raise: Raise) -> Bad {
        Bad::Raise(raise)
    }
}

impl Decoder {
    fn run(mut self, cx: &mut Cx<'_>) -> NativeResult {
        let text = cx.slot(0).as_bytes().unwrap_or_default();
        loop {
            let before = self.at;
            match self.step(cx, text) {
                Ok(true) => {}
                Ok(false) => {
                    let value = cx.slot(2);
                    return cx.ret(value);
                }
                Err(Bad::Raise(raise)) => return Err(raise),
                Err(Bad::Text(reason)) => {
                    let head = &text[..self.at.min(text.len())];
                    let line = 1 + head.iter().filter(|b| **b == b'\n').count();
                    let column = head.iter().rev().take_while(|b| **b != b'\n').count();
                    return cx.fail(wrong(&format!("{reason} at line {line} column {column}")));
                }
            }
            if cx.charge(16 + (self.at - before)) {
                return give_way(cx, Work::Decode(self));
            }
        }
    }

    /// Reads one token; false at the end.
    fn step(&mut self, cx: &mut Cx<'_>, text: &[u8]) -> Result<bool, Bad> {
        let spaces =
            text[self.at..].iter().take(PART).take_while(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t'));
        let spaces = spaces.count();
        self.at += spaces;
        if spaces == PART {
            return Ok(true);
        }
        let next = text.get(self.at).copied();
        match (self.expects, next) {
            (Expects::End, None) => return Ok(false),
            (Expects::End, Some(_)) => return Err(Bad::Text("trailing characters")),
            (Expects::First, Some(b']')) | (Expects::Key { first: true }, Some(b'}')) => self.close(cx)?,
            (Expects::Comma, _) => self.comma(cx, next)?,
            (Expects::Key { .. }, Some(b'"')) => {
                let key = self.string(cx, text, true)?;
                cx.push(key);
                let spaces = text[self.at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                self.at += spaces;
                if text.get(self.at) != Some(&b':') {
                    return Err(Bad::Text("expected `:`"));
                }
                self.at += 1;
                self.expects = Expects::Value;
            }
            (Expects::Key { .. }, Some(_)) => return Err(Bad::Text("key must be a string")),
            (_, None) => return Err(Bad::Text("EOF while parsing a value")),
            (_, Some(byte)) => self.value(cx, text, byte)?,
        }
        Ok(true)
    }

    fn comma(&mut self, cx: &mut Cx<'_>, next: Option<u8>) -> Result<(), Bad> {
        match (self.levels.last(), next) {
            (Some(Open::Array { .. }), Some(b']')) | (Some(Open::Object { .. }), Some(b'}')) => {
                self.close(cx)
            }
            (Some(open), Some(b',')) => {
                self.at += 1;
                self.expects = match open {
                    Open::Array { .. } => Expects::Value,
                    Open::Object { .. } => Expects::Key { first: false },
                };
                Ok(())
            }
            (Some(Open::Array { .. }), Some(_)) => Err(Bad::Text("expected `,` or `]`")),
            (_, None) => Err(Bad::Text("EOF while parsing a list or an object")),
            _ => Err(Bad::Text("expected `,` or `}`")),
        }
    }

    fn value(&mut self, cx: &mut Cx<'_>, text: &[u8], byte: u8) -> Result<(), Bad> {
        let rest = &text[self.at..];
        let value = match byte {
            b'{' | b'[' => {
                if self.levels.len() >= Data::MAX_DEPTH - 1 {
                    return Err(Bad::Text("recursion limit exceeded"));
                }
                self.at += 1;
                let slot = cx.len();
                let table = cx.table(0, 0);
                cx.push(table);
                if byte == b'{' {
                    cx.mark_text_keyed(table);
                    self.levels.push(Open::Object { slot });
                    self.expects = Expects::Key { first: true };
                } else {
                    self.levels.push(Open::Array { slot, n: 0 });
                    self.expects = Expects::First;
                }
                return Ok(());
            }
            b'"' => self.string(cx, text, false)?,
            b'-' | b'0'..=b'9' => self.number(rest)?,
            _ => {
                let words: [(&[u8], Val<'_>); 3] =
                    [(b"null", Val::NIL), (b"true", Val::bool(true)), (b"false", Val::bool(false))];
                let Some((word, value)) = words.into_iter().find(|(word, _)| rest.starts_with(word)) else {
                    return Err(Bad::Text("expected value"));
                };
                self.at += word.len();
                value
            }
        };
        self.place(cx, value)
    }

    /// Puts a whole value where it belongs.
    fn place<'cx>(&mut self, cx: &mut Cx<'cx>, value: Val<'cx>) -> Result<(), Bad> {
        self.expects = Expects::Comma;
        match self.levels.last_mut() {
            None => {
                cx.push(value);
                self.expects = Expects::End;
            }
            Some(Open::Array { slot, n }) => {
                *n += 1;
                let table = table_slot(cx, *slot);
                cx.set_int(table, *n, value)?;
            }
            Some(Open::Object { slot }) => {
                let (table, key) = (table_slot(cx, *slot), cx.slot(*slot + 1));
                cx.set(table, key, value)?;
                cx.set_len(*slot + 1);
            }
        }
        Ok(())
    }

    fn close(&mut self, cx: &mut Cx<'_>) -> Result<(), Bad> {
        self.at += 1;
        let (Some(Open::Array { slot, .. }) | Some(Open::Object { slot })) = self.levels.pop() else {
            return Err(Bad::Text("expected value"));
        };
        let table = cx.slot(slot);
        cx.set_len(slot);
        self.place(cx, table)
    }

    /// A string, as a key if `key` says so.
    fn string<'cx>(&mut self, cx: &mut Cx<'cx>, text: &[u8], key: bool) -> Result<Val<'cx>, Bad> {
        const UNFINISHED: Bad = Bad::Text("EOF while parsing a string");
        self.at += 1;
        let from = self.at;
        let mut out = Vec::new();
        loop {
            let rest = &text[self.at..];
            let plain = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=31)).ok_or(UNFINISHED)?;
            self.at += plain;
            match rest[plain] {
                b'"' if out.is_empty() => {
                    let bytes = &text[from..self.at];
                    self.at += 1;
                    return self.made(cx, bytes, key);
                }
                b'"' => {
                    out.extend_from_slice(&rest[..plain]);
                    self.at += 1;
                    return self.made(cx, &out, key);
                }
                b'\\' => {
                    if out.is_empty() {
                        out.extend_from_slice(&text[from..self.at]);
                    } else {
                        out.extend_from_slice(&rest[..plain]);
                    }
                    self.escape(text, &mut out)?;
                    cx.reserve(out.len())?;
                }
                _ => {
                    return Err(Bad::Text(
                        "control character (\\u0000-\\u001F) found while parsing a string",
                    ));
                }
            }
        }
    }

    fn made<'cx>(&mut self, cx: &mut Cx<'cx>, bytes: &[u8], key: bool) -> Result<Val<'cx>, Bad> {
        let text = std::str::from_utf8(bytes).map_err(|_| Bad::Text("invalid unicode code point"))?;
        cx.reserve(bytes.len())?;
        Ok(if key { cx.key(text) } else { cx.string(bytes) })
    }

    fn escape(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Bad> {
        let letter = *text.get(self.at + 1).ok_or(Bad::Text("EOF while parsing a string"))?;
        self.at += 2;
        out.push(match letter {
            b'"' | b'\\' | b'/' => letter,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut code = self.hex(text)?;
                if (0xd800..0xdc00).contains(&code) && text[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    let low = self.hex(text)?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(Bad::Text("lone leading surrogate in hex escape"));
                    }
                    code = 0x1_0000 + ((code - 0xd800) << 10 | (low - 0xdc00));
                }
                let c = char::from_u32(code).ok_or(Bad::Text("lone leading surrogate in hex escape"))?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(Bad::Text("invalid escape")),
        });
        Ok(())
    }

    fn hex(&mut self, text: &[u8]) -> Result<u32, Bad> {
        let digits = text.get(self.at..self.at + 4).ok_or(Bad::Text("EOF while parsing a string"))?;
        self.at += 4;
        digits.iter().try_fold(0, |code, digit| {
            let digit = char::from(*digit).to_digit(16).ok_or(Bad::Text("invalid escape"))?;
            Ok(code << 4 | digit)
        })
    }

    fn number<'cx>(&mut self, rest: &[u8]) -> Result<Val<'cx>, Bad> {
        let digits = |from: usize| rest[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let sign = usize::from(rest[0] == b'-');
        let whole = digits(sign);
        let mut end = sign + whole;
        let mut is_float = false;
        if whole == 0 || (whole > 1 && rest[sign] == b'0') {
            return Err(Bad::Text("invalid number"));
        }
        if rest.get(end) == Some(&b'.') {
            is_float = true;
            let fraction = digits(end + 1);
            if fraction == 0 {
                return Err(Bad::Text("invalid number"));
            }
            end += 1 + fraction;
        }
        if matches!(rest.get(end), Some(b'e' | b'E')) {
            is_float = true;
            let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent == 0 {
                return Err(Bad::Text("invalid number"));
            }
            end += 1 + sign + exponent;
        }
        let text = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        self.at += end;
        if let (false, Ok(int)) = (is_float || text == "-0", text.parse()) {
            return Ok(Val::int(int));
        }
        let float: f64 = text.parse().map_err(|_| Bad::Text("invalid number"))?;
        if float.is_finite() { Ok(Val::float(float)) } else { Err(Bad::Text("number out of range")) }
    }
}
