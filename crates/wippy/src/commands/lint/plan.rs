//! Which entries are Lua, what they import, and the order in which they can be checked.

use core_registry::Entry;
use infra_base::{Data, EntryId, Severity};
use infra_base::{Diagnostic, nearest};
use lua_api::Module;
use lua_types::{Code, Rules};
use std::collections::HashMap;
use std::sync::Arc;
use sys_functions::Pool;
use sys_pipeline::matches;

/// Kinds whose source is checked.
const KINDS: [&str; 5] = ["function.lua", "library.lua", "module.lua", "process.lua", "workflow.lua"];

/// An entry that holds Lua.
pub(super) struct Item<'a> {
    pub(super) entry: &'a Arc<Entry>,
    /// `None`: compiled code, which has no source.
    pub(super) source: Option<&'a str>,
    /// Built-in modules by alias.
    pub(super) modules: Vec<(&'a str, &'a str)>,
    /// In order of aliases.
    pub(super) imports: Vec<(&'a str, Target)>,
    /// The rules of its kind.
    pub(super) rules: Rules,
    /// Whether what is found is told; else somebody imports it.
    pub(super) told: bool,
    /// What is wrong with the definition.
    pub(super) mistakes: Vec<(Code, Diagnostic)>,
}

/// What an alias means.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// Another item.
    Item(usize),
    /// Something whose types are not known.
    Unknown,
}

/// Entries that hold Lua, as far as they are wanted or imported by those that are, by id.
pub(super) struct Plan<'a> {
    pub(super) items: Vec<Item<'a>>,
    /// Items of one step import those of earlier steps only.
    pub(super) steps: Vec<Vec<usize>>,
}

impl<'a> Plan<'a> {
    /// A plan for the namespaces that fit one of `patterns`, or for all.
    pub(super) fn of(entries: &'a [Arc<Entry>], patterns: &[String], modules: &[Module]) -> Plan<'a> {
        let mut lua: Vec<&Arc<Entry>> = entries.iter().filter(|entry| is_lua(&entry.kind)).collect();
        lua.sort_by(|a, b| a.id.cmp(&b.id));
        let numbers: HashMap<&str, usize> =
            lua.iter().enumerate().map(|(at, entry)| (entry.id.as_str(), at)).collect();
        let others: HashMap<&str, &str> =
            entries.iter().map(|entry| (entry.id.as_str(), &*entry.kind)).collect();
        let names: Vec<&str> = modules.iter().map(|module| module.top.name).collect();
        let ids = lua.iter().map(|entry| entry.id.as_str()).collect();
        let look = Look { ids, numbers, others, names };
        let wanted = |entry: &Entry| {
            patterns.is_empty() || patterns.iter().any(|p| matches(p, entry.id.namespace(), '.'))
        };
        let mut items: Vec<Item<'a>> = lua.iter().map(|entry| look.item(entry, wanted(entry))).collect();
        let order = order(&mut items);
        let steps = steps(&items, &order);
        Plan { items, steps }
    }

    /// Whether an entry that is told is in such a namespace.
    pub(super) fn has_namespace(&self, pattern: &str) -> bool {
        self.items.iter().any(|item| matches(pattern, item.entry.id.namespace(), '.'))
    }
}

fn is_lua(kind: &str) -> bool {
    KINDS.contains(&kind.strip_suffix(".bc").unwrap_or(kind))
}

/// A library has the state of whoever imports it.
fn rules(entry: &Entry) -> Rules {
    let keeps = match &*entry.kind {
        // A pool that cannot be read is told elsewhere.
        "function.lua" => Pool::read(&entry.data).is_ok_and(|(pool, _)| pool.keeps_states()),
        "process.lua" | "workflow.lua" => true,
        _ => false,
    };
    if keeps { Rules::OfKeptState } else { Rules::OfShortState }
}

struct Look<'a> {
    /// In order.
    ids: Vec<&'a str>,
    numbers: HashMap<&'a str, usize>,
    others: HashMap<&'a str, &'a str>,
    names: Vec<&'a str>,
}

