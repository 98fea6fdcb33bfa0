//! What is Lua, in which order, and what imports that lead nowhere or back come to.

use super::Plan;
use core_registry::Entry;
use infra_base::{Data, EntryId, Map};
use std::sync::Arc;

/// An entry of `kind` that imports others, each under its name.
fn entry(id: &str, kind: &str, imports: &[&str]) -> Arc<Entry> {
    let mut named = Map::default();
    for target in imports {
        let alias = target.rsplit(':').next().unwrap_or(target);
        named.insert(alias.into(), Data::text(*target));
    }
    let mut data = Map::default();
    data.insert("source".into(), Data::text("return {}"));
    data.insert("imports".into(), Data::Map(named));
    let (id, meta) = (EntryId::parse(id).unwrap(), Map::default());
    Arc::new(Entry { id, kind: kind.into(), meta, data: Data::Map(data), origin: None })
}

fn library(id: &str, imports: &[&str]) -> Arc<Entry> {
    entry(id, "library.lua", imports)
}

/// The steps, and what is wrong with definitions.
fn planned(entries: &[Arc<Entry>], patterns: &[&str]) -> (Vec<Vec<String>>, Vec<String>) {
    let patterns: Vec<String> = patterns.iter().map(|&p| p.to_owned()).collect();
    let plan = Plan::of(entries, &patterns, &[]);
    let id = |at: &usize| plan.items[*at].entry.id.as_str().to_owned();
    let steps = plan.steps.iter().map(|step| step.iter().map(id).collect()).collect();
    let mistakes = plan.items.iter().flat_map(|item| &item.mistakes);
    let told = mistakes.map(|(code, told)| format!("{} {}", code.as_str(), told.message));
    (steps, told.collect())
}

#[test]
fn imports_come_first_and_what_nobody_wants_is_left_out() {
    let entries = [
        entry("app:main", "function.lua", &["lib:a", "lib:b"]),
        library("lib:a", &["lib:b"]),
        library("lib:b", &[]),
        library("lib:c", &["lib:a"]),
        entry("app:data", "registry.entry", &["app:nothing"]),
        entry("app:old", "function.lua.bc", &["app:nothing"]),
        entry("app:flow", "workflow.lua", &[]),
    ];
    let (steps, told) = planned(&entries, &["app"]);
    assert_eq!(steps, [vec!["app:flow", "lib:b", "app:old"], vec!["lib:a"], vec!["app:main"]]);
    assert_eq!(told, [""; 0]);
    assert_eq!(planned(&entries, &[]).0[2], ["app:main", "lib:c"]);
    assert_eq!(planned(&entries, &["nowhere"]).0, [[""; 0]; 0]);
}

#[test]
fn imports_that_lead_nowhere_are_told() {
    let entries = [library("app:a", &["app:bb", "other", ":jsn"]), entry("app:other", "http.router", &[])];
    let (steps, told) = planned(&entries, &[]);
    assert_eq!(steps, [["app:a"]]);
    assert_eq!(
        told,
        [
            "E0024 imports.bb: entry app:bb not found, did you mean app:a?",
            "E0024 imports.other: app:other is of kind http.router, which holds no Lua",
            "E0024 imports.jsn: no module \"jsn\" (there are: )",
        ]
    );
}

#[test]
fn a_circle_is_told_once_and_all_of_it_is_checked() {
    let entries = [
        library("app:a", &["app:b"]),
        library("app:b", &["app:c"]),
        library("app:c", &["app:a"]),
        library("app:d", &["app:c", "app:d"]),
    ];
    let (steps, told) = planned(&entries, &[]);
    assert_eq!(
        steps,
        [["app:c"], ["app:b"], ["app:a"]].map(|s| s.to_vec()).map(|mut step| {
            if step == ["app:b"] {
                step.push("app:d");
            }
            step
        })
    );
    assert_eq!(
        told,
        [
            "E0013 imports form a cycle: app:a -> app:b -> app:c -> app:a",
            "E0013 imports form a cycle: app:d -> app:d",
        ]
    );
}

#[test]
fn long_chains_and_circles_are_cheap() {
    let ids: Vec<String> = (0..20_000).map(|n| format!("app:l{n:05}")).collect();
    let chain: Vec<_> = (0..ids.len())
        .map(|n| library(&ids[n], &ids.get(n + 1).map(|id| id.as_str()).into_iter().collect::<Vec<_>>()))
        .collect();
    let (steps, told) = planned(&chain, &[]);
    assert_eq!((steps.len(), told.len()), (20_000, 0));
    let circle: Vec<_> = (0..ids.len()).map(|n| library(&ids[n], &[&ids[(n + 1) % ids.len()]])).collect();
    let (steps, told) = planned(&circle, &[]);
    assert_eq!((steps.len(), told.len()), (20_000, 1));
    assert!(
        told[0].ends_with(
            "app:l00004 -> … -> app:l19996 -> app:l19997 -> app:l19998 -> app:l19999 -> app:l00000"
        ),
        "{}",
        told[0]
    );
}
