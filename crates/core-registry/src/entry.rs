//! An entry: id, kind, meta, data, and where it was written.

use infra_base::{Data, Diagnostic, EntryId, Map, SourceFile};
use std::ops::Range;
use std::sync::Arc;

/// A definition in the registry; shared, never changed in place.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `namespace:name`
    pub id: EntryId,
    /// `function.lua`, `http.service`, …
    pub kind: Box<str>,
    /// Searchable annotations.
    pub meta: Map,
    /// The rest; placeholders and `file://` contents as loaded.
    pub data: Data,
    /// The file it came from; `None` for entries made at run time.
    pub origin: Option<Arc<Origin>>,
}

/// Where an entry was written: its file and the byte range of each of its values.
#[derive(Debug)]
pub struct Origin {
    /// The YAML or JSON file.
    pub file: Arc<SourceFile>,
    /// The whole entry.
    pub span: Range<usize>,
    /// `meta.server`, `data.pool.size`, `data.targets[0].path` → key and value bytes.
    pub places: Vec<(Box<str>, Place)>,
    /// The file whose text became `data.source` through `file://`, and the path as the user knows it.
    pub source: Option<Arc<SourceFile>>,
}

/// Bytes of a key and of its value.
#[derive(Clone, Debug)]
pub struct Place {
    /// The key (for list items the item itself).
    pub key: Range<usize>,
    /// The value.
    pub value: Range<usize>,
}

impl PartialEq for Entry {
    /// What it says, not where it was written.
    fn eq(&self, other: &Entry) -> bool {
        self.id == other.id && self.kind == other.kind && self.meta == other.meta && self.data == other.data
    }
}

impl Entry {
    /// A mistake at the value of `path` (`data.addr`, `meta.server`); the nearest known parent if that is absent.
    pub fn mistake(&self, path: &str, message: impl Into<String>) -> Diagnostic {
        let message = format!("{}: {}", self.id, message.into());
        let Some(origin) = &self.origin else {
            return Diagnostic::placeless(infra_base::Severity::Error, message);
        };
        let mut at = path;
        loop {
            if let Some((_, place)) = origin.places.iter().find(|(p, _)| &**p == at) {
                return Diagnostic::error(message, &origin.file, place.value.clone());
            }
            match at.rfind(['.', '[']) {
                Some(cut) => at = &at[..cut],
                None => return Diagnostic::error(message, &origin.file, origin.span.clone()),
            }
        }
    }
}
