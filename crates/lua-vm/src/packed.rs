//! Blocks of strings: the texts of a message are a few allocations, which its receiver takes over.
//!
//! A block holds complete string objects, one behind the other. While it travels nobody but its owner knows it. For a heap that
//! takes it over it is one object (ADR 25): it lives as long as one of its strings, which have no colour of their own, so it is
//! marked with each of them and swept at once. So that a short string keeps little memory alive, blocks of several strings are
//! small, and a long string has one of its own.

#![allow(unsafe_code, reason = "objects in memory that they share")]

use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use smallvec::SmallVec;

use crate::block::{self, Tail};
use crate::heap::Heap;
use crate::object::{Header, Kind, STR_BYTES, Str, WHITES};

/// Most bytes of a block of several strings.
const FULL: usize = 4096;
/// Longest string that is copied in one piece.
pub(crate) const WHOLE: usize = 64 << 10;
/// Bytes of strings with blocks of their own that are copied in one piece; a packer that got more did not copy them.
const MUCH: usize = 256 << 10;
/// `hdr.small` of a string in a block: this bit, and how many words behind the start of the block the string begins.
pub(crate) const PACKED: u16 = 0x8000;

/// What a block begins with; `hdr.word` is the number of its strings.
#[repr(C)]
struct Head {
    hdr: Header,
    /// Size of the block.
    bytes: usize,
}

impl Head {
    /// Of a block that no heap owns.
    fn new(bytes: usize, strings: u32) -> Head {
        let hdr = Header { next: ptr::null_mut(), kind: Kind::Texts, mark: 0, small: 0, word: strings };
        Head { hdr, bytes }
    }
}

const WORD: usize = size_of::<u64>();
const START: usize = size_of::<Head>();

