//! Mailbox workers: bounded queues with one task each, picked by the sender.

use crate::relay::{Letter, Local, Sent, ServiceHost, Transport};
use infra_app::Tasks;
use infra_base::{Error, Pid, Result};
use infra_clock::Clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// How many workers, and how much each queues.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Workers; at least one.
    pub workers: usize,
    /// Letters a worker queues before senders wait; at least one.
    pub queue_size: usize,
}

impl Default for Config {
    fn default() -> Self {
        Config { workers: 4, queue_size: 1024 }
    }
}

/// Where a letter goes from its worker.
pub(crate) enum Job {
    Local,
    Host(Arc<dyn ServiceHost>),
    Transport(Arc<dyn Transport>),
}

pub(crate) struct Workers {
    queues: Box<[mpsc::Sender<(Job, Letter)>]>,
    clock: Clock,
}

/// The worker of a sender: FNV-1a of its pid (node, host, number), so one sender's letters stay in order.
pub fn worker_of(sender: Option<Pid>, workers: usize) -> usize {
    let Some(pid) = sender else { return 0 };
    let texts = [pid.node.as_str().as_bytes(), pid.host.as_str().as_bytes()];
    let hash = texts
        .into_iter()
        .flatten()
        .copied()
        .chain(pid.unique.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    (hash % workers.max(1) as u64) as usize
}

impl Workers {
    pub(crate) fn start(config: Config, clock: Clock, tasks: &Tasks, local: &Arc<dyn Local>) -> Workers {
        let queues = (0..config.workers.max(1))
            .map(|_| {
                let (send, receive) = mpsc::channel(config.queue_size.max(1));
                tasks.spawn("relay mailbox", run(receive, local.clone()));
                send
            })
            .collect();
        Workers { queues, clock }
    }

    pub(crate) fn submit(&self, job: Job, letter: Letter, limit: Duration) -> Sent {
        let queue = &self.queues[worker_of(letter.message.from, self.queues.len())];
        match queue.try_send((job, letter)) {
            Ok(()) => Sent::Done(Ok(())),
            Err(TrySendError::Closed(_)) => Sent::Done(Err(stopped())),
            Err(TrySendError::Full((job, letter))) => {
                let queue = queue.clone();
                let limit = self.clock.sleep_until(self.clock.now().after(limit));
                Sent::Waiting(Box::pin(async move {
                    let to = letter.to;
                    tokio::select! {
                        sent = queue.send((job, letter)) => sent.map_err(|_| stopped()),
                        () = limit => Err(Error::unavailable(format!("send to {to}: the relay's queue is full"))),
                    }
                }))
            }
        }
    }
}

async fn run(mut queue: mpsc::Receiver<(Job, Letter)>, local: Arc<dyn Local>) {
    while let Some((job, letter)) = queue.recv().await {
        let to = letter.to;
        let result: Result<()> = match job {
            Job::Local => local.deliver(to, letter.message),
            Job::Host(host) => host.receive(letter).await,
            Job::Transport(way) => way.send(to.node, letter).await,
        };
        // Queued was the promise; the sender is elsewhere by now.
        if let Err(error) = result {
            tracing::debug!(%to, %error, "a message was not delivered");
        }
    }
}

fn stopped() -> Error {
    Error::unavailable("the relay has stopped")
}
