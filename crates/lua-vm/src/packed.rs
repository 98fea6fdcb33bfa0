//! Blocks of strings: the texts of a message are a few allocations, which its receiver takes over.
//!
//! A block holds complete string objects, one behind the other. While it travels nobody but its owner knows it. A heap that
//! takes it over links the strings like all its objects; each is swept by itself, and the last one that dies frees the block.
//! So that a short string keeps little memory alive, blocks of several strings are small, and a long string has one of its own.

#![allow(unsafe_code, reason = "objects in memory that they share")]

use std::ptr::{self, NonNull};

use smallvec::SmallVec;

use crate::block::{self, LARGE, Tail};
use crate::heap::Heap;
use crate::object::{Header, Kind, STR_BYTES, Str};
use crate::rest::Rest;

/// Most bytes of a block of several strings.
const FULL: usize = 4096;
/// `hdr.small` of a string in a block: this bit, and how many words behind the start of the block the string begins.
pub(crate) const PACKED: u16 = 0x8000;

/// What a block begins with.
#[repr(C)]
struct Head {
    /// Size of the block.
    bytes: usize,
    /// Strings that have not died.
    live: u32,
    /// Strings that it holds.
    strings: u32,
}

const WORD: usize = size_of::<u64>();
const START: usize = size_of::<Head>();

/// Bytes from the start of a string of `len` bytes to the next one.
fn stride(len: usize) -> usize {
    (STR_BYTES + len + WORD - 1) & !(WORD - 1)
}

/// A block that no heap owns.
pub(crate) struct Block(NonNull<Head>);

/// The blocks of a message.
pub(crate) type Blocks = SmallVec<[Block; 1]>;

// SAFETY: a block that no heap owns is plain memory with one owner, and is not written while it is shared.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

impl Block {
    /// A block of the given words behind its head, which hold that many strings.
    fn new(words: &[u64], strings: u32) -> Block {
        let bytes = START + size_of_val(words);
        let head = block::allocate(bytes).cast::<Head>();
        // SAFETY: the memory is fresh and has room for the head and the words.
        unsafe {
            head.write(Head { bytes, live: strings, strings });
            ptr::copy_nonoverlapping(words.as_ptr(), head.add(1).cast(), words.len());
            Block(NonNull::new_unchecked(head))
        }
    }

    /// A block for one string.
    fn of(bytes: &[u8], hash: u32) -> Block {
        let size = START + stride(bytes.len());
        let head = block::allocate(size).cast::<Head>();
        // SAFETY: as in `new`.
        unsafe {
            head.write(Head { bytes: size, live: 1, strings: 1 });
            write(head.add(1).cast(), START, bytes, hash);
            Block(NonNull::new_unchecked(head))
        }
    }

    pub(crate) fn size(&self) -> usize {
        // SAFETY: the block is this one's own.
        unsafe { self.0.as_ref().bytes }
    }

    /// The string that begins `at` bytes behind the start.
    pub(crate) fn at(&self, at: u32) -> *mut Str {
        // SAFETY: places are those that `Packer::add` gave out for this block.
        unsafe { self.0.as_ptr().byte_add(at as usize).cast() }
    }

    /// Another block with the same content at the same places.
    pub(crate) fn copy(&self) -> Block {
        let bytes = self.size();
        let p = block::allocate(bytes);
        // SAFETY: both are blocks of that size.
        unsafe {
            ptr::copy_nonoverlapping(self.0.as_ptr().cast(), p, bytes);
            Block(NonNull::new_unchecked(p.cast()))
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: the block is this one's own, and no object in it is known to anybody.
        unsafe { block::free(self.0.as_ptr().cast(), self.0.as_ref().bytes) }
    }
}

/// Writes a string whose block begins `offset` bytes before.
///
/// # Safety
/// There is room for its stride at `to`, which is aligned to a word.
unsafe fn write(to: *mut u8, offset: usize, bytes: &[u8], hash: u32) {
    let len = bytes.len();
    // SAFETY: the caller's promise. The last word is cleared first, since the bytes may end inside of it.
    unsafe {
        to.add(stride(len) - WORD).cast::<u64>().write(0);
        let s = to.cast::<Str>();
        let small = PACKED | (offset / WORD) as u16;
        (&raw mut (*s).hdr).write(Header {
            next: ptr::null_mut(),
            kind: Kind::Str,
            mark: 0,
            small,
            word: len as u32,
        });
        (&raw mut (*s).hash).write(hash);
        copy(bytes, to.add(STR_BYTES));
    }
}

/// Copies bytes; most strings are short, and then a call of `memcpy` is most of the work.
///
/// # Safety
/// There is room for them at `to`.
#[inline(always)]
unsafe fn copy(bytes: &[u8], to: *mut u8) {
    let (from, len) = (bytes.as_ptr(), bytes.len());
    // SAFETY: both ends are within `len` bytes; where two pieces overlap they write the same.
    unsafe {
        match len {
            0..8 => (0..len).for_each(|i| *to.add(i) = *from.add(i)),
            8..16 => {
                let (first, last) = (from.cast::<u64>(), from.add(len - 8).cast::<u64>());
                to.cast::<u64>().write_unaligned(first.read_unaligned());
                to.add(len - 8).cast::<u64>().write_unaligned(last.read_unaligned());
            }
            16..=64 => {
                let piece = |at: usize| {
                    to.add(at).cast::<u128>().write_unaligned(from.add(at).cast::<u128>().read_unaligned());
                };
                piece(0);
                if len > 32 {
                    piece(16);
                    if len > 48 {
                        piece(32);
                    }
                }
                piece(len - 16);
            }
            _ => ptr::copy_nonoverlapping(from, to, len),
        }
    }
}

/// Puts strings into blocks.
#[derive(Default)]
pub(crate) struct Packer {
    /// The block that is being filled, without its head.
    open: Vec<u64>,
    strings: u32,
    full: Blocks,
}

impl Packer {
    /// Adds a string: number of its block, and where in it. Its hash may be 0: not computed.
    #[inline]
    pub(crate) fn add(&mut self, bytes: &[u8], hash: u32) -> (u32, u32) {
        let stride = stride(bytes.len());
        let offset = START + self.open.len() * WORD;
        if offset + stride > FULL {
            return self.add_elsewhere(bytes, hash);
        }
        let words = self.open.len();
        self.open.reserve(stride / WORD);
        // SAFETY: room was made, and every word of it is written.
        unsafe {
            write(self.open.as_mut_ptr().add(words).cast(), offset, bytes, hash);
            self.open.set_len(words + stride / WORD);
        }
        self.strings += 1;
        (self.full.len() as u32, offset as u32)
    }

