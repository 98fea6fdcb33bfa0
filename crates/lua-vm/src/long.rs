//! Long texts as keys and operands: hashed and compared in steps that the slice allows.
//!
//! The hash of a string is computed when it is used as a key. For a string that is not long the interpreter does that itself, and charges
//! it. A long one goes through the natives here, [`get`] and [`set`], which first bring the key into a form in which the
//! table answers at once: they hash it, and if the table has a key of the same hash, they compare both, and look up
//! with that key itself. Comparisons of long strings are natives, too.

#![allow(unsafe_code, reason = "reads and writes the hashes of strings")]

use std::cmp::Ordering;

use crate::native::{Cx, NativeFn, NativeResult, Table, Val, View};
use crate::object::{self, Str};
use crate::symbol::{Hashing, LONG};
use crate::table::string_key;
use crate::value::Value;

/// Bytes that are compared or hashed between two looks at the fuel.
const BLOCK: usize = 1 << 16;
/// Bytes that a unit of fuel hashes, and compares.
pub(crate) const HASHED: usize = 8;
pub(crate) const COMPARED: usize = 16;

// ---- comparisons --------------------------------------------------------------------------------------------------

/// `a == b` for two strings.
pub(crate) fn equal(cx: &mut Cx<'_>) -> NativeResult {
    if cx.slot(0).as_bytes().map(<[u8]>::len) != cx.slot(1).as_bytes().map(<[u8]>::len) {
        return cx.ret(false);
    }
    compare(cx, equal, |order| order == Ordering::Equal)
}

/// `a < b` for two strings.
pub(crate) fn less(cx: &mut Cx<'_>) -> NativeResult {
    compare(cx, less, |order| order == Ordering::Less)
}

/// `a <= b` for two strings.
pub(crate) fn less_or_equal(cx: &mut Cx<'_>) -> NativeResult {
    compare(cx, less_or_equal, |order| order != Ordering::Greater)
}

/// Slots: both strings, then how far they are equal. `then` is who calls.
fn compare(cx: &mut Cx<'_>, then: NativeFn, says: fn(Ordering) -> bool) -> NativeResult {
    let (a, b) = (cx.slot(0).as_bytes().unwrap_or_default(), cx.slot(1).as_bytes().unwrap_or_default());
    let mut at = cx.slot(2).as_int().unwrap_or_default() as usize;
    let common = a.len().min(b.len());
    while at < common {
        let end = common.min(at + BLOCK);
        let order = a[at..end].cmp(&b[at..end]);
        if order != Ordering::Equal {
            return cx.ret(says(order));
        }
        at = end;
        crate::meter::count(BLOCK / COMPARED);
        if cx.charge(BLOCK / COMPARED) {
            cx.set_len(2);
            cx.push(at as i64);
            return cx.again(then);
        }
    }
    cx.ret(says(a.len().cmp(&b.len())))
}

/// Units of looking up a string that is not long: hashing it, if that was not done, and comparing it once.
///
/// # Safety
/// The string is live.
pub(crate) unsafe fn price(s: *const Str) -> i64 {
    // SAFETY: the caller's promise.
    unsafe {
        let len = Str::len(s);
        (if (*s).hash == 0 { len / HASHED } else { 0 } + len / COMPARED) as i64
    }
}

// ---- keys ---------------------------------------------------------------------------------------------------------

/// Slots that [`Cx::settle_key`] needs.
pub(crate) const STATE: usize = 2;
/// Longest chain of metatables; longer ones are taken for a loop.
const MAX_CHAIN: i64 = 2000;

impl<'cx> Cx<'cx> {
    /// Whether a table answers for `key` at once; a string that is not long is hashed now, and charged. If not,
    /// [`Cx::settle_key`] has to come before.
    #[inline]
    pub(crate) fn is_ready_key(&mut self, key: Val<'cx>) -> bool {
        // SAFETY: the string is a live value.
        !key.raw.is_str() || unsafe { Str::is_quick(key.raw.as_str()) } || self.make_ready(key.raw.as_str())
    }

    #[cold]
    fn make_ready(&mut self, s: *const Str) -> bool {
        // SAFETY: as above.
        unsafe {
            if Str::len(s) <= LONG {
                self.charge(price(s) as usize);
                Str::hash(s);
            }
            Str::len(s) <= LONG
        }
    }

