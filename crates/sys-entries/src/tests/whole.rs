//! Load and change from outside.

use super::scripted::{Case, entry, heard, id, written};
use crate::Change;
use core_registry::{ChangeSet, Entry, Version};
use infra_base::Kind;
use std::sync::Arc;
use sys_services::State;

#[tokio::test]
async fn a_load_builds_what_is_referred_to_first_and_starts_services_in_order() {
    let case = Case::new();
    let warnings = case
        .entries
        .load(vec![
            entry("a", "test.thing", "label=a service=true lifecycle.auto_start=true needs=[b,x]"),
            entry("b", "test.thing", "label=b needs=[c]"),
            entry("c", "test.thing", "label=c service=true lifecycle.auto_start=true"),
            entry("x", "test.program", "import=b"),
            entry("note", "registry.entry", "anything=goes func=nowhere"),
        ])
        .await
        .unwrap();
    assert_eq!(warnings, []);
    let log = case.script.take_log();
    assert_eq!(log, ["build app:c", "build app:b", "build app:x", "build app:a", "start c=c", "start a=a"]);
    assert_eq!(case.label("x").unwrap(), "x(b)");
    assert_eq!((case.entries.snapshot().version(), case.entries.version()), (Version(0), Version(0)));
    assert_eq!(case.services.status(&id("a")).unwrap().state, State::Running);
    assert!(case.services.status(&id("b")).is_none());
    // c is needed through b, which runs nothing itself.
    case.services.shutdown().await;
    assert_eq!(case.script.take_log(), ["stop a=a", "stop c=c"]);
    case.tasks.finished().await;
}

#[tokio::test]
async fn lookups_say_what_is_wrong() {
    let case = Case::new();
    let things = vec![entry("thing", "test.thing", "label=t"), entry("note", "registry.entry", "")];
    case.entries.load(things).await.unwrap();
    let missing = case.label("thingg").unwrap_err();
    assert_eq!(missing.kind(), Kind::NotFound);
    assert_eq!(missing.message(), "entry app:thingg not found (did you mean app:thing?)");
    let other = case.label("note").unwrap_err();
    assert_eq!(other.kind(), Kind::Invalid);
    assert_eq!(other.message(), "entry app:note of kind registry.entry is no Labelled");
}

#[tokio::test]
async fn every_bad_entry_is_shown_at_once_with_its_place() {
    let case = Case::new();
    let error = case
        .entries
        .load(vec![
            written("a", "test.thnig", &[("label", "a")]),
            written("b", "test.thing", &[("label", "b"), ("pool.size", "77"), ("service", "perhaps")]),
            written("c", "test.thing", &[("label", "c"), ("needs", "elsewhere:nope")]),
            written("d", "test.thing", &[("label", "d"), ("needs", "note")]),
            written("e", "test.thing", &[("label", "e"), ("needs", "bb")]),
            written("note", "registry.entry", &[]),
        ])
        .await
        .unwrap_err();
    let shown: Vec<String> = error.diagnostics().iter().map(|d| d.one_line()).collect();
    assert_eq!(
        shown,
        [
            "a.yaml:1:7: app:a: unknown kind test.thnig (did you mean test.thing?)",
            "b.yaml:3:12: app:b: pool.size: 77 is out of range (1 to 10)",
            "b.yaml:4:10: app:b: service: true or false expected, got \"perhaps\"",
            "c.yaml:3:8: app:c: needs: entry elsewhere:nope not found",
            "d.yaml:3:8: app:d: needs: app:note is of kind registry.entry, an entry of kind test.* expected",
            "e.yaml:3:8: app:e: needs: entry app:bb not found (did you mean app:b?)",
        ]
    );
    assert!(error.message().starts_with("5 entries are refused; the first: app:a: unknown kind"), "{error}");
    assert_eq!(case.script.take_log(), Vec::<String>::new());
    assert!(case.entries.snapshot().is_empty());
}

#[tokio::test]
async fn circles_are_named() {
    let case = Case::new();
    let entries = vec![
        entry("a", "test.thing", "label=a needs=[b]"),
        entry("b", "test.thing", "label=b needs=[c]"),
        entry("c", "test.thing", "label=c needs=[b]"),
    ];
    let error = case.entries.load(entries).await.unwrap_err();
    assert_eq!(error.message(), "entries refer to each other in a circle: app:b -> app:c -> app:b");
}

