//! Entry kind `terminal.host`: lends the console to one process at a time.
//!
//! ```yaml
//! - name: terminal
//!   kind: terminal.host
//!   hide_logs: true
//!   lifecycle: { auto_start: true }
//! ```

use crate::console::{Console, Terminal};
use core_dispatch::{BoxFuture, Own};
use core_sched::{Event, Exit};
use infra_base::{EntryId, Error, Name, Result};
use infra_clock::{Clock, Moment};
use std::sync::Arc;
use sys_entries::{BuildCx, Change, EntryKind, FieldDoc, Fields, Offers, Service};
use sys_process::{Admission, HostFigures, ProcessHost, SHUTDOWN};
use sys_topology::Topology;

/// The kind itself, with what its hosts need.
pub(crate) struct TerminalHosts {
    pub(crate) console: Arc<Console>,
    pub(crate) topology: Arc<Topology>,
    pub(crate) clock: Clock,
}

/// A host as decoded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    hide_logs: bool,
}

/// A host that takes one process.
pub(crate) struct TerminalHost {
    id: EntryId,
    hide_logs: bool,
    admission: Admission,
    console: Arc<Console>,
    topology: Arc<Topology>,
    clock: Clock,
}

impl TerminalHosts {
    fn host(&self, id: &EntryId, config: &Config) -> TerminalHost {
        TerminalHost {
            id: id.clone(),
            hide_logs: config.hide_logs,
            admission: Admission::new(1),
            console: self.console.clone(),
            topology: self.topology.clone(),
            clock: self.clock.clone(),
        }
    }
}

impl EntryKind for TerminalHosts {
    const KIND: &'static str = "terminal.host";
    const DOC: &'static str = "Standard input and output for one process at a time.";
    const FIELDS: &'static [FieldDoc] = &[FieldDoc {
        name: "hide_logs",
        ty: "boolean",
        default: "false",
        doc: "No logs on the console while a process runs here.",
    }];
    type Config = Config;
    type Instance = TerminalHost;

    fn decode(&self, fields: &mut Fields) -> Result<Config> {
        Ok(Config { hide_logs: fields.or("hide_logs", false) })
    }

    fn build<'a>(&'a self, cx: &'a BuildCx<'a>, config: Arc<Config>) -> BoxFuture<'a, Result<TerminalHost>> {
        Box::pin(std::future::ready(Ok(self.host(cx.id, &config))))
    }

    fn offers(&self, _: &EntryId, host: &Arc<TerminalHost>, offers: &mut Offers) {
        offers.add::<dyn ProcessHost>(host.clone());
        offers.service(host.clone());
    }

    /// The process on the old host would keep the console while the new one lends it again.
    fn change(&self, _: &Config, _: &Config) -> Change {
        Change::StopStart
    }
}

impl ProcessHost for TerminalHost {
    fn accept(&self, own: &mut Own) -> Result<()> {
        self.admission.enter(&self.id).map_err(|closed| match self.admission.is_closed() {
            true => closed,
            false => Error::invalid(format!(
                "terminal host {} runs a process already; it takes one at a time",
                self.id
            )),
        })?;
        if self.hide_logs {
            self.console.hide_logs(true);
        }
        own.put(Terminal::new(self.console.clone()));
        Ok(())
    }

    fn release(&self, exit: Option<&Exit>) {
        if self.hide_logs {
            self.console.hide_logs(false);
        }
        self.admission.leave(exit);
        if let Some(exit) = exit {
            self.console.end(exit);
        }
    }

    fn figures(&self) -> HostFigures {
        self.admission.figures()
    }

    fn is_stopping(&self) -> bool {
        self.admission.is_closed()
    }
}

impl Service for TerminalHost {
    fn start(&self) -> BoxFuture<'_, Result<()>> {
        self.admission.open();
        Box::pin(std::future::ready(Ok(())))
    }

    fn stop(&self, deadline: Moment) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.admission.close();
            let name = Name::intern(self.id.as_str());
            for control in self.topology.of_host(name).flatten() {
                let at = self.clock.wall();
                control.notify(Event::Cancel { from: None, at, reason: SHUTDOWN.into() });
            }
            let grace = deadline.since(self.clock.now());
            if self.clock.timeout(grace, self.admission.empty()).await.is_err() {
                for control in self.topology.of_host(name).flatten() {
                    control.kill(Error::canceled(SHUTDOWN));
                }
                self.admission.empty().await;
            }
            // What was printed last still has the rest of the time to leave; a reader that takes nothing ends it.
            let _ = self.clock.timeout(deadline.since(self.clock.now()), self.console.flushed()).await;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
