//! Infers type arguments from the arguments of a call, and checks them against their bounds.

use crate::evaluate::resolve;
use crate::members::table_of;
use crate::relate::fits;
use crate::subst::{Subst, mentions_params};
use crate::ty::{Kind, List, ParamId, Results, SigId, Ty};
use crate::types::{Types, results_of};
use crate::widen::widen;
use rustc_hash::FxHashSet;

/// Candidates of one parameter; further ones make no difference worth their price.
const MAX_CANDIDATES: usize = 64;

/// What is known so far of the arguments of some type parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings {
    params: Vec<(ParamId, Vec<Ty>)>,
    seen: FxHashSet<(Ty, Ty)>,
}

/// A type argument that its bound does not allow: what the checker reports as `E0020`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BrokenBound {
    /// The parameter.
    pub param: ParamId,
    /// What was inferred or written.
    pub got: Ty,
    /// What it must fit, with the other arguments in place.
    pub bound: Ty,
}

impl Bindings {
    /// Nothing is known of these parameters.
    pub(crate) fn new(params: &[ParamId]) -> Self {
        Bindings { params: params.iter().map(|param| (*param, vec![])).collect(), seen: FxHashSet::default() }
    }

    fn candidates(&mut self, param: ParamId) -> Option<&mut Vec<Ty>> {
        self.params.iter_mut().find(|(known, _)| *known == param).map(|(_, candidates)| candidates)
    }

    /// What each parameter stands for: all its candidates, literals widened; without any its bound, else `any`.
    pub(crate) fn solve<T: Types + ?Sized>(&self, cx: &mut T) -> Subst {
        let mut subst = Subst::default();
        for (param, candidates) in &self.params {
            if !candidates.is_empty() {
                let bound = cx.pool().type_param(*param).bound;
                let literal = bound.is_some_and(|bound| wants_literals(cx, bound));
                let types: Vec<Ty> = match literal {
                    true => candidates.clone(),
                    false => candidates.iter().map(|ty| widen(cx.pool_mut(), *ty)).collect(),
                };
                subst.insert(*param, cx.pool_mut().union(&types));
            }
        }
        for (param, candidates) in &self.params {
            if candidates.is_empty() {
                let bound = cx.pool().type_param(*param).bound.unwrap_or(Ty::ANY);
                let ty = subst.apply(cx, bound);
                let recursive = mentions(cx, ty, &self.params);
                subst.insert(*param, if recursive { Ty::ANY } else { ty });
            }
        }
        subst
    }
}

/// Whether literals must not be widened before they are held against a bound: `K: "a" | "b"`, `K: keyof(T)`.
fn wants_literals<T: Types + ?Sized>(cx: &mut T, bound: Ty) -> bool {
    let bound = resolve(cx, bound);
    let pool = cx.pool();
    pool.members(bound).into_iter().any(|member| {
        matches!(
            pool.kind(member),
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::KeyOf(_)
        )
    })
}

fn mentions<T: Types + ?Sized>(cx: &T, ty: Ty, params: &[(ParamId, Vec<Ty>)]) -> bool {
    let pool = cx.pool();
    let own =
        |ty| matches!(pool.kind(ty), Kind::Param(param) if params.iter().any(|(known, _)| *known == param));
    own(ty) || (pool.is_open(ty) && mentions_params(pool, ty))
}

/// The arguments that do not fit the bounds of their parameters.
pub(crate) fn broken_bounds<T: Types + ?Sized>(
    cx: &mut T,
    params: &[ParamId],
    subst: &Subst,
) -> Vec<BrokenBound> {
    let mut broken = vec![];
    for param in params {
        let Some(bound) = cx.pool().type_param(*param).bound else { continue };
        let Some(got) = subst.get(*param) else { continue };
        let bound = subst.apply(cx, bound);
        if fits(cx, got, bound).is_err() {
            broken.push(BrokenBound { param: *param, got, bound });
        }
    }
    broken
}

/// Learns from an argument of type `arg` where `param` is wanted.
pub(crate) fn infer<T: Types + ?Sized>(cx: &mut T, bindings: &mut Bindings, param: Ty, arg: Ty) {
    Inference { cx, bindings, weak: false }.go(param, arg);
}

