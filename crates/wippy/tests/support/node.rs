//! A node that runs Lua, without network and without entries.

use infra_app::{Component, Loader, Running, Shutdown};
use infra_clock::Clock;
use infra_log::{Form, Level, Log, Options};
use lua_api::Module;
use std::sync::Arc;

/// Starts one with these modules; what it logs goes nowhere.
pub(crate) async fn node(
    modules: Vec<Module>,
    options: lua_engine::Options,
    level: Option<Level>,
) -> Running {
    let clock = Clock::system();
    let log = Log::new(Options { form: Form::Console, output: None, level, stacks: false }, clock.clone());
    let infra = Component::new("infra").provides::<Clock>().provides::<Log>().provides::<Shutdown>().load(
        |boot| async move {
            boot.provide(Arc::new(clock))?;
            boot.provide(Arc::new(log))?;
            boot.provide(Arc::new(Shutdown::default()))
        },
    );
    let components = vec![
        infra,
        core_dispatch::component(),
        core_events::component(),
        sys_services::component(),
        sys_entries::component(),
        sys_process::component(),
        sys_functions::component(),
        lua_engine::component(modules, options),
    ];
    Loader::new(components).run().await.unwrap_or_else(|e| panic!("the node does not start: {e}"))
}
