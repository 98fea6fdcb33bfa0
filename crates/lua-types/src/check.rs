//! Checks a unit: infers what has no annotation, follows the flow, says what cannot be right.
//!
//! A function is analysed once, forwards, with facts about locals and paths (`state`). What code elsewhere decides — results
//! of a function without annotation, fields of a table, captured locals that are assigned — is found out when it is first
//! asked for: the functions that write it are analysed then (`force`). Where that is not possible (the asker is one of them,
//! and has not come to that point), it may be anything: a doubt never becomes a diagnostic.

mod call;
mod cond;
mod expr;
mod function;
mod infer;
mod names;
mod operate;
mod path;
mod selection;
mod shapes;
mod special;
mod stat;
mod state;
mod table;

use crate::bind::{Bound, FnId, SymId};
use crate::code::Code;
use crate::env::Env;
use crate::lower::TypeName;
use crate::manifest::{Imported, Manifest};
use crate::pool::Pool;
use crate::report::Report;
use crate::ty::{Name, Pack, ShapeId, SigId, Table, Ty};
use crate::types::Types;
use lua_syntax::Span;
use lua_syntax::ast::{Chunk, Expr};
use rustc_hash::{FxHashMap, FxHashSet};
use shapes::Shape;
use state::{Frame, Paths};
use std::rc::Rc;
use std::sync::Arc;

/// A unit to check.
#[derive(Clone, Copy)]
pub struct Unit<'a> {
    /// The entry: `app:hello`.
    pub id: &'a str,
    /// Its text.
    pub source: &'a [u8],
    /// Its tree, without mistakes.
    pub chunk: &'a Chunk,
    /// Libraries by alias.
    pub imports: &'a [(&'a str, Arc<Manifest>)],
    /// Built-in modules that it declares: by which alias, and which.
    pub modules: &'a [(&'a str, &'a str)],
}

impl<'a> Unit<'a> {
    /// The built-in module that it declares under that alias.
    pub(crate) fn module(&self, alias: &str) -> Option<&'a str> {
        self.modules.iter().find(|(known, _)| *known == alias).map(|(_, module)| *module)
    }
}

/// What a check came to.
#[derive(Debug)]
pub struct Checked {
    /// In source order.
    pub reports: Vec<Report>,
    /// What the unit offers to those that import it.
    pub manifest: Manifest,
}

/// So many analyses of functions within each other; beyond, what is asked for may be anything.
const DEMANDS: u32 = 150;

/// So many names are compared with unknown ones in a unit.
const SUGGESTIONS: usize = 200_000;

/// Checks the types of a unit whose names are resolved, on a [`deep`](crate::deep) stack.
pub(crate) fn check(env: &Env, unit: &Unit<'_>, bound: &Bound<'_>) -> Checked {
    Checker::new(env, unit, bound).run()
}

/// How far the analysis of a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// Nobody has made a closure of it yet.
    Unmade,
    /// Made, not analysed.
    Made,
    /// Being analysed, at that byte.
    At(u32),
    /// Its statements are behind it; functions within it may still be ahead.
    Passed,
}

/// What is known of a function of the unit.
struct Known {
    progress: Progress,
    ty: Option<Ty>,
    sig: Option<SigId>,
    /// The types that locals around it had when it was made last.
    captures: Vec<(SymId, Ty)>,
    /// The scope of type names around it.
    scope: u32,
    /// What it gives back, way by way; `None`: not known yet.
    rows: Option<Vec<Pack>>,
}

/// Names of types in a block.
struct Scope {
    parent: Option<u32>,
    names: FxHashMap<Box<str>, TypeName>,
}

struct Checker<'a> {
    env: &'a Env,
    unit: &'a Unit<'a>,
    bound: &'a Bound<'a>,
    pool: Pool,
    paths: Paths,
    frame: Frame,
    known: Vec<Known>,
    by_sig: FxHashMap<SigId, FnId>,
    /// Functions to analyse at the end, if nobody asks for them before.
    queue: Vec<FnId>,
    /// Functions whose calls all stand in the unit, and the locals that hold them.
    private: FxHashMap<FnId, SymId>,
    /// Their calls, by first byte.
    sites: FxHashMap<u32, infer::Site>,
    /// What was told before parameters were inferred.
    told: FxHashSet<Span>,
    /// By function: its locals that other functions assign.
    shared: FxHashMap<FnId, Vec<SymId>>,
    /// Locals that hold what `type(x)` gave, and `x`.
    kinds: FxHashMap<SymId, &'a Expr>,
    /// Locals that hold what `channel.select` gave.
    selections: FxHashMap<SymId, Rc<selection::Selection<'a>>>,
    /// Locals that hold the channel of such a result, and that local.
    channels: FxHashMap<SymId, SymId>,
    /// Names of fields all of whose writers were looked at.
    settled: FxHashSet<Name>,
    /// Names of fields that were written to tables of which nothing is known, and what.
    loose: FxHashMap<Name, Ty>,
    /// Parameters that are passed on to where they are not followed.
    leaked: FxHashSet<SymId>,
    /// Names that may still be compared with unknown ones.
    suggestions: usize,
    /// Blocks around the present point.
    depth: u32,
    /// By symbol: annotation, once lowered.
    declared: FxHashMap<SymId, Ty>,
    /// By symbol: all that was assigned to it so far.
    wide: FxHashMap<SymId, Ty>,
    shapes: Vec<Shape>,
    /// Shapes of table constructors, by first byte.
    made: FxHashMap<u32, ShapeId>,
    scopes: Vec<Scope>,
    globals: FxHashMap<&'a str, Ty>,
    imports: FxHashMap<&'a str, Imported>,
    /// Facts at the entry of loops, by first byte of the statement.
    loops: FxHashMap<u32, state::Diff>,
    /// Passes that a loop has taken.
    passes: FxHashMap<u32, u32>,
    reports: Vec<Report>,
    muted: u32,
    demands: u32,
    /// Types at the top level, for the manifest.
    offered: Vec<(Name, crate::ty::DeclId)>,
}

