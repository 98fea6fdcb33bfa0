//! An application's files, read: configuration, lock, entries.

use crate::cli::{Global, Layers};
use infra_base::{Diagnostic, Error, Result};
use infra_config::{Config, Override, Sources};
use std::path::{Path, PathBuf};
use sys_pipeline::{Lock, Plan, Prepared};

/// The lock of an application, in its directory.
pub(crate) const LOCK_FILE: &str = "wippy.lock";

/// Goes to the directory of `-C`.
pub(crate) fn enter(global: &Global) -> Result<()> {
    let Some(dir) = &global.directory else { return Ok(()) };
    std::env::set_current_dir(dir)
        .map_err(|e| Error::invalid(format!("-C {}: {}", dir.display(), because(&e))))
}

/// What an operating system error says, without its number.
pub(crate) fn because(error: &std::io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text[..end].to_lowercase()
}

/// The merged configuration, and what is odd about it.
pub(crate) fn config(global: &Global, layers: &Layers) -> Result<(Config, Vec<Diagnostic>)> {
    let sources =
        Sources { files: global.config.clone(), profiles: layers.profile.clone(), set: layers.set.clone() };
    let env = |name: &str| std::env::var(name).ok();
    let loaded = infra_config::load(&sources, &env)?;
    Ok((loaded.config, loaded.warnings))
}

/// The entries as the registry takes them.
pub(crate) fn entries(config: &Config, lock_file: &Path, overrides: &[String]) -> Result<Prepared> {
    let dir = PathBuf::new();
    let mut warnings = Vec::new();
    let lock = match Lock::read(lock_file)? {
        Some((lock, told)) => {
            warnings = told;
            lock
        }
        None => {
            tracing::warn!(target: "boot", file = %lock_file.display(), "no lock file, run `wippy init` to write one");
            // The directory of the application, not the root of the file system.
            Lock::absent(Path::new("."))
        }
    };
    let mut all: Vec<Override> = config.overrides.clone();
    for text in overrides {
        all.push(sys_pipeline::override_from_text(text)?);
    }
    let plan = Plan::new(&dir, &lock, config);
    let mut prepared = sys_pipeline::prepare(&plan, &all, &config.disable)?;
    warnings.append(&mut prepared.warnings);
    prepared.warnings = warnings;
    Ok(prepared)
}

/// Logs warnings, one line each.
pub(crate) fn log_warnings(warnings: &[Diagnostic]) {
    for warning in warnings {
        match &warning.help {
            Some(help) => tracing::warn!(target: "boot", help, "{}", warning.one_line()),
            None => tracing::warn!(target: "boot", "{}", warning.one_line()),
        }
    }
}
