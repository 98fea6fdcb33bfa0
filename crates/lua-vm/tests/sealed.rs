//! Random programs do the same from code that was sealed and opened again.

use lua_vm::{CodeKey, Proto};
use std::sync::Arc;

#[path = "programs/engine.rs"]
mod engine;
#[path = "programs/generate.rs"]
mod generate;

const PROGRAMS: u64 = if cfg!(miri) { 2 } else { 300 };

const MODE: engine::Mode = engine::Mode { slice: 1_000, fuel: 20_000_000, quota: 64 << 20, stress: false };

#[test]
fn sealed_random_programs_do_the_same() {
    let statics = engine::statics();
    let key = CodeKey::new(&[0; 32]);
    let mut finished = 0;
    for seed in 0..PROGRAMS {
        let source = generate::program(&choices(seed));
        let id = key.id("stdin", source.as_bytes());
        let proto = engine::compile(source.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{source}"));
        let sealed = key.seal(&id, &proto);
        let expected = engine::run(&statics, source.as_bytes(), MODE);
        finished += u32::from(expected.1 == engine::End::Finished);
        let opened = key.open(&id, &sealed).unwrap_or_else(|e| panic!("{e}\n{source}"));
        assert_eq!(engine::execute(&statics, opened, MODE), expected, "{source}");
        engine::execute(&statics, proto.clone(), MODE);
        assert_eq!(key.seal(&id, &proto), sealed, "running leaves nothing in sealed code\n{source}");
    }
    assert!(finished > PROGRAMS as u32 / 2, "{finished} of {PROGRAMS} programs end");
}

#[test]
fn opened_code_outlives_what_it_was_made_from() {
    let source = "return { 'a text of more than forty bytes, which is no symbol', name = 1.5 }";
    let key = CodeKey::new(&[0; 32]);
    let id = key.id("stdin", source.as_bytes());
    let opened: Arc<Proto> = {
        let sealed = key.seal(&id, &engine::compile(source.as_bytes()).unwrap());
        key.open(&id, &sealed).unwrap()
    };
    assert_eq!(engine::execute(&engine::statics(), opened.clone(), MODE).1, engine::End::Finished);
    assert_eq!(Arc::strong_count(&opened), 1, "a process that has ended keeps no code");
}

/// Bytes that depend on the seed alone, 100 to 700 of them.
fn choices(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let len = 100 + next() as usize % 600;
    (0..len).map(|_| (next() >> 32) as u8).collect()
}
