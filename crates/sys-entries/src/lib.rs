//! Entry kinds: decode, check, build, change, offer, undo, once for all kinds.

mod decode;
mod entries;
mod kind;
mod lifecycle;
mod live;
mod placeholder;
mod value;

pub use decode::{FieldDoc, Fields};
pub use entries::Entries;
pub use kind::{BuildCx, Change, EntryKind, Offers};
pub use placeholder::{EnvLookup, Variable};
pub use sys_services::{Ended, Lifecycle, Policy, Service};
pub use value::{At, Field, Reference};
