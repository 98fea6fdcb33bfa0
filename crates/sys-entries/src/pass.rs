//! One pass over what a change concerns: decode, check, build; nothing of it shows outside.

use crate::decode::Fields;
use crate::erased::{Row, Setup, Value, caught, caught_async};
use crate::kind::{BuildCx, Change};
use crate::live::{Built, Live, World};
use crate::placeholder::{self, Variables};
use crate::value::Reference;
use core_registry::{ChangeSet, Entry, EntryMap, Op, Snapshot};
use infra_base::{Diagnostic, EntryId, Error, Kind, Result, nearest};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::Arc;
use sys_services::Lifecycle;

/// What a pass came to.
pub(crate) struct Outcome {
    pub(crate) world: World,
    /// Built entries and how each takes over from its predecessor; `None` = it had none of its kind.
    pub(crate) built: Vec<(EntryId, Option<Change>)>,
    pub(crate) warnings: Vec<Diagnostic>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Open,
    OnPath,
    Done,
    Failed,
}

pub(crate) struct Pass<'a> {
    setup: &'a Setup,
    now: &'a World,
    next: Snapshot,
    live: EntryMap<Arc<Live>>,
    marks: FxHashMap<EntryId, Mark>,
    /// Built anew although their own definition did not change.
    follow: FxHashSet<EntryId>,
    built: Vec<(EntryId, Option<Change>)>,
    failures: Vec<Error>,
    warnings: Vec<Diagnostic>,
}

/// An entry on its way.
struct Frame {
    id: EntryId,
    edges: Vec<EntryId>,
    next: usize,
    decoded: Option<Decoded>,
    /// Something that it refers to failed.
    blocked: bool,
}

struct Decoded {
    config: Value,
    lifecycle: Lifecycle,
    references: Vec<Reference>,
    meta_read: Vec<String>,
}

