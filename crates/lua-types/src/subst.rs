//! Puts types in place of type parameters.

use crate::evaluate::resolve;
use crate::pool::Pool;
use crate::ty::{
    CondId, Conditional, DeclId, Field, Kind, List, Pack, Param, ParamId, Predicate, Results, ShapeId, Sig,
    SigId, Table, Ty,
};
use crate::types::{Types, results_of, shape_of};
use rustc_hash::{FxHashMap, FxHashSet};

/// Which type stands for which parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subst {
    pairs: Vec<(ParamId, Ty)>,
}

impl Subst {
    /// Parameters and their arguments, in order; a missing argument is `any`.
    pub(crate) fn of(params: &[ParamId], args: &[Ty]) -> Self {
        let arg = |i: usize| args.get(i).copied().unwrap_or(Ty::ANY);
        Subst { pairs: params.iter().enumerate().map(|(i, param)| (*param, arg(i))).collect() }
    }

    /// Sets what stands for a parameter.
    pub(crate) fn insert(&mut self, param: ParamId, ty: Ty) {
        match self.pairs.iter_mut().find(|(known, _)| *known == param) {
            Some(pair) => pair.1 = ty,
            None => self.pairs.push((param, ty)),
        }
    }

    /// What stands for a parameter.
    pub(crate) fn get(&self, param: ParamId) -> Option<Ty> {
        self.pairs.iter().find(|(known, _)| *known == param).map(|(_, ty)| *ty)
    }

    /// The parameters for which something stands.
    fn params(&self) -> impl Iterator<Item = ParamId> {
        self.pairs.iter().map(|(param, _)| *param)
    }

    /// Whether it changes nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// `ty` with the types in place of their parameters.
    pub(crate) fn apply<T: Types + ?Sized>(&self, cx: &mut T, ty: Ty) -> Ty {
        if self.is_empty() {
            return ty;
        }
        Walk { cx, subst: self, done: FxHashMap::default() }.ty(ty)
    }

    /// The same for a list of values.
    pub(crate) fn apply_pack<T: Types + ?Sized>(&self, cx: &mut T, pack: Pack) -> Pack {
        if self.is_empty() {
            return pack;
        }
        Walk { cx, subst: self, done: FxHashMap::default() }.pack(pack)
    }
}

/// What a reference stands for: the body of its declaration with the arguments in place.
pub(crate) fn instantiate<T: Types + ?Sized>(cx: &mut T, decl: DeclId, args: List) -> Ty {
    let pool = cx.pool_mut();
    let Decl { params, body } = Decl::of(pool, decl);
    if params.is_empty() {
        return body;
    }
    let of = pool.add(Kind::Ref(decl, args));
    if let Some(known) = pool.instance(of) {
        return known;
    }
    let subst = Subst::of(&params, &pool.types(args));
    let body = subst.apply(cx, body);
    cx.pool_mut().set_instance(of, body);
    body
}

struct Decl {
    params: Vec<ParamId>,
    body: Ty,
}

impl Decl {
    fn of(pool: &Pool, id: DeclId) -> Decl {
        let decl = pool.decl(id);
        Decl { params: decl.params.clone(), body: decl.body }
    }
}

/// Whether a type mentions a parameter that is not known yet. Tables of the code count by their name alone.
pub(crate) fn mentions_params(pool: &Pool, ty: Ty) -> bool {
    let mut seen = FxHashSet::default();
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        if !pool.is_open(ty) || !seen.insert(ty) {
            continue;
        }
        if matches!(pool.kind(ty), Kind::Param(_)) {
            return true;
        }
        parts(pool, ty, &mut open);
    }
    false
}

/// Adds the types of which a type is made directly.
pub(crate) fn parts(pool: &Pool, ty: Ty, into: &mut Vec<Ty>) {
    match pool.kind(ty) {
        Kind::Array(elem, _) => into.push(elem),
        Kind::Map(key, value, _) => into.extend([key, value]),
        Kind::Record(id) => {
            let table = pool.fields(id);
            into.extend(table.fields.iter().map(|field| field.ty));
            into.extend(table.index.iter().flat_map(|(key, value)| [*key, *value]));
        }
        Kind::Tuple(list) | Kind::Union(list) | Kind::Intersection(list) | Kind::Ref(_, list) => {
            into.extend((0..list.len()).map(|i| pool.at(list, i)));
        }
        Kind::Function(id) => {
            let sig = pool.signature(id);
            into.extend(sig.params.iter().map(|param| param.ty));
            into.extend(sig.rest);
            if let Results::Known(pack) = sig.results {
                into.extend((0..pack.list.len()).map(|i| pool.at(pack.list, i)));
                into.extend(pack.rest);
            }
            into.extend(sig.asserts.and_then(|predicate| predicate.ty));
        }
        Kind::TypeValue(ty) | Kind::KeyOf(ty) => into.push(ty),
        Kind::Indexed(object, key) => into.extend([object, key]),
        Kind::Conditional(id) => {
            let cond = pool.cond(id);
            into.extend([cond.check, cond.bound, cond.then, cond.otherwise]);
        }
        _ => {}
    }
}

struct Walk<'a, T: ?Sized> {
    cx: &'a mut T,
    subst: &'a Subst,
    done: FxHashMap<Ty, Ty>,
}

