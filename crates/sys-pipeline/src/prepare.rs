//! The stages in the order of the boot.

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

/// What changes entries between their files and the registry.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// `override` and `-o`, in order.
    pub overrides: Vec<Override>,
    /// Left out before `disabled` is looked at, by who makes a pack.
    pub excluded: Disable,
    /// `disable`
    pub disabled: Disable,
    /// Whether requirements get their values.
    pub link: Link,
}

/// Whether requirements get their values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// They do.
    #[default]
    Now,
    /// They have them, from when the pack was made; the overrides of that time stand.
    Done,
}

/// Override → exclude → disable → link → override, of what was loaded. All mistakes of a stage are collected; the first
/// stage with one is the last to run, so that one mistake is not told twice.
pub fn prepare(loaded: (EntrySet, Vec<Diagnostic>), changes: &Changes) -> Result<Prepared> {
    let (mut entries, mut warnings) = loaded;
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
    let told = overlay(&mut entries, &changes.overrides);
    stage("override", &entries, told)?;
    let mut told = disable(&mut entries, &changes.excluded);
    told.extend(disable(&mut entries, &changes.disabled));
    stage("disable", &entries, told)?;
    if changes.link == Link::Now {
        let told = link(&mut entries);
        stage("link", &entries, told)?;
        // Again, because linking may have written over an overridden field; what was disabled is not missed here.
        let kept: Vec<Override> =
            changes.overrides.iter().filter(|o| targets(&entries, o)).cloned().collect();
        let told = overlay(&mut entries, &kept);
        stage("override", &entries, told)?;
    }
    let entries = entries.into_values().map(Arc::new).collect();
    Ok(Prepared { entries, warnings })
}

fn targets(entries: &EntrySet, one: &Override) -> bool {
    let end = one.key.match_indices(':').nth(1).map(|(at, _)| at);
    end.is_some_and(|end| entries.contains_key(&one.key[..end]))
}
