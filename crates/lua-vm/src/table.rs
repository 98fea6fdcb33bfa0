//! Tables: an array part and a hash part of dense entries in insertion order.
//!
//! Invariants: an integer key `1..=arr_len` lives in the array part and nowhere else. Unless the table is `UNSETTLED`, the last
//! array slot is not nil and the key `arr_len + 1` is not in the hash part; so the border is `arr_len`. No write does more than
//! a little of what would restore that: a store of nil gives up some slots, a new key fetches some keys; reading never moves
//! an entry, nor does a store to a key that is there, since somebody may be walking the table. A removed entry keeps its key with a nil value, so that
//! `next` can go on from it; such entries disappear when the hash part is rebuilt, which only an insertion does.
//!
//! `get`, `get_int`, `get_bytes`, `border`, `entry_at`, `cursor_of`, `next`, `set` take any table by its identity; all others
//! work on the table where the content is (see `overlay`).

#![allow(unsafe_code, reason = "raw arrays inside tables")]

mod keys;
mod large;
mod rekey;

use keys::{hash_of, home, key_eq, normal, type_key};
pub(crate) use keys::{plain, string_key};
pub(crate) use large::Large;

use std::ptr;
use thin_vec::ThinVec;

use crate::block;
use crate::heap::{Heap, free_array, free_part, regrow};
use crate::object::{Node, Str, TEXT_KEYED, Table, UNSETTLED};
use crate::overlay::{body, own_to_store};
use crate::rest::Rest;
use crate::symbol;
use crate::value::{self, Value, float_to_int};

/// Nodes up to this number are searched without an index.
const SMALL: u32 = 8;

/// Cursors from here on count nodes, below they count array slots.
pub(crate) const NODE_CURSOR: usize = 1 << 40;

/// Array slots that a store of nil gives up at most.
const TRIMMED: usize = 256;
/// Keys that a new key fetches into the array part at most; some 100 us. Fewer would leave a table that was filled from its second
/// key on in the hash part, where it stays if no other key comes.
const FETCHED: usize = 4096;
/// Slots without an entry that a step of a walk passes at most.
pub(crate) const PASSED: usize = 512;

/// What a step of a walk comes to.
pub(crate) enum Walk {
    /// The cursor of the next step, a key and its value.
    Entry(usize, Value, Value),
    /// Nothing on the way to this cursor.
    Later(usize),
    End,
}

/// Why a write failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyError {
    Nil,
    NaN,
    Frozen,
    TooLarge,
}

impl KeyError {
    pub(crate) fn message(self) -> &'static str {
        match self {
            KeyError::Nil => "table index is nil",
            KeyError::NaN => "table index is NaN",
            KeyError::Frozen => "attempt to modify an immutable table",
            KeyError::TooLarge => "table is too large",
        }
    }
}

impl Table {
    pub(crate) unsafe fn init(t: *mut Table) {
        // SAFETY: the caller passes fresh memory with a header.
        unsafe {
            (*t).meta = ptr::null_mut();
            (*t).arr = ptr::null_mut();
            (*t).arr_len = 0;
            (*t).arr_cap = 0;
            (*t).nodes = ptr::null_mut();
            (*t).node_len = 0;
            (*t).node_cap = 0;
            (*t).index = ptr::null_mut();
            (*t).index_mask = 0;
            (*t).number = 0;
        }
    }

    /// Frees the parts and returns their size, without the large ones, which become `rests`.
    pub(crate) unsafe fn free_parts(t: *mut Table, rests: &mut ThinVec<Rest>) -> usize {
        // SAFETY: the parts were allocated with these sizes.
        unsafe {
            free_part((*t).arr, (*t).arr_cap as usize, rests)
                + free_part((*t).nodes, (*t).node_cap as usize, rests)
                + if (*t).index_mask == large::MARK {
                    large::free(t, rests)
                } else {
                    free_part((*t).index, Table::index_size(t), rests)
                }
        }
    }

