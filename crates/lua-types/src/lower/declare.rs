//! Declares the types of a block: names first, then what they stand for.

use super::{Lowering, Names, TypeName, new_param};
use crate::code::Code;
use crate::ty::{Decl, DeclId, DeclKind, Field, Kind, Name, Pack, Param, ParamId, Results, Sig, Table, Ty};
use lua_syntax::ast::{self, InterfaceDecl, MethodSig, TypeDecl};
use rustc_hash::FxHashSet;

/// A declaration of a type.
#[derive(Clone, Copy, Debug)]
pub enum Declaration<'a> {
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
pub fn declare_all<C: Names + ?Sized>(
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
    for (declaration, id) in all.iter().zip(&ids) {
        lowering.circular(declaration, *id);
    }
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
    fn circular(&mut self, declaration: &Declaration<'_>, id: DeclId) {
        if !self.reaches(id) {
            return;
        }
        let name = declaration.name();
        let message = match declaration {
            Declaration::Type(_) => format!("type '{}' stands for itself", name.text),
            Declaration::Interface(_) => format!("interface '{}' extends itself", name.text),
        };
        self.report(Code::Circular, name.span, message);
        self.cx.pool_mut().decl_mut(id).body = Ty::ANY;
    }

    fn reaches(&self, id: DeclId) -> bool {
        let pool = self.cx.pool();
        let mut seen: FxHashSet<DeclId> = FxHashSet::default();
        let mut open = vec![pool.decl(id).body];
        while let Some(ty) = open.pop() {
            match pool.kind(ty) {
                Kind::Ref(target, _) => {
                    if target == id {
                        return true;
                    }
                    let decl = pool.decl(target);
                    let through = match decl.kind {
                        DeclKind::Alias => true,
                        DeclKind::Interface => {
                            matches!(pool.kind(decl.body), Kind::Intersection(_) | Kind::Ref(..))
                        }
                        DeclKind::Object => false,
                    };
                    if through && seen.insert(target) {
                        open.push(decl.body);
                    }
                }
                Kind::Union(list) | Kind::Intersection(list) => open.extend(pool.types(list)),
                Kind::KeyOf(of) | Kind::Indexed(of, _) => open.push(of),
                Kind::Conditional(cond) => open.push(pool.cond(cond).check),
                _ => {}
            }
        }
        false
    }
}
