//! Variables that are entries themselves, and the components as an application puts them together.

use super::scripted::{Case, Labelled, Program, Script, Scripted, entry, id};
use crate::{BuildCx, Entries, EnvLookup, Variable};
use core_registry::{ChangeSet, Snapshot};
use infra_app::{Component, Loader};
use infra_base::{EntryId, Result};
use infra_clock::Clock;
use std::sync::Arc;
use sys_services::{Services, State};

/// Every `test.program` is a variable whose value is its label; `app:unset` is never set.
struct Programs;

impl EnvLookup for Programs {
    fn entries(&self, name: &str, next: &Snapshot) -> Vec<EntryId> {
        EntryId::new("app", name).ok().filter(|id| next.get(id).is_some()).into_iter().collect()
    }

    fn lookup(&self, name: &str, cx: &BuildCx<'_>) -> Result<Variable> {
        let id = EntryId::new("app", name)?;
        if cx.next.get(&id).is_none() {
            return Ok(Variable::default());
        }
        let value = cx.get::<dyn Labelled>(&id)?.label();
        Ok(Variable { value: Some(value.into()), default: None })
    }
}

#[tokio::test]
async fn a_variable_is_built_before_whoever_names_it() {
    let case = Case::new();
    case.entries.env("test", Arc::new(Programs)).unwrap();
    let twice = case.entries.env("other", Arc::new(Programs)).unwrap_err();
    assert_eq!(twice.message(), "components test and other both register environment variables");
    let entries = vec![
        entry("a", "test.thing", "label=<${env:var}>"),
        entry("b", "test.thing", "label=${env:absent|default}"),
        entry("var", "test.program", ""),
    ];
    case.entries.load(entries).await.unwrap();
    assert_eq!(case.script.take_log(), ["build app:var", "build app:a", "build app:b"]);
    assert_eq!((case.label("a").unwrap(), case.label("b").unwrap()), ("<var(end)>".into(), "default".into()));
    let stored = case.entries.snapshot().get(&id("a")).unwrap().data.get(&["label"]).cloned();
    assert_eq!(stored, Some("<${env:var}>".into()), "the stored entry keeps the raw text");
    let mut changes = ChangeSet::new();
    changes.create((*entry("c", "test.thing", "label=${env:absent}")).clone());
    let error = case.entries.apply(changes, "me").await.unwrap_err();
    assert_eq!(error.message(), "app:c: label: environment variable absent is not set and has no default");
}

#[tokio::test]
async fn the_components_make_an_application() {
    let script = Arc::new(Script::default());
    let kinds = script.clone();
    let components = vec![
        crate::component(),
        sys_services::component(),
        core_events::component(),
        Component::new("test.clock")
            .provides::<Clock>()
            .load(|boot| async move { boot.provide(Arc::new(Clock::system())) }),
        Component::new("test.kinds").needs::<Entries>().load(move |boot| async move {
            let entries = boot.get::<Entries>()?;
            entries.kind("test.kinds", Scripted(kinds.clone()))?;
            entries.kind("test.kinds", Program(kinds))
        }),
    ];
    let running = Loader::new(components).run().await.unwrap();
    let entries = running.app.get::<Entries>().unwrap();
    let data = "label=a service=true lifecycle.auto_start=true";
    entries.load(vec![entry("a", "test.thing", data)]).await.unwrap();
    let services = running.app.get::<Services>().unwrap();
    assert_eq!(services.status(&id("a")).unwrap().state, State::Running);
    assert!(running.stop().await.is_empty());
    assert_eq!(script.take_log(), ["build app:a", "start a=a", "stop a=a"]);
}

#[tokio::test]
async fn one_entry_of_ten_thousand_changes_alone() {
    let case = Case::new();
    let entries = (0..10_000).map(|n| entry(&format!("e{n}"), "test.thing", &format!("label={n}"))).collect();
    case.entries.load(entries).await.unwrap();
    case.script.take_log();
    for round in 0..10 {
        case.entries.apply(case.updated("e7", &format!("label=r{round}")), "me").await.unwrap();
    }
    assert_eq!(case.script.take_log().len(), 10);
    assert_eq!((case.label("e7").unwrap(), case.label("e8").unwrap()), ("r9".into(), "8".into()));
}
