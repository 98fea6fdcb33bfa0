//! Global functions, `package` and `coroutine`.

use super::{constants, plain};
use crate::declare::{ConstType, ModuleDecl, Reach, TableDecl};

pub(super) fn globals() -> ModuleDecl<'static> {
    let functions = [
        (
            "assert<T>(value: T?, message?: any, ...any): (T, ...any)",
            "Raises `message` if `value` is nil or false; gives back its arguments.",
        ),
        (
            "error(message?: any, level?: integer): never",
            "Raises a value; a text gets the place of the caller in front, none with level 0.",
        ),
        ("getmetatable(value: any): any", "The metatable, or what its field `__metatable` says."),
        (
            "ipairs<T>(list: readonly {T}): ((list: readonly {T}, index: integer) -> (integer?, T), readonly {T}, integer)",
            "For loops over a list, from 1 to the first nil.",
        ),
        (
            "next<K, V>(map: readonly {[K]: V}, key?: K): (K?, V)",
            "The entry behind `key`, the first one without it; nil behind the last one.",
        ),
        (
            "pairs<K, V>(map: readonly {[K]: V}): ((map: readonly {[K]: V}, key: K?) -> (K?, V), readonly {[K]: V}, K?)",
            "For loops over all entries of a table, in no certain order.",
        ),
        (
            "pcall(f: any, ...any): (boolean, ...any)",
            "Calls `f`: true and its results, or false and what was raised.",
        ),
        (
            "print(...any)",
            "Writes a line to the log: the arguments as `tostring` has them, with spaces between.",
        ),
        ("rawequal(a: any, b: any): boolean", "Whether two values are equal, without metamethods."),
        ("rawget(from: table, key: any): any", "A field, without metamethods."),
        (
            "rawset<T>(into: T, key: any, value: any): T",
            "Sets a field, without metamethods; gives back the table.",
        ),
        (
            "require(module: string): any",
            "A module or import that the entry lists, or one that every unit sees.",
        ),
        ("select(count: \"#\", ...any): integer", "The number of further arguments."),
        (
            "select(from: number, ...any): ...any",
            "The arguments from that one on; negative numbers count from the end.",
        ),
        (
            "setmetatable<T>(target: T, metatable: table?): T",
            "Sets or removes a metatable; gives back the table.",
        ),
        (
            "tonumber(value: any, base?: integer): number?",
            "The number that a text spells, in base 10 or `base`; nil if it spells none.",
        ),
        ("typeof(value: any): any", "The type of a value, as a type value."),
        ("tostring(value: any): string", "A value as text; `__tostring` is asked."),
        (
            "type(value: any): \"nil\" | \"boolean\" | \"number\" | \"string\" | \"table\" | \"function\" | \"thread\" | \"userdata\" | \"type\"",
            "The name of a value's type.",
        ),
        (
            "unpack<T>(list: readonly {T}, first?: integer, last?: integer): ...T",
            "The elements of a list; the same as `table.unpack`.",
        ),
        (
            "xpcall(f: any, handler: (error: any) -> ...any): (boolean, ...any)",
            "Calls `f`: true and its results, or false and what `handler` makes of the error.",
        ),
    ];
    let top = TableDecl::of("base", "Functions that every unit sees without a library.", &functions);
    let list = [("_G", ConstType::Type("any")), ("_VERSION", ConstType::Type("string"))];
    plain(Reach::Globals, constants(top, &list))
}

pub(super) fn package() -> ModuleDecl<'static> {
    let functions = [
        ("loadlib(...any): (nil, string, string)", "Gives nil and a message: there are no native libraries."),
        ("seeall(module: table)", "Lets a table fall back to the globals."),
    ];
    let top = TableDecl::of("package", "What is left of Lua's own loader of modules.", &functions);
    let list = [("path", ConstType::Type("string")), ("cpath", ConstType::Type("string"))];
    plain(Reach::Global, constants(top, &list))
}

pub(super) fn coroutine() -> ModuleDecl<'static> {
    let functions = [
        ("create(f: (...any) -> ...any): thread", "A coroutine that will run `f`."),
        (
            "resume(coroutine: thread, ...any): (boolean, ...any)",
            "Runs it until it yields or ends: true and what it gives, or false and what it raised.",
        ),
        ("running(): thread?", "The coroutine that runs; nil in the main one."),
        (
            "spawn(f: () -> ...any): thread",
            "Starts a coroutine that the process runs by itself, from when the caller next waits.",
        ),
        ("status(coroutine: thread): \"running\" | \"suspended\" | \"normal\" | \"dead\"", "What it does."),
        (
            "wrap(f: (...any) -> ...any): (...any) -> ...any",
            "A coroutine as a function that resumes it and raises its errors.",
        ),
        (
            "yield(...any): ...any",
            "Gives values to whoever resumed this coroutine, and gets those of the next resume.",
        ),
    ];
    plain(Reach::Library, TableDecl::of("coroutine", "Coroutines of this process.", &functions))
}
