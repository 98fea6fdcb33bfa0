//! Generated programs do the same at a stretch, in slices, and under constant collection.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/lua-vm/tests/programs/engine.rs"]
mod engine;
#[path = "../../crates/lua-vm/tests/programs/generate.rs"]
mod generate;

use engine::{End, Mode};

const WHOLE: Mode = Mode { slice: i64::MAX, fuel: 20_000_000, quota: 64 << 20, stress: false };
const SLICES: Mode = Mode { slice: 1, ..WHOLE };
const STRESS: Mode = Mode { slice: 100_000, fuel: i64::MAX, stress: true, ..WHOLE };

fuzz_target!(|bytes: &[u8]| {
    let source = generate::program(bytes);
    let statics = engine::statics();
    let whole = engine::run(&statics, source.as_bytes(), WHOLE);
    if let End::Refused(message) = &whole.1 {
        panic!("refused: {message}\n{source}");
    }
    if whole.1 != End::Finished {
        return;
    }
    for mode in [SLICES, STRESS] {
        let other = engine::run(&statics, source.as_bytes(), mode);
        assert!(whole == other, "{source}\n--- whole\n{whole:?}\n--- otherwise\n{other:?}");
    }
});
