//! From files to entries: parse, override, disable, link; lock file; packs.
//!
//! Each stage is a function over the [`EntrySet`]; [`prepare`] runs them in the order of the boot. Everything that is
//! wrong is a diagnostic at its line: errors stop the start, warnings go along with the entries.

mod disable;
mod include;
mod link;
mod load;
mod lock;
mod overrides;
mod pack;
mod parse;
mod path;
mod pattern;
mod prepare;
#[cfg(test)]
mod tests;
mod walk;

pub use disable::disable;
pub use link::{link, linked_fields};
pub use load::{MISSING_MODULE, Module, Plan, load};
pub use lock::{Lock, LockedModule};
pub use overrides::{overlay, override_from_text};
pub use pack::{Pack, PackMeta, write as write_pack};
pub use parse::{SKIPPED_FILE, parse_file};
pub use pattern::matches;
pub use prepare::{Changes, Link, Prepared, prepare};

/// Entries in load order, by id.
pub type EntrySet = indexmap::IndexMap<infra_base::EntryId, core_registry::Entry, infra_base::Salted>;
