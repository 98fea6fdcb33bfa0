//! Large values on their way between heaps: copied out, adopted and freed in steps.
//!
//! A value of more than some thousand entries does not become a fragment in one piece. [`Cx::begin_copy`] only begins, and the
//! process goes on with nothing else until the copy is made ([`Lua::settle`](crate::Lua::settle)), so that what is copied cannot
//! change. Adoption makes the outermost table at once and fills it in the same way before the program sees it.
//!
//! No collection runs meanwhile: copies point into the heap without being roots, and what is adopted is not reachable yet. A
//! process that is killed leaves what is half done to the undertaker of the statics, which frees it in slices.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::adopt::Open;
use super::items::Item;
use super::pieces::Pieces;
use super::{Form, Fragment, NotPortable, Portable};
use crate::block::{LARGE, Tail};
use crate::lua::Lua;
use crate::native::{Cx, Raise, RaiseKind, Val};
use crate::object::{self, IMMORTAL, SHARED, Str, TEXT_KEYED};
use crate::packed::{Block, Blocks, Filling, Packer, WHOLE};
use crate::value::{self, Value};

/// Units of fuel for a value, for a table, for another object; bytes of text for a unit.
const VALUE: i64 = 10;
const TABLE: i64 = 150;
const OBJECT: i64 = 100;
const BYTES: usize = 16;
/// Units of a copy that is made in one piece although it is not small.
const BOUNDED: i64 = 150_000;
/// Tables that stand in a message for one of them.
const SHARDS: usize = 512;
/// Levels that the path of a refusal names at either end.
const NAMED: usize = 32;
/// Room for pairs that is made beforehand; a table of more grows as it is filled.
const RESERVED: u32 = 4096;
/// Longest text that shares a block with others.
const PACKED: usize = 2048;
/// What a slice of freeing takes.
const FREED_PIECES: usize = 16;
const FREED_BLOCKS: usize = 64;

/// The content of a large fragment.
pub(crate) struct Large {
    items: Pieces<Item>,
    blocks: Blocks,
    foreign: Pieces<Box<dyn Portable>>,
    bytes: usize,
    undertaker: Option<Undertaker>,
}

/// Frees what is left of messages, in its own time.
pub(crate) type Undertaker = Arc<dyn Fn(Rubble) + Send + Sync>;

// SAFETY: as for `Fragment`.
unsafe impl Send for Large {}
// SAFETY: as for `Fragment`.
unsafe impl Sync for Large {}

impl Large {
    pub(super) fn size(&self) -> usize {
        self.bytes
    }

    pub(super) fn item(&self, i: usize) -> Option<&Item> {
        self.items.get(i)
    }

    pub(super) fn block(&self, i: u32) -> &Block {
        &self.blocks[i as usize]
    }

    pub(super) fn foreign(&self, i: u32) -> &dyn Portable {
        &**self.foreign.get(i as usize).expect("items name what the fragment holds")
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        if let Some(undertaker) = self.undertaker.take()
            && (self.items.len() > 0 || !self.blocks.is_empty())
        {
            undertaker(Rubble {
                items: std::mem::take(&mut self.items),
                blocks: std::mem::take(&mut self.blocks),
                foreign: std::mem::take(&mut self.foreign),
                tail: None,
            });
        }
    }
}

/// What is left of a large message that nobody received.
pub struct Rubble {
    items: Pieces<Item>,
    blocks: Blocks,
    foreign: Pieces<Box<dyn Portable>>,
    tail: Option<Tail>,
}

// SAFETY: as for `Fragment`.
unsafe impl Send for Rubble {}

impl Rubble {
    /// Frees for some 50 us; true when nothing is left.
    pub fn free_slice(&mut self) -> bool {
        if let Some(tail) = &mut self.tail {
            if tail.shrink() == 0 {
                self.tail = None;
            }
            return false;
        }
        for _ in 0..FREED_BLOCKS {
            match self.blocks.pop() {
                Some(block) if block.size() >= LARGE => {
                    self.tail = Some(block.into_tail());
                    return false;
                }
                Some(block) => drop(block),
                None => return !self.free_pieces(),
            }
        }
        false
    }

    /// False: nothing is left.
    fn free_pieces(&mut self) -> bool {
        self.foreign.shrink() || (0..FREED_PIECES).filter(|_| self.items.shrink()).count() > 0
    }
}

/// What keeps a process from going on.
#[derive(Default)]
pub(crate) struct Transit {
    out: Option<Box<Copy>>,
    /// The copy that was made last, until it is taken.
    copied: Option<(usize, Result<Fragment, NotPortable>)>,
    adoptions: VecDeque<Adoption>,
}

