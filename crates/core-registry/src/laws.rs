//! The laws of changesets, checked on random ones.

use crate::{ChangeSet, Entry, Op, Snapshot, Stored, Timeline, Version};
use infra_base::{Data, EntryId, Kind, Map};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn entry(name: usize, value: i64) -> Arc<Entry> {
    let id = EntryId::new("app", NAMES[name]).unwrap();
    Arc::new(Entry { id, kind: "k".into(), meta: Map::default(), data: Data::Int(value), origin: None })
}

fn content(snapshot: &Snapshot) -> BTreeMap<String, Data> {
    snapshot.entries().iter().map(|e| (e.id.to_string(), e.data.clone())).collect()
}

/// Steps over few names, so that they meet; `None` deletes.
fn steps() -> impl Strategy<Value = Vec<(usize, Option<i64>)>> {
    prop::collection::vec((0..NAMES.len(), prop::option::weighted(0.7, 0..4i64)), 0..24)
}

/// A set that applies to `snapshot`: each step as the operation that is possible there.
fn valid(snapshot: &Snapshot, steps: &[(usize, Option<i64>)]) -> ChangeSet {
    let mut now: BTreeMap<usize, Arc<Entry>> = (0..NAMES.len())
        .filter_map(|name| snapshot.get(&entry(name, 0).id).map(|found| (name, found.clone())))
        .collect();
    let mut changes = ChangeSet::new();
    for (name, value) in steps {
        let op = match (now.get(name).cloned(), value.map(|value| entry(*name, value))) {
            (None, None) => continue,
            (None, Some(new)) => Op::Create(new),
            (Some(old), Some(new)) => Op::Update { old, new },
            (Some(old), None) => Op::Delete(old),
        };
        match &op {
            Op::Create(new) | Op::Update { new, .. } => drop(now.insert(*name, new.clone())),
            Op::Delete(_) => drop(now.remove(name)),
        }
        changes.ops.push(op);
    }
    changes
}

/// Applies; an empty set leaves things as they are.
fn after(snapshot: &Snapshot, changes: &ChangeSet) -> Snapshot {
    if changes.is_empty() { snapshot.clone() } else { snapshot.apply(changes).unwrap() }
}

fn base(steps: &[(usize, Option<i64>)]) -> Snapshot {
    after(&Snapshot::default(), &valid(&Snapshot::default(), steps))
}

