//! Words that everything shares: ids, payloads, errors, diagnostics.

mod data;
mod diagnostic;
mod duration;
mod error;
mod id;
mod kind;
mod name;
mod nearest;
mod payload;
mod pid;
mod salt;
mod size;

pub use data::{Data, Map};
pub use diagnostic::{Diagnostic, Label, Severity, SourceFile};
pub use duration::{DurationError, parse_duration};
pub use error::{Error, Result};
pub use id::{EntryId, IdError};
pub use kind::Kind;
pub use name::Name;
pub use nearest::nearest;
pub use payload::{Format, Payload, Payloads, Portable};
pub use pid::Pid;
pub use salt::Salted;
pub use size::{parse_size, size_text};
