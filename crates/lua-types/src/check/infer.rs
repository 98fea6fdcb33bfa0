//! Parameters without annotation of functions that only this unit calls: what their calls give them.
//!
//! A function is *private* if each use of the local that holds it is a direct call. When all else is analysed, its body is gone
//! through again for each different *row* of arguments, which may show further calls of private functions, and rows for those.
//! Results, fields and all that others see stay as they were: such a pass only finds mistakes. One is told if it is made
//! whichever call it was, or if that call cannot avoid it.

use super::Checker;
use super::state::{Frame, Root, union_of};
use crate::bind::{Bound, FnId, SymId, peel};
use crate::code::Code;
use crate::report::Report;
use crate::ty::{Kind, SigId, Ty};
use lua_syntax::Span;
use lua_syntax::ast::{Expr, ExprKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// So many different rows of arguments are told apart; a function with more is left alone.
const ROWS: usize = 4;

/// So often a row may grow by further literals while it is looked at.
const GROWTH: u32 = 3;

/// Names shorter than that are near to each other by chance.
const TELLING: usize = 4;

/// A call of a private function.
#[derive(Clone)]
pub(super) struct Site {
    callee: FnId,
    /// The function that the call stands in.
    caller: FnId,
    /// By parameter.
    args: Vec<Ty>,
    span: Span,
}

/// What a pass over a body with arguments keeps track of.
pub(super) struct Pass {
    /// Whether the present point is come to whenever the function is called.
    pub(super) sure: bool,
    /// Ways out so far that conditions may take.
    pub(super) leaves: u32,
    /// What these arguments never come to.
    skipped: Vec<Span>,
    /// Mistakes that a call with these arguments cannot avoid.
    certain: Vec<(Code, Span)>,
    sites: FxHashMap<u32, Site>,
}

/// Arguments, and what a pass with them found.
struct Row {
    args: Vec<Ty>,
    /// A call that gives them.
    span: Span,
    /// How often it was gone through.
    passes: u32,
    waits: bool,
    reports: Vec<Report>,
    skipped: Vec<Span>,
    certain: FxHashSet<(Code, u32)>,
}

/// The rows of a private function.
#[derive(Default)]
struct Plan {
    rows: Vec<Row>,
    /// Nothing is said of it.
    left_alone: bool,
}

/// Functions that only direct calls reach, and the locals that hold them.
pub(super) fn private(bound: &Bound<'_>) -> FxHashMap<FnId, SymId> {
    let mut found = FxHashMap::default();
    for (sym, function) in &bound.named {
        let symbol = bound.sym(*sym);
        let direct = symbol.calls > 0 && symbol.calls == symbol.uses && symbol.annotation.is_none();
        if !direct || bound.only(*sym) != Some(*function) {
            continue;
        }
        let Some(tree) = bound.func(*function).tree else { continue };
        if tree.type_params.is_empty() && tree.params.iter().any(|param| param.ty.is_none()) {
            found.insert(*function, *sym);
        }
    }
    found
}

impl<'a> Checker<'a> {
    /// Whether this is a pass with arguments.
    pub(super) fn passing(&self) -> bool {
        self.frame.pass.is_some()
    }

    /// Whether this point is never come to with these arguments: something here can have no value.
    pub(super) fn vacuous(&self) -> bool {
        self.frame.never > 0 && self.passing()
    }

    pub(super) fn skip(&mut self, span: Span) {
        if let Some(pass) = &mut self.frame.pass {
            pass.skipped.push(span);
        }
    }

    /// Notes that a mistake is made by each call that comes here.
    pub(super) fn note_certain(&mut self, code: Code, span: Span) {
        if let Some(pass) = &mut self.frame.pass
            && pass.sure
        {
            pass.certain.push((code, span));
        }
    }

    /// Does something that not each call comes to.
    pub(super) fn perhaps<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.frame.pass.as_mut().map(|pass| std::mem::replace(&mut pass.sure, false));
        let result = work(self);
        if let (Some(pass), Some(before)) = (&mut self.frame.pass, before) {
            pass.sure = before;
        }
        result
    }

    /// Notes the arguments of a call. `open`: an unknown number of values follows them.
    pub(super) fn note_site(&mut self, sig: SigId, given: &[(Ty, Option<&'a Expr>)], open: bool, span: Span) {
        let Some(callee) = self.by_sig.get(&sig).copied() else { return };
        if !self.private.contains_key(&callee) {
            return;
        }
        let Some(tree) = self.bound.func(callee).tree else { return };
        let caller = self.frame.function;
        let mut args = Vec::with_capacity(tree.params.len());
        for i in 0..tree.params.len() {
            let ty = match given.get(i) {
                Some((ty, _)) => self.settled_type(*ty),
                None if open => Ty::ANY,
                None => Ty::NIL,
            };
            args.push(ty);
        }
        let sites = match &mut self.frame.pass {
            Some(pass) => &mut pass.sites,
            None => &mut self.sites,
        };
        match sites.get_mut(&span.start) {
            Some(site) => {
                for (known, ty) in site.args.iter_mut().zip(args) {
                    if *known != ty {
                        *known = union_of(&mut self.pool, &[*known, ty]);
                    }
                }
            }
            None => {
                sites.insert(span.start, Site { callee, caller, args, span });
            }
        }
    }

    /// A call whose result decides something may have told what its arguments are.
    pub(super) fn doubt_arguments(&mut self, call: &'a Expr) {
        if !self.passing() {
            return;
        }
        match &call.kind {
            ExprKind::Call { args, .. } => args.iter().for_each(|arg| self.doubt(arg)),
            ExprKind::Method { object, args, .. } => {
                let of = self.muted(|this| this.eval(object));
                if !matches!(self.pool.kind(of), Kind::String | Kind::Str(_)) {
                    self.doubt(object);
                }
                args.iter().for_each(|arg| self.doubt(arg));
            }
            _ => {}
        }
    }

    /// Nothing is known any more of the local that an expression starts at.
    pub(super) fn doubt(&mut self, expr: &'a Expr) {
        let mut expr = peel(expr);
        while let ExprKind::Field { object, .. } | ExprKind::Index { object, .. } = &expr.kind {
            expr = peel(object);
        }
        let ExprKind::Name(name) = &expr.kind else { return };
        let Some(sym) = self.bound.symbol(name) else { return };
        if self.bound.sym(sym).owner != self.frame.function {
            return;
        }
        let path = self.paths.root(Root::Sym(sym));
        if self.frame.fact(path).is_some_and(|ty| ty != Ty::ANY) {
            self.frame.assign(&self.paths, path, Some(Ty::ANY));
        }
    }

    /// In a pass, what is read as far as it is sure: what may be nil may be anything, for the code may know better.
    pub(super) fn sure(&mut self, ty: Ty) -> Ty {
        let mixed = self.passing() && ty != Ty::NIL && self.members_of(ty).contains(&Ty::NIL);
        if mixed { Ty::ANY } else { ty }
    }

    /// Whether the first value of a call tells something of its arguments.
    pub(super) fn is_verdict(&mut self, ty: Ty, asked: bool) -> bool {
        if ty == Ty::ANY || ty == Ty::UNKNOWN {
            return asked;
        }
        self.members_of(ty).into_iter().any(|member| match self.pool.kind(member) {
            Kind::Boolean | Kind::Bool(_) => true,
            Kind::Nil | Kind::Any => asked,
            _ => false,
        })
    }

    /// What reading a field gives that a table of the code does not have, if that is no mistake: a misspelt name is one, another
    /// is that of a field which no call gives.
    pub(super) fn not_given(&self, on: Ty, text: &str, span: Span, near: Option<&str>) -> Option<Ty> {
        if !self.passing() {
            return None;
        }
        if self.told.contains(&span) {
            return Some(Ty::ANY);
        }
        let telling = |near: &str| text.len().min(near.len()) >= TELLING;
        let misspelt =
            near.is_some_and(|near| telling(near) && !text.starts_with(near) && !near.starts_with(text));
        (matches!(self.pool.kind(on), Kind::Shape(_)) && !misspelt).then_some(Ty::NIL)
    }

    /// Goes through private functions with the arguments of their calls.
    pub(super) fn infer_parameters(&mut self) {
        self.told = self.reports.iter().map(|report| report.span).collect();
        let mut sites: Vec<Site> = std::mem::take(&mut self.sites).into_values().collect();
        sites.sort_unstable_by_key(|site| site.span.start);
        let mut seen: FxHashMap<FnId, u32> = FxHashMap::default();
        sites.iter().for_each(|site| *seen.entry(site.callee).or_default() += 1);
        let mut plans: FxHashMap<FnId, Plan> = FxHashMap::default();
        for (function, calls) in seen {
            // A call that was not seen may give anything.
            if self.private.get(&function).is_some_and(|sym| self.bound.sym(*sym).calls == calls) {
                plans.insert(function, Plan::default());
            }
        }
        let mut open = VecDeque::new();
        let mut left = (plans.len() + 1) * ROWS;
        for site in sites.iter().filter(|site| !plans.contains_key(&site.caller)).cloned().collect::<Vec<_>>()
        {
            self.add_row(&mut plans, &mut open, &sites, site);
        }
        while let Some((function, at)) = open.pop_front() {
            let Some(row) = plans.get_mut(&function).and_then(|plan| plan.rows.get_mut(at)) else { continue };
            row.waits = false;
            row.passes += 1;
            let args = row.args.clone();
            let Some(next) = left.checked_sub(1) else { return };
            left = next;
            let Some((reports, pass)) = self.pass(function, &args) else { continue };
            if let Some(row) = plans.get_mut(&function).and_then(|plan| plan.rows.get_mut(at)) {
                row.reports = reports;
                row.skipped = pass.skipped;
                row.certain = pass.certain.into_iter().map(|(code, span)| (code, span.start)).collect();
            }
            let mut further: Vec<Site> = pass.sites.into_values().collect();
            further.sort_unstable_by_key(|site| site.span.start);
            for site in further {
                self.add_row(&mut plans, &mut open, &sites, site);
            }
        }
        let mut functions: Vec<(FnId, Plan)> =
            plans.into_iter().filter(|(_, plan)| !plan.left_alone).collect();
        functions.sort_unstable_by_key(|(function, _)| *function);
        for (function, plan) in functions {
            self.tell(function, &plan);
        }
    }

    /// Adds what a call gives to the rows of the function that it calls.
    fn add_row(
        &mut self,
        plans: &mut FxHashMap<FnId, Plan>,
        open: &mut VecDeque<(FnId, usize)>,
        all: &[Site],
        site: Site,
    ) {
        let mut next = vec![site];
        while let Some(site) = next.pop() {
            let callee = site.callee;
            let Some(plan) = plans.get_mut(&callee).filter(|plan| !plan.left_alone) else { continue };
            let args = self.known_args(callee, &site.args);
            let place = self.place(plan, &args);
            match place {
                Place::Known => {}
                Place::Grown(at, args) => {
                    let row = &mut plan.rows[at];
                    row.args = args;
                    if !std::mem::replace(&mut row.waits, true) {
                        open.push_back((callee, at));
                    }
                    plan.left_alone = row.passes > GROWTH;
                }
                Place::New => {
                    open.push_back((callee, plan.rows.len()));
                    plan.rows.push(Row {
                        args,
                        span: site.span,
                        passes: 0,
                        waits: true,
                        reports: vec![],
                        skipped: vec![],
                        certain: FxHashSet::default(),
                    });
                }
                Place::None => plan.left_alone = true,
            }
            if plan.left_alone {
                plan.rows.clear();
                // Its own calls give what they gave when nothing was known of its parameters.
                next.extend(all.iter().filter(|other| other.caller == callee).cloned());
            }
        }
    }

    /// The arguments as far as they say something for sure; nil that only may come is left to those who test for it.
    fn known_args(&mut self, callee: FnId, args: &[Ty]) -> Vec<Ty> {
        let bound = self.bound;
        let params = &bound.func(callee).params;
        let mut known = Vec::with_capacity(args.len());
        for (ty, sym) in args.iter().zip(params) {
            let symbol = bound.sym(*sym);
            let open = symbol.annotation.is_some() || !symbol.writers.is_empty();
            known.push(if open { Ty::ANY } else { self.known_arg(*ty) });
        }
        known
    }

    fn known_arg(&mut self, ty: Ty) -> Ty {
        if ty == Ty::NIL {
            return ty;
        }
        let some = crate::narrow::without_nil(self, ty);
        let members = self.members_of(some);
        let kinds: Vec<Form> = members.iter().map(|member| self.form(*member)).collect();
        match kinds[..] {
            [] | [Form::Doubt] => Ty::ANY,
            [_] => some,
            _ if kinds.iter().all(|kind| *kind == Form::Text) => some,
            _ if kinds.iter().all(|kind| *kind == Form::Number) => some,
            _ if kinds.iter().all(|kind| *kind == Form::Truth) => some,
            _ => Ty::ANY,
        }
    }

    fn form(&mut self, ty: Ty) -> Form {
        let ty = self.resolve(ty);
        match self.pool.kind(ty) {
            Kind::String | Kind::Str(_) => Form::Text,
            Kind::Number | Kind::Integer | Kind::Int(_) | Kind::Float(_) => Form::Number,
            Kind::Boolean | Kind::Bool(_) => Form::Truth,
            Kind::Shape(shape) if self.shape_ref(shape).open => Form::Doubt,
            Kind::AnyTable
            | Kind::AnyFunction
            | Kind::Thread
            | Kind::AnyUserdata
            | Kind::Array(..)
            | Kind::Map(..)
            | Kind::Record(_)
            | Kind::Shape(_)
            | Kind::Function(_)
            | Kind::Ref(..) => Form::Other,
            _ => Form::Doubt,
        }
    }

    /// Where a row belongs.
    fn place(&mut self, plan: &Plan, args: &[Ty]) -> Place {
        if args.iter().all(|ty| *ty == Ty::ANY) {
            return Place::None;
        }
        for (at, row) in plan.rows.iter().enumerate() {
            if row.args == args {
                return Place::Known;
            }
            let mut both = Vec::with_capacity(args.len());
            for (one, other) in row.args.iter().zip(args) {
                if one == other {
                    both.push(*one);
                    continue;
                }
                let (a, b) = (self.literal_form(*one), self.literal_form(*other));
                let Some(_) = a.filter(|_| a == b) else { break };
                let joined = self.pool.union(&[*one, *other]);
                let many = self.pool.members(joined).len() > 24;
                both.push(if many { Ty::ANY } else { joined });
            }
            if both.len() == args.len() {
                return if both == row.args { Place::Known } else { Place::Grown(at, both) };
            }
        }
        if plan.rows.len() < ROWS { Place::New } else { Place::None }
    }

    fn literal_form(&mut self, ty: Ty) -> Option<Form> {
        let first = self.pool.members(ty).first().copied()?;
        Some(self.form(first)).filter(|form| matches!(form, Form::Text | Form::Truth | Form::Number))
    }

    /// Goes through a body with arguments.
    fn pass(&mut self, function: FnId, args: &[Ty]) -> Option<(Vec<Report>, Pass)> {
        let bound = self.bound;
        let tree = bound.func(function).tree?;
        let mut frame = Frame::new(function, self.known[function.0 as usize].scope);
        frame.pass = Some(Box::new(Pass {
            sure: true,
            leaves: 0,
            skipped: vec![],
            certain: vec![],
            sites: FxHashMap::default(),
        }));
        let outer = std::mem::replace(&mut self.frame, frame);
        let loops = std::mem::take(&mut self.loops);
        let passes = std::mem::take(&mut self.passes);
        self.enter(function);
        if tree.returns.is_none() {
            // What it gives back was inferred, not demanded.
            self.frame.expected = None;
        }
        for (sym, ty) in bound.func(function).params.iter().zip(args) {
            if *ty != Ty::ANY {
                let path = self.paths.root(Root::Sym(*sym));
                self.frame.assign(&self.paths, path, Some(*ty));
            }
        }
        self.statements(&tree.body);
        self.loops = loops;
        self.passes = passes;
        let frame = std::mem::replace(&mut self.frame, outer);
        let pass = frame.pass?;
        Some((frame.reports, *pass))
    }

    /// Tells what is a mistake whichever call it was, and what a call cannot avoid.
    fn tell(&mut self, function: FnId, plan: &Plan) {
        let Some(sym) = self.private.get(&function) else { return };
        let name = self.bound.sym(*sym).name;
        for (at, row) in plan.rows.iter().enumerate() {
            // Where another call gives anything, this one may be an odd one that works.
            let alone = plan.rows.iter().all(|other| {
                other.args.iter().zip(&row.args).all(|(other, own)| *other != Ty::ANY || *own == Ty::ANY)
            });
            for report in &row.reports {
                if !counts(report.code) || self.told.contains(&report.span) {
                    continue;
                }
                let everywhere = plan.rows.iter().enumerate().all(|(i, other)| {
                    i == at
                        || other.reports.iter().any(|r| (r.code, r.span) == (report.code, report.span))
                        || other
                            .skipped
                            .iter()
                            .any(|s| s.start <= report.span.start && report.span.end <= s.end)
                });
                let avoidable = !(alone && row.certain.contains(&(report.code, report.span.start)));
                if !everywhere && avoidable {
                    continue;
                }
                self.told.insert(report.span);
                let args: Vec<String> = row.args.iter().map(|ty| self.show(*ty)).collect();
                let note = format!("'{name}' is called with ({}) here", args.join(", "));
                self.reports.push(report.clone().note(Some(row.span), note));
            }
        }
    }
}

/// What kind of values an argument has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Number,
    Truth,
    Other,
    Doubt,
}

/// Where a row belongs among the others.
enum Place {
    /// One says as much.
    Known,
    /// With one that differs in literals only, as both together.
    Grown(usize, Vec<Ty>),
    New,
    /// There are too many, or it says nothing.
    None,
}

/// Mistakes with values; others were told when the function was first looked at.
fn counts(code: Code) -> bool {
    matches!(
        code,
        Code::Mismatch
            | Code::NotCallable
            | Code::ArgumentCount
            | Code::NoField
            | Code::NotIndexable
            | Code::Readonly
            | Code::InvalidIndex
            | Code::InvalidOperand
            | Code::CallOptional
            | Code::NoMethod
            | Code::IndexOptional
    )
}
