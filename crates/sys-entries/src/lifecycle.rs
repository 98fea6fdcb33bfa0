//! Reads an entry's `lifecycle` block, once for all kinds.

use crate::decode::Fields;
use infra_base::EntryId;
use sys_services::{Lifecycle, Policy, Restart};

/// Names of the block, for hints.
pub(crate) const FIELDS: [&str; 13] = [
    "lifecycle.auto_start",
    "lifecycle.startup",
    "lifecycle.start_timeout",
    "lifecycle.stop_timeout",
    "lifecycle.stable_threshold",
    "lifecycle.requires",
    "lifecycle.depends_on",
    "lifecycle.restart.initial_delay",
    "lifecycle.restart.max_delay",
    "lifecycle.restart.backoff_factor",
    "lifecycle.restart.jitter",
    "lifecycle.restart.max_attempts",
    "security",
];

/// The lifecycle; defaults where it says nothing.
pub(crate) fn read(fields: &mut Fields) -> Lifecycle {
    let (policy, restart) = (Policy::default(), Restart::default());
    let restart = Restart {
        initial_delay: fields.or("lifecycle.restart.initial_delay", restart.initial_delay),
        max_delay: fields.or("lifecycle.restart.max_delay", restart.max_delay),
        backoff_factor: fields.within("lifecycle.restart.backoff_factor", 1.0..=1e6, restart.backoff_factor),
        jitter: fields.within("lifecycle.restart.jitter", 0.0..=1.0, restart.jitter),
        max_attempts: fields.or("lifecycle.restart.max_attempts", restart.max_attempts),
    };
    let policy = Policy {
        auto_start: fields.or("lifecycle.auto_start", policy.auto_start),
        required: fields.choice(
            "lifecycle.startup",
            &[("required", true), ("optional", false)],
            Some(policy.required),
        ),
        start_timeout: fields.or("lifecycle.start_timeout", policy.start_timeout),
        stop_timeout: fields.or("lifecycle.stop_timeout", policy.stop_timeout),
        stable_threshold: fields.or("lifecycle.stable_threshold", policy.stable_threshold),
        restart,
    };
    fields.protective("lifecycle.security");
    let mut requires = fields.references("lifecycle.requires", &[]);
    let more: Vec<EntryId> = fields.references("lifecycle.depends_on", &[]);
    for id in more {
        if !requires.contains(&id) {
            requires.push(id);
        }
    }
    Lifecycle { policy, requires }
}
