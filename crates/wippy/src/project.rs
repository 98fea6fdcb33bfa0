//! An application's files, read: configuration, lock, entries.

use crate::cli::{Global, Layers};
use infra_base::{Diagnostic, Error, Result, Severity};
use infra_config::{Config, Defaults, Override, Sources};
use std::path::{Path, PathBuf};
use sys_pipeline::{Changes, EntrySet, Link, Lock, MISSING_MODULE, Pack, Plan, Prepared, SKIPPED_FILE};

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
    config_over(global, layers, None)
}

/// The same over what a pack brings.
pub(crate) fn config_over(
    global: &Global,
    layers: &Layers,
    pack: Option<&Pack>,
) -> Result<(Config, Vec<Diagnostic>)> {
    let (files, profiles, set) = (global.config.clone(), layers.profile.clone(), layers.set.clone());
    let defaults = match pack {
        Some(pack) => pack.runtime()?.map(|sections| (pack, sections)),
        None => None,
    };
    let defaults =
        defaults.map(|(pack, sections)| Defaults { name: format!("runtime of {}", pack.name), sections });
    let sources = Sources { files, profiles, set, defaults };
    let env = |name: &str| std::env::var(name).ok();
    let loaded = infra_config::load(&sources, &env)?;
    Ok((loaded.config, loaded.warnings))
}

/// The entries as the registry takes them.
pub(crate) fn entries(config: &Config, lock_file: &Path, overrides: &[String]) -> Result<Prepared> {
    let loaded = load(config, lock_file)?;
    sys_pipeline::prepare(loaded, &changes(config, overrides)?)
}

/// The entries of every file that the lock names, as they were written.
pub(crate) fn load(config: &Config, lock_file: &Path) -> Result<(EntrySet, Vec<Diagnostic>)> {
    let (lock, mut warnings) = match Lock::read(lock_file)? {
        Some(found) => found,
        None => {
            tracing::warn!(target: "boot", file = %lock_file.display(), "no lock file, run `wippy init` to write one");
            // The directory of the application, not the root of the file system.
            (Lock::absent(Path::new(".")), Vec::new())
        }
    };
    let (entries, told) = sys_pipeline::load(&Plan::new(&PathBuf::new(), &lock, config));
    warnings.extend(told);
    Ok((entries, warnings))
}

/// The entries of a pack, taken out of it, as the registry takes them: the configuration and the command line may change them.
pub(crate) fn packed(config: &Config, pack: &mut Pack, overrides: &[String]) -> Result<Prepared> {
    let mut changes = changes(config, overrides)?;
    let mut warnings = Vec::new();
    // Who publishes a module leaves its requirements open; `wippy pack` has linked the application.
    if pack.module().is_none() {
        changes.link = Link::Done;
        let inert = changes.overrides.iter().filter(|one| is_link(pack, one)).map(|one| {
            let text = format!("override {} has no effect: the pack was linked when it was made", one.key);
            let help = "override the field of the entry that the requirement targets";
            Diagnostic::warning(text, &one.file, one.span.clone()).help(help)
        });
        warnings.extend(inert);
    }
    if pack.resources > 0 {
        let text =
            format!("pack {} carries {} file trees, which nothing serves yet", pack.name, pack.resources);
        warnings.push(Diagnostic::placeless(Severity::Warning, text));
    }
    let entries =
        std::mem::take(&mut pack.entries).into_iter().map(|entry| (entry.id.clone(), entry)).collect();
    sys_pipeline::prepare((entries, warnings), &changes)
}

/// Whether an override is of an entry that only linking reads.
fn is_link(pack: &Pack, one: &Override) -> bool {
    pack.entries.iter().any(|entry| {
        let below = one.key.strip_prefix(entry.id.as_str()).is_some_and(|rest| rest.starts_with(':'));
        below && matches!(&*entry.kind, "ns.requirement" | "ns.dependency")
    })
}

fn changes(config: &Config, overrides: &[String]) -> Result<Changes> {
    let mut all: Vec<Override> = config.overrides.clone();
    for text in overrides {
        all.push(sys_pipeline::override_from_text(text)?);
    }
    Ok(Changes { overrides: all, disabled: config.disable.clone(), ..Changes::default() })
}

/// A start goes on without a file that holds no entries; who judges or packs an application would not notice that they
/// are missing.
pub(crate) fn refuse_skipped(warnings: &[Diagnostic]) -> Result<()> {
    refuse(warnings, &[SKIPPED_FILE])
}

/// As [`refuse_skipped`]; a start goes on without a module, too, where its pack would not be whole.
pub(crate) fn refuse_incomplete(warnings: &[Diagnostic]) -> Result<()> {
    refuse(warnings, &[SKIPPED_FILE, MISSING_MODULE])
}

fn refuse(warnings: &[Diagnostic], codes: &[&str]) -> Result<()> {
    let meant = warnings.iter().filter(|warning| warning.code.is_some_and(|code| codes.contains(&code)));
    let mistakes: Vec<Diagnostic> = meant
        .map(|warning| {
            let help = warning.help.clone().or_else(|| {
                let help = "vendor the module, or take it out of the lock, before the application is packed";
                (warning.code == Some(MISSING_MODULE)).then(|| help.into())
            });
            Diagnostic { severity: Severity::Error, code: None, help, ..warning.clone() }
        })
        .collect();
    match mistakes.is_empty() {
        true => Ok(()),
        false => Err(Error::invalid("the application has mistakes").with_diagnostics(mistakes)),
    }
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