/// Goes on with what is in transit, for `fuel`; false if it is not done.
pub(crate) fn go_on(lua: &mut Lua, fuel: &mut i64) -> bool {
    let Some(mut transit) = lua.transit.take() else { return true };
    let _overlay = crate::overlay::enter(lua.heap.overlay);
    if let Some(copy) = &mut transit.out
        && let Some(done) = copy.step(fuel)
    {
        transit.copied = Some((copy.tag, done));
        transit.out = None;
    }
    while transit.out.is_none()
        && let Some(adoption) = transit.adoptions.front_mut()
        && adoption.step(lua, fuel)
    {
        transit.adoptions.pop_front();
    }
    // A portable may have begun another.
    transit.adoptions.extend(lua.transit.take().into_iter().flat_map(|more| more.adoptions));
    let done = transit.out.is_none() && transit.adoptions.is_empty();
    if !done || transit.copied.is_some() {
        lua.transit = Some(transit);
    }
    done
}

impl<'cx> Cx<'cx> {
    /// Copies one value out as [`Cx::copy_out`] does; a large one is only begun, and the answer is `None`. Then a native returns
    /// [`Cx::again`], and a host waits for [`Lua::settle`](crate::Lua::settle); both find the copy with [`Cx::take_copy`]. `tag`
    /// says which copy it is. The value has to be reachable meanwhile.
    pub fn begin_copy(&mut self, value: Val<'cx>, tag: usize) -> Result<Option<Fragment>, NotPortable> {
        if let Some(done) = self.copy_small(&[value]) {
            return done.map(Some);
        }
        let copy = Copy::new(self.lua(), &[value], tag);
        let transit = self.lua().transit.get_or_insert_default();
        (transit.out, transit.copied) = (Some(Box::new(copy)), None);
        self.lua().heap.interrupt();
        Ok(None)
    }

    /// The copy that [`Cx::begin_copy`] began last, with its tag.
    #[inline]
    pub fn take_copy(&mut self) -> Option<(usize, Result<Fragment, NotPortable>)> {
        self.lua().transit.as_mut()?.copied.take()
    }

    /// Copies one value out as [`Cx::copy_out`] does, in one piece; `None` if it is too large for that: beyond `times` some 1,000 tables,
    /// 15,000 other values or 2 MB of text. Once takes about a millisecond.
    pub fn copy_bounded(&mut self, value: Val<'cx>, times: u8) -> Option<Result<Fragment, NotPortable>> {
        if let Some(done) = self.copy_small(&[value]) {
            return Some(done);
        }
        let mut copy = Copy::new(self.lua(), &[value], 0);
        let most = BOUNDED * i64::from(times);
        let mut fuel = most;
        let done = copy.step(&mut fuel);
        self.charge(usize::try_from(most - fuel).unwrap_or_default());
        done
    }

    /// A copy of values that are too large for one piece, all at once.
    #[cold]
    pub(super) fn copy_large(&mut self, values: &[Val<'cx>]) -> Result<Fragment, NotPortable> {
        let mut copy = Copy::new(self.lua(), values, 0);
        let mut fuel = i64::MAX;
        loop {
            if let Some(done) = copy.step(&mut fuel) {
                self.charge(usize::try_from(i64::MAX - fuel).unwrap_or_default());
                return done;
            }
        }
    }

    /// Adopts a large fragment. One value is there at once and is filled before the program goes on, several are made in one
    /// piece.
    #[cold]
    pub(super) fn adopt_large(&mut self, large: Arc<Large>, values: usize) -> Vec<Val<'cx>> {
        let source = match Arc::try_unwrap(large) {
            Ok(own) => Source::Own(own),
            Err(shared) => Source::Shared(shared),
        };
        let lua = self.lua();
        let mut adoption = Adoption::new(source);
        let mut fuel = i64::MAX;
        if values == 1 {
            adoption.one(lua);
        } else {
            while !adoption.step(lua, &mut fuel) {}
        }
        let made = adoption.roots.iter().map(|v| Val::new(*v)).collect();
        if values == 1 {
            lua.transit.get_or_insert_default().adoptions.push_back(adoption);
            lua.heap.interrupt();
        } else {
            self.charge(usize::try_from(i64::MAX - fuel).unwrap_or_default());
        }
        made
    }
}

/// Copies some of a long text. What it costs.
///
/// # Safety
/// As for [`Filling::step`].
unsafe fn fill(filling: &mut Filling) -> i64 {
    // SAFETY: the caller's promise.
    let units = unsafe { filling.step() } / BYTES;
    crate::meter::count(units);
    units as i64
}

