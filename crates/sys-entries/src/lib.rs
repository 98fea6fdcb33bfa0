//! Entry kinds: decode, check, build, change, offer, undo, once for all kinds.

mod commit;
mod decode;
mod entries;
mod erased;
mod kind;
mod lifecycle;
mod live;
mod pass;
mod placeholder;
mod value;

pub use decode::{FieldDoc, Fields};
pub use entries::{Entries, component};
pub use erased::KindDoc;
pub use kind::{BuildCx, Change, EntryKind, Offers};
pub use placeholder::{EnvLookup, Variable};
pub use sys_services::{Ended, Lifecycle, Policy, Service};
pub use value::{At, Field, Reference, Size};

#[cfg(test)]
mod tests;
