//! What is left behind a condition.

use super::*;
use crate::tests::World;

#[track_caller]
fn left(world: &mut World, ty: &str, expected: &str, narrow: impl FnOnce(&mut World, Ty) -> Ty) {
    let of = world.ty(ty);
    let after = narrow(world, of);
    assert_eq!(world.show(after), expected, "{ty}");
}

#[test]
fn truth_and_nil() {
    let world = &mut World::new("type Maybe = string?");
    left(world, "string?", "string", truthy);
    left(world, "Maybe", "string", truthy);
    left(world, "boolean?", "true", truthy);
    left(world, "any", "any", truthy);
    left(world, "boolean?", "false?", falsy);
    left(world, "string?", "nil", falsy);
    left(world, "string", "never", falsy);
    left(world, "false | string?", "string | false", without_nil);
    left(world, "string?", "nil", only_nil);
    left(world, "string", "never", only_nil);
}

#[test]
fn names_of_types() {
    let world = &mut World::new("interface I function m() end type P = {x: integer}");
    let mut case =
        |ty, name, sense, expected| left(world, ty, expected, |cx, ty| by_type_name(cx, ty, name, sense));
    case("string | integer | {string}", "table", true, "{string}");
    case("string | integer | {string}", "table", false, "integer | string");
    case("string | 1 | 2.5", "number", true, "1 | 2.5");
    case("any", "string", true, "string");
    case("any", "string", false, "any");
    case("unknown", "table", true, "table");
    case("P | string", "table", true, "P");
    case("P?", "nil", false, "P");
    case("string", "nonsense", true, "never");
    case("string", "nonsense", false, "string");
    case("error | string", "userdata", true, "error");
    case("I | string", "table", true, "I");
    case("I | string", "string", true, "string");
}

#[test]
fn literals_and_discriminated_unions() {
    let world = &mut World::new(
        "type Shape = {kind: \"circle\", r: number} | {kind: \"square\", a: number} | {w: number}",
    );
    let a = world.ty("\"a\"");
    left(world, "string", "\"a\"", |cx, ty| by_literal(cx, ty, a, true));
    left(world, "\"a\" | \"b\"", "\"b\"", |cx, ty| by_literal(cx, ty, a, false));
    left(world, "string", "string", |cx, ty| by_literal(cx, ty, a, false));
    left(world, "integer | boolean", "never", |cx, ty| by_literal(cx, ty, a, true));
    let yes = world.ty("true");
    left(world, "boolean", "false", |cx, ty| by_literal(cx, ty, yes, false));
    let (kind, circle) = (world.pool.name(b"kind"), world.ty("\"circle\""));
    left(world, "Shape", "{kind: \"circle\", r: number}", |cx, ty| by_field(cx, ty, kind, circle, true));
    left(world, "Shape", "{kind: \"square\", a: number} | {w: number}", |cx, ty| {
        by_field(cx, ty, kind, circle, false)
    });
    let r = world.pool.name(b"r");
    left(world, "Shape", "{kind: \"circle\", r: number}", |cx, ty| by_field_truth(cx, ty, r, true));
    let ok = world.pool.name(b"ok");
    left(world, "{ok: true, v: string} | {ok: false, e: string}", "{ok: true, v: string}", |cx, ty| {
        by_field_truth(cx, ty, ok, true)
    });
}

/// `x.name == lit`, or not.
pub(crate) fn by_field<T: Types + ?Sized>(cx: &mut T, ty: Ty, name: Name, lit: Ty, sense: bool) -> Ty {
    by_variant(cx, ty, |cx, variant| read(cx, variant, name), |cx, value| by_literal(cx, value, lit, sense))
}

/// `x.name` is neither nil nor false, or is one of these.
pub(crate) fn by_field_truth<T: Types + ?Sized>(cx: &mut T, ty: Ty, name: Name, sense: bool) -> Ty {
    let test = |cx: &mut T, value| if sense { truthy(cx, value) } else { falsy(cx, value) };
    by_variant(cx, ty, |cx, variant| read(cx, variant, name), test)
}

#[test]
fn types_asked_for_at_run_time() {
    let world = &mut World::new("type P = {x: integer}");
    let mut case = |ty: &str, to: &str, sense, expected| {
        let to = world.ty(to);
        left(world, ty, expected, |cx, ty| to_type(cx, ty, to, sense));
    };
    case("any", "P", true, "P");
    case("any", "P", false, "any");
    case("unknown", "integer", true, "integer");
    case("P | string", "P", true, "P");
    case("P | string", "P", false, "string");
    case("number", "integer", true, "integer");
    case("string", "integer", true, "never");
    case("integer | string", "number", true, "integer");
    case("{k: \"a\"}", "{k: \"b\"}", true, "never");
    case("{a: string}", "{b: string}", true, "{a: string} & {b: string}");
}
