//! Expressions: their types, and what reading them demands.

use super::shapes::Found;
use super::stat::Place;
use super::{Checker, state};
use crate::bind::{literal, peel};
use crate::code::Code;
use crate::members::{self, Member};
use crate::pool::Pool;
use crate::relate::{explain, fits};
use crate::report::Report;
use crate::ty::{Kind, Pack, Ty};
use lua_syntax::Span;
use lua_syntax::ast::{BinOp, Expr, ExprKind, Name as Word};
use std::rc::Rc;

/// Globals of other Luas, which portable code asks for.
const ELSEWHERE: &[&str] = &[
    "bit",
    "bit32",
    "collectgarbage",
    "debug",
    "dofile",
    "getfenv",
    "io",
    "jit",
    "load",
    "loadfile",
    "loadstring",
    "module",
    "newproxy",
    "rawlen",
    "setfenv",
    "utf8",
    "warn",
];

/// Several values.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub(super) list: Vec<Ty>,
    /// What may follow them.
    pub(super) rest: Option<Ty>,
    /// The ways in which the last expression gives its values, if they are worth telling apart.
    pub(super) rows: Option<Rc<Vec<Vec<Ty>>>>,
    /// Where the values of the last expression begin.
    pub(super) from: usize,
}

impl Values {
    pub(super) fn one(ty: Ty) -> Self {
        Values { list: vec![ty], ..Values::default() }
    }

    pub(super) fn of(pool: &Pool, pack: Pack) -> Self {
        Values { list: pool.types(pack.list), rest: pack.rest, ..Values::default() }
    }

    /// Value `i`, nil where there is none; of an unknown number of values, each is taken to be there.
    pub(super) fn get(&self, i: usize) -> Ty {
        self.list.get(i).copied().or(self.rest).unwrap_or(Ty::NIL)
    }

    /// Whether there is a value `i`, or may be.
    pub(super) fn covers(&self, i: usize) -> bool {
        i < self.list.len() || self.rest.is_some()
    }
}

impl<'a> Checker<'a> {
    pub(super) fn resolve(&mut self, ty: Ty) -> Ty {
        match self.pool.kind(ty) {
            Kind::Ref(..) | Kind::KeyOf(_) | Kind::Indexed(..) | Kind::Conditional(_) => {
                crate::evaluate::resolve(self, ty)
            }
            _ => ty,
        }
    }

    /// The alternatives of a type, aliases of unions among them expanded.
    pub(super) fn members_of(&mut self, ty: Ty) -> Vec<Ty> {
        match self.pool.kind(ty) {
            Kind::Union(_) | Kind::Ref(..) | Kind::KeyOf(_) | Kind::Indexed(..) | Kind::Conditional(_) => {
                crate::evaluate::alternatives(self, ty)
            }
            Kind::Never => vec![],
            _ => vec![ty],
        }
    }

    /// One value.
    pub(super) fn eval(&mut self, expr: &'a Expr) -> Ty {
        self.eval_for(expr, None)
    }

    /// One value for a place that wants that type.
    pub(super) fn eval_for(&mut self, expr: &'a Expr, wanted: Option<Ty>) -> Ty {
        match &expr.kind {
            ExprKind::Nil => Ty::NIL,
            ExprKind::Bool(value) => self.pool.add(Kind::Bool(*value)),
            ExprKind::Int(value) => self.pool.add(Kind::Int(*value)),
            ExprKind::Float(value) => self.pool.add(Kind::Float(value.to_bits())),
            ExprKind::Str(text) => self.pool.str_type(text),
            ExprKind::Name(name) => self.name_value(name),
            ExprKind::Field { .. } | ExprKind::Index { .. } => self.member(expr, false),
            ExprKind::Call { .. } | ExprKind::Method { .. } | ExprKind::VarArg => {
                let values = self.eval_multi(expr, wanted);
                values.get(0)
            }
            ExprKind::Function(tree) => self.make_function(tree, None, wanted),
            ExprKind::Table(items) => self.table(expr, items, wanted),
            ExprKind::Unary { op, expr: inner } => self.unary(*op, inner, expr.span),
            ExprKind::Binary { op: BinOp::And, left, right, .. } => self.and(left, right, wanted),
            ExprKind::Binary { op: BinOp::Or, left, right, .. } => self.or(left, right, wanted),
            ExprKind::Binary { op, left, right, op_span } => self.binary(*op, left, right, *op_span),
            ExprKind::Concat(parts) => self.concat(parts),
            ExprKind::Paren(inner) => self.eval_for(inner, wanted),
            ExprKind::NonNil(inner) => {
                let ty = self.eval_for(inner, wanted);
                let some = crate::narrow::without_nil(self, ty);
                if some == Ty::NEVER { Ty::ANY } else { some }
            }
            ExprKind::Cast { expr: inner, ty } => {
                let target = self.lower(ty);
                let given = self.eval_for(inner, Some(target));
                self.cast(given, target, expr.span);
                target
            }
        }
    }

