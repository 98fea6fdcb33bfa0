//! Statements: the flow of control.

use super::state::{Diff, Root, Target};
use super::{Checker, Progress};
use crate::bind::{SymId, peel};
use crate::code::{Code, Severity};
use crate::library::Special;
use crate::report::Report;
use crate::ty::{Kind, Pack, Ty};
use lua_syntax::Span;
use lua_syntax::ast::{
    BinOp, Block, Expr, ExprKind, Function as Tree, Name as Word, Stat, StatKind, TypedName,
};

/// Passes over a loop until what is known at its entry must hold still.
const PASSES: u32 = 6;

impl<'a> Checker<'a> {
    /// A block with a scope of its own.
    pub(super) fn statements(&mut self, block: &'a Block) {
        let scope = self.open_types(block);
        self.depth += 1;
        self.sequence(block);
        self.depth -= 1;
        self.frame.scope = scope;
    }

    fn sequence(&mut self, block: &'a Block) {
        let labels = block.stats.iter().filter_map(|stat| match &stat.kind {
            StatKind::Label(name) => Some(name),
            _ => None,
        });
        let mut open = 0;
        let labels: Vec<&Word> = labels.collect();
        for label in labels.iter().rev() {
            let label = Some(self.pool.name(label.text.as_bytes()));
            self.frame.targets.push(Target { label, mark: self.frame.mark(), arrivals: vec![] });
            open += 1;
        }
        let mut told = false;
        for stat in &block.stats {
            if self.vacuous() {
                self.die(false);
            }
            if !self.frame.alive && !matches!(stat.kind, StatKind::Label(_)) {
                if self.passing() {
                    self.skip(stat.span);
                    continue;
                }
                if !told {
                    told = true;
                    self.unreachable(stat);
                }
                // Functions behind it are still looked at, since somebody may call them.
                if !matches!(stat.kind, StatKind::LocalFunction { .. } | StatKind::Function { .. }) {
                    continue;
                }
            }
            if let Progress::At(at) = &mut self.known[self.frame.function.0 as usize].progress {
                *at = stat.span.start;
            }
            self.flow(stat);
        }
        for _ in 0..open {
            if let Some(target) = self.frame.targets.pop() {
                debug_assert!(target.label.is_some());
            }
        }
    }

    /// A statement, and whether what follows is come to for sure.
    fn flow(&mut self, stat: &'a Stat) {
        let parts = matches!(
            stat.kind,
            StatKind::If { .. }
                | StatKind::While { .. }
                | StatKind::Repeat { .. }
                | StatKind::NumericFor { .. }
                | StatKind::GenericFor { .. }
        );
        let leaves = |this: &Self| this.frame.pass.as_ref().map(|pass| pass.leaves);
        let before = leaves(self);
        if before.is_none() || !parts {
            return self.statement(stat);
        }
        self.perhaps(|this| this.statement(stat));
        let left = leaves(self) != before;
        if let Some(pass) = &mut self.frame.pass {
            pass.sure &= !left;
        }
    }

    fn unreachable(&mut self, stat: &'a Stat) {
        let by_call = self.frame.dead_by_call && matches!(stat.kind, StatKind::Return(_));
        if self.muted == 0 && !by_call {
            let report = Report::new(Code::Unreachable, stat.span, "this can never be reached");
            self.frame.reports.push(Report { severity: Severity::Warning, ..report });
        }
    }

    fn statement(&mut self, stat: &'a Stat) {
        match &stat.kind {
            StatKind::Local { names, values } => self.local(names, values),
            StatKind::Assign { targets, values } => self.assign(targets, values),
            StatKind::Call(call) => self.call_statement(call),
            StatKind::Do(block) => self.statements(block),
            StatKind::While { cond, body } => self.while_loop(stat, cond, body),
            StatKind::Repeat { body, cond } => self.repeat_loop(stat, body, cond),
            StatKind::If { arms, otherwise } => self.branches(arms, otherwise.as_ref()),
            StatKind::NumericFor { var, start, limit, step, body } => {
                self.numeric_for(stat, var, [Some(start), Some(limit), step.as_ref()], body);
            }
            StatKind::GenericFor { vars, exprs, body } => self.generic_for(stat, vars, exprs, body),
            StatKind::Function { root, fields, method, body } => {
                self.function_statement(root, fields, method.as_ref(), body)
            }
            StatKind::LocalFunction { name, body } => {
                let Some(sym) = self.bound.symbol(name) else { return };
                // The function may call itself.
                let ty = self.make_function(body, None, None);
                self.assign_symbol(sym, ty);
                let id = self.bound.function(body);
                for capture in &mut self.known[id.0 as usize].captures {
                    if capture.0 == sym {
                        capture.1 = ty;
                    }
                }
            }
            StatKind::Return(values) => self.return_statement(stat, values),
            StatKind::Break => self.jump(None),
            StatKind::Goto(name) => {
                let label = self.pool.name(name.text.as_bytes());
                self.jump(Some(label));
            }
            StatKind::Label(name) => self.label(name),
            StatKind::Type(decl) => self.type_statement(decl),
            StatKind::Interface(_) => {}
        }
    }

