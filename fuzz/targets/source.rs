//! Any text that compiles runs, within its fuel and quota, without a panic.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

#[path = "../../crates/lua-vm/tests/programs/engine.rs"]
mod engine;
#[path = "../../crates/lua-vm/tests/programs/mutate.rs"]
#[allow(dead_code, reason = "the other generator is for comparisons")]
mod mutate;

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

// Words and lines are exchanged mostly, since changed bytes hardly ever compile.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut state = u64::from(seed) << 1 | 1;
    let mut choose = |n: usize| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state >> 33) as usize % n
    };
    match std::str::from_utf8(&data[..size]) {
        Ok(text) if choose(4) > 0 => {
            let edited = mutate::edit(text, choose);
            let size = edited.len().min(max_size);
            data[..size].copy_from_slice(&edited.as_bytes()[..size]);
            size
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});
