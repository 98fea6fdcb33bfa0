//! Functions of the unit: their signatures, and their bodies when something of them is asked for.

use super::state::{Frame, Root, union_of};
use super::{Checker, DEMANDS, Progress};
use crate::bind::FnId;
use crate::code::Code;
use crate::report::Report;
use crate::ty::{Kind, Pack, Param, ParamId, Predicate, Results, Sig, SigId, Ty};
use crate::widen::widen;
use lua_syntax::ast::Function as Tree;

/// So many different ways of returning are told apart.
const ROWS: usize = 12;

impl<'a> Checker<'a> {
    /// Analyses the unit and all its functions; the type of what it returns.
    pub(super) fn analyse_main(&mut self) -> Ty {
        self.known[0].progress = Progress::At(0);
        self.frame.vararg = Some(Ty::ANY);
        self.statements(&self.unit.chunk.block);
        self.known[0].progress = Progress::Passed;
        let rows = std::mem::take(&mut self.frame.rows);
        let reports = std::mem::take(&mut self.frame.reports);
        self.reports.extend(reports);
        self.frame.alive = true;
        let mut at = 0;
        while at < self.queue.len() {
            self.force(self.queue[at]);
            at += 1;
        }
        self.infer_parameters();
        let first: Vec<Ty> = rows.iter().map(|row| self.first_of(*row)).collect();
        if first.is_empty() { Ty::NIL } else { self.pool.union(&first) }
    }

    pub(super) fn first_of(&self, pack: Pack) -> Ty {
        if pack.list.is_empty() { pack.rest.unwrap_or(Ty::NIL) } else { self.pool.at(pack.list, 0) }
    }

    /// The type of a closure where it is made. `expected`: what the place wants, which types parameters without annotation.
    pub(super) fn make_function(&mut self, tree: &'a Tree, self_ty: Option<Ty>, expected: Option<Ty>) -> Ty {
        let id = self.bound.function(tree);
        if self.passing() {
            return self.known[id.0 as usize].ty.unwrap_or(Ty::ANY);
        }
        let bound = self.bound;
        let fixed = bound.func(id).captures.iter().filter(|sym| bound.sym(**sym).assignments == 0);
        let captures = fixed.map(|sym| (*sym, self.read_symbol(*sym))).collect();
        let at = id.0 as usize;
        self.known[at].captures = captures;
        if let Some(ty) = self.known[at].ty {
            return ty;
        }
        let outer = self.frame.scope;
        self.duplicate_params(tree);
        if !tree.type_params.is_empty() {
            self.push_scope();
        }
        let generics = crate::lower::lower_type_params(self, &tree.type_params);
        let wanted = expected.and_then(|ty| self.wanted_signature(ty));
        let sig = self.signature_of(tree, id, self_ty, wanted, generics);
        let scope = std::mem::replace(&mut self.frame.scope, outer);
        let known = &mut self.known[at];
        known.scope = scope;
        known.sig = Some(sig);
        self.by_sig.insert(sig, id);
        let known = &mut self.known[at];
        known.progress = Progress::Made;
        let ty = self.pool.add(Kind::Function(sig));
        self.known[at].ty = Some(ty);
        self.queue.push(id);
        ty
    }

    fn duplicate_params(&mut self, tree: &'a Tree) {
        let params = &tree.type_params;
        for (i, param) in params.iter().enumerate() {
            if let Some(first) = params[..i].iter().find(|p| p.name.text == param.name.text) {
                let message = format!("type parameter '{}' is declared already", param.name.text);
                let report = Report::new(Code::Duplicate, param.name.span, message);
                self.report(report.note(Some(first.name.span), "the first declaration"));
            }
        }
    }

    fn wanted_signature(&mut self, ty: Ty) -> Option<SigId> {
        let ty = self.resolve(ty);
        let mut found = None;
        for member in self.pool.members(ty) {
            let member = self.resolve(member);
            if let Kind::Function(sig) = self.pool.kind(member) {
                if found.is_some() {
                    return None;
                }
                found = Some(sig);
            }
        }
        found
    }

