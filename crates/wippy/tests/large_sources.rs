//! Long sources are compiled and checked beside the workers: other tasks go on meanwhile.

#[path = "support/node.rs"]
mod node;

use core_registry::Entry;
use infra_base::{Data, EntryId, Map};
use lua_engine::{Options, Typing};
use std::fmt::Write;
use std::sync::Arc;
use sys_entries::Entries;

/// Turns that another task of the only worker gets while a library of so many lines is loaded.
fn turns(typing: Typing, lines: usize) -> usize {
    let mut source = String::from("local t = {}\n");
    for line in 0..lines {
        writeln!(source, "t.f{} = function(a, b) return a .. {line} .. b end", line % 100).expect("a text");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options = Options { typing, ..Options::default() };
        let running = node::node(lua_std::modules(), options, None).await;
        let mut data = Map::default();
        data.insert("source".into(), Data::text(&*(source + "return t\n")));
        let (id, kind) = (EntryId::new("test", "long").expect("a name"), "library.lua".into());
        let entry = Arc::new(Entry { id, kind, meta: Map::default(), data: Data::Map(data), origin: None });
        let entries = running.app.get::<Entries>().expect("a registry");
        let mut turns = 0;
        let other = async {
            loop {
                tokio::task::yield_now().await;
                turns += 1;
            }
        };
        tokio::select! {
            biased;
            loaded = entries.load(vec![entry]) => loaded.unwrap_or_else(|e| panic!("it is refused: {e}")),
            () = other => unreachable!("it never ends"),
        };
        running.stop().await;
        turns
    })
}

#[test]
fn a_long_source_holds_no_worker() {
    for typing in [Typing::Off, Typing::Strict] {
        // Both change the registry, and only one gives a thread much to do.
        let (short, long) = (turns(typing, 1), turns(typing, 20_000));
        assert!(long > short + 1_000, "{typing:?}: {short} turns, {long} with a long source");
    }
}
