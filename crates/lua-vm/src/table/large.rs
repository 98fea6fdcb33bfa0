//! Index of a large hash part: grows and is compacted in small pieces, never as a whole.
//!
//! Extendible hashing: the upper bits of a key's hash choose a segment in a directory, the lower ones a slot in it. A segment that
//! is three quarters full is split by one more upper bit, or rebuilt if much of it are nodes that are gone; the directory is
//! doubled when it has no bit left for that. Segments of equal hashes, which no bit splits, are chained. Slots hold the
//! hash beside the number of the node, so that a search looks at one node and a split at none: nodes are anywhere in
//! memory. The nodes themselves are dense and in insertion order, as in a small table; their array is a mapped block that
//! grows without a copy.
//!
//! When the nodes fill their array and many of them were removed, those that live move down, some with each new key: those
//! below `write` are dense, between `write` and `read` there is nothing, from `read` on they lie as they did.

#![allow(unsafe_code, reason = "raw arrays inside tables")]

use std::ptr;
use thin_vec::ThinVec;

use super::{hash_of, key_eq};
use crate::block;
use crate::heap::{Heap, regrow};
use crate::object::{Node, Str, Table};
use crate::rest::Rest;
use crate::value::Value;

/// `Table::index_mask` of a table whose index is a [`Large`].
pub(super) const MARK: u32 = u32::MAX;
/// Rooms of nodes above this have such an index.
pub(super) const NODES: usize = 8 << 10;

/// Slots of a segment, which is a block of 8 KiB.
const SLOTS: usize = 1021;
const FULL: u32 = SLOTS as u32 / 4 * 3;
/// Gone nodes from which on a full segment is rebuilt instead of split.
const MANY_GONE: u32 = SLOTS as u32 / 4;
/// Most bits of the directory.
const MAX_DEPTH: u32 = 18;
/// A node that was there and is not any more.
const GONE: u32 = u32::MAX;
/// Nodes looked at for each new key while the table is compacted.
const PIECE: usize = 12;
/// Nodes looked at to estimate how many are removed.
const SAMPLES: usize = 256;
/// Units of a split.
const SPLIT: usize = 4 * SLOTS;
/// Units of finding a node in the index, which is anywhere in memory.
const SEARCH: usize = 32;

#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Slot {
    /// Node number + 1, 0 or `GONE`.
    number: u32,
    hash: u32,
}

#[repr(C)]
struct Segment {
    next: *mut Segment,
    /// Number of upper bits that its keys have in common.
    depth: u32,
    /// Slots that are not 0.
    used: u32,
    /// Slots that are `GONE`.
    gone: u32,
    _pad: u32,
    slots: [Slot; SLOTS],
}

const _: () = assert!(size_of::<Segment>() == 8192);

/// See the file's head.
pub(crate) struct Large {
    /// `1 << depth` pointers; neighbours may be equal.
    directory: Vec<*mut Segment>,
    depth: u32,
    segments: usize,
    /// A compaction is under way.
    compacting: bool,
    read: usize,
    write: usize,
    /// The number of nodes at which to look whether a compaction is worth it: early enough for it to be over before they
    /// fill their array.
    watch: usize,
}

fn segment(depth: u32) -> *mut Segment {
    let s: *mut Segment = block::allocate_zeroed(size_of::<Segment>()).cast();
    // SAFETY: zeros are a valid empty segment.
    unsafe { (*s).depth = depth };
    s
}

/// Where the search for a hash begins in a segment.
#[inline(always)]
fn home(hash: u32) -> usize {
    ((hash & 0xffff) as usize * SLOTS) >> 16
}

#[inline(always)]
fn behind(slot: usize) -> usize {
    if slot + 1 == SLOTS { 0 } else { slot + 1 }
}

/// The index of `t`.
///
/// # Safety
/// `t` is live and has the mark.
#[inline]
unsafe fn of(t: *const Table) -> *mut Large {
    // SAFETY: the caller's promise.
    unsafe { (*t).index.cast() }
}

impl Large {
    #[inline]
    fn place(&self, hash: u32) -> usize {
        // A shift by 32 would be none at all.
        if self.depth == 0 { 0 } else { (hash >> (32 - self.depth)) as usize }
    }