    fn signature_of(
        &mut self,
        tree: &'a Tree,
        id: FnId,
        self_ty: Option<Ty>,
        wanted: Option<SigId>,
        generics: Vec<ParamId>,
    ) -> SigId {
        let wanted = wanted.map(|sig| self.pool.signature(sig).clone());
        let mut params = vec![];
        if let Some(ty) = self_ty {
            let name = Some(self.pool.name(b"self"));
            params.push(Param { name, ty, optional: false });
        }
        let offset = usize::from(self_ty.is_some());
        let mut annotated = false;
        for (i, param) in tree.params.iter().enumerate() {
            let name = Some(self.pool.name(param.name.text.as_bytes()));
            let from_context = wanted.as_ref().and_then(|w| match w.params.get(i + offset) {
                Some(p) => Some(if p.optional { (p.ty, true) } else { (p.ty, false) }),
                None => w.rest.map(|ty| (ty, true)),
            });
            let (ty, optional) = match &param.ty {
                Some(ty) => {
                    annotated = true;
                    (self.lower(ty), false)
                }
                None => match from_context {
                    Some((ty, optional)) => (ty, optional),
                    None => (Ty::ANY, true),
                },
            };
            params.push(Param { name, ty, optional });
        }
        let rest = tree.vararg.as_ref().map(|vararg| match &vararg.ty {
            Some(ty) => {
                annotated = true;
                self.lower(ty)
            }
            None => wanted.as_ref().and_then(|w| w.rest).unwrap_or(Ty::ANY),
        });
        let mut asserts = None;
        let results = match &tree.returns {
            Some(types) => {
                annotated = true;
                {
                    let names: Vec<Option<&str>> = self_ty
                        .iter()
                        .map(|_| Some("self"))
                        .chain(tree.params.iter().map(|p| Some(&*p.name.text)))
                        .collect();
                    let (pack, predicate) = crate::lower::lower_returns(self, &names, types);
                    asserts = predicate;
                    Results::Known(pack)
                }
            }
            None => Results::Inferred(id.0),
        };
        let method = self_ty.is_some();
        self.pool.new_sig(Sig { generics, params, rest, results, asserts, method, lenient: !annotated })
    }

    /// Analyses the body of a function.
    pub(super) fn analyse(&mut self, id: FnId) {
        let Some(tree) = self.bound.func(id).tree else { return };
        if self.demands >= DEMANDS {
            return;
        }
        self.demands += 1;
        let at = id.0 as usize;
        self.known[at].progress = Progress::At(tree.body.span.start);
        let frame = Frame::new(id, self.known[at].scope);
        let outer = std::mem::replace(&mut self.frame, frame);
        let muted = std::mem::take(&mut self.muted);
        self.enter(id);
        self.statements(&tree.body);
        if self.frame.alive {
            self.fall_off(tree);
        }
        self.known[at].progress = Progress::Passed;
        self.leave(id);
        let frame = std::mem::replace(&mut self.frame, outer);
        if !self.passing() {
            self.reports.extend(frame.reports);
        }
        self.muted = muted;
        self.demands -= 1;
    }

    /// Gives parameters their types.
    pub(super) fn enter(&mut self, id: FnId) {
        let Some(sig) = self.known[id.0 as usize].sig else { return };
        let sig = self.pool.signature(sig).clone();
        self.frame.vararg = sig.rest;
        self.frame.expected = match sig.results {
            Results::Known(pack) => Some(pack),
            Results::Inferred(_) => None,
        };
        let bound = self.bound;
        let params = &bound.func(id).params;
        for (sym, param) in params.iter().zip(&sig.params) {
            let ty = if param.optional { self.pool.optional(param.ty) } else { param.ty };
            if self.bound.sym(*sym).annotation.is_some() || ty != Ty::ANY {
                self.declared.insert(*sym, ty);
            }
            self.assign_symbol(*sym, ty);
        }
    }

