//! Compiled code and checked types on disk: one file a source, under the node's key.
//!
//! A file is found by an id made of the key, this build, the entry, its source and whatever else decides, so a change of any of
//! them means another file; what is out of use lies there until the directory is full. A file is read whole and nothing of it is looked at before its MAC
//! was compared ([`lua_vm::CodeKey`], [`check`]). Files appear whole under their name, so nodes may share a directory. Whatever goes
//! wrong costs the time to compile or check and nothing else: a file that is no good is replaced, a directory that is no good is
//! warned about once.

mod check;
mod key;

pub(crate) use check::CheckId;

use check::CheckKey;
use infra_clock::Rng;
use lua_vm::{CodeId, CodeKey, Proto};
use parking_lot::Mutex;
use std::fmt::Display;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::SystemTime;

/// Where compiled code and checked types are kept between runs.
#[derive(Clone, Debug)]
pub struct CacheOptions {
    /// Directory of the files.
    pub dir: PathBuf,
    /// Whether files are written, or only read.
    pub write: bool,
    /// Whether compiled code is kept.
    pub code: bool,
    /// Whether it is kept what checks of types came to.
    pub types: bool,
    /// Directory of this user's state, where the key lies; `None`: the system names none.
    pub state: Option<PathBuf>,
    /// Directories of the application: the key must not lie in them.
    pub application: Vec<PathBuf>,
}

/// Most bytes of the directory's files, blocks counted whole.
const MOST: u64 = 256 << 20;

/// Most bytes of one file.
const MOST_OF_A_FILE: u64 = 32 << 20;

/// What a file takes at least on most systems.
const BLOCK: u64 = 4096;

const CODE: &str = ".luac";
const CHECK: &str = ".types";

/// An open cache.
pub(crate) struct Cache {
    dir: PathBuf,
    key: CodeKey,
    checks: CheckKey,
    most: u64,
    /// Cleared when writing has failed.
    write: AtomicBool,
    /// Whether it was said that files cannot be read.
    told: AtomicBool,
    /// Bytes of the directory, as far as known: nodes that share it count for themselves.
    size: Mutex<Option<u64>>,
}

impl Cache {
    /// Reads the key, or makes it if files are to be written. The error says why the cache is off.
    pub(crate) fn open(options: &CacheOptions) -> Result<Cache, String> {
        let state = options.state.as_deref();
        let state = state.ok_or("neither XDG_STATE_HOME nor HOME names a directory for its key")?;
        let application = options.application.iter().chain([&options.dir]);
        let secret = key::secret(state, application.map(PathBuf::as_path), options.write)?;
        Ok(Cache {
            dir: options.dir.clone(),
            key: CodeKey::new(&secret),
            checks: CheckKey::new(&secret),
            most: MOST,
            write: AtomicBool::new(options.write),
            told: AtomicBool::new(false),
            size: Mutex::new(None),
        })
    }

    /// Identifies the code of an entry: of the text of a source, or of the bytes of a tree, with what it may name freely of its imports.
    pub(crate) fn id(&self, entry: &str, source: &[u8], names: &[Box<str>]) -> CodeId {
        self.key.id_of_unit(entry, source, names)
    }

