//! Measures our figures beside the installed peers, in one run, against the bounds that were set.
//!
//! Ratios say more than figures: both sides run in turns on the same machine, so that what disturbs one
//! disturbs the other. A row that cannot run says why; none is left out silently. `bench/README.md` explains
//! every row.

mod actors;
mod boot;
pub(crate) mod child;
mod contest;
mod coroutine;
mod cpu;
mod crowd;
mod fair;
mod figure;
mod http;
mod images;
mod memory;
mod pause;
mod peers;
mod preemption;
mod table;
mod types;

pub(crate) use cpu::CASES;
pub(crate) use http::PORT;
pub(crate) use images::CASES as SHARED;

use crate::dist::{self, Trained};
use crate::suite::execute;
use crate::tree;
use anyhow::{Context, Result, bail};
use std::cell::OnceCell;
use std::fmt;
use std::path::{Path, PathBuf};

/// What to measure.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Measures only rows whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Writes the figures as JSON, too
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Least number of runs behind each median
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub runs: u32,
    /// One short run of ours each, with the binaries of the test profile: shows that every row runs, judges nothing
    #[arg(long)]
    pub smoke: bool,
    /// Measures plain release builds, not what is shipped, which takes two builds and some training
    #[arg(long, conflicts_with = "smoke")]
    pub plain: bool,
}

/// Measures and prints; a figure short of its bound is no error, a measurement that breaks down is.
///
/// # Errors
/// When our binaries do not build, the JSON file cannot be written, or a row failed.
pub fn run(root: &Path, options: &Options) -> Result<()> {
    let plan = Plan::new(root, options)?;
    let machine = table::Machine::read();
    println!("{machine}\nour binaries: {}", plan.style);
    let mut rows = Vec::new();
    for section in [
        cpu::rows,
        preemption::rows,
        coroutine::rows,
        images::rows,
        pause::rows,
        types::rows,
        actors::rows,
        memory::rows,
        boot::rows,
        fair::rows,
        crowd::rows,
        http::rows,
    ] {
        rows.extend(section(&plan)?);
    }
    if rows.is_empty() {
        bail!("no row matches `{}`", options.only.as_deref().unwrap_or_default());
    }
    println!("\n{}", table::text(&rows, options.smoke));
    if let Some(path) = &options.json {
        let text =
            serde_json::to_string_pretty(&table::json(&rows, &machine, &plan.style.to_string(), options))?;
        std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    }
    let failed = rows.iter().filter(|row| row.failed()).count();
    if failed > 0 {
        bail!("{failed} row(s) failed");
    }
    Ok(())
}

/// What this run measures, and with which of our binaries.
struct Plan {
    root: PathBuf,
    /// Folder for what peers need: builds, unpacked packages, configuration.
    scratch: PathBuf,
    target: PathBuf,
    only: Option<String>,
    runs: usize,
    smoke: bool,
    style: Style,
    trained: OnceCell<Trained>,
    engine: OnceCell<Ours>,
    application: OnceCell<Ours>,
}

/// How our binaries are built.
enum Style {
    /// As the tests are.
    Test,
    /// As `cargo build --release` does it, and why.
    Plain(String),
    /// As `cargo xtask dist` does it, with this tool.
    Shipped(PathBuf),
}

impl Style {
    fn of(options: &Options) -> Style {
        if options.smoke {
            return Style::Test;
        }
        if options.plain {
            return Style::Plain("asked for".into());
        }
        dist::tool().map_or_else(Style::Plain, Style::Shipped)
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Style::Test => f.write_str("those of the tests"),
            Style::Plain(why) => write!(f, "plain release builds, not what is shipped: {why}"),
            Style::Shipped(_) => f.write_str("as shipped (`cargo xtask dist`)"),
        }
    }
}

/// A binary of ours, or why there is none yet.
type Ours = std::result::Result<PathBuf, String>;

impl Plan {
    fn new(root: &Path, options: &Options) -> Result<Self> {
        let target = tree::target_dir(root)?;
        let scratch = target.join("bench");
        std::fs::create_dir_all(&scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
        Ok(Self {
            root: root.to_path_buf(),
            scratch,
            target,
            only: options.only.clone(),
            runs: if options.smoke { 1 } else { options.runs as usize },
            smoke: options.smoke,
            style: Style::of(options),
            trained: OnceCell::new(),
            engine: OnceCell::new(),
            application: OnceCell::new(),
        })
    }

    fn wants(&self, id: &str) -> bool {
        self.only.as_deref().is_none_or(|text| id.contains(text))
    }

    /// Least seconds of measured work behind a figure.
    fn floor(&self) -> f64 {
        if self.smoke { 0.0 } else { 1.0 }
    }

    /// The interpreter without the system: runs one case of `bench/peers/lua_cpu.lua`.
    fn engine(&self) -> Result<&Ours> {
        cached(&self.engine, || {
            if !self.root.join("crates/lua-vm/examples/luarun.rs").is_file() {
                return Ok(Err("lua-vm has no example `luarun` yet".into()));
            }
            Ok(Ok(self.build(dist::ENGINE)?.join("examples/luarun")))
        })
    }

    /// The application server.
    fn application(&self) -> Result<&Ours> {
        cached(&self.application, || {
            if !self.root.join("crates/wippy").is_dir() {
                return Ok(Err("there is no crate `wippy` yet".into()));
            }
            Ok(Ok(self.build(dist::APPLICATION)?.join("wippy")))
        })
    }

    /// Builds a binary, and returns the folder where it lies; an example in `examples` there.
    fn build(&self, what: &[&str]) -> Result<PathBuf> {
        match &self.style {
            Style::Test => self.build_plain(&self.target, "ci", what),
            Style::Plain(_) => self.build_plain(&self.target, "release", what),
            Style::Shipped(tool) => {
                if self.trained.get().is_none() {
                    let trained = Trained::new(&self.root, tool)?;
                    let _ = self.trained.set(trained);
                }
                self.trained.get().context("trained just now")?.build(what)
            }
        }
    }

    /// The same without training.
    fn build_plain(&self, folder: &Path, profile: &str, what: &[&str]) -> Result<PathBuf> {
        let mut cargo = tree::cargo();
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", folder);
        cargo.args(["build", "--locked", "--profile", profile]).args(what);
        execute(&mut cargo)?;
        Ok(folder.join(profile))
    }
}

fn cached(cell: &OnceCell<Ours>, make: impl FnOnce() -> Result<Ours>) -> Result<&Ours> {
    if let Some(made) = cell.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(cell.get_or_init(|| made))
}

/// Says on the way what is being measured.
fn progress(what: &str) {
    eprintln!("measuring {what}");
}
