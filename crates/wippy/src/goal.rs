//! What a run is for: which entry it runs, on which host.

use core_registry::Entry;
use infra_base::{Data, EntryId, Error, Result, nearest};
use std::sync::Arc;

/// What a run is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Stay up until somebody stops it.
    Serve,
    /// Run the command of this name.
    Command { name: String, args: Vec<String> },
    /// Run this entry.
    Exec { id: EntryId, args: Vec<String> },
}

/// A command: its name, what it does, its entry.
pub(crate) type Command<'a> = (&'a str, &'a str, &'a Arc<Entry>);

/// The commands of the application.
pub(crate) fn commands(entries: &[Arc<Entry>]) -> Vec<Command<'_>> {
    let mut all: Vec<Command<'_>> = entries
        .iter()
        .filter(|e| e.kind.starts_with("process."))
        .filter_map(|entry| {
            let command = entry.meta.get("command")?;
            let name = command.get(&["name"])?.as_str()?;
            let short = command.get(&["short"]).and_then(Data::as_str).unwrap_or_default();
            Some((name, short, entry))
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(b.0).then_with(|| a.2.id.cmp(&b.2.id)));
    all
}

/// The commands of a pack without those of the modules that it depends on; `module` is the pack's own.
pub(crate) fn own_commands<'a>(entries: &'a [Arc<Entry>], module: Option<&str>) -> Vec<Command<'a>> {
    let mut all = commands(entries);
    all.retain(|(_, _, entry)| match entry.meta.get("module").and_then(Data::as_str) {
        None => true,
        Some(of) => module == Some(of),
    });
    all
}

/// The command that runs where none is named: the one with `main: true`, else the only one that does not say
/// `main: false`. Commands that test the application are none. `None`: there is none. Several are an error.
pub(crate) fn default_command<'a>(commands: &[Command<'a>]) -> Result<Option<&'a Arc<Entry>>> {
    let says = |entry: &Entry, key: &str| entry.meta.get("command").and_then(|c| c.get(&[key])).cloned();
    let commands: Vec<&Command<'a>> =
        commands.iter().filter(|(.., entry)| says(entry, "use_case") != Some(Data::text("test"))).collect();
    let of = |wanted: &dyn Fn(Option<Data>) -> bool| {
        let found = commands.iter().filter(|(.., entry)| wanted(says(entry, "main")));
        found.map(|(name, _, entry)| (*name, *entry)).collect::<Vec<_>>()
    };
    let mut candidates = of(&|main| main == Some(Data::Bool(true)));
    if candidates.is_empty() {
        candidates = of(&|main| main != Some(Data::Bool(false)));
    }
    match candidates[..] {
        [] => Ok(None),
        [(_, one)] => Ok(Some(one)),
        _ => {
            let names: Vec<&str> = candidates.iter().map(|(name, _)| *name).collect();
            let text = format!("the pack has several commands, name one behind it: {}", names.join(", "));
            Err(Error::invalid(text))
        }
    }
}

/// The command of this name; several are an error.
pub(crate) fn named<'a>(commands: &[Command<'a>], name: &str) -> Result<Option<&'a Arc<Entry>>> {
    let mut found = commands.iter().filter(|command| command.0 == name);
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => Ok(Some(one.2)),
        (Some(one), Some(two)) => {
            Err(Error::invalid(format!("command \"{name}\" is there twice: {} and {}", one.2.id, two.2.id)))
        }
    }
}

/// The entry that a goal runs; `None` for serving.
pub(crate) fn entry_of(goal: &Goal, entries: &[Arc<Entry>]) -> Result<Option<Arc<Entry>>> {
    match goal {
        Goal::Serve => Ok(None),
        Goal::Exec { id, .. } => match entries.iter().find(|e| e.id == *id) {
            Some(entry) if entry.kind.starts_with("process.") => Ok(Some(entry.clone())),
            Some(entry) => {
                Err(Error::invalid(format!("entry {id} is of kind {}, not a process", entry.kind)))
            }
            None => {
                let near = nearest(id.as_str(), entries.iter().map(|e| e.id.as_str()));
                let hint = near.map(|n| format!(", did you mean {n}?")).unwrap_or_default();
                Err(Error::not_found(format!("entry {id} not found{hint}")))
            }
        },
        Goal::Command { name, .. } => {
            let commands = commands(entries);
            if let Some(entry) = named(&commands, name)? {
                return Ok(Some(entry.clone()));
            }
            let near = nearest(name, commands.iter().map(|c| c.0));
            let hint = near.map(|n| format!(", did you mean {n}?")).unwrap_or_default();
            let text = format!("command \"{name}\" not found{hint} (`wippy run list` shows all)");
            Err(Error::not_found(text))
        }
    }
}

/// The terminal host that a goal runs on.
pub(crate) fn terminal_host(asked: Option<&str>, entries: &[Arc<Entry>]) -> Result<EntryId> {
    let mut hosts: Vec<_> = entries.iter().filter(|e| &*e.kind == "terminal.host").map(|e| &e.id).collect();
    hosts.sort();
    let list = || hosts.iter().map(|h| h.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(asked) = asked {
        let id = EntryId::parse(asked)?;
        if hosts.contains(&&id) {
            return Ok(id);
        }
        let there =
            if hosts.is_empty() { "there is none".to_owned() } else { format!("there are {}", list()) };
        return Err(Error::not_found(format!("terminal host {id} not found ({there})")));
    }
    match hosts.as_slice() {
        [] => Err(Error::not_found("no terminal.host found in registry")),
        [one] => Ok((*one).clone()),
        _ => Err(Error::invalid(format!("several terminal hosts: {}; choose one with --host", list()))),
    }
}

/// Arguments of the goal's process.
pub(crate) fn args_of(goal: &Goal) -> &[String] {
    match goal {
        Goal::Serve => &[],
        Goal::Command { args, .. } | Goal::Exec { args, .. } => args,
    }
}
