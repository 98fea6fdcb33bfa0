//! Calls: which function is meant, what its arguments must be, what it gives back.

use super::Checker;
use super::expr::{Values, described};
use super::shapes::Found;
use crate::bind::{FnId, Leak, SymKind, peel};
use crate::code::Code;
use crate::generic::{Bindings, broken_bounds, infer, infer_expected};
use crate::members::{self, Member};
use crate::relate::{explain, fits};
use crate::report::Report;
use crate::subst::Subst;
use crate::ty::{Kind, Pack, ParamId, Sig, SigId, Ty};
use lua_syntax::Span;
use lua_syntax::ast::{Expr, ExprKind, Name as Word};
use std::rc::Rc;

/// A call under way.
pub(super) struct Call<'a> {
    pub(super) span: Span,
    /// What messages name.
    pub(super) name: Option<String>,
    pub(super) receiver: Option<Ty>,
    pub(super) args: &'a [Expr],
    pub(super) wanted: Option<Ty>,
    /// One of several functions is called: what is surplus for this one may be for another.
    pub(super) several: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn call(&mut self, func: &'a Expr, args: &'a [Expr], wanted: Option<Ty>) -> Values {
        let callee = match &func.kind {
            ExprKind::Name(name) => self.callee_name(func, name),
            _ => self.eval(func),
        };
        if let Some(special) = self.special(callee)
            && let Some(values) = self.special_call(special, func, args)
        {
            return values;
        }
        let call =
            Call { span: func.span, name: described(func), receiver: None, args, wanted, several: false };
        let values = self.apply(callee, &call);
        self.forget_written();
        values
    }

    /// A name in call position means a type if nothing else is called so.
    fn callee_name(&mut self, func: &'a Expr, name: &'a Word) -> Ty {
        if self.bound.symbol(name).is_none() {
            let callable = self
                .muted(|this| this.global(&name.text))
                .is_some_and(|ty| !matches!(self.pool.kind(ty), Kind::Record(_) | Kind::AnyTable));
            if !callable && let Some(ty) = self.type_value(name) {
                return ty;
            }
        }
        self.eval(func)
    }

    pub(super) fn method_call(
        &mut self,
        expr: &'a Expr,
        object: &'a Expr,
        name: &'a Word,
        args: &'a [Expr],
        wanted: Option<Ty>,
    ) -> Values {
        if let Some(ty) = self.type_object(object, name) {
            return self.type_method(ty, name, args);
        }
        let object_ty = self.eval(object);
        self.come_to(name.span.end);
        let callee = self.method_type(object_ty, object, name);
        let call = Call {
            span: name.span,
            name: described(expr),
            receiver: Some(object_ty),
            args,
            wanted,
            several: false,
        };
        let values = self.apply(callee, &call);
        self.forget_written();
        values
    }

    /// The type in `T:is(v)` and the like.
    fn type_object(&mut self, object: &'a Expr, name: &Word) -> Option<Ty> {
        const MEMBERS: &[&str] = &[
            "is", "check", "kind", "name", "elem", "key", "val", "inner", "ret", "fields", "variants",
            "params", "tparams",
        ];
        if !MEMBERS.contains(&&*name.text) {
            return None;
        }
        if let ExprKind::Name(word) = &object.kind
            && let Some(ty) = self.type_value(word)
        {
            let library = self.muted(|this| this.global(&word.text));
            let key = self.pool.name(name.text.as_bytes());
            let shadowed =
                library.is_some_and(|lib| matches!(members::field(self, lib, key), Member::Found { .. }));
            if !shadowed || !matches!(library.map(|lib| self.pool.kind(lib)), Some(Kind::Record(_))) {
                return Some(ty);
            }
            return None;
        }
        let ty = self.muted(|this| this.eval(object));
        matches!(self.pool.kind(ty), Kind::TypeValue(_)).then_some(ty)
    }

    fn type_method(&mut self, ty: Ty, name: &Word, args: &'a [Expr]) -> Values {
        let Kind::TypeValue(inner) = self.pool.kind(ty) else { return Values::one(Ty::ANY) };
        for arg in args {
            self.eval(arg);
        }
        let count = usize::from(matches!(&*name.text, "is" | "check"));
        if args.len() != count && !args.last().is_some_and(is_open) {
            let message =
                format!("'{}' expects {count} argument{}, got {}", name.text, plural(count), args.len());
            self.error(Code::ArgumentCount, name.span, message);
        }
        match &*name.text {
            "is" => {
                let problem = self.error_type();
                let rows = vec![vec![inner, Ty::NIL], vec![Ty::NIL, problem]];
                let list = vec![self.pool.optional(inner), self.pool.optional(problem)];
                Values { list, rows: Some(Rc::new(rows)), ..Values::default() }
            }
            "check" => {
                let problem = self.error_type();
                let (yes, no) = (self.pool.add(Kind::Bool(true)), self.pool.add(Kind::Bool(false)));
                let rows = vec![vec![yes, Ty::NIL], vec![no, problem]];
                let list = vec![Ty::BOOLEAN, self.pool.optional(problem)];
                Values { list, rows: Some(Rc::new(rows)), ..Values::default() }
            }
            "kind" => Values::one(Ty::STRING),
            "name" => Values::one(self.pool.optional(Ty::STRING)),
            _ => Values::one(Ty::ANY),
        }
    }

    pub(super) fn error_type(&mut self) -> Ty {
        self.pool.error_type()
    }

    fn method_type(&mut self, object_ty: Ty, object: &'a Expr, name: &'a Word) -> Ty {
        let key = self.pool.name(name.text.as_bytes());
        if let Some(path) = self.path(object) {
            let path = self.paths.known_step(path, super::state::Key::Name(key));
            if let Some(known) = path.and_then(|path| self.frame.fact(path)) {
                return known;
            }
        }
        let mut types = vec![];
        let mut missing = None;
        let all = self.members_of(object_ty);
        for member in &all {
            match self.pool.kind(*member) {
                Kind::Nil => {
                    let some = crate::narrow::without_nil(self, object_ty);
                    let what =
                        described(object).map_or_else(|| "a value".to_string(), |name| format!("'{name}'"));
                    let how =
                        if some == Ty::NEVER { "it is nil".to_string() } else { "it may be nil".to_string() };
                    let shown = self.show(object_ty);
                    let message = format!("cannot call method '{}' of {what}: {how} ({shown})", name.text);
                    self.report(
                        Report::new(Code::IndexOptional, object.span, message).help("test it for nil first"),
                    );
                    return if some == Ty::NEVER {
                        Ty::ANY
                    } else {
                        self.muted(|this| this.method_type(some, object, name))
                    };
                }
                Kind::Shape(shape) => match self.shape_field(shape, key) {
                    Found::Field(ty) | Found::Index(ty) => types.push(ty),
                    Found::Unsure => types.push(Ty::ANY),
                    Found::Missing => missing = Some(*member),
                },
                _ => match members::method(self, *member, key) {
                    Member::Found { ty, optional, .. } => {
                        let optional = optional && !self.is_filled(*member, key);
                        types.push(if optional { self.pool.optional(ty) } else { ty });
                    }
                    Member::Missing { .. } => missing = Some(*member),
                    Member::NotIndexable(_) | Member::BadKey { .. } => {
                        let shown = self.show(*member);
                        let message = format!("{shown} has no methods, '{}' cannot be called", name.text);
                        self.error(Code::NotIndexable, name.span, message);
                        return Ty::ANY;
                    }
                    Member::Nil => types.push(Ty::ANY),
                },
            }
        }
        if let Some(on) = missing {
            self.no_method(on, name);
            return Ty::ANY;
        }
        if types.is_empty() { Ty::ANY } else { self.pool.union(&types) }
    }

    fn no_method(&mut self, on: Ty, name: &Word) {
        let shown = self.holder(on);
        let mut report = Report::new(
            Code::NoMethod,
            name.span,
            format!("method '{}' does not exist on {shown}", name.text),
        );
        if let Some(near) = self.suggest_member(&name.text, on) {
            report = report.help(format!("did you mean '{near}'?"));
        }
        self.report(report);
    }

    /// Calls a value of that type.
    pub(super) fn apply(&mut self, callee: Ty, call: &Call<'a>) -> Values {
        let callee = self.resolve(callee);
        let mut members = self.members_of(callee);
        if members.contains(&Ty::NIL) {
            let what = call.name.as_ref().map_or_else(|| "a value".to_string(), |name| format!("'{name}'"));
            let shown = self.show(callee);
            let (code, how) = match members.len() {
                1 => (Code::NotCallable, "is nil".to_string()),
                _ => (Code::CallOptional, format!("may be nil ({shown})")),
            };
            let message = format!("cannot call {what}: it {how}");
            self.report(Report::new(code, call.span, message).help("test it for nil first"));
            members.retain(|m| *m != Ty::NIL);
        }
        let mut found: Vec<Values> = vec![];
        let one_of_several;
        let call = if members.len() > 1 && !call.several {
            one_of_several = Call { several: true, name: call.name.clone(), ..*call };
            &one_of_several
        } else {
            call
        };
        for member in members {
            let values = self.apply_one(member, call);
            found.push(values);
        }
        match found.len() {
            0 => {
                self.eval_args(call);
                Values { rest: Some(Ty::ANY), ..Values::default() }
            }
            1 => found.swap_remove(0),
            _ => self.any_of(found),
        }
    }

    /// What several functions may give.
    fn any_of(&mut self, found: Vec<Values>) -> Values {
        let packs: Vec<Pack> = found
            .iter()
            .map(|values| Pack { list: self.pool.list(&values.list), rest: values.rest })
            .collect();
        let pack = self.either(&packs);
        Values::of(&self.pool, pack)
    }

    fn apply_one(&mut self, callee: Ty, call: &Call<'a>) -> Values {
        let callee = self.resolve(callee);
        match self.pool.kind(callee) {
            Kind::Function(sig) => self.call_signature(sig, call),
            Kind::Intersection(list) => self.call_overloaded(&self.pool.types(list), callee, call),
            Kind::TypeValue(ty) => self.call_type(ty, call),
            Kind::Any | Kind::Unknown | Kind::Never | Kind::AnyFunction => {
                let types = self.eval_args(call);
                types.into_iter().zip(call.args).for_each(|(ty, arg)| self.let_go(ty, Some(arg)));
                Values { rest: Some(Ty::ANY), ..Values::default() }
            }
            Kind::Param(param) => match self.pool.type_param(param).bound {
                Some(bound) => self.apply_one(bound, call),
                None => self.not_callable(callee, call),
            },
            Kind::Shape(shape) => {
                let shape = self.shape_ref(shape);
                let meta = shape.metatable;
                let handler = match meta.map(|meta| self.pool.kind(meta)) {
                    Some(Kind::Shape(meta)) => {
                        let name = self.pool.name(b"__call");
                        match self.shape_field(meta, name) {
                            Found::Field(ty) => Some(ty),
                            Found::Index(_) | Found::Unsure => Some(Ty::ANY),
                            Found::Missing => None,
                        }
                    }
                    Some(_) => Some(Ty::ANY),
                    None => None,
                };
                match handler {
                    Some(handler) => {
                        let inner = Call { receiver: Some(callee), name: call.name.clone(), ..*call };
                        self.apply_one(handler, &inner)
                    }
                    None => self.not_callable(callee, call),
                }
            }
            Kind::Record(_) | Kind::AnyTable | Kind::AnyUserdata | Kind::Ref(..)
                if self.may_be_callable(callee) =>
            {
                self.eval_args(call);
                Values { rest: Some(Ty::ANY), ..Values::default() }
            }
            _ => self.not_callable(callee, call),
        }
    }

    fn may_be_callable(&mut self, ty: Ty) -> bool {
        match self.pool.kind(ty) {
            Kind::Ref(decl, _) => self.env.answers(decl, "__call"),
            Kind::AnyTable | Kind::AnyUserdata => true,
            _ => false,
        }
    }

    fn not_callable(&mut self, callee: Ty, call: &Call<'a>) -> Values {
        self.eval_args(call);
        let shown = self.show(callee);
        let what = call.name.as_ref().map_or_else(String::new, |name| format!("'{name}': "));
        self.error(Code::NotCallable, call.span, format!("cannot call {what}{shown} is not a function"));
        Values { rest: Some(Ty::ANY), ..Values::default() }
    }

    fn eval_args(&mut self, call: &Call<'a>) -> Vec<Ty> {
        call.args.iter().map(|arg| self.eval(arg)).collect()
    }

    /// A table that goes where it is not followed may be written to there.
    fn let_go(&mut self, ty: Ty, arg: Option<&Expr>) {
        if let Some(ExprKind::Name(name)) = arg.map(|arg| &peel(arg).kind)
            && let Some(sym) = self.bound.symbol(name)
            && self.bound.sym(sym).kind == SymKind::Param
        {
            self.leaked.insert(sym);
        }
        for member in self.members_of(ty) {
            if let Kind::Shape(shape) = self.pool.kind(member) {
                // Objects of classes are used as they are.
                let shape = self.shape_mut(shape);
                shape.open |= shape.metatable.is_none();
            }
        }
    }

    /// `T(v)`: v, or it raises; afterwards `v` is a T.
    fn call_type(&mut self, ty: Ty, call: &Call<'a>) -> Values {
        let mut given = vec![];
        for arg in call.args {
            given.push(self.eval_for(arg, Some(ty)));
        }
        if !given.is_empty() && given.iter().all(|ty| matches!(self.pool.kind(*ty), Kind::TypeValue(_))) {
            // `G(T)`: a generic with its arguments.
            let args: Vec<Ty> = given
                .iter()
                .filter_map(|ty| match self.pool.kind(*ty) {
                    Kind::TypeValue(ty) => Some(ty),
                    _ => None,
                })
                .collect();
            if let Kind::Ref(decl, _) = self.pool.kind(ty) {
                let args = self.pool.list(&args);
                let made = self.pool.add(Kind::Ref(decl, args));
                return Values::one(self.pool.add(Kind::TypeValue(made)));
            }
        }
        if call.args.len() != 1 && !call.args.last().is_some_and(is_open) {
            let shown = self.show(ty);
            let message = format!("type {shown} expects 1 value, got {}", call.args.len());
            self.error(Code::ArgumentCount, call.span, message);
        }
        if let Some(arg) = call.args.first()
            && let Some(path) = self.path(arg)
        {
            let after = crate::narrow::to_type(self, given[0], ty, true);
            self.frame.set(path, Some(after));
        }
        Values::one(ty)
    }

    /// The first alternative that the arguments fit.
    fn call_overloaded(&mut self, types: &[Ty], whole: Ty, call: &Call<'a>) -> Values {
        let mut sigs = vec![];
        for ty in types {
            let ty = self.resolve(*ty);
            if let Kind::Function(sig) = self.pool.kind(ty) {
                sigs.push(sig);
            }
        }
        if sigs.is_empty() {
            return self.not_callable(whole, call);
        }
        for sig in &sigs {
            let reports = self.frame.reports.len();
            let muted = std::mem::take(&mut self.muted);
            let mark = self.frame.mark();
            let values = self.call_signature(*sig, call);
            let fits = self.frame.reports.len() == reports;
            self.muted = muted;
            if fits {
                return values;
            }
            // Mistakes within the arguments themselves are said by the last attempt.
            self.frame.reports.truncate(reports);
            self.frame.undo(mark);
        }
        // The one with as many parameters as there are arguments says what is wrong.
        let count = call.args.len() + usize::from(call.receiver.is_some());
        let best =
            sigs.iter().find(|sig| self.pool.signature(**sig).params.len() == count).unwrap_or(&sigs[0]);
        self.call_signature(*best, call)
    }

    fn call_signature(&mut self, id: SigId, call: &Call<'a>) -> Values {
        let sig = self.pool.signature(id).clone();
        let mut bindings = Bindings::new(&sig.generics);
        let generic = !sig.generics.is_empty();
        let mut given: Vec<(Ty, Option<&'a Expr>)> = vec![];
        if let Some(receiver) = call.receiver {
            given.push((receiver, None));
            if generic && let Some(param) = sig.params.first() {
                infer(self, &mut bindings, param.ty, receiver);
            }
        }
        let mut open = None;
        let mut later = vec![];
        for (i, arg) in call.args.iter().enumerate() {
            let at = given.len();
            let param = sig.params.get(at).map(|p| p.ty).or(sig.rest);
            if generic && matches!(arg.kind, ExprKind::Function(_)) {
                later.push((at, arg));
                given.push((Ty::ANY, Some(arg)));
                continue;
            }
            let wanted = if generic { param.and_then(|ty| self.closed(&sig.generics, ty)) } else { param };
            if i + 1 < call.args.len() {
                let ty = self.eval_for(arg, wanted);
                given.push((ty, Some(arg)));
            } else {
                let values = self.eval_multi(arg, wanted);
                given.extend(values.list.iter().map(|ty| (*ty, Some(arg))));
                open = values.rest.map(|ty| (ty, arg));
            }
            if generic {
                for (j, (ty, _)) in given.iter().enumerate().skip(at) {
                    if let Some(param) = sig.params.get(j).map(|p| p.ty).or(sig.rest) {
                        infer(self, &mut bindings, param, *ty);
                    }
                }
            }
        }
        for (at, arg) in later {
            let known = bindings.solve(self);
            let param = sig.params.get(at).map(|p| p.ty).or(sig.rest);
            let wanted = param.map(|ty| self.substituted(&known, ty));
            let ty = self.eval_for(arg, wanted);
            given[at].0 = ty;
            if let Some(param) = param {
                infer(self, &mut bindings, param, ty);
            }
        }
        if generic && let Some(wanted) = call.wanted {
            let pack = self.results_of(id);
            let first = self.first_of(pack);
            infer_expected(self, &mut bindings, first, wanted);
        }
        let subst = if generic { bindings.solve(self) } else { Subst::default() };
        self.check_bounds(&sig, &subst, call);
        self.check_args(id, &sig, &subst, &given, open, call);
        self.apply_assertion(id, &subst, &given);
        self.results(id, &subst)
    }

    /// A parameter's type if none of the call's type parameters is in it.
    fn closed(&mut self, generics: &[ParamId], ty: Ty) -> Option<Ty> {
        let mut parts = vec![];
        crate::subst::parts(&self.pool, ty, &mut parts);
        let own =
            |pool: &crate::pool::Pool, ty| matches!(pool.kind(ty), Kind::Param(p) if generics.contains(&p));
        (!own(&self.pool, ty) && !self.pool.is_open(ty) && !parts.iter().any(|ty| own(&self.pool, *ty)))
            .then_some(ty)
    }

    fn substituted(&mut self, subst: &Subst, ty: Ty) -> Ty {
        if subst.is_empty() { ty } else { subst.apply(self, ty) }
    }

    fn check_bounds(&mut self, sig: &Sig, subst: &Subst, call: &Call<'a>) {
        for broken in broken_bounds(self, &sig.generics, subst) {
            let (got, bound) = (self.show(broken.got), self.show(broken.bound));
            let name = self.pool.str(self.pool.type_param(broken.param).name).to_string();
            let message = format!("'{name}' would be {got}, which does not fit its bound {bound}");
            self.error(Code::Constraint, call.span, message);
        }
    }

    fn check_args(
        &mut self,
        id: SigId,
        sig: &Sig,
        subst: &Subst,
        given: &[(Ty, Option<&'a Expr>)],
        open: Option<(Ty, &'a Expr)>,
        call: &Call<'a>,
    ) {
        let name = call.name.as_ref().map_or_else(|| "the function".to_string(), |name| format!("'{name}'"));
        // A method's own object is not counted by those who write the call.
        let hidden = usize::from(call.receiver.is_some());
        if !sig.lenient {
            let mut needed = 0;
            // Declared functions say with `?` what may be left out; in units, what may be nil may be left out.
            let declared = !self.pool.is_own_sig(id);
            for (i, param) in sig.params.iter().enumerate() {
                let ty = self.substituted(subst, param.ty);
                if !param.optional && (declared || !self.accepts_nil(ty)) {
                    needed = i + 1;
                }
            }
            let most = sig.params.len();
            let count = given.len();
            if count < needed && open.is_none() {
                let (needed, count) = (needed.saturating_sub(hidden), count.saturating_sub(hidden));
                let missing =
                    sig.params.get(count + hidden).and_then(|p| p.name).map(|n| self.pool.str(n).to_string());
                let mut report = Report::new(
                    Code::ArgumentCount,
                    call.span,
                    format!(
                        "{name} expects {}{needed} argument{}, got {count}",
                        at_least(most - hidden.min(most) > needed),
                        plural(needed)
                    ),
                );
                if let Some(missing) = missing {
                    report = report.help(format!("'{missing}' is missing"));
                }
                self.report(report);
            }
            // Of the last argument, a call gives more values than are wanted: they are dropped.
            let written = call.args.len() + hidden;
            if count > most && written > most && !call.several && sig.rest.is_none() && !self.is_inferred(id)
            {
                let (most, count) = (most.saturating_sub(hidden), count.saturating_sub(hidden));
                let span =
                    given.get(most + hidden).and_then(|(_, arg)| arg.map(|a| a.span)).unwrap_or(call.span);
                let message = format!("{name} expects {most} argument{}, got {count}", plural(most));
                self.error(Code::ArgumentCount, span, message);
            }
        }
        self.note_site(id, given, open.is_some(), call.span);
        let leaks = self.leaking(id, sig);
        for (i, (ty, arg)) in given.iter().enumerate() {
            let Some(param) =
                sig.params.get(i).map(|p| (p.ty, p.optional)).or(sig.rest.map(|ty| (ty, false)))
            else {
                break;
            };
            if leaks.get(i).copied().unwrap_or(false) {
                self.let_go(*ty, *arg);
            }
            let Some(arg) = arg else { continue };
            // `Base.method(self)`: what `self` is was inferred where the method stands.
            if i == 0 && sig.method && self.by_sig.contains_key(&id) {
                continue;
            }
            let mut want = self.substituted(subst, param.0);
            if param.1 {
                want = self.pool.optional(want);
            }
            self.check_arg(*ty, want, arg, i + 1 - hidden, &name, id);
        }
        if let Some((ty, arg)) = open {
            for i in given.len()..sig.params.len() {
                let want = self.substituted(subst, sig.params[i].ty);
                // There may be fewer values than places.
                if sig.params[i].optional || self.accepts_nil(want) {
                    break;
                }
                let want = self.pool.optional(want);
                if !self.check_arg(ty, want, arg, i + 1 - hidden, &name, id) {
                    return;
                }
            }
            if let Some(rest) = sig.rest {
                let want = self.substituted(subst, rest);
                self.check_arg(ty, want, arg, given.len().max(sig.params.len()) + 1 - hidden, &name, id);
            }
        }
    }

    fn check_arg(&mut self, ty: Ty, want: Ty, arg: &'a Expr, position: usize, name: &str, id: SigId) -> bool {
        let Err(mismatch) = fits(self, ty, want) else { return true };
        // Functions of the language take texts that spell numbers for numbers.
        let number = self.coerced(ty);
        if number != ty && fits(self, number, want).is_ok() && self.env.takes_numerals(id) {
            return true;
        }
        let reason = explain(self, &mismatch);
        let (from, to) = (self.show(ty), self.show(want));
        let message = format!("argument {position} of {name}: expected {to}, got {from}");
        let mut report = Report::new(Code::Mismatch, arg.span, message);
        if !mismatch.path.is_empty() {
            report = report.note(None, reason);
        }
        let some = crate::narrow::without_nil(self, ty);
        if some != ty && some != Ty::NEVER && fits(self, some, want).is_ok() {
            report = report.help("the value may be nil: test it first, or give a default with 'or'");
        }
        self.report(report);
        false
    }

    fn is_inferred(&self, id: SigId) -> bool {
        self.pool.signature(id).lenient
    }

    /// Which arguments a function may keep or change.
    fn leaking(&mut self, id: SigId, sig: &Sig) -> Vec<bool> {
        match self.by_sig.get(&id).copied() {
            Some(function) => {
                self.force(function);
                let params = self.bound.func(function).params.len();
                (0..params).map(|i| self.leaks(function, i, &mut vec![])).collect()
            }
            // Functions of other units keep what they like where they take anything; the language's and the modules' do not.
            None if self.pool.is_own_sig(id) => sig.params.iter().map(|p| p.ty == Ty::ANY).collect(),
            None => vec![],
        }
    }

    /// Whether a function may give its parameter fields by keys that are no constants.
    fn leaks(&self, function: FnId, param: usize, seen: &mut Vec<(FnId, usize)>) -> bool {
        if seen.contains(&(function, param)) {
            return false;
        }
        seen.push((function, param));
        let function = self.bound.func(function);
        let Some(sym) = function.params.get(param) else { return false };
        if self.leaked.contains(sym) {
            return true;
        }
        function.leaks.iter().filter(|(leaking, _)| leaking == sym).any(|(_, leak)| match leak {
            Leak::Direct => true,
            Leak::To(callee, at) => match self.bound.only(*callee) {
                Some(next) => self.leaks(next, *at as usize, seen),
                None => true,
            },
        })
    }

    /// What a function asserts of an argument holds behind the call.
    fn apply_assertion(&mut self, id: SigId, subst: &Subst, given: &[(Ty, Option<&'a Expr>)]) {
        // It may be learnt from the body only now.
        self.results_of(id);
        let Some(predicate) = self.pool.signature(id).asserts else { return };
        let Some((ty, Some(arg))) = given.get(predicate.param as usize).copied() else { return };
        let Some(path) = self.path(arg) else { return };
        let after = match predicate.ty {
            Some(of) => {
                let of = self.substituted(subst, of);
                crate::narrow::to_type(self, ty, of, true)
            }
            None => crate::narrow::truthy(self, ty),
        };
        if after != Ty::NEVER {
            self.frame.set(path, Some(after));
        }
    }

    fn results(&mut self, id: SigId, subst: &Subst) -> Values {
        let pack = self.results_of(id);
        let rows = self.rows_of(id);
        let pack = if subst.is_empty() { pack } else { subst.apply_pack(self, pack) };
        let mut values = Values::of(&self.pool, pack);
        if let Some(rows) = rows {
            let mut out = vec![];
            for row in rows {
                let row = if subst.is_empty() { row } else { subst.apply_pack(self, row) };
                let width = values.list.len();
                out.push((0..width).map(|i| self.nth(row, i)).collect());
            }
            values.rows = Some(Rc::new(out));
        }
        values
    }
}

/// An expression that may give any number of values.
pub(super) fn is_open(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Call { .. } | ExprKind::Method { .. } | ExprKind::VarArg)
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn at_least(more: bool) -> &'static str {
    if more { "at least " } else { "" }
}
