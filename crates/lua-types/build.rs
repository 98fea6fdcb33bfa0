//! Gives the crate a text that differs between builds which may find something else in a source.

#![allow(clippy::print_stdout, reason = "this is how a build script answers")]

#[path = "../lua-syntax/build_id.rs"]
mod build_id;

/// What decides diagnostics and manifests.
const SOURCES: [&str; 2] = ["src", "../lua-syntax/src"];

fn main() {
    build_id::tell("LUA_TYPES_BUILD", &SOURCES);
}