    fn local(&mut self, names: &'a [TypedName], values: &'a [Expr]) {
        let syms: Vec<Option<SymId>> = names.iter().map(|n| self.bound.symbol(&n.name)).collect();
        let wanted: Vec<Option<Ty>> =
            syms.iter().map(|sym| sym.and_then(|sym| self.declared_type(sym))).collect();
        let values_ty = self.values(values, &wanted);
        for (i, sym) in syms.iter().enumerate() {
            let Some(sym) = *sym else { continue };
            let name = &names[i].name;
            let given = values_ty.get(i);
            let ty = match wanted[i] {
                None => {
                    self.name_shape(given, name);
                    given
                }
                Some(declared) if i >= values.len().max(1) && !values_ty.covers(i) || values.is_empty() => {
                    self.uninitialised(sym, name, declared, values.is_empty());
                    declared
                }
                Some(declared) => {
                    if !values_ty.covers(i)
                        && let Some(value) = values.last()
                    {
                        self.expect(Ty::NIL, declared, value.span, Place::Assignment);
                    }
                    self.assigned(declared, given)
                }
            };
            self.assign_symbol(sym, ty);
            self.know_kind(sym, values.get(i));
            self.know_selection(sym, values.get(i));
        }
        let syms: Vec<SymId> = syms.into_iter().flatten().collect();
        self.link(&syms, &values_ty, values);
    }

    /// `local kind = type(x)`: tests of `kind` are tests of `x`.
    fn know_kind(&mut self, sym: SymId, value: Option<&'a Expr>) {
        if let Some(Expr { kind: ExprKind::Call { func, args }, .. }) = value
            && let [arg] = &args[..]
            && self.special_of(func) == Some(Special::Type)
            && self.bound.sym(sym).assignments == 0
        {
            self.kinds.insert(sym, arg);
        }
    }

    fn uninitialised(&mut self, sym: SymId, name: &Word, declared: Ty, bare: bool) {
        let later = self.bound.sym(sym).assignments > 0 && bare;
        if later || self.accepts_nil(declared) {
            return;
        }
        let shown = self.show(declared);
        let message = format!("'{}' has the type {shown} but gets no value", name.text);
        self.report(
            Report::new(Code::BeforeAssignment, name.span, message)
                .help(format!("assign a {shown}, or declare it as '{}?'", shown)),
        );
    }

    /// What a place of that declared type is known to be once a value was assigned.
    pub(super) fn assigned(&mut self, declared: Ty, given: Ty) -> Ty {
        if given == Ty::ANY || declared == Ty::ANY {
            return declared;
        }
        if self.pool.members(declared).len() > 1 {
            let narrowed = crate::narrow::intersect(self, declared, given);
            if narrowed != Ty::NEVER {
                return narrowed;
            }
        }
        declared
    }

    fn assign(&mut self, targets: &'a [Expr], values: &'a [Expr]) {
        let mut wanted = vec![];
        for target in targets {
            wanted.push(self.wanted_of(target));
        }
        let values_ty = self.values(values, &wanted);
        for (i, target) in targets.iter().enumerate() {
            let given = values_ty.get(i);
            let span = values.get(i).or(values.last()).map_or(target.span, |v| v.span);
            self.store(target, given, wanted[i], span);
        }
        let syms: Vec<Option<SymId>> = targets
            .iter()
            .map(|t| match &t.kind {
                ExprKind::Name(name) => self.bound.symbol(name),
                _ => None,
            })
            .collect();
        if let Some(syms) = syms.into_iter().collect::<Option<Vec<SymId>>>() {
            self.link(&syms, &values_ty, values);
        }
    }