    /// A cast goes to a type that the value may have.
    fn cast(&mut self, given: Ty, target: Ty, span: Span) {
        // What was assigned last may say less than the type that the place was declared with.
        let given = crate::widen::widen(&mut self.pool, given);
        if fits(self, given, target).is_ok() || fits(self, target, given).is_ok() {
            return;
        }
        if crate::narrow::intersect(self, given, target) == Ty::NEVER {
            let (from, to) = (self.show(given), self.show(target));
            let report =
                Report::new(Code::Mismatch, span, format!("cannot cast {from} to {to}: no value is both"));
            self.report(report.help("cast to any first if that is meant"));
        }
    }

    /// A condition or an operand that only asks whether something is there.
    pub(super) fn probe(&mut self, expr: &'a Expr) -> Ty {
        match &peel(expr).kind {
            ExprKind::Field { .. } | ExprKind::Index { .. } => self.member(peel(expr), true),
            ExprKind::Call { .. } | ExprKind::Method { .. } => {
                let ty = self.eval(expr);
                if self.is_verdict(ty, true) {
                    self.doubt_arguments(peel(expr));
                }
                ty
            }
            _ => self.eval(expr),
        }
    }

    /// The same where nothing is asked but whether it is there: neither globals nor what modules hold need be.
    pub(super) fn asked(&mut self, expr: &'a Expr) -> Ty {
        if self.is_absent(peel(expr)) { Ty::NIL } else { self.probe(expr) }
    }

    /// A global that nobody defines, or a field that a library or module does not have.
    pub(super) fn is_absent(&mut self, place: &'a Expr) -> bool {
        match &place.kind {
            ExprKind::Name(name) => {
                let path = self.root(name);
                self.bound.symbol(name).is_none()
                    && self.frame.fact(path).is_none()
                    && self.declared_value(name).is_none()
                    && self.global(&name.text).is_none()
                    && (ELSEWHERE.contains(&&*name.text) || !self.is_near_local(&name.text))
            }
            ExprKind::Field { object, name } => {
                // A path alone: what is called, or depends on conditions, is looked at once.
                let Some(path) = self.path(place) else { return false };
                if self.frame.fact(path).is_some() {
                    return false;
                }
                let object = self.muted(|this| this.eval(object));
                let name = self.pool.name(name.text.as_bytes());
                self.is_fixed(object) && matches!(members::field(self, object, name), Member::Missing { .. })
            }
            _ => false,
        }
    }

    /// Whether a local was meant, most likely.
    fn is_near_local(&mut self, text: &str) -> bool {
        self.suggestions = self.suggestions.saturating_sub(self.bound.symbols.len());
        if self.suggestions == 0 {
            return false;
        }
        let locals: Vec<String> = self.visible_locals().into_iter().map(str::to_string).collect();
        self.suggest(text, &locals).is_some()
    }

    /// What libraries and modules hold is known for good.
    fn is_fixed(&self, ty: Ty) -> bool {
        self.pool.is_base(ty) && matches!(self.pool.kind(ty), Kind::Record(_))
    }

    fn name_value(&mut self, name: &'a Word) -> Ty {
        match self.bound.symbol(name) {
            Some(sym) => {
                let ty = self.read_symbol(sym);
                self.sure(ty)
            }
            None => match self.declared_value(name) {
                Some(ty) => ty,
                None => self.read_global(name),
            },
        }
    }

