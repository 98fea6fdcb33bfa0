//! `wippy run`: starts the application, from its files or from a pack, or one of its commands.

use crate::boot::{self, Boot};
use crate::cli::{Global, Run};
use crate::commands::{out, quiet_log};
use crate::goal::{Command, Goal, commands, default_command, named, own_commands};
use crate::project::LOCK_FILE;
use crate::{banner, memory, project};
use core_registry::Entry;
use infra_base::{EntryId, Error, Result};
use infra_clock::Clock;
use infra_config::{Config, Encoding};
use infra_log::{Form, Level, Log, Options, Output};
use std::io::IsTerminal;
use std::path::Path;
use sys_pipeline::{Pack, Prepared};

pub(crate) fn run(global: &Global, args: Run) -> Result<u8> {
    let mut pack = pack(&args)?;
    let (mut config, mut warnings) = project::config_over(global, &args.layers, pack.as_ref())?;
    config.profiler.enabled |= global.profiler;
    if lists(&args) {
        let log = quiet_log(global)?;
        let prepared = match &mut pack {
            Some(pack) => project::packed(&config, pack, &args.overrides)?,
            None => project::entries(&config, Path::new(LOCK_FILE), &args.overrides)?,
        };
        warnings.extend(prepared.warnings);
        project::log_warnings(&warnings);
        log.flush();
        return out(&match &pack {
            Some(pack) => listing(&own_commands(&prepared.entries, pack.module().as_deref()), &args.words[1]),
            None => listing(&commands(&prepared.entries), ""),
        });
    }
    // What is in a pack decides what a run is for, so its entries are prepared before anything starts.
    let packed = pack.as_mut().map(|pack| project::packed(&config, pack, &args.overrides)).transpose()?;
    let goal = match (&pack, &packed) {
        (Some(pack), Some(prepared)) => goal_of_pack(&args, pack, prepared)?,
        _ => goal(&args.exec, &args.words)?,
    };
    let memory = memory::limit(global.memory_limit.as_deref(), std::env::var("GOMEMLIMIT").ok().as_deref())?;
    let clock = Clock::system();
    let log = Log::new(log_options(global, &config, &goal), clock.clone());
    log.install()?;
    if goal == Goal::Serve && !global.silent {
        out(&banner::banner())?;
    }
    project::log_warnings(&warnings);
    warn_flags(global, &args);
    let read = |config: &Config| match packed {
        Some(prepared) => Ok(prepared),
        None => project::entries(config, Path::new(LOCK_FILE), &args.overrides),
    };
    let boot = Boot { clock, log: log.clone(), config, goal, host: args.host.clone(), memory };
    let status = boot::run(boot, read);
    log.flush();
    status
}

/// Whether it is asked for the commands, of the application or of the pack behind the word.
fn lists(args: &Run) -> bool {
    args.exec.is_none() && args.words.first().is_some_and(|word| word == "list")
}

/// The pack that the first word names, or the one behind `list`.
fn pack(args: &Run) -> Result<Option<Pack>> {
    let word = args.words.get(usize::from(lists(args))).filter(|word| word.ends_with(".wapp"));
    word.map(|word| Pack::open(Path::new(word))).transpose()
}

/// Behind the pack may stand a command and its arguments, or arguments of the command that runs without a name. Goals
/// are entries: a module that the pack brings along may have a command of the same name.
fn goal_of_pack(args: &Run, pack: &Pack, prepared: &Prepared) -> Result<Goal> {
    let words = &args.words[1..];
    if args.exec.is_some() {
        return goal(&args.exec, words);
    }
    let module = pack.module();
    let commands = own_commands(&prepared.entries, module.as_deref());
    let runs = |entry: &Entry, args: &[String]| Goal::Exec { id: entry.id.clone(), args: args.to_vec() };
    if let Some((first, rest)) = words.split_first()
        && let Some(entry) = named(&commands, first)?
    {
        return Ok(runs(entry, rest));
    }
    let default = default_command(&commands);
    match (&default, words.first()) {
        (Ok(Some(entry)), _) => Ok(runs(entry, words)),
        (_, Some(word)) if word.starts_with('-') => Err(Error::invalid(format!(
            "nothing in pack {} takes {word}, flags of wippy stand in front of the pack",
            pack.name
        ))),
        (Ok(None), Some(word)) => {
            Err(Error::not_found(format!("pack {} has no command \"{word}\"", pack.name)))
        }
        _ => default.map(|_| Goal::Serve),
    }
}

fn goal(exec: &Option<String>, words: &[String]) -> Result<Goal> {
    if let Some(exec) = exec {
        return Ok(Goal::Exec { id: EntryId::parse(exec)?, args: words.to_vec() });
    }
    let Some((first, rest)) = words.split_first() else { return Ok(Goal::Serve) };
    if first.starts_with('-') {
        return Err(Error::invalid(format!("unknown flag {first}, see wippy run --help")));
    }
    if is_hub_reference(first) {
        return Err(Error::invalid(format!("{first} names a module of the hub, which is not built yet")));
    }
    Ok(Goal::Command { name: first.clone(), args: rest.to_vec() })
}

/// `org/module[@selector]` in lower case, and no such path.
fn is_hub_reference(word: &str) -> bool {
    let name = word.split('@').next().unwrap_or_default();
    let part = |p: &str| {
        !p.is_empty() && p.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let mut parts = name.split('/');
    let two = parts.next().is_some_and(part) && parts.next().is_some_and(part) && parts.next().is_none();
    two && !Path::new(word).exists()
}

/// Commands are silent unless a log flag asks for more.
fn log_options(global: &Global, config: &Config, goal: &Goal) -> Options {
    let asked = global.console || global.verbose || global.very_verbose;
    let off = global.silent || (*goal != Goal::Serve && !asked);
    let least = if global.verbose || global.very_verbose { Level::Debug } else { Level::Info };
    let level = (!off).then(|| least.max(Level::from_number(config.logmanager.min_level)));
    let output = match (config.logmanager.propagate_downstream, global.console) {
        (false, _) => None,
        (true, true) => Some(Output::Stdout),
        (true, false) => Some(Output::Stderr),
    };
    let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let form = match (config.encoding, global.console) {
        (Encoding::Json, _) => Form::Json,
        (Encoding::Console, true) => Form::Short { color: !plain && std::io::stdout().is_terminal() },
        (Encoding::Console, false) => Form::Console,
    };
    Options { form, output, level, stacks: global.very_verbose }
}

/// Flags that are taken, and do nothing yet.
fn warn_flags(global: &Global, args: &Run) {
    let flags = [(global.event_streams, "--event-streams"), (args.registry.is_some(), "--registry")];
    for (_, flag) in flags.into_iter().filter(|(given, _)| *given) {
        tracing::warn!(target: "boot", flag, "flag has no effect yet");
    }
}

/// `pack`: as the user wrote it; empty without one.
fn listing(commands: &[Command<'_>], pack: &str) -> String {
    if commands.is_empty() {
        return "No commands: no process entry has meta.command.name\n".into();
    }
    let mut text = String::from("Available commands:\n\n");
    let name_width = commands.iter().map(|c| c.0.chars().count()).max().unwrap_or(0);
    let short_width = commands.iter().map(|c| c.1.chars().count()).max().unwrap_or(0);
    for (name, short, entry) in commands {
        text.push_str(&format!("  {name:name_width$}  {short:short_width$}  ({})\n", entry.id));
    }
    let space = if pack.is_empty() { "" } else { " " };
    text + &format!("\nRun with: wippy run{space}{pack} <command>\n")
}
