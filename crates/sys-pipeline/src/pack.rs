//! Packs: the entries of an application in one file, `*.wapp`.
//!
//! ```text
//! header (268 bytes) │ frames: metadata, entries, file trees, file data │ table of contents │ footer (16 bytes)
//! ```
//!
//! Numbers are little-endian. The header holds the SHA-256 of all frames, the footer says where the table is, the table
//! where the frames are. Metadata, entries and table are MessagePack, each in one Zstandard stream. A reader believes
//! nothing: sizes are compared with the file, streams end at the announced and bounded size, the hash of all frames is
//! compared before the table is unpacked, that of a frame before the frame is. docs/packs.md is the page for users.

mod contents;
mod format;
mod read;
mod stream;
#[cfg(test)]
mod tests;
mod write;

pub use write::{PackMeta, write};

use core_registry::Entry;
use infra_base::{Data, Error, Map, Result};
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

    /// Reads the pack at `path` if the SHA-256 of the whole file is `hash` (hex, lower case).
    pub fn open_exactly(path: &Path, hash: &str) -> Result<Pack> {
        let name = path.display().to_string();
        let mut file = read::regular(path, &name)?;
        let failed = |e: std::io::Error| Error::invalid(format!("pack {name} can't be read: {e}"));
        let found = stream::hash_of(&mut file).map_err(failed)?;
        if stream::hex(&found) != hash {
            let text = format!(
                "pack {name}: its hash is not the one in the lock file, it is another file or damaged"
            );
            return Err(Error::invalid(text));
        }
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

    /// Sections of the configuration that it brings, from `runtime` and `runtime.<section>.<key>`; `None`: none. Errors
    /// (`Invalid`) name the key that is no such thing.
    pub fn runtime(&self) -> Result<Option<Map>> {
        let wrong =
            |key: &str, why: &str| Error::invalid(format!("pack {}: {key} of its metadata {why}", self.name));
        let mut sections = match self.metadata.get("runtime") {
            Some(Data::Map(sections)) => sections.clone(),
            Some(Data::Null) | None => Map::default(),
            Some(_) => return Err(wrong("runtime", "is no map")),
        };
        for (key, value) in &self.metadata {
            let Some(path) = key.strip_prefix("runtime.") else { continue };
            let keys: Vec<&str> = match path.split_once('.') {
                // An override key has dots of its own.
                Some(("override", rest)) => vec!["override", rest],
                _ => path.split('.').collect(),
            };
            if keys.len() > MOST_KEYS || keys.iter().any(|key| key.is_empty()) {
                return Err(wrong(key, "is no path of a configuration key"));
            }
            let mut all = Data::Map(sections);
            put(&mut all, &keys, value);
            let Data::Map(changed) = all else { return Ok(None) };
            sections = changed;
        }
        Ok((!sections.is_empty()).then_some(sections))
    }
}

/// Deepest configuration key; plain data has a bound.
const MOST_KEYS: usize = 16;

/// Puts a value at a path, making maps on the way.
fn put(at: &mut Data, keys: &[&str], value: &Data) {
    let Some((first, rest)) = keys.split_first() else {
        *at = value.clone();
        return;
    };
    if !matches!(at, Data::Map(_)) {
        *at = Data::Map(Map::default());
    }
    if let Data::Map(map) = at {
        put(map.entry((*first).into()).or_default(), rest, value);
    }
}
