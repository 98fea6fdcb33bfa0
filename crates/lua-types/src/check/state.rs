//! What is known at a point of a function: the types of locals and of paths that start at them.

use super::infer::Pass;
use crate::bind::{FnId, SymId};
use crate::pool::Pool;
use crate::report::Report;
use crate::ty::{Name, Pack, Ty};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A local, or a chain of fields that starts at one: `a`, `a.b`, `a.b[1]`, `a[i]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PathId(u32);

/// What a path starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Root {
    Sym(SymId),
    Global(Name),
}

/// A step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Name(Name),
    Int(i64),
    /// `t[#t]`
    Last,
    /// The value that a local has at that time.
    Sym(SymId),
}

/// All paths that a unit mentions.
#[derive(Default)]
pub(super) struct Paths {
    roots: FxHashMap<Root, PathId>,
    steps: FxHashMap<(PathId, Key), PathId>,
    children: Vec<Vec<PathId>>,
    /// Paths with a step that is the value of a local.
    keyed: FxHashMap<SymId, Vec<PathId>>,
    /// Roots that are locals.
    locals: FxHashMap<PathId, SymId>,
}

impl Paths {
    pub(super) fn root(&mut self, root: Root) -> PathId {
        if let Some(known) = self.roots.get(&root) {
            return *known;
        }
        let id = self.add();
        self.roots.insert(root, id);
        if let Root::Sym(sym) = root {
            self.locals.insert(id, sym);
        }
        id
    }

    /// The local that a path is, without steps.
    pub(super) fn local(&self, path: PathId) -> Option<SymId> {
        self.locals.get(&path).copied()
    }

    pub(super) fn step(&mut self, path: PathId, key: Key) -> PathId {
        if let Some(known) = self.steps.get(&(path, key)) {
            return *known;
        }
        let id = self.add();
        self.steps.insert((path, key), id);
        self.children[path.0 as usize].push(id);
        if let Key::Sym(sym) = key {
            self.keyed.entry(sym).or_default().push(id);
        }
        id
    }

    /// The path, if anything was ever said of it.
    pub(super) fn known_step(&self, path: PathId, key: Key) -> Option<PathId> {
        self.steps.get(&(path, key)).copied()
    }

    fn add(&mut self) -> PathId {
        self.children.push(vec![]);
        PathId(self.children.len() as u32 - 1)
    }

    fn below(&self, path: PathId) -> Vec<PathId> {
        let mut found = self.children[path.0 as usize].clone();
        let mut at = 0;
        while at < found.len() {
            found.extend_from_slice(&self.children[found[at].0 as usize]);
            at += 1;
        }
        found
    }

    fn keyed(&self, sym: SymId) -> Vec<PathId> {
        self.keyed.get(&sym).cloned().unwrap_or_default()
    }
}

/// What changed since a mark: the present facts of those paths.
pub(super) type Diff = Vec<(PathId, Option<Ty>)>;

/// Locals whose values belong together: those of one call, row by row of what it may return.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) paths: Vec<PathId>,
    pub(super) rows: Rc<Vec<Vec<Ty>>>,
}

/// A loop, or a block with labels, that jumps may leave.
pub(super) struct Target {
    /// `None`: the end of a loop.
    pub(super) label: Option<Name>,
    pub(super) mark: usize,
    pub(super) arrivals: Vec<Diff>,
}

/// The analysis of one function.
pub(super) struct Frame {
    pub(super) function: FnId,
    facts: FxHashMap<PathId, Ty>,
    trail: Vec<(PathId, Option<Ty>)>,
    /// Whether this point can be reached.
    pub(super) alive: bool,
    /// It ended in a call that does not return.
    pub(super) dead_by_call: bool,
    pub(super) links: Vec<Link>,
    pub(super) targets: Vec<Target>,
    /// What `return` statements gave.
    pub(super) rows: Vec<Pack>,
    /// What was found; a loop takes back what a further turn will say again.
    pub(super) reports: Vec<Report>,
    /// The annotation.
    pub(super) expected: Option<Pack>,
    /// The type of `...`.
    pub(super) vararg: Option<Ty>,
    pub(super) scope: u32,
    /// What parameters were known to be at the exits.
    pub(super) exits: Option<Vec<(PathId, Ty)>>,
    /// Facts that say that there is no value.
    pub(super) never: u32,
    /// The body is gone through with known arguments.
    pub(super) pass: Option<Box<Pass>>,
}

