//! Lua module `json`: text to values and back.
//!
//! `validate` and `validate_string` are absent until there is a JSON Schema validator.

use infra_base::Error;
use lua_api::{Class, Cx, Group, Guest, Module, NativeResult, View, from_json, to_json};

/// What `require("json")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("json", "JSON text to values and back.")
        .local("encode(value: any): (string?, error?)", "Encodes a value; keys are sorted.", encode)
        .local(
            "decode(text: string): (any, error?)",
            "Decodes a text; objects and arrays become tables.",
            decode,
        );
    Module::new(&[Class::Encoding, Class::Deterministic], top)
}

/// `json.encode(value)`
fn encode(cx: &mut Cx<'_>) -> NativeResult {
    let value = cx.check_any(0)?;
    match to_json(cx, value) {
        Ok(text) => {
            cx.reserve(text.len())?;
            let text = cx.string(&text);
            cx.ret(text)
        }
        Err(error) => cx.fail(error),
    }
}

/// `json.decode(text)`
fn decode(cx: &mut Cx<'_>) -> NativeResult {
    let View::Str(text) = cx.check_any(0)?.view() else {
        let got = cx.arg(0).type_name();
        return cx.fail(Error::invalid(format!("json: text expected, got {got}")));
    };
    match from_json(cx, text)? {
        Ok(value) => cx.ret(value),
        Err(error) => cx.fail(error),
    }
}
