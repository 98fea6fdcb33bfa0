//! One generation of a callable entry: what calls need to know of it, read once.

use crate::pool::{Admission, Pool};
use crate::retry::Retry;
use core_registry::{Entry, Version};
use infra_base::{Data, EntryId, Error, Name, Result};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use sys_process::{Executor, Processes};

/// A callable entry as it was when it was first called; a changed entry gets a new one, running calls keep theirs.
pub(crate) struct Function {
    pub(crate) entry: Arc<Entry>,
    /// The version of the registry at which `entry` was last found to be the present one.
    pub(crate) seen: AtomicU64,
    pub(crate) retry: Option<Retry>,
    pub(crate) way: Way,
}

pub(crate) enum Way {
    /// An engine runs it.
    Engine { executor: Arc<dyn Executor>, host: Name, admission: Admission },
    /// A process is spawned on its default host, and its result is the call's.
    Process { host: EntryId },
}

impl Function {
    /// Errors name the entry and what is wrong with it. Warnings go to the log: once for each generation.
    pub(crate) fn read(processes: &Processes, entry: Arc<Entry>, version: Version) -> Result<Function> {
        let named = |e: Error| e.context(format!("call of {}", entry.id));
        let options = entry.meta.get("options");
        let retry = options.and_then(|o| o.get(&["retry"]));
        let (retry, mut warnings) = Retry::read(retry, "meta.options.retry").map_err(named)?;
        let way = match entry.kind.split('.').next() {
            Some("function") => {
                let executor = processes.executors()?.get(&entry.kind).cloned();
                let executor = executor.ok_or_else(|| {
                    Error::invalid(format!(
                        "entry {} is a {}, which no engine of this node runs",
                        entry.id, entry.kind
                    ))
                })?;
                let (pool, more) = Pool::read(&entry.data).map_err(named)?;
                warnings.extend(more);
                Way::Engine {
                    executor,
                    host: Name::intern(entry.id.as_str()),
                    admission: Admission::new(pool),
                }
            }
            Some("process") => Way::Process { host: default_host(&entry)? },
            _ => {
                let wrong = format!("entry {} is a {}, which cannot be called", entry.id, entry.kind);
                return Err(Error::invalid(format!(
                    "{wrong} (function.*, or process.* with a default_host expected)"
                )));
            }
        };
        for warning in warnings {
            tracing::warn!(entry = %entry.id, "{warning}");
        }
        Ok(Function { entry, seen: AtomicU64::new(version.0), retry, way })
    }
}

/// `default_host` in `meta.options`, `options` or `meta`.
fn default_host(entry: &Entry) -> Result<EntryId> {
    let places = [
        ("meta.options", entry.meta.get("options").and_then(|o| o.get(&["default_host"]))),
        ("options", entry.data.get(&["options", "default_host"])),
        ("meta", entry.meta.get("default_host")),
    ];
    let found =
        places.into_iter().find_map(|(place, data)| Some((place, data.filter(|d| **d != Data::Null)?)));
    let Some((place, host)) = found else {
        let id = &entry.id;
        return Err(Error::invalid(format!(
            "entry {id} is a {} without default_host in meta.options, so it cannot be called",
            entry.kind
        )));
    };
    let wrong =
        |e: &dyn std::fmt::Display| Error::invalid(format!("entry {}: {place}.default_host: {e}", entry.id));
    let text =
        host.as_str().ok_or_else(|| wrong(&format!("an entry id expected, got {}", host.type_name())))?;
    EntryId::resolve(text, entry.id.namespace()).map_err(|e| wrong(&e))
}
