//! Gives the crate a text that differs between any two builds whose compiled code may differ.

#![allow(clippy::print_stdout, reason = "this is how a build script answers")]

#[path = "../lua-syntax/build_id.rs"]
mod build_id;

/// What decides instructions, their encoding and their meaning.
const SOURCES: [&str; 2] = ["src", "../lua-syntax/src"];

fn main() {
    build_id::tell("LUA_CODE_BUILD", &SOURCES);
}