    /// Bytes of the parts.
    pub(crate) unsafe fn parts_size(t: *const Table) -> usize {
        // SAFETY: the caller passes a live table.
        unsafe {
            let index =
                if (*t).index_mask == large::MARK { large::bytes(t) } else { Table::index_size(t) * 4 };
            (*t).arr_cap as usize * 16 + (*t).node_cap as usize * 32 + index
        }
    }

    /// Gives an empty table another's parts and metatable, and leaves that one empty.
    pub(crate) unsafe fn move_parts(t: *mut Table, from: *mut Table) {
        // SAFETY: the caller passes live tables; the fields behind the header are plain data.
        unsafe {
            let number = (*from).number;
            let fields = size_of::<Table>() - size_of::<crate::object::Header>();
            let at = |p: *mut Table| p.cast::<u8>().add(size_of::<crate::object::Header>());
            ptr::copy_nonoverlapping(at(from), at(t), fields);
            Table::init(from);
            (*from).number = number;
        }
    }

    /// Gives an empty table a copy of another's parts, with the same room, at once: whoever copies bounds the size.
    pub(crate) unsafe fn copy_parts(t: *mut Table, from: *const Table) {
        // SAFETY: the caller passes a fresh and a live table; whatever is initialised is copied.
        unsafe {
            (*t).meta = (*from).meta;
            if (*from).arr_cap > 0 {
                (*t).arr = regrow(ptr::null_mut(), 0, (*from).arr_cap as usize);
                ptr::copy_nonoverlapping((*from).arr, (*t).arr, (*from).arr_len as usize);
            }
            if (*from).node_cap > 0 {
                (*t).nodes = regrow(ptr::null_mut(), 0, (*from).node_cap as usize);
                ptr::copy_nonoverlapping((*from).nodes, (*t).nodes, (*from).node_len as usize);
            }
            if (*from).index_mask == large::MARK {
                (*t).index = large::copy(from);
            } else {
                let index = Table::index_size(from);
                if index > 0 {
                    (*t).index = regrow(ptr::null_mut(), 0, index);
                    ptr::copy_nonoverlapping((*from).index, (*t).index, index);
                }
            }
            (*t).arr_len = (*from).arr_len;
            (*t).arr_cap = (*from).arr_cap;
            (*t).node_len = (*from).node_len;
            (*t).node_cap = (*from).node_cap;
            (*t).index_mask = (*from).index_mask;
        }
    }

    pub(crate) unsafe fn index_size(t: *const Table) -> usize {
        // SAFETY: the caller passes a live table.
        unsafe { if (*t).index.is_null() { 0 } else { (*t).index_mask as usize + 1 } }
    }

    pub(crate) unsafe fn reserve_array(heap: &mut Heap, t: *mut Table, n: usize) {
        // SAFETY: the caller passes a live table.
        unsafe {
            let old = (*t).arr_cap as usize;
            if n > old {
                // A copy, or a walk over page tables.
                heap.owe(if n < block::LARGE / 16 { (*t).arr_len as usize / 2 } else { n >> 10 });
                (*t).arr = regrow((*t).arr, old, n);
                (*t).arr_cap = n as u32;
                heap.add_bytes((n - old) * 16);
            }
        }
    }

    pub(crate) unsafe fn reserve_nodes(heap: &mut Heap, t: *mut Table, n: usize) {
        // SAFETY: the caller passes a live table.
        unsafe {
            if (*t).node_cap == 0 && n <= SMALL as usize {
                heap.owe(n / 2);
                (*t).nodes = regrow(ptr::null_mut(), 0, n);
                (*t).node_cap = n as u32;
                heap.add_bytes(n * size_of::<Node>());
            } else if n > (*t).node_cap as usize {
                Table::rebuild(heap, t, n);
            }
        }
    }

    // ---- reading -----------------------------------------------------------------------------------------------

