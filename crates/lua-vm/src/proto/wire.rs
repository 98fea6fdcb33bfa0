//! Compiled code as bytes and back; where the bytes are from was checked before ([`super::sealed`]).
//!
//! ```text
//! chunk     count, texts (length, bytes); types ([`types`]); main function
//! function  name (number of a text), flags, parameters, registers
//!           captures  count, each: kind, number
//!           code      count, words of four bytes, the lowest first
//!           lines     runs that cover all words: length, difference to the line of the run before
//!           operands  count, each: words since the last one, register, kind, name
//!           functions count, functions
//!           constants count, each: kind and what belongs to it
//! ```
//!
//! Numbers are LEB128, signed ones zigzag. Whatever follows from the rest (fuel of a call, hashes, symbols) is made anew, and
//! slot hints are left out, so equal sources give equal bytes. Reading looks at nothing behind the end, allocates no more
//! than the bytes are worth, and nests no deeper than the parser does; whether instructions keep to what the
//! interpreter relies on is the structural checker's question.

#![allow(unsafe_code, reason = "reads immortal strings of constants")]

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use rustc_hash::FxHashMap;

use super::{Capture, Operand, OperandKind, Proto};
use crate::object::Str;
use crate::opcode::{NO_HINT, Op};
use crate::symbol;
use crate::types::{BuiltIn, Constant, Declared, Type, of_value};
use crate::value::{self, Value};

mod types;

/// Kinds of a constant.
mod constant {
    pub(super) const NIL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const FLOAT: u8 = 4;
    /// The number of a text of the chunk.
    pub(super) const SHORT: u8 = 5;
    /// Length and bytes.
    pub(super) const LONG: u8 = 6;
    /// The number of a type of the chunk.
    pub(super) const TYPE: u8 = 7;
    /// The number of a type of the language.
    pub(super) const BUILT_IN: u8 = 8;
}

const VARARG: u8 = 1;

/// What cannot be read, and the byte where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damage {
    pub(super) at: usize,
    pub(super) what: &'static str,
}

/// Appends the bytes of a chunk.
pub(super) fn encode(proto: &Proto, out: &mut Vec<u8>) {
    let mut encoder = Encoder { texts: Vec::new(), known: FxHashMap::default(), body: Vec::new() };
    encoder.types(proto.types.as_deref());
    encoder.function(proto);
    number(out, encoder.texts.len() as u64);
    for text in &encoder.texts {
        number(out, text.len() as u64);
        out.extend_from_slice(text);
    }
    out.extend_from_slice(&encoder.body);
}

fn number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn signed(out: &mut Vec<u8>, n: i64) {
    number(out, (n << 1 ^ n >> 63) as u64);
}

struct Encoder<'a> {
    texts: Vec<&'a [u8]>,
    known: FxHashMap<&'a [u8], usize>,
    body: Vec<u8>,
}

impl<'a> Encoder<'a> {
    fn number(&mut self, n: usize) {
        number(&mut self.body, n as u64);
    }

    fn text(&mut self, text: &'a [u8]) {
        let next = self.texts.len();
        let at = *self.known.entry(text).or_insert(next);
        if at == next {
            self.texts.push(text);
        }
        self.number(at);
    }

    fn function(&mut self, proto: &'a Proto) {
        self.text(proto.name.as_bytes());
        self.body.push(if proto.vararg { VARARG } else { 0 });
        self.body.push(proto.params);
        self.number(proto.max_stack.into());
        self.number(proto.captures.len());
        for capture in &proto.captures {
            let (kind, at) = match *capture {
                Capture::Register(at) => (0, at),
                Capture::Upvalue(at) => (1, at),
                Capture::Itself => (2, 0),
            };
            self.body.extend([kind, at]);
        }
        self.code(&proto.code);
        self.lines(&proto.lines);
        self.number(proto.operands.len());
        let mut last = 0;
        for operand in &proto.operands {
            self.number((operand.at - last) as usize);
            last = operand.at;
            self.body.extend([operand.reg, operand.kind as u8]);
            self.text(operand.name.as_bytes());
        }
        self.number(proto.protos.len());
        proto.protos.iter().for_each(|inner| self.function(inner));
        self.number(proto.consts.len());
        proto.consts.iter().for_each(|value| self.constant(value));
    }

    fn code(&mut self, code: &[AtomicU32]) {
        self.number(code.len());
        let mut at = 0;
        while at < code.len() {
            let word = code[at].load(Relaxed);
            self.body.extend(word.to_le_bytes());
            at += 1;
            let op = Op::decode(word).filter(|op| op.is_wide());
            if let Some(op) = op
                && let Some(second) = code.get(at)
            {
                let hint = if op.has_hint(word) { NO_HINT } else { 0 };
                self.body.extend((second.load(Relaxed) | hint).to_le_bytes());
                at += 1;
            }
        }
    }

