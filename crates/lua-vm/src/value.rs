//! The two-word value: a tag word, always written whole, and a payload word.

#![allow(unsafe_code, reason = "payload words are pointers into the heap of the process")]

use crate::object::{Cell, Closure, Header, Native, Str, Table, Thread, Userdata};

pub(crate) const NIL: u64 = 0;
pub(crate) const FALSE: u64 = 1;
pub(crate) const TRUE: u64 = 2;
pub(crate) const INT: u64 = 3;
pub(crate) const FLOAT: u64 = 4;
/// Tags from here on carry a pointer to an object.
pub(crate) const FIRST_OBJECT: u64 = 8;
pub(crate) const STR: u64 = 8;
pub(crate) const TABLE: u64 = 9;
pub(crate) const CLOSURE: u64 = 10;
pub(crate) const NATIVE: u64 = 11;
pub(crate) const USERDATA: u64 = 12;
pub(crate) const THREAD: u64 = 13;
/// A captured local that is assigned more than once; never visible to a program.
pub(crate) const CELL: u64 = 14;

/// In the face of a shared cell: leads to its body; never visible to a program.
pub(crate) const FORWARD: u64 = 15;
/// A type: the object is laid out like a userdata. Apart from one bit it is the tag of a string, since both are keys by what they
/// are, not by where: see [`is_keyed`].
pub(crate) const TYPE: u64 = STR | 16;

/// Whether a tag word is that of a key that carries its hash.
#[inline(always)]
pub(crate) fn is_keyed(tag: u64) -> bool {
    tag as u8 as u64 & !16 == STR
}

/// A Lua value. The upper half of the tag word is zero except in keys of tables and in string constants,
/// where it carries 32 bits of the string's hash.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Value {
    pub(crate) tag: u64,
    pub(crate) data: u64,
}

impl Value {
    pub(crate) const NIL: Value = Value { tag: NIL, data: 0 };
    pub(crate) const TRUE: Value = Value { tag: TRUE, data: 0 };
    pub(crate) const FALSE: Value = Value { tag: FALSE, data: 0 };

    #[inline(always)]
    pub(crate) const fn int(i: i64) -> Value {
        Value { tag: INT, data: i as u64 }
    }
    #[inline(always)]
    pub(crate) const fn float(f: f64) -> Value {
        Value { tag: FLOAT, data: f.to_bits() }
    }
    #[inline(always)]
    pub(crate) const fn bool(b: bool) -> Value {
        Value { tag: FALSE + b as u64, data: 0 }
    }
    #[inline(always)]
    pub(crate) fn str(s: *const Str) -> Value {
        Value { tag: STR, data: s as u64 }
    }
    #[inline(always)]
    pub(crate) fn table(t: *mut Table) -> Value {
        Value { tag: TABLE, data: t as u64 }
    }
    #[inline(always)]
    pub(crate) fn closure(c: *mut Closure) -> Value {
        Value { tag: CLOSURE, data: c as u64 }
    }
    #[inline(always)]
    pub(crate) fn native(n: *const Native) -> Value {
        Value { tag: NATIVE, data: n as u64 }
    }
    #[inline(always)]
    pub(crate) fn userdata(u: *mut Userdata) -> Value {
        Value { tag: USERDATA, data: u as u64 }
    }
    #[inline(always)]
    pub(crate) fn thread(t: *mut Thread) -> Value {
        Value { tag: THREAD, data: t as u64 }
    }
    #[inline(always)]
    pub(crate) fn cell(c: *mut Cell) -> Value {
        Value { tag: CELL, data: c as u64 }
    }

    /// Reads a value that was probably just written word by word: as two words, since a wide load would wait until both
    /// stores have left the store buffer (measured: 12 cycles).
    #[inline(always)]
    pub(crate) unsafe fn load(p: *const Value) -> Value {
        // SAFETY: the caller passes an initialised value.
        unsafe {
            Value {
                tag: std::ptr::read_volatile(&raw const (*p).tag),
                data: std::ptr::read_volatile(&raw const (*p).data),
            }
        }
    }

