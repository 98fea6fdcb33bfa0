//! Sealed code opens with its key for its source, and nothing else does.

use super::{CodeKey, HEAD, MAGIC, Unusable};
use crate::proto::Proto;
use std::sync::Arc;

const SOURCE: &str = "local n = ... return function(x) return n + x.y end";

fn compiled(source: &str) -> Arc<Proto> {
    let parsed = lua_syntax::parse(source.as_bytes());
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    crate::compile(&parsed.chunk, "app:unit", &lines).unwrap()
}

#[test]
fn the_same_key_opens_what_it_sealed() {
    let key = CodeKey::new(&[7; 32]);
    let id = key.id("app:unit", SOURCE.as_bytes());
    let sealed = key.seal(&id, &compiled(SOURCE));
    let proto = CodeKey::new(&[7; 32]).open(&id, &sealed).unwrap();
    assert_eq!(proto.source(), "app:unit");
    assert_eq!(key.seal(&id, &proto), sealed);
    assert_eq!(id.to_string().len(), 64);
}

#[test]
fn any_changed_bit_and_any_other_length_is_noticed() {
    let key = CodeKey::new(&[7; 32]);
    let id = key.id("app:unit", SOURCE.as_bytes());
    let sealed = key.seal(&id, &compiled(SOURCE));
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            let expected = if at < MAGIC.len() { Unusable::Foreign } else { Unusable::Forged };
            assert_eq!(key.open(&id, &changed).unwrap_err(), expected, "bit {bit} of byte {at}");
        }
        let expected = if at < HEAD { Unusable::Foreign } else { Unusable::Forged };
        assert_eq!(key.open(&id, &sealed[..at]).unwrap_err(), expected, "{at} bytes");
    }
    let longer = [&sealed[..], b"\0"].concat();
    assert_eq!(key.open(&id, &longer).unwrap_err(), Unusable::Forged);
    assert_eq!(key.open(&id, b"return 1").unwrap_err(), Unusable::Foreign);
}

#[test]
fn another_key_source_name_or_build_does_not_open_it() {
    let key = CodeKey::new(&[7; 32]);
    let id = key.id("app:unit", SOURCE.as_bytes());
    let sealed = key.seal(&id, &compiled(SOURCE));
    for (name, source) in [("app:unit", "return 1"), ("app:uni", SOURCE), ("app:unitlocal", &SOURCE[5..])] {
        let other = key.id(name, source.as_bytes());
        assert_ne!(other, id);
        assert_eq!(key.open(&other, &sealed).unwrap_err(), Unusable::Forged, "{name}");
    }
    let importing = key.id_of_unit("app:unit", SOURCE.as_bytes(), &["x".into()]);
    assert_eq!(key.open(&importing, &sealed).unwrap_err(), Unusable::Forged);
    let opened = key.open(&importing, &key.seal(&importing, &compiled(SOURCE))).unwrap();
    assert_eq!(&*opened.source, "app:unit", "imports are no part of the name");
    let other_build = key.id_of_build("0.0.1+0123456789abcdef", "app:unit", SOURCE.as_bytes(), &[]);
    assert_eq!(key.open(&other_build, &sealed).unwrap_err(), Unusable::Forged);
    let stranger = CodeKey::new(&[8; 32]);
    let own = stranger.id("app:unit", SOURCE.as_bytes());
    assert_ne!(own.to_string(), id.to_string(), "ids depend on the key");
    for id in [&id, &own] {
        assert_eq!(stranger.open(id, &sealed).unwrap_err(), Unusable::Forged);
    }
}

#[test]
fn what_the_key_vouches_for_and_is_no_code_is_refused_all_the_same() {
    let key = CodeKey::new(&[7; 32]);
    let id = key.id("app:unit", SOURCE.as_bytes());
    let told = key.open(&id, &key.sign(&id, b"")).unwrap_err().to_string();
    assert_eq!(told, "byte 40: more bytes expected");
    // Readable, and nothing that the code generator makes: the checker of debug builds finds it.
    let proto = compiled("local a = 1");
    proto.code[0].store(0xff, std::sync::atomic::Ordering::Relaxed);
    let told = key.open(&id, &key.seal(&id, &proto)).unwrap_err().to_string();
    assert!(told.contains("word 0 is no instruction"), "{told}");
}