impl Frame {
    pub(super) fn new(function: FnId, scope: u32) -> Self {
        Frame {
            function,
            facts: FxHashMap::default(),
            trail: vec![],
            alive: true,
            dead_by_call: false,
            links: vec![],
            targets: vec![],
            rows: vec![],
            reports: vec![],
            expected: None,
            vararg: None,
            scope,
            exits: None,
            never: 0,
            pass: None,
        }
    }

    pub(super) fn fact(&self, path: PathId) -> Option<Ty> {
        self.facts.get(&path).copied()
    }

    pub(super) fn set(&mut self, path: PathId, fact: Option<Ty>) {
        let before = match fact {
            Some(ty) => self.facts.insert(path, ty),
            None => self.facts.remove(&path),
        };
        if before != fact {
            self.never += u32::from(fact == Some(Ty::NEVER));
            self.never -= u32::from(before == Some(Ty::NEVER));
            self.trail.push((path, before));
        }
    }

    /// A path has a new value: what was known of it and below it holds no more.
    pub(super) fn assign(&mut self, paths: &Paths, path: PathId, fact: Option<Ty>) {
        self.forget_below(paths, path);
        self.links.retain(|link| !link.paths.contains(&path));
        self.set(path, fact);
    }

    pub(super) fn forget_below(&mut self, paths: &Paths, path: PathId) {
        if paths.children[path.0 as usize].is_empty() {
            return;
        }
        for below in paths.below(path) {
            self.set(below, None);
        }
    }

    /// A local has a new value: paths that go by its value are others now.
    pub(super) fn rekey(&mut self, paths: &Paths, sym: SymId) {
        for path in paths.keyed(sym) {
            self.set(path, None);
            self.forget_below(paths, path);
        }
    }

    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    pub(super) fn diff(&self, mark: usize) -> Diff {
        let mut paths: Vec<PathId> = self.trail[mark..].iter().map(|(path, _)| *path).collect();
        paths.sort_unstable_by_key(|p| p.0);
        paths.dedup();
        paths.into_iter().map(|path| (path, self.fact(path))).collect()
    }

    pub(super) fn undo(&mut self, mark: usize) {
        while self.trail.len() > mark
            && let Some((path, before)) = self.trail.pop()
        {
            let after = match before {
                Some(ty) => self.facts.insert(path, ty),
                None => self.facts.remove(&path),
            };
            self.never += u32::from(before == Some(Ty::NEVER));
            self.never -= u32::from(after == Some(Ty::NEVER));
        }
    }

    /// Applies what several ways to this point know, all relative to the present state: each path is one of theirs.
    pub(super) fn join(&mut self, pool: &mut Pool, ways: &[Diff]) {
        let mut paths: Vec<PathId> = ways.iter().flatten().map(|(path, _)| *path).collect();
        paths.sort_unstable_by_key(|p| p.0);
        paths.dedup();
        for path in paths {
            let base = self.fact(path);
            let facts = ways.iter().map(|way| match way.binary_search_by_key(&path.0, |(p, _)| p.0) {
                Ok(at) => way[at].1,
                Err(_) => base,
            });
            let fact = facts.collect::<Option<Vec<Ty>>>().map(|types| union_of(pool, &types));
            self.set(path, fact);
        }
    }
}

/// A union that stays small: literals give way to their types when there are many.
pub(super) fn union_of(pool: &mut Pool, types: &[Ty]) -> Ty {
    let ty = pool.union(types);
    let members = pool.members(ty);
    if members.len() <= 24 {
        return ty;
    }
    let wide: Vec<Ty> = members.iter().map(|m| crate::widen::widen(&mut *pool, *m)).collect();
    let ty = pool.union(&wide);
    if pool.members(ty).len() <= 48 { ty } else { Ty::ANY }
}
