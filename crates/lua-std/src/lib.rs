//! Modules over values: json, payload.

#![forbid(unsafe_code)]

mod json;
mod payload;

/// The one list of modules over values.
pub fn modules() -> Vec<lua_api::Module> {
    vec![json::module(), payload::module()]
}