// ---- out -----------------------------------------------------------------------------------------------------------

/// A table that is being copied out.
struct Level {
    table: *mut object::Table,
    /// How many slots and nodes are written.
    at: usize,
    array: usize,
    pairs: u32,
    /// Its own item, which is written again when the pairs are counted.
    item: usize,
    text: bool,
    /// The value that comes next, if its key was written already.
    value: Option<Value>,
}

/// A copy in the making.
struct Copy {
    tag: usize,
    /// Values that are not begun, the first one last.
    rest: Vec<Value>,
    values: u32,
    large: Large,
    packer: Packer,
    /// A long text that is being copied.
    filling: Option<Filling>,
    levels: Pieces<Level>,
    seen: Vec<FxHashMap<*mut object::Table, u32>>,
    tables: u32,
    kept: bool,
    statics: Arc<crate::statics::Statics>,
}

impl Copy {
    #[cold]
    fn new(lua: &mut Lua, values: &[Val<'_>], tag: usize) -> Copy {
        let statics = Arc::clone(&lua.statics);
        let large = Large {
            items: Pieces::default(),
            blocks: Blocks::new(),
            foreign: Pieces::default(),
            bytes: size_of::<Fragment>() + size_of::<Large>(),
            undertaker: statics.undertaker(),
        };
        Copy {
            tag,
            rest: values.iter().rev().map(|v| v.raw).collect(),
            values: values.len() as u32,
            large,
            packer: Packer::default(),
            filling: None,
            levels: Pieces::default(),
            seen: (0..SHARDS).map(|_| FxHashMap::default()).collect(),
            tables: 0,
            kept: false,
            statics,
        }
    }

    /// Goes on for `fuel`. `None`: it is not done.
    fn step(&mut self, fuel: &mut i64) -> Option<Result<Fragment, NotPortable>> {
        while *fuel > 0 {
            if let Some(filling) = &mut self.filling {
                // SAFETY: the text is reachable, the block waits in the packer.
                *fuel -= unsafe { fill(filling) };
                self.filling.take_if(|filling| filling.is_done());
                continue;
            }
            let next = match self.levels.last_mut() {
                Some(level) => level.next(),
                None => match self.rest.pop() {
                    Some(root) => Next::Write(root),
                    None => return Some(Ok(self.finish())),
                },
            };
            let cost = match next {
                Next::Skip => Ok(VALUE / 4),
                Next::Write(v) => self.value(v),
                Next::End => {
                    self.end();
                    Ok(VALUE)
                }
            };
            match cost {
                Ok(cost) => {
                    crate::meter::count(cost as usize);
                    *fuel -= cost;
                }
                Err(what) => return Some(Err(NotPortable { path: self.path(), what })),
            }
        }
        None
    }

    fn item(&mut self, item: Item) {
        self.large.items.push(item);
        self.large.bytes += size_of::<Item>();
    }

    /// Writes a value; a new table becomes a level. What it costs.
    fn value(&mut self, v: Value) -> Result<i64, &'static str> {
        // SAFETY: what is copied is reachable and was not written since; no collection runs meanwhile.
        unsafe {
            let item = match v.tag {
                value::NIL => Item::Nil,
                value::FALSE | value::TRUE => Item::Bool(v.truthy()),
                value::INT => Item::Int(v.as_int()),
                value::FLOAT => Item::Float(v.as_float()),
                value::STR if Str::is_symbol(v.as_str()) => Item::immortal(v),
                value::STR => return Ok(self.text(v.as_str())),
                value::TABLE => return Ok(self.table(v)),
                value::USERDATA | value::TYPE => {
                    let u = v.as_userdata();
                    let info = &*(*u).info;
                    let portable = info.transfer.and_then(|f| f(u.cast::<u8>().add(info.offset)));
                    let Some(portable) = portable else { return Err(info.name) };
                    self.large.bytes += portable.size();
                    let cost = OBJECT + (portable.size() / BYTES) as i64;
                    self.item(Item::Foreign(self.large.foreign.len() as u32));
                    self.large.foreign.push(portable);
                    return Ok(cost);
                }
                _ => return Err(v.type_name()),
            };
            self.item(item);
            Ok(VALUE)
        }
    }

