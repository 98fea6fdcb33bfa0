//! Types as text.

use crate::display::show_with;
use crate::show;
use crate::tests::World;

#[test]
fn types_read_as_people_write_them() {
    let world = &mut World::new("type Box<T> = {value: T} type List = {next: List?}");
    for text in [
        "string?",
        "{integer}",
        "{[string]: integer}",
        "{name: string, age?: integer}",
        "(x: number, ...string) -> (string?, error?)",
        "() -> ()",
        "(x: integer?) -> string",
        "\"a\\\"b\"",
        "-1",
        "1.5",
        "(integer | string)?",
        "Box<string>",
        "List",
        "{{string}}",
        "readonly {string}",
        "{readonly x: string}",
        "(() -> ())?",
        "{a: string} & {b: string}",
        "interface {m: () -> ()}",
        "keyof(List)",
        "List[\"next\"]",
    ] {
        let ty = world.ty(text);
        assert_eq!(show(&world.pool, ty), text);
    }
}

#[test]
fn long_and_deep_types_are_cut() {
    let world = &mut World::new("");
    let ty = world.ty("{a: {b: {c: {d: {e: string}}}}}");
    assert_eq!(world.show(ty), "{a: {b: {c: {d: …}}}}");
    let ty = world.ty("{a: any, b: any, c: any, d: any, e: any, f: any, g: any, h: any, i: any}");
    assert_eq!(world.show(ty), "{a: any, b: any, c: any, d: any, e: any, f: any, g: any, h: any, …}");
    let long = format!("\"{}\"", "x".repeat(500));
    let ty = world.ty(&format!("{{{}: {long}, b: {long}, c: {long}}}", "a".repeat(60)));
    assert_eq!(world.show(ty).chars().count(), 120);
}

#[test]
fn tables_of_the_code_show_their_fields() {
    let world = &mut World::new("");
    let shape = world.shape("{name: string}");
    assert_eq!(show(&world.pool, shape), "table");
    assert_eq!(show_with(world, shape), "{name: string}");
}
