//! Writes a pack: beside its place first, read back and compared, then renamed.

use super::Pack;
use super::contents::{self, DEPTH};
use super::format::{Frame, HEADER, Header, MOST_DATA, MOST_TABLE, MOST_UNPACKED, footer, table};
use super::stream::{hash_of, hex, packed};
use core_registry::Entry;
use infra_base::{Data, Error, Map, Result};
use infra_codec::msgpack;
use std::fs::{File, Permissions};
use std::io::{BufReader, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::{Builder, NamedTempFile};

/// What a pack says of itself.
#[derive(Clone, Debug, Default)]
pub struct PackMeta {
    /// Of the program that makes it.
    pub version: String,
    /// The day on which that was built, if it knows.
    pub date: Option<String>,
    /// RFC 3339, UTC.
    pub packed_at: String,
    /// `-d`
    pub description: Option<String>,
    /// `-t`, in order.
    pub tags: Vec<String>,
    /// `--meta`
    pub more: Map,
}

impl PackMeta {
    /// Keys that the maker itself writes, or that mean something to those who run a pack.
    const OURS: [&str; 13] = [
        "wippy_version",
        "wippy_commit",
        "wippy_date",
        "packed_at",
        "entry_count",
        "resource_count",
        "description",
        "tags",
        "runtime",
        // Of a module that was published: it would be linked when it runs.
        "namespace",
        "name",
        "version",
        "license",
    ];

    /// Adds a key of the user's. The error says why it is not for users.
    pub fn add(&mut self, key: &str, value: Data) -> Result<()> {
        if key.is_empty() {
            return Err(Error::invalid("a metadata key must not be empty"));
        }
        let prefix = ["wippy.", "system.", "runtime."].into_iter().find(|prefix| key.starts_with(prefix));
        if let Some(prefix) = prefix {
            return Err(Error::invalid(format!("metadata key {key}: the prefix {prefix} is reserved")));
        }
        if PackMeta::OURS.contains(&key) {
            let instead = match key {
                "description" => ", use --description",
                "tags" => ", use --tags",
                _ => "",
            };
            return Err(Error::invalid(format!("metadata key {key} is reserved{instead}")));
        }
        self.more.insert(key.into(), value);
        Ok(())
    }

    fn to_map(&self, entries: usize) -> Map {
        let mut map = self.more.clone();
        map.insert("wippy_version".into(), Data::text(&*self.version));
        if let Some(date) = &self.date {
            map.insert("wippy_date".into(), Data::text(&**date));
        }
        map.insert("packed_at".into(), Data::text(&*self.packed_at));
        map.insert("entry_count".into(), Data::Int(i64::try_from(entries).unwrap_or(i64::MAX)));
        map.insert("resource_count".into(), Data::Int(0));
        if let Some(description) = &self.description {
            map.insert("description".into(), Data::text(&**description));
        }
        if !self.tags.is_empty() {
            map.insert("tags".into(), Data::List(self.tags.iter().map(|tag| Data::text(&**tag)).collect()));
        }
        map
    }
}

/// Writes the entries, in load order, to a pack at `path`, whole or not at all; gives its size in bytes.
pub fn write(path: &Path, meta: &PackMeta, entries: &[&Entry]) -> Result<u64> {
    let told = |e: Error| e.context(format_args!("pack {}", path.display()));
    let metadata = msgpack::encode(&Data::Map(meta.to_map(entries.len())), DEPTH).map_err(told)?;
    let contents = msgpack::encode(&contents::to_data(entries), DEPTH).map_err(told)?;
    let bytes = assemble(&metadata, &contents).map_err(told)?;
    let beside = fill(path, &bytes).map_err(|e| unwritten(path, &e))?;
    check(beside.as_file(), path, &metadata, &contents)?;
    // What is not renamed removes itself.
    beside.persist(path).map_err(|e| unwritten(path, &e.error))?;
    Ok(bytes.len() as u64)
}

/// A new file of a name that nobody else has, in the directory of `path`, with the rights that the file there has.
fn fill(path: &Path, bytes: &[u8]) -> std::io::Result<NamedTempFile> {
    let old = match std::fs::metadata(path) {
        Ok(old) if !old.is_file() => {
            return Err(std::io::Error::other("there is something that is not a file"));
        }
        Ok(old) => Some(Permissions::from_mode(old.permissions().mode() & 0o777)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let rights = old.clone().unwrap_or(Permissions::from_mode(0o666));
    let mut beside = Builder::new().prefix(".").suffix(".wapp.new").permissions(rights).tempfile_in(dir)?;
    if let Some(old) = old {
        // The mask of the process took some away.
        beside.as_file().set_permissions(old)?;
    }
    beside.write_all(bytes)?;
    beside.as_file().sync_all()?;
    Ok(beside)
}

fn unwritten(path: &Path, error: &std::io::Error) -> Error {
    Error::invalid(format!("pack {} can't be written: {error}", path.display()))
}

/// What is read from the file, written again, must be what was meant.
fn check(file: &File, path: &Path, metadata: &[u8], contents: &[u8]) -> Result<()> {
    let name = path.display().to_string();
    let read = Pack::read(&name, BufReader::new(file))?;
    let entries: Vec<&Entry> = read.entries.iter().collect();
    let again = msgpack::encode(&contents::to_data(&entries), DEPTH)?;
    let metadata_again = msgpack::encode(&Data::Map(read.metadata.clone()), DEPTH)?;
    if again != contents || metadata_again != metadata {
        return Err(Error::internal(format!("pack {name}: what was written is not what is read from it")));
    }
    Ok(())
}

fn assemble(metadata: &[u8], contents: &[u8]) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    let mut frame = |plain: &[u8], what: &str| {
        if plain.len() as u64 > MOST_UNPACKED {
            let text = format!("{what} are larger than {} MiB, which no pack holds", MOST_UNPACKED >> 20);
            return Err(Error::invalid(text));
        }
        let stored = packed(plain);
        let (offset, unpacked) = (HEADER + data.len() as u64, Some(plain.len() as u64));
        let frame = Frame { offset, size: stored.len() as u64, unpacked, hash: Some(hex(&hash(&stored))) };
        data.extend_from_slice(&stored);
        Ok(frame)
    };
    let (metadata, entries) = (frame(metadata, "metadata")?, frame(contents, "entries")?);
    let table = packed(&msgpack::encode(&table(&metadata, &entries), DEPTH)?);
    if data.len() as u64 > MOST_DATA || table.len() as u64 > MOST_TABLE {
        return Err(Error::invalid("it would be larger than a pack may be"));
    }
    let header = Header { offset: HEADER, size: data.len() as u64, hash: hash(&data) };
    let footer = footer(header.end(), table.len() as u64);
    Ok([&header.to_bytes(), &*data, &*table, &footer].concat())
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    hash_of(bytes).expect("memory can be read")
}