    /// Writes a text; a long one is only begun.
    unsafe fn text(&mut self, s: *const Str) -> i64 {
        // SAFETY: see `value`.
        unsafe {
            let len = Str::len(s);
            self.large.bytes += len + size_of::<Str>();
            if len > PACKED {
                let (block, at, filling) = self.packer.begin(s);
                self.filling = Some(filling);
                self.item(Item::Str { block, at });
                return OBJECT;
            }
            let (block, at) = self.packer.add(s);
            self.item(Item::Str { block, at });
            VALUE + (len / BYTES) as i64
        }
    }

    unsafe fn table(&mut self, v: Value) -> i64 {
        let t = v.as_table();
        // SAFETY: see `value`.
        unsafe {
            if (*t).hdr.mark & (IMMORTAL | SHARED) == IMMORTAL {
                self.kept = true;
                self.item(Item::immortal(v));
                return VALUE;
            }
            let shard = (t as usize >> 4).wrapping_mul(0x9e37_79b9) >> 16;
            match self.seen[shard % SHARDS].entry(t) {
                Entry::Occupied(e) => {
                    let number = *e.get();
                    self.item(Item::Seen(number));
                }
                Entry::Vacant(e) => {
                    e.insert(self.tables);
                    self.tables += 1;
                    let t = crate::overlay::body(t).cast_mut();
                    let (item, array) = (self.large.items.len(), (*t).arr_len);
                    self.item(Item::Table { array, pairs: 0, object: false });
                    let text = (*t).hdr.mark & TEXT_KEYED != 0;
                    let array = array as usize;
                    self.levels.push(Level { table: t, at: 0, array, pairs: 0, item, text, value: None });
                }
            }
            TABLE
        }
    }

    /// The innermost table is written: its item says now what follows it.
    fn end(&mut self) {
        if let Some(Level { array, pairs, text, item, .. }) = self.levels.pop()
            && let Some(item) = self.large.items.get_mut(item)
        {
            *item = Item::Table { array: array as u32, pairs, object: pairs == 0 && text };
        }
    }

    fn finish(&mut self) -> Fragment {
        let blank = Large {
            items: Pieces::default(),
            blocks: Blocks::new(),
            foreign: Pieces::default(),
            bytes: 0,
            undertaker: None,
        };
        let mut large = std::mem::replace(&mut self.large, blank);
        large.blocks = self.packer.finish();
        let statics = self.kept.then(|| Arc::clone(&self.statics));
        Fragment(Form::Large { large: Arc::new(large), values: self.values, statics })
    }

    /// Where it is, outermost and innermost levels.
    fn path(&self) -> String {
        let mut path = super::path::Path::default();
        let depth = self.levels.len();
        for (i, level) in self.levels.iter().enumerate() {
            if i == NAMED && depth > 2 * NAMED {
                path.skip();
            }
            if i < NAMED || i + NAMED >= depth {
                // SAFETY: see `value`; the place was looked at.
                unsafe { path.add(level.key()) };
            }
        }
        path.of_value(self.values as usize - self.rest.len(), self.values as usize)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // The undertaker gets them with the rest.
        self.filling = None;
        self.large.blocks = self.packer.finish();
    }
}

enum Next {
    Write(Value),
    /// A removed entry.
    Skip,
    End,
}

impl Level {
    fn next(&mut self) -> Next {
        if let Some(v) = self.value.take() {
            return Next::Write(v);
        }
        let t = self.table;
        // SAFETY: see `Copy::value`; places within the parts are initialised.
        unsafe {
            if self.at < self.array {
                self.at += 1;
                return Next::Write(*(*t).arr.add(self.at - 1));
            }
            let node = self.at - self.array;
            if node >= (*t).node_len as usize {
                return Next::End;
            }
            self.at += 1;
            let object::Node { key, val } = *(*t).nodes.add(node);
            self.text |= key.tag as u8 as u64 == value::STR;
            if val.is_nil() {
                return Next::Skip;
            }
            self.pairs += 1;
            self.value = Some(val);
            Next::Write(Value { tag: u64::from(key.tag as u32), data: key.data })
        }
    }

    /// The key of the entry that was looked at last.
    unsafe fn key(&self) -> Value {
        if self.at <= self.array {
            return Value::int(self.at as i64);
        }
        // SAFETY: the caller knows that an entry was looked at.
        unsafe { (*(*self.table).nodes.add(self.at - self.array - 1)).key }
    }
}

// ---- in ------------------------------------------------------------------------------------------------------------

/// The value of a portable, made without the host. One that the quota forbids ends the process.
fn adopt_foreign(lua: &mut Lua, portable: &dyn Portable) -> Value {
    let made = lua.aside(|cx| portable.adopt(cx).map(|v| v.raw));
    made.unwrap_or_else(|Raise(kind)| {
        lua.dead |= kind == RaiseKind::Quota;
        Value::NIL
    })
}