/// Bytes from the start of a string of `len` bytes to the next one.
pub(crate) fn stride(len: usize) -> usize {
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
    /// A block with a copy of the bytes behind its head, which hold that many strings.
    ///
    /// # Safety
    /// So many bytes can be read there, and they are complete strings with places in a block of their own.
    unsafe fn new(strings: *const u8, bytes: usize, count: u32) -> Block {
        let size = START + bytes;
        let head = block::allocate(size).cast::<Head>();
        // SAFETY: the memory is fresh and has room for the head and the strings.
        unsafe {
            head.write(Head::new(size, count));
            ptr::copy_nonoverlapping(strings, head.add(1).cast(), bytes);
            Block(NonNull::new_unchecked(head))
        }
    }

    /// A block for one string.
    ///
    /// # Safety
    /// The string is live.
    pub(crate) unsafe fn of(s: *const Str) -> Block {
        // SAFETY: the caller's promise; there is room for the string, whose head is written again.
        unsafe {
            let block = Block::of_length(s);
            write(block.at(START as u32), START, s);
            block
        }
    }

    /// A block for one string as long as that one, whose bytes are not written.
    ///
    /// # Safety
    /// The string is live.
    unsafe fn of_length(s: *const Str) -> Block {
        // SAFETY: the caller's promise; the memory is fresh and has room for the head and the string.
        unsafe {
            let size = START + stride(Str::len(s));
            let head = block::allocate(size).cast::<Head>();
            head.write(Head::new(size, 1));
            write_head(head.add(1).cast(), START, s);
            Block(NonNull::new_unchecked(head))
        }
    }

    pub(crate) fn size(&self) -> usize {
        // SAFETY: the block is this one's own.
        unsafe { self.0.as_ref().bytes }
    }

    /// Its first string.
    pub(crate) fn first(&self) -> *mut Str {
        self.at(START as u32)
    }

    /// The string that begins `at` bytes behind the start.
    pub(crate) fn at(&self, at: u32) -> *mut Str {
        // SAFETY: places are those that `Packer::add` gave out for this block.
        unsafe { self.0.as_ptr().byte_add(at as usize).cast() }
    }

    /// A block for one string without its bytes, and who copies them.
    ///
    /// # Safety
    /// The string is live.
    unsafe fn begin(s: *const Str) -> (Block, Filling) {
        // SAFETY: the caller's promise; the string is the first one of the block.
        unsafe {
            let block = Block::of_length(s);
            let to = block.at(START as u32).cast::<u8>().add(STR_BYTES);
            let bytes = Str::bytes(s);
            (block, Filling { from: bytes.as_ptr(), to, left: bytes.len() })
        }
    }

    /// As [`Block::copy`] for a block of one string, without the bytes of the string.
    pub(crate) fn begin_copy(&self) -> (Block, Filling) {
        // SAFETY: a block begins with its first string.
        unsafe { Block::begin(self.at(START as u32)) }
    }

    /// What is given back in slices, for a block of [`LARGE`] bytes or more.
    pub(crate) fn into_tail(self) -> Tail {
        let head = self.0.as_ptr();
        std::mem::forget(self);
        // SAFETY: the block was this one's own, and no object in it is known to anybody.
        unsafe { Tail::new(head.cast(), (*head).bytes) }
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

/// Most bytes of the strings of a [`Sheet`].
pub(crate) const SHEET: usize = FULL - START;

/// A block whose strings are known beforehand.
pub(crate) struct Sheet {
    block: Block,
    at: usize,
}

impl Sheet {
    /// Room for so many strings with so many bytes, [`stride`] by stride.
    pub(crate) fn new(bytes: usize, strings: u32) -> Sheet {
        let size = START + bytes;
        let head = block::allocate(size).cast::<Head>();
        // SAFETY: the memory is fresh and has room for the head.
        let block = unsafe {
            head.write(Head::new(size, strings));
            Block(NonNull::new_unchecked(head))
        };
        Sheet { block, at: START }
    }

    /// Puts a copy of the next string in.
    ///
    /// # Safety
    /// The string is live and one of those that were counted.
    #[inline(always)]
    pub(crate) unsafe fn put(&mut self, s: *const Str) -> *mut Str {
        let to = self.block.at(self.at as u32);
        // SAFETY: the caller's promise: there is room for its stride.
        unsafe {
            debug_assert!(self.at + stride(Str::len(s)) <= self.block.size());
            write(to, self.at, s);
            self.at += stride(Str::len(s));
        }
        to
    }

    /// The block; all strings are in it.
    pub(crate) fn block(self) -> Block {
        debug_assert!(self.at == self.block.size());
        self.block
    }
}

/// The bytes of a long string on their way into its block.
pub(crate) struct Filling {
    from: *const u8,
    to: *mut u8,
    left: usize,
}

impl Filling {
    /// Copies some; the number of bytes.
    ///
    /// # Safety
    /// Both blocks are alive.
    pub(crate) unsafe fn step(&mut self) -> usize {
        let n = self.left.min(WHOLE);
        // SAFETY: both have room for what is left, and the caller keeps them.
        unsafe {
            ptr::copy_nonoverlapping(self.from, self.to, n);
            self.from = self.from.add(n);
            self.to = self.to.add(n);
        }
        self.left -= n;
        n
    }

    pub(crate) fn is_done(&self) -> bool {
        self.left == 0
    }
}

/// Writes a copy of a string whose block begins `offset` bytes before.
///
/// # Safety
/// The string is live. There is room for its stride at `to`, which is aligned to a word.
#[inline(always)]
unsafe fn write(to: *mut Str, offset: usize, s: *const Str) {
    // SAFETY: the caller's promise. Header, hash and bytes are one piece of memory in every string.
    unsafe {
        copy(s.cast(), to.cast(), STR_BYTES + Str::len(s));
        place(to, offset);
    }
}

/// As [`write`], without the bytes.
///
/// # Safety
/// As for [`write`].
unsafe fn write_head(to: *mut Str, offset: usize, s: *const Str) {
    // SAFETY: as for `write`.
    unsafe {
        copy(s.cast(), to.cast(), STR_BYTES);
        place(to, offset);
    }
}

/// Makes the header of a copied string that of one in a block: always white, so that the collector looks at the block.
///
/// # Safety
/// The head is written.
#[inline(always)]
unsafe fn place(to: *mut Str, offset: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let hdr = &raw mut (*to).hdr;
        // Nobody asks what is next: `next` stays what it was.
        (&raw mut (*hdr).mark).write(WHITES);
        (&raw mut (*hdr).small).write(PACKED | (offset / WORD) as u16);
    }
}

/// Sixteen bytes, initialised or not.
type Piece = MaybeUninit<u128>;

/// Copies at least [`STR_BYTES`] bytes; most strings are short, and then a call of `memcpy` is most of the work.
///
/// # Safety
/// They can be read, and there is room for them at `to`; the two do not overlap.
#[inline(always)]
unsafe fn copy(from: *const u8, to: *mut u8, n: usize) {
    const SIZE: usize = size_of::<Piece>();
    // SAFETY: all pieces lie within the `n` bytes, which are more than a piece; where two overlap they write the same.
    unsafe {
        let pieces = |number: usize| {
            for i in 0..number {
                for at in [i * SIZE, n - (i + 1) * SIZE] {
                    to.add(at).cast::<Piece>().write_unaligned(from.add(at).cast::<Piece>().read_unaligned());
                }
            }
        };
        match n {
            ..=32 => pieces(1),
            33..=64 => pieces(2),
            65..=128 => pieces(4),
            _ => ptr::copy_nonoverlapping(from, to, n),
        }
    }
}

/// Puts strings into blocks.
#[derive(Default)]
pub(crate) struct Packer {
    /// Memory for the strings of the block that is being filled: none, or as much as a block may have.
    open: Vec<MaybeUninit<u64>>,
    /// Where the next string begins, counted from the start of the block; and the end of the memory, counted likewise.
    at: usize,
    end: usize,
    strings: u32,
    /// Number of that block: so many are full, which the list itself says with a branch for each string only.
    number: u32,
    full: Blocks,
    /// Bytes of strings that have a block of their own.
    own: usize,
}

impl Packer {
    /// Adds a copy of a string: number of its block, and where in it.
    ///
    /// # Safety
    /// The string is live.
    pub(crate) unsafe fn add(&mut self, s: *const Str) -> (u32, u32) {
        // SAFETY: the caller's promise.
        unsafe { self.pen().add(s) }
    }

    /// For many strings in a row.
    #[inline(always)]
    pub(crate) fn pen(&mut self) -> Pen<'_> {
        let (at, end, strings, number) = (self.at, self.end, self.strings, self.number);
        let start = self.open.as_mut_ptr().cast::<u8>().wrapping_sub(START);
        Pen { start, at, end, strings, number, packer: self }
    }

    /// The open block has no room for it.
    ///
    /// # Safety
    /// As for [`add`](Self::add).
    #[cold]
    #[inline(never)]
    unsafe fn add_elsewhere(&mut self, s: *const Str) -> (u32, u32) {
        self.close();
        // SAFETY: the caller's promise.
        unsafe {
            let len = Str::len(s);
            if START + stride(len) > FULL {
                self.own += len;
                if self.own > MUCH {
                    return (0, 0);
                }
                return (self.put(Block::of(s)), START as u32);
            }
            if self.end == 0 {
                self.open.reserve_exact((FULL - START) / WORD);
                (self.at, self.end) = (START, FULL);
            }
            self.add(s)
        }
    }

    /// Whether it got more long strings than are copied in one piece: what it holds is good for nothing then.
    pub(crate) fn is_over(&self) -> bool {
        self.own > MUCH
    }

    /// Adds a long string without its bytes: its place, and who copies them.
    ///
    /// # Safety
    /// The string is live.
    pub(crate) unsafe fn begin(&mut self, s: *const Str) -> (u32, u32, Filling) {
        self.close();
        // SAFETY: the caller's promise.
        let (block, filling) = unsafe { Block::begin(s) };
        (self.put(block), START as u32, filling)
    }

    /// Keeps a block that is full; its number.
    fn put(&mut self, block: Block) -> u32 {
        self.full.push(block);
        self.number += 1;
        self.number - 1
    }

    fn close(&mut self) {
        if self.strings > 0 {
            // SAFETY: so many bytes were written by `add`, all of them strings.
            let block = unsafe { Block::new(self.open.as_ptr().cast(), self.at - START, self.strings) };
            self.put(block);
            self.clear_open();
        }
    }

    fn clear_open(&mut self) {
        if self.end > 0 {
            self.at = START;
        }
        self.strings = 0;
    }

    /// The blocks; the packer is empty then.
    pub(crate) fn finish(&mut self) -> Blocks {
        self.close();
        (self.own, self.number) = (0, 0);
        std::mem::take(&mut self.full)
    }

    /// Forgets what was added.
    pub(crate) fn clear(&mut self) {
        self.clear_open();
        self.full.clear();
        (self.own, self.number) = (0, 0);
    }
}

