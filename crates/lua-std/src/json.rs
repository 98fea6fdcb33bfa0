//! Lua module `json`: text to values and back.
//!
//! `validate` and `validate_string` are absent until there is a JSON Schema validator.

use lua_api::{Class, Group, Module, decode_json, encode_json};

/// What `require("json")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("json", "JSON text to values and back.")
        .local("encode(value: any): (string?, error?)", "Encodes a value; keys are sorted.", encode_json)
        .local(
            "decode(text: string): (any, error?)",
            "Decodes a text; objects and arrays become tables.",
            decode_json,
        );
    Module::new(&[Class::Encoding, Class::Deterministic], top)
}
