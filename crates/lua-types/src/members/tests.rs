//! What lies under names and keys.

use super::{Member, field, index, names, write_field, write_index};
use crate::tests::World;

fn told(world: &mut World, member: Member) -> String {
    match member {
        Member::Found { ty, optional, readonly } => {
            let ty = world.show(ty);
            format!(
                "{}{ty}{}",
                if readonly { "readonly " } else { "" },
                if optional { " or nothing" } else { "" }
            )
        }
        Member::Missing { on, present_elsewhere } => {
            let on = world.show(on);
            format!("missing on {on}{}", if present_elsewhere { ", present elsewhere" } else { "" })
        }
        Member::Nil => "nil".to_owned(),
        Member::NotIndexable(ty) => format!("{} has no fields", world.show(ty)),
        Member::BadKey { expected, got } => {
            let (expected, got) = (world.show(expected), world.show(got));
            format!("key {expected} wanted, got {got}")
        }
    }
}

#[track_caller]
fn fields(world: &mut World, cases: &[(&str, &str, &str)]) {
    for (ty, name, expected) in cases {
        let (of, name) = (world.ty(ty), world.pool.name(name.as_bytes()));
        let member = field(world, of, name);
        assert_eq!(told(world, member), *expected, "{ty}");
    }
}

#[track_caller]
fn keys(world: &mut World, cases: &[(&str, &str, &str)]) {
    for (ty, key, expected) in cases {
        let (of, key) = (world.ty(ty), world.ty(key));
        let member = index(world, of, key);
        assert_eq!(told(world, member), *expected, "{ty}");
    }
}

#[test]
fn fields_of_records_unions_and_what_has_none() {
    let world = &mut World::new("type P = {x: integer, y?: string, readonly z: boolean}");
    fields(
        world,
        &[
            ("P", "x", "integer"),
            ("P", "y", "string or nothing"),
            ("P", "z", "readonly boolean"),
            ("P", "w", "missing on {x: integer, y?: string, readonly z: boolean}"),
            ("any", "x", "any"),
            ("unknown", "x", "any"),
            ("integer", "x", "integer has no fields"),
            ("nil", "x", "nil"),
            ("{x: integer}?", "x", "nil"),
            ("{x: integer}?", "y", "missing on {x: integer}"),
            ("{x: integer} | {x: string}", "x", "integer | string"),
            ("{x: integer} | {y: string}", "x", "missing on {y: string}, present elsewhere"),
            ("{x: integer} | boolean", "x", "boolean has no fields"),
            ("{x: integer} & {y: string}", "y", "string"),
            ("{x: number} & {x: integer}", "x", "integer"),
            ("{[string]: integer}", "x", "integer or nothing"),
            ("{string}", "x", "missing on {string}"),
        ],
    );
}

#[test]
fn keys_of_arrays_maps_and_records() {
    let world = &mut World::new("");
    keys(
        world,
        &[
            ("{string}", "integer", "string or nothing"),
            ("{string}", "number", "string or nothing"),
            ("{string}", "string", "key integer wanted, got string"),
            ("{[string]: integer}", "string", "integer or nothing"),
            ("{[string]: integer}", "boolean", "key string wanted, got boolean"),
            ("{a: integer, b: string}", "\"a\"", "integer"),
            ("{a: integer, b: string}", "\"a\" | \"b\"", "integer | string"),
            ("{a: integer}", "string", "any"),
            ("{a: integer}", "boolean", "key \"a\" wanted, got boolean"),
            ("{a: integer}", "any", "any"),
            ("{[string]: integer}", "string?", "integer or nothing"),
            ("{a: integer}", "\"a\"?", "integer or nothing"),
        ],
    );
}

#[test]
fn what_may_be_stored_suits_all_alternatives() {
    let world = &mut World::new("");
    let name = world.pool.name(b"x");
    for (ty, expected) in [
        ("{x: number} | {x: integer}", "integer"),
        ("{x?: string}", "string or nothing"),
        ("readonly {x: string}", "readonly string"),
        ("string", "string has no fields"),
    ] {
        let of = world.ty(ty);
        let member = write_field(world, of, name);
        assert_eq!(told(world, member), expected, "{ty}");
    }
    let (array, key) = (world.ty("{string}"), world.ty("integer"));
    let member = write_index(world, array, key);
    assert_eq!(told(world, member), "string or nothing");
}

#[test]
fn methods_of_interfaces_and_type_values() {
    let world = &mut World::new("interface Named function name(): string end type P = {x: integer}");
    fields(world, &[("Named", "name", "(self: Named) -> string"), ("Named", "nam", "missing on Named")]);
    let point = world.ty("P");
    let value = world.pool.add(crate::Kind::TypeValue(point));
    for (name, expected) in [
        ("is", "readonly (self: type P, value: any) -> (P?, error?)"),
        ("kind", "readonly (self: type P) -> string"),
        ("x", "readonly type integer"),
        ("y", "missing on type P"),
    ] {
        let name = world.pool.name(name.as_bytes());
        let member = field(world, value, name);
        assert_eq!(told(world, member), expected);
    }
}

#[test]
fn names_are_listed_over_all_alternatives() {
    let world = &mut World::new("");
    let ty = world.ty("{a: integer, b: string} | {b: integer, c: string}");
    let mut found: Vec<String> =
        names(world, ty).iter().map(|name| world.pool.str(*name).to_owned()).collect();
    found.sort();
    assert_eq!(found, ["a", "b", "c"]);
}

#[test]
fn tables_of_the_code_are_open() {
    let world = &mut World::new("");
    let shape = world.shape("{a: integer, b: string}");
    for (key, expected) in [
        ("string", "integer | string or nothing"),
        ("\"a\"", "integer"),
        ("\"c\"", "missing on {a: integer, b: string}"),
        ("integer", "missing on {a: integer, b: string}"),
    ] {
        let key = world.ty(key);
        let member = index(world, shape, key);
        assert_eq!(told(world, member), expected);
    }
}