    /// The declared type of a target; `None`: whatever is written to it.
    fn wanted_of(&mut self, target: &'a Expr) -> Option<Ty> {
        match &target.kind {
            ExprKind::Name(name) => {
                let sym = self.bound.symbol(name)?;
                self.declared_type(sym)
            }
            ExprKind::Field { object, name } => {
                let object = self.muted(|this| this.eval(object));
                self.wanted_field(object, &name.text)
            }
            ExprKind::Index { object, key } => {
                let object_ty = self.muted(|this| this.eval(object));
                let key_ty = self.muted(|this| this.eval(key));
                self.wanted_index(object_ty, key_ty)
            }
            _ => None,
        }
    }

    fn store(&mut self, target: &'a Expr, given: Ty, wanted: Option<Ty>, span: Span) {
        match &peel(target).kind {
            ExprKind::Name(name) => match self.bound.symbol(name) {
                Some(sym) => {
                    let ty = match wanted {
                        Some(declared) => self.assigned(declared, given),
                        None => given,
                    };
                    self.name_shape(ty, name);
                    self.assign_symbol(sym, ty);
                }
                None => self.store_global(name, given),
            },
            ExprKind::Field { object, name } => {
                let object_ty = self.eval(object);
                self.store_field(object, object_ty, name, given);
                let fact = wanted.map_or(given, |declared| self.assigned(declared, given));
                self.know_path(target, fact);
            }
            ExprKind::Index { object, key } => {
                let object_ty = self.eval(object);
                let key_ty = self.eval(key);
                self.store_index(object, object_ty, key, key_ty, given, span);
                let fact = wanted.map_or(given, |declared| self.assigned(declared, given));
                self.know_path(target, fact);
            }
            _ => _ = self.eval(target),
        }
    }

    fn know_path(&mut self, target: &'a Expr, fact: Ty) {
        if let Some(path) = self.path(target) {
            self.frame.assign(&self.paths, path, Some(fact));
        }
    }

    fn store_global(&mut self, name: &'a Word, given: Ty) {
        let known = self.globals.get(&*name.text).copied();
        let ty = known.map_or(given, |known| self.pool.union(&[known, given]));
        self.globals.insert(&name.text, ty);
        let path = self.root(name);
        self.frame.assign(&self.paths, path, Some(given));
    }

    fn function_statement(
        &mut self,
        root: &'a Word,
        fields: &'a [Word],
        method: Option<&'a Word>,
        body: &'a Tree,
    ) {
        let sym = self.bound.symbol(root);
        let Some(last) = method.or(fields.last()) else {
            let ty = self.make_function(body, None, None);
            match sym {
                Some(sym) => {
                    let ty = match self.declared_type(sym) {
                        Some(declared) => {
                            self.expect(ty, declared, root.span, Place::Assignment);
                            declared
                        }
                        None => ty,
                    };
                    self.assign_symbol(sym, ty);
                }
                None => self.store_global(root, ty),
            }
            return;
        };
        let mut object = match sym {
            Some(sym) => self.read_symbol(sym),
            None => self.read_global(root),
        };
        let between = if method.is_some() { fields } else { &fields[..fields.len() - 1] };
        let mut path = self.root(root);
        for field in between {
            let name = self.pool.name(field.text.as_bytes());
            path = self.paths.step(path, super::state::Key::Name(name));
            object = match self.frame.fact(path) {
                Some(known) => known,
                None => self.field_of(object, field),
            };
        }
        let sym = sym.filter(|_| between.is_empty()).map(|sym| self.bound.sym(sym));
        let class = sym.is_some_and(|sym| sym.class);
        if let Kind::Shape(shape) = self.pool.kind(object)
            && sym.is_some_and(|sym| sym.lends)
        {
            self.shape_mut(shape).lends = true;
        }
        let self_ty = method.map(|_| self.self_type(object, class));
        let wanted = self.wanted_field(object, &last.text);
        let ty = self.make_function(body, self_ty, wanted);
        if let Some(wanted) = wanted {
            self.expect(ty, wanted, last.span, Place::Assignment);
        }
        self.store_member(object, last, ty, last.span);
        let name = self.pool.name(last.text.as_bytes());
        let path = self.paths.step(path, super::state::Key::Name(name));
        self.frame.assign(&self.paths, path, Some(ty));
    }

    /// What `self` is in a method written to `object`.
    fn self_type(&mut self, object: Ty, class: bool) -> Ty {
        match self.pool.kind(object) {
            Kind::Shape(shape) if class => {
                let instance = self.instance_of(shape);
                self.shape_type(instance)
            }
            _ => object,
        }
    }

