//! Lua virtual machine: code generator, heap, interpreter and base libraries.
//!
//! Knows nothing of the system above it.

pub mod number;
