//! What fits what.

use super::{Mode, explain, fits, is_subtype, relate};
use crate::Ty;
use crate::tests::World;

fn fit(world: &mut World, from: &str, to: &str) -> Result<(), String> {
    let (from, to) = (world.ty(from), world.ty(to));
    told(world, from, to)
}

fn told(world: &mut World, from: Ty, to: Ty) -> Result<(), String> {
    fits(world, from, to).map_err(|mismatch| explain(world, &mismatch))
}

#[track_caller]
fn all_fit(world: &mut World, pairs: &[(&str, &str)]) {
    for (from, to) in pairs {
        assert_eq!(fit(world, from, to), Ok(()), "{from} fits {to}");
    }
}

#[track_caller]
fn none_fits(world: &mut World, cases: &[(&str, &str, &str)]) {
    for (from, to, why) in cases {
        assert_eq!(fit(world, from, to), Err((*why).to_owned()), "{from} fits {to}");
    }
}

#[test]
fn basic_types_literals_and_numbers() {
    let world = &mut World::new("");
    all_fit(
        world,
        &[
            ("never", "string"),
            ("string", "unknown"),
            ("unknown", "any"),
            ("any", "integer"),
            ("1", "integer"),
            ("1", "number"),
            ("integer", "number"),
            ("1.0", "integer"),
            ("1.5", "number"),
            ("true", "boolean"),
            ("\"a\"", "string"),
            ("{x: any}", "{x: integer}"),
            ("{any}", "{string}"),
        ],
    );
    none_fits(
        world,
        &[
            ("number", "integer", "expected integer, got number"),
            ("1.5", "integer", "expected integer, got 1.5"),
            ("unknown", "string", "expected string, got unknown"),
            ("nil", "string", "expected string, got nil"),
            ("string", "\"a\"", "expected \"a\", got string"),
        ],
    );
}

#[test]
fn unions_and_optional_types() {
    let world = &mut World::new("");
    all_fit(
        world,
        &[
            ("string", "string?"),
            ("nil", "string?"),
            ("\"a\" | \"b\"", "string"),
            ("\"a\" | 1", "string | number"),
            ("integer", "string | number"),
            ("{a: string}", "{a: string} | {b: string}"),
            ("true | false", "boolean"),
        ],
    );
    none_fits(
        world,
        &[
            ("string?", "string", "expected string, but it may be nil"),
            ("string | boolean", "string | number", "expected number | string, got boolean"),
            ("{b: integer}", "{b: string}?", "field 'b': expected string, got integer"),
        ],
    );
}

#[test]
fn records_by_width_and_mutable_fields_exactly() {
    let world = &mut World::new("");
    all_fit(
        world,
        &[
            ("{name: string, age: integer}", "{name: string}"),
            ("{name: string}", "{name: string, age?: integer}"),
            ("{name: string}", "{name: string, age: integer?}"),
            ("{x: 1}", "{x: number}"),
            ("{x: integer}", "{x: number}"),
            ("{x: nil}", "{x: string?}"),
            ("{x: \"a\"}", "{x: \"a\" | \"b\"}"),
            ("{x: string}", "{x: string?}"),
            ("{x: string}", "{readonly x: string | number}"),
            ("{f: (a: string) -> string}", "{f: (a: string, b: integer) -> string?}"),
        ],
    );
    none_fits(
        world,
        &[
            ("{name: string}", "{name: string, host: string}", "field 'host' is missing"),
            ("{port: string}", "{port: integer}", "field 'port': expected integer, got string"),
            (
                "{server: {port: string}}",
                "{server: {port: integer}}",
                "field 'server.port': expected integer, got string",
            ),
            ("{server: {}}", "{server: {port: integer}}", "field 'server.port' is missing"),
            (
                "{x: string}",
                "{x: string | number}",
                "field 'x': expected exactly number | string, got string",
            ),
            ("{readonly x: string}", "{x: string}", "field 'x' is readonly"),
            ("{x?: string}", "{x: string}", "field 'x': expected string, but it may be nil"),
            ("string", "{x: string}", "expected {x: string}, got string"),
        ],
    );
}

#[test]
fn arrays_maps_and_tuples() {
    let world = &mut World::new("");
    all_fit(
        world,
        &[
            ("{integer}", "{number}"),
            ("{string}", "readonly {string}"),
            ("{string}", "{[integer]: string}"),
            ("{[string]: integer}", "{[string]: integer}"),
            ("{[string]: string}", "{[string]: string?}"),
            ("{a: integer, b: integer}", "{[string]: integer}"),
            ("{a: 1, b?: 2}", "{[\"a\" | \"b\"]: number}"),
            ("{string}", "table"),
            ("table", "{string}"),
            ("{[string]: any}", "{name: string}"),
        ],
    );
    none_fits(
        world,
        &[
            ("{number}", "{integer}", "element: expected integer, got number"),
            ("readonly {string}", "{string}", "it is readonly"),
            (
                "{[string]: string}",
                "{[string]: string | number}",
                "value: expected exactly number | string, got string",
            ),
            ("{[\"a\"]: string}", "{[string]: string}", "key: expected exactly string, got \"a\""),
            ("{a: integer, b: string}", "{[string]: integer}", "field 'b': expected integer, got string"),
            ("{[string]: string}", "{string}", "expected {string}, got {[string]: string}"),
            ("{a: string}", "{string}", "expected {string}, got {a: string}"),
            ("{[string]: string}", "{name: string}", "field 'name' is missing"),
        ],
    );
}

