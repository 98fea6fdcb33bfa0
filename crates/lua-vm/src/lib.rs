//! Lua virtual machine: code generator, heap, interpreter and base libraries.
//!
//! Knows nothing of the system above it.

#[allow(dead_code, reason = "the string library that uses it comes next")]
mod format;
pub mod number;
#[allow(dead_code, reason = "the string library that uses it comes next")]
mod pack;
#[allow(dead_code, reason = "the string library that uses it comes next")]
mod pattern;
