//! A program: a root unit with everything it imports, in the order of evaluation.

use crate::unit::{Import, Unit};
use infra_base::{EntryId, Error, Result};
use lua_api::{Binding, Names};
use lua_types::AMBIENT;
use lua_vm::{Image, Imported};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// A root unit and its transitive imports, ready to run.
pub struct Program {
    /// Units in evaluation order: depth-first, imports in byte order of alias, each once; the root last.
    pub units: Vec<Arc<Unit>>,
    /// Modules of the whole closure, preset before any chunk runs; sorted, unique.
    pub modules: Vec<Box<str>>,
    /// `P(a)`: what `_G[alias]` holds: alias → index of a unit. Root first, then breadth first, then by id.
    pub globals: Vec<(Box<str>, usize)>,
    /// Per unit, aliases that mean another unit than `P(a)`: alias → index of a unit.
    pub own: Vec<Vec<(Box<str>, usize)>>,
    /// The state that its top level built, once somebody has asked for it.
    pub(crate) made: Once,
}

/// A sealed image and the number of units that ran in it.
pub(crate) struct Made {
    pub(crate) image: Arc<Image>,
    pub(crate) units: usize,
    /// Why the next unit did not.
    pub(crate) stop: Option<String>,
}

/// How much of a program every process shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Units of the program.
    pub units: usize,
    /// Units whose top level ran for the image.
    pub imaged: usize,
    /// The unit behind them, which runs in each process, as do all behind it, and why.
    pub stop: Option<(EntryId, String)>,
    /// Bytes and shared objects of the image.
    pub bytes: usize,
    /// Shared tables, variables and functions.
    pub objects: usize,
}

/// The image of a program, made by one process while others do without.
#[derive(Default)]
pub(crate) struct Once {
    made: OnceLock<Made>,
    /// Somebody is making it.
    claimed: AtomicBool,
}

impl Once {
    pub(crate) fn get(&self) -> Option<&Made> {
        self.made.get()
    }

    /// True: the caller makes the image now, and says [`Once::set`] or not, then [`Once::release`].
    pub(crate) fn claim(&self) -> bool {
        self.made.get().is_none() && !self.claimed.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn set(&self, made: Made) {
        // Only the claimant sets it.
        let _ = self.made.set(made);
    }

    pub(crate) fn release(&self) {
        self.claimed.store(false, Ordering::Relaxed);
    }
}

impl Program {
    /// Links `root`; `unit` finds units by id. Errors name the importing entry and the alias; a cycle is named whole.
    pub fn link(root: &Arc<Unit>, unit: &dyn Fn(&EntryId) -> Result<Arc<Unit>>) -> Result<Program> {
        let mut linker = Linker { unit, order: Vec::new(), done: HashMap::new(), path: Vec::new() };
        linker.visit(root)?;
        let Linker { order: units, done: index, .. } = linker;
        let mut modules: Vec<Box<str>> = units.iter().flat_map(|u| u.modules.iter().cloned()).collect();
        for unit in &units {
            modules.extend(unit.imports.iter().filter_map(|(_, import)| match import {
                Import::Module(name) => Some(name.clone()),
                Import::Entry(_) => None,
            }));
        }
        modules.sort_unstable();
        modules.dedup();
        let globals = bindings(&units, &index);
        let own = units
            .iter()
            .map(|unit| {
                let mine = entry_imports(unit).map(|(alias, id)| (alias.clone(), index[id]));
                mine.filter(|(alias, at)| globals.iter().any(|(a, p)| a == alias && p != at)).collect()
            })
            .collect();
        Ok(Program { units, modules, globals, own, made: Once::default() })
    }

    /// What its image covers, once it is made.
    pub fn coverage(&self) -> Option<Coverage> {
        let made = self.made.get()?;
        let stop = made.stop.clone().map(|why| (self.units[made.units].id.clone(), why));
        let (bytes, objects) = (made.image.bytes(), made.image.objects());
        Some(Coverage { units: self.units.len(), imaged: made.units, stop, bytes, objects })
    }

    /// Whether some alias means different things in two units.
    pub fn has_own_names(&self) -> bool {
        self.own.iter().any(|own| !own.is_empty())
    }

