//! What a mailbox holds, and the process's own end of it.
//!
//! Messages and events count alike, with what they carry. What somebody sends, a CANCEL of a process included, is refused at the
//! bounds: who sent it knows, and can try again. The end of a process cannot be refused, since nobody would learn of it. So the
//! bound lies earlier: a process whose mailbox is full can neither link nor monitor, and what is due from earlier relations goes in
//! brief, once for each ([`Control::notify`](crate::Control::notify)). Dropping the oldest mail instead would lose what a sender was
//! told is queued; a count of relations for each process would refuse supervisors with a hundred thousand children that do read.

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

/// What a brief event takes at most, in bytes.
pub(crate) const BRIEF: usize = 1024;
/// Bytes of a message of an error that are left of it there.
const BRIEF_MESSAGE: usize = 200;

impl Event {
    /// Bytes it counts for in a mailbox.
    pub fn size(&self) -> usize {
        size_of::<Event>()
            + match self {
                Event::Exit { result, .. } | Event::LinkDown { result, .. } => match result {
                    Ok(payload) => payload.size(),
                    Err(error) => error.size(),
                },
                Event::Cancel { reason, .. } => reason.len(),
            }
    }

    /// The same in [`BRIEF`] bytes at most, with its size, for a mailbox that has no room for more. Of an error kind and beginning
    /// stay; a value gives way to an error, since a part of it, or nil, would pass for a result.
    pub(crate) fn brief(self) -> (Event, usize) {
        let bytes = self.size();
        if bytes <= BRIEF {
            return (self, bytes);
        }
        let event = match self {
            Event::Exit { from, at, result } => Event::Exit { from, at, result: Err(brief(result)) },
            Event::LinkDown { from, at, result } => Event::LinkDown { from, at, result: Err(brief(result)) },
            Event::Cancel { from, at, reason } => {
                Event::Cancel { from, at, reason: beginning(&reason).into() }
            }
        };
        let bytes = event.size();
        debug_assert!(bytes <= BRIEF);
        (event, bytes)
    }
}

fn brief(result: Result<Payload, Error>) -> Error {
    match result {
        Ok(payload) => {
            let bytes = payload.size();
            Error::unavailable(format!("the mailbox has no room for the result of {bytes} bytes"))
                .with_retryable(Some(false))
        }
        Err(error) => {
            let brief =
                Error::new(error.kind(), beginning(error.message())).with_retryable(error.retryable());
            match error.label() {
                Some(label) => brief.with_label(beginning(label)),
                None => brief,
            }
        }
    }
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(BRIEF_MESSAGE)]
}

/// An entry of a mailbox; boxed once, by the sender, so that a place in a queue is small and nothing is copied on the way.
#[derive(Clone, Debug)]
pub enum Mail {
    /// A message.
    Message(Box<Message>),
    /// An event.
    Event(Box<Event>),
}

impl Mail {
    /// Bytes it counts for in a mailbox.
    pub fn size(&self) -> usize {
        match self {
            Mail::Message(message) => message.size(),
            Mail::Event(event) => event.size(),
        }
    }
}

impl From<Box<Message>> for Mail {
    fn from(message: Box<Message>) -> Mail {
        Mail::Message(message)
    }
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

/// The mailbox is at its bound (1,000,000 messages and events, or 256 MiB); `Unavailable`, retryable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxFull;

impl From<MailboxFull> for Error {
    fn from(_: MailboxFull) -> Error {
        Error::unavailable("the mailbox is full")
    }
}

/// Messages and events a mailbox holds at most.
pub const MAX_MESSAGES: usize = 1_000_000;
/// Bytes a mailbox holds at most.
pub const MAX_BYTES: usize = 256 << 20;

/// Room that a body gathers, to give it back with [`Inbox::free_all`].
#[derive(Debug, Default)]
pub struct Freed(Load);

impl Freed {
    /// Adds the room of held mail.
    pub fn add(&mut self, room: Room) {
        self.0.add(room);
    }

    /// Bytes of all of it.
    #[inline]
    pub fn bytes(&self) -> u32 {
        self.0.bytes
    }
}

/// What a number of messages and events takes of a mailbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) messages: u32,
    pub(crate) bytes: u32,
}

impl Load {
    pub(crate) fn add(&mut self, room: Room) {
        if room.0 > 0 {
            self.messages += 1;
            self.bytes += room.0;
        }
    }

    /// Is there room for another one of so many bytes?
    pub(crate) fn fits(&self, bytes: usize) -> bool {
        (self.messages as usize) < MAX_MESSAGES && self.bytes as usize + bytes <= MAX_BYTES
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

/// Mail with the bytes that were counted for it; 0 for an event that came when there was no room.
pub(crate) type Queued = (Mail, u32);

/// Adds to a queue. Whoever reads as fast as others write never has two waiting, so the first one gets room for one.
#[inline]
pub(crate) fn push(queue: &mut VecDeque<Queued>, mail: Queued) {
    if queue.capacity() == 0 {
        queue.reserve_exact(1);
    }
    queue.push_back(mail);
}

/// The room that held mail takes in its mailbox; give it back with [`Inbox::free`].
#[must_use = "the mailbox stays that much fuller until the room is freed"]
#[derive(Debug)]
pub struct Room(pub(crate) u32);

impl Room {
    /// Does it take nothing?
    pub fn is_none(&self) -> bool {
        self.0 == 0
    }

    /// Bytes of it.
    pub fn bytes(&self) -> usize {
        self.0 as usize
    }

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

    /// Frees the room of held mail.
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
