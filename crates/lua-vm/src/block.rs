//! Memory of objects and their parts; large blocks grow by moving pages and are freed in slices.
//!
//! A block of less than [`LARGE`] bytes comes from the global allocator. A larger one is mapped: the system moves page
//! tables when it grows, so growing costs no copy and no pause, its pages are zero and appear on first use, and it can be
//! given back piece by piece ([`Tail`]), since unmapping 100 MB at once takes milliseconds. Where there is no `mremap`, and
//! under Miri, large blocks come from the global allocator, too: the same results with longer pauses.

#![allow(unsafe_code, reason = "allocates")]

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error, realloc};

/// Blocks from this size on are mapped.
pub(crate) const LARGE: usize = 1 << 20;
/// Bytes given back at a time; takes some 50 us.
pub(crate) const SLICE: usize = 1 << 20;

const fn layout(bytes: usize) -> Layout {
    match Layout::from_size_align(bytes, 8) {
        Ok(layout) => layout,
        Err(_) => panic!("a block is smaller than the address space"),
    }
}

fn checked(p: *mut u8, bytes: usize) -> *mut u8 {
    if p.is_null() { handle_alloc_error(layout(bytes)) } else { p }
}

/// Allocates `bytes`, not 0, aligned to 8.
#[inline]
pub(crate) fn allocate(bytes: usize) -> *mut u8 {
    if bytes >= LARGE {
        return checked(large::map(bytes), bytes);
    }
    // SAFETY: the caller asks for more than 0 bytes.
    checked(unsafe { alloc(layout(bytes)) }, bytes)
}

/// A block of that layout; only objects with a payload are aligned to more than 8.
#[inline]
pub(crate) fn allocate_layout(layout: Layout) -> *mut u8 {
    if layout.align() > 8 {
        // SAFETY: objects are not empty.
        let p = unsafe { alloc(layout) };
        return if p.is_null() { handle_alloc_error(layout) } else { p };
    }
    allocate(layout.size())
}

/// Frees what [`allocate_layout`] gave, at once.
///
/// # Safety
/// `p` is a block of that layout that is not used any more.
pub(crate) unsafe fn free_layout(p: *mut u8, layout: Layout) {
    // SAFETY: the caller's promise.
    unsafe { if layout.align() > 8 { dealloc(p, layout) } else { free(p, layout.size()) } }
}

/// Like [`allocate`]; the bytes are 0.
pub(crate) fn allocate_zeroed(bytes: usize) -> *mut u8 {
    if bytes >= LARGE {
        return checked(large::map(bytes), bytes);
    }
    // SAFETY: as in `allocate`.
    checked(unsafe { alloc_zeroed(layout(bytes)) }, bytes)
}

/// Gives a block another size; what both sizes cover is kept.
///
/// # Safety
/// `p` is a block of `old` bytes, and `old` and `new` are not 0.
pub(crate) unsafe fn resize(p: *mut u8, old: usize, new: usize) -> *mut u8 {
    // SAFETY: the caller's promise; a move between the two kinds copies what both cover.
    unsafe {
        match (old >= LARGE, new >= LARGE) {
            (false, false) => checked(realloc(p, layout(old), new), new),
            (true, true) => checked(large::remap(p, old, new), new),
            _ => {
                let q = allocate(new);
                std::ptr::copy_nonoverlapping(p, q, old.min(new));
                free(p, old);
                q
            }
        }
    }
}

/// Frees a block at once.
///
/// # Safety
/// `p` is a block of `bytes` bytes that is not used any more.
#[inline]
pub(crate) unsafe fn free(p: *mut u8, bytes: usize) {
    // SAFETY: the caller's promise.
    unsafe { if bytes >= LARGE { large::unmap(p, bytes) } else { dealloc(p, layout(bytes)) } }
}

/// A large block that nothing uses any more and that is given back in slices.
pub(crate) struct Tail {
    p: *mut u8,
    bytes: usize,
}

impl Tail {
    /// # Safety
    /// `p` is a block of `bytes` bytes, at least [`LARGE`], that is not used any more.
    pub(crate) unsafe fn new(p: *mut u8, bytes: usize) -> Tail {
        Tail { p, bytes }
    }

    /// Bytes that are left of it.
    pub(crate) fn len(&self) -> usize {
        self.bytes
    }

    /// Gives back a slice from the end; the number of bytes, 0 when nothing is left.
    pub(crate) fn shrink(&mut self) -> usize {
        // SAFETY: the block belongs to this `Tail`, and what is given back is forgotten.
        let freed = unsafe { large::unmap_tail(self.p, self.bytes) };
        self.bytes -= freed;
        freed
    }
}

/// An array of plain data that grows by doubling, is copied only while it is small, and can be given back in slices.
pub(crate) struct Buffer<T> {
    p: *mut T,
    len: usize,
    cap: usize,
    /// What is given back already.
    tail: Option<Tail>,
}

// SAFETY: a buffer owns its block; only plain data is put into it.
unsafe impl<T: Copy + Send> Send for Buffer<T> {}

impl<T: Copy> Buffer<T> {
    /// Room for `cap` elements, aligned to a word at most.
    pub(crate) fn with_capacity(cap: usize) -> Buffer<T> {
        const { assert!(align_of::<T>() <= 8) };
        let cap = cap.max(1);
        Buffer { p: allocate(cap * size_of::<T>()).cast(), len: 0, cap, tail: None }
    }

    #[inline]
    pub(crate) fn push(&mut self, v: T) {
        if self.len == self.cap {
            self.grow();
        }
        // SAFETY: there is room.
        unsafe { self.p.add(self.len).write(v) }
        self.len += 1;
    }

