//! Which entries an entry refers to, as far as its fields show, and the order that follows.

use crate::entry::Entry;
use crate::state::Snapshot;
use infra_base::{Data, Diagnostic, EntryId, Error, Map, Result};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Fields that name other entries; `*` stands for any key or list item.
const PATTERNS: &[&str] = &[
    "meta.server",
    "meta.router",
    "meta.temporal.activity.worker",
    "meta.temporal.workflow.worker",
    "data.func",
    "data.fs",
    "data.process",
    "data.host",
    "data.imports.*",
    "data.database",
    "data.driver",
    "data.queue",
    "data.dead_letter.queue",
    "data.store",
    "data.set",
    "data.storage",
    "data.storages.*",
    "data.config",
    "data.client",
    "data.network",
    "data.contracts.*.contract",
    "data.contracts.*.methods.*",
    "data.groups.*",
    "lifecycle.requires.*",
    "lifecycle.depends_on.*",
];

/// Kinds whose data is free, so that nothing in it is a reference.
const FREE: &[&str] = &["registry.entry", "ns.definition", "ns.requirement", "ns.dependency"];

/// A reference found in an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The entry that is meant.
    pub target: EntryId,
    /// Where it is named: `data.func`, `data.imports.json`.
    pub path: Box<str>,
}

/// The entries that `entry` names in known reference fields. Texts that are no id are not looked at, and an import with
/// an empty namespace (`:json`) is a built-in module.
pub fn edges(entry: &Entry) -> Vec<Edge> {
    let mut out = Vec::new();
    if FREE.contains(&&*entry.kind) {
        return out;
    }
    let nothing = Map::default();
    let data = entry.data.as_map().unwrap_or(&nothing);
    for pattern in PATTERNS {
        let (part, rest) = pattern.split_once('.').unwrap_or((pattern, ""));
        match part {
            "meta" => in_map(entry, &entry.meta, "meta", rest, &mut out),
            "data" => in_map(entry, data, "data", rest, &mut out),
            _ => in_map(entry, data, "data", pattern, &mut out),
        }
    }
    out
}

fn in_map(entry: &Entry, map: &Map, path: &str, pattern: &str, out: &mut Vec<Edge>) {
    let (key, rest) = pattern.split_once('.').map_or((pattern, None), |(key, rest)| (key, Some(rest)));
    if key == "*" {
        for (key, value) in map {
            follow(entry, value, &format!("{path}.{key}"), rest, out);
        }
    } else if let Some(value) = map.get(key) {
        follow(entry, value, &format!("{path}.{key}"), rest, out);
    }
}

fn follow(entry: &Entry, value: &Data, path: &str, rest: Option<&str>, out: &mut Vec<Edge>) {
    match (value, rest) {
        (Data::Map(map), Some(rest)) => in_map(entry, map, path, rest, out),
        (Data::List(items), Some(rest)) => {
            let rest = rest.strip_prefix('*').unwrap_or(rest);
            let rest = rest.strip_prefix('.').or((!rest.is_empty()).then_some(rest));
            for (index, item) in items.iter().enumerate() {
                follow(entry, item, &format!("{path}[{index}]"), rest, out);
            }
        }
        // One id where a list of them may stand.
        (Data::Text(text), None | Some("*")) => {
            if let Ok(target) = EntryId::resolve(text, entry.id.namespace()) {
                out.push(Edge { target, path: path.into() });
            }
        }
        _ => {}
    }
}

/// Some entries with the edges between them.
pub struct Graph {
    entries: Vec<Arc<Entry>>,
    /// Indexes of what each entry needs.
    needs: Vec<Vec<usize>>,
    unknown: Vec<Diagnostic>,
}

impl Graph {
    /// The graph of `entries`. References to what is neither among them nor in `snapshot` are
    /// [`unknown`](Self::unknown).
    pub fn of(entries: &[Arc<Entry>], snapshot: &Snapshot) -> Graph {
        let mut entries = entries.to_vec();
        entries.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let index: FxHashMap<EntryId, usize> =
            entries.iter().enumerate().map(|(index, entry)| (entry.id.clone(), index)).collect();
        let mut unknown = Vec::new();
        let needs = entries.iter().map(|entry| {
            let mut needs = Vec::new();
            for edge in edges(entry) {
                match index.get(&edge.target) {
                    Some(need) => needs.push(*need),
                    None if snapshot.get(&edge.target).is_some() => {}
                    None => unknown.push(entry.mistake(&edge.path, refers(&edge, snapshot))),
                }
            }
            needs
        });
        let needs = needs.collect();
        Graph { entries, needs, unknown }
    }

    /// References to entries that do not exist, each with its place and the nearest name.
    pub fn unknown(&self) -> &[Diagnostic] {
        &self.unknown
    }

    /// Entries by order of dependency, what is needed first; id order where that leaves a choice. `Invalid` names the
    /// circle if there is one.
    pub fn sort(&self) -> Result<Vec<Arc<Entry>>> {
        match self.walk() {
            (order, None) => Ok(order),
            (_, Some(circle)) => {
                let path: Vec<&str> = circle.iter().map(|i| self.entries[*i].id.as_str()).collect();
                let message = format!("entries refer to each other in a circle: {}", path.join(" -> "));
                Err(Error::invalid(message))
            }
        }
    }

    /// As [`sort`](Self::sort), but a circle is cut where it closes.
    pub fn order(&self) -> Vec<Arc<Entry>> {
        self.walk().0
    }

