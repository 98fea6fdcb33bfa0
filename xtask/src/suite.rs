//! Runs the whole test suite, and says before it starts what that leaves out.

use crate::tree::{self, Tree};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Profile that tests, specs and the smoke of the benches share, so that dependencies compile once.
const PROFILE: &str = "ci";

/// Interpreters that the engine is compared with, where they are installed.
const PEERS: [&str; 2] = ["lua5.3", "lua5.4"];

/// Runs every test of the workspace; the last lines are cargo's own.
///
/// # Errors
/// When a test fails or cargo cannot be started.
pub fn run(root: &Path, rest: &[String]) -> Result<()> {
    let mut left_out = left_out(&Tree::load(root)?);
    let missing = PEERS.iter().filter(|peer| Command::new(peer).arg("-v").output().is_err());
    left_out.extend(missing.map(|peer| format!("random programs beside {peer}: it is not installed")));
    println!("left out: {}", left_out.len());
    left_out.iter().for_each(|what| println!("  - {what}"));
    let mut cargo = tree::cargo();
    cargo.current_dir(root).args(["test", "--workspace", "--profile", PROFILE, "--locked", "--no-fail-fast"]);
    // Harnesses outside the application's crate find here the binary that cargo builds for its own tests.
    cargo.env("WIPPY_BIN", binary(root)?);
    cargo.args(rest);
    execute(&mut cargo)
}

/// What the binary says about itself: the JSON that the reference pages are written from.
///
/// # Errors
/// When there is no application crate, it does not build, or its answer fails.
pub fn describe(root: &Path) -> Result<String> {
    if !root.join("crates/wippy").is_dir() {
        bail!("there is no crate `wippy` yet, so nothing describes itself");
    }
    execute(tree::cargo().current_dir(root).args([
        "build",
        "--profile",
        PROFILE,
        "--locked",
        "-p",
        "wippy",
    ]))?;
    let out =
        Command::new(binary(root)?).arg("__describe").output().context("cannot start wippy __describe")?;
    if !out.status.success() {
        bail!("wippy __describe: {}", String::from_utf8_lossy(&out.stderr).trim());
    }
    String::from_utf8(out.stdout).context("wippy __describe prints no text")
}

fn binary(root: &Path) -> Result<PathBuf> {
    Ok(tree::target_dir(root)?.join(PROFILE).join("wippy"))
}

/// Runs a command, printed first, with our own output.
pub(crate) fn execute(command: &mut Command) -> Result<()> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    let line = line.join(" ");
    println!("$ {line}");
    let status = command.status().with_context(|| format!("cannot start {line}"))?;
    if !status.success() {
        bail!("`{line}`: {status}");
    }
    Ok(())
}

/// Checks that exist and that this suite does not run, each with the command that does.
fn left_out(tree: &Tree) -> Vec<String> {
    let mut list = Vec::new();
    for package in &tree.packages {
        let sources = format!("{}/src/", package.dir);
        let models = tree.files.iter().filter(|file| file.path.starts_with(&sources)).any(|file| {
            let code = crate::rust::split(&file.text).code;
            ["cfg(all(test, loom))", "cfg(all(loom, test))"].iter().any(|cfg| code.contains(cfg))
        });
        if models {
            let name = &package.name;
            let run = "RUSTFLAGS='--cfg loom' cargo test --release --target-dir target/loom -p";
            list.push(format!("loom models of {name}: {run} {name} --lib models"));
        }
    }
    if !tree.packages.iter().any(|package| package.name == "wippy") {
        list.push("reference pages and specs: there is no crate `wippy` yet".into());
    }
    let fuzz = tree.files.iter().filter(|file| file.path.ends_with("fuzz/Cargo.toml"));
    list.extend(fuzz.map(|file| format!("fuzz targets of {}: cargo fuzz run", file.path)));
    list.push("figures: cargo xtask bench".into());
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{File, Package};

    #[test]
    fn what_is_left_out_is_named_with_its_command() {
        let package =
            |name: &str| Package { name: name.into(), dir: format!("crates/{name}"), ..Package::default() };
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let mut tree = Tree {
            packages: vec![package("core-relay"), package("core-sched")],
            files: vec![
                file("crates/core-sched/src/mailbox.rs", "#[cfg(all(loom, test))]\nmod models;\n"),
                file("crates/core-relay/src/lib.rs", "// cfg(all(loom, test))\n"),
            ],
            ..Tree::default()
        };
        let list = left_out(&tree);
        assert_eq!(list.len(), 3, "{list:#?}");
        assert!(list[0].starts_with("loom models of core-sched: RUSTFLAGS="));
        assert!(list[1].contains("no crate `wippy`"));

        tree.packages.push(package("wippy"));
        assert_eq!(left_out(&tree).len(), 2);
    }
}
