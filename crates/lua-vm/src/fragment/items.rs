//! Values that are neither records nor single strings, in one piece: a list of items in preorder.

#![allow(unsafe_code, reason = "carries pointers to immortal objects")]

use std::cell::Cell;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::path::Path;
use super::{NotPortable, Portable};
use crate::native::Val;
use crate::object::{self, IMMORTAL, SHARED, Str};
use crate::packed::{Block, Blocks, Packer, Pen};
use crate::statics::Statics;
use crate::table;
use crate::value::{self, Value};

/// Values in preorder: a table is followed by its array values, then its keys and values.
#[derive(Clone, Copy)]
pub(super) enum Item {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string: number of its block, and where in it.
    Str {
        block: u32,
        at: u32,
    },
    /// A table with so many array values and pairs; tables are numbered in this order. `object`: it stands for an object
    /// even if it is empty.
    Table {
        array: u32,
        pairs: u32,
        object: bool,
    },
    /// A table met before.
    Seen(u32),
    /// A symbol or a frozen object of the statics: the parts of its value.
    Immortal {
        tag: u8,
        data: u64,
    },
    /// An entry of `foreign`.
    Foreign(u32),
}

impl Item {
    pub(super) fn immortal(v: Value) -> Item {
        Item::Immortal { tag: v.tag as u8, data: v.data }
    }
    /// The value of an item that says all of it; nil for a string of a block, and for one that stands for an object.
    #[inline(always)]
    pub(super) fn plain(self) -> Value {
        match self {
            Item::Nil => Value::NIL,
            Item::Bool(b) => Value::bool(b),
            Item::Int(i) => Value::int(i),
            Item::Float(f) => Value::float(f),
            Item::Immortal { tag, data } => Value { tag: u64::from(tag), data },
            Item::Str { .. } | Item::Foreign(_) | Item::Seen(_) | Item::Table { .. } => Value::NIL,
        }
    }
}

/// Some values as items.
pub(super) struct Items {
    /// Those of a small table need no allocation of their own.
    pub(super) items: SmallVec<[Item; 6]>,
    /// The strings; whoever adopts an unshared fragment takes them over as they are.
    pub(super) blocks: Blocks,
    /// Bytes of the blocks; both the mailbox and the receiver ask.
    texts: usize,
    pub(super) foreign: Vec<Box<dyn Portable>>,
    pub(super) values: u32,
    /// Keeps frozen objects alive that items point to.
    pub(super) statics: Option<Arc<Statics>>,
}

