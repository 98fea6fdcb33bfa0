//! The library `table`.

use super::plain;
use crate::declare::{ModuleDecl, Reach, TableDecl};

pub(super) fn library() -> ModuleDecl<'static> {
    let functions = [
        (
            "concat(list: readonly {string | number | error}, separator?: string | number | error, first?: integer, last?: integer): string",
            "The elements as one text, with `separator` between.",
        ),
        (
            "create(array: integer, hash?: integer): any",
            "An empty table with room for so many elements and fields.",
        ),
        ("freeze<T>(target: T): T", "Makes a table readonly for good; gives it back."),
        ("getn(list: table): integer", "The same as `#list`."),
        ("insert<T>(list: {T}, value: T)", "Puts a value behind the last one."),
        (
            "insert<T>(list: {T}, position: number, value: T)",
            "Puts a value at a position; those from there on move up.",
        ),
        ("isfrozen(target: table): boolean", "Whether a table is readonly."),
        ("maxn(list: table): number", "The largest positive number that is a key, 0 without one."),
        (
            "move<T>(from: readonly {T}, first: integer, last: integer, to: integer, target?: {T}): {T}",
            "Copies elements to another place, of `target` if it is given; gives back the table written to.",
        ),
        ("pack(...any): {any} & {n: integer}", "The arguments as a list, their number in field `n`."),
        (
            "remove<T>(list: {T}, position?: integer): T?",
            "Takes a value away, the last one without a position; those behind it move down.",
        ),
        (
            "sort<T>(list: {T}, before?: (a: T, b: T) -> any)",
            "Sorts in place, by `<` or by whether `a` comes before `b`; not stable.",
        ),
        ("unpack<T>(list: readonly {T}, first?: integer, last?: integer): ...T", "The elements of a list."),
    ];
    plain(Reach::Library, TableDecl::of("table", "Lists and other tables.", &functions))
}
