//! The one list of components and modules.

use crate::state;
use core_registry::{Entry, NilHistory};
use infra_app::{App, Component, Shutdown, Tasks};
use infra_base::{Data, Diagnostic, EntryId, Map, Payload, Result};
use infra_clock::Clock;
use infra_config::{Config, History, Profiler, TypeChecks};
use infra_log::Log;
use lua_engine::{Compiler, Counts, Typing};
use std::sync::Arc;
use svc_http::ProfilerOptions;
use svc_terminal::Console;
use sys_entries::Entries;
use sys_process::{Processes, Spawn};

/// What exists before any component.
pub(crate) struct Infrastructure {
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    pub(crate) config: Config,
    pub(crate) shutdown: Shutdown,
    /// What follows the name of the command that runs.
    pub(crate) args: Vec<String>,
    /// Soft limit of the sum of Lua heaps, in bytes.
    pub(crate) memory: usize,
}

/// Every component, in any order: what each needs by type sorts them.
pub(crate) fn all(infrastructure: Infrastructure) -> Vec<Component> {
    let log = infrastructure.log.clone();
    let cache = infrastructure.config.code_cache.as_ref();
    let options = lua_engine::Options {
        memory: infrastructure.memory,
        node: crate::node::name(&infrastructure.config),
        typing: match infrastructure.config.types {
            TypeChecks::Off => Typing::Off,
            TypeChecks::Warn => Typing::Warn,
            TypeChecks::Refuse => Typing::Strict,
        },
        cache: cache.map(|cache| state::cache_of(cache, &infrastructure.config.base)),
        ..lua_engine::Options::default()
    };
    let hide = move |hide| _ = log.set_hidden(hide);
    let console = Console::system(infrastructure.args.clone(), hide);
    let profiler = Some(infrastructure.config.profiler.clone()).filter(|profiler| profiler.enabled);
    let profiler = profiler.map(|Profiler { address, read_timeout, write_timeout, idle_timeout, .. }| {
        let (read, write, idle) = (read_timeout, write_timeout, idle_timeout);
        svc_http::profiler(ProfilerOptions { address, read, write, idle })
    });
    let mut components = vec![
        infra(infrastructure),
        core_dispatch::component(),
        core_events::component(),
        sys_services::component(),
        sys_entries::component(),
        history(),
        sys_process::component(),
        sys_functions::component(),
        svc_http::component(),
        svc_terminal::component(console),
        lua_engine::component(modules(), options),
    ];
    components.extend(profiler);
    components
}

/// Every Lua module.
pub(crate) fn modules() -> Vec<lua_api::Module> {
    [lua_std::modules(), lua_sys::modules(), lua_svc::modules()].into_iter().flatten().collect()
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

/// Where versions of the registry are kept, as the configuration says; in memory without a word.
fn history() -> Component {
    const NAME: &str = "registry.history";
    Component::new(NAME).needs::<Config>().needs::<Entries>().load(|boot| async move {
        match boot.get::<Config>()?.history {
            History::Memory => Ok(()),
            History::None => boot.get::<Entries>()?.history(NAME, Arc::new(NilHistory)),
        }
    })
}

/// Builds the entries in the registry and starts what starts by itself; gives warnings.
pub(crate) async fn load_entries(app: &App, entries: Vec<Arc<Entry>>) -> Result<Vec<Diagnostic>> {
    let warnings = app.get::<Entries>()?.load(entries).await?;
    let Counts { cached, compiled, known, checked } = app.get::<Compiler>()?.counts();
    tracing::debug!(target: "lua", "lua code: {cached} from cache, {compiled} compiled");
    if known + checked > 0 {
        tracing::debug!(target: "lua", "lua types: {known} from cache, {checked} checked");
    }
    Ok(warnings)
}

/// Starts `entry` on the terminal host; when it ends, `shutdown` is asked for with its exit status.
pub(crate) async fn start_process(
    app: &App,
    host: &EntryId,
    entry: Arc<Entry>,
    args: Vec<String>,
    shutdown: Shutdown,
) -> Result<()> {
    let console = app.get::<Console>()?;
    let args = args.into_iter().map(|arg| Payload::Data(Data::from(arg))).collect();
    let spawn = Spawn { args, told: true, ..Spawn::new(entry.id.clone(), host.clone()) };
    app.get::<Processes>()?.spawn(spawn)?;
    Tasks::default().spawn("end of the command", async move {
        let exit = console.ended().await;
        console.flushed().await;
        let status = match exit.result {
            Ok(payload) => crate::outcome::status(payload),
            Err(error) => crate::outcome::failed(&error),
        };
        shutdown.request(status, "process ended");
    });
    Ok(())
}

/// The registered kinds, for the reference pages.
pub(crate) async fn kinds(infrastructure: Infrastructure) -> Result<Vec<Data>> {
    let running = infra_app::Loader::new(all(infrastructure)).run().await?;
    let kinds = running.app.get::<Entries>()?.kinds();
    let described = kinds.iter().map(|kind| {
        let fields = kind.fields.iter().map(|field| {
            let pairs =
                [("name", field.name), ("type", field.ty), ("default", field.default), ("doc", field.doc)];
            Data::Map(pairs.into_iter().map(|(k, v)| (k.into(), Data::text(v))).collect::<Map>())
        });
        let mut map = Map::default();
        map.insert("kind".into(), Data::text(kind.kind));
        map.insert("doc".into(), Data::text(kind.doc));
        map.insert("fields".into(), Data::List(fields.collect()));
        Data::Map(map)
    });
    let described = described.collect();
    running.stop().await;
    Ok(described)
}
