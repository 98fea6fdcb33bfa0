//! Any text that compiles runs, within its fuel and quota, without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/lua-vm/tests/programs/engine.rs"]
mod engine;

const MODE: engine::Mode = engine::Mode { slice: 1000, fuel: 200_000, quota: 8 << 20, stress: false };

fuzz_target!(|source: &[u8]| {
    engine::run(&engine::statics(), source, MODE);
});