    /// All values of an expression.
    pub(super) fn eval_multi(&mut self, expr: &'a Expr, wanted: Option<Ty>) -> Values {
        match &expr.kind {
            ExprKind::Call { .. } | ExprKind::Method { .. } => {
                let mut values = self.called_values(expr, wanted);
                if self.passing() {
                    if self.is_verdict(values.get(0), false) {
                        self.doubt_arguments(expr);
                    }
                    values.rows = None;
                    values.list = values.list.into_iter().map(|ty| self.sure(ty)).collect();
                    values.rest = values.rest.map(|ty| self.sure(ty));
                }
                values
            }
            ExprKind::VarArg => {
                Values { rest: Some(self.frame.vararg.unwrap_or(Ty::ANY)), ..Values::default() }
            }
            _ => Values::one(self.eval_for(expr, wanted)),
        }
    }

    fn called_values(&mut self, expr: &'a Expr, wanted: Option<Ty>) -> Values {
        match &expr.kind {
            ExprKind::Call { func, args } => self.call(func, args, wanted),
            ExprKind::Method { object, name, args } => self.method_call(expr, object, name, args, wanted),
            _ => Values::default(),
        }
    }

    /// The values of a list of expressions, checked against what their places want.
    pub(super) fn values(&mut self, exprs: &'a [Expr], wanted: &[Option<Ty>]) -> Values {
        self.values_for(exprs, wanted, |_| Place::Assignment)
    }

    /// The values of a `return`.
    pub(super) fn returned(&mut self, exprs: &'a [Expr], wanted: &[Option<Ty>]) -> Values {
        self.values_for(exprs, wanted, |i| Place::Return(i + 1))
    }

    fn values_for(
        &mut self,
        exprs: &'a [Expr],
        wanted: &[Option<Ty>],
        place: impl Fn(usize) -> Place,
    ) -> Values {
        let mut out = Values::default();
        for (i, expr) in exprs.iter().enumerate() {
            let want = wanted.get(i).copied().flatten();
            if i + 1 < exprs.len() {
                let ty = self.eval_for(expr, want);
                if let Some(want) = want {
                    self.expect(ty, want, expr.span, place(i));
                }
                out.list.push(ty);
                continue;
            }
            let last = self.eval_multi(expr, want);
            out.from = i;
            out.rows = last.rows.clone();
            out.rest = last.rest;
            let width =
                last.list.len().max(if last.rest.is_some() { wanted.len().saturating_sub(i) } else { 0 });
            for at in 0..width {
                let ty = last.list.get(at).copied().or(last.rest).unwrap_or(Ty::NIL);
                if let Some(Some(want)) = wanted.get(i + at) {
                    self.expect(ty, *want, expr.span, place(i + at));
                }
                out.list.push(ty);
            }
        }
        out
    }

    /// Says so if a value does not fit its place.
    pub(super) fn expect(&mut self, given: Ty, wanted: Ty, span: Span, place: Place) -> bool {
        let Err(mismatch) = fits(self, given, wanted) else { return true };
        let reason = explain(self, &mismatch);
        let (from, to) = (self.show(given), self.show(wanted));
        let message = match place {
            Place::Assignment => format!("cannot assign {from} to {to}"),
            Place::Return(1) => format!("cannot return {from}, expected {to}"),
            Place::Return(n) => format!("cannot return {from} at position {n}, expected {to}"),
            Place::Field => format!("cannot store {from} where {to} is expected"),
        };
        let mut report = Report::new(Code::Mismatch, span, message);
        if !mismatch.path.is_empty() || matches!(mismatch.why, crate::relate::Why::MissingField(_)) {
            report = report.note(None, reason);
        }
        let some = crate::narrow::without_nil(self, given);
        if some != given && some != Ty::NEVER && fits(self, some, wanted).is_ok() {
            report = report.help("the value may be nil: test it first, or give a default with 'or'");
        }
        self.report(report);
        false
    }

    /// The analysis is at that byte now.
    pub(super) fn come_to(&mut self, byte: u32) {
        if let super::Progress::At(at) = &mut self.known[self.frame.function.0 as usize].progress {
            *at = (*at).max(byte);
        }
    }

