//! Entry kind `process.host`: a group of processes with limits, statistics and an orderly stop.
//!
//! ```yaml
//! - name: workers
//!   kind: process.host
//!   host: { workers: 4 }
//!   limits: { memory: 64M }
//!   lifecycle: { auto_start: true }
//! ```

use crate::host::{Cores, Host, ProcessHost};
use crate::limits::{HOST_MEMORY, memory_limit};
use core_dispatch::BoxFuture;
use infra_base::{EntryId, Result};
use infra_clock::{Clock, Moment};
use std::sync::Arc;
use sys_entries::{BuildCx, Change, EntryKind, FieldDoc, Fields, Lifecycle, Offers, Service};
use sys_topology::Topology;

/// The kind itself, with what its hosts need.
pub(crate) struct ProcessHosts {
    pub(crate) topology: Arc<Topology>,
    pub(crate) cores: Arc<Cores>,
    pub(crate) clock: Clock,
}

/// A host as decoded.
#[derive(Debug, PartialEq)]
pub(crate) struct Config {
    workers: Option<usize>,
    queue_size: u32,
    local_queue_size: u32,
    memory: Option<usize>,
    lifecycle: Lifecycle,
}

/// A host as the supervisor sees it.
pub(crate) struct HostService {
    pub(crate) host: Arc<Host>,
    clock: Clock,
}

const MAX_WORKERS: usize = 4096;
const MAX_QUEUE: u32 = 1 << 30;

impl EntryKind for ProcessHosts {
    const KIND: &'static str = "process.host";
    const DOC: &'static str = "A group of processes with limits, statistics and an orderly stop.";
    const FIELDS: &'static [FieldDoc] = &[
        FieldDoc {
            name: "host.workers",
            ty: "integer",
            default: "number of cores",
            doc: "Slices of its processes that run at once. Can be changed while it runs.",
        },
        FieldDoc {
            name: "host.queue_size",
            ty: "integer",
            default: "1024",
            doc: "Kept for compatibility: run queues grow as they must.",
        },
        FieldDoc {
            name: "host.local_queue_size",
            ty: "integer",
            default: "256",
            doc: "Kept for compatibility: run queues grow as they must.",
        },
        FieldDoc {
            name: "workers",
            ty: "integer",
            default: "",
            doc: "`host.workers` where there is no `host`.",
        },
        FieldDoc {
            name: "queue_size",
            ty: "integer",
            default: "",
            doc: "`host.queue_size` where there is no `host`.",
        },
        FieldDoc {
            name: "local_queue_size",
            ty: "integer",
            default: "",
            doc: "`host.local_queue_size` where there is no `host`.",
        },
        HOST_MEMORY,
    ];
    type Config = Config;
    type Instance = HostService;

    fn decode(&self, fields: &mut Fields) -> Result<Config> {
        // The flat names count where there is no `host` map.
        let prefix = if fields.has("host") { "host." } else { "" };
        let workers = format!("{prefix}workers");
        let workers = fields.has(&workers).then(|| fields.within(&workers, 1..=MAX_WORKERS, 1));
        let mut size = |name: &str, default| {
            let name = format!("{prefix}{name}");
            if fields.has(&name) {
                fields.warning(&name, "has no effect: run queues grow as they must");
            }
            fields.within(&name, 1..=MAX_QUEUE, default)
        };
        let (queue_size, local_queue_size) = (size("queue_size", 1024), size("local_queue_size", 256));
        let memory = memory_limit(fields);
        Ok(Config { workers, queue_size, local_queue_size, memory, lifecycle: fields.lifecycle().clone() })
    }

    fn build<'a>(&'a self, cx: &'a BuildCx<'a>, config: Arc<Config>) -> BoxFuture<'a, Result<HostService>> {
        let (cores, topology, clock) = (self.cores.clone(), self.topology.clone(), self.clock.clone());
        let host = Host::new(cx.id.clone(), config.workers, cores, topology, clock);
        host.limit_memory(config.memory);
        Box::pin(std::future::ready(Ok(HostService { host, clock: self.clock.clone() })))
    }

    fn offers(&self, _: &EntryId, service: &Arc<HostService>, offers: &mut Offers) {
        offers.add::<dyn ProcessHost>(service.host.clone());
        offers.service(service.clone());
    }

    fn change(&self, old: &Config, new: &Config) -> Change {
        if old.queue_size != new.queue_size {
            Change::Refuse("host.queue_size")
        } else if old.local_queue_size != new.local_queue_size {
            Change::Refuse("host.local_queue_size")
        } else if old.lifecycle != new.lifecycle {
            Change::Refuse("lifecycle")
        } else {
            Change::InPlace
        }
    }

    fn reconfigure(&self, service: &HostService, config: Arc<Config>) {
        service.host.resize(config.workers);
        service.host.limit_memory(config.memory);
    }
}

impl Service for HostService {
    fn start(&self) -> BoxFuture<'_, Result<()>> {
        self.host.start();
        Box::pin(std::future::ready(Ok(())))
    }

    fn stop(&self, deadline: Moment) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            // Ending what does not end by itself takes time too, so grace is over a fifth earlier.
            let now = self.clock.now();
            self.host.stop(now.after(deadline.since(now).mul_f64(0.8))).await;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
