//! Packs: the entries of an application in one file, `*.wapp`.
//!
//! ```text
//! header (268 bytes) │ frames: metadata, entries, file trees, file data │ table of contents │ footer (16 bytes)
//! ```
//!
//! Numbers are little-endian. The header holds the SHA-256 of all frames, the footer says where the table is, the table
//! where the frames are. Metadata, entries and table are MessagePack, each in one Zstandard stream. A reader believes
//! nothing: sizes are compared with the file, streams end at the announced and bounded size, hashes are compared before
//! anything is decoded. docs/packs.md is the page for users.

mod contents;
mod format;
mod read;
mod stream;
#[cfg(test)]
mod tests;
mod write;

pub use write::{PackMeta, write};

use core_registry::Entry;
use infra_base::{Data, Map, Result};
use std::io::{Read, Seek};
use std::path::Path;

/// A pack that was read and whose hashes are right.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its file, as the user knows it.
    pub name: Box<str>,
    /// `wippy_version`, `packed_at`, `description`, `tags` and whatever else its maker wrote.
    pub metadata: Map,
    /// In load order, each id once.
    pub entries: Vec<Entry>,
    /// File trees that it carries.
    pub resources: usize,
}

impl Pack {
    /// Reads the pack at `path`. Errors (`Invalid`, `NotFound` without such a file) name it and what is wrong.
    pub fn open(path: &Path) -> Result<Pack> {
        let name = path.display().to_string();
        let file = read::regular(path, &name)?;
        Pack::read(&name, file)
    }

    /// Reads the pack that `source` holds from its start to its end; errors call it `name`.
    pub fn read(name: &str, source: impl Read + Seek) -> Result<Pack> {
        let told = |e: infra_base::Error| e.context(format_args!("pack {name}"));
        let (metadata, entries, resources) = read::parts(source).map_err(told)?;
        Ok(Pack { name: name.into(), metadata, entries, resources })
    }

    /// `org/module` of a published pack, from its metadata.
    pub fn module(&self) -> Option<String> {
        let namespace = self.metadata.get("namespace").and_then(Data::as_str)?;
        namespace.contains('.').then(|| namespace.replacen('.', "/", 1))
    }

    /// Whether it brings defaults for the configuration: `runtime`, or `runtime.<section>.<key>`.
    pub fn has_runtime(&self) -> bool {
        self.metadata.keys().any(|key| &**key == "runtime" || key.starts_with("runtime."))
    }
}
