//! Any text that parses is checked, and what it offers survives the way to bytes and back.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use lua_types::{Env, Manifest, Unit, examine};
use std::sync::LazyLock;

#[path = "../../crates/lua-vm/tests/programs/mutate.rs"]
#[allow(dead_code, reason = "the other generator is for comparisons")]
mod mutate;

static ENV: LazyLock<Env> = LazyLock::new(Env::default);

fuzz_target!(|source: &[u8]| {
    let parsed = lua_syntax::parse(source);
    if !parsed.errors.is_empty() {
        return;
    }
    let unit = Unit { id: "fuzz:unit", source, chunk: &parsed.chunk, imports: &[], modules: &[] };
    let checked = examine(&ENV, &unit, true);
    for report in &checked.reports {
        assert!(report.span.start <= report.span.end && report.span.end as usize <= source.len());
    }
    let bytes = checked.manifest.to_bytes();
    let read = Manifest::from_bytes(&bytes).expect("what was written is read");
    assert_eq!(read.digest(), checked.manifest.digest());
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