impl<'a> Look<'a> {
    fn item(&self, entry: &'a Arc<Entry>, told: bool) -> Item<'a> {
        let mut item = Item {
            entry,
            source: entry.data.get(&["source"]).and_then(Data::as_str),
            modules: Vec::new(),
            imports: Vec::new(),
            rules: rules(entry),
            told,
            mistakes: Vec::new(),
        };
        if entry.kind.ends_with(".bc") {
            item.source = None;
            return item;
        }
        self.modules(&mut item);
        self.imports(&mut item);
        if &*entry.kind == "process.lua" && entry.data.get(&["lifecycle"]).is_some() {
            let told = entry
                .mistake("data.lifecycle", "lifecycle has no effect on process.lua, which starts nothing");
            let told = Diagnostic { severity: Severity::Hint, ..told };
            item.mistake(
                Code::IdleLifecycle,
                told.help("use an entry of kind process.service that names the process"),
            );
        }
        item
    }

    fn modules(&self, item: &mut Item<'a>) {
        let listed = item.entry.data.get(&["modules"]).and_then(Data::as_list).unwrap_or_default();
        for (at, name) in listed.iter().enumerate() {
            let Some(name) = name.as_str() else { continue };
            if self.names.contains(&name) {
                item.modules.push((name, name));
            } else if !lua_engine::is_everywhere(name) {
                self.known(item, &format!("modules[{at}]"), name);
            }
        }
    }

    fn known(&self, item: &mut Item<'a>, field: &str, name: &str) {
        if let Some(what) = lua_engine::no_module(name, &self.names) {
            let told = item.entry.mistake(&format!("data.{field}"), format!("{field}: {what}"));
            item.mistake(Code::UndeclaredRequire, told);
        }
    }

    fn imports(&self, item: &mut Item<'a>) {
        let entry = item.entry;
        let Some(named) = entry.data.get(&["imports"]).and_then(Data::as_map) else { return };
        for (alias, target) in named {
            let Some(target) = target.as_str() else { continue };
            let field = format!("imports.{alias}");
            let mut mistake = |what: String| {
                let told = entry.mistake(&format!("data.{field}"), format!("{field}: {what}"));
                item.mistake(Code::UndeclaredRequire, told);
            };
            let target = match (target.strip_prefix(':'), EntryId::resolve(target, entry.id.namespace())) {
                (Some(module), _) => {
                    self.known(item, &field, module);
                    item.modules.push((alias, module));
                    continue;
                }
                (None, Err(error)) => {
                    mistake(error.to_string());
                    Target::Unknown
                }
                (None, Ok(id)) => match (self.numbers.get(id.as_str()), self.others.get(id.as_str())) {
                    (Some(at), _) => Target::Item(*at),
                    (None, Some(kind)) => {
                        mistake(format!("{id} is of kind {kind}, which holds no Lua"));
                        Target::Unknown
                    }
                    (None, None) => {
                        let near = nearest(id.as_str(), self.ids.iter().copied());
                        let near = near.map_or(String::new(), |near| format!(", did you mean {near}?"));
                        mistake(format!("entry {id} not found{near}"));
                        Target::Unknown
                    }
                },
            };
            item.imports.push((alias, target));
        }
        item.imports.sort_unstable_by_key(|(alias, _)| *alias);
    }
}

impl Item<'_> {
    /// The entry is named beside the message.
    fn mistake(&mut self, code: Code, mut told: Diagnostic) {
        if let Some(message) = told.message.strip_prefix(&format!("{}: ", self.entry.id)) {
            told.message = message.to_owned();
        }
        self.mistakes.push((code, told.coded(code.as_str())));
    }
}

/// Most entries of a cycle that are named.
const NAMED: usize = 10;

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    OnPath,
    Done,
}

/// Items that are told and what they import, imports first. An import that leads back is told and cut.
fn order(items: &mut [Item<'_>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(items.len());
    let mut marks = vec![Mark::New; items.len()];
    for root in 0..items.len() {
        if !items[root].told || marks[root] != Mark::New {
            continue;
        }
        marks[root] = Mark::OnPath;
        let mut path = vec![(root, 0)];
        while let Some((at, next)) = path.last_mut() {
            let at = *at;
            let Some((_, target)) = items[at].imports.get(*next) else {
                marks[at] = Mark::Done;
                order.push(at);
                path.pop();
                continue;
            };
            let import = *next;
            *next += 1;
            let Target::Item(to) = *target else { continue };
            match marks[to] {
                Mark::Done => {}
                Mark::New => {
                    marks[to] = Mark::OnPath;
                    path.push((to, 0));
                }
                Mark::OnPath => {
                    let begin = path.iter().position(|(on, _)| *on == to).unwrap_or(0);
                    let ids = path[begin..].iter().map(|(on, _)| *on).chain([to]);
                    let mut ids: Vec<&str> = ids.map(|on| items[on].entry.id.as_str()).collect();
                    if ids.len() > NAMED {
                        ids.splice(NAMED / 2..ids.len() - NAMED / 2, ["…"]);
                    }
                    let what = format!("imports form a cycle: {}", ids.join(" -> "));
                    let field = format!("imports.{}", items[at].imports[import].0);
                    let told = items[at].entry.mistake(&format!("data.{field}"), what);
                    let told = told.help("move what both need into a library of its own");
                    items[at].imports[import].1 = Target::Unknown;
                    items[at].mistake(Code::Circular, told);
                }
            }
        }
    }
    order
}

fn steps(items: &[Item<'_>], order: &[usize]) -> Vec<Vec<usize>> {
    let mut step = vec![0; items.len()];
    let mut steps: Vec<Vec<usize>> = Vec::new();
    for at in order {
        let imports = items[*at].imports.iter().filter_map(|(_, target)| match target {
            Target::Item(to) => Some(step[*to] + 1),
            Target::Unknown => None,
        });
        step[*at] = imports.max().unwrap_or(0);
        if steps.len() <= step[*at] {
            steps.resize_with(step[*at] + 1, Vec::new);
        }
        steps[step[*at]].push(*at);
    }
    steps
}

#[cfg(test)]
mod tests;