impl<'a> Pass<'a> {
    /// A pass from `now` to `next`, between which `changes` lie.
    pub(crate) fn new(setup: &'a Setup, now: &'a World, next: Snapshot, changes: &ChangeSet) -> Pass<'a> {
        let mut pass = Pass {
            setup,
            now,
            next,
            live: now.live.clone(),
            marks: FxHashMap::default(),
            follow: FxHashSet::default(),
            built: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
        };
        let mut changed: Vec<EntryId> = Vec::with_capacity(changes.ops.len());
        for op in &changes.ops {
            changed.push(op.id().clone());
            match op {
                Op::Create(_) | Op::Update { .. } => {
                    pass.marks.insert(op.id().clone(), Mark::Open);
                }
                Op::Delete(_) => {
                    pass.live.remove(op.id());
                }
            }
        }
        pass.add_followers(changed);
        pass
    }

    /// Marks whoever holds parts of what changed, and so on up.
    fn add_followers(&mut self, mut changed: Vec<EntryId>) {
        while let Some(id) = changed.pop() {
            for referrer in self.now.referrers.get(&id).into_iter().flat_map(|all| all.iter()) {
                let Some(entry) = self.next.get(referrer) else { continue };
                let follows = self.setup.kinds.get(&*entry.kind).is_some_and(|row| row.follows);
                if follows && self.follow.insert(referrer.clone()) {
                    self.marks.insert(referrer.clone(), Mark::Open);
                    changed.push(referrer.clone());
                }
            }
        }
    }

    /// Runs it. The error carries the mistakes of all entries.
    pub(crate) async fn run(mut self, changes: &ChangeSet) -> Result<Outcome> {
        self.check_deleted(changes);
        let mut roots: Vec<EntryId> = self.marks.keys().cloned().collect();
        roots.sort_unstable();
        for root in roots {
            if self.marks.get(&root) == Some(&Mark::Open) {
                self.entry(root).await;
            }
        }
        if self.failures.is_empty() {
            self.check_circles();
        }
        if !self.failures.is_empty() {
            return Err(all(self.failures));
        }
        let referrers = self.referrers(changes);
        let world = World { snapshot: self.next, live: self.live, referrers };
        Ok(Outcome { world, built: self.built, warnings: self.warnings })
    }

    /// Refuses to delete what others refer to.
    fn check_deleted(&mut self, changes: &ChangeSet) {
        for op in &changes.ops {
            let Op::Delete(gone) = op else { continue };
            for referrer in self.now.referrers.get(&gone.id).into_iter().flat_map(|all| all.iter()) {
                // One that changes too is decoded again and then says so itself.
                let stays = self.live.get(referrer).filter(|_| !self.marks.contains_key(referrer));
                let Some(reference) = stays.and_then(|l| l.references.iter().find(|r| r.target == gone.id))
                else {
                    continue;
                };
                let field = reference.path.strip_prefix("data.").unwrap_or(&reference.path);
                let message =
                    format!("entry {} cannot be deleted: {referrer} refers to it ({field})", gone.id);
                let error = Error::new(Kind::Conflict, message).with_retryable(Some(false));
                self.failures.push(error);
            }
        }
    }

    /// Takes one entry, and before it what it refers to, as far as that is concerned.
    async fn entry(&mut self, root: EntryId) {
        let mut path = vec![self.open(root)];
        while let Some(frame) = path.last_mut() {
            if let Some(target) = frame.edges.get(frame.next).cloned() {
                frame.next += 1;
                match self.marks.get(&target) {
                    Some(Mark::Open) => {
                        let frame = self.open(target);
                        path.push(frame);
                    }
                    Some(Mark::OnPath) => {
                        self.fail_circle(&path, &target);
                        if let Some(frame) = path.last_mut() {
                            frame.blocked = true;
                        }
                    }
                    Some(Mark::Failed) => frame.blocked = true,
                    Some(Mark::Done) | None => {}
                }
            } else if frame.decoded.is_none() {
                match self.decode(&frame.id) {
                    Ok(None) => self.close(&mut path, Mark::Done),
                    Ok(Some(decoded)) => {
                        frame.edges = decoded.references.iter().map(|r| r.target.clone()).collect();
                        frame.next = 0;
                        frame.decoded = Some(decoded);
                    }
                    Err(error) => {
                        self.failures.push(error);
                        self.close(&mut path, Mark::Failed);
                    }
                }
            } else if frame.blocked {
                // What it needs says why; its own fields were read, so their mistakes show too.
                self.close(&mut path, Mark::Failed);
            } else if let Some(decoded) = frame.decoded.take() {
                let id = frame.id.clone();
                let mark = match self.build(&id, decoded).await {
                    Ok(()) => Mark::Done,
                    Err(error) => {
                        self.failures.push(self.placed(&id, error));
                        Mark::Failed
                    }
                };
                self.close(&mut path, mark);
            }
        }
    }

    fn open(&mut self, id: EntryId) -> Frame {
        self.marks.insert(id.clone(), Mark::OnPath);
        let mut edges = Vec::new();
        if let (Some((_, env)), Some(entry)) = (&self.setup.env, self.next.get(&id)) {
            placeholder::names(&entry.data, &mut |name| edges.extend(env.entries(name, &self.next)));
        }
        Frame { id, edges, next: 0, decoded: None, blocked: false }
    }

    /// Ends the entry on top; whoever waits for it learns that it failed.
    fn close(&mut self, path: &mut Vec<Frame>, mark: Mark) {
        let Some(frame) = path.pop() else { return };
        if let Some(above) = path.last_mut() {
            above.blocked |= mark == Mark::Failed;
        }
        self.marks.insert(frame.id, mark);
    }

    fn fail_circle(&mut self, path: &[Frame], target: &EntryId) {
        let from = path.iter().position(|frame| frame.id == *target).unwrap_or(0);
        let ids = path[from..].iter().map(|frame| &frame.id).chain([target]);
        let ids: Vec<&str> = ids.map(EntryId::as_str).collect();
        let message = format!("entries refer to each other in a circle: {}", ids.join(" -> "));
        let mut error = Error::invalid(message.clone());
        if let Some(frame) = path.last()
            && let Some(decoded) = &frame.decoded
            && let Some(reference) = decoded.references.iter().find(|r| r.target == *target)
            && let Some(entry) = self.next.get(&frame.id)
        {
            error = error.with_diagnostics(vec![entry.mistake(&reference.path, message)]);
        }
        self.failures.push(error);
    }

    /// Reads the fields; `None`: there is nothing to build.
    fn decode(&mut self, id: &EntryId) -> Result<Option<Decoded>> {
        let Some(entry) = self.next.get(id).cloned() else { return Ok(None) };
        let row = self.row(&entry)?;
        let Some(behaviour) = &row.behaviour else {
            let live = Live { entry, references: vec![], meta_read: vec![], built: None };
            self.live.insert(id.clone(), Arc::new(live));
            return Ok(None);
        };
        if let Some(old) = self.now.live.get(id)
            && !self.follow.contains(id)
            && unchanged(old, &entry)
        {
            let live = Live {
                entry,
                references: old.references.clone(),
                meta_read: old.meta_read.clone(),
                built: old.built.clone(),
            };
            self.live.insert(id.clone(), Arc::new(live));
            return Ok(None);
        }
        let variables = self.variables(id, &entry)?;
        let mut fields = Fields::with_variables(entry.clone(), variables);
        let config = caught(&format!("decoding {id}"), || behaviour.decode(&mut fields));
        self.check_references(&entry, &mut fields);
        let config = match (config, fields.refusal()) {
            (_, Some(refusal)) => Err(refusal),
            (Err(error), None) => Err(self.placed(id, error)),
            (Ok(config), None) => Ok(config),
        };
        fields.finish(row.fields);
        // Protective fields that the kind did not read are found by `finish`.
        let config = match (config, fields.refusal()) {
            (Ok(_), Some(refusal)) => Err(refusal),
            (config, _) => config,
        }?;
        let (lifecycle, seen) = fields.into_parts();
        self.warnings.extend(seen.warnings);
        Ok(Some(Decoded { config, lifecycle, references: seen.references, meta_read: seen.meta }))
    }

    fn row(&self, entry: &Entry) -> Result<&'a Row> {
        self.setup.kinds.get(&*entry.kind).ok_or_else(|| {
            let near = nearest(&entry.kind, self.setup.kinds.keys().copied());
            let near = near.map_or(String::new(), |near| format!(" (did you mean {near}?)"));
            let found = entry.mistake("kind", format!("unknown kind {}{near}", entry.kind));
            Error::invalid(found.message.clone()).with_diagnostics(vec![found])
        })
    }

    fn variables(&self, id: &EntryId, entry: &Entry) -> Result<Variables> {
        let mut variables = Variables::default();
        let Some((_, env)) = &self.setup.env else { return Ok(variables) };
        let mut names = BTreeSet::new();
        placeholder::names(&entry.data, &mut |name| {
            names.insert(Box::<str>::from(name));
        });
        let cx = self.cx(id);
        for name in names {
            let found = caught(&format!("looking up {name}"), || env.lookup(&name, &cx));
            let found = found.map_err(|e| self.placed(id, e.context(format!("variable {name}"))))?;
            variables.insert(name, found);
        }
        Ok(variables)
    }

    /// What was read as a reference must exist and be of a kind that fits.
    fn check_references(&self, entry: &Entry, fields: &mut Fields) {
        let mut mistakes = Vec::new();
        for Reference { target, path, kinds } in &fields.seen.references {
            let field = path.strip_prefix("data.").unwrap_or(path);
            match self.next.get(target) {
                None => mistakes.push(entry.mistake(path, format!("{field}: {}", self.next.missing(target)))),
                Some(found) if kinds.is_empty() || kinds.iter().any(|kind| fits(kind, &found.kind)) => {}
                Some(found) => {
                    let kind = &found.kind;
                    let expected = kinds.join(" or ");
                    let message =
                        format!("{field}: {target} is of kind {kind}, an entry of kind {expected} expected");
                    mistakes.push(entry.mistake(path, message));
                }
            }
        }
        fields.seen.mistakes.extend(mistakes);
    }

    fn cx<'b>(&'b self, id: &'b EntryId) -> BuildCx<'b> {
        BuildCx { id, next: &self.next, live: &self.live, now: self.now }
    }

    async fn build(&mut self, id: &EntryId, decoded: Decoded) -> Result<()> {
        let Some(entry) = self.next.get(id).cloned() else { return Ok(()) };
        let Some(behaviour) = &self.row(&entry)?.behaviour else { return Ok(()) };
        let Decoded { config, lifecycle, references, meta_read } = decoded;
        let old = self.now.live.get(id).filter(|old| old.entry.kind == entry.kind);
        let old = old.and_then(|old| old.built.as_ref());
        let (change, built) = {
            let cx = self.cx(id);
            caught(&format!("checking {id}"), || behaviour.check(&cx, &config))?;
            let change = match old {
                None => None,
                Some(old) => {
                    let change =
                        caught(&format!("comparing {id}"), || Ok(behaviour.change(&old.config, &config)))?;
                    Some(if change == Change::InPlace && self.follow.contains(id) {
                        Change::Beside
                    } else {
                        change
                    })
                }
            };
            let (instance, offers) = match (change, old) {
                (Some(Change::Refuse(field)), _) => {
                    let name =
                        if field.starts_with("meta.") { field.into() } else { format!("data.{field}") };
                    let found = entry.mistake(
                        &name,
                        format!("{field} cannot change while the entry exists; delete it and create it anew"),
                    );
                    return Err(Error::invalid(found.message.clone()).with_diagnostics(vec![found]));
                }
                (Some(Change::InPlace), Some(old)) => (old.instance.clone(), old.offers.clone()),
                _ => {
                    let what = format!("building {id}");
                    let build = caught(&what, || Ok(behaviour.build(&cx, config.clone())))?;
                    let instance = caught_async(&what, build).await?;
                    let offers = caught(&what, || Ok(behaviour.offers(id, &instance)))?;
                    if let Some(twice) = offers.twice {
                        let message = format!("kind {} offers {twice} twice", entry.kind);
                        return Err(Error::internal(message));
                    }
                    (instance, Arc::new(offers))
                }
            };
            (change, Built { config, instance, offers, lifecycle })
        };
        if built.offers.service.is_none()
            && entry.data.get(&["lifecycle"]).is_some_and(|value| value.as_map().is_some())
        {
            let message = format!("lifecycle has no effect: {} runs no service", entry.kind);
            let found = entry.mistake("data.lifecycle", message);
            self.warnings.push(Diagnostic { severity: infra_base::Severity::Warning, ..found });
        }
        self.live.insert(id.clone(), Arc::new(Live { entry, references, meta_read, built: Some(built) }));
        self.built.push((id.clone(), change));
        Ok(())
    }

    /// The error with the entry's name and place, unless it points into a file already.
    fn placed(&self, id: &EntryId, error: Error) -> Error {
        let named = error.message().contains(id.as_str());
        let error = if named { error } else { error.context(id) };
        match self.next.get(id) {
            Some(entry) if error.diagnostics().is_empty() => {
                let message = error.message().strip_prefix(&format!("{id}: ")).unwrap_or(error.message());
                let found = entry.mistake("", message);
                error.with_diagnostics(vec![found])
            }
            _ => error,
        }
    }

    /// Circles that lead through entries that did not change.
    fn check_circles(&mut self) {
        let mut done: FxHashSet<&EntryId> = FxHashSet::default();
        let mut circle = None;
        'roots: for (root, _) in &self.built {
            let mut path: Vec<(&EntryId, usize)> = vec![(root, 0)];
            while let Some((id, next)) = path.last_mut() {
                let id = *id;
                let reference = self.live.get(id).and_then(|live| live.references.get(*next));
                *next += 1;
                let Some(reference) = reference else {
                    done.insert(id);
                    path.pop();
                    continue;
                };
                if let Some(from) = path.iter().position(|(on, _)| **on == reference.target) {
                    let ids = path[from..].iter().map(|(on, _)| on.as_str());
                    circle = Some(ids.chain([reference.target.as_str()]).collect::<Vec<_>>().join(" -> "));
                    break 'roots;
                }
                if !done.contains(&reference.target) {
                    path.push((&reference.target, 0));
                }
            }
        }
        if let Some(circle) = circle {
            let message = format!("entries refer to each other in a circle: {circle}");
            self.failures.push(Error::invalid(message));
        }
    }

    /// Who refers to whom after the change.
    fn referrers(&self, changes: &ChangeSet) -> EntryMap<Arc<[EntryId]>> {
        let mut map = self.now.referrers.clone();
        let touched = changes.ops.iter().map(Op::id).chain(self.follow.iter());
        let mut added: FxHashMap<EntryId, Vec<EntryId>> = FxHashMap::default();
        let mut removed: FxHashMap<EntryId, FxHashSet<EntryId>> = FxHashMap::default();
        for id in touched {
            let targets = |world: &EntryMap<Arc<Live>>| -> BTreeSet<EntryId> {
                let live = world.get(id).map(|live| &live.references[..]).unwrap_or_default();
                live.iter().map(|reference| reference.target.clone()).collect()
            };
            let (old, new) = (targets(&self.now.live), targets(&self.live));
            for gone in old.difference(&new) {
                removed.entry(gone.clone()).or_default().insert(id.clone());
            }
            for came in new.difference(&old) {
                added.entry(came.clone()).or_default().push(id.clone());
            }
        }
        let targets: FxHashSet<EntryId> = added.keys().chain(removed.keys()).cloned().collect();
        for target in targets {
            let (gone, came) = (removed.remove(&target).unwrap_or_default(), added.remove(&target));
            let old = map.get(&target).into_iter().flat_map(|all| all.iter());
            let mut all: Vec<EntryId> = old.filter(|id| !gone.contains(*id)).cloned().collect();
            all.extend(came.into_iter().flatten());
            all.sort_unstable();
            all.dedup();
            if all.is_empty() {
                map.remove(&target);
            } else {
                map.insert(target, all.into());
            }
        }
        map
    }
}

