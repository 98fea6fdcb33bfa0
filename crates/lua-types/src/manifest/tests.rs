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
fn tables_of_the_code_become_records() {
    let world = &mut World::new("");
    let shape = world.shape("{name: string}");
    let manifest = Manifest::export(world, shape, &[], &[]);
    let mut pool = Pool::new();
    let imported = manifest.import(&mut pool);
    assert_eq!(show(&pool, imported.value), "{name: string}");
}
