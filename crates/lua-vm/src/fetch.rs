//! Memory on its way to the processor before it is asked for.

#![allow(unsafe_code, reason = "an instruction without an effect that a program sees")]

/// Bytes that come at once.
const LINE: usize = 64;

/// Asks for `bytes` from `at` on; the address may be any, also that of what is freed.
#[inline(always)]
pub fn fetch<T>(at: *const T, bytes: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    for offset in (0..bytes).step_by(LINE).chain([bytes - 1]) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the instruction neither faults nor changes anything, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast::<i8>().wrapping_byte_add(offset)) }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = (at, bytes, LINE);
}
