//! What operators on types come to.

use super::{alternatives, resolve};
use crate::tests::{World, evaluate};

#[track_caller]
fn comes_to(declarations: &str, ty: &str, expected: &str) {
    let world = &mut World::new(declarations);
    let ty = world.ty(ty);
    let after = evaluate(world, ty);
    assert!(!after.gave_up);
    assert_eq!(world.show(after.ty), expected);
}

#[test]
fn keys_of_types() {
    comes_to("type P = {x: integer, y: string}", "keyof(P)", "\"x\" | \"y\"");
    comes_to("", "keyof({string})", "integer");
    comes_to("", "keyof({[string]: integer})", "string");
    comes_to("", "keyof({a: string, b: string} | {b: string, c: string})", "\"b\"");
    comes_to("", "keyof({a: string} & {b: string})", "\"a\" | \"b\"");
    comes_to("", "keyof(any)", "any");
    comes_to("", "keyof(integer)", "never");
    comes_to("interface I function m() end", "keyof(I)", "\"m\"");
}

#[test]
fn indexed_types() {
    comes_to("type P = {x: integer, y?: string}", "P[\"x\"]", "integer");
    comes_to("type P = {x: integer, y?: string}", "P[\"y\"]", "string?");
    comes_to("type P = {x: integer, y: string}", "P[keyof(P)]", "integer | string");
    comes_to("", "{string}[integer]", "string");
    comes_to("", "{[string]: boolean}[string]", "boolean");
}

#[test]
fn conditional_types() {
    comes_to("", "string extends any ? 1 : 2", "1");
    comes_to("", "string extends integer ? 1 : 2", "2");
    comes_to("type Elem<T> = T extends {any} ? T[integer] : T", "Elem<{string}>", "string");
    comes_to(
        "type Without<T, U> = T extends U ? never : T",
        "{(Without<\"a\" | \"b\" | 1, string>)}[integer]",
        "1",
    );
    comes_to("type Deep<T> = T extends {any} ? Deep<T[integer]> : T", "Deep<{{{string}}}>", "string");
}

#[test]
fn alternatives_of_conditionals_are_gone_through_one_by_one() {
    let world = &mut World::new(
        "type Without<T, U> = T extends U ? never : T type A = Without<\"a\" | 1 | true, string>",
    );
    let ty = world.ty("A");
    let mut members: Vec<String> = alternatives(world, ty).into_iter().map(|ty| world.show(ty)).collect();
    members.sort();
    assert_eq!(members, ["1", "true"]);
    let ty = world.ty("Without<never, string>");
    assert_eq!(resolve(world, ty), crate::Ty::NEVER);
}

#[test]
fn what_depends_on_a_parameter_waits() {
    let world = &mut World::new("type K<T> = keyof(T) type C<T> = T extends string ? 1 : 2");
    for name in ["K", "C"] {
        let Some(crate::lower::TypeName::Decl(id)) = world.names.get(name).copied() else { panic!() };
        let body = world.pool.decl(id).body;
        assert_eq!(resolve(world, body), body);
    }
}
