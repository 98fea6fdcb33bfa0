//! The global allocator: mimalloc, without the detour of its aligned entry points.
//!
//! The crate `mimalloc` asks `mi_malloc_aligned` for everything. Once a page has no block left that was never used, that function
//! takes blocks of the next larger class, with three times the instructions, whenever the size is no power of two, although every
//! block is aligned to a word anyway. So plain requests go to the plain functions here.

#![allow(unsafe_code, reason = "an allocator is unsafe by its trait")]

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc, mi_zalloc_aligned,
};
use std::alloc::{GlobalAlloc, Layout};

/// What every block of mimalloc is aligned to.
const WORD: usize = size_of::<usize>();

/// mimalloc as `#[global_allocator]`.
pub struct Allocator;

// SAFETY: mimalloc's blocks are as large as asked for, belong to one owner until they are freed, and may be freed on any
// thread. They are aligned to a word at least: their sizes are whole words, and pages are aligned to more. Whoever wants more
// asks the aligned functions. No function unwinds; failure is null.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: any size is allowed, and the alignment of a layout is a power of two.
        unsafe { if align <= WORD { mi_malloc(size) } else { mi_malloc_aligned(size, align) } }.cast()
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: as in `alloc`.
        unsafe { if align <= WORD { mi_zalloc(size) } else { mi_zalloc_aligned(size, align) } }.cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller passes a block of this allocator.
        unsafe { mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let align = layout.align();
        // SAFETY: the caller passes a block of this allocator with its layout, and a size that is not 0.
        unsafe {
            if align <= WORD {
                mi_realloc(block.cast(), size)
            } else {
                mi_realloc_aligned(block.cast(), size, align)
            }
        }
        .cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of every small size and alignment are aligned, do not overlap, keep their content when they grow, and are
    /// zero where that was promised; also when their pages have been filled and emptied before.
    #[test]
    fn blocks_are_aligned_and_apart() {
        for align in [1, 2, 4, 8, 16, 32, 64, 4096] {
            for size in (1..=200).chain([1000, 5000, 100_000]) {
                let layout = Layout::from_size_align(size, align).expect("small");
                let mut blocks = Vec::new();
                for round in 0..3_u8 {
                    for i in 0..20_u8 {
                        // SAFETY: the size is not 0; the block is written within its size.
                        unsafe {
                            let block = if i % 2 == 0 {
                                Allocator.alloc(layout)
                            } else {
                                Allocator.alloc_zeroed(layout)
                            };
                            assert!(!block.is_null() && block.addr().is_multiple_of(align), "{size} {align}");
                            if i % 2 == 1 {
                                assert!(std::slice::from_raw_parts(block, size).iter().all(|b| *b == 0));
                            }
                            block.write_bytes(round ^ i, size);
                            blocks.push((block, round ^ i));
                        }
                    }
                    for (block, mark) in blocks.drain(..) {
                        // SAFETY: the block was written above and is not freed yet; grown, it starts with what it held.
                        unsafe {
                            let grown = Allocator.realloc(block, layout, size + 40);
                            assert!(grown.addr().is_multiple_of(align));
                            assert!(std::slice::from_raw_parts(grown, size).iter().all(|b| *b == mark));
                            Allocator
                                .dealloc(grown, Layout::from_size_align(size + 40, align).expect("small"));
                        }
                    }
                }
            }
        }
    }
}
