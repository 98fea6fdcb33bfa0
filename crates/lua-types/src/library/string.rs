//! The library `string`, whose functions are the methods of texts.

use crate::declare::{ModuleDecl, Reach, RecordDecl, TableDecl};

pub(super) fn library() -> ModuleDecl<'static> {
    // What a match found after its first result is there if the first one is, and checking that one is enough. Position
    // captures are integers, so only a literal pattern says what they are.
    let functions = [
        (
            "byte(text: Text, first?: integer, last?: integer): (integer, ...integer)",
            "The bytes at these positions, the first one without any.",
        ),
        ("char(...integer): string", "A text of these bytes."),
        ("dump(...any): never", "Raises: functions are not turned into bytes."),
        (
            "find(text: Text, pattern: Text, init?: integer, plain?: any): (integer?, integer, ...any)",
            "First and last position of the first match from `init` on, then its captures; nil without one.",
        ),
        ("format(format: Text, ...any): string", "A text with the arguments in place of `%d`, `%s`, …."),
        ("gfind(text: Text, pattern: Text): () -> (string?, ...any)", "The same as `gmatch`."),
        (
            "gmatch(text: Text, pattern: Text): () -> (string?, ...any)",
            "For loops over all matches: their captures, or the whole match without captures.",
        ),
        (
            "gsub(text: Text, pattern: Text, replacement: Text | table | ((...any) -> ...any), limit?: integer): (string, integer)",
            "A text with matches replaced, and how many there were.",
        ),
        ("len(text: Text): integer", "The number of bytes."),
        ("lower(text: Text): string", "The text in lower case."),
        (
            "match(text: Text, pattern: Text, init?: integer): (string?, ...any)",
            "The captures of the first match from `init` on, or the whole match without captures; nil without one.",
        ),
        ("pack(format: Text, ...any): string", "Values as bytes."),
        ("packsize(format: Text): integer", "How many bytes `pack` makes."),
        (
            "rep(text: Text, count: integer, separator?: Text): string",
            "A text repeated, with `separator` between.",
        ),
        ("reverse(text: Text): string", "The bytes in reverse order."),
        (
            "sub(text: Text, first: integer, last?: integer): string",
            "A part of the text; negative positions count from the end.",
        ),
        (
            "unpack(format: Text, data: Text, position?: integer): ...any",
            "Values from bytes, and the position behind them.",
        ),
        ("upper(text: Text): string", "The text in upper case."),
    ];
    let text = RecordDecl {
        name: "Text",
        ty: "string | number | error",
        doc: "What the functions of `string` take for a text.",
        taken: true,
    };
    let top = TableDecl::of("string", "Texts; `text:upper()` is `string.upper(text)`.", &functions);
    ModuleDecl {
        reach: Reach::Library,
        top,
        objects: vec![],
        records: vec![text],
        instance_of: None,
        globals: vec![],
    }
}
