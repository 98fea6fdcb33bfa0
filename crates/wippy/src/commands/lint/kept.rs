//! What the last run found, kept in one file for each application, so that it is not checked again.
//!
//! The file lies in this user's cache directory, where no application writes: `wippy/lint/<application>.kept`. It is a magic, a
//! hash of the rest, and a record for each entry, found again by a key that covers everything the outcome depends on. A file that
//! is of others, too long, or not exactly as it was written counts as absent and is replaced; so a run never depends on it.

mod wire;

use super::checks::Outcome;
use super::plan::Plan;
use crate::state;
use infra_clock::Rng;
use lua_types::Report;
use std::collections::{HashMap, HashSet};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Identifies all that an outcome depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(pub(super) [u8; 32]);

/// Most bytes of a file.
const MOST: u64 = 256 << 20;

/// What is known of an entry.
struct Record {
    key: Key,
    digest: u128,
    manifest: Vec<u8>,
    reports: Vec<Report>,
}

/// What was kept, by entry.
pub(super) struct Kept {
    /// `None`: nothing is kept.
    path: Option<PathBuf>,
    records: HashMap<String, Record>,
}

impl Kept {
    /// What the last run in this directory left; `reset`: it is forgotten.
    pub(super) fn open(reset: bool) -> Kept {
        let path = state::cache_dir(|name| std::env::var_os(name)).and_then(|dir| path(&dir));
        Kept::at(path, reset)
    }

    fn at(path: Option<PathBuf>, reset: bool) -> Kept {
        let mut kept = Kept { path, records: HashMap::new() };
        if let Some(path) = kept.path.as_deref().filter(|_| !reset) {
            match read(path) {
                Ok(bytes) => match wire::decode(&bytes) {
                    Some(records) => kept.records = records,
                    None => unused(path, &"it is damaged, or of another version"),
                },
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => unused(path, &error),
            }
        }
        kept
    }

    /// Drops all of it.
    pub(super) fn forget(&mut self) {
        self.records.clear();
    }

    /// What came of the entry, if nothing that matters has changed since.
    pub(super) fn find(&self, id: &str, key: &Key) -> Option<Outcome> {
        let record = self.records.get(id).filter(|record| record.key == *key)?;
        let (reports, bytes) = (record.reports.clone(), record.manifest.clone());
        Some(Outcome {
            key: *key,
            reports,
            digest: record.digest,
            manifest: OnceLock::new(),
            bytes,
            fresh: false,
        })
    }

    /// Keeps what this run found; failing to do so costs the next run time and nothing else.
    pub(super) fn close(mut self, plan: &Plan<'_>, found: &[Option<Outcome>]) {
        let Some(path) = self.path.take() else { return };
        let ids: HashSet<&str> = plan.items.iter().map(|item| item.entry.id.as_str()).collect();
        let before = self.records.len();
        self.records.retain(|id, _| ids.contains(id.as_str()));
        if self.records.len() == before && !found.iter().flatten().any(|outcome| outcome.fresh) {
            return;
        }
        for (item, outcome) in plan.items.iter().zip(found) {
            let Some(outcome) = outcome else { continue };
            let (reports, manifest) = (outcome.reports.clone(), outcome.bytes.clone());
            let record = Record { key: outcome.key, digest: outcome.digest, manifest, reports };
            self.records.insert(item.entry.id.as_str().to_owned(), record);
        }
        let bytes = wire::encode(&self.records);
        if let Err(error) = write(&path, &bytes) {
            let file = path.display();
            tracing::debug!(target: "lint", %file, %error, "what was found can't be kept");
        }
    }
}

fn unused(path: &Path, why: &dyn std::fmt::Display) {
    tracing::debug!(target: "lint", file = %path.display(), "what was kept is not used: {why}");
}

/// The file of the application in the directory at hand.
fn path(cache: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let name = blake3::hash(here.as_os_str().as_encoded_bytes()).to_hex();
    Some(cache.join("wippy/lint").join(format!("{}.kept", &name.as_str()[..32])))
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let no = |why| Err(std::io::Error::new(ErrorKind::InvalidData, why));
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblock).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() || meta.len() > MOST {
        return no("no regular file of a size like that");
    }
    if meta.uid() != rustix::process::geteuid().as_raw() || meta.mode() & 0o022 != 0 {
        return no("others may have written it");
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    file.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes beside and renames: others see the whole file or none.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(dir) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let beside = path.with_extension(format!("{:016x}.tmp", Rng::from_entropy().next_u64()));
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = file.write_all(bytes).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // It is of no use to anybody.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests;
