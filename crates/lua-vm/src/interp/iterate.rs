//! `pairs` and `ipairs` without calls, and other loops over iterators.

#![allow(unsafe_code, reason = "works on raw registers")]

use crate::object::{Str, Table};
use crate::table::Walk;
use crate::value::{self, Value};

/// How a generic `for` goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The variables are set.
    Body,
    Done,
    /// Only removed entries were passed: the same again.
    Again,
    /// The iterator has to be called.
    Call,
}

/// One step over R[0] iterator, R[1] state, R[2] control, R[3] cursor, R[4…] variables.
///
/// # Safety
/// `at` points to these registers of the frame that executes.
#[inline(always)]
pub(super) unsafe fn step(at: *mut Value, vars: usize) -> Step {
    // SAFETY: the caller's promise; values in registers point to live objects.
    unsafe {
        if (*at).tag != value::NATIVE || (*at.add(1)).tag != value::TABLE {
            return Step::Call;
        }
        let t = (*at.add(1)).as_table();
        match (*(*at).as_native()).hdr.small {
            crate::base_lib::NEXT => {
                let mut cursor = (*at.add(3)).as_int() as usize;
                if cursor == 0 && !(*at.add(2)).is_nil() {
                    // Started in the middle by hand.
                    let key = *at.add(2);
                    if key.is_str() && !Str::is_quick(key.as_str()) {
                        return Step::Call;
                    }
                    match Table::cursor_of(t, *at.add(2)) {
                        Ok(c) => cursor = c,
                        Err(()) => return Step::Call,
                    }
                }
                match Table::walk(t, cursor) {
                    Walk::Entry(cursor, key, v) => {
                        *at.add(3) = Value::int(cursor as i64);
                        set(at, vars, key, v);
                        Step::Body
                    }
                    Walk::Later(cursor) => {
                        *at.add(3) = Value::int(cursor as i64);
                        Step::Again
                    }
                    Walk::End => Step::Done,
                }
            }
            crate::base_lib::IPAIRS if (*at.add(2)).is_int() => {
                let i = (*at.add(2)).as_int().wrapping_add(1);
                let v = Table::get_int(t, i);
                if !v.is_nil() {
                    set(at, vars, Value::int(i), v);
                    Step::Body
                } else if (*t).meta.is_null() {
                    Step::Done
                } else {
                    Step::Call
                }
            }
            _ => Step::Call,
        }
    }
}

#[inline(always)]
unsafe fn set(at: *mut Value, vars: usize, key: Value, v: Value) {
    // SAFETY: see `step`.
    unsafe {
        *at.add(2) = key;
        *at.add(4) = key;
        if vars > 1 {
            *at.add(5) = v;
            for i in 2..vars {
                *at.add(4 + i) = Value::NIL;
            }
        }
    }
}
