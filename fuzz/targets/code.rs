//! Any bytes as compiled code whose MAC is right: refused, or code that does no harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lua_vm::CodeKey;

#[path = "../../crates/lua-vm/tests/programs/engine.rs"]
#[allow(dead_code, reason = "there is no source to compile")]
mod engine;

const MODE: engine::Mode = engine::Mode { slice: 1000, fuel: 200_000, quota: 8 << 20, stress: false };

fuzz_target!(|bytes: &[u8]| {
    let key = CodeKey::new(&[0; 32]);
    let id = key.id("fuzz", b"");
    // The structural checker looks at all of it.
    let Ok(proto) = key.open(&id, &key.sign(&id, bytes)) else { return };
    let sealed = key.seal(&id, &proto);
    let again = key.open(&id, &sealed).unwrap_or_else(|e| panic!("{e}"));
    assert!(key.seal(&id, &again) == sealed);
    engine::execute(&engine::statics(), proto, MODE);
});
