//! `table.sort`: a merge sort that can stop anywhere, for Lua comparisons and long arrays.
//!
//! Arrays of integers, floats or strings without an order function are compared here: blocks are sorted by the
//! standard library, then merged. Everything else is merged from single elements, one comparison at a time. An order
//! function that is no order gives some permutation, never more.

use crate::block::Buffer;
use crate::lib_math::less;
use crate::long;
use crate::native::{Cx, NativeResult, Raise, Table, Val, View};
use crate::statics::{Dismantle, StaticsBuilder, UserdataType};
use crate::symbol::{LONG, SHORT};
use std::cell::{Cell, RefCell};

/// Elements that are sorted at once; a small part of a slice. Strings are anywhere in memory.
const RUN: usize = if cfg!(miri) { 64 } else { 4096 };
const STRINGS: usize = if cfg!(miri) { 16 } else { 1024 };
/// Merged or copied elements between two looks at the fuel.
const BLOCK: usize = 512;

pub(super) fn register(b: &mut StaticsBuilder) {
    b.userdata(UserdataType::new::<Merge>("sort state"));
    b.userdata(UserdataType::new::<KeySort<i64>>("sort state").dismantled::<KeySort<i64>>());
    b.userdata(UserdataType::new::<KeySort<f64>>("sort state").dismantled::<KeySort<f64>>());
}

pub(super) fn sort(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let order = cx.arg(1);
    if !order.is_nil() {
        cx.check_function(1)?;
    }
    if t.is_frozen() {
        return Err(cx.error("attempt to modify an immutable table"));
    }
    let n = t.len();
    if n < 2 {
        return cx.ret0();
    }
    let Ok(n) = usize::try_from(n).map_err(drop).and_then(|n| if n < 1 << 31 { Ok(n) } else { Err(()) })
    else {
        return Err(cx.arg_error(0, "array too big"));
    };
    cx.set_len(2);
    if order.is_nil() {
        let run = if t.get_int(1).as_bytes().is_some() { STRINGS } else { RUN };
        if n <= run && n <= t.array_len() && sort_block(cx, t, 0, n)? {
            cx.charge(n * if run == RUN { 16 } else { 32 });
            return cx.ret0();
        }
        match t.get_int(1).view() {
            View::Int(_) => return start_keys::<i64>(cx, n),
            View::Float(_) => return start_keys::<f64>(cx, n),
            _ => {}
        }
    }
    start_merge(cx, n)
}

// ---- elements compared here, a block at a time ------------------------------------------------------------------

/// Sorts the elements `from..to` (from 0) of the array part if they are all of one simple type, and strings short; says whether
/// it did.
fn sort_block<'cx>(cx: &mut Cx<'cx>, t: Table<'cx>, from: usize, to: usize) -> Result<bool, Raise> {
    cx.with_array(t, |cells| {
        let Some(cells) = cells.get(from..to) else { return false };
        match cells[0].get().view() {
            View::Int(_) => sort_cells(cells, Val::as_int, |a, b| a.cmp(b), Val::int),
            View::Float(_) => sort_cells(cells, as_float, f64::total_cmp, Val::float),
            View::Str(_) => {
                let pair = |cell: &Cell<Val<'cx>>| {
                    let text = cell.get().as_bytes().filter(|text| text.len() <= SHORT)?;
                    Some((text, cell.get()))
                };
                let pairs: Option<Vec<(&[u8], Val<'cx>)>> = cells.iter().map(pair).collect();
                let Some(mut pairs) = pairs else { return false };
                pairs.sort_unstable_by(|a, b| a.0.cmp(b.0));
                for (cell, (_, v)) in cells.iter().zip(pairs) {
                    cell.set(v);
                }
                true
            }
            _ => false,
        }
    })
}

fn as_float(v: Val<'_>) -> Option<f64> {
    match v.view() {
        View::Float(f) => Some(f),
        _ => None,
    }
}

