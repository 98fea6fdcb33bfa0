//! Modules over services: http, io.

#![forbid(unsafe_code)]

mod http;
mod io;
mod stream;

/// The one list of modules over services.
pub fn modules() -> Vec<lua_api::Module> {
    vec![http::module(), io::module()]
}