    fn return_statement(&mut self, stat: &'a Stat, values: &'a [Expr]) {
        let wanted: Vec<Option<Ty>> = match self.frame.expected {
            Some(pack) => {
                let types = self.pool.types(pack.list);
                types.into_iter().map(Some).chain(std::iter::repeat_n(pack.rest, values.len())).collect()
            }
            None => vec![],
        };
        let given = self.returned(values, &wanted);
        if let Some(expected) = self.frame.expected {
            for i in 0..expected.list.len() {
                let ty = self.pool.at(expected.list, i);
                if !given.covers(i) && !self.accepts_nil(ty) {
                    let shown = self.show(ty);
                    let message = format!("missing return value at position {}: {shown} expected", i + 1);
                    self.error(Code::MissingReturn, stat.span, message);
                    break;
                }
            }
        }
        match &given.rows {
            Some(rows) if values.len() == 1 => {
                for row in rows.iter() {
                    let pack = self.pool.pack(row);
                    self.record_exit(pack);
                }
            }
            _ => {
                let list = self.pool.list(&given.list);
                self.record_exit(Pack { list, rest: given.rest });
            }
        }
        self.die(false);
    }

    pub(super) fn die(&mut self, by_call: bool) {
        self.frame.alive = false;
        self.frame.dead_by_call = by_call;
    }

    fn call_statement(&mut self, call: &'a Expr) {
        let given = self.eval_multi(call, None);
        if given.list.first() == Some(&Ty::NEVER) {
            self.die(true);
        }
    }

    fn branches(&mut self, arms: &'a [(Expr, Block)], otherwise: Option<&'a Block>) {
        let mark = self.frame.mark();
        let mut ways: Vec<Diff> = vec![];
        let mut refused: Diff = vec![];
        for (cond, body) in arms {
            if self.vacuous() {
                self.skip(cond.span);
            }
            self.asked(cond);
            let alive = self.frame.alive;
            let before = self.frame.mark();
            self.narrow(cond, true);
            self.statements(body);
            if self.frame.alive {
                ways.push(self.frame.diff(mark));
            }
            self.frame.undo(before);
            self.frame.alive = alive;
            self.narrow(cond, false);
            if always(cond) || self.vacuous() {
                self.die(false);
            }
            refused = self.frame.diff(mark);
        }
        let refused_alive = self.frame.alive;
        match otherwise {
            Some(body) => {
                self.statements(body);
                if self.frame.alive {
                    ways.push(self.frame.diff(mark));
                }
            }
            None => {
                self.exhausted(arms);
                if refused_alive {
                    ways.push(refused);
                }
            }
        }
        self.meet(mark, &ways);
    }

    /// A chain over the variants of something without `else` should name them all.
    fn exhausted(&mut self, arms: &'a [(Expr, Block)]) {
        if arms.len() < 2 || !self.frame.alive {
            return;
        }
        let mut place: Option<&'a Expr> = None;
        for (cond, _) in arms {
            let ExprKind::Binary { op: BinOp::Eq, left, right, .. } = &peel(cond).kind else { return };
            if !matches!(peel(right).kind, ExprKind::Str(_) | ExprKind::Bool(_) | ExprKind::Int(_)) {
                return;
            }
            let (known, this) = (place.and_then(|p| self.path(p)), self.path(left));
            if this.is_none() || (place.is_some() && known != this) {
                return;
            }
            place = Some(left);
        }
        let Some(place) = place else { return };
        let object = match &peel(place).kind {
            ExprKind::Field { object, .. } => object,
            _ => place,
        };
        if !self.is_declared(object) {
            return;
        }
        let left = self.muted(|this| this.probe(object));
        let members = self.members_of(left);
        let tagged = match &peel(place).kind {
            ExprKind::Field { name, .. } => {
                let name = self.pool.name(name.text.as_bytes());
                members.iter().all(|m| {
                    matches!(crate::members::field(self, *m, name), crate::members::Member::Found { ty, .. } if self.is_literal(ty))
                })
            }
            _ => members.iter().all(|m| self.is_literal(*m)),
        };
        if members.is_empty() || left == Ty::NEVER || !tagged {
            return;
        }
        let shown = self.show(left);
        let report =
            Report::new(Code::NotExhaustive, arms[0].0.span, format!("this chain leaves out {shown}"));
        self.report(report.help("add an arm for it, or an 'else'"));
    }

    fn is_literal(&self, ty: Ty) -> bool {
        matches!(self.pool.kind(ty), Kind::Str(_) | Kind::Bool(_) | Kind::Int(_))
    }

