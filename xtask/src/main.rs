//! Chores of the workspace: tidy, map, docs, test, bench, stubs.

fn main() {}