    fn bytes(&self) -> usize {
        size_of::<Large>()
            + self.segments * size_of::<Segment>()
            + self.directory.capacity() * size_of::<usize>()
    }

    /// Frees some segments of an index that nothing uses any more; the bytes, 0 when all are free.
    pub(crate) fn shrink(&mut self) -> usize {
        let mut freed = 0;
        while freed < block::SLICE / 4
            && let Some(s) = self.directory.last().copied()
        {
            // All places of a segment are neighbours; the others of its chain are in none.
            while self.directory.last() == Some(&s) {
                self.directory.pop();
            }
            let mut s = s;
            while !s.is_null() {
                // SAFETY: segments belong to the index, and this one is in no place any more.
                unsafe {
                    let next = (*s).next;
                    block::free(s.cast(), size_of::<Segment>());
                    s = next;
                }
                self.segments -= 1;
                freed += size_of::<Segment>();
            }
        }
        if freed == 0 {
            freed = std::mem::take(&mut self.directory).capacity() * size_of::<usize>();
        }
        freed
    }

    /// What is counted of it.
    pub(crate) fn len(&self) -> usize {
        self.bytes() - size_of::<Large>()
    }
}

/// Bytes of the index.
///
/// # Safety
/// As for `of`; so everywhere here.
pub(super) unsafe fn bytes(t: *const Table) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (&*of(t)).bytes() }
}

/// The node whose key is accepted, among those of the hash; or null.
#[inline]
unsafe fn search(t: *const Table, hash: u32, accepts: impl Fn(*mut Node) -> bool) -> *mut Node {
    // SAFETY: segments live as long as the table; node numbers in them are at most `node_len`.
    unsafe {
        let large = &*of(t);
        let mut s = large.directory[large.place(hash)];
        while !s.is_null() {
            let mut at = home(hash);
            // A segment is never full.
            loop {
                let slot = (*s).slots[at];
                if slot.number == 0 {
                    break;
                }
                if slot.hash == hash && slot.number != GONE {
                    let node = (*t).nodes.add(slot.number as usize - 1);
                    if accepts(node) {
                        return node;
                    }
                }
                at = behind(at);
            }
            s = (*s).next;
        }
        ptr::null_mut()
    }
}

/// The node of a key in stored form, or null.
#[inline(never)]
pub(super) unsafe fn find(t: *const Table, key: Value) -> *mut Node {
    // SAFETY: the caller's promise; keys of nodes are live.
    unsafe { search(t, hash_of(key), |node| key_eq((*node).key, key)) }
}

/// The node of a string key with that tag word, or null.
pub(super) unsafe fn find_bytes(t: *const Table, tag: u64, key: &[u8]) -> *mut Node {
    // SAFETY: as above; entries with a string tag hold live strings.
    unsafe {
        search(t, (tag >> 32) as u32, |node| {
            (*node).key.tag == tag && Str::bytes((*node).key.as_str()) == key
        })
    }
}

/// A key with that tag word, or null.
pub(super) unsafe fn twin(t: *const Table, key: Value) -> *const Str {
    // SAFETY: as above.
    unsafe {
        let node = search(t, hash_of(key), |node| (*node).key.tag == key.tag);
        if node.is_null() { ptr::null() } else { (*node).key.as_str() }
    }
}

/// Enters node `at` under its key, and goes on with a compaction.
pub(super) unsafe fn insert(heap: &mut Heap, t: *mut Table, key: Value, at: u32) {
    // SAFETY: the caller's promise.
    unsafe {
        index(heap, t, key, at);
        let large = &mut *of(t);
        if large.compacting {
            compact(heap, t);
        } else if (*t).node_len as usize == large.watch {
            heap.owe(SAMPLES * 16);
            let step = large.watch / SAMPLES;
            let removed = (0..SAMPLES).filter(|i| (*(*t).nodes.add(i * step)).val.is_nil()).count();
            if removed > SAMPLES / 4 {
                (large.compacting, large.read, large.write) = (true, 0, 0);
            }
        }
    }
}

