//! Any text that parses is checked, and what it offers survives the way to bytes and back.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use lua_types::{Env, Manifest, Unit, examine};
use std::sync::LazyLock;

#[path = "words.rs"]
mod words;

static ENV: LazyLock<Env> = LazyLock::new(Env::default);

fuzz_target!(|source: &[u8]| {
    let parsed = lua_syntax::parse(source);
    if !parsed.errors.is_empty() {
        return;
    }
    let unit = Unit { id: "fuzz:unit", source, chunk: &parsed.chunk, imports: &[], modules: &[] };
    let checked = examine(&ENV, &unit, lua_types::Rules::OfShortState);
    for report in &checked.reports {
        assert!(report.span.start <= report.span.end && report.span.end as usize <= source.len());
    }
    let bytes = checked.manifest.to_bytes();
    let read = Manifest::from_bytes(&bytes).expect("what was written is read");
    assert_eq!(read.digest(), checked.manifest.digest());
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    words::change(data, size, max_size, seed)
});
