//! Types in place of parameters.

use super::{Subst, mentions_params};
use crate::lower::TypeName;
use crate::tests::World;
use crate::{Kind, Ty};

#[test]
fn parameters_are_replaced_everywhere_and_the_rest_stays() {
    let world = &mut World::new(
        "type Want<T, U> = {a: T, b?: {U}, f: (x: T, ...U) -> (T?, U), m: {[T]: U}, k: keyof(T), i: T & {x: U}}",
    );
    let Some(TypeName::Decl(id)) = world.names.get("Want").copied() else { panic!() };
    let (params, body) = (world.pool.decl(id).params.clone(), world.pool.decl(id).body);
    assert!(mentions_params(&world.pool, body));
    assert_eq!(Subst::default().apply(world, body), body);
    let half = Subst::of(&params[..1], &[Ty::STRING]).apply(world, body);
    assert!(mentions_params(&world.pool, half));
    let whole = Subst::of(&params, &[Ty::STRING, Ty::INTEGER]).apply(world, body);
    assert!(!mentions_params(&world.pool, whole));
    let text = "{a: string, b?: {integer}, f: (x: string, ...integer) -> (string?, integer), m: {[string]: integer}, \
                k: keyof(string), i: string & {x: integer}}";
    assert_eq!(whole, world.ty(text));
}

#[test]
fn tables_of_the_code_become_records_only_where_parameters_occur() {
    let world = &mut World::new("type Want<T> = {a: T}");
    let Some(TypeName::Decl(id)) = world.names.get("Want").copied() else { panic!() };
    let params = world.pool.decl(id).params.clone();
    let plain = world.shape("{x: string}");
    let mentioning = world.shape("{}");
    let (name, of) = (world.pool.name(b"v"), world.pool.add(Kind::Param(params[0])));
    world.shapes[1].fields.push(crate::Field { name, ty: of, optional: false, readonly: false });
    let subst = Subst::of(&params, &[Ty::STRING]);
    assert_eq!(subst.apply(world, plain), plain);
    let record = subst.apply(world, mentioning);
    assert_eq!(world.show(record), "{v: string}");
}
