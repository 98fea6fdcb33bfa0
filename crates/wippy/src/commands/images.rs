//! `wippy __images`: what the image of each program covers, and why not more; starts nothing.

use crate::cli::{Global, Layers};
use crate::commands::{out, quiet_log};
use crate::components::{self, Infrastructure};
use crate::project::{self, LOCK_FILE};
use core_registry::Entry;
use infra_app::{Loader, Shutdown};
use infra_base::{Data, Error, Result};
use infra_clock::Clock;
use lua_engine::{Coverage, LuaExecutor};
use std::path::Path;
use std::sync::Arc;

pub(crate) fn run(global: &Global) -> Result<u8> {
    let log = quiet_log(global)?;
    let layers = Layers { profile: Vec::new(), set: Vec::new() };
    let (config, _) = project::config(global, &layers)?;
    let mut entries = project::entries(&config, Path::new(LOCK_FILE), &[])?.entries;
    entries.retain(|entry| entry.kind.ends_with(".lua"));
    let known: Vec<&str> = components::modules().iter().map(|module| module.top.name).collect();
    let (entries, unknown) = entries.into_iter().partition::<Vec<_>, _>(|entry| is_known(entry, &known));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|e| Error::internal(format!("the runtime does not start: {e}")))?;
    let infrastructure = Infrastructure {
        clock: Clock::system(),
        log: log.clone(),
        config,
        shutdown: Shutdown::default(),
        args: Vec::new(),
        memory: lua_engine::memory::DEFAULT_LIMIT,
    };
    let mut lines = runtime.block_on(survey(infrastructure, entries))?;
    for entry in unknown {
        lines.push_str(&format!("{}  left out: it lists a module that is not built yet\n", entry.id));
    }
    log.flush();
    out(&lines)
}

fn is_known(entry: &Entry, modules: &[&str]) -> bool {
    let listed = entry.data.get(&["modules"]).and_then(Data::as_list).unwrap_or_default();
    listed.iter().all(|module| module.as_str().is_none_or(|name| modules.contains(&name)))
}

/// A line for each entry that runs, in order of ids.
async fn survey(infrastructure: Infrastructure, mut entries: Vec<Arc<Entry>>) -> Result<String> {
    entries.sort_by(|a, b| a.id.cmp(&b.id));
    let running = Loader::new(components::all(infrastructure)).run().await?;
    components::load_entries(&running.app, entries.clone()).await?;
    let executor = running.app.get::<LuaExecutor>()?;
    let mut lines = String::new();
    for entry in entries.iter().filter(|entry| matches!(&*entry.kind, "function.lua" | "process.lua")) {
        lines.push_str(&format!("{}  {}\n", entry.id, told(executor.survey(&entry.id)?)));
    }
    running.stop().await;
    Ok(lines)
}

fn told(coverage: Option<Coverage>) -> String {
    let Some(Coverage { units, imaged, stop, bytes, objects }) = coverage else { return "no image".into() };
    match stop {
        None => format!("whole: {units} units, {objects} objects, {bytes} bytes"),
        Some((id, why)) => format!("{imaged} of {units} units, then {id} runs in each process: {why}"),
    }
}
