//! Any text that compiles runs, within its fuel and quota, without a panic.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

#[path = "../../crates/lua-vm/tests/programs/engine.rs"]
mod engine;
#[path = "words.rs"]
mod words;

use engine::Mode;

/// The length of the text decides.
const MODES: [Mode; 3] = [
    Mode { slice: 1000, fuel: 200_000, quota: 8 << 20, stress: false },
    Mode { slice: 1, fuel: 50_000, quota: 8 << 20, stress: false },
    Mode { slice: 1000, fuel: 50_000, quota: 8 << 20, stress: true },
];

fuzz_target!(|source: &[u8]| {
    engine::run(&engine::statics(), source, MODES[source.len() % MODES.len()]);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    words::change(data, size, max_size, seed)
});
