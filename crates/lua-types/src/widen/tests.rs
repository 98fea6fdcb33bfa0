//! Literals and what they widen to.

use super::{widen, widen_deep};
use crate::tests::World;

#[test]
fn literals_widen_and_what_lies_in_tables_only_deeply() {
    let world = &mut World::new("");
    for (ty, shallow, deep) in [
        ("1", "integer", "integer"),
        ("1.5", "number", "number"),
        ("\"a\" | \"b\"", "string", "string"),
        ("true?", "boolean?", "boolean?"),
        ("{x: 1, y: {\"a\"}}", "{x: 1, y: {\"a\"}}", "{x: integer, y: {string}}"),
        ("{[\"k\"]: 1} | 2", "integer | {[\"k\"]: 1}", "integer | {[string]: integer}"),
    ] {
        let ty = world.ty(ty);
        let (a, b) = (widen(&mut world.pool, ty), widen_deep(&mut world.pool, ty));
        assert_eq!((world.show(a), world.show(b)), (shallow.to_owned(), deep.to_owned()));
    }
}