    /// Whether an expression has a type that somebody wrote.
    fn is_declared(&mut self, expr: &'a Expr) -> bool {
        match &peel(expr).kind {
            ExprKind::Name(name) => {
                self.bound.symbol(name).is_some_and(|sym| self.declared.contains_key(&sym))
            }
            ExprKind::Field { object, .. } => self.is_declared(object),
            _ => false,
        }
    }

    /// Goes on with what several ways know; dead if there is none.
    fn meet(&mut self, mark: usize, ways: &[Diff]) {
        self.frame.undo(mark);
        self.frame.alive = !ways.is_empty();
        self.frame.dead_by_call &= ways.is_empty();
        self.frame.join(&mut self.pool, ways);
    }

    fn jump(&mut self, label: Option<crate::ty::Name>) {
        if let Some(at) = self.frame.targets.iter().rposition(|t| t.label == label) {
            let diff = self.frame.diff(self.frame.targets[at].mark);
            self.frame.targets[at].arrivals.push(diff);
            if let Some(pass) = &mut self.frame.pass {
                pass.leaves += 1;
            }
            self.die(false);
        }
    }

    fn label(&mut self, name: &'a Word) {
        let label = Some(self.pool.name(name.text.as_bytes()));
        let Some(at) = self.frame.targets.iter().rposition(|t| t.label == label) else { return };
        let mark = self.frame.targets[at].mark;
        let mut ways = std::mem::take(&mut self.frame.targets[at].arrivals);
        if self.frame.alive {
            ways.push(self.frame.diff(mark));
        }
        self.meet(mark, &ways);
        if self.bound.back_labels.contains(&name.span.start) {
            // Jumped to from behind: nothing is known for sure of what the unit assigns.
            self.frame.alive = true;
            self.forget_assigned();
        }
    }

    fn forget_assigned(&mut self) {
        let function = self.frame.function;
        let assigned: Vec<SymId> = (0..self.bound.symbols.len() as u32)
            .map(SymId)
            .filter(|sym| self.bound.sym(*sym).owner == function && self.bound.sym(*sym).assignments > 0)
            .collect();
        for sym in assigned {
            let ty = self.declared.get(&sym).copied().unwrap_or(Ty::ANY);
            let path = self.paths.root(Root::Sym(sym));
            self.frame.assign(&self.paths, path, Some(ty));
        }
    }

    /// Runs a loop's body until what is known at its entry holds for every turn. `first`: what the entry of a turn does;
    /// `last`: what follows the body, and leaves when the loop may end there.
    fn turns(&mut self, stat: &'a Stat, mut turn: impl FnMut(&mut Self), end: impl Fn(&mut Self)) {
        let mark = self.frame.mark();
        let entry = stat.span.start;
        if let Some(known) = self.loops.get(&entry).cloned() {
            self.frame.join(&mut self.pool, &[known, vec![]]);
        }
        loop {
            let reports = self.frame.reports.len();
            let rows = self.frame.rows.len();
            let begin = self.frame.mark();
            self.frame.targets.push(Target { label: None, mark, arrivals: vec![] });
            turn(self);
            let breaks = self.frame.targets.pop().map(|t| t.arrivals).unwrap_or_default();
            let alive = self.frame.alive;
            let again = self.frame.diff(begin);
            self.frame.undo(begin);
            let before = self.frame.diff(mark);
            if alive {
                self.frame.join(&mut self.pool, &[again.clone(), vec![]]);
            }
            let passes = self.passes.entry(entry).or_insert(0);
            *passes += 1;
            let settle = *passes > PASSES;
            if settle {
                self.blur(&before, mark);
            }
            let after = self.frame.diff(mark);
            if after != before && !(settle && *self.passes.get(&entry).unwrap_or(&0) > 2 * PASSES) {
                self.loops.insert(entry, after);
                self.frame.reports.truncate(reports);
                self.frame.rows.truncate(rows);
                self.frame.alive = true;
                continue;
            }
            self.frame.alive = true;
            self.loops.insert(entry, after);
            if alive {
                self.took_turns(&again);
            }
            end(self);
            let mut ways = breaks;
            if self.frame.alive {
                ways.push(self.frame.diff(mark));
            }
            self.meet(mark, &ways);
            return;
        }
    }