/// Learns from the type that a result of type `param` is expected to have; what arguments said goes before.
pub(crate) fn infer_expected<T: Types + ?Sized>(
    cx: &mut T,
    bindings: &mut Bindings,
    param: Ty,
    expected: Ty,
) {
    if expected != Ty::ANY && expected != Ty::UNKNOWN {
        Inference { cx, bindings, weak: true }.go(param, expected);
    }
}

/// A generic function as one without type parameters that suits where another is wanted. `None`: its bounds forbid it.
pub(crate) fn specialize<T: Types + ?Sized>(cx: &mut T, given: SigId, wanted: SigId) -> Option<Ty> {
    let (source, target) = (cx.pool().signature(given).clone(), cx.pool().signature(wanted).clone());
    let mut bindings = Bindings::new(&source.generics);
    for (param, arg) in source.params.iter().zip(&target.params) {
        infer(cx, &mut bindings, param.ty, arg.ty);
    }
    let mut subst = bindings.solve(cx);
    for broken in broken_bounds(cx, &source.generics, &subst) {
        subst.insert(broken.param, broken.bound);
    }
    let generic = cx.pool_mut().add(Kind::Function(given));
    Some(subst.apply(cx, generic))
}

struct Inference<'a, T: ?Sized> {
    cx: &'a mut T,
    bindings: &'a mut Bindings,
    /// Only parameters of which nothing is known yet learn from this.
    weak: bool,
}