/// A packer's place in its open block, in registers.
pub(crate) struct Pen<'a> {
    /// Where the block would begin.
    start: *mut u8,
    at: usize,
    end: usize,
    strings: u32,
    number: u32,
    packer: &'a mut Packer,
}

impl Pen<'_> {
    /// As [`Packer::add`].
    ///
    /// # Safety
    /// The string is live.
    #[inline(always)]
    pub(crate) unsafe fn add(&mut self, s: *const Str) -> (u32, u32) {
        // SAFETY: the caller's promise; between `at` and `end` there is room.
        unsafe {
            let (at, next) = (self.at, self.at + stride(Str::len(s)));
            if next > self.end {
                return self.add_elsewhere(s);
            }
            write(self.start.wrapping_add(at).cast(), at, s);
            self.at = next;
            self.strings += 1;
            (self.number, at as u32)
        }
    }

    /// The open block has no room for it.
    ///
    /// # Safety
    /// As for [`add`](Self::add).
    #[cold]
    #[inline(never)]
    unsafe fn add_elsewhere(&mut self, s: *const Str) -> (u32, u32) {
        self.lift();
        // SAFETY: the caller's promise.
        let place = unsafe { self.packer.add_elsewhere(s) };
        let Pen { start, at, end, strings, number, .. } = self.packer.pen();
        (self.start, self.at, self.end, self.strings, self.number) = (start, at, end, strings, number);
        place
    }

    /// Tells the packer where it is.
    #[inline(always)]
    fn lift(&mut self) {
        (self.packer.at, self.packer.strings) = (self.at, self.strings);
    }
}

