//! What a mailbox holds.

use infra_base::{Error, Payload, Payloads, Pid};

/// A topic; up to 24 bytes without allocation.
pub type Topic = compact_str::CompactString;

/// A message from a process or service.
#[derive(Clone, Debug)]
pub struct Message {
    /// `None`: from the outside (a service, the command line).
    pub from: Option<Pid>,
    /// Never starts with `@`.
    pub topic: Topic,
    /// Zero or more values.
    pub payloads: Payloads,
}

/// A fact about the process itself or one that it watches; delivered to `process.events()`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "named by the event")]
pub enum Event {
    /// A monitored process ended (`pid.exit`). `at`: unix nanoseconds.
    Exit { from: Pid, at: i64, result: Result<Payload, Error> },
    /// A linked process ended abnormally (`pid.link.down`).
    LinkDown { from: Pid, at: i64, result: Result<Payload, Error> },
    /// Somebody asks it to end (`pid.cancel`).
    Cancel { from: Option<Pid>, at: i64, reason: Box<str> },
}

/// An entry of a mailbox.
#[derive(Clone, Debug)]
pub enum Mail {
    /// A message.
    Message(Message),
    /// An event; never refused for lack of room.
    Event(Event),
}

/// The mailbox is at its bound (1,000,000 messages or 256 MiB); `Unavailable`, retryable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxFull;
