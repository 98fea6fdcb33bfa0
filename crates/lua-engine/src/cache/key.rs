//! The node's key: a secret of this user, made on first use, where no application reads.

use infra_clock::Rng;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

const FOLDER: &str = "wippy";
const FILE: &str = "node.key";
const BYTES: usize = 32;

/// The key below the directory `state`, made if it is absent and `make` says so. The error says why there is none.
///
/// It must not lie in one of `forbidden`: what an application can write there it could sign itself.
pub(super) fn secret<'a>(
    state: &Path,
    mut forbidden: impl Iterator<Item = &'a Path>,
    make: bool,
) -> Result<[u8; BYTES], String> {
    let folder = real(&state.join(FOLDER));
    let path = folder.join(FILE);
    if let Some(dir) = forbidden.find(|dir| folder.starts_with(real(dir))) {
        return Err(format!(
            "its key would be {}, inside of {}; set XDG_STATE_HOME to a directory elsewhere",
            path.display(),
            real(dir).display()
        ));
    }
    match (read(&path)?, make) {
        (Some(secret), _) => Ok(secret),
        (None, false) => Err(format!(
            "there is no key at {} yet, it is made by a start with lua.cache.mode readwrite",
            path.display()
        )),
        (None, true) => {
            create(&folder, &path).map_err(|e| format!("its key {} can't be made: {e}", path.display()))?;
            read(&path)?.ok_or_else(|| format!("its key {} was removed", path.display()))
        }
    }
}

/// The key, if it is there and nobody else can know it.
fn read(path: &Path) -> Result<Option<[u8; BYTES]>, String> {
    let shown = path.display();
    let failed = |e: std::io::Error| format!("its key {shown} can't be read: {e}");
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut file = match OpenOptions::new().read(true).custom_flags(nonblock).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let meta = file.metadata().map_err(failed)?;
    if !meta.is_file() || meta.len() != BYTES as u64 {
        return Err(format!(
            "its key {shown} is no file of {BYTES} bytes; remove it, and another one is made"
        ));
    }
    if meta.mode() & 0o077 != 0 {
        let mode = meta.mode() & 0o777;
        return Err(format!(
            "its key {shown} is open to others (mode {mode:03o}); remove it, and another one is made"
        ));
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(format!(
            "its key {shown} belongs to another user; set XDG_STATE_HOME to a directory of your own"
        ));
    }
    let mut secret = [0; BYTES];
    file.read_exact(&mut secret).map_err(failed)?;
    Ok(Some(secret))
}

/// Makes the key, whole and for this user alone, unless another node was first.
fn create(folder: &Path, path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let beside = folder.join(format!("{FILE}.{:016x}", Rng::from_entropy().next_u64()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let linked = file
        .write_all(&infra_clock::secret()?)
        .and_then(|()| file.sync_all())
        // Unlike a rename it replaces nothing.
        .and_then(|()| std::fs::hard_link(&beside, path));
    std::fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Where `path` leads, also as long as its last parts are not there.
fn real(path: &Path) -> PathBuf {
    // The empty path is the directory at hand, too.
    let path = std::path::absolute(Path::new(".").join(path)).unwrap_or_else(|_| path.to_path_buf());
    let mut real = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = real.pop(),
            Component::CurDir => {}
            part => real.push(part),
        }
        if let Ok(followed) = real.canonicalize() {
            real = followed;
        }
    }
    real
}

#[cfg(test)]
mod tests;
