//! The stages in the order of the boot.

use crate::load::{Plan, load};
use crate::{EntrySet, disable, link, overlay};
use core_registry::Entry;
use infra_base::{Diagnostic, Error, Result, Severity};
use infra_config::{Disable, Override};
use std::sync::Arc;

/// Entries ready for the registry.
#[derive(Debug)]
pub struct Prepared {
    /// In load order.
    pub entries: Vec<Arc<Entry>>,
    /// What is odd but does not stop the start.
    pub warnings: Vec<Diagnostic>,
}

/// Parse → override → disable → link → override. All mistakes of a stage are collected; the first stage with one is
/// the last to run, so that one mistake is not told twice.
pub fn prepare(plan: &Plan, overrides: &[Override], disabled: &Disable) -> Result<Prepared> {
    let (mut entries, mut warnings) = load(plan);
    let mut stage = |name: &str, entries: &EntrySet, told: Vec<Diagnostic>| {
        tracing::debug!(target: "pipeline", stage = name, entries = entries.len(), "stage done");
        warnings.extend(told);
        if warnings.iter().any(|d| d.severity == Severity::Error) {
            let told = std::mem::take(&mut warnings);
            return Err(Error::invalid("the application has mistakes").with_diagnostics(told));
        }
        Ok(())
    };
    stage("parse", &entries, Vec::new())?;
    let told = overlay(&mut entries, overrides);
    stage("override", &entries, told)?;
    let told = disable(&mut entries, disabled);
    stage("disable", &entries, told)?;
    let told = link(&mut entries);
    stage("link", &entries, told)?;
    // Again, because linking may have written over an overridden field; what was disabled is not missed here.
    let kept: Vec<Override> = overrides.iter().filter(|o| targets(&entries, o)).cloned().collect();
    let told = overlay(&mut entries, &kept);
    stage("override", &entries, told)?;
    let entries = entries.into_values().map(Arc::new).collect();
    Ok(Prepared { entries, warnings })
}

fn targets(entries: &EntrySet, one: &Override) -> bool {
    let end = one.key.match_indices(':').nth(1).map(|(at, _)| at);
    end.is_some_and(|end| entries.contains_key(&one.key[..end]))
}