    /// Identifies what the check of an entry comes to, by all that decides it.
    pub(crate) fn check_id<'p>(&self, parts: impl IntoIterator<Item = &'p [u8]>) -> CheckId {
        self.checks.id(parts)
    }

    /// The code, if it is there.
    pub(crate) fn load(&self, id: &CodeId) -> Option<Arc<Proto>> {
        let path = self.path(id, CODE);
        let bytes = self.bytes(&path)?;
        self.key.open(id, &bytes).inspect_err(|why| unused(&path, why)).ok()
    }

    /// Keeps code that was compiled.
    pub(crate) fn store(&self, id: &CodeId, proto: &Proto) {
        self.keep(id, CODE, || self.key.seal(id, proto));
    }

    /// What was kept with [`store_check`](Self::store_check), if it is there.
    pub(crate) fn load_check(&self, id: &CheckId) -> Option<Vec<u8>> {
        let path = self.path(id, CHECK);
        let bytes = self.bytes(&path)?;
        let opened = self.checks.open(id, &bytes);
        if opened.is_none() {
            unused(&path, &"its MAC is not right");
        }
        opened.map(<[u8]>::to_vec)
    }

    /// Keeps what a check came to.
    pub(crate) fn store_check(&self, id: &CheckId, found: &[u8]) {
        self.keep(id, CHECK, || self.checks.seal(id, found));
    }

    /// The bytes of a file; `None`: it is not there or cannot be read.
    fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        read(path)
            .inspect_err(|error| match error.kind() {
                ErrorKind::NotFound => {}
                ErrorKind::InvalidData => unused(path, error),
                _ => self.tell_unreadable(path, error),
            })
            .ok()
    }

    fn keep(&self, id: &dyn Display, suffix: &str, seal: impl FnOnce() -> Vec<u8>) {
        if !self.write.load(Relaxed) {
            return;
        }
        let bytes = seal();
        if bytes.len() as u64 > MOST_OF_A_FILE {
            return;
        }
        if let Err(error) = self.write(id, suffix, &bytes).and_then(|()| self.account(bytes.len() as u64))
            && self.write.swap(false, Relaxed)
        {
            let dir = self.dir.display();
            tracing::warn!(target: "lua", %dir, %error, "compiled code can't be kept, the start goes on without");
        }
    }

    fn path(&self, id: &dyn Display, suffix: &str) -> PathBuf {
        self.dir.join(format!("{id}{suffix}"))
    }

    fn tell_unreadable(&self, path: &Path, error: &Error) {
        if !self.told.swap(true, Relaxed) {
            let file = path.display();
            tracing::warn!(target: "lua", %file, %error, "compiled code can't be read, the start goes on without");
        }
    }

    /// Writes beside and renames: others see the whole file or none.
    fn write(&self, id: &dyn Display, suffix: &str, bytes: &[u8]) -> std::io::Result<()> {
        let chance = Rng::from_entropy().next_u64();
        let beside = self.dir.join(format!("{id}.{chance:016x}.tmp"));
        let create = || OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside);
        let mut file = match create() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
                create()?
            }
            created => created?,
        };
        match file.write_all(bytes).and_then(|()| std::fs::rename(&beside, self.path(id, suffix))) {
            // A node that made room took it for something old.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => {
                // What is left of it goes when room is made.
                let _ = std::fs::remove_file(&beside);
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Counts a file that was written, and makes room when the directory is full.
    fn account(&self, len: u64) -> std::io::Result<()> {
        let mut size = self.size.lock();
        // The first time all files are counted, the new one among them.
        let known = size.map(|known| known + len.next_multiple_of(BLOCK));
        *size = match known {
            Some(known) if known <= self.most => Some(known),
            _ => Some(clear(&self.dir, self.most)?),
        };
        Ok(())
    }
}

fn unused(path: &Path, why: &dyn Display) {
    tracing::debug!(target: "lua", file = %path.display(), "a cached file is not used: {why}");
}

/// The bytes of a regular file; `InvalidData` for anything else and for what is too long.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut file = OpenOptions::new().read(true).custom_flags(nonblock).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() || meta.len() > MOST_OF_A_FILE {
        return Err(Error::new(ErrorKind::InvalidData, "no regular file of a size like that"));
    }
    let mut bytes = vec![0; meta.len() as usize];
    read_whole(&mut file, &mut bytes)?;
    Ok(bytes)
}

fn read_whole(file: &mut File, bytes: &mut [u8]) -> std::io::Result<()> {
    file.read_exact(bytes).map_err(|e| match e.kind() {
        ErrorKind::UnexpectedEof => Error::new(ErrorKind::InvalidData, "it was cut while it was read"),
        _ => e,
    })
}

/// Bytes of all files of a cache in `dir`; above `most` those that were not used for longest are removed, down to three
/// quarters. Time of use is the later of access and change, so a system that notes no accesses keeps the newest.
fn clear(dir: &Path, most: u64) -> std::io::Result<u64> {
    let mut total = 0;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let ours = entry.file_name().to_str().is_some_and(is_ours);
        // Another node may have removed it.
        let Some(meta) = entry.metadata().ok().filter(|meta| ours && meta.is_file()) else { continue };
        let used = [meta.accessed(), meta.modified()].into_iter().flatten().max();
        let size = meta.len().next_multiple_of(BLOCK);
        total += size;
        files.push((used.unwrap_or(SystemTime::UNIX_EPOCH), size, entry.path()));
    }
    if total <= most {
        return Ok(total);
    }
    files.sort();
    for (_, size, path) in files {
        if total <= most / 4 * 3 {
            break;
        }
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => total -= size,
        }
    }
    Ok(total)
}

/// Files under other names are left alone: somebody may have chosen a directory of his own.
fn is_ours(name: &str) -> bool {
    let Some((id, rest)) = name.split_at_checked(64) else { return false };
    let known = rest == CODE || rest == CHECK || (rest.starts_with('.') && rest.ends_with(".tmp"));
    known && id.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
