//! The router: local → service host → peer → internode.

use crate::worker::{Config, Job, Workers};
use arc_swap::ArcSwap;
use core_dispatch::BoxFuture;
use core_sched::Message;
use infra_app::Tasks;
use infra_base::{Error, Kind, Name, Pid, Result};
use infra_clock::Clock;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::Duration;

/// A message with its address, between nodes.
#[derive(Clone, Debug)]
pub struct Letter {
    /// A process or service host.
    pub to: Pid,
    /// The message; its sender carries a node once it has left that node.
    pub message: Message,
}

/// The processes of this node; implemented by the topology.
pub trait Local: Send + Sync {
    /// Puts a message into the mailbox of `to`. `NotFound` when nobody of that pid lives, `Unavailable` (retryable) when
    /// the mailbox is full.
    fn deliver(&self, to: Pid, message: Message) -> Result<()>;
}

/// A part of the node that is addressed by its host name alone, not a process: every pid of that host is its own.
pub trait ServiceHost: Send + Sync {
    /// Takes a letter; while the future is pending the letters behind it wait.
    fn receive(&self, letter: Letter) -> BoxFuture<'_, Result<()>>;
}

/// A way to other nodes. `send` is called for one letter after the other of the same worker, so a transport that keeps
/// its own order keeps the order of each sender.
pub trait Transport: Send + Sync {
    /// Sends one letter; completes when the transport has taken it. Errors: the node is unknown or gone (`Unavailable`).
    fn send(&self, node: Name, letter: Letter) -> BoxFuture<'_, Result<()>>;
}

/// The answer to a send. `Ok` means queued, not processed.
pub enum Sent {
    /// Known at once; always for processes of this node.
    Done(Result<()>),
    /// The worker's queue was full: completes when there is room, or with `Unavailable` when the limit is over.
    Waiting(BoxFuture<'static, Result<()>>),
}

/// Table of who is reached how; read without locks, changed rarely.
#[derive(Clone, Default)]
struct Routes {
    hosts: FxHashMap<Name, Arc<dyn ServiceHost>>,
    peers: FxHashMap<Name, Arc<dyn Transport>>,
    internode: Option<Arc<dyn Transport>>,
}

/// The relay of a node.
pub struct Relay {
    local: Arc<dyn Local>,
    routes: ArcSwap<Routes>,
    workers: Workers,
}

impl Relay {
    /// A relay in front of `local`; its workers are tasks of `tasks` and end with the relay.
    pub fn new(local: Arc<dyn Local>, config: Config, clock: Clock, tasks: &Tasks) -> Relay {
        let workers = Workers::start(config, clock, tasks, &local);
        Relay { local, routes: ArcSwap::default(), workers }
    }

    /// Sends a message; `limit` bounds the wait for a full queue.
    pub fn send(&self, to: Pid, message: Message, limit: Duration) -> Sent {
        if to.node == Name::EMPTY {
            // On a node without service hosts this is one pointer and one comparison.
            let routes = self.routes.load();
            if routes.hosts.is_empty() || !routes.hosts.contains_key(&to.host) {
                return Sent::Done(self.local.deliver(to, message));
            }
        }
        match self.route(to) {
            Ok(route) => self.workers.submit(route, Letter { to, message }, limit),
            Err(error) => Sent::Done(Err(error)),
        }
    }

    /// Takes a letter that came from another node. The sender's order is kept; a full queue makes the transport wait.
    pub fn receive(&self, letter: Letter, limit: Duration) -> Sent {
        let hosts = &self.routes.load().hosts;
        let route = hosts.get(&letter.to.host).map_or(Job::Local, |host| Job::Host(host.clone()));
        self.workers.submit(route, letter, limit)
    }

    /// Adds a service host; a second one of that name is refused.
    pub fn add_host(&self, name: Name, host: Arc<dyn ServiceHost>) -> Result<()> {
        let mut taken = false;
        self.routes.rcu(|routes| {
            taken = routes.hosts.contains_key(&name);
            let mut next = Routes::clone(routes);
            next.hosts.entry(name).or_insert_with(|| host.clone());
            next
        });
        if taken { Err(exists(format!("service host {name} is registered already"))) } else { Ok(()) }
    }

    /// Removes a service host. `false`: there was none.
    pub fn remove_host(&self, name: Name) -> bool {
        let before = self.routes.rcu(|routes| {
            let mut next = Routes::clone(routes);
            next.hosts.remove(&name);
            next
        });
        before.hosts.contains_key(&name)
    }

    /// Sets or, with `None`, removes the direct way to a node.
    pub fn set_peer(&self, node: Name, transport: Option<&Arc<dyn Transport>>) {
        self.routes.rcu(|routes| {
            let mut next = Routes::clone(routes);
            match transport {
                Some(transport) => next.peers.insert(node, transport.clone()),
                None => next.peers.remove(&node),
            };
            next
        });
    }

    /// Sets or removes the way to all nodes that are no peers.
    pub fn set_internode(&self, transport: Option<&Arc<dyn Transport>>) {
        self.routes.rcu(|routes| Routes { internode: transport.cloned(), ..Routes::clone(routes) });
    }

    fn route(&self, to: Pid) -> Result<Job> {
        let routes = self.routes.load();
        if to.node == Name::EMPTY {
            let host = routes.hosts.get(&to.host).cloned();
            return Ok(host.map_or(Job::Local, Job::Host));
        }
        let way = routes.peers.get(&to.node).or(routes.internode.as_ref());
        let way = way.ok_or_else(|| {
            Error::new(Kind::NotFound, format!("process {to} not found: node {} is not known", to.node))
                .with_retryable(Some(false))
        })?;
        Ok(Job::Transport(way.clone()))
    }
}

fn exists(message: String) -> Error {
    Error::new(Kind::AlreadyExists, message).with_retryable(Some(false))
}

#[cfg(test)]
mod tests;