#[test]
fn functions_by_what_they_take_and_give() {
    let world = &mut World::new("");
    all_fit(
        world,
        &[
            ("(x: number) -> integer", "(x: integer) -> number"),
            ("() -> ()", "(a: string, b: integer) -> ()"),
            ("(a: string) -> (string, integer)", "(a: string) -> string"),
            ("(a: string, b: integer?) -> ()", "(a: string) -> ()"),
            ("(...string) -> ()", "(a: string, b: string) -> ()"),
            ("(a: any) -> any", "(a: string) -> integer"),
            ("() -> never", "() -> string"),
            ("() -> ()", "() -> string?"),
            ("(self: integer, a: string) -> ()", "(self: string, a: string) -> ()"),
        ],
    );
    let typed = world.ty("(a: string) -> ()");
    assert_eq!(told(world, typed, Ty::FUNCTION), Ok(()));
    assert_eq!(told(world, Ty::FUNCTION, typed), Ok(()));
    none_fits(
        world,
        &[
            ("(x: integer) -> ()", "(x: number) -> ()", "parameter 1: takes integer, would get number"),
            ("() -> string", "() -> integer", "result 1: expected integer, got string"),
            ("(a: string, b: string) -> ()", "(a: string) -> ()", "it needs 2 arguments, 1 would be given"),
            ("() -> ()", "() -> string", "result 1: expected string, got nil"),
            ("(...integer) -> ()", "(a: string) -> ()", "parameter 1: takes integer, would get string"),
        ],
    );
}

#[test]
fn interfaces_by_methods_and_without_methods_by_name() {
    let world = &mut World::new(
        "interface Reader function read(n: integer): string end
         interface Closer function close() end
         interface File: Reader, Closer function name(): string end
         interface Mark end
         interface Other end
         interface Special: Mark end
         type Box<T> = {value: T}",
    );
    all_fit(
        world,
        &[
            ("{read: (self: any, n: integer) -> string, more: integer}", "Reader"),
            ("File", "Reader"),
            ("File", "Closer"),
            ("Mark", "Mark"),
            ("Special", "Mark"),
            ("Reader", "table"),
            ("Reader", "{read: any}"),
            ("{read: any, close: any, name: any}", "File"),
        ],
    );
    none_fits(
        world,
        &[
            ("Mark", "Other", "expected Other, got Mark"),
            ("Reader", "File", "field 'close' is missing"),
            (
                "{read: string}",
                "Reader",
                "field 'read': expected (self: Reader, n: integer) -> string, got string",
            ),
            ("{}", "Mark", "expected Mark, got {}"),
        ],
    );
}

#[test]
fn aliases_are_opened_and_recursive_ones_come_to_an_end() {
    let world = &mut World::new(
        "type Box<T> = {value: T}
         type Json = string | number | boolean | nil | {Json} | {[string]: Json}
         type List = {value: integer, next: List?}
         type Other = {value: integer, next: Other?}
         type Bad = {value: string, next: Bad?}
         type Tree<T> = {item: T, kids: {Tree<T>}}",
    );
    all_fit(
        world,
        &[
            ("Box<integer>", "Box<number>"),
            ("Box<integer>", "{value: integer}"),
            ("Box<any>", "Box<string>"),
            ("List", "Other"),
            ("{value: integer}", "List"),
            ("{{string}}", "Json"),
            ("{string}", "Json"),
            ("Tree<integer>", "Tree<integer>"),
        ],
    );
    none_fits(world, &[("List", "Bad", "field 'value': expected string, got integer")]);
    assert!(fit(world, "Box<string>", "Box<integer>").is_err());
    assert!(fit(world, "Tree<string>", "Tree<integer>").is_err());
}

#[test]
fn an_error_object_is_taken_where_text_is_wanted() {
    let world = &mut World::new("");
    all_fit(
        world,
        &[("error", "string"), ("error?", "string?"), ("error", "userdata"), ("userdata", "error")],
    );
    none_fits(
        world,
        &[("string", "error", "expected error, got string"), ("{}", "error", "expected error, got {}")],
    );
    let (error, text) = (world.ty("error"), world.ty("string"));
    assert!(!is_subtype(world, error, text));
}

