//! Rules about manifests and the lock file.

use super::{Found, report};
use crate::tree::{Package, Tree};

/// Fields that every package takes from the workspace.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];
/// Where every locked crate comes from: a private mirror in the lock file would tie others to it.
const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn check(tree: &Tree, found: &mut Found) {
    for package in &tree.packages {
        let path = format!("{}/Cargo.toml", package.dir);
        if let Some(file) = tree.file(&path) {
            manifest(package, &path, &file.text, found);
        }
    }
    for (number, line) in tree.file("Cargo.lock").into_iter().flat_map(|file| file.text.lines().enumerate()) {
        let source = line.strip_prefix("source = \"").and_then(|rest| rest.strip_suffix('"'));
        if source.is_some_and(|source| source != INDEX) {
            report(found, "Cargo.lock", number + 1, "every crate is locked to the public index");
        }
    }
}

fn manifest(package: &Package, path: &str, text: &str, found: &mut Found) {
    let folder = package.dir.rsplit('/').next().unwrap_or_default();
    if folder != package.name {
        report(found, path, 0, format!("folder `{folder}` and package `{}` bear one name", package.name));
    }
    if package.description.is_empty() {
        report(found, path, 0, "a package says in `description` what it is");
    }
    let lines: Vec<(&str, usize, &str)> = sections(text).collect();
    let has = |section: &str, wanted: &str| {
        lines.iter().any(|(of, _, line)| *of == section && line.replace(' ', "") == wanted)
    };
    for field in INHERITED {
        if !has("package", &format!("{field}.workspace=true")) {
            report(found, path, 0, format!("`{field}.workspace = true` is missing in [package]"));
        }
    }
    if !has("lints", "workspace=true") {
        report(found, path, 0, "`[lints] workspace = true` is missing");
    }
    for (section, number, line) in &lines {
        let plain = section.ends_with("dependencies");
        let inherited = line.replace(' ', "").contains("workspace=true");
        if plain && line.contains('=') && !inherited {
            report(
                found,
                path,
                *number,
                "a dependency stands in the root manifest; here it says `workspace = true`",
            );
        }
        if section.contains("dependencies.") && line.starts_with("version") {
            report(
                found,
                path,
                *number,
                "a dependency stands in the root manifest; here it says `workspace = true`",
            );
        }
    }
}

/// Every line that says something, with its section and its number.
fn sections(text: &str) -> impl Iterator<Item = (&str, usize, &str)> {
    let mut section = "";
    text.lines().enumerate().filter_map(move |(number, line)| {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim_matches(['[', ']']);
            return None;
        }
        (!line.is_empty() && !line.starts_with('#')).then_some((section, number + 1, line))
    })
}
