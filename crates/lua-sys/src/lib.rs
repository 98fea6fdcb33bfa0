//! Modules over core and system: process, funcs, registry, time, logger, os.

#![forbid(unsafe_code)]

mod funcs;
mod logger;
mod os;
mod process;
mod time;

/// The one list of modules over core and system.
pub fn modules() -> Vec<lua_api::Module> {
    vec![
        lua_api::channel_module(),
        funcs::module(),
        logger::module(),
        os::module(),
        process::module(),
        time::module(),
    ]
}
