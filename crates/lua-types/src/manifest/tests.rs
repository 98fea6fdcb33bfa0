//! What comes out is what went in.

use super::Manifest;
use crate::tests::World;
use crate::{Pool, show};

const UNIT: &str = "type Point = {x: number, y: number}
    type Json = string | number | boolean | nil | {Json} | {[string]: Json}
    type Box<T: number> = {value: T, map: (f: (T) -> T) -> Box<T>}
    interface Reader function read(n: integer?): string end
    type Tag = \"a\" | \"b\" | 1 | 2.5 | true
    type Keys = keyof(Point)
    type Value<T> = T extends {any} ? T[integer] : T
    type Fn = fun(x: any): asserts x is string
    type Both = Point & {readonly name: string}";

fn sample() -> (World, Manifest) {
    let mut world = World::new(UNIT);
    assert!(world.reports.is_empty(), "{:?}", world.reports);
    let value = world.ty("{point: Point, boxed: Box<integer>, read: Reader, json: Json, tag: Tag}");
    let decls = world.decls.clone();
    let name = world.pool.name(b"counter");
    let manifest = Manifest::export(&mut world, value, &decls, &[(name, crate::Ty::INTEGER)]);
    (world, manifest)
}

#[test]
fn a_manifest_survives_its_bytes_and_another_pool() {
    let (world, manifest) = sample();
    let bytes = manifest.to_bytes();
    assert_eq!(Manifest::from_bytes(&bytes).as_ref(), Ok(&manifest));
    let mut pool = Pool::new();
    let imported = manifest.import(&mut pool);
    assert_eq!(imported.globals.len(), 1);
    assert_eq!(
        show(&pool, imported.value),
        "{point: Point, boxed: Box<integer>, read: Reader, json: Json, tag: Tag}"
    );
    for ((name, id), (before, old)) in imported.types.iter().zip(&world.decls) {
        assert_eq!(pool.str(*name), world.pool.str(*before));
        let (new, old) = (pool.decl(*id), world.pool.decl(*old));
        assert_eq!(new.kind, old.kind);
        assert_eq!(new.params.len(), old.params.len());
    }
    let again = Manifest::export(&mut pool, imported.value, &imported.types, &imported.globals);
    assert_eq!(again.digest(), manifest.digest());
}

#[test]
fn any_other_bytes_are_an_error() {
    let (_, manifest) = sample();
    let bytes = manifest.to_bytes();
    for end in 0..bytes.len() {
        assert!(Manifest::from_bytes(&bytes[..end]).is_err());
    }
    for at in 0..bytes.len() {
        for with in [0, 1, 0x7f, 0xff] {
            let mut other = bytes.clone();
            other[at] = with;
            if let Ok(manifest) = Manifest::from_bytes(&other) {
                manifest.import(&mut Pool::new());
            }
        }
    }
}

#[test]
fn tables_of_the_code_become_the_simplest_types() {
    let world = &mut World::new("");
    for text in ["{name: string}", "{integer}", "{[string]: boolean}"] {
        let shape = world.shape(text);
        assert_eq!(seen(world, shape), text);
    }
    let nothing = world.shape("{}");
    assert_eq!(seen(world, nothing), "table");
}

/// What others see of a value.
fn seen(world: &mut World, value: crate::Ty) -> String {
    let manifest = Manifest::export(world, value, &[], &[]);
    let mut pool = Pool::new();
    let imported = manifest.import(&mut pool);
    show(&pool, imported.value)
}

#[test]
fn what_lies_in_the_base_is_spoken_of_by_name() {
    let mut base = World::new("interface Reader function read(): string end").pool;
    let unit = base.name(b"app:unit");
    let reader = base.name(b"Reader");
    let id = base.declared(Some(unit), reader).unwrap();
    let base = std::sync::Arc::new(base);
    let mut pool = Pool::on(&base);
    let of = pool.add(crate::Kind::Ref(id, crate::List::EMPTY));
    let manifest = Manifest::export(&mut pool, of, &[], &[]);
    let mut other = Pool::on(&base);
    let value = manifest.import(&mut other).value;
    assert_eq!(other.kind(value), crate::Kind::Ref(id, crate::List::EMPTY));
    // Elsewhere it is a type without anything.
    let mut strange = Pool::new();
    let imported = manifest.import(&mut strange);
    assert_eq!(show(&strange, imported.value), "Reader");
}

#[test]
fn the_digest_tells_what_changed_from_what_did_not() {
    let digest = |noise: &[&str], text: &str| {
        let world = &mut World::new("");
        for text in noise {
            world.ty(text);
        }
        let value = world.ty(text);
        Manifest::export(world, value, &[], &[]).digest()
    };
    let text = "{a: string | {integer} | {b: string} | \"x\", f: (x: 1 | 2 | \"y\") -> {string}?}";
    let plain = digest(&[], text);
    assert_eq!(digest(&["\"y\"", "{b: string}", "2", "{integer}", "{string}"], text), plain);
    assert_ne!(digest(&[], &text.replace("{b: string}", "{b: integer}")), plain);
}
