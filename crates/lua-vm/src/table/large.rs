//! Index of a large hash part: grows and is compacted in small pieces, never as a whole.
//!
//! Extendible hashing: the upper bits of a key's hash choose a segment in a directory, the lower ones a slot in it. A segment that
//! is three quarters full is split by one more upper bit, which looks at some 3,000 nodes; the directory is doubled when it has
//! no bit left for that. Segments of equal hashes, which no bit splits, are chained. The nodes themselves are dense and in
//! insertion order, as in a small table; their array is a mapped block that grows without a copy.
//!
//! When the nodes fill their array and many of them were removed, those that live move down, some with each new key: those
//! below `write` are dense, between `write` and `read` there is nothing, from `read` on they lie as they did.

#![allow(unsafe_code, reason = "raw arrays inside tables")]

use std::ptr;

use super::{hash_of, key_eq};
use crate::block;
use crate::heap::{Heap, regrow};
use crate::object::{Node, Str, Table};
use crate::value::Value;

/// `Table::index_mask` of a table whose index is a [`Large`].
pub(super) const MARK: u32 = u32::MAX;
/// Rooms of nodes above this have such an index.
pub(super) const NODES: usize = 32 << 10;

const SLOTS: u32 = 4096;
const FULL: u32 = SLOTS / 4 * 3;
/// Most bits of the directory.
const MAX_DEPTH: u32 = 18;
/// A node that was there and is not any more.
const GONE: u32 = u32::MAX;
/// Nodes looked at for each new key while the table is compacted.
const PIECE: usize = 32;
/// Nodes looked at to estimate how many are removed.
const SAMPLES: usize = 256;

struct Segment {
    /// Number of upper bits that its keys have in common.
    depth: u32,
    /// Slots that are not 0.
    used: u32,
    next: *mut Segment,
    /// Node number + 1, 0 or `GONE`.
    slots: [u32; SLOTS as usize],
}

/// See the file's head.
pub(super) struct Large {
    /// `1 << depth` pointers; neighbours may be equal.
    directory: Vec<*mut Segment>,
    depth: u32,
    segments: usize,
    /// A compaction is under way.
    compacting: bool,
    read: usize,
    write: usize,
}

