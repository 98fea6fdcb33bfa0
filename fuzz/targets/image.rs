//! Generated programs do the same when a part of them ran before and became an image.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lua_vm::Options;

#[path = "../../crates/lua-vm/tests/support/cut.rs"]
mod cut;
#[path = "../../crates/lua-vm/tests/programs/engine.rs"]
mod engine;
#[path = "../../crates/lua-vm/tests/programs/generate.rs"]
mod generate;

use engine::{End, Mode};

const WHOLE: Mode = Mode { slice: i64::MAX, fuel: 20_000_000, quota: 64 << 20, stress: false };
const STRESS: Mode = Mode { slice: 100_000, fuel: i64::MAX, stress: true, ..WHOLE };

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let source = generate::flat(bytes);
    let statics = engine::statics();
    let whole = engine::run(&statics, source.as_bytes(), WHOLE);
    if matches!(whole.1, End::OutOfFuel | End::OutOfMemory | End::Refused(_)) {
        return;
    }
    // Behind the prelude, which is the same in all programs.
    let prelude = include_str!("../../crates/lua-vm/tests/programs/prelude.lua").len();
    let places = cut::places(source.as_bytes()).into_iter().filter(|at| *at >= prelude).collect::<Vec<_>>();
    let Some(at) = places.get(usize::from(choice / 2) % places.len().max(1)) else { return };
    let mode = if choice % 2 == 0 { WHOLE } else { STRESS };
    let options = Options { quota: mode.quota, stress: mode.stress, ..Options::default() };
    let Some(image) = cut::image(&statics, source.as_bytes(), "stdin", *at, options) else { return };
    for leaves in [false, true] {
        let (mut lua, root) = cut::start(&image, options);
        if leaves {
            lua.detach();
        }
        let mut out = Vec::new();
        let end = engine::finish(&mut lua, &root, &mut out, mode);
        assert!(whole == (out, end), "cut at {at}\n{source}\n--- whole\n{whole:?}");
    }
});