fn sort_cells<'cx, T>(
    cells: &[Cell<Val<'cx>>],
    key: fn(Val<'cx>) -> Option<T>,
    order: impl FnMut(&T, &T) -> std::cmp::Ordering,
    value: fn(T) -> Val<'cx>,
) -> bool {
    let keys: Option<Vec<T>> = cells.iter().map(|cell| key(cell.get())).collect();
    let Some(mut keys) = keys else { return false };
    keys.sort_unstable_by(order);
    for (cell, key) in cells.iter().zip(keys) {
        cell.set(value(key));
    }
    true
}

// ---- long arrays of one kind of number: sorted outside the heap -------------------------------------------------

/// A number that is its own sort key. NaN goes to an end, as any place is right for it.
trait Key: Copy + Send + 'static {
    fn read(v: Val<'_>) -> Option<Self>;
    fn value<'cx>(self) -> Val<'cx>;
    fn order(&self, other: &Self) -> std::cmp::Ordering;
}

impl Key for i64 {
    fn read(v: Val<'_>) -> Option<i64> {
        v.as_int()
    }
    fn value<'cx>(self) -> Val<'cx> {
        Val::int(self)
    }
    fn order(&self, other: &i64) -> std::cmp::Ordering {
        self.cmp(other)
    }
}

impl Key for f64 {
    fn read(v: Val<'_>) -> Option<f64> {
        as_float(v)
    }
    fn value<'cx>(self) -> Val<'cx> {
        Val::float(self)
    }
    fn order(&self, other: &f64) -> std::cmp::Ordering {
        self.total_cmp(other)
    }
}

#[derive(Clone, Copy)]
enum Stage {
    /// Reading keys, sorting each run when it is complete.
    Load,
    /// Merging runs of this width: next run to start with.
    Merge { width: usize, low: usize },
    /// Writing back.
    Store(usize),
}

struct Keys<T> {
    stage: Stage,
    n: usize,
    keys: Buffer<T>,
    merged: Buffer<T>,
}

/// The state of a sort of numbers; lives in slot 2 while it gives way.
struct KeySort<T>(RefCell<Keys<T>>);

impl<T: Key> Dismantle for KeySort<T> {
    fn dismantle(&mut self) -> bool {
        let keys = self.0.get_mut();
        keys.keys.shrink() && keys.merged.shrink()
    }
}

fn start_keys<T: Key>(cx: &mut Cx<'_>, n: usize) -> NativeResult {
    cx.reserve(2 * n * size_of::<T>())?;
    let keys =
        Keys { stage: Stage::Load, n, keys: Buffer::with_capacity(n), merged: Buffer::<T>::with_capacity(n) };
    let state = cx.userdata(KeySort(RefCell::new(keys)), &[]);
    cx.weigh(state, 2 * n * size_of::<T>());
    cx.push(state);
    sort_keys::<T>(cx)
}

/// Slots: table, nothing, state.
fn sort_keys<T: Key>(cx: &mut Cx<'_>) -> NativeResult {
    let t = cx.check_table(0)?;
    let state = cx.slot(2).as_userdata().and_then(|u| u.payload::<KeySort<T>>());
    let mut keys = state.expect("the slot holds the state").0.borrow_mut();
    loop {
        let work = match keys.stage {
            Stage::Load => {
                if !keys.load(t) {
                    // Another type among them.
                    let n = keys.n;
                    drop(keys);
                    cx.set_len(2);
                    return start_merge(cx, n);
                }
                RUN * 16
            }
            Stage::Merge { width, low } => keys.merge(width, low),
            Stage::Store(at) => {
                let end = keys.n.min(at + BLOCK);
                for i in at..end {
                    cx.set_int(t, i as i64 + 1, keys.keys[i].value())?;
                }
                if end == keys.n {
                    return cx.ret0();
                }
                keys.stage = Stage::Store(end);
                BLOCK * 2
            }
        };
        if cx.charge(work) {
            return cx.again(sort_keys::<T>);
        }
    }
}

impl<T: Key> Keys<T> {
    /// Reads and sorts one run; `false` if a value is no key.
    fn load(&mut self, t: Table<'_>) -> bool {
        let (from, to) = (self.keys.len(), self.n.min(self.keys.len() + RUN));
        for i in from..to {
            let Some(key) = T::read(t.get_int(i as i64 + 1)) else { return false };
            self.keys.push(key);
        }
        self.keys[from..].sort_unstable_by(T::order);
        if to == self.n {
            self.stage = Stage::Merge { width: RUN, low: 0 };
        }
        true
    }

    /// Merges until about a block is done, counted in elements; returns the work.
    fn merge(&mut self, width: usize, low: usize) -> usize {
        if width >= self.n {
            self.stage = Stage::Store(0);
            return 0;
        }
        if low >= self.n {
            std::mem::swap(&mut self.keys, &mut self.merged);
            self.merged.clear();
            self.stage = Stage::Merge { width: width * 2, low: 0 };
            return 0;
        }
        // `merged` holds the result up to where the last call stopped, so the position in both runs follows from
        // a binary search for the split that yields as many elements.
        let (left, right) = (&self.keys[low..self.n.min(low + width)], {
            let middle = self.n.min(low + width);
            &self.keys[middle..self.n.min(low + 2 * width)]
        });
        let done = self.merged.len() - low;
        let mut i = split(left, right, done);
        let mut j = done - i;
        let end = (left.len() + right.len()).min(done + BLOCK * 4);
        for _ in done..end {
            let take_right = match (left.get(i), right.get(j)) {
                (Some(a), Some(b)) => b.order(a).is_lt(),
                (None, _) => true,
                (_, None) => false,
            };
            if take_right {
                self.merged.push(right[j]);
                j += 1;
            } else {
                self.merged.push(left[i]);
                i += 1;
            }
        }
        if end == left.len() + right.len() {
            self.stage = Stage::Merge { width, low: low + 2 * width };
        }
        BLOCK * 8
    }
}

/// How many of the first `count` merged elements come from `left`.
fn split<T: Key>(left: &[T], right: &[T], count: usize) -> usize {
    let (mut low, mut high) = (count.saturating_sub(right.len()), count.min(left.len()));
    while low < high {
        let i = low + (high - low) / 2;
        // With `i` from the left there are `count - i` from the right; the left one goes first among equals.
        if right[count - i - 1].order(&left[i]).is_lt() { high = i } else { low = i + 1 }
    }
    low
}

// ---- everything else: one comparison at a time ------------------------------------------------------------------

/// Where a merge stands; counts from 0. Slots: table, order function or nil, source, destination, this.
#[derive(Clone, Copy)]
struct Progress {
    n: usize,
    width: usize,
    low: usize,
    i: usize,
    j: usize,
    /// Whether the runs of this pair were asked to be in order already, and whether they are.
    probed: bool,
    joined: bool,
    /// Elements copied into `source`, or back into the table.
    copied: usize,
}

struct Merge(Cell<Progress>);

/// What comparing two values takes.
enum Compared {
    Known(bool),
    Call,
}

fn start_merge(cx: &mut Cx<'_>, n: usize) -> NativeResult {
    cx.reserve(2 * n * size_of::<crate::value::Value>())?;
    let (source, destination) = (cx.table(n, 0), cx.table(n, 0));
    cx.push(source);
    cx.push(destination);
    let progress = Progress { n, width: 1, low: 0, i: 0, j: 1, probed: false, joined: false, copied: 0 };
    let state = cx.userdata(Merge(Cell::new(progress)), &[]);
    cx.push(state);
    load(cx)
}

fn state<'cx>(cx: &Cx<'cx>) -> &'cx Cell<Progress> {
    let state = cx.slot(4).as_userdata().and_then(|u| u.payload::<Merge>());
    &state.expect("the slot holds the state").0
}

