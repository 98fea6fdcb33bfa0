//! JSON straight between a text and the heap.

use crate::{Cx, Guest, NativeFn, NativeResult, Raise, Table, Val, View};
use infra_base::{Data, Error, Kind};
use infra_codec::json::{write_escaped, write_float, write_int, write_plain, write_text};
use lua_vm::{ErrorObject, Walk};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use smallvec::SmallVec;
use std::fmt;

pub(crate) mod steps;

/// Values, or pairs of 16 bytes of text, that are written at once; what is longer is written in steps.
const SHORT: usize = 4096;
const NO_ROOM: &str = "the text does not fit the memory limit";
/// Bytes of text that are read at once: some thousand tables at worst.
pub const SHORT_TEXT: usize = 1 << 13;

/// Returns the JSON text of argument 0, or `nil, err`, in steps that the slice allows: arrays of keys `1..n`, objects of text keys, sorted; functions and
/// objects are `null`, error objects their message. `Internal`: mixed keys, gaps, cycles or nesting beyond 128.
pub fn encode_json(cx: &mut Cx<'_>) -> NativeResult {
    let value = cx.check_any(0)?;
    let mut out = Vec::with_capacity(128);
    match short_json(cx, value, &mut out) {
        Ok(true) => {
            cx.reserve(out.len())?;
            let text = cx.string(&out);
            cx.ret(text)
        }
        Ok(false) => steps::encode(cx),
        Err(error) => cx.fail(error),
    }
}

/// Returns the value of the JSON text in argument 0, or `nil, err`; like [`from_json`], for any length in steps.
pub fn decode_json(cx: &mut Cx<'_>) -> NativeResult {
    let View::Str(text) = cx.check_any(0)?.view() else {
        let got = cx.arg(0).type_name();
        return cx.fail(Error::invalid(format!("json: text expected, got {got}")));
    };
    if text.len() > SHORT_TEXT {
        return steps::decode(cx);
    }
    match from_json(cx, text)? {
        Ok(value) => cx.ret(value),
        Err(error) => cx.fail(error),
    }
}

/// Why a value has not been written.
enum Stop {
    /// It has no form in JSON.
    Wrong(String),
    /// It is longer than was asked for.
    Long,
}

impl From<String> for Stop {
    fn from(reason: String) -> Stop {
        Stop::Wrong(reason)
    }
}

fn a_type() -> String {
    "a type has no form in JSON".to_owned()
}

fn wrong(reason: &str) -> Error {
    Error::new(Kind::Internal, format!("json: {reason}")).with_retryable(Some(false))
}

fn too_deep() -> String {
    format!("nested deeper than {} levels (a table that contains itself?)", Data::MAX_DEPTH)
}

fn bad_key(key: Val<'_>) -> String {
    format!("a {} key has no form in JSON", key.type_name())
}

/// Refuses what is neither an object nor an array: `texts` text keys, `numbers` integer keys up to `last`.
fn check_array(texts: usize, numbers: i64, last: i64) -> Result<(), String> {
    if texts > 0 {
        return Err("a table with both text and number keys has no form in JSON".into());
    }
    if last != numbers {
        return Err(format!("an array with gaps has no form in JSON ({numbers} of {last} items)"));
    }
    Ok(())
}

/// Writes the JSON text of a value behind `out`, as [`encode_json`] does. False: it is so long that it takes steps, and what was
/// written is of no use.
pub(crate) fn short_json<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>, out: &mut Vec<u8>) -> Result<bool, Error> {
    let begun = out.len();
    match write_value(cx, value, out, 0, &mut { SHORT }) {
        Ok(()) => {
            cx.charge((out.len() - begun) / 2);
            Ok(true)
        }
        Err(Stop::Long) => {
            cx.charge(SHORT * 16);
            Ok(false)
        }
        Err(Stop::Wrong(reason)) => Err(wrong(&reason)),
    }
}

/// Decodes the JSON text on top, in steps; `then` finds the value in result 0, or an error in result 1.
pub fn decode_top(cx: &mut Cx<'_>, then: NativeFn) -> NativeResult {
    let top = cx.len() - 1;
    let text = cx.slot(top);
    cx.set_len(top);
    let decode = cx.native("decode", decode_json, &[]);
    cx.push(decode);
    cx.push(text);
    cx.call(1, then)
}

fn write_value<'cx>(
    cx: &mut Cx<'cx>,
    value: Val<'cx>,
    out: &mut Vec<u8>,
    depth: usize,
    left: &mut usize,
) -> Result<(), Stop> {
    spend(left, 1)?;
    match value.view() {
        View::Nil | View::Function(_) | View::Thread(_) => out.extend_from_slice(b"null"),
        View::Bool(b) => out.extend_from_slice(if b { b"true" } else { b"false" }),
        View::Int(i) => write_int(out, i),
        View::Float(f) => write_float(out, f),
        View::Str(s) => {
            spend(left, s.len() / 16)?;
            write_bytes(out, s);
        }
        View::Userdata(u) => match u.payload::<ErrorObject>() {
            Some(error) => {
                spend(left, error.message().len() / 16)?;
                write_text(out, error.message());
            }
            None => out.extend_from_slice(b"null"),
        },
        View::Table(table) => return write_table(cx, table, out, depth, left),
        View::Type(_) => return Err(a_type().into()),
    }
    Ok(())
}