    fn lines(&mut self, lines: &[u32]) {
        let mut last = 0;
        for run in lines.chunk_by(|a, b| a == b) {
            self.number(run.len());
            signed(&mut self.body, i64::from(run[0]) - last);
            last = i64::from(run[0]);
        }
    }

    fn constant(&mut self, v: &'a Value) {
        match v.tag & 0xffff_ffff {
            value::FALSE => self.body.push(constant::FALSE),
            value::TRUE => self.body.push(constant::TRUE),
            value::INT => {
                self.body.push(constant::INT);
                signed(&mut self.body, v.as_int());
            }
            value::FLOAT => {
                self.body.push(constant::FLOAT);
                self.body.extend(v.data.to_le_bytes());
            }
            value::STR => {
                // SAFETY: constants live as long as their prototype, which is borrowed for `'a`.
                let text: &'a [u8] = unsafe { Str::bytes(v.as_str()) };
                if text.len() <= symbol::MAX_LEN {
                    self.body.push(constant::SHORT);
                    self.text(text);
                } else {
                    self.body.push(constant::LONG);
                    self.number(text.len());
                    self.body.extend_from_slice(text);
                }
            }
            value::TYPE => {
                // SAFETY: as above.
                let Some(ty) = (unsafe { of_value(*v) }) else { return self.body.push(constant::NIL) };
                match ty.as_built_in() {
                    Some(of) => self.body.extend([constant::BUILT_IN, of as u8]),
                    None => {
                        self.body.push(constant::TYPE);
                        self.number(ty.at as usize);
                    }
                }
            }
            _ => self.body.push(constant::NIL),
        }
    }
}

type Read<T> = Result<T, Damage>;

/// Reads a chunk whose name is `source`.
pub(super) fn decode(bytes: &[u8], source: &Arc<str>) -> Read<Proto> {
    let mut decoder = Decoder { bytes, at: 0, texts: Vec::new(), source, types: None };
    let count = decoder.count(1)?;
    decoder.texts.reserve_exact(count);
    for _ in 0..count {
        let len = decoder.count(1)?;
        let text = decoder.take(len)?;
        decoder.texts.push(Text { bytes: text, name: None });
    }
    decoder.types = decoder.types()?.map(Arc::new);
    let mut proto = decoder.function(0)?;
    proto.types = decoder.types.take();
    if !proto.captures.is_empty() {
        return decoder.damaged("a main function without upvalues");
    }
    if decoder.at < bytes.len() {
        return decoder.damaged("the end");
    }
    Ok(proto)
}

/// A text of the chunk; as a name it is shared by all that have it.
struct Text<'a> {
    bytes: &'a [u8],
    name: Option<Arc<str>>,
}

struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
    texts: Vec<Text<'a>>,
    source: &'a Arc<str>,
    types: Option<Arc<Declared>>,
}

impl<'a> Decoder<'a> {
    /// `what` was expected here.
    fn damaged<T>(&self, what: &'static str) -> Read<T> {
        Err(Damage { at: self.at, what })
    }

