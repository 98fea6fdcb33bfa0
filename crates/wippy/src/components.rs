//! The one list of components and modules.

use core_registry::Entry;
use infra_app::{App, Component, Shutdown};
use infra_base::{Data, Diagnostic, EntryId, Error, Result};
use infra_clock::Clock;
use infra_config::Config;
use infra_log::Log;
use std::sync::Arc;

/// What exists before any component.
pub(crate) struct Infrastructure {
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    pub(crate) config: Config,
    pub(crate) shutdown: Shutdown,
}

/// Every component, in any order: what each needs by type sorts them.
pub(crate) fn all(infrastructure: Infrastructure) -> Vec<Component> {
    vec![infra(infrastructure)]
}

fn infra(infrastructure: Infrastructure) -> Component {
    Component::new("infra")
        .provides::<Clock>()
        .provides::<Log>()
        .provides::<Config>()
        .provides::<Shutdown>()
        .load(|boot| async move {
            boot.provide(Arc::new(infrastructure.clock))?;
            boot.provide(Arc::new(infrastructure.log))?;
            boot.provide(Arc::new(infrastructure.config))?;
            boot.provide(Arc::new(infrastructure.shutdown))
        })
}

/// Builds the entries in the registry and starts what starts by itself; gives warnings.
pub(crate) async fn load_entries(_app: &App, entries: Vec<Arc<Entry>>) -> Result<Vec<Diagnostic>> {
    let inert = |e: &Entry| e.kind.starts_with("ns.") || &*e.kind == "registry.entry";
    let unknown = entries.iter().filter(|e| !inert(e));
    let told: Vec<_> =
        unknown.map(|e| e.mistake("kind", format!("no component handles kind {}", e.kind))).collect();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    Err(Error::invalid("the application has mistakes").with_diagnostics(told))
}

/// Starts `entry` on the terminal host; when it ends, `shutdown` is asked for with its exit status.
pub(crate) async fn start_process(
    _app: &App,
    host: &EntryId,
    entry: Arc<Entry>,
    _args: Vec<String>,
    _shutdown: Shutdown,
) -> Result<()> {
    Err(Error::unavailable(format!("{} can't run on {host}: no component runs processes", entry.id)))
}

/// Every Lua module.
pub(crate) fn modules() -> Vec<lua_api::Module> {
    [lua_std::modules(), lua_sys::modules(), lua_svc::modules()].into_iter().flatten().collect()
}

/// The registered kinds, for the reference pages.
pub(crate) fn kinds() -> Vec<Data> {
    Vec::new()
}