    /// A loop that takes no turn leaves locals empty which each turn fills; that is a doubt. Annotated ones keep to their annotation.
    fn took_turns(&mut self, turn: &Diff) {
        for (path, fact) in turn {
            let (Some(sym), Some(ty)) = (self.paths.local(*path), *fact) else { continue };
            let filled = crate::narrow::without_nil(self, ty) == ty;
            if filled && !self.declared.contains_key(&sym) {
                let now = self.frame.fact(*path).unwrap_or(ty);
                let some = crate::narrow::without_nil(self, now);
                if some != now && some != Ty::NEVER {
                    self.frame.set(*path, Some(some));
                }
            }
        }
    }

    /// What would not hold still may be anything.
    fn blur(&mut self, before: &Diff, mark: usize) {
        for (path, fact) in self.frame.diff(mark) {
            let known = before.iter().find(|(p, _)| *p == path).and_then(|(_, fact)| *fact);
            if known != fact {
                self.frame.set(path, Some(Ty::ANY));
            }
        }
    }

    fn while_loop(&mut self, stat: &'a Stat, cond: &'a Expr, body: &'a Block) {
        self.turns(
            stat,
            |this| {
                this.asked(cond);
                this.narrow(cond, true);
                this.statements(body);
            },
            |this| {
                if always(cond) {
                    this.die(false);
                } else {
                    this.muted(|this| this.probe(cond));
                    this.narrow(cond, false);
                }
            },
        );
    }

    fn repeat_loop(&mut self, stat: &'a Stat, body: &'a Block, cond: &'a Expr) {
        let mark = self.frame.mark();
        let mut ends: Vec<Diff> = vec![];
        self.turns(
            stat,
            |this| {
                ends.clear();
                let scope = this.open_types(body);
                this.sequence(body);
                if this.frame.alive {
                    this.asked(cond);
                    let before = this.frame.mark();
                    this.narrow(cond, true);
                    ends.push(this.frame.diff(mark));
                    this.frame.undo(before);
                    this.narrow(cond, false);
                    if always(cond) {
                        this.die(false);
                    }
                }
                this.frame.scope = scope;
                if let Some(target) = this.frame.targets.last_mut() {
                    target.arrivals.append(&mut ends);
                }
            },
            // The body ran at least once: the ways out are those above.
            |this| this.die(false),
        );
    }

    fn numeric_for(&mut self, stat: &'a Stat, var: &'a Word, bounds: [Option<&'a Expr>; 3], body: &'a Block) {
        let mut ty = Ty::INTEGER;
        for (expr, what) in bounds.into_iter().zip(["init", "limit", "step"]) {
            let Some(expr) = expr else { continue };
            let given = self.eval(expr);
            if !self.is_number(given) {
                let shown = self.show(given);
                let message = format!("the {what} of a for loop must be a number, got {shown}");
                self.error(Code::Mismatch, expr.span, message);
            }
            if what != "limit" && !self.is_integer(given) {
                ty = Ty::NUMBER;
            }
        }
        let Some(sym) = self.bound.symbol(var) else { return };
        let counted = self.counted(bounds);
        self.turns(
            stat,
            |this| {
                this.assign_symbol(sym, ty);
                if let Some((list, ty)) = counted {
                    this.know_element(list, ty, sym);
                }
                this.statements(body);
            },
            |_| {},
        );
    }

    fn generic_for(&mut self, stat: &'a Stat, vars: &'a [Word], exprs: &'a [Expr], body: &'a Block) {
        let types = self.iterated(exprs, vars.len());
        let syms: Vec<Option<SymId>> = vars.iter().map(|v| self.bound.symbol(v)).collect();
        let each = exprs.first().and_then(|e| self.walked(e));
        self.turns(
            stat,
            |this| {
                for (i, sym) in syms.iter().enumerate() {
                    if let Some(sym) = sym {
                        this.assign_symbol(*sym, types.get(i).copied().unwrap_or(Ty::NIL));
                    }
                }
                if let (Some(list), Some(Some(key)), Some(ty)) = (each, syms.first(), types.get(1)) {
                    let path = this.paths.step(list, super::state::Key::Sym(*key));
                    this.frame.set(path, Some(*ty));
                }
                this.statements(body);
            },
            |_| {},
        );
    }
}

/// Where a value is checked against a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Assignment,
    /// Position from 1, of how many.
    Return(usize),
    Field,
}

/// A condition that holds whatever happens.
fn always(cond: &Expr) -> bool {
    match &peel(cond).kind {
        ExprKind::Bool(true) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) => true,
        ExprKind::Unary { op: lua_syntax::ast::UnOp::Not, expr } => {
            matches!(peel(expr).kind, ExprKind::Bool(false) | ExprKind::Nil)
        }
        _ => false,
    }
}
