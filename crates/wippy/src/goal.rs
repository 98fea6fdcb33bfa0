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

/// A command of the application: its name, what it does, its entry.
pub(crate) fn commands(entries: &[Arc<Entry>]) -> Vec<(&str, &str, &Arc<Entry>)> {
    let mut all: Vec<(&str, &str, &Arc<Entry>)> = entries
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
            let mut found = commands.iter().filter(|c| c.0 == name);
            match (found.next(), found.next()) {
                (Some(one), None) => Ok(Some(one.2.clone())),
                (Some(one), Some(two)) => Err(Error::invalid(format!(
                    "command \"{name}\" is there twice: {} and {}",
                    one.2.id, two.2.id
                ))),
                (None, _) => {
                    let near = nearest(name, commands.iter().map(|c| c.0));
                    let hint = near.map(|n| format!(", did you mean {n}?")).unwrap_or_default();
                    Err(Error::not_found(format!(
                        "command \"{name}\" not found{hint} (`wippy run list` shows all)"
                    )))
                }
            }
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