    fn fall_off(&mut self, tree: &'a Tree) {
        if self.frame.never > 0 {
            // A chain of conditions covers all that some value may be.
            return;
        }
        if let Some(expected) = self.frame.expected {
            let first = self.first_of(expected);
            let needed = !expected.list.is_empty() && !self.accepts_nil(first);
            if needed {
                let shown = self.show(first);
                let report =
                    Report::new(Code::MissingReturn, tree.end, format!("missing return: {shown} expected"));
                self.report(report.help("return a value on every path, or make the result optional"));
            }
        }
        self.record_exit(Pack::EMPTY);
    }

    pub(super) fn accepts_nil(&mut self, ty: Ty) -> bool {
        crate::relate::fits(self, Ty::NIL, ty).is_ok()
    }

    /// A way out of the function: what it gives back, and what is known of the parameters then.
    pub(super) fn record_exit(&mut self, row: Pack) {
        if let Some(pass) = &mut self.frame.pass {
            pass.leaves += 1;
            return;
        }
        if !self.frame.rows.contains(&row) {
            self.frame.rows.push(row);
        }
        let bound = self.bound;
        let params = &bound.func(self.frame.function).params;
        let mut facts = vec![];
        for sym in params {
            if bound.sym(*sym).assignments == 0 {
                let path = self.paths.root(Root::Sym(*sym));
                facts.push((path, self.frame.fact(path).unwrap_or(Ty::ANY)));
            }
        }
        self.frame.exits = Some(match self.frame.exits.take() {
            None => facts,
            Some(known) => {
                let both = known.iter().zip(&facts);
                both.map(|((path, a), (_, b))| (*path, self.pool.union(&[*a, *b]))).collect()
            }
        });
    }

    /// Draws from the analysis what callers want to know.
    fn leave(&mut self, id: FnId) {
        let rows = std::mem::take(&mut self.frame.rows);
        let rows: Vec<Pack> = rows.into_iter().map(|row| self.settled(row)).collect();
        let Some(sig) = self.known[id.0 as usize].sig else { return };
        if let Results::Inferred(_) = self.pool.signature(sig).results {
            let pack = if rows.is_empty() { self.pool.pack(&[Ty::NEVER]) } else { self.either(&rows) };
            self.pool.sig_mut(sig).results = Results::Known(pack);
        }
        if rows.len() <= ROWS {
            self.known[id.0 as usize].rows = Some(rows);
        }
        self.learn_assertion(id, sig);
    }

    /// A function that returns only if a parameter has some type asserts it.
    fn learn_assertion(&mut self, id: FnId, sig: SigId) {
        if self.pool.signature(sig).asserts.is_some() {
            return;
        }
        let Some(exits) = self.frame.exits.take() else { return };
        let bound = self.bound;
        let params = &bound.func(id).params;
        for (i, sym) in params.iter().enumerate() {
            let path = self.paths.root(Root::Sym(*sym));
            let Some((_, known)) = exits.iter().find(|(p, _)| *p == path) else { continue };
            let param = self.pool.signature(sig).params[i];
            let declared = if param.optional { self.pool.optional(param.ty) } else { param.ty };
            if *known != declared && *known != Ty::NEVER {
                let predicate = Predicate { param: i as u32, ty: Some(*known) };
                self.pool.sig_mut(sig).asserts = Some(predicate);
                return;
            }
        }
    }

    /// Numbers widen: `return 1` gives an integer.
    fn settled(&mut self, row: Pack) -> Pack {
        let types: Vec<Ty> = self.pool.types(row.list).into_iter().map(|ty| self.settled_type(ty)).collect();
        Pack { list: self.pool.list(&types), rest: row.rest }
    }

