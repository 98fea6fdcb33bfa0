//! Typed access to arguments, with Lua's messages for wrong ones.

#![allow(unsafe_code, reason = "reads payloads of userdata")]

use std::any::Any;

use super::{Cx, Raise, Table, Userdata, Val, View};
use crate::number::{self, Number};
use crate::value::float_to_int;

/// A number in the representation it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Num {
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
}

impl<'cx> Cx<'cx> {
    /// Raises `bad argument #i+1 to 'f' (expected expected, got actual)`.
    #[cold]
    pub fn type_error(&mut self, i: usize, expected: &str) -> Raise {
        let got = if i >= self.nargs() { "no value" } else { self.type_name_of(self.arg(i)) };
        self.arg_error(i, format_args!("{expected} expected, got {got}"))
    }
    /// The type name for messages: a userdata gives the name of its type.
    pub fn type_name_of(&self, v: Val<'cx>) -> &'static str {
        match v.view() {
            View::Userdata(u) => u.type_name(),
            _ => v.type_name(),
        }
    }
    /// Argument `i`, which may be nil but must be there.
    pub fn check_any(&mut self, i: usize) -> Result<Val<'cx>, Raise> {
        if i < self.nargs() { Ok(self.arg(i)) } else { Err(self.arg_error(i, "value expected")) }
    }
    /// Argument `i` as a number; strings convert.
    pub fn check_num(&mut self, i: usize) -> Result<Num, Raise> {
        match self.arg(i).view() {
            View::Int(n) => Ok(Num::Int(n)),
            View::Float(f) => Ok(Num::Float(f)),
            View::Str(s) => {
                self.charge(s.len().min(number::MAX_NUMERAL) * 2);
                match number::parse(s) {
                    Some(Number::Int(n)) => Ok(Num::Int(n)),
                    Some(Number::Float(f)) => Ok(Num::Float(f)),
                    None => Err(self.type_error(i, "number")),
                }
            }
            _ => Err(self.type_error(i, "number")),
        }
    }
    /// Argument `i` as a float; strings and integers convert.
    #[inline]
    pub fn check_float(&mut self, i: usize) -> Result<f64, Raise> {
        match self.arg(i).view() {
            View::Float(f) => Ok(f),
            View::Int(n) => Ok(n as f64),
            _ => match self.check_num(i)? {
                Num::Int(n) => Ok(n as f64),
                Num::Float(f) => Ok(f),
            },
        }
    }
    /// Argument `i` as an integer; whole floats and strings that spell a whole number convert.
    #[inline]
    pub fn check_int(&mut self, i: usize) -> Result<i64, Raise> {
        if let View::Int(n) = self.arg(i).view() {
            return Ok(n);
        }
        match self.check_num(i)? {
            Num::Int(n) => Ok(n),
            Num::Float(f) => match float_to_int(f) {
                Some(n) => Ok(n),
                None => Err(self.arg_error(i, "number has no integer representation")),
            },
        }
    }
    /// Argument `i` as an integer, `default` if absent or nil.
    pub fn opt_int(&mut self, i: usize, default: i64) -> Result<i64, Raise> {
        if self.arg(i).is_nil() { Ok(default) } else { self.check_int(i) }
    }
    /// Argument `i` as a float, `default` if absent or nil.
    pub fn opt_float(&mut self, i: usize, default: f64) -> Result<f64, Raise> {
        if self.arg(i).is_nil() { Ok(default) } else { self.check_float(i) }
    }
    /// Argument `i` as bytes; numbers and error objects convert to their text.
    pub fn check_bytes(&mut self, i: usize) -> Result<&'cx [u8], Raise> {
        let v = self.arg(i);
        match self.to_bytes(v) {
            Some(s) => Ok(s),
            None => Err(self.type_error(i, "string")),
        }
    }
    /// Bytes that a name may have: an id, a topic, a layout of times. Natives look at names in one piece, and the node keeps some.
    pub const MAX_NAME: usize = 4 << 10;

    /// Argument `i` as a name, UTF-8 text of at most [`Cx::MAX_NAME`] bytes; otherwise as [`Cx::check_bytes`].
    #[inline]
    pub fn check_str(&mut self, i: usize) -> Result<&'cx str, Raise> {
        self.check_text(i, Cx::MAX_NAME)
    }
    /// As [`Cx::check_str`] for a text of at most `most` bytes.
    #[inline]
    pub fn check_text(&mut self, i: usize, most: usize) -> Result<&'cx str, Raise> {
        let bytes = match self.arg(i).as_bytes() {
            Some(bytes) => bytes,
            None => self.check_bytes(i)?,
        };
        if bytes.len() > most {
            return Err(self.too_long(i, bytes.len(), most));
        }
        // Topics and names mostly are ASCII, and that question is the cheaper one.
        if bytes.is_ascii() {
            // SAFETY: ASCII is UTF-8.
            return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
        }
        std::str::from_utf8(bytes).map_err(|_| self.arg_error(i, "text is not valid UTF-8"))
    }
    /// Argument `i` as bytes, `None` if absent or nil.
    pub fn opt_bytes(&mut self, i: usize) -> Result<Option<&'cx [u8]>, Raise> {
        if self.arg(i).is_nil() { Ok(None) } else { self.check_bytes(i).map(Some) }
    }
    #[cold]
    fn too_long(&mut self, i: usize, len: usize, most: usize) -> Raise {
        self.arg_error(i, format_args!("text is too long ({len} bytes, at most {most})"))
    }
    /// Argument `i` as a name, `None` if absent or nil.
    pub fn opt_str(&mut self, i: usize) -> Result<Option<&'cx str>, Raise> {
        if self.arg(i).is_nil() { Ok(None) } else { self.check_str(i).map(Some) }
    }
    /// Argument `i`, a table.
    pub fn check_table(&mut self, i: usize) -> Result<Table<'cx>, Raise> {
        self.arg(i).as_table().ok_or_else(|| self.type_error(i, "table"))
    }
    /// Argument `i`, a Lua or native function.
    pub fn check_function(&mut self, i: usize) -> Result<Val<'cx>, Raise> {
        let v = self.arg(i);
        if v.is_function() { Ok(v) } else { Err(self.type_error(i, "function")) }
    }
    /// Argument `i`, a coroutine.
    pub fn check_thread(&mut self, i: usize) -> Result<Val<'cx>, Raise> {
        let v = self.arg(i);
        if v.is_thread() { Ok(v) } else { Err(self.type_error(i, "coroutine")) }
    }
    /// Argument `i`, a boolean.
    pub fn check_bool(&mut self, i: usize) -> Result<bool, Raise> {
        match self.arg(i).view() {
            View::Bool(b) => Ok(b),
            _ => Err(self.type_error(i, "boolean")),
        }
    }
    /// The payload of argument `i`, a userdata of type `T`.
    #[inline(always)]
    pub fn check_userdata<T: Any + Send>(&mut self, i: usize) -> Result<&'cx T, Raise> {
        self.check_userdata_val::<T>(i).map(|(_, t)| t)
    }
    /// Argument `i`, a userdata of type `T`: the object and its payload. Inlined, since every method of an object begins so.
    #[inline(always)]
    pub fn check_userdata_val<T: Any + Send>(&mut self, i: usize) -> Result<(Userdata<'cx>, &'cx T), Raise> {
        if let Some(u) = self.arg(i).as_userdata()
            && let Some(t) = u.payload::<T>()
        {
            return Ok((u, t));
        }
        Err(self.no_userdata::<T>(i))
    }
    #[cold]
    #[inline(never)]
    fn no_userdata<T: Any + Send>(&mut self, i: usize) -> Raise {
        let expected = self.lua_ref().statics.type_name::<T>();
        self.type_error(i, expected)
    }
    /// Text of strings, numbers and error objects; `None` for other values. Metamethods are not asked.
    pub fn to_bytes(&mut self, v: Val<'cx>) -> Option<&'cx [u8]> {
        match v.view() {
            View::Str(s) => Some(s),
            _ => self.text_value(v)?.as_bytes(),
        }
    }
    /// The same as a string.
    pub(crate) fn text_value(&mut self, v: Val<'cx>) -> Option<Val<'cx>> {
        match v.view() {
            View::Str(_) => Some(v),
            View::Int(_) | View::Float(_) => {
                let s = crate::coerce::number_text(v.raw);
                Some(self.string(s.as_bytes()))
            }
            View::Userdata(u) => {
                let e = u.payload::<crate::error::ErrorObject>()?;
                self.charge(e.text_len() / crate::text::COPIED);
                Some(self.string(e.text().as_bytes()))
            }
            _ => None,
        }
    }
}
