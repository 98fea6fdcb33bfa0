//! Runs the checks, step by step, the units of a step beside each other.

use super::kept::{Kept, Key};
use super::plan::{Item, Plan, Target};
use crate::commands::describe;
use infra_base::{Error, Result};
use infra_codec::json;
use lua_api::Module;
use lua_syntax::{LineIndex, Parsed, SyntaxError};
use lua_types::{Checked, Code, Env, Manifest, Report, Unit, deep, examine, unknown};
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

/// What is known of a unit, rules included.
pub(super) struct Outcome {
    pub(super) key: Key,
    pub(super) reports: Vec<Report>,
    pub(super) digest: u128,
    /// Read when somebody imports it.
    pub(super) manifest: OnceLock<Arc<Manifest>>,
    /// As it was kept, or is to be.
    pub(super) bytes: Vec<u8>,
    /// It was looked at in this run.
    pub(super) fresh: bool,
}

/// Outcomes by item; `None` for those that nobody wanted and for compiled code. A unit that panics the checker stops the run with
/// its name.
pub(super) fn run(plan: &Plan<'_>, modules: &[Module], kept: &mut Kept) -> Result<Vec<Option<Outcome>>> {
    let found = attempt(plan, modules, kept)?;
    if let Some(found) = found {
        return Ok(found);
    }
    // What was kept cannot be read after all.
    kept.forget();
    let found = attempt(plan, modules, kept)?;
    found.ok_or_else(|| Error::internal("manifests of this run can't be read"))
}

/// `None`: a manifest that was kept is none.
fn attempt(plan: &Plan<'_>, modules: &[Module], kept: &Kept) -> Result<Option<Vec<Option<Outcome>>>> {
    let env = lua_engine::checks_of(modules)?;
    let build = build(modules);
    let mut found: Vec<Option<Outcome>> = plan.items.iter().map(|_| None).collect();
    let progress = Progress::new(plan.steps.iter().map(Vec::len).sum());
    for step in &plan.steps {
        let mut missing: Vec<(usize, Key)> = Vec::new();
        for at in step {
            let item = &plan.items[*at];
            let Some(source) = item.source else { continue };
            let key = key(&build, item, source, &found);
            match kept.find(item.entry.id.as_str(), &key) {
                Some(outcome) => found[*at] = Some(outcome),
                None => missing.push((*at, key)),
            }
        }
        progress.done(step.len() - missing.len());
        for (at, _) in &missing {
            for (_, target) in &plan.items[*at].imports {
                let Target::Item(to) = target else { continue };
                if let Some(import) = &found[*to]
                    && import.manifest.get().is_none()
                {
                    let Ok(manifest) = Manifest::from_bytes(&import.bytes) else { return Ok(None) };
                    // Nobody else sets it.
                    let _ = import.manifest.set(Arc::new(manifest));
                }
            }
        }
        let outcomes = beside(&missing, |(at, key)| {
            let outcome = unit(&env, &plan.items[*at], *key, &found);
            progress.done(1);
            outcome
        });
        for ((at, _), outcome) in missing.iter().zip(outcomes) {
            let id = &plan.items[*at].entry.id;
            let outcome = outcome.flatten().ok_or_else(|| {
                Error::internal(format!("checking {id} failed: this is a mistake of wippy, please report it"))
            })?;
            found[*at] = Some(outcome);
        }
    }
    Ok(Some(found))
}

