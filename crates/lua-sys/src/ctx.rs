//! Lua module `ctx`: values that callers handed down with `with_context`.

use infra_base::{Error, Kind};
use lua_api::{Class, Cx, Group, Guest, Module, NativeResult, data_to_val};

/// What `require("ctx")` returns.
pub(crate) fn module() -> Module {
    let top = Group::new("ctx", "Values that callers handed down with `with_context`.")
        .func("get(key: string): (any, error?)", "A value; NotFound when nobody set it.", get)
        .func("all(): ({[string]: any}, error?)", "All values.", all);
    Module::new(&[Class::Nondeterministic, Class::Workflow], top)
}

/// `ctx.get(key)`
fn get(cx: &mut Cx<'_>) -> NativeResult {
    let key = cx.check_str(0)?;
    if key.is_empty() {
        return cx.fail(Error::invalid("ctx: a key expected, got an empty text"));
    }
    let context = cx.at().frame.context.clone();
    match context.value(key) {
        Some(data) => {
            let value = data_to_val(cx, data)?;
            cx.ret(value)
        }
        None => {
            let missing = Error::new(Kind::NotFound, format!("ctx: no value \"{key}\""));
            cx.fail(missing.with_retryable(Some(false)))
        }
    }
}

/// `ctx.all()`
fn all(cx: &mut Cx<'_>) -> NativeResult {
    let context = cx.at().frame.context.clone();
    let table = cx.table(0, context.values.len());
    for (key, data) in context.values.iter() {
        let value = data_to_val(cx, data)?;
        cx.set_field(table, key, value)?;
    }
    cx.ret(table)
}
