//! Entry kinds: decode, check, build, change, offer, undo, once for all kinds.

mod decode;
mod kind;

pub use decode::{FieldDoc, Fields};
pub use kind::{BuildCx, Change, EntryKind, Offers};
