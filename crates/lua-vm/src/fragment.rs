//! Values outside every heap: what a message carries from one process to another.

#![allow(unsafe_code, reason = "carries pointers to immortal objects")]

use std::any::Any;
use std::cell::Cell;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::error::ErrorObject;
use crate::heap::Heap;
use crate::native::{Cx, Raise, Val};
use crate::object::{self, IMMORTAL, SHARED, Str, TEXT_KEYED, UNSETTLED};
use crate::packed::{Block, Blocks, Packer, Pen};
use crate::statics::Statics;
use crate::table;
use crate::value::{self, Value};

mod path;
mod pieces;
mod steps;

use path::Path;
use steps::Large;
pub use steps::Rubble;
pub(crate) use steps::{Transit, Undertaker, go_on};

/// The form in which a userdata payload travels.
pub trait Portable: Send + Sync {
    /// Bytes that it counts against mailboxes and quotas.
    fn size(&self) -> usize;
    /// Makes the value in the receiving process.
    fn adopt<'cx>(&self, cx: &mut Cx<'cx>) -> Result<Val<'cx>, Raise>;
    /// For those who know the concrete type.
    fn as_any(&self) -> &dyn Any;
}

/// A payload type that can leave its process.
pub trait Transfer: Any + Send {
    /// Its travelling form; `None` if this object cannot leave.
    fn to_portable(&self) -> Option<Box<dyn Portable>>;
}

/// A value that cannot leave its process, and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotPortable {
    /// `[2].callback`; empty for the value itself.
    pub path: String,
    /// What it is: `function`, `thread`, the name of a userdata type.
    pub what: &'static str,
}

impl fmt::Display for NotPortable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "a {} cannot leave its process", self.what)
        } else {
            write!(f, "a {} cannot leave its process (at {})", self.what, self.path)
        }
    }
}

impl std::error::Error for NotPortable {}

/// Values in preorder: a table is followed by its array values, then its keys and values.
#[derive(Clone, Copy)]
pub(crate) enum Item {
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
    fn immortal(v: Value) -> Item {
        Item::Immortal { tag: v.tag as u8, data: v.data }
    }
    /// The value of an item that says all of it; nil for a string of a block, and for one that stands for an object.
    #[inline(always)]
    fn plain(self) -> Value {
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

/// The items of a small table need no allocation of their own.
type Items = SmallVec<[Item; 6]>;

/// A self-contained copy of some values: `Send`, cycles and sharing kept, metatables dropped.
#[derive(Default)]
pub struct Fragment {
    items: Items,
    /// The strings; whoever adopts an unshared fragment takes them over as they are.
    blocks: Blocks,
    /// Bytes of the blocks; both the mailbox and the receiver ask.
    texts: usize,
    foreign: Vec<Box<dyn Portable>>,
    values: u32,
    /// Keeps frozen objects alive that items point to.
    statics: Option<Arc<Statics>>,
    /// The content of a large one, instead of items, blocks and portables.
    large: Option<Arc<Large>>,
}

// SAFETY: items are plain data or pointers to immortal, immutable objects; portables are `Send + Sync`.
unsafe impl Send for Fragment {}
// SAFETY: as above.
unsafe impl Sync for Fragment {}

impl Fragment {
    /// Bytes that it counts against mailboxes and quotas.
    pub fn size(&self) -> usize {
        size_of::<Fragment>()
            + self.items.len() * size_of::<Item>()
            + self.texts
            + self.foreign.iter().map(|p| p.size()).sum::<usize>()
            + self.large.as_ref().map_or(0, |large| large.size())
    }
    /// What copying it costs in fuel.
    fn work(&self) -> usize {
        self.items.len() * 8 + self.texts / 16
    }
    /// Number of values.
    pub fn len(&self) -> usize {
        self.values as usize
    }
    /// Whether it holds no value.
    pub fn is_empty(&self) -> bool {
        self.values == 0
    }
}

impl fmt::Debug for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fragment of {} values, {} bytes", self.values, self.size())
    }
}