    /// The open block has no room for it.
    #[cold]
    fn add_elsewhere(&mut self, bytes: &[u8], hash: u32) -> (u32, u32) {
        self.close();
        if START + stride(bytes.len()) <= FULL {
            return self.add(bytes, hash);
        }
        self.full.push(Block::of(bytes, hash));
        (self.full.len() as u32 - 1, START as u32)
    }

    fn close(&mut self) {
        if self.strings > 0 {
            self.full.push(Block::new(&self.open, self.strings));
            self.clear_open();
        }
    }

    fn clear_open(&mut self) {
        self.open.clear();
        self.strings = 0;
    }

    /// The blocks; the packer is empty then.
    pub(crate) fn finish(&mut self) -> Blocks {
        self.close();
        std::mem::take(&mut self.full)
    }

    /// Forgets what was added.
    pub(crate) fn clear(&mut self) {
        self.clear_open();
        self.full.clear();
    }
}

impl Heap {
    /// Makes the strings of a block objects of this heap.
    pub(crate) fn take_over(&mut self, block: Block) {
        let head = block.0.as_ptr();
        std::mem::forget(block);
        // SAFETY: the block was written by a packer: strings lie one behind the other, as many as the head says.
        unsafe {
            let Head { bytes, strings, .. } = *head;
            let mut at = head.add(1).cast::<u8>();
            let mut before = self.head;
            for _ in 0..strings {
                let s = at.cast::<Header>();
                (*s).next = before;
                (*s).mark = self.gc.white;
                before = s;
                at = at.add(stride((*s).word as usize));
            }
            self.head = before;
            self.objects += strings as usize;
            self.add_bytes(bytes);
        }
    }
}

/// A string in a block of a heap died. The bytes that are free now: all of the block with the last string, else none.
///
/// # Safety
/// The string is in a block that a heap took over, and nothing refers to it any more.
pub(crate) unsafe fn release(s: *mut Header, rests: &mut Vec<Rest>) -> usize {
    // SAFETY: the string says where its block begins; the head is intact until the last string dies.
    unsafe {
        let words = (*s).small & !PACKED;
        let head = s.byte_sub(words as usize * WORD).cast::<Head>();
        (*head).live -= 1;
        if (*head).live > 0 {
            return 0;
        }
        let bytes = (*head).bytes;
        if bytes >= LARGE {
            rests.push(Rest::Block(Tail::new(head.cast(), bytes)));
            return 0;
        }
        block::free(head.cast(), bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(block: &Block, at: u32) -> Vec<u8> {
        // SAFETY: the place was given out by the packer for this block.
        unsafe { Str::bytes(block.at(at)).to_vec() }
    }

    #[test]
    fn strings_of_all_lengths_come_out_as_they_went_in() {
        let lengths = (0..70).chain([4000, 4075, 4076, 4077, 5000, 70_000]).chain([1, 0, 7]);
        let strings: Vec<Vec<u8>> = lengths.map(|n| (0..n).map(|i| (i % 251) as u8).collect()).collect();
        let mut packer = Packer::default();
        let places: Vec<_> = strings.iter().map(|s| packer.add(s, 5)).collect();
        let blocks = packer.finish();
        for (s, (block, at)) in strings.iter().zip(&places) {
            assert_eq!(text(&blocks[*block as usize], *at), *s);
            assert_eq!(text(&blocks[*block as usize].copy(), *at), *s);
        }
        for block in &blocks {
            // SAFETY: the block is live.
            let Head { bytes, live, strings } = unsafe { block.0.read() };
            assert!(bytes <= FULL || strings == 1, "{strings} strings in {bytes} bytes");
            assert_eq!(live, strings);
        }
        assert_eq!(packer.finish().len(), 0);
    }

    #[test]
    fn the_last_string_that_dies_frees_its_block() {
        let mut heap = Heap::new(usize::MAX);
        let before = heap.bytes;
        let mut packer = Packer::default();
        let places: Vec<_> = [&b"one"[..], b"two", b"three"].iter().map(|s| packer.add(s, 0)).collect();
        let mut blocks = packer.finish();
        let block = blocks.pop().expect("one block");
        assert!(blocks.is_empty());
        let size = block.size();
        let strings: Vec<_> = places.iter().map(|(_, at)| block.at(*at)).collect();
        heap.take_over(block);
        assert_eq!(heap.bytes, before + size);
        assert_eq!(heap.objects, 3);
        // As the sweep does it: unlinked, then freed.
        heap.head = ptr::null_mut();
        let mut rests = Vec::new();
        // SAFETY: the strings are in a block that the heap took over, and on no list any more.
        let freed: Vec<usize> = strings.iter().map(|s| unsafe { release(s.cast(), &mut rests) }).collect();
        assert_eq!(freed, [0, 0, size]);
    }
}
