//! Routing of messages: local, peer, internode.
//!
//! A message for a process of this node goes straight into its mailbox, in the sender's own step. What is for a service
//! host or another node, and what comes from one, passes a mailbox worker: a bounded queue with one task. FNV-1a of the
//! sender picks the worker, so the messages of one sender stay in order; a full queue makes the sender wait up to its
//! deadline and then answers `Unavailable`.

mod relay;
mod worker;

pub use relay::{Letter, Local, Relay, Sent, ServiceHost, Transport};
pub use worker::{Config, worker_of};