fn segment(depth: u32) -> *mut Segment {
    let s: *mut Segment = block::allocate_zeroed(size_of::<Segment>()).cast();
    // SAFETY: zeros are a valid empty segment.
    unsafe { (*s).depth = depth };
    s
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
    // SAFETY: segments live as long as the table; node numbers in them are below `node_len`.
    unsafe {
        let large = &*of(t);
        let mut s = large.directory[large.place(hash)];
        while !s.is_null() {
            let mut slot = hash & (SLOTS - 1);
            // A segment is never full.
            loop {
                match (*s).slots[slot as usize] {
                    0 => break,
                    GONE => {}
                    n => {
                        let node = (*t).nodes.add(n as usize - 1);
                        if accepts(node) {
                            return node;
                        }
                    }
                }
                slot = (slot + 1) & (SLOTS - 1);
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

/// Enters node `at` under its key.
pub(super) unsafe fn insert(heap: &mut Heap, t: *mut Table, key: Value, at: u32) {
    // SAFETY: the caller's promise.
    unsafe {
        let large = &mut *of(t);
        let before = large.bytes();
        let hash = hash_of(key);
        loop {
            let s = large.directory[large.place(hash)];
            if (*s).used < FULL || (*s).depth == MAX_DEPTH {
                enter(large, s, hash, at + 1);
                break;
            }
            split(large, t, s, hash);
        }
        heap.add_bytes(large.bytes() - before);
        if large.compacting {
            compact(heap, t);
        }
    }
}

/// Puts a node number into a segment or one chained to it.
unsafe fn enter(large: &mut Large, s: *mut Segment, hash: u32, number: u32) {
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
        let mut slot = hash & (SLOTS - 1);
        while (*s).slots[slot as usize] != 0 {
            slot = (slot + 1) & (SLOTS - 1);
        }
        (*s).slots[slot as usize] = number;
        (*s).used += 1;
    }
}

/// Replaces a segment by two that differ in one more bit.
unsafe fn split(large: &mut Large, t: *const Table, s: *mut Segment, hash: u32) {
    // SAFETY: the segment is live and is freed when its entries are in the new ones.
    unsafe {
        let depth = (*s).depth;
        if depth == large.depth {
            let old = std::mem::take(&mut large.directory);
            large.directory = old.iter().flat_map(|s| [*s, *s]).collect();
            large.depth += 1;
        }
        let (low, high) = (segment(depth + 1), segment(depth + 1));
        large.segments += 1;
        for n in (*s).slots {
            if n != 0 && n != GONE {
                let hash = hash_of((*(*t).nodes.add(n as usize - 1)).key);
                let to = if hash >> (31 - depth) & 1 == 0 { low } else { high };
                enter(large, to, hash, n);
            }
        }
        // All places of the old segment: they are neighbours.
        let span = 1 << (large.depth - depth);
        let first = large.place(hash) / span * span;
        for i in 0..span {
            large.directory[first + i] = if i < span / 2 { low } else { high };
        }
        block::free(s.cast(), size_of::<Segment>());
    }
}

/// Gives `t` an index for the nodes it has.
pub(super) unsafe fn build(heap: &mut Heap, t: *mut Table) {
    let mut large = Box::new(Large {
        directory: vec![segment(0)],
        depth: 0,
        segments: 1,
        compacting: false,
        read: 0,
        write: 0,
    });
    heap.add_bytes(large.bytes());
    large.compacting = false;
    // SAFETY: the table had no index; its nodes are live.
    unsafe {
        (*t).index = Box::into_raw(large).cast();
        (*t).index_mask = MARK;
        for i in 0..(*t).node_len {
            insert(heap, t, (*(*t).nodes.add(i as usize)).key, i);
        }
    }
}

/// Frees the index; its size.
pub(super) unsafe fn free(t: *mut Table) -> usize {
    // SAFETY: the index came from a box in `build`; each segment is in neighbouring places of the directory.
    unsafe {
        let large = Box::from_raw(of(t));
        let bytes = large.bytes();
        let mut last = ptr::null_mut();
        for s in &large.directory {
            if *s == last {
                continue;
            }
            last = *s;
            let mut s = *s;
            while !s.is_null() {
                let next = (*s).next;
                block::free(s.cast(), size_of::<Segment>());
                s = next;
            }
        }
        bytes
    }
}

/// Makes room for another node: a larger array, and a compaction if many nodes were removed.
pub(super) unsafe fn make_room(heap: &mut Heap, t: *mut Table) {
    // SAFETY: the caller's promise; nodes up to the capacity are initialised.
    unsafe {
        let cap = (*t).node_cap as usize;
        let large = &mut *of(t);
        if !large.compacting {
            let removed =
                (0..SAMPLES).filter(|i| (*(*t).nodes.add(i * (cap / SAMPLES))).val.is_nil()).count();
            if removed > SAMPLES / 4 {
                (large.compacting, large.read, large.write) = (true, 0, 0);
            }
        }
        // While it is compacted, an eighth is room for more than it takes.
        let more = if large.compacting { cap / 8 } else { cap / 4 };
        if !heap.fits(more * size_of::<Node>()) {
            heap.over_quota = true;
        }
        (*t).nodes = regrow((*t).nodes, cap, cap + more);
        (*t).node_cap = (cap + more) as u32;
        heap.add_bytes(more * size_of::<Node>());
    }
}

/// Moves some nodes down.
unsafe fn compact(heap: &mut Heap, t: *mut Table) {
    // SAFETY: the caller's promise; `write <= read <= node_len`.
    unsafe {
        let large = &mut *of(t);
        let end = ((*t).node_len as usize).min(large.read + PIECE);
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
            let mut slot = hash & (SLOTS - 1);
            while (*s).slots[slot as usize] != 0 {
                if (*s).slots[slot as usize] == old {
                    (*s).slots[slot as usize] = new;
                    return;
                }
                slot = (slot + 1) & (SLOTS - 1);
            }
            s = (*s).next;
        }
        debug_assert!(false, "each node is in the index");
    }
}
