//! Command line of the workspace's chores: `cargo xtask --help`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool for developers")]

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use std::process::ExitCode;
use xtask::tree::Tree;
use xtask::{bench, dist, docs, map, stubs, suite, tidy};

/// Chores of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Checks the rules of the house: layers, captions, sizes, `unsafe`, words (a test runs it too)
    Tidy,
    /// Writes docs/MAP.md from the first line of every source file
    Map,
    /// Writes docs/modules, docs/kinds and docs/lint from what the binary says about itself
    Docs,
    /// Runs every test of the workspace; arguments after `--` go to `cargo test`
    Test {
        /// Passed on to `cargo test`, for example `-p xtask`
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Measures our figures beside the installed peers, in one run
    Bench(bench::Options),
    /// Builds what is shipped, laid out by what a training run counts, and prints where it lies
    Dist,
    /// Writes the stub of a Lua module
    NewModule {
        /// Name that Lua code requires, for example `base64`
        name: String,
        /// `lua-std` for values only, `lua-sys` for core and system, `lua-svc` for services
        #[arg(long = "crate", default_value = "lua-std", value_parser = ["lua-std", "lua-sys", "lua-svc"])]
        into: String,
    },
    /// Writes the stub of an entry kind
    NewKind {
        /// Kind as it stands in YAML, for example `store.memory`
        name: String,
        /// Service crate that owns it, for example `svc-store`
        #[arg(long = "crate")]
        into: String,
    },
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let root = xtask::tree::root()?;
    match Cli::parse().command {
        Chore::Tidy => {
            let found = tidy::check(&Tree::load(&root)?);
            found.iter().for_each(|violation| println!("{violation}"));
            if !found.is_empty() {
                bail!("{} violation(s) of the rules of the house", found.len());
            }
            println!("tidy: clean");
            Ok(())
        }
        Chore::Map => map::write(&Tree::load(&root)?),
        Chore::Docs => docs::write(&root, &suite::describe(&root)?),
        Chore::Test { rest } => suite::run(&root, &rest),
        Chore::Bench(options) => bench::run(&root, &options),
        Chore::Dist => dist::run(&root),
        Chore::NewModule { name, into } => stubs::new_module(&root, &name, &into),
        Chore::NewKind { name, into } => stubs::new_kind(&root, &name, &into),
    }
}
