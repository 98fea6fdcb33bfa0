//! Every step × every fault: afterwards everything is old, or everything is new.

use super::scripted::{Case, Fault, Step, entry, heard, id};
use crate::Change;
use core_registry::Version;
use sys_services::State;

const OLD: &str = "label=old service=true lifecycle.auto_start=true";
const NEW: &str = "label=new service=true lifecycle.auto_start=true";
const STEPS: [Step; 9] = [
    Step::Decode,
    Step::Check,
    Step::Build,
    Step::Offers,
    Step::Change,
    Step::History,
    Step::Swap,
    Step::Start,
    Step::Stop,
];
const CHANGES: [Change; 4] = [Change::InPlace, Change::HandOver, Change::StopStart, Change::Beside];

#[tokio::test]
async fn a_change_under_fault_is_old_or_new() {
    for change in CHANGES {
        for step in STEPS {
            for fault in [Fault::Error, Fault::Panic] {
                let case = Case::new();
                let entries = vec![entry("a", "test.thing", OLD), entry("b", "test.thing", OLD)];
                case.entries.load(entries).await.unwrap();
                *case.script.change.lock() = Some(change);
                let changes = case.updated("a", NEW).then(case.updated("b", NEW));
                let mut events = case.events("registry");
                // The second of the two, so that the first is done already.
                let whom = if matches!(step, Step::History | Step::Change) { "" } else { "b" };
                *case.script.fault.lock() = Some((step, fault, whom));
                let result = case.entries.apply(changes.clone(), "me").await;
                let what = format!("{change:?} {step:?} {fault:?}: {result:?}");

                let labels = (case.label("a").unwrap(), case.label("b").unwrap());
                let states = [id("a"), id("b")].map(|id| case.services.status(&id).unwrap().state);
                let reached = !(change == Change::InPlace
                    && matches!(step, Step::Build | Step::Offers | Step::Start | Step::Stop)
                    || change != Change::InPlace && step == Step::Swap);
                match &result {
                    Err(error) => {
                        assert!(reached && step < Step::Swap, "{what}");
                        assert_eq!(labels, ("old".into(), "old".into()), "{what}");
                        assert_eq!(case.entries.snapshot().version(), Version(0), "{what}");
                        assert_eq!(heard(&mut events), Vec::<String>::new(), "{what}");
                        assert_eq!(states, [State::Running; 2], "{what}");
                        assert_eq!(case.script.alive(), ["a=old*1", "b=old*1"], "{what}");
                        assert!(error.message().contains("app:b") || whom.is_empty(), "{what}");
                    }
                    Ok(version) => {
                        assert!(!reached || step >= Step::Swap, "{what}");
                        assert_eq!(*version, Version(1), "{what}");
                        assert_eq!(heard(&mut events).len(), 3, "{what}");
                        after_the_commit(&case, change, step, reached, labels, states, &what);
                    }
                }
                // Without the fault the same change, or its way back, goes through.
                *case.script.fault.lock() = None;
                let next = case.updated("a", "label=last").then(case.updated("b", "label=last"));
                case.entries.apply(next, "me").await.unwrap_or_else(|e| panic!("{what}, then {e}"));
                assert_eq!(case.label("b").unwrap(), "last", "{what}");
            }
        }
    }
}

/// What committed is new, except where a service did not start: there the state says so.
fn after_the_commit(
    case: &Case,
    change: Change,
    step: Step,
    reached: bool,
    labels: (String, String),
    states: [State; 2],
    what: &str,
) {
    let status = case.services.status(&id("b")).unwrap();
    match (step, change) {
        _ if !reached => assert_eq!(labels, ("new".into(), "new".into()), "{what}"),
        // The instance keeps its old configuration, the log says why.
        (Step::Swap, _) => assert_eq!(labels, ("new".into(), "old".into()), "{what}"),
        (Step::Start, Change::StopStart) => {
            assert_eq!(labels, ("new".into(), "old".into()), "{what}");
            assert_eq!(states, [State::Running; 2], "{what}");
            let error = status.error.unwrap();
            assert!(error.message().contains("the previous one runs again"), "{what}: {error}");
        }
        (Step::Start, _) => {
            assert_eq!(labels, ("new".into(), "new".into()), "{what}");
            assert_eq!(states, [State::Running; 2], "{what}");
            let error = status.error.unwrap();
            assert!(error.message().contains("the previous one goes on"), "{what}: {error}");
        }
        _ => {
            assert_eq!(labels, ("new".into(), "new".into()), "{what}");
            assert_eq!(states, [State::Running; 2], "{what}");
        }
    }
}

#[tokio::test]
async fn a_load_under_fault_leaves_nothing() {
    for step in STEPS {
        for fault in [Fault::Error, Fault::Panic] {
            let case = Case::new();
            *case.script.fault.lock() = Some((step, fault, "b"));
            let entries = vec![entry("a", "test.thing", NEW), entry("b", "test.thing", NEW)];
            let result = case.entries.load(entries).await;
            let what = format!("{step:?} {fault:?}: {result:?}");
            let fails = matches!(step, Step::Decode | Step::Check | Step::Build | Step::Offers | Step::Start);
            assert_eq!(result.is_err(), fails, "{what}");
            if let Err(error) = &result {
                assert!(error.message().contains("app:b"), "{what}");
            }
            if fails && step != Step::Start {
                assert!(case.entries.snapshot().is_empty(), "{what}");
                assert_eq!(case.script.alive(), Vec::<String>::new(), "{what}");
                assert!(case.services.all().is_empty(), "{what}");
            }
            case.services.shutdown().await;
            let running: Vec<_> =
                case.services.all().into_iter().filter(|s| s.state == State::Running).collect();
            assert!(running.is_empty(), "{what}: {running:?}");
            case.tasks.finished().await;
        }
    }
}