fn table_slot<'cx>(cx: &Cx<'cx>, i: usize) -> Table<'cx> {
    cx.slot(i).as_table().expect("the slot holds a table")
}

/// Copies the elements into both buffers; runs of strings are sorted on the way.
fn load(cx: &mut Cx<'_>) -> NativeResult {
    let (t, source, destination, state) =
        (table_slot(cx, 0), table_slot(cx, 2), table_slot(cx, 3), state(cx));
    let mut p = state.get();
    while p.copied < p.n {
        let end = p.n.min(p.copied + BLOCK);
        for i in p.copied..end {
            let v = t.get_int(i as i64 + 1);
            cx.set_int(source, i as i64 + 1, v)?;
            cx.set_int(destination, i as i64 + 1, v)?;
        }
        p.copied = end;
        state.set(p);
        if cx.charge(BLOCK * 8) && p.copied < p.n {
            return cx.again(load);
        }
    }
    p.copied = 0;
    state.set(p);
    if cx.slot(1).is_nil() && source.get_int(1).as_bytes().is_some() {
        return sort_runs(cx);
    }
    merge(cx)
}

/// Sorts runs of strings; gives up at the first other value.
fn sort_runs(cx: &mut Cx<'_>) -> NativeResult {
    let (source, state) = (table_slot(cx, 2), state(cx));
    let mut p = state.get();
    while p.copied < p.n {
        let end = p.n.min(p.copied + STRINGS);
        if !sort_block(cx, source, p.copied, end)? || source.get_int(p.copied as i64 + 1).as_bytes().is_none()
        {
            // Runs that are sorted already do no harm to a merge from single elements.
            p.copied = 0;
            state.set(p);
            return merge(cx);
        }
        p.copied = end;
        state.set(p);
        if cx.charge(STRINGS * 32) && p.copied < p.n {
            return cx.again(sort_runs);
        }
    }
    p.copied = 0;
    p.width = STRINGS;
    p.i = 0;
    p.j = p.n.min(STRINGS);
    state.set(p);
    merge(cx)
}

/// The answer of the order function is there.
fn compared(cx: &mut Cx<'_>) -> NativeResult {
    let answer = cx.result(0).truthy();
    cx.set_len(5);
    run(cx, Some(answer))
}