/// One item of a fragment, in preorder.
#[derive(Clone, Copy)]
pub enum Shape<'a> {
    /// `nil`
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(&'a [u8]),
    /// A table: `array` values for the keys `1..=array` follow (nil = hole), then `pairs` keys and values by turns. Tables are
    /// numbered from 0 in this order.
    Table {
        /// Number of array values.
        array: usize,
        /// Number of pairs.
        pairs: usize,
    },
    /// The table with that number again: shared or cyclic.
    Seen(usize),
    /// A frozen table, function or userdata of the statics, by its type name.
    Static(&'static str),
    /// A userdata in its travelling form.
    Foreign(&'a dyn Portable),
}

impl Fragment {
    /// All items in preorder; [`Fragment::len`] values at the top.
    pub fn shapes(&self) -> impl Iterator<Item = Shape<'_>> {
        let large = self.large.as_deref();
        self.items.iter().chain(large.into_iter().flat_map(Large::items)).map(|item| self.shape_of(item))
    }

    /// Item `i` in that order, for whoever goes on later.
    pub fn shape(&self, i: usize) -> Option<Shape<'_>> {
        let item = match &self.large {
            Some(large) => large.item(i),
            None => self.items.get(i),
        };
        item.map(|item| self.shape_of(item))
    }

    fn shape_of(&self, item: &Item) -> Shape<'_> {
        let large = self.large.as_deref();
        match *item {
            Item::Nil => Shape::Nil,
            Item::Bool(b) => Shape::Bool(b),
            Item::Int(i) => Shape::Int(i),
            Item::Float(f) => Shape::Float(f),
            Item::Str { block, at } => {
                let block = large.map_or_else(|| &self.blocks[block as usize], |large| large.block(block));
                // SAFETY: the string belongs to this fragment.
                Shape::Str(unsafe { Str::bytes(block.at(at)) })
            }
            Item::Table { array, pairs, .. } => Shape::Table { array: array as usize, pairs: pairs as usize },
            Item::Seen(n) => Shape::Seen(n as usize),
            Item::Immortal { tag, data } => match (Value { tag: u64::from(tag), data }) {
                // SAFETY: immortal strings are never freed while somebody may hold a fragment with one.
                v if v.is_str() => Shape::Str(unsafe { Str::bytes(v.as_str()) }),
                v => Shape::Static(v.type_name()),
            },
            Item::Foreign(n) => {
                Shape::Foreign(large.map_or_else(|| &*self.foreign[n as usize], |large| large.foreign(n)))
            }
        }
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
    fn fragment(mut self, values: u32) -> Fragment {
        let blocks = self.out.packer.finish();
        let fragment = Fragment {
            items: Items::from_slice(&self.out.items),
            texts: blocks.iter().map(Block::size).sum(),
            blocks,
            foreign: std::mem::take(&mut self.foreign),
            values,
            statics: self.kept.take(),
            large: None,
        };
        self.give_back();
        fragment
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
struct Open {
    table: *mut object::Table,
    array: u32,
    pairs: u32,
    filled: u32,
    key: Option<Value>,
}

impl<'cx> Cx<'cx> {
    /// Copies values into a fragment. Frozen objects of the statics and symbols go by reference.
    pub fn copy_out(&mut self, values: &[Val<'cx>]) -> Result<Fragment, NotPortable> {
        self.copy_small(values).unwrap_or_else(|| self.copy_large(values))
    }

    /// The copy, unless the values are so many or so long that it has to be made in steps.
    #[inline]
    fn copy_small(&mut self, values: &[Val<'cx>]) -> Option<Result<Fragment, NotPortable>> {
        let statics = &self.lua().statics;
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
        let fragment = w.fragment(values.len() as u32);
        self.charge(fragment.work());
        Some(Ok(fragment))
    }

    /// Makes the values of a fragment in this process; its quota is asked first. A table of a large fragment is filled
    /// before the program goes on: nobody looks into it until then.
    pub fn adopt(&mut self, fragment: &Fragment) -> Result<SmallVec<[Val<'cx>; 1]>, Raise> {
        self.reserve(fragment.size())?;
        if let Some(large) = &fragment.large {
            self.check_statics(fragment)?;
            return Ok(self.adopt_large(Arc::clone(large), fragment.len()).into());
        }
        let blocks = fragment.blocks.iter().map(Block::copy);
        self.adopt_with(fragment, blocks)
    }

    /// The same for a fragment that nobody else needs: its strings are not copied. It is empty then.
    pub fn adopt_all(&mut self, fragment: &mut Fragment) -> Result<SmallVec<[Val<'cx>; 1]>, Raise> {
        self.reserve(fragment.size())?;
        let mut fragment = std::mem::take(fragment);
        if let Some(large) = fragment.large.take() {
            self.check_statics(&fragment)?;
            return Ok(self.adopt_large(large, fragment.len()).into());
        }
        let blocks = std::mem::take(&mut fragment.blocks);
        // They are not copied.
        fragment.texts = 0;
        self.adopt_with(&fragment, blocks.into_iter())
    }

    fn check_statics(&mut self, fragment: &Fragment) -> Result<(), Raise> {
        match &fragment.statics {
            Some(statics) if !Arc::ptr_eq(statics, &self.lua().statics) => {
                Err(self.error("a library of another runtime cannot be received"))
            }
            _ => Ok(()),
        }
    }

    fn adopt_with(
        &mut self,
        fragment: &Fragment,
        blocks: impl Iterator<Item = Block>,
    ) -> Result<SmallVec<[Val<'cx>; 1]>, Raise> {
        self.check_statics(fragment)?;
        self.charge(fragment.work());
        let mut taken = SmallVec::<[*mut u8; 4]>::new();
        for block in blocks {
            taken.push(block.at(0).cast());
            self.lua().heap.take_over(block);
        }
        let starts = taken.as_slice();
        let mut out = SmallVec::with_capacity(fragment.len());
        let mut tables = SmallVec::<[*mut object::Table; 8]>::new();
        let mut open = SmallVec::<[Open; 4]>::new();
        let mut items = fragment.items.as_slice();
        while let [item, rest @ ..] = items {
            items = rest;
            let mut opened = None;
            let v = match *item {
                Item::Foreign(n) => fragment.foreign[n as usize].adopt(self)?.raw,
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
    fn is_full(&self) -> bool {
        self.filled == self.array && self.pairs == 0
    }

    fn expects_key(&self) -> bool {
        self.filled == self.array && self.pairs > 0 && self.key.is_none()
    }

    /// Takes the next value of its array, or the next key or value of a pair.
    ///
    /// # Safety
    /// The table was made by the adoption in `heap`, and nothing was collected since.
    unsafe fn put(&mut self, heap: &mut Heap, v: Value) {
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

impl Portable for ErrorObject {
    fn size(&self) -> usize {
        size_of::<ErrorObject>() + self.message().len() + self.details().map_or(0, |d| d.size())
    }
    fn adopt<'cx>(&self, cx: &mut Cx<'cx>) -> Result<Val<'cx>, Raise> {
        Ok(cx.error_object(self.clone()).val())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Transfer for ErrorObject {
    fn to_portable(&self) -> Option<Box<dyn Portable>> {
        Some(Box::new(self.clone()))
    }
}