    /// `a.b`, `a[b]`. `probe`: absence is no mistake.
    pub(super) fn member(&mut self, expr: &'a Expr, probe: bool) -> Ty {
        let ty = self.found_member(expr, probe);
        self.sure(ty)
    }

    fn found_member(&mut self, expr: &'a Expr, probe: bool) -> Ty {
        let (object, key) = match &expr.kind {
            ExprKind::Field { object, .. } => (object, None),
            ExprKind::Index { object, key } => (object, Some(key)),
            _ => return self.eval(expr),
        };
        let object_ty = self.eval(object);
        self.come_to(expr.span.end.saturating_sub(1));
        let path = self.path(expr);
        if let Some(path) = path
            && let Some(known) = self.frame.fact(path)
        {
            if let Some(key) = key {
                self.eval(key);
            }
            return known;
        }
        if let Some(value) = self.selected_value(expr) {
            return value;
        }
        match (&expr.kind, key) {
            (ExprKind::Field { name, .. }, _) => {
                self.named_member(object_ty, &name.text, name.span, Some(object), probe)
            }
            (_, Some(key)) => match literal(key) {
                Some(text) if !self.is_keyed(object_ty) => {
                    self.named_member(object_ty, text, key.span, Some(object), probe)
                }
                _ => self.read_index(object_ty, object, key, probe),
            },
            _ => Ty::ANY,
        }
    }

    /// Arrays and maps, whose literal keys are keys, not fields.
    fn is_keyed(&mut self, ty: Ty) -> bool {
        let ty = crate::narrow::without_nil(self, ty);
        let ty = self.resolve(ty);
        matches!(self.pool.kind(ty), Kind::Array(..) | Kind::Map(..))
    }

    /// The type of a field of a value of that type; `object` is named in messages.
    pub(super) fn field_of(&mut self, object: Ty, name: &Word) -> Ty {
        self.named_member(object, &name.text, name.span, None, false)
    }

    fn named_member(
        &mut self,
        object_ty: Ty,
        text: &str,
        span: Span,
        object: Option<&Expr>,
        probe: bool,
    ) -> Ty {
        let name = self.pool.name(text.as_bytes());
        let members = self.members_of(object_ty);
        if members.iter().any(|m| matches!(self.pool.kind(*m), Kind::Shape(_))) {
            return self.shaped_member(&members, object_ty, text, span, object, probe);
        }
        let looked =
            if members.contains(&Ty::NIL) { Member::Nil } else { members::field(self, object_ty, name) };
        match looked {
            Member::Found { ty, optional, .. } => {
                if optional && !self.is_filled(object_ty, name) {
                    self.pool.optional(ty)
                } else {
                    ty
                }
            }
            Member::Missing { present_elsewhere: true, .. } if probe => {
                let members = self.members_of(object_ty);
                let types: Vec<Ty> = members
                    .into_iter()
                    .map(|member| self.named_member(member, text, span, object, true))
                    .collect();
                self.pool.union(&types)
            }
            Member::Missing { on, present_elsewhere } => {
                if !probe || self.is_fixed(object_ty) {
                    return self.no_field(object_ty, on, text, span, present_elsewhere);
                }
                Ty::NIL
            }
            Member::Nil => {
                self.index_of_nil(object_ty, text, object.map_or(span, |o| o.span), object);
                let some = crate::narrow::without_nil(self, object_ty);
                if some == Ty::NEVER {
                    return Ty::ANY;
                }
                self.after_nil(some, text, span, object)
            }
            Member::NotIndexable(ty) => {
                let shown = self.show(ty);
                self.error(Code::NotIndexable, span, format!("cannot index {shown} with '{text}'"));
                Ty::ANY
            }
            Member::BadKey { expected, .. } => {
                let (shown, on) = (self.show(expected), self.holder(object_ty));
                let message = format!("cannot index {on} with the text '{text}', its keys are {shown}");
                self.error(Code::InvalidIndex, span, message);
                Ty::ANY
            }
        }
    }

    /// A table of another unit that was filled by computed keys beside its fields: names are asked for that are there.
    pub(super) fn is_filled(&self, object: Ty, name: crate::ty::Name) -> bool {
        match self.pool.kind(object) {
            Kind::Record(id) => {
                let table = self.pool.fields(id);
                table.index.is_some()
                    && !table.fields.is_empty()
                    && table.fields.iter().all(|f| f.name != name)
            }
            _ => false,
        }
    }

