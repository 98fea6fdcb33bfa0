//! The turn of a task: fuel shared by everything polled within it, nesting depth, "yield wanted".

/// Deepest chain of calls polled inline in one task; deeper ones are spawned.
pub const INLINE_DEPTH: u32 = 16;

/// Depth of process polls on this thread's stack right now; 0 outside.
pub fn depth() -> u32 {
    0
}
