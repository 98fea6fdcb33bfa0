//! What travels between processes, functions and services.

use crate::{Data, Error, Result};
use bytes::Bytes;
use smallvec::SmallVec;
use std::any::Any;
use std::fmt;

/// Encoding of a byte payload, with the text that applications see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[rustfmt::skip]
#[allow(missing_docs, reason = "the names say it; `as_str` gives the text")]
pub enum Format { Json, Yaml, Text, Bytes, MsgPack, Lua, Host, Error }

impl Format {
    /// Every format.
    pub const ALL: [Format; 8] = [
        Format::Json,
        Format::Yaml,
        Format::Text,
        Format::Bytes,
        Format::MsgPack,
        Format::Lua,
        Format::Host,
        Format::Error,
    ];

    /// The text of `payload.format.*`.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Json => "json/plain",
            Format::Yaml => "yaml/plain",
            Format::Text => "text/plain",
            Format::Bytes => "application/octet-stream",
            Format::MsgPack => "application/msgpack",
            Format::Lua => "lua/any",
            Format::Host => "golang/any",
            Format::Error => "golang/error",
        }
    }

    /// The format of a text.
    pub fn parse(text: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.as_str() == text)
    }
}

/// A value of some engine that can leave the process that made it.
///
/// An engine adopts its own by [`as_any`](Self::as_any) and downcast; everybody else calls [`to_data`](Self::to_data).
/// It is immutable, so copies of a payload may share what is large.
pub trait Portable: Send + Sync {
    /// Bytes it holds; counted by mailboxes and quotas.
    fn size(&self) -> usize;
    /// As plain data; `Invalid` names the path of what has no plain form (a function, a cycle, mixed keys).
    fn to_data(&self) -> Result<Data>;
    /// For the downcast of the engine that made it.
    fn as_any(&self) -> &dyn Any;
    /// The same for its owner, who may take it apart.
    fn as_any_mut(&mut self) -> &mut dyn Any;
    /// Another one with the same value.
    fn share(&self) -> Box<dyn Portable>;
}

/// A value in transit.
pub enum Payload {
    /// A plain tree.
    Data(Data),
    /// Encoded bytes; decoded by whoever needs the value.
    Encoded(Format, Bytes),
    /// An error as a value.
    Error(Error),
    /// A value of an engine.
    Portable(Box<dyn Portable>),
}

/// The values of one message or call.
pub type Payloads = SmallVec<[Payload; 1]>;

impl Payload {
    /// Bytes it holds.
    pub fn size(&self) -> usize {
        match self {
            Payload::Data(d) => d.size(),
            Payload::Encoded(_, b) => b.len(),
            Payload::Error(e) => e.size(),
            Payload::Portable(p) => p.size(),
        }
    }
}

impl Clone for Payload {
    fn clone(&self) -> Self {
        match self {
            Payload::Data(d) => Payload::Data(d.clone()),
            Payload::Encoded(f, b) => Payload::Encoded(*f, b.clone()),
            Payload::Error(e) => Payload::Error(e.clone()),
            Payload::Portable(p) => Payload::Portable(p.share()),
        }
    }
}

impl From<Data> for Payload {
    fn from(data: Data) -> Payload {
        Payload::Data(data)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Payload::Data(d) => fmt::Debug::fmt(d, f),
            Payload::Encoded(format, b) => write!(f, "{} ({} bytes)", format.as_str(), b.len()),
            Payload::Error(e) => fmt::Debug::fmt(e, f),
            Payload::Portable(p) => write!(f, "portable ({} bytes)", p.size()),
        }
    }
}
