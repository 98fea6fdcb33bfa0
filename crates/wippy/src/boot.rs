//! The four phases of the boot, and the one way down.

use crate::components::{self, Infrastructure};
use crate::goal::{self, Goal};
use crate::{project, signals};
use infra_app::{Loader, Request, Running, Shutdown};
use infra_base::{Error, Kind, Result};
use infra_clock::{Clock, Moment};
use infra_config::Config;
use infra_log::Log;
use std::time::Duration;
use sys_pipeline::Prepared;

/// What a run starts from.
pub(crate) struct Boot {
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    pub(crate) config: Config,
    pub(crate) goal: Goal,
    /// `--host`
    pub(crate) host: Option<String>,
    /// Soft limit of the sum of Lua heaps, in bytes.
    pub(crate) memory: usize,
}

/// Longest load or start of one component.
const START_LIMIT: Duration = Duration::from_secs(30);

/// What is left to the runtime after everything was stopped.
const RUNTIME_LIMIT: Duration = Duration::from_secs(1);

/// Boots, lives until somebody asks for the end, stops; gives the exit status. `read` reads the entries (phase 4).
pub(crate) fn run(boot: Boot, read: impl FnOnce(&Config) -> Result<Prepared>) -> Result<u8> {
    let runtime = core_sched::runtime()
        .thread_name("worker")
        .build()
        .map_err(|e| Error::internal(format!("the runtime does not start: {e}")))?;
    let status = runtime.block_on(live(boot, read));
    runtime.shutdown_timeout(RUNTIME_LIMIT);
    status
}

async fn live(boot: Boot, read: impl FnOnce(&Config) -> Result<Prepared>) -> Result<u8> {
    let (clock, begin) = (boot.clock.clone(), boot.clock.now());
    let shutdown = Shutdown::default();
    signals::listen(shutdown.clone(), boot.log.clone())?;

    let limit = boot.config.shutdown;
    let infrastructure = Infrastructure {
        clock: clock.clone(),
        log: boot.log.clone(),
        config: boot.config.clone(),
        shutdown: shutdown.clone(),
        args: goal::args_of(&boot.goal).to_vec(),
        memory: boot.memory,
    };
    tracing::info!(target: "boot", ms = since(&clock, begin), "infrastructure ready");

    let interrupt = async { shutdown.requested().await.reason };
    let loader = Loader::new(components::all(infrastructure))
        .with_clock(clock.clone())
        .with_limits(START_LIMIT, limit);
    let running = match loader.run_until(interrupt).await {
        Ok(running) => running,
        Err(error) => return interrupted(&shutdown, error).await,
    };

    let result = tokio::select! {
        biased;
        result = enter(&boot, &running, &shutdown, read, begin) => result,
        _ = shutdown.requested() => Ok(()),
    };
    let outcome = match result {
        Ok(()) => Ok(shutdown.requested().await),
        Err(error) => Err(error),
    };
    stop(running, outcome, &clock, limit).await
}

/// Phase 4: entries into the registry, services started, the goal's process begun.
async fn enter(
    boot: &Boot,
    running: &Running,
    shutdown: &Shutdown,
    read: impl FnOnce(&Config) -> Result<Prepared>,
    begin: Moment,
) -> Result<()> {
    let clock = &boot.clock;
    let at = clock.now();
    let prepared = read(&boot.config)?;
    let entry = goal::entry_of(&boot.goal, &prepared.entries)?;
    let host = match &entry {
        Some(_) => Some(goal::terminal_host(boot.host.as_deref(), &prepared.entries)?),
        None => None,
    };
    project::log_warnings(&prepared.warnings);
    let count = prepared.entries.len();
    tracing::info!(target: "boot", entries = count, ms = since(clock, at), "loaded entries");
    let at = clock.now();
    let warnings = components::load_entries(&running.app, prepared.entries).await?;
    project::log_warnings(&warnings);
    tracing::info!(target: "boot", ms = since(clock, at), "services started");
    tracing::info!(target: "boot", ms = since(clock, begin), "runtime ready");
    if let (Some(entry), Some(host)) = (entry, host) {
        let args = goal::args_of(&boot.goal).to_vec();
        components::start_process(&running.app, &host, entry, args, shutdown.clone()).await?;
    }
    Ok(())
}

/// A start that was given up on request is not a failure.
async fn interrupted(shutdown: &Shutdown, error: Error) -> Result<u8> {
    if error.kind() != Kind::Canceled {
        return Err(error);
    }
    let request = shutdown.requested().await;
    tracing::info!(target: "boot", "stopped");
    Ok(request.status)
}

/// The way down, for every end: a request, a failed start.
async fn stop(running: Running, outcome: Result<Request>, clock: &Clock, limit: Duration) -> Result<u8> {
    match &outcome {
        Ok(request) => tracing::info!(target: "boot", reason = request.reason, "shutting down"),
        Err(_) => tracing::info!(target: "boot", reason = "the start failed", "shutting down"),
    }
    let mut errors = match clock.timeout(limit, running.stop()).await {
        Ok(errors) => errors,
        Err(_) => vec![Error::new(Kind::Timeout, format!("the shutdown was not done within {limit:?}"))],
    };
    for error in &errors {
        tracing::error!(target: "boot", "{error}");
    }
    tracing::info!(target: "boot", "stopped");
    match outcome {
        Err(error) => Err(error),
        Ok(request) if errors.is_empty() => Ok(request.status),
        Ok(_) => Err(errors.swap_remove(0)),
    }
}

/// Milliseconds since `begin`, to the hundredth.
fn since(clock: &Clock, begin: Moment) -> f64 {
    (clock.now().since(begin).as_secs_f64() * 100_000.0).round() / 100.0
}
