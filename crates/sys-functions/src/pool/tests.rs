//! Which pool an entry means.

use super::*;
use infra_base::Map;

fn read(pairs: &[(&str, Data)]) -> Result<(Pool, Vec<String>)> {
    let pool: Map = pairs.iter().map(|(k, v)| ((*k).into(), v.clone())).collect();
    Pool::read(&Data::Map([("pool".into(), Data::Map(pool))].into_iter().collect()))
}

#[test]
fn the_type_decides_then_the_sizes() {
    let int = Data::Int;
    for (pairs, kind, size, without_effect) in [
        (&[][..], PoolKind::Lazy, 16, &[][..]),
        (&[("max_size", int(3))][..], PoolKind::Lazy, 3, &[][..]),
        (&[("size", int(0)), ("max_size", int(3))][..], PoolKind::Lazy, 3, &["pool.size"][..]),
        (&[("size", int(4)), ("max_size", int(3))][..], PoolKind::Lazy, 3, &["pool.size"][..]),
        (&[("size", int(4))][..], PoolKind::Static, 4, &[][..]),
        (&[("workers", int(2)), ("max_size", int(3))][..], PoolKind::Static, 2, &["pool.max_size"][..]),
        (&[("workers", int(2)), ("size", int(3))][..], PoolKind::Static, 2, &["pool.size"][..]),
        (
            &[("workers", int(2)), ("warm_start", Data::Bool(true))][..],
            PoolKind::Static,
            2,
            &["pool.warm_start"][..],
        ),
        (&[("type", Data::text("static"))][..], PoolKind::Static, 8, &[][..]),
        (&[("type", Data::text("static")), ("size", int(5))][..], PoolKind::Static, 5, &[][..]),
        (&[("type", Data::text("inline")), ("size", int(5))][..], PoolKind::Inline, 1, &["pool.size"][..]),
        (&[("type", Data::text("adaptive")), ("max_size", int(5))][..], PoolKind::Adaptive, 5, &[][..]),
    ] {
        let (pool, warnings) = read(pairs).unwrap();
        assert_eq!((pool.kind, pool.size), (kind, size), "{pairs:?}");
        let ignored: Vec<&str> = warnings.iter().map(|w| w.split(':').next().unwrap()).collect();
        assert_eq!(ignored, without_effect, "{pairs:?}: {warnings:?}");
    }
    assert_eq!(read(&[("workers", int(2))]).unwrap().0.buffer, 128);
    assert_eq!(Pool::read(&Data::Null).unwrap(), (Pool::default(), Vec::new()));
}

#[test]
fn mistakes_name_the_field() {
    for (key, value, message) in [
        (
            "type",
            Data::text("huge"),
            "pool.type: one of inline, lazy, static, adaptive expected, got \"huge\"",
        ),
        ("size", Data::Int(-1), "pool.size: a whole number from 0 to 1000000 expected, got -1"),
        ("workers", Data::Float(1.5), "pool.workers: a whole number from 0 to 1000000 expected, got 1.5"),
        ("type", Data::Int(1), "pool.type: a text expected, got 1"),
        ("warm_start", Data::text("yes"), "pool.warm_start: true or false expected, got \"yes\""),
        ("worker_class", Data::Bool(true), "pool.worker_class: a text expected, got boolean"),
    ] {
        assert_eq!(read(&[(key, value)]).unwrap_err().message(), message);
    }
    let (_, warnings) = read(&[("sise", Data::Int(1)), ("warm_start", Data::Bool(true))]).unwrap();
    assert_eq!(warnings.len(), 2);
    assert!(warnings[0].starts_with("pool.sise: unknown field"), "{}", warnings[0]);
    let no_map = Data::Map([("pool".into(), Data::Int(3))].into_iter().collect());
    assert_eq!(Pool::read(&no_map).unwrap_err().message(), "pool: a map expected, got integer");
}
