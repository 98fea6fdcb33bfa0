//! Any bytes are parsed without a panic, and every span lies within the text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &[u8]| {
    let parsed = lua_syntax::parse(source);
    let lines = lua_syntax::LineIndex::new(source);
    for error in &parsed.errors {
        assert!(error.span.start <= error.span.end && error.span.end as usize <= source.len(), "{error:?}");
        assert!(!error.message.is_empty());
        let (line, column) = lines.position(error.span.start);
        assert!(line >= 1 && column >= 1);
    }
});
