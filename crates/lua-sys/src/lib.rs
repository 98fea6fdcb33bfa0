//! Modules over core and system: process, funcs, ctx, events, registry, system, time, logger, os.

#![forbid(unsafe_code)]

mod ctx;
mod events;
mod funcs;
mod logger;
mod os;
mod process;
mod registry;
mod system;
mod time;

/// The one list of modules over core and system.
pub fn modules() -> Vec<lua_api::Module> {
    vec![
        lua_api::channel_module(),
        ctx::module(),
        events::module(),
        funcs::module(),
        logger::module(),
        os::module(),
        process::module(),
        registry::module(),
        system::module(),
        time::module(),
    ]
}