    /// A field of what is left when nil was reported; of a second mistake in the same place nothing is said.
    fn after_nil(&mut self, some: Ty, text: &str, span: Span, object: Option<&Expr>) -> Ty {
        let ty = self.muted(|this| this.named_member(some, text, span, object, true));
        if ty == Ty::NIL { Ty::ANY } else { ty }
    }

    /// A field of a value that may be a table of the code.
    fn shaped_member(
        &mut self,
        members: &[Ty],
        object_ty: Ty,
        text: &str,
        span: Span,
        object: Option<&Expr>,
        probe: bool,
    ) -> Ty {
        let name = self.pool.name(text.as_bytes());
        let mut types = vec![];
        let mut missing = None;
        let mut found = false;
        for member in members {
            match self.pool.kind(*member) {
                Kind::Shape(shape) => match self.shape_field(shape, name) {
                    Found::Field(ty) | Found::Index(ty) => {
                        found = true;
                        types.push(ty);
                    }
                    Found::Unsure => types.push(Ty::ANY),
                    Found::Missing => missing = Some(*member),
                },
                Kind::Nil => {
                    let some = crate::narrow::without_nil(self, object_ty);
                    self.index_of_nil(object_ty, text, object.map_or(span, |o| o.span), object);
                    return self.after_nil(some, text, span, object);
                }
                _ => {
                    let ty = self.named_member(*member, text, span, object, probe);
                    found = true;
                    types.push(ty);
                }
            }
        }
        if let Some(on) = missing {
            if probe || self.muted > 0 {
                types.push(Ty::NIL);
            } else if found && self.no_tag_tells(on, members, name) {
                types.push(Ty::ANY);
            } else {
                return self.no_field(object_ty, on, text, span, found);
            }
        }
        self.pool.union(&types)
    }

    /// Where one table has a text of its own, as a tag, and another any text: a test of it does not tell the two apart, although the
    /// code may know that it does.
    fn no_tag_tells(&self, lacks: Ty, members: &[Ty], name: crate::ty::Name) -> bool {
        let Kind::Shape(lacks) = self.pool.kind(lacks) else { return false };
        members.iter().any(|member| match self.pool.kind(*member) {
            Kind::Shape(has) if self.slot_as_written(has, name).is_some() => self.tags(has).any(|tag| {
                let open = self.slot_as_written(lacks, tag).is_some_and(|ty| self.may_be_text(ty));
                open && self.tags(lacks).all(|own| own != tag)
            }),
            _ => false,
        })
    }

    /// Says that there is no such field; what reading it gives.
    fn no_field(&mut self, object_ty: Ty, on: Ty, text: &str, span: Span, elsewhere: bool) -> Ty {
        let near = self.suggest_member(text, on);
        if let Some(ty) = self.not_given(on, text, span, near.as_deref()) {
            return if elsewhere { Ty::ANY } else { ty };
        }
        let shown = self.holder(on);
        let message = if elsewhere {
            let whole = self.show(object_ty);
            format!("field '{text}' is missing on {shown}, which {whole} may be")
        } else {
            format!("field '{text}' does not exist on {shown}")
        };
        let mut report = Report::new(Code::NoField, span, message);
        if let Some(near) = near {
            report = report.help(format!("did you mean '{near}'?"));
            if let Kind::Shape(shape) = self.pool.kind(on) {
                let near = self.pool.name(near.as_bytes());
                if let Some(at) = self.slot_span(shape, near) {
                    report = report.note(Some(at), "it is written here");
                }
            }
        } else if elsewhere {
            report = report.help("test first which of them it is");
        }
        self.report(report);
        Ty::ANY
    }

    fn index_of_nil(&mut self, ty: Ty, text: &str, span: Span, object: Option<&Expr>) {
        let what =
            object.and_then(described).map_or_else(|| "a value".to_string(), |name| format!("'{name}'"));
        let shown = self.show(ty);
        let message = if ty == Ty::NIL {
            format!("cannot index {what} with '{text}': it is nil")
        } else {
            format!("cannot index {what} with '{text}': it may be nil ({shown})")
        };
        self.report(Report::new(Code::IndexOptional, span, message).help("test it for nil first"));
    }

