//! Any bytes as a syntax tree: refused, or one that is written again, checked, compiled and run.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lua_syntax::tree::{decode, encode};
use lua_types::{Env, Unit, examine};
use std::sync::LazyLock;

#[path = "../../crates/lua-vm/tests/programs/engine.rs"]
#[allow(dead_code, reason = "there is no source to compile")]
mod engine;

static ENV: LazyLock<Env> = LazyLock::new(Env::default);

const MODE: engine::Mode = engine::Mode { slice: 1000, fuel: 50_000, quota: 8 << 20, stress: false };

fuzz_target!(|bytes: &[u8]| {
    let tree = match decode(bytes) {
        Ok(tree) => tree,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let again = encode(&tree.chunk, &tree.lines, &tree.remarks);
    let read = decode(&again).unwrap_or_else(|e| panic!("{e}"));
    assert!(read.chunk == tree.chunk && read.remarks == tree.remarks);
    assert!(encode(&read.chunk, &read.lines, &read.remarks) == again);
    let length = tree.chunk.block.span.end;
    let unit = Unit { id: "fuzz:unit", source: b"", chunk: &tree.chunk, imports: &[], modules: &[] };
    for report in &examine(&ENV, &unit, lua_types::Rules::OfShortState).reports {
        assert!(report.span.start <= report.span.end && report.span.end <= length);
    }
    // The structural checker looks at all code.
    match lua_vm::compile(&tree.chunk, "fuzz", &tree.lines) {
        Ok(proto) => {
            engine::execute(&engine::statics(), proto, MODE);
        }
        Err(mistakes) => assert!(!mistakes.is_empty()),
    }
});
