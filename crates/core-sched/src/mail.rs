//! What a mailbox holds, and the process's own end of it.

use infra_base::{Error, Payload, Payloads, Pid};
use std::collections::VecDeque;

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

impl Message {
    /// Bytes it counts for in a mailbox.
    pub fn size(&self) -> usize {
        let outside = self.topic.len().saturating_sub(24);
        size_of::<Message>() + outside + self.payloads.iter().map(Payload::size).sum::<usize>()
    }
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

/// An entry of a mailbox; boxed once, by the sender, so that a place in a queue is small and nothing is copied on the way.
#[derive(Clone, Debug)]
pub enum Mail {
    /// A message.
    Message(Box<Message>),
    /// An event; never refused for lack of room.
    Event(Box<Event>),
}

impl From<Message> for Mail {
    fn from(message: Message) -> Mail {
        Mail::Message(Box::new(message))
    }
}

impl From<Event> for Mail {
    fn from(event: Event) -> Mail {
        Mail::Event(Box::new(event))
    }
}

/// The mailbox is at its bound (1,000,000 messages or 256 MiB); `Unavailable`, retryable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxFull;

impl From<MailboxFull> for Error {
    fn from(_: MailboxFull) -> Error {
        Error::unavailable("the mailbox is full")
    }
}

/// Messages a mailbox holds at most.
pub const MAX_MESSAGES: usize = 1_000_000;
/// Bytes a mailbox holds at most.
pub const MAX_BYTES: usize = 256 << 20;

/// Room that a body gathers, to give it back with [`Inbox::free_all`].
#[derive(Debug, Default)]
pub struct Freed(Load);

impl Freed {
    /// Adds the room of a held message.
    pub fn add(&mut self, room: Room) {
        self.0.add(room);
    }
}

/// What a number of messages takes of a mailbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) messages: u32,
    pub(crate) bytes: u32,
}

impl Load {
    fn add(&mut self, room: Room) {
        if room.0 > 0 {
            self.messages += 1;
            self.bytes += room.0;
        }
    }

    pub(crate) fn subtract(&mut self, freed: &mut Load) {
        self.messages -= freed.messages;
        self.bytes -= freed.bytes;
        *freed = Load::default();
    }

    pub(crate) fn is_much(&self) -> bool {
        self.messages >= 1_000 || self.bytes >= 1 << 20
    }
}

/// A message with the bytes that were counted for it; 0 for events, which count for nothing.
pub(crate) type Queued = (Mail, u32);

/// Adds to a queue. Whoever reads as fast as others write never has two waiting, so the first one gets room for one.
#[inline]
pub(crate) fn push(queue: &mut VecDeque<Queued>, mail: Queued) {
    if queue.capacity() == 0 {
        queue.reserve_exact(1);
    }
    queue.push_back(mail);
}

/// The room that a held message takes in its mailbox; give it back with [`Inbox::free`].
#[must_use = "the mailbox stays that much fuller until the room is freed"]
#[derive(Debug)]
pub struct Room(u32);

impl Room {
    /// Takes the room out: what is left counts for nothing.
    pub fn take(&mut self) -> Room {
        Room(std::mem::take(&mut self.0))
    }
}

/// Mail that reached its process and that the body has not taken yet.
///
/// Mail counts against the bounds of the mailbox until the body takes it with [`next`](Self::next); what the body keeps
/// for later (nobody listens to its topic yet) it takes with [`hold`](Self::hold), and it still counts.
#[derive(Default)]
pub struct Inbox {
    pub(crate) queue: VecDeque<Queued>,
    pub(crate) freed: Load,
}

impl Inbox {
    /// Takes the oldest mail; its room in the mailbox is free again.
    #[allow(clippy::should_implement_trait, reason = "an inbox refills; it is no iterator")]
    pub fn next(&mut self) -> Option<Mail> {
        let (mail, bytes) = self.queue.pop_front()?;
        self.free(Room(bytes));
        Some(mail)
    }

    /// Takes the oldest mail; its room stays taken until [`free`](Self::free).
    pub fn hold(&mut self) -> Option<(Mail, Room)> {
        self.queue.pop_front().map(|(mail, bytes)| (mail, Room(bytes)))
    }

    /// Frees the room of a held message.
    pub fn free(&mut self, room: Room) {
        self.freed.add(room);
    }

    /// Frees what was gathered.
    pub fn free_all(&mut self, freed: &mut Freed) {
        let Load { messages, bytes } = std::mem::take(&mut freed.0);
        self.freed.messages += messages;
        self.freed.bytes += bytes;
    }

    /// Mail not taken yet.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Was everything taken?
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