impl Drop for Pen<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.lift();
    }
}

impl Heap {
    /// Makes a block an object of this heap.
    pub(crate) fn take_over(&mut self, block: Block) {
        let head = block.0.as_ptr();
        std::mem::forget(block);
        // SAFETY: the block was this one's own, and its head is complete.
        unsafe { self.link(head.cast(), (*head).hdr.word as usize, (*head).bytes) }
    }
}

/// The block of a string in one.
///
/// # Safety
/// The string is live, and in a block.
#[inline(always)]
pub(crate) unsafe fn head(s: *mut Header) -> *mut Header {
    // SAFETY: the caller's promise; the string says where its block begins.
    unsafe {
        let words = (*s).small & !PACKED;
        s.byte_sub(words as usize * WORD)
    }
}

/// Bytes of a block.
///
/// # Safety
/// It is a live block.
pub(crate) unsafe fn size(head: *const Header) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*head.cast::<Head>()).bytes }
}

/// The strings of a block.
///
/// # Safety
/// It is a live block, and stays one as long as the iterator.
pub(crate) unsafe fn strings(head: *mut Header) -> impl Iterator<Item = *mut Str> {
    // SAFETY: the caller's promise: strings lie one behind the other, as many as the head says.
    let (mut next, mut left) = unsafe { (head.cast::<Head>().add(1).cast::<Str>(), (*head).word) };
    std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        let s = next;
        // SAFETY: as above.
        next = unsafe { s.byte_add(stride(Str::len(s))) };
        Some(s)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gc::Roots;
    use crate::value::Value;

    fn add(packer: &mut Packer, heap: &mut Heap, bytes: &[u8]) -> (u32, u32) {
        // SAFETY: the string was just made.
        unsafe { packer.add(heap.new_str(bytes)) }
    }

    fn text(block: &Block, at: u32) -> Vec<u8> {
        // SAFETY: the place was given out by the packer for this block.
        unsafe { Str::bytes(block.at(at)).to_vec() }
    }

    #[test]
    fn strings_of_all_lengths_come_out_as_they_went_in() {
        // Borders are those of the copy by pieces, and of a block of several strings.
        let lengths = (0..140).chain(4045..4060).chain([5000, 70_000]).chain([1, 0, 7]);
        let texts: Vec<Vec<u8>> = lengths.map(|n| (0..n).map(|i| (i % 251) as u8).collect()).collect();
        let (mut heap, mut packer) = (Heap::new(usize::MAX), Packer::default());
        let places: Vec<_> = texts.iter().map(|s| add(&mut packer, &mut heap, s)).collect();
        let blocks = packer.finish();
        for (s, (block, at)) in texts.iter().zip(&places) {
            assert_eq!(text(&blocks[*block as usize], *at), *s);
            assert_eq!(text(&blocks[*block as usize].copy(), *at), *s);
        }
        for block in &blocks {
            let head = block.0.as_ptr().cast();
            // SAFETY: the block is live.
            let (bytes, count, found) = unsafe { (size(head), (*head).word, strings(head).count()) };
            assert!(bytes <= FULL || count == 1, "{count} strings in {bytes} bytes");
            assert_eq!(found, count as usize);
        }
        assert_eq!(packer.finish().len(), 0);
    }

    #[test]
    fn a_block_lives_as_long_as_one_of_its_strings() {
        let (mut heap, mut other, mut packer) =
            (Heap::new(usize::MAX), Heap::new(usize::MAX), Packer::default());
        let before = (heap.bytes, heap.objects);
        let places = [&b"one"[..], b"two", b"three"].map(|s| add(&mut packer, &mut other, s).1);
        let mut blocks = packer.finish();
        let block = blocks.pop().expect("one block");
        assert!(blocks.is_empty());
        let (size, texts) = (block.size(), places.map(|at| block.at(at)));
        heap.take_over(block);
        for kept in texts {
            let roots = Roots { values: &[Value::str(kept)], current: ptr::null_mut() };
            heap.collect_full(&roots);
            assert_eq!((heap.bytes, heap.objects), (before.0 + size, before.1 + 3));
            // SAFETY: the block lives.
            assert_eq!(texts.map(|s| unsafe { Str::bytes(s) }), [&b"one"[..], b"two", b"three"]);
        }
        heap.collect_full(&Roots { values: &[], current: ptr::null_mut() });
        assert_eq!((heap.bytes, heap.objects), before);
    }
}
