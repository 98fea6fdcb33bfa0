//! Declares the types of a block: names first, then what they stand for.

use super::{Lowering, Names, TypeName, new_param};
use crate::code::Code;
use crate::pool::Pool;
use crate::ty::{Decl, DeclId, DeclKind, Field, Kind, Name, Pack, Param, ParamId, Results, Sig, Table, Ty};
use lua_syntax::ast::{self, InterfaceDecl, MethodSig, TypeDecl};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;

/// A declaration of a type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Declaration<'a> {
    /// `type X = T`
    Type(&'a TypeDecl),
    /// `interface X … end`
    Interface(&'a InterfaceDecl),
}

impl Declaration<'_> {
    fn name(&self) -> &ast::Name {
        match self {
            Declaration::Type(decl) => &decl.name,
            Declaration::Interface(decl) => &decl.name,
        }
    }

    fn params(&self) -> &[ast::TypeParam] {
        match self {
            Declaration::Type(decl) => &decl.params,
            Declaration::Interface(_) => &[],
        }
    }
}

/// Declares all types of a block, in the innermost scope; of two of one name the first is entered (the caller reports the
/// other). Their bodies are lowered when all names are known.
pub(crate) fn declare_all<C: Names + ?Sized>(
    cx: &mut C,
    unit: Option<Name>,
    all: &[Declaration<'_>],
) -> Vec<DeclId> {
    let mut entered: FxHashSet<&str> = FxHashSet::default();
    let ids: Vec<DeclId> = all
        .iter()
        .map(|declaration| {
            let params: Vec<ParamId> =
                declaration.params().iter().map(|param| new_param(cx, &param.name)).collect();
            let name = cx.pool_mut().name(declaration.name().text.as_bytes());
            let kind = match declaration {
                Declaration::Type(_) => DeclKind::Alias,
                Declaration::Interface(_) => DeclKind::Interface,
            };
            let id = cx.pool_mut().declare(Decl { name, unit, kind, params, body: Ty::ANY });
            if entered.insert(&declaration.name().text) {
                cx.enter(&declaration.name().text, TypeName::Decl(id));
            }
            id
        })
        .collect();
    let mut lowering = Lowering::new(cx);
    for (declaration, id) in all.iter().zip(&ids) {
        lowering.body(declaration, *id);
    }
    lowering.circular(all, &ids);
    lowering.check();
    ids
}

impl<C: Names + ?Sized> Lowering<'_, C> {
    fn body(&mut self, declaration: &Declaration<'_>, id: DeclId) {
        let params = self.cx.pool().decl(id).params.clone();
        self.own = declaration
            .params()
            .iter()
            .zip(&params)
            .map(|(param, id)| (param.name.text.clone(), *id))
            .collect();
        self.bounds(declaration.params(), &params);
        let args: Vec<Ty> = params.iter().map(|param| self.add(Kind::Param(*param))).collect();
        let args = self.cx.pool_mut().list(&args);
        self.this = Some(self.add(Kind::Ref(id, args)));
        let body = match declaration {
            Declaration::Type(decl) => self.ty(&decl.ty),
            Declaration::Interface(decl) => self.interface(decl),
        };
        self.cx.pool_mut().decl_mut(id).body = body;
        self.own.clear();
        self.this = None;
    }

    /// Its methods as a record; with bases an intersection of these and the record.
    fn interface(&mut self, decl: &InterfaceDecl) -> Ty {
        let mut fields: Vec<Field> = Vec::with_capacity(decl.methods.len());
        let mut seen = FxHashSet::default();
        for method in &decl.methods {
            let name = self.name(&method.name);
            let ty = self.method(method);
            if seen.insert(name) {
                fields.push(Field { name, ty, optional: false, readonly: false });
            } else {
                let message = format!("method '{}' is declared twice", method.name.text);
                self.report(Code::Duplicate, method.name.span, message);
            }
        }
        let table = self.cx.pool_mut().table(Table { fields, index: None, interface: true });
        let own = self.add(Kind::Record(table));
        if decl.bases.is_empty() {
            return own;
        }
        let mut all = self.types(&decl.bases);
        all.push(own);
        // Not by way of the pool's simplification: an unknown base must not swallow the methods.
        all.retain(|ty| *ty != Ty::ANY);
        self.cx.pool_mut().intersection(&all)
    }

    fn method(&mut self, method: &MethodSig) -> Ty {
        let mut params = vec![];
        let mut names: Vec<Option<&str>> = vec![];
        let explicit = method.params.first().is_some_and(|first| &*first.name.text == "self");
        if !explicit {
            let this = self.this.unwrap_or(Ty::ANY);
            params.push(Param { name: Some(self.cx.pool_mut().name(b"self")), ty: this, optional: false });
            names.push(Some("self"));
        }
        for (i, param) in method.params.iter().enumerate() {
            let mut lowered = self.param(Some(&param.name), param.ty.as_ref());
            if i == 0 && explicit && param.ty.is_none() {
                lowered.ty = self.this.unwrap_or(Ty::ANY);
            }
            params.push(lowered);
            names.push(Some(&param.name.text));
        }
        let rest = method.vararg.as_ref().map(|rest| rest.ty.as_ref().map_or(Ty::ANY, |ty| self.ty(ty)));
        let (results, asserts) = match &method.returns {
            Some(returns) => self.returns(&names, returns),
            // Not said: anything.
            None => (Pack { rest: Some(Ty::ANY), ..Pack::EMPTY }, None),
        };
        let results = Results::Known(results);
        let sig = Sig { generics: vec![], params, rest, results, asserts, method: true, lenient: false };
        let id = self.cx.pool_mut().sig(sig);
        self.add(Kind::Function(id))
    }

    /// A type that stands for itself, with no table or function between, stands for nothing.
    fn circular(&mut self, all: &[Declaration<'_>], ids: &[DeclId]) {
        for id in Walk::new(self.cx.pool()).circles(ids) {
            // Only declarations of this block can speak of one another.
            let Some(at) = ids.iter().position(|known| *known == id) else { continue };
            let name = all[at].name();
            let message = match all[at] {
                Declaration::Type(_) => format!("type '{}' stands for itself", name.text),
                Declaration::Interface(_) => format!("interface '{}' extends itself", name.text),
            };
            self.report(Code::Circular, name.span, message);
            self.cx.pool_mut().decl_mut(id).body = Ty::ANY;
        }
    }
}

/// Goes through declarations that stand for each other, depth first.
struct Walk<'a> {
    pool: &'a Pool,
    /// Those on the way from the start to the one at hand, and what each still leads to.
    way: Vec<(DeclId, Vec<DeclId>)>,
    /// Those on the way, and those done.
    seen: FxHashMap<DeclId, Mark>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    OnTheWay,
    Done,
}

