//! Folders of `tests/lua`.

/// Those that `lua-vm` runs itself: their files are whole chunks.
pub(crate) const BASE: [&str; 8] =
    ["base", "string", "table", "math", "errors", "coroutine", "language", "types"];