#[tokio::test]
async fn a_circle_through_entries_that_did_not_change_is_found() {
    let case = Case::new();
    let entries = vec![entry("a", "test.thing", "label=a"), entry("b", "test.thing", "label=b needs=[a]")];
    case.entries.load(entries).await.unwrap();
    let error = case.entries.apply(case.updated("a", "label=a needs=[b]"), "me").await.unwrap_err();
    assert_eq!(error.message(), "entries refer to each other in a circle: app:a -> app:b -> app:a");
    assert_eq!((case.entries.snapshot().version(), case.entries.version()), (Version(0), Version(0)));
}

#[tokio::test]
async fn a_change_swaps_tells_and_keeps_who_and_when() {
    let case = Case::new();
    let entries = vec![entry("a", "test.thing", "label=old"), entry("gone", "test.thing", "label=gone")];
    case.entries.load(entries).await.unwrap();
    let mut events = case.events("registry");
    let mut changes = case.updated("a", "label=new");
    changes.create((*entry("fresh", "test.thing", "label=fresh needs=[a]")).clone());
    changes.delete(entry("gone", "test.thing", ""));
    assert_eq!(case.entries.apply(changes, "user:7").await.unwrap(), Version(1));
    assert_eq!(case.label("a").unwrap(), "new");
    assert_eq!(case.label("fresh").unwrap(), "fresh");
    assert_eq!(case.label("gone").unwrap_err().kind(), Kind::NotFound);
    let told = ["entry.update app:a", "entry.create app:fresh", "entry.delete app:gone", "commit 1"];
    assert_eq!(heard(&mut events), told);
    let timeline = case.entries.timeline().await.unwrap();
    let [stored] = timeline.versions() else { panic!("one version") };
    assert_eq!((&*stored.who, stored.version), ("user:7", 1));
    assert_eq!(case.script.alive(), ["a=new*1", "fresh=fresh*1"]);
}

#[tokio::test]
async fn refused_sets_change_nothing() {
    let case = Case::new();
    let entries = vec![entry("a", "test.thing", "label=a"), entry("b", "test.thing", "label=b needs=[a]")];
    case.entries.load(entries).await.unwrap();
    let thing = |name| (*entry(name, "test.thing", "label=x")).clone();
    let mut delete = ChangeSet::new();
    delete.delete(entry("a", "test.thing", ""));
    let mut create = ChangeSet::new();
    create.create(thing("a"));
    let mut missing = ChangeSet::new();
    missing.delete(Arc::new(thing("aa")));
    let mut reference = ChangeSet::new();
    reference.create(Entry { data: super::scripted::map("label=x needs=[nobody]"), ..thing("c") });
    for (set, kind, message) in [
        (ChangeSet::new(), Kind::Invalid, "no changes to apply"),
        (delete, Kind::Conflict, "entry app:a cannot be deleted: app:b refers to it (needs[0])"),
        (create, Kind::AlreadyExists, "entry app:a already exists"),
        (missing, Kind::NotFound, "entry app:aa not found (did you mean app:a?)"),
        (reference, Kind::Invalid, "app:c: needs[0]: entry app:nobody not found"),
    ] {
        let error = case.entries.apply(set, "me").await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, message));
        assert_eq!((case.entries.snapshot().version(), case.entries.version()), (Version(0), Version(0)));
    }
}

#[tokio::test]
async fn what_follows_references_is_built_anew_and_the_rest_is_not() {
    let case = Case::new();
    let entries = vec![
        entry("lib", "test.program", ""),
        entry("mid", "test.program", "import=lib"),
        entry("top", "test.program", "import=mid"),
        entry("other", "test.program", ""),
        entry("user", "test.thing", "label=u needs=[top]"),
    ];
    case.entries.load(entries).await.unwrap();
    case.script.take_log();
    // The data must differ, else nothing would be built.
    case.entries.apply(case.updated("lib", "import=other"), "me").await.unwrap();
    assert_eq!(case.script.take_log(), ["build app:lib", "build app:mid", "build app:top"]);
    assert_eq!(case.label("top").unwrap(), "top(mid(lib(other(end))))");
}

#[tokio::test]
async fn meta_that_no_kind_read_keeps_the_instance() {
    let case = Case::new();
    case.entries.load(vec![entry("a", "test.thing", "label=a")]).await.unwrap();
    case.script.take_log();
    let mut changes = case.updated("a", "label=a");
    let core_registry::Op::Update { new, .. } = &mut changes.ops[0] else { panic!("an update") };
    Arc::make_mut(new).meta.insert("comment".into(), "hello".into());
    assert_eq!(case.entries.apply(changes, "me").await.unwrap(), Version(1));
    assert_eq!(case.script.take_log(), Vec::<String>::new());
    assert_eq!(case.entries.snapshot().get(&id("a")).unwrap().meta.len(), 1);
    assert_eq!(case.label("a").unwrap(), "a");
}

