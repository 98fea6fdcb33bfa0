//! Written types, and what may be wrong with them.

use crate::tests::World;

#[track_caller]
fn mistakes(text: &str, expected: &[&str]) {
    assert_eq!(World::new(text).messages(0), expected, "{text}");
}

#[test]
fn declarations_may_speak_of_each_other_in_any_order() {
    mistakes("type A = {b: B?} type B = {a: A?} interface I function m(b: B): A end", &[]);
}

#[test]
fn unknown_names_come_with_the_nearest() {
    mistakes("type A = strnig", &["E0012 there is no type 'strnig'; did you mean 'string'?"]);
    mistakes("type Point = {} type A = {p: Pint}", &["E0012 there is no type 'Pint'; did you mean 'Point'?"]);
    mistakes("type A = lib.T", &["E0012 there is no import 'lib' to take the type 'T' from"]);
}

#[test]
fn what_stands_for_itself_is_circular() {
    mistakes("type A = A", &["E0013 type 'A' stands for itself"]);
    mistakes("type A = B type B = A | nil", &["E0013 type 'A' stands for itself"]);
    mistakes("type A<T> = A<{T}>", &["E0013 type 'A' stands for itself"]);
    mistakes("interface A: B end interface B: A end", &["E0013 interface 'A' extends itself"]);
    mistakes("type A = {A} type B = () -> B", &[]);
    mistakes("type A = keyof(A)", &["E0013 type 'A' stands for itself"]);
    mistakes("type A<T: U, U: T> = T", &["E0013 type parameter 'T' is bounded by itself"]);
}

#[test]
fn type_arguments_are_counted_and_bounded() {
    mistakes("type Box<T> = {v: T} type A = Box", &["E0003 'Box' expects 1 type argument, got 0"]);
    mistakes("type A = {} type B = A<string>", &["E0003 'A' takes no type arguments, got 1"]);
    mistakes(
        "type N<T: number> = {v: T} type A = N<string>",
        &["E0020 type argument 'T' must be number, got string"],
    );
    mistakes("type N<T: number> = {v: T} type A<U: integer> = N<U>", &[]);
}

#[test]
fn validators_are_checked() {
    mistakes("type A = number @min(0) @max(10)", &[]);
    mistakes(
        "type A = {name: string @min_len(1) @pattern(\"^a\"), list: {number @min(-1)} @max_len(3)}",
        &[],
    );
    mistakes("type A = number @mni(0)", &["E0016 there is no validator '@mni'; did you mean '@min'?"]);
    mistakes("type A = string @min(0)", &["E0016 '@min' applies to numbers, not to string"]);
    mistakes("type A = number @min", &["E0016 '@min' expects 1 argument, got 0"]);
    mistakes("type A = number @min(\"0\")", &["E0016 '@min' expects a number that is written out"]);
    mistakes("type A = number @pattern(\"a\")", &["E0016 '@pattern' applies to strings, not to number"]);
    mistakes("type A = B @min(0) type B = number?", &[]);
}

#[test]
fn asserts_stand_as_results_alone() {
    mistakes("type A = (x: any) -> asserts x is string", &[]);
    mistakes(
        "type A = (x: any) -> asserts y is string",
        &["E0001 'asserts' names 'y', which is no parameter of the function"],
    );
    mistakes("type A = {asserts x is string}", &["E0016 'asserts' stands only as the result of a function"]);
}

#[test]
fn keys_of_indexed_types_must_be_there() {
    mistakes("type P = {x: integer} type A = P[\"x\"]", &[]);
    mistakes("type P = {x: integer} type A = P[\"y\"]", &["E0004 {x: integer} has no field \"y\""]);
}

#[test]
fn fields_and_methods_are_declared_once() {
    mistakes("type P = {x: integer, x: string}", &["E0017 field 'x' is declared twice"]);
}

#[test]
fn a_long_chain_of_names_is_walked_once() {
    let mut text: String = (0..5_000).map(|i| format!("type A{i} = A{} | {i} ", i + 1)).collect();
    text.push_str("type A5000 = A0");
    mistakes(&text, &["E0013 type 'A0' stands for itself"]);
}

#[test]
fn types_of_imports_may_be_generic() {
    let mut world = World::new("type Box<T> = {value: T}");
    let found = world.names["Box"];
    world.modules.insert(("lib".to_owned(), "Box".to_owned()), found);
    let ty = world.ty("lib.Box<string>");
    assert_eq!(world.show(ty), "Box<string>");
    world.careless("lib.Bag<string>");
    assert_eq!(world.messages(0), ["E0012 'lib' declares no type 'Bag'"]);
}

#[test]
fn parameters_that_may_be_nil_are_optional() {
    let mut world = World::new("");
    let ty = world.ty("(a: string, b: integer?) -> ()");
    let crate::Kind::Function(id) = world.pool.kind(ty) else { panic!() };
    let optional: Vec<bool> = world.pool.signature(id).params.iter().map(|param| param.optional).collect();
    assert_eq!(optional, [false, true]);
    let ty = world.ty("fun(self: string, ...: integer): string, nil");
    assert_eq!(world.show(ty), "(self: string, ...integer) -> (string, nil)");
}
