//! Records: small tables that hold no others, copied as the very table that the receiver gets.
//!
//! Most messages are such tables. The copy belongs to no heap on its way, and the heap that takes it over links it. Its strings
//! are one block.

#![allow(unsafe_code, reason = "makes tables outside heaps")]

use std::ptr::{self, NonNull};

use thin_vec::ThinVec;

use super::shape::{Shape, leaf};
use crate::block;
use crate::heap::{Heap, alloc_values, regrow};
use crate::object::{Header, IMMORTAL, Kind, Node, SHARED, Str, TEXT_KEYED, Table, UNSETTLED};
use crate::packed::{self, Block, Sheet};
use crate::table::plain;
use crate::value::{self, Value};

/// Slots and pairs of a record at most; and slots of its index.
const MOST: usize = 32;
const INDEX: usize = 4 * MOST;

/// A table that no heap owns, and its strings.
pub(super) struct Record {
    table: NonNull<Table>,
    texts: Option<Block>,
    /// Bytes of the table with its parts.
    bytes: u32,
}

/// What the strings of a record will take.
#[derive(Default)]
struct Measure {
    strings: u32,
    bytes: usize,
}

impl Measure {
    /// Adds a key or value; false for what holds others or is one object for all who have it.
    ///
    /// # Safety
    /// It is live.
    #[inline(always)]
    unsafe fn add(&mut self, v: Value) -> bool {
        match v.tag {
            value::INT | value::FLOAT | value::FALSE | value::TRUE | value::NIL => true,
            value::STR => {
                // SAFETY: the caller's promise.
                unsafe {
                    if !Str::is_symbol(v.as_str()) {
                        self.strings += 1;
                        self.bytes += packed::stride(Str::len(v.as_str()));
                    }
                }
                true
            }
            _ => false,
        }
    }
}

impl Record {
    /// A copy of a table; `None` if it is no record.
    ///
    /// # Safety
    /// The table is live.
    pub(super) unsafe fn of(t: *const Table) -> Option<Record> {
        // SAFETY: the caller's promise: parts are initialised up to their lengths, and what they hold is live.
        unsafe {
            if (*t).hdr.mark & (IMMORTAL | SHARED) == IMMORTAL {
                return None;
            }
            let t = crate::overlay::body(t);
            let (array, nodes, index) = ((*t).arr_len as usize, (*t).node_len as usize, Table::index_size(t));
            if array + nodes > MOST || index > INDEX {
                return None;
            }
            let mut texts = Measure::default();
            for i in 0..array {
                if !texts.add(*(*t).arr.add(i)) {
                    return None;
                }
            }
            for i in 0..nodes {
                let Node { key, val } = *(*t).nodes.add(i);
                if val.is_nil() || !texts.add(plain(key)) || !texts.add(val) {
                    return None;
                }
            }
            (texts.bytes <= packed::SHEET).then(|| Record::make(t, array, nodes, index, &texts))
        }
    }

    /// # Safety
    /// The table is as long as that, and its values are those that were measured.
    #[inline]
    unsafe fn make(t: *const Table, array: usize, nodes: usize, index: usize, texts: &Measure) -> Record {
        // SAFETY: the caller's promise; whatever is allocated is written up to its length.
        unsafe {
            let mut sheet = (texts.strings > 0).then(|| Sheet::new(texts.bytes, texts.strings));
            let mut copy = |v: Value| match &mut sheet {
                Some(sheet) if v.tag as u8 as u64 == value::STR && !Str::is_symbol(v.as_str()) => {
                    Value { tag: v.tag, data: sheet.put(v.as_str()) as u64 }
                }
                _ => v,
            };
            let made: *mut Table = block::allocate(size_of::<Table>()).cast();
            let mark = (*t).hdr.mark & if nodes == 0 { TEXT_KEYED | UNSETTLED } else { UNSETTLED };
            let hdr = Header { next: ptr::null_mut(), kind: Kind::Table, mark, small: 0, word: 0 };
            (&raw mut (*made).hdr).write(hdr);
            Table::init(made);
            if array > 0 {
                (*made).arr = alloc_values(array);
                ((*made).arr_len, (*made).arr_cap) = (array as u32, array as u32);
                for i in 0..array {
                    (*made).arr.add(i).write(copy(*(*t).arr.add(i)));
                }
            }
            if nodes > 0 {
                (*made).nodes = regrow(ptr::null_mut(), 0, nodes);
                ((*made).node_len, (*made).node_cap) = (nodes as u32, nodes as u32);
                for i in 0..nodes {
                    let Node { key, val } = *(*t).nodes.add(i);
                    (*made).nodes.add(i).write(Node { key: copy(key), val: copy(val) });
                }
            }
            if index > 0 {
                // Places go by hashes, which are the same in all processes.
                (*made).index = regrow(ptr::null_mut(), 0, index);
                (*made).index_mask = (*t).index_mask;
                ptr::copy_nonoverlapping((*t).index, (*made).index, index);
            }
            let bytes = (size_of::<Table>() + Table::parts_size(made)) as u32;
            Record { table: NonNull::new_unchecked(made), texts: sheet.map(Sheet::block), bytes }
        }
    }

    /// Another one like it.
    pub(super) fn copy(&self) -> Record {
        // SAFETY: the table is this one's own, and its values are those of a record.
        unsafe { Record::of(self.table.as_ptr()) }.expect("a copy of a record is a record")
    }

    fn texts(&self) -> usize {
        self.texts.as_ref().map_or(0, Block::size)
    }

    pub(super) fn size(&self) -> usize {
        self.bytes as usize + self.texts()
    }

    /// What copying it costs in fuel.
    pub(super) fn work(&self) -> usize {
        // SAFETY: the table is this one's own.
        let values = unsafe { 1 + (*self.table.as_ptr()).arr_len + 2 * (*self.table.as_ptr()).node_len };
        values as usize * 8 + self.texts() / 16
    }

    /// Item `i` in preorder: the table, its array values, its keys and values by turns.
    pub(super) fn shape(&self, i: usize) -> Option<Shape<'_>> {
        // SAFETY: the table is this one's own, and what it holds lives as long.
        unsafe {
            let t = self.table.as_ptr();
            let (array, nodes) = ((*t).arr_len as usize, (*t).node_len as usize);
            let Some(i) = i.checked_sub(1) else { return Some(Shape::Table { array, pairs: nodes }) };
            if i < array {
                return Some(leaf(*(*t).arr.add(i)));
            }
            let (node, is_value) = ((i - array) / 2, (i - array) % 2 == 1);
            (node < nodes).then(|| {
                let Node { key, val } = *(*t).nodes.add(node);
                leaf(if is_value { val } else { plain(key) })
            })
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let t = self.table.as_ptr();
        // SAFETY: the table is this one's own; its parts are small, so none becomes a rest.
        unsafe {
            Table::free_parts(t, &mut ThinVec::new());
            block::free(t.cast(), size_of::<Table>());
        }
    }
}

impl Heap {
    /// Makes a record a table of this heap.
    pub(super) fn take_record(&mut self, mut record: Record) -> Value {
        if let Some(texts) = record.texts.take() {
            self.take_over(texts);
        }
        let (t, bytes) = (record.table.as_ptr(), record.bytes as usize);
        std::mem::forget(record);
        // SAFETY: the table was the record's own, and is complete.
        unsafe { self.link(t.cast(), 1, bytes) }
        Value::table(t)
    }
}

#[cfg(test)]
mod tests;