/// Applies `work` to all of `list` on all cores; `None` where it panicked.
fn beside<T: Sync, R: Send + Sync>(list: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<Option<R>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(list.len());
    let done: Vec<OnceLock<Option<R>>> = list.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let run = || {
        loop {
            let at = next.fetch_add(1, Relaxed);
            let Some(item) = list.get(at) else { return };
            let result = catch_unwind(AssertUnwindSafe(|| work(item))).ok();
            // Each place belongs to one thread.
            let _ = done[at].set(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..cores {
            let thread = std::thread::Builder::new().name("lint".into());
            if thread.spawn_scoped(scope, || deep(run).unwrap_or_else(|_| run())).is_err() {
                // Without another thread this one does it.
                run();
            }
        }
    });
    done.into_iter().map(|place| place.into_inner().flatten()).collect()
}

fn unit(env: &Env, item: &Item<'_>, key: Key, found: &[Option<Outcome>]) -> Option<Outcome> {
    let source = item.source?;
    let parsed = lua_syntax::parse(source.as_bytes());
    let Checked { mut reports, manifest } = if parsed.errors.is_empty() {
        let imports: Vec<(&str, Arc<Manifest>)> =
            item.imports.iter().map(|(alias, target)| (*alias, manifest(*target, found))).collect();
        let id = item.entry.id.as_str();
        let (chunk, modules) = (&parsed.chunk, &item.modules);
        let unit = Unit { id, source: source.as_bytes(), chunk, imports: &imports, modules };
        examine(env, &unit, item.rules)
    } else {
        Checked { reports: Vec::new(), manifest: unknown() }
    };
    reports.extend(mistakes(item, source, &parsed, &reports));
    let (digest, bytes) = (manifest.digest(), manifest.to_bytes());
    let manifest = OnceLock::from(Arc::new(manifest));
    Some(Outcome { key, reports, digest, manifest, bytes, fresh: true })
}

fn manifest(target: Target, found: &[Option<Outcome>]) -> Arc<Manifest> {
    let known = match target {
        Target::Item(to) => found[to].as_ref().and_then(|outcome| outcome.manifest.get()),
        Target::Unknown => None,
    };
    known.cloned().unwrap_or_else(|| Arc::new(unknown()))
}

/// Mistakes of syntax; those that only the code generator sees (`break` outside of a loop), if the checker did not tell of the
/// place already.
fn mistakes(item: &Item<'_>, source: &str, parsed: &Parsed, reports: &[Report]) -> Vec<Report> {
    let report = |mistake: &SyntaxError| Report {
        help: mistake.help.clone(),
        ..Report::new(Code::Syntax, mistake.span, mistake.message.clone())
    };
    if !parsed.errors.is_empty() {
        return parsed.errors.iter().map(report).collect();
    }
    let lines = LineIndex::new(source.as_bytes());
    let Err(mistakes) = lua_vm::compile(&parsed.chunk, item.entry.id.as_str(), &lines) else {
        return Vec::new();
    };
    let known = |mistake: &&SyntaxError| {
        reports.iter().any(|r| {
            r.severity == lua_types::Severity::Error
                && r.span.start < mistake.span.end
                && mistake.span.start < r.span.end
        })
    };
    mistakes.iter().filter(|mistake| !known(mistake)).map(report).collect()
}

/// What everything depends on: the build of the checker, and what modules declare.
fn build(modules: &[Module]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    part(&mut hasher, lua_types::BUILD.as_bytes());
    part(&mut hasher, env!("CARGO_PKG_VERSION").as_bytes());
    for module in modules {
        part(&mut hasher, &json::encode(&describe::module(module)));
    }
    hasher.finalize()
}

fn key(build: &blake3::Hash, item: &Item<'_>, source: &str, found: &[Option<Outcome>]) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(build.as_bytes());
    part(&mut hasher, item.entry.id.as_str().as_bytes());
    part(&mut hasher, source.as_bytes());
    hasher.update(&[item.rules as u8]);
    number(&mut hasher, item.modules.len());
    for (alias, module) in &item.modules {
        part(&mut hasher, alias.as_bytes());
        part(&mut hasher, module.as_bytes());
    }
    for (alias, target) in &item.imports {
        part(&mut hasher, alias.as_bytes());
        let known = match target {
            Target::Item(to) => found[*to].as_ref(),
            Target::Unknown => None,
        };
        hasher.update(&[u8::from(known.is_some())]);
        hasher.update(&known.map_or(0, |outcome| outcome.digest).to_le_bytes());
    }
    Key(*hasher.finalize().as_bytes())
}

/// With its length, so that parts cannot flow into each other.
fn part(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    number(hasher, bytes.len());
    hasher.update(bytes);
}

fn number(hasher: &mut blake3::Hasher, number: usize) {
    hasher.update(&(number as u64).to_le_bytes());
}

/// A line on a terminal's standard error that says how far it is; nothing elsewhere.
struct Progress {
    done: AtomicUsize,
    all: usize,
    shown: bool,
}

impl Progress {
    fn new(all: usize) -> Progress {
        Progress { done: AtomicUsize::new(0), all, shown: std::io::stderr().is_terminal() }
    }

    fn done(&self, count: usize) {
        let before = self.done.fetch_add(count, Relaxed);
        let hundredth = |done: usize| done * 100 / self.all.max(1);
        if self.shown && hundredth(before) != hundredth(before + count) {
            let line = format!("\r\x1b[Kchecking {}/{}", before + count, self.all);
            // Where standard error is closed nobody looks.
            let _ = std::io::stderr().lock().write_all(line.as_bytes());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = std::io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}