    #[inline]
    pub(crate) unsafe fn get(t: *const Table, key: Value) -> Value {
        // SAFETY: the caller passes a live table and a live key; so everywhere below.
        unsafe {
            let t = body(t);
            match key.tag {
                value::STR => Table::get_key(t, string_key(key.as_str())),
                value::INT => Table::get_index(t, key.as_int()),
                value::NIL => Value::NIL,
                value::FLOAT => match float_to_int(key.as_float()) {
                    Some(i) => Table::get_index(t, i),
                    None => Table::get_key(t, key),
                },
                value::TYPE => Table::get_key(t, type_key(key)),
                _ => Table::get_key(t, key),
            }
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn get_int(t: *const Table, i: i64) -> Value {
        // SAFETY: see `get`.
        unsafe { Table::get_index(body(t), i) }
    }

    /// As `get_int`, where the content is.
    #[inline(always)]
    pub(crate) unsafe fn get_index(t: *const Table, i: i64) -> Value {
        // SAFETY: see `get`; the index is below the array's length.
        unsafe {
            let at = (i as u64).wrapping_sub(1);
            if at < u64::from((*t).arr_len) {
                *(*t).arr.add(at as usize)
            } else if (*t).node_len == 0 {
                Value::NIL
            } else {
                Table::get_key(t, Value::int(i))
            }
        }
    }

    /// Reads a string key without making a string.
    pub(crate) unsafe fn get_bytes(t: *const Table, key: &[u8]) -> Value {
        let tag = value::STR | (u64::from(symbol::hash_bytes(key)) << 32);
        // SAFETY: see `get`; entries with a string tag hold live strings.
        unsafe {
            let t = body(t);
            if (*t).index_mask == large::MARK {
                let node = large::find_bytes(t, tag, key);
                return if node.is_null() { Value::NIL } else { (*node).val };
            }
            for at in Table::candidates(t, tag) {
                let node = (*t).nodes.add(at);
                if (*node).key.tag == tag && Str::bytes((*node).key.as_str()) == key {
                    return (*node).val;
                }
            }
        }
        Value::NIL
    }

    /// Node numbers whose keys may have this tag word of a string.
    unsafe fn candidates(t: *const Table, tag: u64) -> impl Iterator<Item = usize> {
        // SAFETY: see `get`.
        let (len, index, mask) = unsafe { ((*t).node_len as usize, (*t).index, (*t).index_mask) };
        let mut slot = home((tag >> 32) as u32, mask);
        let mut linear = 0;
        std::iter::from_fn(move || {
            if index.is_null() {
                linear += 1;
                return (linear <= len).then(|| linear - 1);
            }
            // SAFETY: slots are masked; the index always has an empty slot.
            let n = unsafe { *index.add(slot as usize) };
            slot = (slot + 1) & mask;
            (n != 0).then(|| n as usize - 1)
        })
    }

    /// Reads a key in stored form.
    #[inline]
    pub(crate) unsafe fn get_key(t: *const Table, key: Value) -> Value {
        // SAFETY: see `get`.
        unsafe {
            let node = Table::find(t, key);
            if node.is_null() { Value::NIL } else { (*node).val }
        }
    }

    /// The node of a key in stored form, or null.
    #[inline]
    pub(crate) unsafe fn find(t: *const Table, key: Value) -> *mut Node {
        // SAFETY: see `get`; node numbers in the index are below `node_len`.
        unsafe {
            let nodes = (*t).nodes;
            if (*t).index.is_null() {
                for i in 0..(*t).node_len as usize {
                    let node = nodes.add(i);
                    if key_eq((*node).key, key) {
                        return node;
                    }
                }
                return ptr::null_mut();
            }
            let mask = (*t).index_mask;
            if mask == large::MARK {
                return large::find(t, key);
            }
            let mut slot = home(hash_of(key), mask);
            loop {
                let n = *(*t).index.add(slot as usize);
                if n == 0 {
                    return ptr::null_mut();
                }
                let node = nodes.add(n as usize - 1);
                if key_eq((*node).key, key) {
                    return node;
                }
                slot = (slot + 1) & mask;
            }
        }
    }

    /// A key of the table, whose text may be that of the key in stored form, a long string; null if there is none.
    pub(crate) unsafe fn twin(t: *const Table, key: Value) -> *const Str {
        // SAFETY: see `get`.
        unsafe {
            let t = body(t);
            if (*t).index_mask == large::MARK {
                return large::twin(t, key);
            }
            for at in Table::candidates(t, key.tag) {
                let node = (*t).nodes.add(at);
                if (*node).key.tag == key.tag {
                    return (*node).key.as_str();
                }
            }
            ptr::null()
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn border(t: *const Table) -> i64 {
        // SAFETY: see `get`; the invariants make this a border.
        unsafe {
            let t = body(t);
            if (*t).hdr.mark & UNSETTLED == 0 { i64::from((*t).arr_len) } else { Table::search_border(t) }
        }
    }

    /// A border of an unsettled table.
    #[cold]
    #[inline(never)]
    unsafe fn search_border(t: *const Table) -> i64 {
        // SAFETY: see `get`; slots below the array's length.
        unsafe {
            let len = i64::from((*t).arr_len);
            let absent = |i: i64| Table::get_index(t, i).is_nil();
            // Between a key that is there, or 0, and one that is not.
            let (mut low, mut high) = (0, len);
            if len == 0 || !absent(len) {
                (low, high) = (len, len.saturating_add(1));
                while !absent(high) && high < i64::MAX {
                    low = high;
                    high = high.saturating_mul(2);
                }
            }
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if absent(middle) { high = middle } else { low = middle }
            }
            low
        }
    }

    // ---- iteration ---------------------------------------------------------------------------------------------

    /// The entry at or behind `cursor`, if it is near.
    #[inline]
    pub(crate) unsafe fn walk(t: *const Table, mut cursor: usize) -> Walk {
        // SAFETY: see `get`.
        unsafe {
            let t = body(t);
            let arr_len = (*t).arr_len as usize;
            if cursor < arr_len {
                let end = arr_len.min(cursor + PASSED);
                while cursor < end {
                    let v = *(*t).arr.add(cursor);
                    cursor += 1;
                    if !v.is_nil() {
                        return Walk::Entry(cursor, Value::int(cursor as i64), v);
                    }
                }
                if cursor < arr_len {
                    return Walk::Later(cursor);
                }
            }
            let mut at = cursor.saturating_sub(NODE_CURSOR);
            let len = (*t).node_len as usize;
            let end = len.min(at + PASSED);
            while at < end {
                let node = (*t).nodes.add(at);
                at += 1;
                if !(*node).val.is_nil() {
                    return Walk::Entry(NODE_CURSOR + at, plain((*node).key), (*node).val);
                }
            }
            if at < len { Walk::Later(NODE_CURSOR + at) } else { Walk::End }
        }
    }

    /// The entry at or behind `cursor`, however far: its successor cursor, key and value. For tables that are known to be
    /// small, and where nobody can wait.
    pub(crate) unsafe fn entry_at(t: *const Table, mut cursor: usize) -> Option<(usize, Value, Value)> {
        loop {
            // SAFETY: see `get`.
            match unsafe { Table::walk(t, cursor) } {
                Walk::Entry(next, k, v) => return Some((next, k, v)),
                Walk::Later(next) => cursor = next,
                Walk::End => return None,
            }
        }
    }

    /// Cursor behind `key`.
    pub(crate) unsafe fn cursor_of(t: *const Table, key: Value) -> Result<usize, ()> {
        // SAFETY: see `get`.
        unsafe {
            if key.is_nil() {
                return Ok(0);
            }
            let t = body(t);
            let key = normal(key);
            let arr_len = (*t).arr_len as usize;
            if key.is_int() {
                let at = (key.as_int() as u64).wrapping_sub(1);
                if at < arr_len as u64 {
                    return Ok(at as usize + 1);
                }
            }
            let node = Table::find(t, key);
            if !node.is_null() {
                return Ok(NODE_CURSOR + node.offset_from((*t).nodes) as usize + 1);
            }
            // A slot that was trimmed away while the array was walked: go on with what is left.
            if key.is_int() && (key.as_int() as u64).wrapping_sub(1) < u64::from((*t).arr_cap) {
                return Ok(NODE_CURSOR);
            }
            Err(())
        }
    }

    // ---- writing -----------------------------------------------------------------------------------------------

    pub(crate) unsafe fn set(heap: &mut Heap, t: *mut Table, key: Value, val: Value) -> Result<(), KeyError> {
        // SAFETY: see `get`.
        unsafe {
            let t = own_to_store(heap, t, key, val)?;
            let key = match key.tag {
                value::INT => return Table::set_int(heap, t, key.as_int(), val),
                value::STR => string_key(key.as_str()),
                value::NIL => return Err(KeyError::Nil),
                value::FLOAT => match float_to_int(key.as_float()) {
                    Some(i) => return Table::set_int(heap, t, i, val),
                    None if key.as_float().is_nan() => return Err(KeyError::NaN),
                    None => key,
                },
                value::TYPE => type_key(key),
                _ => key,
            };
            Table::set_key(heap, t, key, val)
        }
    }

    /// Writes an integer key of a table that is neither black nor frozen.
    #[inline]
    pub(crate) unsafe fn set_int(heap: &mut Heap, t: *mut Table, i: i64, val: Value) -> Result<(), KeyError> {
        // SAFETY: see `get`.
        unsafe {
            let at = (i as u64).wrapping_sub(1);
            let len = u64::from((*t).arr_len);
            if at < len {
                *(*t).arr.add(at as usize) = val;
                if val.is_nil() && at + 1 == len {
                    Table::trim(t);
                }
                Ok(())
            } else if at == len && !val.is_nil() {
                Table::append(heap, t, val)
            } else {
                Table::set_key(heap, t, Value::int(i), val)
            }
        }
    }

    /// Stores `val`, not nil, behind the last array slot.
    #[inline]
    pub(crate) unsafe fn append(heap: &mut Heap, t: *mut Table, val: Value) -> Result<(), KeyError> {
        // SAFETY: see `get`.
        unsafe {
            if (*t).hdr.mark & UNSETTLED != 0 {
                let node = Table::find(t, Value::int(i64::from((*t).arr_len) + 1));
                if !node.is_null() && !(*node).val.is_nil() {
                    (*node).val = val;
                    return Ok(());
                }
            }
            if (*t).arr_len == (*t).arr_cap {
                Table::grow_array(heap, t)?;
            }
            *(*t).arr.add((*t).arr_len as usize) = val;
            (*t).arr_len += 1;
            if (*t).node_len > 0 {
                return Table::fetch(heap, t);
            }
            (*t).hdr.mark &= !UNSETTLED;
            Ok(())
        }
    }

    #[cold]
    #[inline(never)]
    unsafe fn grow_array(heap: &mut Heap, t: *mut Table) -> Result<(), KeyError> {
        // SAFETY: see `get`.
        unsafe {
            let cap = (*t).arr_cap as usize;
            if cap >= 1 << 30 {
                return Err(KeyError::TooLarge);
            }
            let more = if cap < 1 << 16 { cap.max(4) } else { cap / 2 };
            if !heap.fits(more * 16) {
                heap.over_quota = true;
            }
            Table::reserve_array(heap, t, cap + more);
            Ok(())
        }
    }

    /// Moves some keys that follow the array part out of the hash part.
    #[inline(never)]
    unsafe fn fetch(heap: &mut Heap, t: *mut Table) -> Result<(), KeyError> {
        // SAFETY: see `get`.
        unsafe {
            for moved in 0..=FETCHED {
                let node = Table::find(t, Value::int(i64::from((*t).arr_len) + 1));
                let len = (*t).arr_len as usize;
                if node.is_null() || (*node).val.is_nil() {
                    if len == 0 || !(*(*t).arr.add(len - 1)).is_nil() {
                        (*t).hdr.mark &= !UNSETTLED;
                    }
                    heap.owe(moved * 16);
                    return Ok(());
                }
                if moved == FETCHED {
                    break;
                }
                if (*t).arr_len == (*t).arr_cap {
                    Table::grow_array(heap, t)?;
                }
                heap.shade((*node).val);
                *(*t).arr.add(len) = (*node).val;
                (*t).arr_len += 1;
                (*node).val = Value::NIL;
            }
            (*t).hdr.mark |= UNSETTLED;
            heap.owe(FETCHED * 16);
            Ok(())
        }
    }

    /// Gives up some slots at the end of the array part if they are nil.
    pub(crate) unsafe fn trim(t: *mut Table) {
        // SAFETY: see `get`.
        unsafe {
            for _ in 0..TRIMMED {
                let len = (*t).arr_len as usize;
                if len == 0 || !(*(*t).arr.add(len - 1)).is_nil() {
                    return;
                }
                (*t).arr_len -= 1;
            }
            (*t).hdr.mark |= UNSETTLED;
        }
    }

    /// Writes a key in stored form, not an integer of the array part, to a table that is neither black nor frozen.
    pub(crate) unsafe fn set_key(
        heap: &mut Heap,
        t: *mut Table,
        key: Value,
        val: Value,
    ) -> Result<(), KeyError> {
        // SAFETY: see `get`.
        unsafe {
            let node = Table::find(t, key);
            if !node.is_null() {
                if (*node).val.is_nil() {
                    (*t).hdr.small = 0;
                }
                (*node).val = val;
                return Ok(());
            }
            if val.is_nil() {
                return Ok(());
            }
            // A new key may be the name of a metamethod that was known to be absent.
            (*t).hdr.small = 0;
            if (*t).hdr.mark & UNSETTLED != 0 {
                Table::fetch(heap, t)?;
                if key.is_int() && key.as_int() == i64::from((*t).arr_len) + 1 {
                    return Table::append(heap, t, val);
                }
            }
            if (*t).node_len == (*t).node_cap {
                Table::make_room(heap, t)?;
            }
            let at = (*t).node_len;
            *(*t).nodes.add(at as usize) = Node { key, val };
            (*t).node_len = at + 1;
            if (*t).index_mask == large::MARK {
                large::insert(heap, t, key, at);
            } else if !(*t).index.is_null() {
                Table::index_insert((*t).index, (*t).index_mask, key, at);
            }
            Ok(())
        }
    }

    /// Adds an entry whose key, not nil, the table does not have, to a table that is neither black nor frozen.
    pub(crate) unsafe fn insert_new(heap: &mut Heap, t: *mut Table, key: Value, val: Value) {
        // SAFETY: see `get`; without room or for other keys the general way is taken, which cannot fail for such a key.
        unsafe {
            if Table::extend(t, std::iter::once((key, val))) == 0 {
                let done = Table::set(heap, t, key, val);
                debug_assert!(done.is_ok());
            }
        }
    }

    /// Adds entries that the table, which is neither black nor frozen, does not have, as long as their keys are strings, their values are
    /// not nil, and there is room. How many.
    #[inline(always)]
    pub(crate) unsafe fn extend(t: *mut Table, entries: impl Iterator<Item = (Value, Value)>) -> usize {
        // SAFETY: see `get`; node numbers are below the room for nodes.
        unsafe {
            if (*t).index_mask == large::MARK {
                return 0;
            }
            let (nodes, first, room) = ((*t).nodes, (*t).node_len, (*t).node_cap);
            let (index, mask) = ((*t).index, (*t).index_mask);
            let mut at = first;
            for (key, val) in entries {
                if key.tag != value::STR || val.is_nil() || at == room {
                    break;
                }
                let key = string_key(key.as_str());
                *nodes.add(at as usize) = Node { key, val };
                if !index.is_null() {
                    Table::index_insert(index, mask, key, at);
                }
                at += 1;
            }
            (*t).node_len = at;
            (*t).hdr.small = 0;
            (at - first) as usize
        }
    }

    /// Whether a table, given by its body, was marked as an object, or holds or lately held a text key.
    pub(crate) unsafe fn held_text_key(t: *const Table) -> bool {
        // SAFETY: see `get`; nodes below `node_len` are initialised, also those whose value is gone.
        unsafe {
            let is_text = |i: usize| (*(*t).nodes.add(i)).key.tag as u8 as u64 == value::STR;
            (*t).hdr.mark & TEXT_KEYED != 0 || (0..(*t).node_len as usize).any(is_text)
        }
    }

    /// Enters node number `at` in an index.
    #[inline]
    unsafe fn index_insert(index: *mut u32, mask: u32, key: Value, at: u32) {
        // SAFETY: the caller passes an index with its mask, which is larger than the number of nodes.
        unsafe {
            let mut slot = home(hash_of(key), mask);
            while *index.add(slot as usize) != 0 {
                slot = (slot + 1) & mask;
            }
            *index.add(slot as usize) = at + 1;
        }
    }

    #[cold]
    #[inline(never)]
    unsafe fn make_room(heap: &mut Heap, t: *mut Table) -> Result<(), KeyError> {
        // SAFETY: see `get`.
        unsafe {
            let cap = (*t).node_cap as usize;
            if (*t).index_mask == large::MARK && cap < 1 << 28 {
                large::grow(heap, t, cap / 4);
                return Ok(());
            }
            let live = (0..cap).filter(|i| !(*(*t).nodes.add(*i)).val.is_nil()).count();
            if cap >= 1 << 28 {
                return Err(KeyError::TooLarge);
            }
            let want = match live + 1 {
                0..=2 => 2,
                3..=4 => 4,
                n => (n + n / 2).next_power_of_two().max(8),
            };
            let want = if live < cap - cap / 4 && want < cap { cap } else { want };
            if want > cap && !heap.fits((want - cap) * 32 + want * 8) {
                heap.over_quota = true;
            }
            Table::rebuild(heap, t, want);
            Ok(())
        }
    }

    /// Drops removed entries and gives the hash part room for `cap` entries.
    unsafe fn rebuild(heap: &mut Heap, t: *mut Table, cap: usize) {
        // SAFETY: see `get`; compaction moves nodes downwards only.
        unsafe {
            if (*t).index_mask == large::MARK {
                // Only asked to have room for more.
                large::grow(heap, t, cap - (*t).node_cap as usize);
                return;
            }
            heap.owe((*t).node_len as usize * 4 + cap / 2);
            let mut live = 0;
            for i in 0..(*t).node_len as usize {
                let node = *(*t).nodes.add(i);
                if !node.val.is_nil() {
                    *(*t).nodes.add(live) = node;
                    live += 1;
                }
            }
            if live < (*t).node_len as usize {
                heap.entries_moved(t, false);
            }
            (*t).node_len = live as u32;
            let old_cap = (*t).node_cap as usize;
            if cap != old_cap {
                debug_assert!(cap >= live);
                (*t).nodes = regrow((*t).nodes, old_cap, cap);
                (*t).node_cap = cap as u32;
            }
            let old_index = Table::index_size(t);
            let large = cap > large::NODES;
            let new_index = if cap as u32 <= SMALL || large { 0 } else { (cap * 2).next_power_of_two() };
            if new_index != old_index {
                free_array((*t).index, old_index);
                (*t).index = match new_index {
                    0 => ptr::null_mut(),
                    n => block::allocate_zeroed(n * size_of::<u32>()).cast(),
                };
                (*t).index_mask = (new_index as u32).saturating_sub(1);
            } else if new_index > 0 {
                ptr::write_bytes((*t).index, 0, new_index);
            }
            if new_index > 0 {
                for i in 0..live {
                    Table::index_insert((*t).index, (*t).index_mask, (*(*t).nodes.add(i)).key, i as u32);
                }
            }
            let (before, after) = (old_cap * 32 + old_index * 4, cap * 32 + new_index * 4);
            if after > before {
                heap.add_bytes(after - before);
            } else {
                heap.sub_bytes(before - after);
            }
            if large {
                large::build(heap, t);
            }
        }
    }
}