#[tokio::test]
async fn changes_of_services() {
    for (change, expected) in [
        (Change::Beside, &["build app:a", "start a=new", "stop a=old"][..]),
        (Change::HandOver, &["build app:a", "start a=new", "stop a=old"]),
        (Change::StopStart, &["build app:a", "stop a=old", "start a=new"]),
        (Change::InPlace, &[]),
    ] {
        let case = Case::new();
        let data = "label=old service=true lifecycle.auto_start=true";
        case.entries.load(vec![entry("a", "test.thing", data)]).await.unwrap();
        *case.script.change.lock() = Some(change);
        case.script.take_log();
        let next = "label=new service=true lifecycle.auto_start=true";
        case.entries.apply(case.updated("a", next), "me").await.unwrap();
        case.services.shutdown().await;
        let log = case.script.take_log();
        assert_eq!(log[..log.len() - 1], *expected, "{change:?}");
        assert_eq!(log.last().unwrap(), "stop a=new", "{change:?}");
        assert_eq!(case.label("a").unwrap(), "new", "{change:?}");
    }
}

#[tokio::test]
async fn a_refused_change_names_the_field() {
    let case = Case::new();
    case.entries.load(vec![entry("a", "test.thing", "label=old")]).await.unwrap();
    *case.script.change.lock() = Some(Change::Refuse("label"));
    let error = case.entries.apply(case.updated("a", "label=new"), "me").await.unwrap_err();
    let expected = "app:a: label cannot change while the entry exists; delete it and create it anew";
    assert_eq!(error.message(), expected);
    assert_eq!(case.label("a").unwrap(), "old");
}

#[tokio::test]
async fn stored_history_replays_on_the_baseline() {
    let case = Case::new();
    let baseline = || vec![entry("a", "test.thing", "label=a"), entry("b", "test.thing", "label=b")];
    case.entries.load(baseline()).await.unwrap();
    case.entries.apply(case.updated("a", "label=a2"), "me").await.unwrap();
    let mut delete = ChangeSet::new();
    delete.delete(entry("b", "test.thing", ""));
    case.entries.apply(delete, "me").await.unwrap();

    let again = Case::with_history(case.history.clone());
    again.entries.load(baseline()).await.unwrap();
    assert_eq!((again.entries.snapshot().version(), again.entries.version()), (Version(2), Version(2)));
    assert_eq!(again.label("a").unwrap(), "a2");
    assert_eq!(again.label("b").unwrap_err().kind(), Kind::NotFound);
    // Back to the baseline is a version of its own.
    assert_eq!(again.entries.apply_version(Version(0), "me").await.unwrap(), Version(3));
    assert_eq!((again.label("a").unwrap(), again.label("b").unwrap()), ("a".into(), "b".into()));

    let stale = Case::with_history(again.history.clone());
    let error = stale.entries.load(vec![entry("a", "test.thing", "label=a")]).await.unwrap_err();
    assert_eq!(
        error.message(),
        "stored version 2 no longer applies: entry app:b not found (did you mean app:a?)"
    );
}

#[tokio::test]
async fn a_change_goes_through_although_nobody_waits() {
    let case = Case::new();
    case.entries.load(vec![entry("a", "test.thing", "label=old")]).await.unwrap();
    let mut apply = Box::pin(case.entries.apply(case.updated("a", "label=new"), "me"));
    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(apply.as_mut().poll(cx))).await;
    assert!(polled.is_pending());
    drop(apply);
    // The next change waits for its turn behind it.
    let mut events = case.events("registry");
    while heard(&mut events).is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(case.label("a").unwrap(), "new");
}

#[tokio::test]
async fn registering_is_for_loading_and_each_text_has_one_owner() {
    let case = Case::new();
    let twice = case.entries.inert("other", "test.thing", "").unwrap_err();
    assert_eq!(twice.message(), "components test and other both register kind test.thing");
    case.entries.load(vec![]).await.unwrap();
    let late = case.entries.inert("late", "test.late", "").unwrap_err();
    assert_eq!(late.message(), "component late registers after the entries are loaded");
    assert!(case.entries.load(vec![]).await.is_err());
    assert!(case.entries.kinds().iter().any(|doc| doc.kind == "ns.definition"));
}