#[test]
fn tables_of_the_code_are_fresh_values() {
    let world = &mut World::new("type Options = {host?: string, port?: integer}");
    let empty = world.shape("{}");
    let point = world.shape("{x: 1, y: integer, name: \"a\"}");
    let list = world.shape("{integer}");
    let map = world.shape("{[string]: integer}");
    for (from, to) in [
        (empty, "{string}"),
        (empty, "{[string]: integer}"),
        (empty, "Options"),
        (empty, "table"),
        (point, "{x: number, y: number}"),
        (point, "{name: string | boolean}"),
        (point, "{[string]: any}"),
        (list, "{number}"),
        (list, "{[integer]: integer | string}"),
        (map, "{[string]: number}"),
        (map, "{count: integer}"),
    ] {
        let to = world.ty(to);
        assert_eq!(told(world, from, to), Ok(()));
    }
    for (from, to, why) in [
        (empty, "{host: string}", "field 'host' is missing"),
        (point, "{x: string}", "field 'x': expected string, got 1"),
        (point, "{string}", "expected {string}, got {x: 1, y: integer, name: \"a\"}"),
        (list, "{string}", "element: expected string, got integer"),
        (map, "{string}", "key: expected integer, got string"),
    ] {
        let to = world.ty(to);
        assert_eq!(told(world, from, to), Err(why.to_owned()));
    }
}

#[test]
fn strictly_any_is_not_everything() {
    let world = &mut World::new("");
    for (a, b, fine) in [
        ("any", "string", false),
        ("string", "any", true),
        ("any", "unknown", true),
        ("table", "{string}", false),
    ] {
        let (a, b) = (world.ty(a), world.ty(b));
        assert_eq!(is_subtype(world, a, b), fine);
    }
}

#[test]
fn what_is_too_deep_fits_and_says_so() {
    let world = &mut World::new(
        "type Grow<T> = {value: T, next: Grow<{T}>?}
         type Other<T> = {value: T, next: Other<{T}>?}",
    );
    let (a, b) = (world.ty("Grow<integer>"), world.ty("Other<integer>"));
    let outcome = relate(world, Mode::Gradual, a, b);
    assert_eq!(outcome.result, Ok(()));
    assert!(outcome.gave_up);
    assert!(world.pool.take_gave_up());
    let (a, b) = (world.ty("{integer}"), world.ty("{number}"));
    assert!(!relate(world, Mode::Gradual, a, b).gave_up);
}

#[test]
fn wide_unions_of_literals_take_few_steps() {
    let world = &mut World::new("");
    let texts: Vec<Ty> = (0..10_000).map(|i| world.pool.str_type(format!("k{i}").as_bytes())).collect();
    let all = world.pool.union(&texts);
    let most = world.pool.union(&texts[..9_999]);
    let numbered = world.pool.union(&[all, Ty::INTEGER]);
    for (a, b, fine) in
        [(all, Ty::STRING, true), (most, all, true), (all, most, false), (numbered, all, false)]
    {
        let outcome = relate(world, Mode::Gradual, a, b);
        assert_eq!(outcome.result.is_ok(), fine);
        assert!(!outcome.gave_up);
    }
}

#[test]
fn of_a_tagged_union_the_alternative_with_the_tag_is_meant() {
    let world = &mut World::new(
        "type Event = {kind: \"open\", id: integer} | {kind: \"close\", code: string} | {kind: \"data\", body: {size: integer}}",
    );
    all_fit(world, &[("{kind: \"close\", code: \"a\"}", "Event"), ("{kind: \"open\", id: 1}", "Event?")]);
    none_fits(
        world,
        &[
            ("{kind: \"close\", code: integer}", "Event", "field 'code': expected string, got integer"),
            ("{kind: \"open\"}", "Event", "field 'id' is missing"),
            (
                "{kind: \"data\", body: {size: string}}",
                "Event",
                "field 'body.size': expected integer, got string",
            ),
        ],
    );
    let shape = world.shape("{kind: \"close\", code: boolean}");
    let event = world.ty("Event");
    assert_eq!(told(world, shape, event), Err("field 'code': expected string, got boolean".to_owned()));
}

#[test]
fn several_types_at_once_give_what_all_of_them_have() {
    let world = &mut World::new("type Named = {name: string} type Aged = {age: integer}");
    all_fit(
        world,
        &[
            ("Named & Aged", "{name: string, age: integer}"),
            ("{name: string, age: integer}", "Named & Aged"),
            ("(Named | Aged) & {id: string}", "{id: string}"),
            ("(string | integer) & string", "string | boolean"),
            ("((x: string) -> string) & ((x: integer) -> integer)", "(x: integer) -> integer"),
        ],
    );
    none_fits(
        world,
        &[
            ("Named", "Named & Aged", "field 'age' is missing"),
            (
                "Named & {age: string}",
                "{name: string, age: integer}",
                "field 'age': expected integer, got string",
            ),
        ],
    );
}
