//! JSON ↔ plain data.
//!
//! Numbers without fraction and exponent are integers (too large: floats); of equal keys the last counts; text after
//! the value and nesting past 128 are errors. Encoding keeps the order of a map's keys, prints whole floats without a
//! fraction, NaN and infinities as `null`, and escapes `<`, `>`, `&` and the line separators U+2028 and U+2029.

use infra_base::{Data, Error, Map, Result};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::io::Write;

#[cfg(test)]
pub(crate) mod tests;

/// Reads one JSON value. Empty input is `Invalid`, everything malformed `Internal` with line and column.
pub fn decode(bytes: &[u8]) -> Result<Data> {
    if bytes.is_empty() {
        return Err(Error::invalid("json is empty"));
    }
    let mut de = serde_json::Deserializer::from_slice(bytes);
    // `Value` counts the depth itself, so that the limit is the one of `Data`.
    de.disable_recursion_limit();
    let malformed = |e: serde_json::Error| Error::internal(format!("malformed json: {e}"));
    let data = Value { depth: 0 }.deserialize(&mut de).map_err(malformed)?;
    de.end().map_err(malformed)?;
    Ok(data)
}

struct Value {
    depth: usize,
}

impl Value {
    fn deeper<E: serde::de::Error>(&self) -> Result<Value, E> {
        if self.depth >= Data::MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {}", Data::MAX_DEPTH)));
        }
        Ok(Value { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Data;

    fn deserialize<D: Deserializer<'de>>(self, de: D) -> Result<Data, D::Error> {
        de.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a json value")
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Data, E> {
        Ok(Data::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Data, E> {
        Ok(Data::Int(v))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Data, E> {
        Ok(i64::try_from(v).map_or(Data::Float(v as f64), Data::Int))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Data, E> {
        Ok(Data::Float(v))
    }

    fn visit_str<E>(self, v: &str) -> Result<Data, E> {
        Ok(Data::text(v))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(self.deeper::<A::Error>()?)? {
            list.push(value);
        }
        Ok(Data::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Data, A::Error> {
        let mut map = Map::default();
        while let Some(key) = access.next_key::<Box<str>>()? {
            let value = access.next_value_seed(self.deeper::<A::Error>()?)?;
            map.insert(key, value);
        }
        Ok(Data::Map(map))
    }
}

/// Compact JSON.
pub fn encode(data: &Data) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    write(&mut out, data, None, 0);
    out
}

/// JSON over several lines, two spaces a level.
pub fn encode_pretty(data: &Data) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(&mut out, data, Some(2), 0);
    out
}

fn write(out: &mut Vec<u8>, data: &Data, indent: Option<usize>, depth: usize) {
    match data {
        Data::Null => out.extend_from_slice(b"null"),
        Data::Bool(true) => out.extend_from_slice(b"true"),
        Data::Bool(false) => out.extend_from_slice(b"false"),
        Data::Int(v) => write_int(out, *v),
        Data::Float(v) => write_float(out, *v),
        Data::Text(v) => write_text(out, v),
        Data::Bytes(v) => write_text(out, &String::from_utf8_lossy(v)),
        Data::List(list) => write_items(out, *b"[]", list, indent, depth, |out, item| {
            write(out, item, indent, depth + 1);
        }),
        Data::Map(map) => write_items(out, *b"{}", map, indent, depth, |out, (key, item)| {
            write_text(out, key);
            out.extend_from_slice(if indent.is_some() { b": " } else { b":" });
            write(out, item, indent, depth + 1);
        }),
    }
}

fn write_items<T>(
    out: &mut Vec<u8>,
    brackets: [u8; 2],
    items: impl IntoIterator<Item = T>,
    indent: Option<usize>,
    depth: usize,
    mut each: impl FnMut(&mut Vec<u8>, T),
) {
    let line = |out: &mut Vec<u8>, depth: usize| {
        if let Some(width) = indent {
            out.push(b'\n');
            out.resize(out.len() + width * depth, b' ');
        }
    };
    out.push(brackets[0]);
    let mut empty = true;
    for item in items {
        if !std::mem::take(&mut empty) {
            out.push(b',');
        }
        line(out, depth + 1);
        each(out, item);
    }
    if !empty {
        line(out, depth);
    }
    out.push(brackets[1]);
}

/// Appends an integer.
pub fn write_int(out: &mut Vec<u8>, v: i64) {
    write!(out, "{v}").expect("writing to memory does not fail");
}

/// Appends a float: whole values without a fraction, others with the fewest digits that read back the same; `null`
/// for what JSON cannot hold.
pub fn write_float(out: &mut Vec<u8>, v: f64) {
    let size = v.abs();
    let plain = v == 0.0 || (1e-6..1e21).contains(&size);
    let written = match (v.is_finite(), plain) {
        (false, _) => out.write_all(b"null"),
        (_, true) => write!(out, "{v}"),
        (_, false) => write!(out, "{v:e}"),
    };
    written.expect("writing to memory does not fail");
}

/// Appends a text in quotes, if each of its bytes is one of ASCII that stands for itself; otherwise nothing. Most texts are
/// such, and need no look at their characters.
pub fn write_plain(out: &mut Vec<u8>, text: &[u8]) -> bool {
    let plain = text.iter().all(|byte| PLAIN[usize::from(*byte)]);
    if plain {
        out.reserve(text.len() + 2);
        out.push(b'"');
        out.extend_from_slice(text);
        out.push(b'"');
    }
    plain
}

/// By byte: is it of ASCII, and not escaped?
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        plain[byte] = !must_escape(byte as u8 as char);
        byte += 1;
    }
    plain
};

/// Appends a quoted, escaped text.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    if !write_plain(out, text.as_bytes()) {
        write_escaped(out, text);
    }
}

/// Appends a quoted text in which something is to be escaped.
pub fn write_escaped(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.find(must_escape) {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let c = rest[at..].chars().next().expect("`find` gives the start of a character");
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            c => write!(out, "\\u{:04x}", u32::from(c)).expect("writing to memory does not fail"),
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

const fn must_escape(c: char) -> bool {
    c < ' ' || matches!(c, '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
}