impl<T: Types + ?Sized> Walk<'_, T> {
    fn ty(&mut self, ty: Ty) -> Ty {
        if !self.cx.pool().is_open(ty) {
            return ty;
        }
        if let Some(known) = self.done.get(&ty) {
            return *known;
        }
        // What mentions itself through something inferred keeps that mention, and so does what is too deep.
        self.done.insert(ty, ty);
        let fine = self.cx.pool_mut().enter();
        let result = if fine { self.open(ty) } else { ty };
        self.cx.pool_mut().leave();
        self.done.insert(ty, result);
        result
    }

    fn open(&mut self, ty: Ty) -> Ty {
        let kind = match self.cx.pool().kind(ty) {
            Kind::Param(param) => return self.subst.get(param).unwrap_or(ty),
            Kind::Array(elem, readonly) => Kind::Array(self.ty(elem), readonly),
            Kind::Map(key, value, readonly) => Kind::Map(self.ty(key), self.ty(value), readonly),
            Kind::Record(id) => {
                let table = self.cx.pool().fields(id).clone();
                let table = self.table(table);
                Kind::Record(self.cx.pool_mut().table(table))
            }
            Kind::Shape(shape) => return self.shape(ty, shape),
            Kind::Tuple(list) => Kind::Tuple(self.list(list)),
            Kind::Function(sig) => return self.function(ty, sig),
            Kind::Union(list) => {
                let members: Vec<Ty> = self.cx.pool().types(list).into_iter().map(|ty| self.ty(ty)).collect();
                return self.cx.pool_mut().union(&members);
            }
            Kind::Intersection(list) => {
                let members: Vec<Ty> = self.cx.pool().types(list).into_iter().map(|ty| self.ty(ty)).collect();
                return self.cx.pool_mut().intersection(&members);
            }
            Kind::Ref(decl, list) => Kind::Ref(decl, self.list(list)),
            Kind::TypeValue(of) => Kind::TypeValue(self.ty(of)),
            Kind::KeyOf(of) => Kind::KeyOf(self.ty(of)),
            Kind::Indexed(object, key) => Kind::Indexed(self.ty(object), self.ty(key)),
            Kind::Conditional(id) => return self.conditional(id),
            _ => return ty,
        };
        self.cx.pool_mut().add(kind)
    }

    fn list(&mut self, list: List) -> List {
        let types: Vec<Ty> = self.cx.pool().types(list).into_iter().map(|ty| self.ty(ty)).collect();
        self.cx.pool_mut().list(&types)
    }

    fn pack(&mut self, pack: Pack) -> Pack {
        Pack { list: self.list(pack.list), rest: pack.rest.map(|ty| self.ty(ty)) }
    }

    fn table(&mut self, table: Table) -> Table {
        Table {
            fields: table.fields.iter().map(|field| Field { ty: self.ty(field.ty), ..*field }).collect(),
            index: table.index.map(|(key, value)| (self.ty(key), self.ty(value))),
            interface: table.interface,
        }
    }

    /// A table of the code becomes a record where the parameters occur in it.
    fn shape(&mut self, ty: Ty, shape: ShapeId) -> Ty {
        if !self.subst.params().any(|param| self.cx.shape_may_mention(shape, param)) {
            return ty;
        }
        let before = shape_of(self.cx, shape);
        let after = self.table(before.clone());
        if after == before {
            return ty;
        }
        self.cx.pool_mut().table_type(after)
    }

    fn function(&mut self, ty: Ty, id: SigId) -> Ty {
        let sig = self.cx.pool().signature(id).clone();
        let inferred = matches!(sig.results, Results::Inferred(_));
        if inferred && !self.subst.params().any(|param| self.cx.sig_may_mention(id, param)) {
            return ty;
        }
        let params: Vec<Param> =
            sig.params.iter().map(|param| Param { ty: self.ty(param.ty), ..*param }).collect();
        let rest = sig.rest.map(|ty| self.ty(ty));
        let asserts = sig.asserts.map(|known| Predicate { ty: known.ty.map(|ty| self.ty(ty)), ..known });
        let before = match sig.results {
            Results::Known(pack) => pack,
            Results::Inferred(_) => results_of(self.cx, id),
        };
        let after = self.pack(before);
        // A parameter of its own that has an argument now is none any more.
        let generics: Vec<ParamId> =
            sig.generics.iter().copied().filter(|param| self.subst.get(*param).is_none()).collect();
        let same_generics = generics.len() == sig.generics.len();
        if same_generics
            && after == before
            && params == sig.params
            && rest == sig.rest
            && asserts == sig.asserts
        {
            return ty;
        }
        let pool = self.cx.pool_mut();
        let id = pool.sig(Sig { generics, params, rest, asserts, results: Results::Known(after), ..sig });
        pool.add(Kind::Function(id))
    }

    /// Goes through the alternatives of what is put in place of a bare parameter one by one.
    fn conditional(&mut self, id: CondId) -> Ty {
        let cond = self.cx.pool().cond(id);
        if let Kind::Param(param) = self.cx.pool().kind(cond.check)
            && let Some(with) = self.subst.get(param)
        {
            let with = resolve(self.cx, with);
            if with == Ty::NEVER {
                return with;
            }
            if let Kind::Union(list) = self.cx.pool().kind(with) {
                let mut results = vec![];
                for member in self.cx.pool().types(list) {
                    let mut subst = self.subst.clone();
                    subst.insert(param, member);
                    let mut walk = Walk { cx: &mut *self.cx, subst: &subst, done: FxHashMap::default() };
                    let outcome = walk.parts_of(cond);
                    // What can be decided now shrinks the union.
                    results.push(resolve(self.cx, outcome));
                }
                return self.cx.pool_mut().union(&results);
            }
        }
        self.parts_of(cond)
    }

    fn parts_of(&mut self, cond: Conditional) -> Ty {
        let cond = Conditional {
            check: self.ty(cond.check),
            bound: self.ty(cond.bound),
            then: self.ty(cond.then),
            otherwise: self.ty(cond.otherwise),
        };
        self.cx.pool_mut().conditional(cond)
    }
}

#[cfg(test)]
mod tests;