    fn take(&mut self, len: usize) -> Read<&'a [u8]> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..len)) {
            Some(taken) => {
                self.at += len;
                Ok(taken)
            }
            None => self.damaged("more bytes"),
        }
    }

    fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Read<u64> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        self.damaged("a number of 64 bits")
    }

    fn signed(&mut self) -> Read<i64> {
        let n = self.number()?;
        Ok((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    /// A number of things that take `each` bytes at least.
    fn count(&mut self, each: usize) -> Read<usize> {
        let n = self.number()?;
        let most = (self.bytes.len() - self.at) / each;
        match usize::try_from(n) {
            Ok(n) if n <= most => Ok(n),
            _ => self.damaged("a number of things that fit the rest"),
        }
    }

    fn text(&mut self) -> Read<usize> {
        match self.number()? {
            n if n < self.texts.len() as u64 => Ok(n as usize),
            _ => self.damaged("the number of a text"),
        }
    }

    fn name(&mut self) -> Read<Arc<str>> {
        let at = self.text()?;
        if let Some(name) = &self.texts[at].name {
            return Ok(name.clone());
        }
        let Ok(name) = std::str::from_utf8(self.texts[at].bytes) else {
            return self.damaged("a name in UTF-8");
        };
        let name: Arc<str> = name.into();
        self.texts[at].name = Some(name.clone());
        Ok(name)
    }

    fn function(&mut self, depth: u32) -> Read<Proto> {
        if depth > lua_syntax::MAX_DEPTH {
            return self.damaged("functions that are nested less");
        }
        let name = self.name()?;
        let flags = self.byte()?;
        if flags & !VARARG != 0 {
            return self.damaged("known flags");
        }
        let params = self.byte()?;
        let Ok(max_stack) = u16::try_from(self.number()?) else {
            return self.damaged("a number of registers");
        };
        let captures = self.captures()?;
        let code = self.code()?;
        let lines = self.lines(code.len())?;
        let operands = self.operands(code.len())?;
        let count = self.count(1)?;
        let protos = (0..count).map(|_| self.function(depth + 1)).collect::<Read<_>>()?;
        // From here on it owns what its constants refer to, also if one of them cannot be read.
        let mut proto = Proto {
            cost: Proto::cost_of(code.len()),
            code,
            consts: Box::default(),
            protos,
            captures,
            params,
            vararg: flags & VARARG != 0,
            max_stack,
            lines,
            source: self.source.clone(),
            name,
            operands,
            owned: symbol::Owned::default(),
            own_types: Vec::new(),
            types: None,
        };
        let count = self.count(1)?;
        let mut consts = Vec::with_capacity(count);
        for _ in 0..count {
            consts.push(self.constant(&mut proto)?);
        }
        proto.consts = consts.into();
        Ok(proto)
    }

    fn captures(&mut self) -> Read<Box<[Capture]>> {
        let count = self.count(2)?;
        let capture = |this: &mut Self| {
            let (kind, at) = (this.byte()?, this.byte()?);
            match kind {
                0 => Ok(Capture::Register(at)),
                1 => Ok(Capture::Upvalue(at)),
                2 => Ok(Capture::Itself),
                _ => this.damaged("the kind of an upvalue"),
            }
        };
        (0..count).map(|_| capture(self)).collect()
    }

    fn code(&mut self) -> Read<Box<[AtomicU32]>> {
        let count = self.count(4)?;
        let (words, _) = self.take(count * 4)?.as_chunks::<4>();
        Ok(words.iter().map(|w| AtomicU32::new(u32::from_le_bytes(*w))).collect())
    }

    fn lines(&mut self, words: usize) -> Read<Box<[u32]>> {
        let mut lines = Vec::with_capacity(words);
        let mut line = 0i64;
        while lines.len() < words {
            let run = self.number()?;
            line = line.wrapping_add(self.signed()?);
            match (usize::try_from(run), u32::try_from(line)) {
                (Ok(run), Ok(line)) if run > 0 && run <= words - lines.len() => {
                    lines.resize(lines.len() + run, line);
                }
                _ => return self.damaged("lines of as many words as there are"),
            }
        }
        Ok(lines.into())
    }

    fn operands(&mut self, words: usize) -> Read<Box<[Operand]>> {
        let count = self.count(4)?;
        let mut at = 0u64;
        let operand = |this: &mut Self| {
            at = at.saturating_add(this.number()?);
            if at > words as u64 {
                return this.damaged("an operand of a word that is there");
            }
            let reg = this.byte()?;
            let Some(kind) = OperandKind::from_byte(this.byte()?) else {
                return this.damaged("the kind of an operand");
            };
            Ok(Operand { at: at as u32, reg, kind, name: this.name()? })
        };
        let mut operand = operand;
        (0..count).map(|_| operand(self)).collect()
    }

    fn type_constant(&mut self, proto: &mut Proto, ty: Type) -> Value {
        let constant = Constant::new(ty);
        let value = constant.value();
        proto.own_types.push(constant);
        value
    }

    fn constant(&mut self, proto: &mut Proto) -> Read<Value> {
        let owned = &mut proto.owned;
        Ok(match self.byte()? {
            constant::NIL => Value::NIL,
            constant::FALSE => Value::FALSE,
            constant::TRUE => Value::TRUE,
            constant::INT => Value::int(self.signed()?),
            constant::FLOAT => {
                let (bytes, _) = self.take(8)?.as_chunks::<8>();
                Value::float(f64::from_bits(u64::from_le_bytes(bytes[0])))
            }
            constant::SHORT => {
                let at = self.text()?;
                symbol::constant(self.texts[at].bytes, owned)
            }
            constant::LONG => {
                let len = self.count(1)?;
                symbol::constant(self.take(len)?, owned)
            }
            constant::TYPE => {
                let at = self.number()?;
                let declared = self.types.as_ref().filter(|d| at < d.graph.nodes().len() as u64);
                let Some(declared) = declared else { return self.damaged("the number of a type") };
                let ty = Type { graph: declared.graph.clone(), at: at as u32 };
                self.type_constant(proto, ty)
            }
            constant::BUILT_IN => match BuiltIn::from_byte(self.byte()?) {
                Some(of) => self.type_constant(proto, Type::built_in(of)),
                None => return self.damaged("a type of the language"),
            },
            _ => return self.damaged("the kind of a constant"),
        })
    }
}

#[cfg(test)]
mod tests;