impl<'a> Checker<'a> {
    fn new(env: &'a Env, unit: &'a Unit<'a>, bound: &'a Bound<'a>) -> Self {
        let known = (0..bound.functions.len()).map(|_| Known {
            progress: Progress::Unmade,
            ty: None,
            sig: None,
            captures: vec![],
            scope: 0,
            rows: None,
        });
        let known = known.collect();
        let mut shared: FxHashMap<FnId, Vec<SymId>> = FxHashMap::default();
        for (i, symbol) in bound.symbols.iter().enumerate() {
            if !symbol.writers.is_empty() {
                shared.entry(symbol.owner).or_default().push(SymId(i as u32));
            }
        }
        Checker {
            env,
            unit,
            bound,
            pool: Pool::on(env.pool()),
            paths: Paths::default(),
            frame: Frame::new(FnId::MAIN, 0),
            known,
            by_sig: FxHashMap::default(),
            queue: vec![],
            private: infer::private(bound),
            sites: FxHashMap::default(),
            told: FxHashSet::default(),
            shared,
            kinds: FxHashMap::default(),
            selections: FxHashMap::default(),
            channels: FxHashMap::default(),
            settled: FxHashSet::default(),
            loose: FxHashMap::default(),
            leaked: FxHashSet::default(),
            suggestions: SUGGESTIONS,
            depth: 0,
            declared: FxHashMap::default(),
            wide: FxHashMap::default(),
            shapes: vec![],
            made: FxHashMap::default(),
            scopes: vec![Scope { parent: None, names: FxHashMap::default() }],
            globals: FxHashMap::default(),
            imports: FxHashMap::default(),
            loops: FxHashMap::default(),
            passes: FxHashMap::default(),
            reports: bound.reports.clone(),
            muted: 0,
            demands: 0,
            offered: vec![],
        }
    }

    fn run(mut self) -> Checked {
        for (alias, manifest) in self.unit.imports {
            let imported = manifest.import(&mut self.pool);
            self.imports.insert(alias, imported);
        }
        let value = self.analyse_main();
        let offered = std::mem::take(&mut self.offered);
        let mut globals: Vec<(Name, Ty)> = vec![];
        let mut names: Vec<(&str, Ty)> = self.globals.iter().map(|(name, ty)| (*name, *ty)).collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, ty) in names {
            globals.push((self.pool.name(name.as_bytes()), ty));
        }
        let manifest = Manifest::export(&mut self, value, &offered, &globals);
        if self.pool.take_gave_up() {
            let message = "some types here are too deep or too large to compare: they were taken to fit";
            self.reports.push(Report::new(Code::TooDeep, Span::default(), message));
        }
        let mut reports = std::mem::take(&mut self.reports);
        reports.sort_by(|a, b| {
            (a.span.start, a.span.end, a.code, &a.message).cmp(&(
                b.span.start,
                b.span.end,
                b.code,
                &b.message,
            ))
        });
        reports.dedup_by(|a, b| a.code == b.code && a.span == b.span && a.message == b.message);
        Checked { reports, manifest }
    }

    fn report(&mut self, report: Report) {
        if self.muted == 0 && self.frame.alive && !self.vacuous() {
            self.note_certain(report.code, report.span);
            self.frame.reports.push(report);
        }
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Report::new(code, span, message));
    }

    /// Runs without diagnostics.
    fn muted<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.muted += 1;
        let result = work(self);
        self.muted -= 1;
        result
    }

    fn show(&mut self, ty: Ty) -> String {
        crate::display::show_with(self, ty)
    }

    /// Whether a function has passed that byte, or will never come to it.
    fn passed(&self, function: FnId, at: u32) -> bool {
        match self.known[function.0 as usize].progress {
            Progress::Passed => true,
            Progress::At(now) => now > at,
            Progress::Unmade | Progress::Made => false,
        }
    }
}

impl Types for Checker<'_> {
    fn pool(&self) -> &Pool {
        &self.pool
    }

    fn pool_mut(&mut self) -> &mut Pool {
        &mut self.pool
    }

    fn results(&mut self, sig: SigId) -> Pack {
        self.results_of(sig)
    }

    fn shape(&mut self, shape: ShapeId) -> Table {
        self.table_of(shape)
    }

    /// Objects of classes go by the name of the class, others show what they hold.
    fn shape_name(&self, shape: ShapeId) -> Option<Name> {
        let shape = self.shape_ref(shape);
        shape.metatable.and(shape.name)
    }

    fn string_methods(&self) -> Option<Ty> {
        self.env.string_methods()
    }
}