    fn walk(&self) -> (Vec<Arc<Entry>>, Option<Vec<usize>>) {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            OnPath,
            Done,
        }
        let mut marks = vec![Mark::New; self.entries.len()];
        let (mut order, mut circle) = (Vec::with_capacity(self.entries.len()), None);
        for start in 0..self.entries.len() {
            if marks[start] != Mark::New {
                continue;
            }
            marks[start] = Mark::OnPath;
            let mut path = vec![(start, 0)];
            while let Some((at, next)) = path.last_mut() {
                let at = *at;
                let Some(need) = self.needs[at].get(*next).copied() else {
                    marks[at] = Mark::Done;
                    order.push(self.entries[at].clone());
                    path.pop();
                    continue;
                };
                *next += 1;
                match marks[need] {
                    Mark::New => {
                        marks[need] = Mark::OnPath;
                        path.push((need, 0));
                    }
                    Mark::OnPath if circle.is_none() => {
                        let from = path.iter().position(|(on, _)| *on == need).unwrap_or(0);
                        circle = Some(path[from..].iter().map(|(on, _)| *on).chain([need]).collect());
                    }
                    Mark::OnPath | Mark::Done => {}
                }
            }
        }
        (order, circle)
    }
}

fn refers(edge: &Edge, snapshot: &Snapshot) -> String {
    let field = edge.path.strip_prefix("data.").unwrap_or(&edge.path);
    format!("{field}: {}", snapshot.missing(&edge.target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ChangeSet;

    fn list(items: &[&str]) -> Data {
        Data::List(items.iter().map(|item| Data::from(*item)).collect())
    }

    fn map(pairs: &[(&str, Data)]) -> Data {
        Data::Map(pairs.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
    }

    fn entry(name: &str, kind: &str, meta: Data, data: Data) -> Arc<Entry> {
        let id = EntryId::new("app", name).unwrap();
        let Data::Map(meta) = meta else { panic!("meta is a map") };
        Arc::new(Entry { id, kind: kind.into(), meta, data, origin: None })
    }

    fn needs(name: &str, host: &str) -> Arc<Entry> {
        entry(name, "process.service", map(&[]), map(&[("host", host.into())]))
    }

    fn names(entries: &[Arc<Entry>]) -> Vec<&str> {
        entries.iter().map(|e| e.id.name()).collect()
    }

    #[test]
    fn known_fields_are_references() {
        let data = map(&[
            ("func", "handler".into()),
            ("imports", map(&[("json", ":json".into()), ("util", "lib:util".into())])),
            ("storages", list(&["one", "env:two"])),
            (
                "contracts",
                Data::List(vec![map(&[
                    ("contract", "c".into()),
                    ("methods", map(&[("get", "getter".into())])),
                ])]),
            ),
            ("lifecycle", map(&[("requires", list(&["db"])), ("depends_on", "cache".into())])),
            ("title", "other:thing".into()),
        ]);
        let entry = entry("x", "made.up", map(&[("router", "api".into())]), data);
        let found: Vec<String> = edges(&entry).iter().map(|e| format!("{} {}", e.path, e.target)).collect();
        assert_eq!(
            found,
            [
                "meta.router app:api",
                "data.func app:handler",
                "data.imports.util lib:util",
                "data.storages[0] app:one",
                "data.storages[1] env:two",
                "data.contracts[0].contract app:c",
                "data.contracts[0].methods.get app:getter",
                "data.lifecycle.requires[0] app:db",
                "data.lifecycle.depends_on app:cache",
            ]
        );
    }

    #[test]
    fn free_data_holds_no_references() {
        let data = map(&[("func", "nowhere".into())]);
        assert_eq!(edges(&entry("x", "registry.entry", map(&[]), data)), []);
    }

    #[test]
    fn order_circles_and_unknown_names() {
        let all = [needs("a", "c"), needs("b", "a"), needs("c", "d"), needs("d", "lib:x")];
        let graph = Graph::of(&all, &Snapshot::baseline(all.iter().cloned()));
        assert_eq!(names(&graph.sort().unwrap()), ["d", "c", "a", "b"]);
        let unknown: Vec<&str> = graph.unknown().iter().map(|d| d.message.as_str()).collect();
        assert_eq!(unknown, ["app:d: host: entry lib:x not found"]);
        let all = [needs("a", "c"), needs("b", "a"), needs("c", "b"), needs("d", "a")];
        let graph = Graph::of(&all, &Snapshot::default());
        let error = graph.sort().err().unwrap();
        let expected = "entries refer to each other in a circle: app:a -> app:c -> app:b -> app:a";
        assert_eq!(error.message(), expected);
        assert_eq!(graph.order().len(), 4);
    }

    #[test]
    fn a_delta_deletes_users_first_and_creates_them_last() {
        let from =
            Snapshot::baseline([needs("a", "b"), needs("b", "c"), needs("c", "x:y"), needs("kept", "x:y")]);
        let to =
            Snapshot::baseline([needs("k", "m"), needs("m", "z"), needs("z", "x:y"), needs("kept", "x:y")]);
        let delta = ChangeSet::delta(&from, &to);
        let ops: Vec<String> =
            delta.ops.iter().map(|op| format!("{} {}", op.name(), op.id().name())).collect();
        assert_eq!(
            ops,
            [
                "entry.delete a",
                "entry.delete b",
                "entry.delete c",
                "entry.create z",
                "entry.create m",
                "entry.create k",
            ]
        );
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let all: Vec<_> = (0..50_000).map(|n| needs(&format!("n{n}"), &format!("n{}", n + 1))).collect();
        let order = Graph::of(&all, &Snapshot::default()).order();
        assert_eq!(order[0].id.name(), "n49999");
    }
}
