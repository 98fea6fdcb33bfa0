//! Reads the fields of an entry leniently, collects every mistake and every key that nobody read.

use core_registry::Entry;
use std::sync::Arc;

/// A field for the reference page and for "unknown field" hints.
#[derive(Clone, Copy, Debug)]
pub struct FieldDoc {
    /// `pool.size`; `meta.server` for meta.
    pub name: &'static str,
    /// `duration`, `integer`, `text`, `entry id of http.service`, …
    pub ty: &'static str,
    /// As written in YAML; empty = none; `!` = required.
    pub default: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

/// The fields of one entry while its kind decodes them.
pub struct Fields {
    entry: Arc<Entry>,
}

impl Fields {
    /// The entry itself.
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }
}
