//! Other keys for entries that are there: a copy of an image takes the place of what it was made from.

#![allow(unsafe_code, reason = "works on raw tables")]

use super::large;
use crate::heap::Heap;
use crate::object::Table;
use crate::value::Value;
use std::ptr;

impl Table {
    /// Gives node `at` another key, equal to none that the table has, and of the same type. True: `reindex` must follow.
    pub(crate) unsafe fn replace_key(heap: &mut Heap, t: *mut Table, at: usize, key: Value) -> bool {
        // SAFETY: see `get`; the caller knows that the node is there.
        unsafe {
            if (*t).index_mask == large::MARK {
                large::replace_key(heap, t, at, key);
                return false;
            }
            (*(*t).nodes.add(at)).key = key;
            !(*t).index.is_null()
        }
    }

    /// Enters all nodes of a table that is not large into its index anew.
    pub(crate) unsafe fn reindex(t: *mut Table) {
        // SAFETY: see `get`.
        unsafe {
            ptr::write_bytes((*t).index, 0, Table::index_size(t));
            for i in 0..(*t).node_len {
                Table::index_insert((*t).index, (*t).index_mask, (*(*t).nodes.add(i as usize)).key, i);
            }
        }
    }
}
