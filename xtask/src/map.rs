//! Writes docs/MAP.md: every crate and every source file with its caption.

use crate::layers;
use crate::tidy::caption_of;
use crate::tree::{File, Package, Tree};
use anyhow::{Context, Result};
use std::fmt::Write as _;

/// Where the map lies.
const PATH: &str = "docs/MAP.md";
const HEAD: &str = "# Map\n\nWritten by `cargo xtask map` from the manifests and from the first line of every source \
    file; a test\nchecks that it is fresh. Layers stand lowest first (ARCHITECTURE.md); tests are left out.\n";

/// Writes the map.
///
/// # Errors
/// When the file cannot be written.
pub fn write(tree: &Tree) -> Result<()> {
    let path = tree.root.join(PATH);
    std::fs::create_dir_all(path.parent().context("docs lies in the repository")?)?;
    std::fs::write(&path, render(tree)).with_context(|| format!("cannot write {PATH}"))
}

/// True when the map on disk is what would be written now.
#[must_use]
pub fn is_fresh(tree: &Tree) -> bool {
    tree.file(PATH).is_some_and(|file| file.text == render(tree))
}

fn render(tree: &Tree) -> String {
    let mut out = HEAD.to_owned();
    let mut packages: Vec<&Package> = tree.packages.iter().collect();
    packages
        .sort_by_key(|package| (layers::rank(&package.name), layers::layer(&package.name), &package.name));
    let mut heading = "";
    for package in packages {
        let layer = layers::layer(&package.name);
        if layer != heading {
            let _ = write!(out, "\n## {layer}\n");
            heading = layer;
        }
        let _ = write!(out, "\n### {}\n\n{}\n\n", package.name, package.description);
        let sources = format!("{}/src/", package.dir);
        for file in tree.files.iter().filter(|file| is_source(file, &sources)) {
            let caption = caption_of(&file.text).unwrap_or("(no caption)");
            let _ = writeln!(out, "- `{}`: {caption}", &file.path[sources.len()..]);
        }
    }
    out
}

fn is_source(file: &File, sources: &str) -> bool {
    let test = |part: &str| matches!(part, "tests" | "tests.rs");
    file.is_rust() && file.path.starts_with(sources) && !file.path.split('/').any(test)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let package = |name: &str| Package {
            name: name.into(),
            description: format!("What {name} is."),
            dir: format!("crates/{name}"),
            edges: vec![],
        };
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        Tree {
            packages: vec![package("core-relay"), package("infra-base")],
            files: vec![
                file("crates/core-relay/src/lib.rs", "//! Routes messages.\n"),
                file("crates/infra-base/src/id.rs", "//! Ids.\n"),
                file("crates/infra-base/src/id/tests.rs", "//! Tests.\n"),
                file("crates/infra-base/src/lib.rs", "//! Words.\n"),
            ],
            ..Tree::default()
        }
    }

    #[test]
    fn layers_stand_lowest_first_and_tests_are_left_out() {
        let body = render(&tree());
        let body = body.strip_prefix(HEAD).expect("the head comes first");
        assert_eq!(
            body,
            "\n## infra\n\n### infra-base\n\nWhat infra-base is.\n\n- `id.rs`: Ids.\n- `lib.rs`: Words.\n\
             \n## core\n\n### core-relay\n\nWhat core-relay is.\n\n- `lib.rs`: Routes messages.\n"
        );
    }

    #[test]
    fn a_changed_caption_makes_the_map_stale() {
        let mut tree = tree();
        assert!(!is_fresh(&tree));
        tree.files.push(File { path: PATH.into(), text: render(&tree) });
        assert!(is_fresh(&tree));
        tree.files[0].text = "//! Routes letters.\n".into();
        assert!(!is_fresh(&tree));
    }
}
