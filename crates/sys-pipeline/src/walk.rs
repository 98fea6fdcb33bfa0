//! Finds the definition files below a directory.

use std::io;
use std::path::{Path, PathBuf};

/// Deepest directory that is looked into; against loops of mounts.
const MAX_DEPTH: usize = 64;

/// Every `.yaml`, `.yml` and `.json` file below `root`, each directory's names in byte order. Left out: directories
/// `node_modules` and `.git`, `skip`, and links to directories.
pub(crate) fn definition_files(
    root: &Path,
    skip: Option<&Path>,
) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let skip = skip.and_then(|s| s.canonicalize().ok());
    let mut files = Vec::new();
    visit(root, skip.as_deref(), 0, &mut files)?;
    Ok(files)
}

fn visit(
    dir: &Path,
    skip: Option<&Path>,
    depth: usize,
    files: &mut Vec<PathBuf>,
) -> Result<(), (PathBuf, io::Error)> {
    let failed = |e| (dir.to_path_buf(), e);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        names.push((entry.file_name(), entry.file_type().map_err(failed)?));
    }
    names.sort_by(|a, b| a.0.as_encoded_bytes().cmp(b.0.as_encoded_bytes()));
    for (name, kind) in names {
        let path = dir.join(&name);
        if kind.is_dir() {
            let skipped = name == "node_modules" || name == ".git" || is_skipped(&path, skip);
            if !skipped && depth < MAX_DEPTH {
                visit(&path, skip, depth + 1, files)?;
            }
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json")
            && (kind.is_file() || path.is_file())
        {
            files.push(path);
        }
    }
    Ok(())
}

fn is_skipped(path: &Path, skip: Option<&Path>) -> bool {
    skip.is_some_and(|skip| path.canonicalize().is_ok_and(|p| p == skip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_exceptions() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for file in [
            "b/_index.yaml",
            "a.yml",
            "B.json",
            "c.txt",
            "node_modules/x.yaml",
            ".git/x.yaml",
            ".wippy/vendor/x.yaml",
            "b/.wippy/kept.yaml",
        ] {
            std::fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            std::fs::write(root.join(file), "").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(root, root.join("b/loop")).unwrap();
        let files = definition_files(root, Some(&root.join(".wippy"))).unwrap();
        let names: Vec<_> =
            files.iter().map(|f| f.strip_prefix(root).unwrap().display().to_string()).collect();
        assert_eq!(names, ["B.json", "a.yml", "b/.wippy/kept.yaml", "b/_index.yaml"]);
        assert!(definition_files(&root.join("nowhere"), None).is_err());
    }
}