    fn read_index(&mut self, object_ty: Ty, object: &'a Expr, key: &'a Expr, probe: bool) -> Ty {
        let key_ty = self.eval(key);
        let object_ty = self.resolve(object_ty);
        let members = self.members_of(object_ty);
        if members.contains(&Ty::NIL) {
            let some = crate::narrow::without_nil(self, object_ty);
            let shown = self.show(key_ty);
            self.index_of_nil(object_ty, &shown, object.span, Some(object));
            return if some == Ty::NEVER {
                Ty::ANY
            } else {
                self.muted(|this| this.read_index(some, object, key, true))
            };
        }
        // Nothing lies under nil, unless a metatable says so.
        let nowhere = key_ty == Ty::NIL;
        let key_ty = self.some_key(key_ty);
        let mut types = vec![];
        for member in members {
            types.push(match self.pool.kind(member) {
                Kind::Shape(shape) if nowhere && self.shape_ref(shape).metatable.is_none() => Ty::NIL,
                Kind::Shape(shape) => self.shape_index(shape, key_ty),
                _ => match self.plain_index(member, object, key, key_ty, probe) {
                    Ty::ANY => Ty::ANY,
                    _ if nowhere => Ty::NIL,
                    ty => ty,
                },
            });
        }
        self.pool.union(&types)
    }

    /// A key without its nil: looking up nil gives nil.
    fn some_key(&mut self, key: Ty) -> Ty {
        let some = crate::narrow::without_nil(self, key);
        if some == Ty::NEVER { Ty::ANY } else { some }
    }

    fn shape_index(&mut self, shape: crate::ty::ShapeId, key: Ty) -> Ty {
        if let Kind::Str(name) = self.pool.kind(key) {
            return match self.shape_field(shape, name) {
                Found::Field(ty) | Found::Index(ty) => ty,
                Found::Unsure | Found::Missing => Ty::ANY,
            };
        }
        if self.shape_ref(shape).open {
            return Ty::ANY;
        }
        if let Kind::Int(n) = self.pool.kind(key)
            && let Some(item) = self.item(shape, n)
        {
            let item = crate::widen::widen(&mut self.pool, item);
            return self.told(item);
        }
        let index = self.shape_ref(shape).index;
        match index {
            Some((keys, values)) if crate::narrow::intersect(self, keys, key) != Ty::NEVER => {
                let values = self.told(values);
                if self.is_mixed(values) { Ty::ANY } else { values }
            }
            _ => Ty::ANY,
        }
    }

    /// Elements of several kinds: a computed index may be one of those of the kind that is meant.
    fn is_mixed(&mut self, values: Ty) -> bool {
        let mut kinds: Vec<u8> = vec![];
        for member in self.pool.members(values) {
            kinds.push(match self.pool.kind(member) {
                Kind::Number | Kind::Integer | Kind::Int(_) | Kind::Float(_) => 0,
                Kind::String | Kind::Str(_) => 1,
                Kind::Boolean | Kind::Bool(_) => 2,
                Kind::Function(_) | Kind::AnyFunction => 3,
                _ => 4,
            });
        }
        kinds.iter().any(|kind| *kind != kinds[0])
    }

    fn plain_index(&mut self, object_ty: Ty, object: &'a Expr, key: &'a Expr, key_ty: Ty, probe: bool) -> Ty {
        match members::index(self, object_ty, key_ty) {
            Member::Found { ty, optional, .. } => {
                let sure = !optional;
                if sure { ty } else { self.pool.optional(ty) }
            }
            Member::Missing { on, .. } => {
                if !probe {
                    let code = self.missing_key(on);
                    let (on, shown) = (self.holder(on), self.show(key_ty));
                    self.error(code, key.span, format!("{on} has nothing at {shown}"));
                }
                if probe { Ty::NIL } else { Ty::ANY }
            }
            Member::Nil => Ty::ANY,
            Member::NotIndexable(ty) => {
                let shown = self.show(ty);
                self.error(Code::NotIndexable, object.span, format!("cannot index {shown}"));
                Ty::ANY
            }
            Member::BadKey { expected, got } => {
                let (on, expected, got) = (self.holder(object_ty), self.show(expected), self.show(got));
                self.error(
                    Code::InvalidIndex,
                    key.span,
                    format!("cannot index {on} with {got}, its keys are {expected}"),
                );
                Ty::ANY
            }
        }
    }

