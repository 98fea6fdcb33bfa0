//! `file://` in text fields: reads the file into the field, inside of the load root only.

use infra_base::{Data, SourceFile, nearest};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Largest file that is read into a field.
const LIMIT: u64 = 64 << 20;

/// Where `file://` may read.
pub(crate) struct Root {
    /// As the user knows it.
    shown: PathBuf,
    /// Without links.
    real: PathBuf,
}

/// A file that was read into a field.
pub(crate) struct Included {
    pub(crate) data: Data,
    pub(crate) file: Arc<SourceFile>,
}

impl Root {
    pub(crate) fn new(dir: &Path) -> std::io::Result<Root> {
        Ok(Root { shown: dir.to_path_buf(), real: dir.canonicalize()? })
    }

    /// Reads what `reference` (the text behind `file://`) names, from a definition file in `beside`.
    pub(crate) fn read(&self, reference: &str, beside: &Path) -> Result<Included, String> {
        let path = match reference.strip_prefix('/') {
            Some(from_root) => self.shown.join(from_root),
            None => beside.join(reference),
        };
        let shown = tidy(&path);
        let outside = || format!("file://{reference} leads out of {}", tidy(&self.shown).display());
        if leaves(reference) && !tidy(&path).starts_with(tidy(&self.shown)) {
            return Err(outside());
        }
        let real = path.canonicalize().map_err(|e| self.not_there(&path, &e))?;
        if !real.starts_with(&self.real) {
            return Err(outside());
        }
        let size = std::fs::metadata(&real).map_err(|e| self.not_there(&path, &e))?;
        if !size.is_file() {
            return Err(format!("{} is not a file", shown.display()));
        }
        if size.len() > LIMIT {
            return Err(format!("{} is larger than {} MiB", shown.display(), LIMIT >> 20));
        }
        let bytes = std::fs::read(&real).map_err(|e| self.not_there(&path, &e))?;
        let name = shown.display().to_string();
        Ok(match String::from_utf8(bytes) {
            Ok(text) => {
                Included { data: Data::text(text.as_str()), file: Arc::new(SourceFile { name, text }) }
            }
            Err(e) => {
                let text = String::from_utf8_lossy(e.as_bytes()).into_owned();
                Included {
                    data: Data::Bytes(e.into_bytes().into()),
                    file: Arc::new(SourceFile { name, text }),
                }
            }
        })
    }

    fn not_there(&self, path: &Path, error: &std::io::Error) -> String {
        let shown = tidy(path);
        if error.kind() != std::io::ErrorKind::NotFound {
            return format!("{} can't be read: {error}", shown.display());
        }
        let wanted = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let inside = path.parent().and_then(|p| p.canonicalize().ok()).filter(|p| p.starts_with(&self.real));
        let mut names: Vec<String> = inside
            .and_then(|dir| std::fs::read_dir(dir).ok())
            .map(|list| list.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        names.sort();
        match nearest(&wanted, names.iter().map(String::as_str)) {
            Some(near) => format!("{} does not exist, did you mean {near}?", shown.display()),
            None => format!("{} does not exist", shown.display()),
        }
    }
}

fn leaves(reference: &str) -> bool {
    Path::new(reference.trim_start_matches('/')).components().any(|c| c == Component::ParentDir)
}

/// Without `.` and `x/..`, by text alone.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
