//! Keys as the hash part stores them: their form, hash and equality.

#![allow(unsafe_code, reason = "reads strings and types")]

use crate::object::Str;
use crate::symbol;
use crate::value::{self, Value, float_to_int};

/// Brings a key into the form that the hash part stores: whole floats become integers, strings carry their hash.
#[inline]
pub(super) unsafe fn normal(key: Value) -> Value {
    // SAFETY: the tag says that the payload is a live string.
    unsafe {
        match key.tag {
            value::STR => string_key(key.as_str()),
            value::FLOAT => float_to_int(key.as_float()).map_or(key, Value::int),
            value::TYPE => type_key(key),
            _ => key,
        }
    }
}

/// The stored form of a type as a key.
#[cold]
pub(super) unsafe fn type_key(key: Value) -> Value {
    // SAFETY: the caller passes a live type.
    Value { tag: value::TYPE | (u64::from(unsafe { crate::types::key_hash(key) }) << 32), data: key.data }
}

/// The stored form of a string key.
#[inline(always)]
pub(crate) unsafe fn string_key(s: *const Str) -> Value {
    // SAFETY: the caller passes a live string.
    Value { tag: value::STR | (u64::from(unsafe { Str::hash(s) }) << 32), data: s as u64 }
}

/// The value of a stored key.
#[inline(always)]
pub(crate) fn plain(key: Value) -> Value {
    Value { tag: key.tag & 0xffff_ffff, data: key.data }
}

/// The slot of an index where the search for a hash begins. The lowest bit says nothing (`symbol::QUICK`).
#[inline(always)]
pub(super) fn home(hash: u32, mask: u32) -> u32 {
    (hash >> 1) & mask
}

#[inline]
pub(super) fn hash_of(key: Value) -> u32 {
    if value::is_keyed(key.tag) { (key.tag >> 32) as u32 } else { symbol::hash_word(key.tag, key.data) }
}

/// Equality of stored keys.
#[inline(always)]
pub(super) unsafe fn key_eq(a: Value, b: Value) -> bool {
    if a.tag != b.tag {
        return false;
    }
    // SAFETY: equal tags of these kinds mean two live strings, or types, of equal hash.
    a.data == b.data || (value::is_keyed(a.tag) && unsafe { keyed_eq(a, b) })
}

/// Equality of two strings or two types.
#[inline]
unsafe fn keyed_eq(a: Value, b: Value) -> bool {
    // SAFETY: the caller passes live ones of one kind.
    unsafe {
        if a.tag as u8 as u64 == value::STR {
            Str::eq(a.as_str(), b.as_str())
        } else {
            crate::types::eq(a, b)
        }
    }
}