impl Items {
    /// Copies values of a running native; `None` if they are too many or too long for one piece.
    #[inline(never)]
    pub(super) fn of(values: &[Val<'_>], statics: &Arc<Statics>) -> Option<Result<Arc<Items>, NotPortable>> {
        let out = SCRATCH.take().unwrap_or_default();
        let mut w = Writer { out, foreign: Vec::new(), kept: None, statics };
        for (i, v) in values.iter().enumerate() {
            let done = w.value(v.raw).and_then(|()| w.drain());
            if let Err(what) = done {
                let path = w.path();
                w.give_back();
                let refused = || Err(NotPortable { path: path.of_value(i + 1, values.len()), what });
                return (what != MANY).then(refused);
            }
        }
        if w.out.packer.is_over() {
            w.give_back();
            return None;
        }
        Some(Ok(w.items(values.len() as u32)))
    }

    pub(super) fn size(&self) -> usize {
        size_of::<Items>()
            + self.items.len() * size_of::<Item>()
            + self.texts
            + self.foreign.iter().map(|p| p.size()).sum::<usize>()
    }

    /// What copying them costs in fuel.
    pub(super) fn work(&self) -> usize {
        self.items.len() * 8 + self.texts / 16
    }
}

/// A table that is being copied out.
struct Level {
    table: *mut object::Table,
    /// Number of the next entry: array values, then nodes.
    cursor: usize,
    array: usize,
    /// The value that comes next, if its key was written already.
    value: Option<Value>,
}

/// What a copy needs while it is made; kept by the thread, so that a copy allocates what it is and no more.
#[derive(Default)]
struct Scratch {
    items: Vec<Item>,
    packer: Packer,
    levels: Vec<Level>,
    seen: Seen,
}

impl Scratch {
    /// Has `write` write leaves.
    ///
    /// # Safety
    /// They are at most `room`.
    #[inline(always)]
    unsafe fn write<R>(&mut self, room: usize, write: impl FnOnce(&mut Leaves<'_>) -> R) -> R {
        self.items.reserve(room);
        let start = self.items.as_mut_ptr();
        // SAFETY: within the vector, which has room for them by the caller's promise; so many were written there.
        unsafe {
            let to = start.add(self.items.len());
            let mut leaves = Leaves { to, end: to.wrapping_add(room), pen: self.packer.pen() };
            let result = write(&mut leaves);
            let written = leaves.to.offset_from_unsigned(start);
            self.items.set_len(written);
            result
        }
    }
}

/// Where values that hold no others are written, in registers.
struct Leaves<'a> {
    to: *mut Item,
    /// Behind the room that was asked for.
    end: *mut Item,
    pen: Pen<'a>,
}

impl Leaves<'_> {
    /// Writes a value that holds no others; false for the rest.
    ///
    /// # Safety
    /// The value is live, and there is room for another item.
    #[inline(always)]
    unsafe fn put(&mut self, v: Value) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            match v.tag {
                value::STR => {
                    self.put_text(v);
                    return true;
                }
                value::INT => self.to.write(Item::Int(v.as_int())),
                value::FLOAT => self.to.write(Item::Float(v.as_float())),
                value::FALSE | value::TRUE => self.to.write(Item::Bool(v.truthy())),
                value::NIL => self.to.write(Item::Nil),
                _ => return false,
            }
            self.advance();
        }
        true
    }

    /// Behind the item that was written.
    #[inline(always)]
    fn advance(&mut self) {
        debug_assert!(self.to < self.end, "room is made before");
        self.to = self.to.wrapping_add(1);
    }

    /// Writes a string.
    ///
    /// # Safety
    /// As for [`put`](Self::put).
    #[inline(always)]
    unsafe fn put_text(&mut self, v: Value) {
        let s = v.as_str();
        // SAFETY: the caller's promise.
        unsafe {
            if Str::is_symbol(s) {
                self.to.write(Item::immortal(v));
            } else {
                let (block, at) = self.pen.add(s);
                self.to.write(Item::Str { block, at });
            }
            self.advance();
        }
    }
}

/// Scratch beyond these bytes is given back after the copy.
const KEPT: usize = 64 << 10;
/// Values that are copied in one piece.
const FEW: usize = 2048;
/// What the writer says instead of a type when there are more.
const MANY: &str = "";

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Numbers of the tables met so far: few are searched, many looked up.
#[derive(Default)]
struct Seen {
    list: Vec<*mut object::Table>,
    map: FxHashMap<*mut object::Table, u32>,
}

impl Seen {
    const FEW: usize = 8;

    /// The number of a table that was met before; otherwise it gets the next one.
    fn meet(&mut self, t: *mut object::Table) -> Option<u32> {
        let next = self.list.len();
        if next <= Seen::FEW {
            if let Some(n) = self.list.iter().position(|known| *known == t) {
                return Some(n as u32);
            }
            if next == Seen::FEW {
                self.map.extend(self.list.iter().zip(0..).map(|(t, n)| (*t, n)));
                self.map.insert(t, next as u32);
            }
        } else {
            match self.map.entry(t) {
                Entry::Occupied(e) => return Some(*e.get()),
                Entry::Vacant(e) => _ = e.insert(next as u32),
            }
        }
        self.list.push(t);
        None
    }
}

struct Writer<'a> {
    out: Box<Scratch>,
    foreign: Vec<Box<dyn Portable>>,
    kept: Option<Arc<Statics>>,
    statics: &'a Arc<Statics>,
}