enum Source {
    /// Nobody else needs it: its texts are taken over as they are.
    Own(Large),
    Shared(Arc<Large>),
}

impl Source {
    fn large(&self) -> &Large {
        match self {
            Source::Own(large) => large,
            Source::Shared(large) => large,
        }
    }
}

/// An adoption in the making.
struct Adoption {
    source: Source,
    next: usize,
    roots: Vec<Value>,
    tables: Pieces<*mut object::Table>,
    open: Pieces<Open>,
    /// The block that is used now, which the heap owns, and its number. Texts come in the order of blocks.
    block: Option<(u32, *mut u8)>,
    filling: Option<Filling>,
}

impl Adoption {
    fn new(mut source: Source) -> Adoption {
        if let Source::Own(large) = &mut source {
            large.blocks.reverse();
        }
        Adoption {
            source,
            next: 0,
            roots: Vec::new(),
            tables: Pieces::default(),
            open: Pieces::default(),
            block: None,
            filling: None,
        }
    }

    /// Goes on for `fuel`; true when it is done.
    fn step(&mut self, lua: &mut Lua, fuel: &mut i64) -> bool {
        while *fuel > 0 {
            let cost = if let Some(filling) = &mut self.filling {
                // SAFETY: the source is kept, the block belongs to the heap, and nothing was collected since.
                let cost = unsafe { fill(filling) };
                self.filling.take_if(|filling| filling.is_done());
                cost
            } else if self.open.last_mut().is_some_and(|level| level.is_full()) {
                self.open.pop();
                VALUE
            } else if self.next < self.source.large().items.len() {
                self.one(lua)
            } else {
                if let Source::Own(large) = &mut self.source
                    && large.foreign.len() == 0
                {
                    // Nothing is left of it.
                    large.undertaker = None;
                }
                return true;
            };
            crate::meter::count(cost as usize);
            // Growing and searching tables is owed to the heap.
            *fuel -= cost + lua.heap.bill() as i64;
        }
        false
    }

    /// Makes the next value and puts it where it belongs. What it costs.
    fn one(&mut self, lua: &mut Lua) -> i64 {
        let Some(item) = self.source.large().items.get(self.next).copied() else { return VALUE };
        self.next += 1;
        if let Source::Own(large) = &mut self.source {
            large.items.forget_before(self.next);
        }
        let mut cost = VALUE;
        let mut opened = None;
        let v = match item {
            Item::Str { block, at } => {
                let start = self.block(lua, block, &mut cost);
                // SAFETY: the place lies in the block, which the heap took over; nothing was collected since.
                Value::str(unsafe { start.add(at as usize) }.cast())
            }
            Item::Seen(n) => self.tables.get(n as usize).map_or(Value::NIL, |t| Value::table(*t)),
            Item::Foreign(n) => {
                cost = OBJECT;
                adopt_foreign(lua, self.source.large().foreign(n))
            }
            Item::Table { array, pairs, object } => {
                cost = TABLE;
                let room = if pairs > RESERVED { 0 } else { pairs };
                let t = lua.heap.new_table(array as usize, room as usize);
                if object {
                    // SAFETY: just made.
                    unsafe { (*t).hdr.mark |= TEXT_KEYED };
                }
                self.tables.push(t);
                opened = Some(Open { table: t, array, pairs, filled: 0, key: None });
                Value::table(t)
            }
            plain => plain.plain(),
        };
        match self.open.last_mut() {
            // SAFETY: the table was made here and is not reachable yet.
            Some(level) => unsafe { level.put(&mut lua.heap, v) },
            None => self.roots.push(v),
        }
        if let Some(level) = opened {
            self.open.push(level);
        }
        cost
    }

    /// The start of a block, which belongs to the heap from now on.
    fn block(&mut self, lua: &mut Lua, number: u32, cost: &mut i64) -> *mut u8 {
        if let Some((known, start)) = self.block
            && known == number
        {
            return start;
        }
        *cost += TABLE;
        let block = match &mut self.source {
            // The first one is the last in the list.
            Source::Own(large) => large.blocks.pop().expect("each block is taken once"),
            Source::Shared(large) => {
                let block = &large.blocks[number as usize];
                if block.size() > WHOLE {
                    let (copy, filling) = block.begin_copy();
                    self.filling = Some(filling);
                    copy
                } else {
                    *cost += (block.size() / BYTES) as i64;
                    block.copy()
                }
            }
        };
        let start = block.at(0).cast();
        lua.heap.take_over(block);
        self.block = Some((number, start));
        start
    }
}
