//! Items become values of the process that receives them.

#![allow(unsafe_code, reason = "fills tables that nobody else has seen")]

use smallvec::SmallVec;

use super::items::{Item, Items};
use crate::heap::Heap;
use crate::native::{Cx, Raise, Val};
use crate::object::{self, TEXT_KEYED, UNSETTLED};
use crate::packed::Block;
use crate::value::Value;

/// The value of an item; nil for one that stands for an object.
///
/// # Safety
/// The heap has taken over the blocks that begin at `starts`, and nothing was collected since.
#[inline(always)]
unsafe fn leaf(item: &Item, starts: &[*mut u8]) -> Value {
    match *item {
        // SAFETY: the caller's promise; the place lies in the block.
        Item::Str { block, at } => unsafe { text(block, at, starts) },
        other => other.plain(),
    }
}

/// A string of a block.
///
/// # Safety
/// As for [`leaf`]; the string begins there.
#[inline(always)]
unsafe fn text(block: u32, at: u32, starts: &[*mut u8]) -> Value {
    // SAFETY: the caller's promise.
    Value::str(unsafe { starts[block as usize].add(at as usize) }.cast())
}

/// Puts pairs of leaves whose keys are strings into a table, at most so many, up to the first other pair: how many. A pair has no nil, so
/// that stands for an object.
///
/// # Safety
/// As for [`leaf`]; the table was made by the adoption and does not have the keys.
#[inline(never)]
unsafe fn put_pairs(table: *mut object::Table, starts: &[*mut u8], items: &[Item], most: u32) -> usize {
    let pairs = items.as_chunks().0.iter().take(most as usize);
    // SAFETY: the caller's promise.
    unsafe {
        object::Table::extend(
            table,
            pairs.map(|[key, value]| match (key, value) {
                // Most of all.
                (&Item::Str { block, at }, &Item::Str { block: other, at: there }) => {
                    (text(block, at, starts), text(other, there, starts))
                }
                _ => (leaf(key, starts), leaf(value, starts)),
            }),
        )
    }
}

/// A table that is being adopted.
pub(super) struct Open {
    pub(super) table: *mut object::Table,
    pub(super) array: u32,
    pub(super) pairs: u32,
    pub(super) filled: u32,
    pub(super) key: Option<Value>,
}

impl<'cx> Cx<'cx> {
    /// Makes the values of items in this process, which takes over the blocks: theirs, or copies of them.
    pub(super) fn adopt_items(
        &mut self,
        from: &Items,
        blocks: impl Iterator<Item = Block>,
    ) -> Result<SmallVec<[Val<'cx>; 1]>, Raise> {
        self.check_statics(from.statics.as_ref())?;
        let mut taken = SmallVec::<[*mut u8; 4]>::new();
        for block in blocks {
            taken.push(block.at(0).cast());
            self.lua().heap.take_over(block);
        }
        let starts = taken.as_slice();
        let mut out = SmallVec::with_capacity(from.values as usize);
        let mut tables = SmallVec::<[*mut object::Table; 8]>::new();
        let mut open = SmallVec::<[Open; 4]>::new();
        let mut items = from.items.as_slice();
        while let [item, rest @ ..] = items {
            items = rest;
            let mut opened = None;
            let v = match *item {
                Item::Foreign(n) => from.foreign[n as usize].adopt(self)?.raw,
                Item::Seen(n) => Value::table(tables[n as usize]),
                Item::Table { array, pairs, object } => {
                    let t = self.lua().heap.new_table(array as usize, pairs as usize);
                    if object {
                        // SAFETY: just made.
                        unsafe { (*t).hdr.mark |= TEXT_KEYED };
                    }
                    tables.push(t);
                    opened = Some(Open { table: t, array, pairs, filled: 0, key: None });
                    Value::table(t)
                }
                // SAFETY: the blocks were taken over.
                _ => unsafe { leaf(item, starts) },
            };
            match open.last_mut() {
                None => out.push(Val::new(v)),
                // SAFETY: the table was made here; no collection happens meanwhile.
                Some(level) => unsafe { level.put(&mut self.lua().heap, v) },
            }
            if let Some(level) = opened {
                open.push(level);
            }
            // Pairs without tables, which are most of all, by two.
            if let Some(level) = open.last_mut()
                && level.expects_key()
            {
                // SAFETY: as in `Open::put`; the blocks were taken over.
                unsafe {
                    let done = put_pairs(level.table, starts, items, level.pairs);
                    level.pairs -= done as u32;
                    items = &items[2 * done..];
                    while level.pairs > 0
                        && let [key, value, rest @ ..] = items
                        && let (key, value) = (leaf(key, starts), leaf(value, starts))
                        && !key.is_nil()
                        && !value.is_nil()
                    {
                        object::Table::insert_new(&mut self.lua().heap, level.table, key, value);
                        level.pairs -= 1;
                        items = rest;
                    }
                }
            }
            while open.last().is_some_and(Open::is_full) {
                open.pop();
            }
        }
        Ok(out)
    }
}
impl Open {
    pub(super) fn is_full(&self) -> bool {
        self.filled == self.array && self.pairs == 0
    }

    fn expects_key(&self) -> bool {
        self.filled == self.array && self.pairs > 0 && self.key.is_none()
    }

    /// Takes the next value of its array, or the next key or value of a pair.
    ///
    /// # Safety
    /// The table was made by the adoption in `heap`, and nothing was collected since.
    pub(super) unsafe fn put(&mut self, heap: &mut Heap, v: Value) {
        // SAFETY: the caller's promise. Keys came out of a table, so no write can fail. Array values fill the reserved array
        // part in order, holes included.
        unsafe {
            if self.filled < self.array {
                *(*self.table).arr.add(self.filled as usize) = v;
                self.filled += 1;
                (*self.table).arr_len = self.filled;
                if v.is_nil() {
                    (*self.table).hdr.mark |= UNSETTLED;
                }
                return;
            }
            match self.key.take() {
                None => self.key = Some(v),
                Some(k) => {
                    object::Table::insert_new(heap, self.table, k, v);
                    self.pairs -= 1;
                }
            }
        }
    }
}
