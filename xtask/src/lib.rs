//! Chores of the workspace: tidy, map, docs, test, bench, dist, stubs.
//!
//! A library, so that tests can ask the same questions as the command line: `tests/house.rs` runs the
//! rules and the freshness of the map, and the application crate compares its reference pages.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool for developers: it talks to a terminal and measures wall time"
)]

pub mod bench;
pub mod dist;
pub mod docs;
pub mod layers;
pub mod map;
mod rust;
pub mod stubs;
pub mod suite;
pub mod tidy;
pub mod tree;