    #[inline(always)]
    pub(crate) fn is_nil(self) -> bool {
        self.tag == NIL
    }
    #[inline(always)]
    pub(crate) fn truthy(self) -> bool {
        self.tag > FALSE
    }
    #[inline(always)]
    pub(crate) fn is_int(self) -> bool {
        self.tag == INT
    }
    #[inline(always)]
    pub(crate) fn is_float(self) -> bool {
        self.tag == FLOAT
    }
    #[inline(always)]
    pub(crate) fn is_number(self) -> bool {
        self.tag == INT || self.tag == FLOAT
    }
    #[inline(always)]
    pub(crate) fn is_str(self) -> bool {
        self.tag == STR
    }
    #[inline(always)]
    pub(crate) fn is_table(self) -> bool {
        self.tag == TABLE
    }
    #[inline(always)]
    pub(crate) fn is_object(self) -> bool {
        self.tag & 0xff >= FIRST_OBJECT
    }
    #[inline(always)]
    pub(crate) fn as_int(self) -> i64 {
        self.data as i64
    }
    #[inline(always)]
    pub(crate) fn as_float(self) -> f64 {
        f64::from_bits(self.data)
    }
    #[inline(always)]
    pub(crate) fn as_str(self) -> *const Str {
        self.data as *const Str
    }
    #[inline(always)]
    pub(crate) fn as_table(self) -> *mut Table {
        self.data as *mut Table
    }
    #[inline(always)]
    pub(crate) fn as_closure(self) -> *mut Closure {
        self.data as *mut Closure
    }
    #[inline(always)]
    pub(crate) fn as_native(self) -> *const Native {
        self.data as *const Native
    }
    #[inline(always)]
    pub(crate) fn as_userdata(self) -> *mut Userdata {
        self.data as *mut Userdata
    }
    #[inline(always)]
    pub(crate) fn as_thread(self) -> *mut Thread {
        self.data as *mut Thread
    }
    #[inline(always)]
    pub(crate) fn as_cell(self) -> *mut Cell {
        self.data as *mut Cell
    }
    #[inline(always)]
    pub(crate) fn as_header(self) -> *mut Header {
        self.data as *mut Header
    }

    /// The name that `type` gives.
    pub(crate) fn type_name(self) -> &'static str {
        match self.tag & 0xff {
            NIL => "nil",
            FALSE | TRUE => "boolean",
            INT | FLOAT => "number",
            STR => "string",
            TABLE => "table",
            CLOSURE | NATIVE => "function",
            USERDATA => "userdata",
            TYPE => "type",
            _ => "thread",
        }
    }

    /// Whether both are symbols, which are equal if they are at one address.
    ///
    /// # Safety
    /// They are live.
    #[inline(always)]
    pub(crate) unsafe fn are_symbols(self, other: Value) -> bool {
        // SAFETY: the caller's promise.
        self.tag == STR
            && other.tag == STR
            && unsafe { Str::is_symbol(self.as_str()) && Str::is_symbol(other.as_str()) }
    }
    /// Equality without metamethods.
    #[inline]
    pub(crate) fn raw_eq(self, other: Value) -> bool {
        if self.tag == other.tag {
            if self.data == other.data {
                return self.tag != FLOAT || !self.as_float().is_nan();
            }
            return match self.tag {
                FLOAT => self.as_float() == other.as_float(),
                // SAFETY: the tag says that both payloads are live strings.
                STR => unsafe { Str::eq(self.as_str(), other.as_str()) },
                // SAFETY: as above.
                TYPE => unsafe { crate::types::eq(self, other) },
                NIL | FALSE | TRUE => true,
                _ => false,
            };
        }
        match (self.tag, other.tag) {
            (INT, FLOAT) => int_eq_float(self.as_int(), other.as_float()),
            (FLOAT, INT) => int_eq_float(other.as_int(), self.as_float()),
            _ => false,
        }
    }
}

fn int_eq_float(i: i64, f: f64) -> bool {
    float_to_int(f) == Some(i)
}

/// The integer that equals `f`, if there is one.
#[inline]
pub(crate) fn float_to_int(f: f64) -> Option<i64> {
    let i = f as i64;
    // 2^63 saturates to i64::MAX, whose float image is 2^63 again, hence the bound.
    if i as f64 == f && f < 9_223_372_036_854_775_808.0 { Some(i) } else { None }
}

impl Value {
    #[inline(always)]
    pub(crate) fn data_as<T>(self) -> *mut T {
        self.data as *mut T
    }
}