proptest! {
    #[test]
    fn squashing_does_not_change_the_effect(first in steps(), second in steps()) {
        let from = base(&first);
        let changes = valid(&from, &second);
        let squashed = changes.clone().squash().unwrap();
        prop_assert_eq!(content(&after(&from, &squashed)), content(&after(&from, &changes)));
        let mut ids: Vec<_> = squashed.ops.iter().map(|op| op.id().clone()).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), squashed.ops.len());
        prop_assert_eq!(squashed.clone().squash().unwrap(), squashed);
    }

    #[test]
    fn the_inverse_leads_back(first in steps(), second in steps()) {
        let from = base(&first);
        let changes = valid(&from, &second);
        let there = after(&from, &changes);
        prop_assert_eq!(content(&after(&there, &changes.inverse())), content(&from));
        prop_assert_eq!(changes.inverse().inverse(), changes);
    }

    #[test]
    fn merging_is_associative_up_to_squashing(first in steps(), a in steps(), b in steps(), c in steps()) {
        let from = base(&first);
        let a = valid(&from, &a);
        let then_a = after(&from, &a);
        let b = valid(&then_a, &b);
        let then_b = after(&then_a, &b);
        let c = valid(&then_b, &c);
        let whole = a.clone().then(b.clone()).then(c.clone()).squash().unwrap();
        let left = a.clone().then(b.clone()).squash().unwrap().then(c.clone()).squash().unwrap();
        let right = a.then(b.then(c.clone()).squash().unwrap()).squash().unwrap();
        prop_assert_eq!(content(&after(&from, &whole)), content(&after(&then_b, &c)));
        prop_assert_eq!(content(&after(&from, &left)), content(&after(&then_b, &c)));
        prop_assert_eq!(content(&after(&from, &right)), content(&after(&then_b, &c)));
    }

    #[test]
    fn the_delta_leads_there_and_is_minimal(first in steps(), second in steps()) {
        let (from, to) = (base(&first), base(&second));
        let delta = ChangeSet::delta(&from, &to);
        prop_assert_eq!(content(&after(&from, &delta)), content(&to));
        let (before, then) = (content(&from), content(&to));
        let differ = before.keys().chain(then.keys()).collect::<std::collections::BTreeSet<_>>();
        let differ = differ.into_iter().filter(|id| before.get(*id) != then.get(*id)).count();
        prop_assert_eq!(delta.ops.len(), differ);
    }

    #[test]
    fn a_path_leads_from_any_version_to_any(all in prop::collection::vec(steps(), 1..5), from in 0..5u64, to in 0..5u64) {
        let mut now = Snapshot::default();
        let mut stored = Vec::new();
        for steps in &all {
            let changes = valid(&now, steps);
            if changes.is_empty() {
                continue;
            }
            now = now.apply(&changes).unwrap();
            let version = now.version().0;
            stored.push(Stored { version, who: "me".into(), at: 0, changes: Arc::new(changes) });
        }
        let timeline = Timeline::new(Snapshot::default(), stored).unwrap();
        let (from, to) = (Version(from.min(timeline.last().0)), Version(to.min(timeline.last().0)));
        let start = timeline.snapshot_at(from).unwrap();
        let path = timeline.path(from, to).unwrap();
        prop_assert_eq!(content(&after(&start, &path)), content(&timeline.snapshot_at(to).unwrap()));
        prop_assert_eq!(timeline.path(from, from).unwrap(), ChangeSet::new());
    }

    #[test]
    fn snapshots_agree_with_a_plain_map(all in steps()) {
        let mut plain: BTreeMap<String, Data> = BTreeMap::new();
        let mut snapshot = Snapshot::default();
        for step in all {
            let changes = valid(&snapshot, &[step]);
            let id = entry(step.0, 0).id.to_string();
            match step.1 {
                Some(value) => drop(plain.insert(id, Data::Int(value))),
                None => drop(plain.remove(&id)),
            }
            let before = content(&snapshot);
            let next = after(&snapshot, &changes);
            prop_assert_eq!(content(&snapshot), before);
            snapshot = next;
            prop_assert_eq!(content(&snapshot), plain.clone());
            prop_assert_eq!(snapshot.len(), plain.len());
        }
    }
}

#[test]
fn sets_that_do_not_fit_are_refused() {
    let from = Snapshot::baseline([entry(0, 1)]);
    let one = |op| ChangeSet { ops: vec![op] };
    for (set, kind) in [
        (ChangeSet::new(), Kind::Invalid),
        (one(Op::Create(entry(0, 2))), Kind::AlreadyExists),
        (one(Op::Update { old: entry(1, 1), new: entry(1, 2) }), Kind::NotFound),
        (one(Op::Delete(entry(1, 1))), Kind::NotFound),
        (ChangeSet { ops: vec![Op::Create(entry(1, 1)), Op::Create(entry(1, 1))] }, Kind::AlreadyExists),
        (ChangeSet { ops: vec![Op::Delete(entry(0, 1)), Op::Delete(entry(0, 1))] }, Kind::NotFound),
    ] {
        assert_eq!(from.apply(&set).unwrap_err().kind(), kind, "{set:?}");
        assert_eq!(set.rebase(&from).unwrap_err().kind(), kind);
        assert_eq!(from.version(), Version(0));
    }
    assert_eq!(from.apply(&ChangeSet::new()).unwrap_err().message(), "no changes to apply");
}

#[test]
fn rebasing_puts_in_what_is_there() {
    let from = Snapshot::baseline([entry(0, 1)]);
    let set = ChangeSet { ops: vec![Op::Update { old: entry(0, 9), new: entry(0, 2) }] };
    let rebased = set.rebase(&from).unwrap();
    assert_eq!(content(&after(&after(&from, &rebased), &rebased.inverse())), content(&from));
}

#[test]
fn histories_with_gaps_and_unknown_versions_are_refused() {
    let stored = Stored { version: 2, who: "me".into(), at: 0, changes: Arc::default() };
    let error = Timeline::new(Snapshot::default(), vec![stored]).unwrap_err();
    assert_eq!(error.message(), "history has version 2 where 1 belongs");
    let timeline = Timeline::new(Snapshot::default(), vec![]).unwrap();
    let error = timeline.snapshot_at(Version(1)).unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::NotFound, "registry version 1 not found"));
    assert_eq!(timeline.path(Version(0), Version(7)).unwrap_err().kind(), Kind::NotFound);
}