/// Nothing that the kind reads differs.
fn unchanged(old: &Live, new: &Entry) -> bool {
    let before = &old.entry;
    let same = |path: &String| meta(before, path) == meta(new, path);
    old.built.is_some()
        && before.kind == new.kind
        && before.data == new.data
        && !placeholder::present(&new.data)
        && old.meta_read.iter().all(same)
}

fn meta<'e>(entry: &'e Entry, path: &str) -> Option<&'e infra_base::Data> {
    let path = path.strip_prefix("meta.").unwrap_or(path);
    let mut keys = path.split('.');
    let first = keys.next().and_then(|key| entry.meta.get(key));
    entry.meta.get(path).or_else(|| keys.try_fold(first?, |at, key| at.as_map()?.get(key)))
}

/// `function.*` fits every kind below; other texts fit themselves.
fn fits(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => kind.starts_with(prefix),
        None => pattern == kind,
    }
}

/// One error of all failures, with all their diagnostics.
fn all(failures: Vec<Error>) -> Error {
    let mut failures = failures;
    if failures.len() == 1
        && let Some(only) = failures.pop()
    {
        return only;
    }
    let Some(first) = failures.first() else { return Error::internal("a pass failed without a reason") };
    let message = format!("{} entries are refused; the first: {first}", failures.len());
    let diagnostics = failures.iter().flat_map(|error| error.diagnostics().to_vec()).collect();
    Error::new(first.kind(), message)
        .with_retryable(first.retryable())
        .with_cause(first.clone())
        .with_diagnostics(diagnostics)
}
