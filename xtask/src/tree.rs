//! The workspace as data: its packages with their edges, and its text files.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything the rules look at; tests build one by hand to plant a violation.
#[derive(Debug, Default)]
pub struct Tree {
    /// Absolute path of the repository.
    pub root: PathBuf,
    /// Packages of the workspace, sorted by name.
    pub packages: Vec<Package>,
    /// Text files of the repository, sorted by path.
    pub files: Vec<File>,
}

/// One package of the workspace.
#[derive(Debug, Default, Clone)]
pub struct Package {
    /// Name in its manifest.
    pub name: String,
    /// Description in its manifest; empty when there is none.
    pub description: String,
    /// Folder, relative to the root, with `/`.
    pub dir: String,
    /// Dependencies on packages of the workspace.
    pub edges: Vec<Edge>,
}

/// A dependency of one package of the workspace on another.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Package depended on.
    pub to: String,
    /// True for `[dev-dependencies]`.
    pub dev: bool,
}

/// A text file of the repository.
#[derive(Debug, Clone)]
pub struct File {
    /// Path relative to the root, with `/`.
    pub path: String,
    /// Its whole text.
    pub text: String,
}

impl File {
    /// True for Rust source.
    #[must_use]
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Name of the package whose folder holds this file.
    #[must_use]
    pub fn package(&self) -> Option<&str> {
        match self.path.strip_prefix("crates/") {
            Some(rest) => rest.split_once('/').map(|(name, _)| name),
            None => self.path.starts_with("xtask/").then_some("xtask"),
        }
    }
}

/// Folders that are not ours to judge: build output, checkouts, fetched modules.
const SKIPPED: &[&str] = &["target", "dist", ".git", ".wippy", "vendor"];
/// Endings of the files that are read; a file without an ending is read when it is a script of `.ci`.
const TEXT: &[&str] = &[
    "rs", "toml", "lock", "md", "yaml", "yml", "json", "lua", "sh", "conf", "erl", "go", "mod", "sum", "out",
];

/// Root of the workspace that this program was built in.
///
/// # Errors
/// When the folder has been moved since, so that no workspace manifest is there.
pub fn root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
    if !root.join("Cargo.toml").is_file() {
        bail!("{} holds no workspace: build xtask again", root.display());
    }
    Ok(root.to_path_buf())
}

/// The cargo that runs us, so that a toolchain override stays in force.
#[must_use]
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Folder for build output, as cargo sees it (`CARGO_TARGET_DIR` and configuration included).
///
/// # Errors
/// When cargo cannot read the workspace.
pub fn target_dir(root: &Path) -> Result<PathBuf> {
    let meta = metadata(root)?;
    Ok(PathBuf::from(meta["target_directory"].as_str().context("cargo metadata names no target directory")?))
}

impl Tree {
    /// Reads the workspace under `root`.
    ///
    /// # Errors
    /// When cargo cannot read the workspace or a folder cannot be listed.
    pub fn load(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(root, root, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { root: root.to_path_buf(), packages: packages(root, &metadata(root)?), files })
    }

    /// The file at `path`, when there is one.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

fn metadata(root: &Path) -> Result<Value> {
    let out = cargo()
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cannot start cargo metadata")?;
    if !out.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&out.stderr).trim());
    }
    serde_json::from_slice(&out.stdout).context("cargo metadata is not JSON")
}

fn packages(root: &Path, meta: &Value) -> Vec<Package> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all: Vec<Package> = list(&meta["packages"])
        .iter()
        .map(|package| Package {
            name: text(&package["name"]),
            description: text(&package["description"]),
            dir: relative(root, Path::new(&text(&package["manifest_path"])).parent().unwrap_or(root)),
            edges: list(&package["dependencies"])
                .iter()
                .filter(|dep| !dep["path"].is_null())
                .map(|dep| Edge { to: text(&dep["name"]), dev: dep["kind"] == "dev" })
                .collect(),
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<File>) -> Result<()> {
    for item in std::fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))? {
        let item = item?;
        let (path, name) = (item.path(), item.file_name());
        let name = name.to_string_lossy();
        if item.file_type()?.is_dir() {
            if !SKIPPED.contains(&name.as_ref()) {
                collect(root, &path, files)?;
            }
            continue;
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        let wanted = match ending {
            Some(ending) => TEXT.contains(&ending),
            None => dir.file_name().is_some_and(|folder| folder == ".ci"),
        };
        if wanted && let Ok(text) = std::fs::read_to_string(&path) {
            files.push(File { path: relative(root, &path), text });
        }
    }
    Ok(())
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
