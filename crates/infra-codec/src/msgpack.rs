//! MessagePack ↔ plain data, in the old dialect of packs: texts and bytes are one kind of string.
//!
//! Written are fixstr, str16 and str32 for both, the shortest form of every number, and map keys in byte order, so equal
//! data gives equal bytes. Read are also str8 and bin; what is UTF-8 becomes a text, everything else bytes. Keys that
//! are numbers or booleans become their text, as in YAML; integers above 2^63 become floats; extensions are refused.

use infra_base::{Data, Error, Map, Result};
use rmp::Marker;
use rmp::encode;

#[cfg(test)]
mod tests;

/// Most values of one document: each takes a byte at least, and some fifty of memory.
const MOST_VALUES: usize = 1 << 21;
/// So many values a map counts for: it takes some three hundred bytes.
const MAP: usize = 7;

/// Reads one value that is nested `depth` levels at most and takes all of `bytes`. Errors (`Invalid`) name the byte.
pub fn decode(bytes: &[u8], depth: usize) -> Result<Data> {
    let mut reader = Reader { bytes, at: 0, left: MOST_VALUES };
    let data = reader.value(depth)?;
    match bytes.len() - reader.at {
        0 => Ok(data),
        more => Err(reader.mistake(format_args!("{more} bytes follow the value"))),
    }
}

/// Writes `data`, which is nested `depth` levels at most (else `Invalid`).
pub fn encode(data: &Data, depth: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    write(&mut out, data, depth)?;
    Ok(out)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Values that may still come.
    left: usize,
}

impl<'a> Reader<'a> {
    fn mistake(&self, what: impl std::fmt::Display) -> Error {
        Error::invalid(format!("malformed msgpack at byte {}: {what}", self.at))
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..len).ok_or_else(|| self.mistake("it ends early"))?;
        self.at += len;
        Ok(taken)
    }

    /// A big-endian number of `len` bytes, eight at most.
    fn number(&mut self, len: usize) -> Result<u64> {
        Ok(self.take(len)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn length(&mut self, len: usize) -> Result<usize> {
        // What does not fit is longer than anything that could follow.
        self.number(len).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
    }

    fn marker(&mut self) -> Result<Marker> {
        Ok(Marker::from_u8(self.take(1)?[0]))
    }

    fn value(&mut self, depth: usize) -> Result<Data> {
        self.left = self.left.checked_sub(1).ok_or_else(|| self.mistake("it has too many values"))?;
        let marker = self.marker()?;
        Ok(match marker {
            Marker::Null => Data::Null,
            Marker::True => Data::Bool(true),
            Marker::False => Data::Bool(false),
            Marker::F32 => Data::Float(f64::from(f32::from_bits(self.number(4)? as u32))),
            Marker::F64 => Data::Float(f64::from_bits(self.number(8)?)),
            Marker::FixArray(len) => self.list(usize::from(len), depth)?,
            Marker::Array16 => self.length(2).and_then(|len| self.list(len, depth))?,
            Marker::Array32 => self.length(4).and_then(|len| self.list(len, depth))?,
            Marker::FixMap(len) => self.map(usize::from(len), depth)?,
            Marker::Map16 => self.length(2).and_then(|len| self.map(len, depth))?,
            Marker::Map32 => self.length(4).and_then(|len| self.map(len, depth))?,
            other => match (self.integer(other)?, other) {
                (Some(data), _) => data,
                (None, other) => match self.string(other)? {
                    Some(bytes) => from_bytes(bytes),
                    None => return Err(self.mistake(format_args!("{other:?} has no place here"))),
                },
            },
        })
    }

    fn integer(&mut self, marker: Marker) -> Result<Option<Data>> {
        let signed = |number: i64| Some(Data::Int(number));
        Ok(match marker {
            Marker::FixPos(number) => signed(i64::from(number)),
            Marker::FixNeg(number) => signed(i64::from(number)),
            Marker::I8 => signed(i64::from(self.number(1)? as i8)),
            Marker::I16 => signed(i64::from(self.number(2)? as i16)),
            Marker::I32 => signed(i64::from(self.number(4)? as i32)),
            Marker::I64 => signed(self.number(8)? as i64),
            Marker::U8 => unsigned(self.number(1)?),
            Marker::U16 => unsigned(self.number(2)?),
            Marker::U32 => unsigned(self.number(4)?),
            Marker::U64 => unsigned(self.number(8)?),
            _ => None,
        })
    }

    fn string(&mut self, marker: Marker) -> Result<Option<&'a [u8]>> {
        let len = match marker {
            Marker::FixStr(len) => usize::from(len),
            Marker::Str8 | Marker::Bin8 => self.length(1)?,
            Marker::Str16 | Marker::Bin16 => self.length(2)?,
            Marker::Str32 | Marker::Bin32 => self.length(4)?,
            _ => return Ok(None),
        };
        self.take(len).map(Some)
    }

    fn deeper(&self, depth: usize) -> Result<usize> {
        depth.checked_sub(1).ok_or_else(|| self.mistake("it is nested too deep"))
    }

    /// Every item takes a byte at least, so more than are left is a lie. Room is made as items come: lists in lists could
    /// each announce all that is left.
    fn list(&mut self, len: usize, depth: usize) -> Result<Data> {
        let depth = self.deeper(depth)?;
        if len > self.bytes.len() - self.at || len > self.left {
            return Err(self.mistake(format_args!("a list of {len} items does not fit")));
        }
        let mut items = Vec::with_capacity(len.min(16));
        for _ in 0..len {
            items.push(self.value(depth)?);
        }
        Ok(Data::List(items))
    }

    fn map(&mut self, len: usize, depth: usize) -> Result<Data> {
        let depth = self.deeper(depth)?;
        if len > (self.bytes.len() - self.at) / 2 || len.saturating_add(MAP) > self.left {
            return Err(self.mistake(format_args!("a map of {len} pairs does not fit")));
        }
        self.left -= MAP;
        let mut map = Map::default();
        for _ in 0..len {
            let key = self.key()?;
            if map.contains_key(&key) {
                return Err(self.mistake(format_args!("a map has the key {key:?} twice")));
            }
            let value = self.value(depth)?;
            map.insert(key, value);
        }
        Ok(Data::Map(map))
    }

    fn key(&mut self) -> Result<Box<str>> {
        let marker = self.marker()?;
        if let Some(bytes) = self.string(marker)? {
            let text = std::str::from_utf8(bytes).map_err(|_| self.mistake("a key is not UTF-8"))?;
            return Ok(text.into());
        }
        match (self.integer(marker)?, marker) {
            (Some(Data::Int(number)), _) => Ok(number.to_string().into()),
            (None, Marker::True) => Ok("true".into()),
            (None, Marker::False) => Ok("false".into()),
            _ => Err(self.mistake(format_args!("{marker:?} is no key of a map"))),
        }
    }
}