    /// Brings the key in slot `key` into a form for which the table answers at once. False: the slice is used up, call again
    /// with the same slots. Slots `state..state + STATE` are nil at the first call.
    pub fn settle_key(&mut self, table: Table<'cx>, key: usize, state: usize) -> bool {
        let v = self.slot(key);
        if self.is_ready_key(v) {
            return true;
        }
        let s = v.raw.as_str();
        let bytes = v.as_bytes().unwrap_or_default();
        // SAFETY: strings in slots are live; nobody else writes the hash, which is 0 until it is complete.
        unsafe {
            if (*s).hash == 0 && !self.hash(s, bytes, state) {
                return false;
            }
            let twin = object::Table::twin(table.raw, string_key(s));
            if twin.is_null() || twin == s {
                return true;
            }
            // While this gave way the table may have changed.
            if self.slot(state).raw.tag != crate::value::STR || self.slot(state).raw.as_str() != twin {
                self.set_slot(state, Val::new(Value::str(twin)));
                self.set_slot(state + 1, Val::int(0));
            }
            let other = Str::bytes(twin);
            let mut at = self.slot(state + 1).as_int().unwrap_or_default() as usize;
            while at < bytes.len() && at < other.len() {
                let end = bytes.len().min(other.len()).min(at + BLOCK);
                if bytes[at..end] != other[at..end] {
                    return true;
                }
                at = end;
                crate::meter::count(BLOCK / COMPARED);
                if self.charge(BLOCK / COMPARED) {
                    self.set_slot(state + 1, Val::int(at as i64));
                    return false;
                }
            }
            if bytes.len() == other.len() {
                self.set_slot(key, Val::new(Value::str(twin)));
            }
        }
        true
    }

    /// Hashes some of a long string; true when its hash is there. Slots: the hash so far, the offset.
    unsafe fn hash(&mut self, s: *const Str, bytes: &[u8], state: usize) -> bool {
        let mut hashing = match self.slot(state).as_int() {
            Some(so_far) => Hashing::resume(so_far),
            None => Hashing::new(bytes.len()),
        };
        let mut at = self.slot(state + 1).as_int().unwrap_or_default() as usize;
        while at < bytes.len() {
            let end = bytes.len().min(at + BLOCK);
            hashing.add(&bytes[at..end]);
            at = end;
            crate::meter::count(BLOCK / HASHED);
            if self.charge(BLOCK / HASHED) && at < bytes.len() {
                self.set_slot(state, Val::int(hashing.state()));
                self.set_slot(state + 1, Val::int(at as i64));
                return false;
            }
        }
        // SAFETY: the caller passes a live string of this process.
        unsafe { (*s.cast_mut()).hash = hashing.finish(bytes.len()) }
        self.set_slot(state, Val::NIL);
        true
    }

    /// [`Cx::settle_key`] for the object in slot 0, if it is a table, and the key in slot 1. The arguments are `args` slots; the state
    /// lies behind them.
    pub(crate) fn settle_argument(&mut self, args: usize) -> bool {
        if self.len() < args + STATE {
            self.set_len(args);
            self.set_len(args + STATE);
        }
        let table = self.slot(0).as_table();
        table.is_none_or(|table| self.settle_key(table, 1, args))
    }

    /// The object in slot 0 is followed by the one that answers for it. Slots: `args` arguments, the state of the key, how often
    /// that was done.
    fn follow(&mut self, args: usize, handler: Val<'cx>, event: &str, then: NativeFn) -> NativeResult {
        let links = self.slot(args + STATE).as_int().unwrap_or_default() + 1;
        if links > MAX_CHAIN {
            return Err(self.error(format_args!("'{event}' chain too long; possibly a loop")));
        }
        self.set_slot(0, handler);
        self.set_len(args);
        self.set_len(args + STATE);
        self.push(links);
        if self.charge(16) { self.again(then) } else { then(self) }
    }
}

/// `object[key]`, with metatables. Slots: object, key, the state of the key.
pub(crate) fn get(cx: &mut Cx<'_>) -> NativeResult {
    if !cx.settle_argument(2) {
        return cx.again(get);
    }
    let (object, key) = (cx.slot(0), cx.slot(1));
    if let View::Table(table) = object.view() {
        let v = table.get(key);
        if !v.is_nil() {
            return cx.ret(v);
        }
    }
    let handler = cx.metamethod(object, "__index");
    if handler.is_function() {
        cx.push(handler);
        cx.push(object);
        cx.push(key);
        return cx.tail_call(2);
    }
    match (handler.is_nil(), object.as_table()) {
        (true, Some(_)) => cx.ret(Val::NIL),
        (true, None) => not_indexed(cx, object),
        _ => cx.follow(2, handler, "__index", get),
    }
}

/// `object[key] = value`, with metatables. Slots: object, key, value, the state of the key.
pub(crate) fn set(cx: &mut Cx<'_>) -> NativeResult {
    if !cx.settle_argument(3) {
        return cx.again(set);
    }
    let (object, key, value) = (cx.slot(0), cx.slot(1), cx.slot(2));
    let table = object.as_table();
    let absent = table.is_none_or(|table| table.get(key).is_nil());
    let handler = if absent { cx.metamethod(object, "__newindex") } else { Val::NIL };
    if handler.is_function() {
        cx.push(handler);
        cx.push(object);
        cx.push(key);
        cx.push(value);
        return cx.tail_call(3);
    }
    match (handler.is_nil(), table) {
        (true, Some(table)) => {
            cx.set(table, key, value)?;
            cx.ret0()
        }
        (true, None) => not_indexed(cx, object),
        _ => cx.follow(3, handler, "__newindex", set),
    }
}

fn not_indexed<'cx>(cx: &mut Cx<'cx>, object: Val<'cx>) -> NativeResult {
    let name = cx.type_name_of(object);
    Err(cx.error(format_args!("attempt to index a {name} value")))
}
