//! Type arguments found from arguments.

use super::{Bindings, broken_bounds, infer, infer_expected};
use crate::lower::TypeName;
use crate::relate::fits;
use crate::tests::World;
use crate::{DeclId, Kind, Ty};

/// The parameters of a generic alias and its body.
fn generic(world: &mut World, name: &str) -> (DeclId, Ty) {
    let Some(TypeName::Decl(id)) = world.names.get(name).copied() else { panic!("{name}") };
    (id, world.pool.decl(id).body)
}

/// What `arg` makes of the parameters of `Want` in `want`.
#[track_caller]
fn inferred(declarations: &str, arg: &str, expected: &[&str]) {
    let world = &mut World::new(declarations);
    let (id, body) = generic(world, "Want");
    let params = world.pool.decl(id).params.clone();
    let arg = world.ty(arg);
    let mut bindings = Bindings::new(&params);
    infer(world, &mut bindings, body, arg);
    let subst = bindings.solve(world);
    let found: Vec<String> = params.iter().map(|param| world.show(subst.get(*param).unwrap())).collect();
    assert_eq!(found, expected, "{declarations}");
}

#[test]
fn arguments_are_found_through_structure() {
    inferred("type Want<T> = T", "1", &["integer"]);
    inferred("type Want<T> = {T}", "{string}", &["string"]);
    inferred("type Want<K, V> = {[K]: V}", "{[string]: integer}", &["string", "integer"]);
    inferred("type Want<K, V> = {[K]: V}", "{a: 1, b: \"x\"}", &["string", "integer | string"]);
    inferred("type Want<T> = {value: T, more?: {T}}", "{value: 1, more: {string}}", &["integer | string"]);
    inferred("type Want<T> = T?", "string?", &["string"]);
    inferred("type Want<T> = T | {T}", "{string}", &["string"]);
    inferred("type Want<T, U> = (x: T) -> U", "(x: integer) -> string", &["integer", "string"]);
    inferred("type Box<T> = {value: T} type Want<T> = Box<T>", "Box<string>", &["string"]);
    inferred("type Box<T> = {value: T} type Want<T> = Box<T>", "{value: string}", &["string"]);
    inferred("type Want<T> = {T}", "any", &["any"]);
    inferred("type Want<T: number, U> = {T}", "{}", &["number", "any"]);
    inferred("type Want<T: \"a\" | \"b\"> = T", "\"a\"", &["\"a\""]);
    inferred("type List<T> = {value: T, next: List<T>?} type Want<T> = List<T>", "{value: 1}", &["integer"]);
}

#[test]
fn tables_of_the_code_are_looked_into() {
    let world = &mut World::new("type Want<T> = {items: {T}}");
    let (id, body) = generic(world, "Want");
    let params = world.pool.decl(id).params.clone();
    let items = world.shape("{string}");
    let arg = world.shape("{}");
    let name = world.pool.name(b"items");
    world.shapes[1].fields.push(crate::Field { name, ty: items, optional: false, readonly: false });
    let mut bindings = Bindings::new(&params);
    infer(world, &mut bindings, body, arg);
    assert_eq!(bindings.solve(world).get(params[0]), Some(Ty::STRING));
}

#[test]
fn what_is_expected_counts_only_where_arguments_say_nothing() {
    let world = &mut World::new("type Want<T, U> = {a: T, b: U}");
    let (id, body) = generic(world, "Want");
    let params = world.pool.decl(id).params.clone();
    let mut bindings = Bindings::new(&params);
    let (arg, expected) = (world.ty("{a: string}"), world.ty("{a: boolean, b: integer}"));
    infer(world, &mut bindings, body, arg);
    infer_expected(world, &mut bindings, body, expected);
    let subst = bindings.solve(world);
    assert_eq!((subst.get(params[0]), subst.get(params[1])), (Some(Ty::STRING), Some(Ty::INTEGER)));
}

#[test]
fn broken_bounds_are_told_with_the_other_arguments_in_place() {
    let world = &mut World::new("type Want<T, K: keyof(T)> = {a: T, b: K}");
    let (id, body) = generic(world, "Want");
    let params = world.pool.decl(id).params.clone();
    for (arg, fine) in [("{a: {x: integer}, b: \"x\"}", true), ("{a: {x: integer}, b: \"y\"}", false)] {
        let arg = world.ty(arg);
        let mut bindings = Bindings::new(&params);
        infer(world, &mut bindings, body, arg);
        let subst = bindings.solve(world);
        let broken = broken_bounds(world, &params, &subst);
        assert_eq!(broken.is_empty(), fine);
        if let [broken] = broken[..] {
            assert_eq!(
                (world.show(broken.got), world.show(broken.bound)),
                ("\"y\"".into(), "keyof({x: integer})".into())
            );
        }
    }
}

#[test]
fn a_generic_function_suits_where_a_plain_one_is_wanted() {
    let world = &mut World::new("");
    let name = world.pool.name(b"T");
    let param = world.pool.param(crate::ty::TypeParam { name, bound: None });
    let of = world.pool.add(Kind::Param(param));
    let results = crate::Results::Known(world.pool.pack(&[of]));
    let params = vec![crate::ty::Param { name: None, ty: of, optional: false }];
    let sig = crate::ty::Sig {
        generics: vec![param],
        params,
        rest: None,
        results,
        asserts: None,
        method: false,
        lenient: false,
    };
    let id = world.pool.sig(sig);
    let identity = world.pool.add(Kind::Function(id));
    let (fine, wrong) = (world.ty("(x: string) -> string"), world.ty("(x: string) -> integer"));
    assert!(fits(world, identity, fine).is_ok());
    assert!(fits(world, identity, wrong).is_err());
    assert!(fits(world, identity, identity).is_ok());
}