fn merge(cx: &mut Cx<'_>) -> NativeResult {
    run(cx, None)
}

/// Merges pairs of runs from `source` into `destination`, doubling the width, until one run is left.
fn run(cx: &mut Cx<'_>, mut answer: Option<bool>) -> NativeResult {
    let state = state(cx);
    let mut p = state.get();
    let (mut source, mut destination) = (table_slot(cx, 2), table_slot(cx, 3));
    let mut work = 0;
    loop {
        if p.width >= p.n {
            state.set(p);
            return store(cx);
        }
        if p.low >= p.n {
            // The level is complete: its result is the source of the next.
            cx.set_slot(2, destination.val());
            cx.set_slot(3, source.val());
            std::mem::swap(&mut source, &mut destination);
            p.width *= 2;
            p.low = 0;
            start_pair(&mut p);
            continue;
        }
        let (middle, high) = (p.n.min(p.low + p.width), p.n.min(p.low + 2 * p.width));
        if p.i == middle && p.j == high {
            p.low = high;
            start_pair(&mut p);
            continue;
        }
        let take_right = if p.i == middle {
            true
        } else if p.j == high || p.joined {
            false
        } else {
            // Before the first element: is the last of the left run above the first of the right one at all?
            let probe = p.i == p.low && p.j == middle && p.width > 1 && !p.probed;
            let left = source.get_int(if probe { middle } else { p.i + 1 } as i64);
            let right = source.get_int(p.j as i64 + 1);
            let below = match answer.take() {
                Some(answer) => answer,
                None => match compare(cx, right, left, &mut work)? {
                    Compared::Known(known) => known,
                    Compared::Call => {
                        state.set(p);
                        return cx.call(2, compared);
                    }
                },
            };
            if probe {
                p.probed = true;
                p.joined = !below;
                continue;
            }
            below
        };
        let from = if take_right { &mut p.j } else { &mut p.i };
        let v = source.get_int(*from as i64 + 1);
        *from += 1;
        let to = p.i + p.j - middle;
        cx.set_int(destination, to as i64, v)?;
        work += 1;
        if work >= BLOCK {
            work = 0;
            if cx.charge(BLOCK * 16) {
                state.set(p);
                return cx.again(merge);
            }
        }
    }
}

fn start_pair(p: &mut Progress) {
    p.i = p.low;
    p.j = p.n.min(p.low + p.width);
    p.joined = false;
    p.probed = false;
}

/// Is `a` below `b`? Pushes a function and both values when Lua has to answer.
fn compare<'cx>(cx: &mut Cx<'cx>, a: Val<'cx>, b: Val<'cx>, work: &mut usize) -> Result<Compared, Raise> {
    let mut function = cx.slot(1);
    if function.is_nil() {
        match (a.view(), b.view()) {
            (View::Int(a), View::Int(b)) => return Ok(Compared::Known(a < b)),
            (View::Str(x), View::Str(y)) => {
                let common = x.len().min(y.len());
                let first = common.min(LONG);
                *work += first / (16 * long::COMPARED);
                if common == first || x[..first] != y[..first] {
                    return Ok(Compared::Known(x < y));
                }
                let less = cx.native("less", long::less, &[]);
                cx.push(less);
                cx.push(a);
                cx.push(b);
                return Ok(Compared::Call);
            }
            _ => {}
        }
        if let (Some(a), Some(b)) = (super::num(a), super::num(b)) {
            return Ok(Compared::Known(less(a, b)));
        }
        function = cx.metamethod(a, "__lt");
        if function.is_nil() {
            function = cx.metamethod(b, "__lt");
        }
        if function.is_nil() {
            let (a, b) = (cx.type_name_of(a), cx.type_name_of(b));
            return Err(if a == b {
                cx.error(format_args!("attempt to compare two {a} values"))
            } else {
                cx.error(format_args!("attempt to compare {a} with {b}"))
            });
        }
    }
    cx.push(function);
    cx.push(a);
    cx.push(b);
    Ok(Compared::Call)
}

/// Writes the one run that is left back into the table.
fn store(cx: &mut Cx<'_>) -> NativeResult {
    let (t, source, state) = (table_slot(cx, 0), table_slot(cx, 2), state(cx));
    let mut p = state.get();
    while p.copied < p.n {
        let end = p.n.min(p.copied + BLOCK);
        for i in p.copied..end {
            cx.set_int(t, i as i64 + 1, source.get_int(i as i64 + 1))?;
        }
        p.copied = end;
        state.set(p);
        if cx.charge(BLOCK * 4) && p.copied < p.n {
            return cx.again(store);
        }
    }
    cx.ret0()
}