fn spend(left: &mut usize, n: usize) -> Result<(), Stop> {
    *left = left.checked_sub(n).ok_or(Stop::Long)?;
    Ok(())
}

fn write_table<'cx>(
    cx: &mut Cx<'cx>,
    table: Table<'cx>,
    out: &mut Vec<u8>,
    depth: usize,
    left: &mut usize,
) -> Result<(), Stop> {
    if depth >= Data::MAX_DEPTH {
        return Err(too_deep().into());
    }
    // A table may be reached on many ways, so the text can be far larger than the heap.
    if cx.reserve(out.len()).is_err() {
        return Err(Stop::Wrong(NO_ROOM.into()));
    }
    let mut texts = SmallVec::<[(&'cx [u8], Val<'cx>); 4]>::new();
    let (mut numbers, mut last) = (0, 0);
    let mut cursor = 0;
    loop {
        let (next, key, value) = match table.walk(cursor) {
            Walk::Entry(next, key, value) => (next, key, value),
            Walk::Later(next) => {
                spend(left, 64)?;
                cursor = next;
                continue;
            }
            Walk::End => break,
        };
        cursor = next;
        spend(left, 1)?;
        match key.view() {
            View::Str(s) => {
                // Before they are put in order, which reads them again and again.
                spend(left, s.len() / 16)?;
                texts.push((s, value));
            }
            View::Int(i) if i >= 1 => (numbers, last) = (numbers + 1, last.max(i)),
            _ => return Err(bad_key(key).into()),
        }
    }
    if numbers == 0 && (!texts.is_empty() || table.held_text_key()) {
        texts.sort_unstable_by_key(|(key, _)| *key);
        out.push(b'{');
        for (i, (key, value)) in texts.into_iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            write_bytes(out, key);
            out.push(b':');
            write_value(cx, value, out, depth + 1, left)?;
        }
        out.push(b'}');
        return Ok(());
    }
    check_array(texts.len(), numbers, last)?;
    out.push(b'[');
    for i in 1..=numbers {
        if i > 1 {
            out.push(b',');
        }
        let item = table.get_int(i);
        write_value(cx, item, out, depth + 1, left)?;
    }
    out.push(b']');
    Ok(())
}

/// A string; bytes that are not UTF-8 become U+FFFD.
pub(crate) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    if write_plain(out, bytes) {
        return;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => write_escaped(out, text),
        Err(_) => write_escaped(out, &String::from_utf8_lossy(bytes)),
    }
}

/// The value of a JSON text; the empty text is `Invalid`, a malformed one `Internal`. Raises when the quota is exceeded.
pub fn from_json<'cx>(cx: &mut Cx<'cx>, text: &[u8]) -> Result<Result<Val<'cx>, Error>, Raise> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Ok(Err(Error::invalid("json: the text is empty")));
    }
    cx.reserve(text.len())?;
    cx.charge(text.len());
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = Seed(cx).deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    Ok(read.map_err(|e| wrong(&e.to_string())))
}

/// Builds values as the parser meets them.
struct Seed<'a, 'cx>(&'a mut Cx<'cx>);

impl<'de, 'cx> DeserializeSeed<'de> for Seed<'_, 'cx> {
    type Value = Val<'cx>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Val<'cx>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, 'cx> Visitor<'de> for Seed<'_, 'cx> {
    type Value = Val<'cx>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Val<'cx>, E> {
        Ok(Val::NIL)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Val<'cx>, E> {
        Ok(Val::bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Val<'cx>, E> {
        Ok(Val::int(v))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Val<'cx>, E> {
        Ok(i64::try_from(v).map_or(Val::float(v as f64), Val::int))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Val<'cx>, E> {
        Ok(Val::float(v))
    }

    fn visit_str<E>(self, v: &str) -> Result<Val<'cx>, E> {
        Ok(self.0.string(v.as_bytes()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Val<'cx>, A::Error> {
        let table = self.0.table(0, 0);
        let mut at = 0;
        while let Some(value) = seq.next_element_seed(Seed(self.0))? {
            at += 1;
            self.0.set_int(table, at, value).map_err(|_| A::Error::custom("the value does not fit"))?;
        }
        Ok(table.val())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Val<'cx>, A::Error> {
        let table = self.0.table(0, map.size_hint().unwrap_or(4));
        self.0.mark_text_keyed(table);
        while let Some(key) = map.next_key_seed(Key(self.0))? {
            let value = map.next_value_seed(Seed(self.0))?;
            self.0.set(table, key, value).map_err(|_| A::Error::custom("the value does not fit"))?;
        }
        Ok(table.val())
    }
}

/// Keys are looked up among the node's symbols before a string is made.
struct Key<'a, 'cx>(&'a mut Cx<'cx>);

impl<'de, 'cx> DeserializeSeed<'de> for Key<'_, 'cx> {
    type Value = Val<'cx>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Val<'cx>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, 'cx> Visitor<'de> for Key<'_, 'cx> {
    type Value = Val<'cx>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text key")
    }

    fn visit_str<E>(self, v: &str) -> Result<Val<'cx>, E> {
        Ok(self.0.key(v))
    }
}