/// Gives node `at` another key.
pub(super) unsafe fn replace_key(heap: &mut Heap, t: *mut Table, at: usize, key: Value) {
    // SAFETY: the caller's promise; the node is there.
    unsafe {
        let node = (*t).nodes.add(at);
        rename(&mut *of(t), hash_of((*node).key), at as u32 + 1, GONE);
        (*node).key = key;
        index(heap, t, key, at as u32);
    }
}

/// Enters node `at` under its key.
unsafe fn index(heap: &mut Heap, t: *mut Table, key: Value, at: u32) {
    // SAFETY: the caller's promise.
    unsafe {
        let large = &mut *of(t);
        let slot = Slot { number: at + 1, hash: hash_of(key) };
        let before = large.bytes();
        loop {
            let s = large.directory[large.place(slot.hash)];
            if (*s).used < FULL || ((*s).depth == MAX_DEPTH && (*s).gone < MANY_GONE) {
                enter(large, s, slot);
                break;
            }
            heap.owe(SPLIT);
            if (*s).gone < MANY_GONE && (*s).depth == large.depth {
                heap.owe(large.directory.len() * 4);
                large.double();
            }
            split(large, s, slot.hash);
        }
        let after = large.bytes();
        if after > before {
            heap.add_bytes(after - before);
        } else {
            heap.sub_bytes(before - after);
        }
    }
}

impl Large {
    /// One more bit for the directory. Two MiB at most, when there are 200 million nodes.
    fn double(&mut self) {
        let mut twice = Vec::with_capacity(self.directory.len() * 2);
        for s in &self.directory {
            twice.push(*s);
            twice.push(*s);
        }
        self.directory = twice;
        self.depth += 1;
    }
}

/// Puts a node number into a segment or one chained to it.
unsafe fn enter(large: &mut Large, s: *mut Segment, slot: Slot) {
    // SAFETY: the caller passes a live segment.
    unsafe {
        let mut s = s;
        while (*s).used >= FULL {
            if (*s).next.is_null() {
                (*s).next = segment((*s).depth);
                large.segments += 1;
            }
            s = (*s).next;
        }
        let mut at = home(slot.hash);
        while (*s).slots[at].number != 0 {
            at = behind(at);
        }
        (*s).slots[at] = slot;
        (*s).used += 1;
    }
}

/// Replaces a segment, and what is chained to it, by two that differ in one more bit; or by one without nodes that are gone, if
/// there are many of them.
unsafe fn split(large: &mut Large, s: *mut Segment, hash: u32) {
    // SAFETY: the segment is live and is freed when its entries are in the new ones.
    unsafe {
        let depth = (*s).depth;
        let one = (*s).gone >= MANY_GONE;
        let low = segment(depth + u32::from(!one));
        let high = if one { low } else { segment(depth + 1) };
        large.segments += if one { 1 } else { 2 };
        // All places of the old segment: they are neighbours.
        let span = 1 << (large.depth - depth);
        let first = large.place(hash) / span * span;
        for i in 0..span {
            large.directory[first + i] = if i < span / 2 { low } else { high };
        }
        let mut s = s;
        while !s.is_null() {
            for slot in &(*s).slots {
                if slot.number != 0 && slot.number != GONE {
                    let upper = !one && slot.hash >> (31 - depth) & 1 == 1;
                    enter(large, if upper { high } else { low }, *slot);
                }
            }
            let next = (*s).next;
            block::free(s.cast(), size_of::<Segment>());
            large.segments -= 1;
            s = next;
        }
    }
}

/// Gives `t` an index for the nodes it has; its segments are half full then.
pub(super) unsafe fn build(heap: &mut Heap, t: *mut Table) {
    // SAFETY: the table had no index; its nodes are live.
    unsafe {
        let nodes = (*t).node_len as usize;
        let depth = (nodes / (SLOTS / 2)).next_power_of_two().trailing_zeros();
        let large = Box::new(Large {
            directory: (0..1 << depth).map(|_| segment(depth)).collect(),
            depth,
            segments: 1 << depth,
            compacting: false,
            read: 0,
            write: 0,
            watch: watch((*t).node_cap as usize),
        });
        heap.add_bytes(large.bytes());
        heap.owe(nodes * 4);
        (*t).index = Box::into_raw(large).cast();
        (*t).index_mask = MARK;
        for i in 0..(*t).node_len {
            insert(heap, t, (*(*t).nodes.add(i as usize)).key, i);
        }
    }
}