    /// The unit that the program is for.
    pub fn root(&self) -> &Arc<Unit> {
        self.units.last().expect("a program has its root")
    }
}

impl Names for Program {
    fn find(&self, unit: &str, name: &str) -> Option<Binding> {
        let at = self.own.iter().zip(&self.units).find(|(own, u)| !own.is_empty() && u.id.as_str() == unit);
        let own = at.and_then(|(own, _)| own.iter().find(|(alias, _)| &**alias == name));
        let shared = self.globals.iter().find(|(alias, _)| &**alias == name);
        if let (Some((_, own)), Some((_, shared))) = (own, shared) {
            return Some(Binding::Own { own: *own, shared: *shared });
        }
        let module_alias = || {
            let mut imports = self.units.iter().flat_map(|u| &u.imports);
            imports.any(|(alias, import)| &**alias == name && matches!(import, Import::Module(_)))
        };
        let declared = shared.is_some()
            || AMBIENT.contains(&name)
            || self.modules.binary_search_by(|m| (**m).cmp(name)).is_ok()
            || module_alias();
        declared.then_some(Binding::Global)
    }

    fn imported(&self, unit: &str, alias: &str) -> Option<Imported> {
        let named = |id: &str| self.units.iter().find(|u| u.id.as_str() == id);
        let unit = named(unit)?;
        match unit.imports.iter().find(|(known, _)| **known == *alias) {
            Some((_, Import::Entry(id))) => Some(Imported::Unit(named(id.as_str())?.proto.clone())),
            Some((_, Import::Module(name))) => Some(Imported::Module(name.to_string())),
            None => {
                let listed = AMBIENT.contains(&alias) || unit.modules.iter().any(|m| **m == *alias);
                listed.then(|| Imported::Module(alias.to_owned()))
            }
        }
    }
}

fn entry_imports(unit: &Unit) -> impl Iterator<Item = (&Box<str>, &EntryId)> {
    unit.imports.iter().filter_map(|(alias, import)| match import {
        Import::Entry(id) => Some((alias, id)),
        Import::Module(_) => None,
    })
}

/// `P(a)` for every alias: the root's binding, else the nearest (breadth first, then by id).
fn bindings(units: &[Arc<Unit>], index: &HashMap<EntryId, usize>) -> Vec<(Box<str>, usize)> {
    let mut found: Vec<(Box<str>, usize)> = Vec::new();
    let mut seen = vec![false; units.len()];
    let mut level = vec![units.len() - 1];
    while !level.is_empty() {
        level.sort_unstable_by(|a, b| units[*a].id.cmp(&units[*b].id));
        let mut next = Vec::new();
        for at in level {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            for (alias, id) in entry_imports(&units[at]) {
                if !found.iter().any(|(a, _)| a == alias) {
                    found.push((alias.clone(), index[id]));
                }
                next.push(index[id]);
            }
        }
        level = next;
    }
    found
}

struct Linker<'a> {
    unit: &'a dyn Fn(&EntryId) -> Result<Arc<Unit>>,
    order: Vec<Arc<Unit>>,
    done: HashMap<EntryId, usize>,
    path: Vec<EntryId>,
}

/// Longest chain of imports.
const MAX_DEPTH: usize = 200;

impl Linker<'_> {
    fn visit(&mut self, unit: &Arc<Unit>) -> Result<()> {
        if self.done.contains_key(&unit.id) {
            return Ok(());
        }
        if let Some(start) = self.path.iter().position(|id| *id == unit.id) {
            let cycle: Vec<&str> = self.path[start..].iter().map(EntryId::as_str).collect();
            return Err(Error::invalid(format!("imports form a cycle: {} → {}", cycle.join(" → "), unit.id)));
        }
        if self.path.len() >= MAX_DEPTH {
            return Err(Error::invalid(format!(
                "{}: imports are nested deeper than {MAX_DEPTH}",
                self.path[0]
            )));
        }
        self.path.push(unit.id.clone());
        for (alias, import) in &unit.imports {
            if let Import::Entry(id) = import {
                let imported = (self.unit)(id);
                let imported =
                    imported.map_err(|e| e.context(format_args!("import '{alias}' of {}", unit.id)))?;
                self.visit(&imported)?;
            }
        }
        self.path.pop();
        self.done.insert(unit.id.clone(), self.order.len());
        self.order.push(unit.clone());
        Ok(())
    }
}