    pub(super) fn settled_type(&mut self, ty: Ty) -> Ty {
        let members = self.pool.members(ty);
        if !members.iter().any(|m| matches!(self.pool.kind(*m), Kind::Int(_) | Kind::Float(_))) {
            return ty;
        }
        let wide: Vec<Ty> = members
            .into_iter()
            .map(|m| match self.pool.kind(m) {
                Kind::Int(_) | Kind::Float(_) => widen(&mut self.pool, m),
                _ => m,
            })
            .collect();
        self.pool.union(&wide)
    }

    /// Several ways as one: value by value.
    pub(super) fn either(&mut self, rows: &[Pack]) -> Pack {
        let width = rows.iter().map(|row| row.list.len()).max().unwrap_or(0);
        let mut list = vec![];
        for i in 0..width {
            let types: Vec<Ty> = rows.iter().map(|row| self.nth(*row, i)).collect();
            list.push(union_of(&mut self.pool, &types));
        }
        let rests: Vec<Ty> = rows.iter().filter_map(|row| row.rest).collect();
        let rest = if rests.is_empty() { None } else { Some(self.pool.union(&rests)) };
        Pack { list: self.pool.list(&list), rest }
    }

    /// Value `i` of a pack, nil where it has none.
    pub(super) fn nth(&mut self, pack: Pack, i: usize) -> Ty {
        if i < pack.list.len() {
            return self.pool.at(pack.list, i);
        }
        match pack.rest {
            Some(rest) => self.pool.optional(rest),
            None => Ty::NIL,
        }
    }

    pub(super) fn results_of(&mut self, sig: SigId) -> Pack {
        match self.pool.signature(sig).results {
            Results::Known(pack) => pack,
            Results::Inferred(function) => {
                self.force(FnId(function));
                match self.pool.signature(sig).results {
                    Results::Known(pack) => pack,
                    Results::Inferred(_) => Pack { rest: Some(Ty::ANY), ..Pack::EMPTY },
                }
            }
        }
    }

    /// What a function gives back, way by way, if they are worth telling apart.
    pub(super) fn rows_of(&mut self, sig: SigId) -> Option<Vec<Pack>> {
        let pack = self.results_of(sig);
        match self.by_sig.get(&sig).and_then(|f| self.known[f.0 as usize].rows.clone()) {
            // Where the body says less than the annotation, the convention says more.
            Some(rows) if rows.iter().any(|row| self.pool.types(row.list).contains(&Ty::ANY)) => {
                self.conventional_rows(pack).or(Some(rows).filter(|rows| rows.len() > 1))
            }
            Some(rows) if rows.len() > 1 => Some(rows),
            Some(_) => None,
            None => self.conventional_rows(pack),
        }
    }

    /// `(T?, error?)`: one of them is nil.
    pub(super) fn conventional_rows(&mut self, pack: Pack) -> Option<Vec<Pack>> {
        if pack.list.len() != 2 || pack.rest.is_some() {
            return None;
        }
        let (value, problem) = (self.pool.at(pack.list, 0), self.pool.at(pack.list, 1));
        let cause = crate::narrow::without_nil(self, problem);
        if cause == problem || !self.is_cause(cause) {
            return None;
        }
        let present = crate::narrow::without_nil(self, value);
        let no = self.pool.add(Kind::Bool(false));
        let absent = match present {
            Ty::BOOLEAN if present == value => no,
            Ty::BOOLEAN => self.pool.optional(no),
            _ if present == value && value != Ty::ANY => value,
            _ => Ty::NIL,
        };
        Some(vec![self.pool.pack(&[present, Ty::NIL]), self.pool.pack(&[absent, cause])])
    }

    fn is_cause(&mut self, ty: Ty) -> bool {
        match self.pool.kind(ty) {
            Kind::String | Kind::Str(_) => true,
            Kind::Ref(decl, _) if self.pool.text(self.pool.decl(decl).name) == b"error" => true,
            Kind::Record(_) | Kind::Ref(..) | Kind::Shape(_) => {
                let message = self.pool.name(b"message");
                matches!(crate::members::field(self, ty, message), crate::members::Member::Found { .. })
            }
            _ => false,
        }
    }
}