impl Writer<'_> {
    /// The copy.
    fn items(mut self, values: u32) -> Arc<Items> {
        let blocks = self.out.packer.finish();
        let items = Arc::new(Items {
            items: SmallVec::from_slice(&self.out.items),
            texts: blocks.iter().map(Block::size).sum(),
            blocks,
            foreign: std::mem::take(&mut self.foreign),
            values,
            statics: self.kept.take(),
        });
        self.give_back();
        items
    }

    fn give_back(mut self) {
        let Scratch { items, packer, levels, seen } = &mut *self.out;
        if items.capacity() * size_of::<Item>() > KEPT || seen.list.len() > 64 {
            return;
        }
        items.clear();
        packer.clear();
        levels.clear();
        seen.list.clear();
        seen.map.clear();
        SCRATCH.set(Some(self.out));
    }

    /// Writes one value; a new table becomes a level.
    fn value(&mut self, v: Value) -> Result<(), &'static str> {
        // SAFETY: the values come from a running native's handles, so all that they reach is live.
        unsafe {
            if self.out.write(1, |leaves| leaves.put(v)) {
                return Ok(());
            }
            match v.tag {
                value::TABLE => self.table(v),
                value::USERDATA | value::TYPE => {
                    let u = v.as_userdata();
                    let info = &*(*u).info;
                    let portable = info.transfer.and_then(|f| f(u.cast::<u8>().add(info.offset)));
                    let Some(portable) = portable else { return Err(info.name) };
                    self.foreign.push(portable);
                    self.out.items.push(Item::Foreign(self.foreign.len() as u32 - 1));
                    Ok(())
                }
                _ => Err(v.type_name()),
            }
        }
    }

    unsafe fn table(&mut self, v: Value) -> Result<(), &'static str> {
        let t = v.as_table();
        // SAFETY: see `value`.
        unsafe {
            if (*t).hdr.mark & (IMMORTAL | SHARED) == IMMORTAL {
                self.kept.get_or_insert_with(|| Arc::clone(self.statics));
                self.out.items.push(Item::immortal(v));
                return Ok(());
            }
            if let Some(number) = self.out.seen.meet(t) {
                self.out.items.push(Item::Seen(number));
                return Ok(());
            }
            let t = crate::overlay::body(t).cast_mut();
            let array = (*t).arr_len as usize;
            if self.out.items.len() + array + (*t).node_len as usize > FEW {
                return Err(MANY);
            }
            let pairs = (0..(*t).node_len as usize).filter(|i| !(*(*t).nodes.add(*i)).val.is_nil());
            let pairs = pairs.count() as u32;
            let object = pairs == 0 && object::Table::held_text_key(t);
            self.out.items.push(Item::Table { array: array as u32, pairs, object });
            self.out.levels.push(Level { table: t, cursor: 0, array, value: None });
        }
        Ok(())
    }

    /// Writes entries of a table from number `at` on, until one holds another table or the like: that value, and the one that
    /// comes behind it.
    #[inline]
    unsafe fn leaves(&mut self, level: &Level, at: &mut usize) -> Option<(Value, Option<Value>)> {
        // SAFETY: the caller passes a live table; room is made for all its entries.
        unsafe {
            let (table, array) = (level.table, level.array);
            let end = array + (*table).node_len as usize;
            let room = array.saturating_sub(*at) + 2 * (end - array.max(*at));
            self.out.write(room, |leaves| {
                while *at < array {
                    let v = *(*table).arr.add(*at);
                    *at += 1;
                    if !leaves.put(v) {
                        return Some((v, None));
                    }
                }
                let nodes = (*table).nodes;
                while *at < end {
                    let node = nodes.add(*at - array);
                    *at += 1;
                    let v = (*node).val;
                    if v.is_nil() {
                        continue;
                    }
                    let k = table::plain((*node).key);
                    // Asked for both at once: the compiler makes a jump table of anything else.
                    if (k.tag ^ value::STR) | (v.tag ^ value::STR) == 0 {
                        leaves.put_text(k);
                        leaves.put_text(v);
                        continue;
                    }
                    if !leaves.put(k) {
                        return Some((k, Some(v)));
                    }
                    if !leaves.put(v) {
                        return Some((v, None));
                    }
                }
                None
            })
        }
    }

    /// Writes until the innermost table is done.
    fn drain(&mut self) -> Result<(), &'static str> {
        while let Some(level) = self.out.levels.last_mut() {
            if let Some(value) = level.value.take() {
                self.value(value)?;
                continue;
            }
            let (mut at, level) = (level.cursor, Level { value: None, ..*level });
            // SAFETY: see `value`; the parts do not change meanwhile.
            match unsafe { self.leaves(&level, &mut at) } {
                None => _ = self.out.levels.pop(),
                Some((value, then)) => {
                    let level = self.out.levels.last_mut().expect("the level is being written");
                    (level.cursor, level.value) = (at, then);
                    self.value(value)?;
                }
            }
        }
        Ok(())
    }

    fn path(&self) -> Path {
        let mut path = Path::default();
        for level in &self.out.levels {
            // SAFETY: see `value`; string keys are live.
            unsafe {
                path.add(if level.cursor <= level.array {
                    Value::int(level.cursor as i64)
                } else {
                    (*(*level.table).nodes.add(level.cursor - 1 - level.array)).key
                });
            }
        }
        path
    }
}