impl<'a> Walk<'a> {
    fn new(pool: &'a Pool) -> Self {
        Walk { pool, way: vec![], seen: FxHashMap::default() }
    }

    /// One declaration of each circle, at which to break it.
    fn circles(mut self, ids: &[DeclId]) -> Vec<DeclId> {
        let mut found = vec![];
        for id in ids {
            self.enter(*id);
            while let Some((_, open)) = self.way.last_mut() {
                match open.pop() {
                    Some(next) if self.seen.get(&next) == Some(&Mark::OnTheWay) => found.push(next),
                    Some(next) => self.enter(next),
                    None => {
                        if let Some((done, _)) = self.way.pop() {
                            self.seen.insert(done, Mark::Done);
                        }
                    }
                }
            }
        }
        found.sort_unstable_by_key(|id| id.0);
        found.dedup();
        found
    }

    fn enter(&mut self, id: DeclId) {
        if let Entry::Vacant(entry) = self.seen.entry(id) {
            entry.insert(Mark::OnTheWay);
            self.way.push((id, self.leads_to(id)));
        }
    }

    /// The declarations that one stands for directly; none for one that has fields.
    fn leads_to(&self, id: DeclId) -> Vec<DeclId> {
        let pool = self.pool;
        let decl = pool.decl(id);
        let extends = matches!(pool.kind(decl.body), Kind::Intersection(_) | Kind::Ref(..));
        match decl.kind {
            DeclKind::Alias => {}
            DeclKind::Interface if extends => {}
            DeclKind::Interface | DeclKind::Object => return vec![],
        }
        let mut targets = vec![];
        let mut seen = FxHashSet::default();
        let mut open = vec![decl.body];
        while let Some(ty) = open.pop() {
            if !seen.insert(ty) {
                continue;
            }
            match pool.kind(ty) {
                Kind::Ref(target, _) => targets.push(target),
                Kind::Union(list) | Kind::Intersection(list) => open.extend(pool.types(list)),
                Kind::KeyOf(of) | Kind::Indexed(of, _) => open.push(of),
                Kind::Conditional(cond) => open.push(pool.cond(cond).check),
                _ => {}
            }
        }
        targets
    }
}