impl<T: Types + ?Sized> Inference<'_, T> {
    fn go(&mut self, param: Ty, arg: Ty) {
        if !self.cx.pool().is_open(param) {
            return;
        }
        if let Kind::Param(id) = self.cx.pool().kind(param) {
            let weak = self.weak;
            if let Some(candidates) = self.bindings.candidates(id)
                && (!weak || candidates.is_empty())
                && candidates.len() < MAX_CANDIDATES
                && !candidates.contains(&arg)
            {
                candidates.push(arg);
            }
            return;
        }
        if !self.bindings.seen.insert((param, arg)) {
            return;
        }
        if self.cx.pool_mut().enter() {
            self.inside(param, arg);
        }
        self.cx.pool_mut().leave();
    }

    fn inside(&mut self, param: Ty, arg: Ty) {
        let (wanted, given) = (self.cx.pool().kind(param), self.cx.pool().kind(arg));
        if let (Kind::Ref(a, wanted), Kind::Ref(b, given)) = (wanted, given)
            && a == b
        {
            return self.lists(wanted, given);
        }
        if let Kind::Union(list) = wanted {
            return self.union(list, arg);
        }
        let resolved = (resolve(self.cx, param), resolve(self.cx, arg));
        if resolved != (param, arg) {
            return self.go(resolved.0, resolved.1);
        }
        self.structure(param, arg);
    }

    fn lists(&mut self, wanted: List, given: List) {
        let (wanted, given) = (self.cx.pool().types(wanted), self.cx.pool().types(given));
        for (wanted, given) in wanted.into_iter().zip(given) {
            self.go(wanted, given);
        }
    }

    /// `T | nil`: what the other alternatives take says nothing of `T`.
    fn union(&mut self, list: List, arg: Ty) {
        let (open, closed): (Vec<Ty>, Vec<Ty>) =
            self.cx.pool().types(list).into_iter().partition(|member| self.cx.pool().is_open(*member));
        let mut rest = vec![];
        for given in self.cx.pool().members(arg) {
            let taken = given != Ty::ANY && closed.iter().any(|member| fits(self.cx, given, *member).is_ok());
            if !taken {
                rest.push(given);
            }
        }
        let structured = open.iter().any(|member| !matches!(self.cx.pool().kind(*member), Kind::Param(_)));
        for given in rest.clone() {
            for member in &open {
                if !matches!(self.cx.pool().kind(*member), Kind::Param(_)) {
                    self.go(*member, given);
                }
            }
        }
        if structured && open.len() > 1 {
            // What looks like one of the structured alternatives is none of the bare one.
            let kinds: Vec<_> =
                open.iter().map(|member| std::mem::discriminant(&self.cx.pool().kind(*member))).collect();
            rest.retain(|given| !kinds.contains(&std::mem::discriminant(&self.cx.pool().kind(*given))));
        }
        if rest.is_empty() {
            return;
        }
        let rest = self.cx.pool_mut().union(&rest);
        for member in open {
            if matches!(self.cx.pool().kind(member), Kind::Param(_)) {
                self.go(member, rest);
            }
        }
    }

    fn structure(&mut self, param: Ty, arg: Ty) {
        if arg == Ty::ANY {
            return self.all(param);
        }
        match (self.cx.pool().kind(param), self.cx.pool().kind(arg)) {
            (_, Kind::Union(list)) => {
                for member in self.cx.pool().types(list) {
                    self.go(param, member);
                }
            }
            (Kind::Tuple(wanted), Kind::Tuple(given)) => self.lists(wanted, given),
            (Kind::TypeValue(wanted), Kind::TypeValue(given)) => self.go(wanted, given),
            (Kind::Intersection(list), _) => {
                for member in self.cx.pool().types(list) {
                    self.go(member, arg);
                }
            }
            (Kind::Function(wanted), Kind::Function(given)) => self.functions(wanted, given),
            // Of alternatives the first is the usual one.
            (Kind::Function(_), Kind::Intersection(list)) => {
                let first = self.cx.pool().at(list, 0);
                self.go(param, first);
            }
            (Kind::Array(elem, _), _) => {
                if let Some((_, value)) = table_of(self.cx, arg).and_then(|table| table.index) {
                    self.go(elem, value);
                }
            }
            (Kind::Map(key, value, _), _) => self.map(key, value, arg),
            (Kind::Record(_) | Kind::Ref(..), _) => {
                let (Some(wanted), Some(given)) = (table_of(self.cx, param), table_of(self.cx, arg)) else {
                    return;
                };
                for field in &wanted.fields {
                    if let Some(known) = given.fields.iter().find(|known| known.name == field.name) {
                        self.go(field.ty, known.ty);
                    } else if let Some((_, value)) = given.index {
                        self.go(field.ty, value);
                    }
                }
                if let (Some(wanted), Some(given)) = (wanted.index, given.index) {
                    self.go(wanted.0, given.0);
                    self.go(wanted.1, given.1);
                }
            }
            _ => {}
        }
    }

    fn map(&mut self, key: Ty, value: Ty, arg: Ty) {
        let Some(table) = table_of(self.cx, arg) else { return };
        for field in &table.fields {
            let name = self.cx.pool_mut().add(Kind::Str(field.name));
            self.go(key, name);
            self.go(value, field.ty);
        }
        if let Some(index) = table.index {
            self.go(key, index.0);
            self.go(value, index.1);
        }
    }

    fn functions(&mut self, wanted: SigId, given: SigId) {
        let (target, source) =
            (self.cx.pool().signature(wanted).clone(), self.cx.pool().signature(given).clone());
        for (wanted, given) in target.params.iter().zip(&source.params) {
            // A parameter without annotation says nothing.
            if given.ty != Ty::ANY {
                self.go(wanted.ty, given.ty);
            }
        }
        let Results::Known(wanted) = target.results else { return };
        let open = (0..wanted.list.len()).any(|i| self.cx.pool().is_open(self.cx.pool().at(wanted.list, i)));
        if !open && wanted.rest.is_none() {
            return;
        }
        let results = results_of(self.cx, given);
        for i in 0..wanted.list.len() {
            let wanted = self.cx.pool().at(wanted.list, i);
            let got = match i < results.list.len() {
                true => self.cx.pool().at(results.list, i),
                false => results.rest.unwrap_or(Ty::NIL),
            };
            self.go(wanted, got);
        }
        if let (Some(wanted), Some(got)) = (wanted.rest, results.rest) {
            self.go(wanted, got);
        }
    }

    /// Every parameter inside is `any`.
    fn all(&mut self, param: Ty) {
        let mut seen = FxHashSet::default();
        let mut open = vec![param];
        while let Some(ty) = open.pop() {
            if !self.cx.pool().is_open(ty) || !seen.insert(ty) {
                continue;
            }
            if let Kind::Param(id) = self.cx.pool().kind(ty)
                && let Some(candidates) = self.bindings.candidates(id)
                && candidates.is_empty()
            {
                candidates.push(Ty::ANY);
            }
            crate::subst::parts(self.cx.pool(), ty, &mut open);
        }
    }
}

#[cfg(test)]
mod tests;
