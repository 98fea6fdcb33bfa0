//! Work that is really done, beside the fuel that is paid for it: counted in debug builds.
//!
//! Whoever copies, compares, looks through or moves something that may be long counts it here, about a nanosecond a unit. A
//! slice that counts much more than its fuel has found a way to hold a worker.

#[cfg(debug_assertions)]
thread_local! {
    static DONE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// So many units were done.
#[inline(always)]
pub(crate) fn count(units: usize) {
    #[cfg(debug_assertions)]
    DONE.set(DONE.get() + units as u64);
    #[cfg(not(debug_assertions))]
    let _ = units;
}

/// The units done on this thread since this was asked last; 0 in release builds.
pub fn take() -> u64 {
    #[cfg(debug_assertions)]
    return DONE.take();
    #[cfg(not(debug_assertions))]
    0
}