    #[cold]
    fn grow(&mut self) {
        let bytes = self.cap * size_of::<T>();
        assert!(self.tail.is_none(), "a buffer that is given back is not used");
        // SAFETY: the block has that size.
        self.p = unsafe { resize(self.p.cast(), bytes, bytes * 2).cast() };
        self.cap *= 2;
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Gives back a slice if the block is large; true when nothing large is left. The buffer is empty then.
    pub(crate) fn shrink(&mut self) -> bool {
        self.len = 0;
        let bytes = self.cap * size_of::<T>();
        if bytes < LARGE {
            return true;
        }
        // SAFETY: the block has that size, and from now on it belongs to the tail.
        let tail = self.tail.get_or_insert_with(|| unsafe { Tail::new(self.p.cast(), bytes) });
        tail.shrink() == 0
    }
}

impl<T> std::ops::Deref for Buffer<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` elements are written.
        unsafe { std::slice::from_raw_parts(self.p, self.len) }
    }
}

impl<T> std::ops::DerefMut for Buffer<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.p, self.len) }
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        match &mut self.tail {
            Some(tail) => while tail.shrink() > 0 {},
            // SAFETY: the block is this buffer's own.
            None => unsafe { free(self.p.cast(), self.cap * size_of::<T>()) },
        }
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
mod large {
    use super::SLICE;
    use rustix::mm::{MapFlags, MremapFlags, ProtFlags, mmap_anonymous, mremap, munmap};
    use std::ptr::null_mut;

    pub(super) fn map(bytes: usize) -> *mut u8 {
        // SAFETY: a fresh mapping touches no memory in use.
        let p = unsafe {
            mmap_anonymous(null_mut(), bytes, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE)
        };
        p.map_or(null_mut(), <*mut std::ffi::c_void>::cast)
    }

    pub(super) unsafe fn remap(p: *mut u8, old: usize, new: usize) -> *mut u8 {
        // SAFETY: the caller passes a mapping of `old` bytes and uses the old address no more.
        let p = unsafe { mremap(p.cast(), old, new, MremapFlags::MAYMOVE) };
        p.map_or(null_mut(), <*mut std::ffi::c_void>::cast)
    }

    pub(super) unsafe fn unmap(p: *mut u8, bytes: usize) {
        // SAFETY: the caller passes a mapping that is not used any more.
        let done = unsafe { munmap(p.cast(), bytes) };
        debug_assert!(done.is_ok(), "a mapping is given back once");
    }

    /// Unmaps the last slice, from a slice's border on; mappings begin at one, as seen from their start.
    pub(super) unsafe fn unmap_tail(p: *mut u8, bytes: usize) -> usize {
        if bytes == 0 {
            return 0;
        }
        let keep = (bytes - 1) / SLICE * SLICE;
        // SAFETY: the caller passes what is left of a mapping; `keep` is a multiple of the page size.
        unsafe { unmap(p.add(keep), bytes - keep) }
        bytes - keep
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod large {
    use super::{alloc_zeroed, dealloc, layout, realloc};

    pub(super) fn map(bytes: usize) -> *mut u8 {
        // SAFETY: large blocks are not empty.
        unsafe { alloc_zeroed(layout(bytes)) }
    }

    pub(super) unsafe fn remap(p: *mut u8, old: usize, new: usize) -> *mut u8 {
        // SAFETY: the caller passes a block of `old` bytes.
        unsafe { realloc(p, layout(old), new) }
    }

    pub(super) unsafe fn unmap(p: *mut u8, bytes: usize) {
        // SAFETY: the caller passes a block of `bytes` bytes that is not used any more.
        unsafe { dealloc(p, layout(bytes)) }
    }

    pub(super) unsafe fn unmap_tail(p: *mut u8, bytes: usize) -> usize {
        if bytes > 0 {
            // SAFETY: as in `unmap`.
            unsafe { unmap(p, bytes) }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_keeps_what_is_pushed_and_is_given_back_in_slices() {
        let mut buffer = Buffer::with_capacity(3);
        let n = 3 * LARGE as u64 / 8 / if cfg!(miri) { 64 } else { 1 };
        (0..n).for_each(|i| buffer.push(i));
        assert!(buffer.iter().copied().eq(0..n));
        buffer[..].reverse();
        assert_eq!((buffer[0], buffer.len()), (n - 1, n as usize));
        buffer.clear();
        buffer.push(7);
        assert_eq!(*buffer, [7]);
        let mut slices = 0;
        while !buffer.shrink() {
            slices += 1;
        }
        assert!(cfg!(miri) || slices >= 3, "{slices}");
        assert!(buffer.is_empty());
    }

    #[test]
    fn a_block_keeps_its_content_through_both_kinds_and_is_freed_in_slices() {
        let sizes = [1000, LARGE - 8, LARGE, 3 * LARGE + 24, 5 * LARGE, 2 * LARGE, 4096];
        // SAFETY: sizes are handed on truly; written bytes lie within the block.
        unsafe {
            let mut size = 16;
            let mut p = allocate(size);
            p.write_bytes(7, size);
            for new in sizes {
                p = resize(p, size, new);
                size = new;
                assert_eq!((*p, *p.add(15)), (7, 7), "{new}");
                *p.add(new - 1) = 9;
            }
            free(p, size);

            let bytes = 3 * LARGE + 8;
            let p = allocate_zeroed(bytes);
            assert_eq!((*p, *p.add(bytes - 1)), (0, 0));
            let mut rest = Tail::new(p, bytes);
            let mut freed = Vec::new();
            while let n @ 1.. = rest.shrink() {
                freed.push(n);
            }
            assert_eq!(freed.iter().sum::<usize>(), bytes);
            assert!(cfg!(miri) || freed.iter().all(|n| *n <= SLICE), "{freed:?}");
        }
    }
}