    /// The path of `t` in loops `1, #t` and `#t, 1, -1`.
    pub(super) fn counted(&mut self, bounds: [Option<&'a Expr>; 3]) -> Option<(state::PathId, Ty)> {
        let [Some(start), Some(limit), step] = bounds else { return None };
        let (low, high) = if step.is_some_and(is_negative) { (limit, start) } else { (start, limit) };
        if !matches!(peel(low).kind, ExprKind::Int(n) if n >= 1)
            && !matches!(peel(low).kind, ExprKind::Name(_))
        {
            return None;
        }
        self.length_of(high)
    }

    /// `#t`, `#t - n`
    fn length_of(&mut self, expr: &'a Expr) -> Option<(state::PathId, Ty)> {
        match &peel(expr).kind {
            ExprKind::Unary { op: lua_syntax::ast::UnOp::Len, expr } => {
                let ty = self.muted(|this| this.eval(expr));
                Some((self.path(expr)?, ty))
            }
            ExprKind::Binary { op: BinOp::Sub, left, .. } => self.length_of(left),
            _ => None,
        }
    }

    /// In such a loop, `t[i]` is there.
    pub(super) fn know_element(&mut self, list: state::PathId, list_ty: Ty, sym: crate::bind::SymId) {
        let path = self.paths.step(list, state::Key::Sym(sym));
        let list_ty = self.resolve(list_ty);
        if let Kind::Array(elem, _) = self.pool.kind(list_ty) {
            self.frame.set(path, Some(elem));
        }
    }

    /// The type of an expression of `typeof(…)`.
    pub(super) fn typeof_value(&mut self, expr: &Expr) -> Ty {
        let Some(expr) = self.bound.typeofs.get(&expr.span.start).copied() else { return Ty::ANY };
        let ty = self.eval(expr);
        let ty = self.sealed(ty, 0);
        crate::widen::widen_deep(&mut self.pool, ty)
    }

    /// A table of the code as a record of what it holds now.
    fn sealed(&mut self, ty: Ty, depth: u32) -> Ty {
        match self.pool.kind(ty) {
            Kind::Shape(_) if depth > 8 => Ty::TABLE,
            Kind::Shape(shape) => {
                let mut table = self.table_of(shape);
                for field in &mut table.fields {
                    field.ty = self.sealed(field.ty, depth + 1);
                }
                table.index = table.index.map(|(key, value)| (key, self.sealed(value, depth + 1)));
                if let (true, Some((Ty::INTEGER, value))) = (table.fields.is_empty(), table.index) {
                    return self.pool.array(value);
                }
                let id = self.pool.table(table);
                self.pool.add(Kind::Record(id))
            }
            _ => ty,
        }
    }
}

fn is_negative(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Int(n) => *n < 0,
        ExprKind::Unary { op: lua_syntax::ast::UnOp::Neg, .. } => true,
        _ => false,
    }
}

/// How messages name a value in the middle of a sentence.
pub(super) fn called(expr: &Expr) -> String {
    described(expr).map_or_else(|| "a value".to_string(), |name| format!("'{name}'"))
}

/// How messages name an expression.
pub(super) fn described(expr: &Expr) -> Option<String> {
    match &peel(expr).kind {
        ExprKind::Name(name) => Some(name.text.to_string()),
        ExprKind::Field { object, name } => Some(format!("{}.{}", described(object)?, name.text)),
        ExprKind::Index { object, key } => match literal(key) {
            Some(text) => Some(format!("{}.{text}", described(object)?)),
            None => Some(format!("{}[…]", described(object)?)),
        },
        ExprKind::Call { func, .. } => Some(format!("{}(…)", described(func)?)),
        ExprKind::Method { object, name, .. } => Some(format!("{}:{}(…)", described(object)?, name.text)),
        _ => None,
    }
}