fn unsigned(number: u64) -> Option<Data> {
    Some(i64::try_from(number).map_or(Data::Float(number as f64), Data::Int))
}

fn from_bytes(bytes: &[u8]) -> Data {
    match std::str::from_utf8(bytes) {
        Ok(text) => Data::text(text),
        Err(_) => Data::Bytes(bytes::Bytes::copy_from_slice(bytes)),
    }
}

fn write(out: &mut Vec<u8>, data: &Data, depth: usize) -> Result<()> {
    // Nothing goes wrong when a vector is written to.
    const WRITTEN: &str = "memory takes everything";
    let deeper = || depth.checked_sub(1).ok_or_else(|| Error::invalid("the data is nested too deep"));
    match data {
        Data::Null => encode::write_nil(out).expect(WRITTEN),
        Data::Bool(value) => encode::write_bool(out, *value).expect(WRITTEN),
        Data::Int(value) => _ = encode::write_sint(out, *value).expect(WRITTEN),
        Data::Float(value) => encode::write_f64(out, *value).expect(WRITTEN),
        Data::Text(text) => string(out, text.as_bytes())?,
        Data::Bytes(bytes) => string(out, bytes)?,
        Data::List(items) => {
            let depth = deeper()?;
            _ = encode::write_array_len(out, length(items.len())?).expect(WRITTEN);
            for item in items {
                write(out, item, depth)?;
            }
        }
        Data::Map(map) => {
            let depth = deeper()?;
            _ = encode::write_map_len(out, length(map.len())?).expect(WRITTEN);
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_unstable_by(|a, b| a.0.cmp(b.0));
            for (key, value) in pairs {
                string(out, key.as_bytes())?;
                write(out, value, depth)?;
            }
        }
    }
    Ok(())
}

/// Without str8, which the old dialect does not have.
fn string(out: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    let len = length(bytes.len())?;
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(len), _) if len < 32 => out.push(Marker::FixStr(len).to_u8()),
        (_, Ok(len)) => {
            out.push(Marker::Str16.to_u8());
            out.extend_from_slice(&len.to_be_bytes());
        }
        _ => {
            out.push(Marker::Str32.to_u8());
            out.extend_from_slice(&len.to_be_bytes());
        }
    }
    out.extend_from_slice(bytes);
    Ok(())
}

fn length(len: usize) -> Result<u32> {
    u32::try_from(len).map_err(|_| Error::invalid("a value is longer than 4 GiB"))
}
