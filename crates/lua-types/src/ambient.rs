//! Names that every unit sees without declaring them: one table for linking, rules and checks.
//!
//! A test of the binary holds it against what the machine presets.

/// Modules that may be required without being listed; they are globals, too.
pub const AMBIENT: &[&str] =
    &["channel", "coroutine", "errors", "math", "os", "payload", "process", "string", "table"];

/// Further globals of every unit.
pub const GLOBALS: &[&str] = &[
    "_G",
    "_VERSION",
    "assert",
    "error",
    "getmetatable",
    "ipairs",
    "next",
    "package",
    "pairs",
    "pcall",
    "print",
    "rawequal",
    "rawget",
    "rawset",
    "require",
    "select",
    "setmetatable",
    "subscribe",
    "tonumber",
    "tostring",
    "type",
    "typeof",
    "unpack",
    "unsubscribe",
    "xpcall",
];