/// A copy of the index of `t`, for a table with the same nodes.
pub(super) unsafe fn copy<T>(t: *const Table) -> *mut T {
    // SAFETY: the caller's promise; segments are plain data but for the chain, whose links are replaced.
    unsafe {
        let from = &*of(t);
        let mut large = Box::new(Large { directory: Vec::with_capacity(from.directory.len()), ..*from });
        let mut last = (ptr::null_mut(), ptr::null_mut());
        for s in &from.directory {
            if *s != last.0 {
                last = (*s, copy_chain(*s));
            }
            large.directory.push(last.1);
        }
        Box::into_raw(large).cast()
    }
}

unsafe fn copy_chain(first: *mut Segment) -> *mut Segment {
    let mut copy = ptr::null_mut();
    let mut link = &raw mut copy;
    let mut s = first;
    // SAFETY: the caller passes a live segment; `link` is the local variable or the field of a segment just made.
    unsafe {
        while !s.is_null() {
            let new: *mut Segment = block::allocate(size_of::<Segment>()).cast();
            ptr::copy_nonoverlapping(s, new, 1);
            *link = new;
            link = &raw mut (*new).next;
            s = (*s).next;
        }
    }
    copy
}

/// Takes the index away, to be freed in pieces; its size without them.
pub(super) unsafe fn free(t: *mut Table, rests: &mut ThinVec<Rest>) -> usize {
    // SAFETY: the index came from a box in `build`.
    let large = unsafe { Box::from_raw(of(t)) };
    rests.push(Rest::Index(large));
    size_of::<Large>()
}

/// A compaction that looks at `PIECE` nodes for each new one is over before an eighth of the room is used.
fn watch(cap: usize) -> usize {
    cap - cap / 8
}

/// Gives the array of nodes more room.
pub(super) unsafe fn grow(heap: &mut Heap, t: *mut Table, more: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let cap = (*t).node_cap as usize;
        if !heap.fits(more * size_of::<Node>()) {
            heap.over_quota = true;
        }
        (*t).nodes = regrow((*t).nodes, cap, cap + more);
        (*t).node_cap = (cap + more) as u32;
        (*of(t)).watch = watch(cap + more);
        heap.owe(cap >> 10);
        heap.add_bytes(more * size_of::<Node>());
    }
}

/// Moves some nodes down.
unsafe fn compact(heap: &mut Heap, t: *mut Table) {
    // SAFETY: the caller's promise; `write <= read <= node_len`.
    unsafe {
        let large = &mut *of(t);
        let end = ((*t).node_len as usize).min(large.read + PIECE);
        heap.owe((end - large.read) * SEARCH);
        while large.read < end {
            let from = (*t).nodes.add(large.read);
            let node = *from;
            let number = large.read as u32 + 1;
            large.read += 1;
            if node.val.is_nil() {
                rename(large, hash_of(node.key), number, GONE);
                *from = Node { key: Value::NIL, val: Value::NIL };
                continue;
            }
            large.write += 1;
            if large.write as u32 != number {
                rename(large, hash_of(node.key), number, large.write as u32);
                // The collector may have scanned the place already.
                heap.shade(super::plain(node.key));
                heap.shade(node.val);
                *(*t).nodes.add(large.write - 1) = node;
                *from = Node { key: Value::NIL, val: Value::NIL };
            }
        }
        if large.read == (*t).node_len as usize {
            (*t).node_len = large.write as u32;
            large.compacting = false;
        }
    }
}

/// Writes `new` where the number of a node is in the index.
unsafe fn rename(large: &mut Large, hash: u32, old: u32, new: u32) {
    // SAFETY: the caller knows that the number is there.
    unsafe {
        let mut s = large.directory[large.place(hash)];
        while !s.is_null() {
            let mut at = home(hash);
            while (*s).slots[at].number != 0 {
                if (*s).slots[at].number == old {
                    (*s).slots[at].number = new;
                    (*s).gone += u32::from(new == GONE);
                    return;
                }
                at = behind(at);
            }
            s = (*s).next;
        }
        debug_assert!(false, "each node is in the index");
    }
}
