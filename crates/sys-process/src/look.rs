//! A look at the processes of a host: what each does and has at the moment.

use crate::processes::Processes;
use core_dispatch::reply;
use core_sched::{Control, Look};
use infra_base::{EntryId, Name};
use std::future::Future;
use std::sync::Arc;

/// A process that was looked at.
pub struct Seen {
    /// Its control block.
    pub control: Arc<Control>,
    /// What it does and has.
    pub look: Look,
}

/// Processes that are asked between two yields.
const PORTION: usize = 256;

impl Processes {
    /// The processes of a host, oldest first, without those that end meanwhile. Those that run answer when they are polled
    /// next, within a slice; so whoever asks must not hold a worker until then.
    pub fn look(&self, host: &EntryId) -> impl Future<Output = Vec<Seen>> + Send + use<> {
        let (topology, host) = (self.topology().clone(), Name::find(host.as_str()));
        async move {
            let mut controls = Vec::new();
            for portion in host.into_iter().flat_map(|host| topology.of_host(host)) {
                let many = portion.len() > PORTION / 4;
                controls.extend(portion);
                if many {
                    tokio::task::yield_now().await;
                }
            }
            controls.sort_unstable_by_key(|control| control.pid().unique);
            let mut seen = Vec::with_capacity(controls.len());
            for (i, control) in controls.into_iter().enumerate() {
                if i % PORTION == PORTION - 1 {
                    tokio::task::yield_now().await;
                }
                // Most rest and answer at once; the others go on meanwhile.
                let (told, answer) = reply();
                control.look(move |look| told.send(Ok(look)));
                if let Ok(look) = answer.await {
                    seen.push(Seen { control, look });
                }
            }
            seen
        }
    }
}
