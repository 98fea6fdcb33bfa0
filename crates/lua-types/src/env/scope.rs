//! The scope in which types of declarations are read, and signatures in it.

use super::known::Known;
use crate::lower::{Found, Names, TypeName, lower, lower_returns, lower_type_params};
use crate::nearest::nearest;
use crate::pool::Pool;
use crate::report::Report;
use crate::ty::{Pack, Param, ParamId, Results, ShapeId, Sig, SigId, Table, Ty};
use crate::types::Types;
use lua_syntax::ast::{self, Signature, TypeExpr, TypeKind};

/// Type parameters by name.
pub(super) type Generics = Vec<(Box<str>, ParamId)>;

/// Where a type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// It is meant as it is written.
    Exact,
    /// A native takes it: whole floats are fine where an integer is asked for, and tables are only read.
    Taken,
}

/// What is visible where a module is declared.
pub(super) struct Scope<'a> {
    pool: &'a mut Pool,
    known: &'a Known,
    module: &'a str,
    /// In scope, the innermost last.
    generics: Generics,
    pub(super) mistakes: Vec<String>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(pool: &'a mut Pool, known: &'a Known, module: &'a str) -> Self {
        Scope { pool, known, module, generics: vec![], mistakes: vec![] }
    }

    /// New type parameters, in scope from now on.
    pub(super) fn generics(&mut self, params: &[ast::TypeParam]) -> Generics {
        let ids = lower_type_params(self, params);
        params.iter().map(|param| param.name.text.clone()).zip(ids).collect()
    }

    /// A written type.
    pub(super) fn ty(&mut self, mut written: TypeExpr, position: Position) -> Ty {
        if position == Position::Taken {
            take(&mut written);
        }
        lower(self, &written)
    }

    /// A function's signature, in the scope of `outer`. A generic function, or one that has alternatives, is exact.
    pub(super) fn signature(&mut self, parsed: Signature, outer: &Generics, alone: bool) -> Sig {
        self.generics = outer.clone();
        let generics = lower_type_params(self, &parsed.type_params);
        let position = if alone && generics.is_empty() { Position::Taken } else { Position::Exact };
        let names: Vec<Box<str>> = parsed.params.iter().map(|param| param.name.text.clone()).collect();
        let mut params = Vec::with_capacity(names.len());
        for param in parsed.params {
            let name = Some(self.pool.name(param.name.text.as_bytes()));
            let (ty, nil) = self.without_nil(param.ty, position);
            params.push(Param { name, ty, optional: param.optional || nil });
        }
        let rest = parsed.vararg.map(|ty| self.ty(ty, position));
        let names: Vec<Option<&str>> = names.iter().map(|name| Some(&**name)).collect();
        let (results, asserts) = lower_returns(self, &names, &parsed.returns);
        let results =
            Results::Known(Pack { rest: parsed.rest.map(|ty| self.ty(ty, Position::Exact)), ..results });
        Sig { generics, params, rest, results, asserts, method: false, lenient: false }
    }

    /// A parameter's type without the `nil` that makes it optional, and whether there was one.
    fn without_nil(&mut self, written: TypeExpr, position: Position) -> (Ty, bool) {
        let ty = self.ty(written, position);
        let members = self.pool.members(ty);
        if members.len() < 2 || !members.contains(&Ty::NIL) {
            return (ty, false);
        }
        let rest: Vec<Ty> = members.into_iter().filter(|member| *member != Ty::NIL).collect();
        (self.pool.union(&rest), true)
    }
}

/// Rewrites a type as natives take it; its height is bounded by the parser.
fn take(written: &mut TypeExpr) {
    match &mut written.kind {
        TypeKind::Named { path, args } if args.is_empty() => {
            if let [name] = &mut path[..]
                && &*name.text == "integer"
            {
                name.text = "number".into();
            }
        }
        TypeKind::Array { elem, readonly } => {
            *readonly = true;
            take(elem);
        }
        TypeKind::Map { key, value, readonly } => {
            *readonly = true;
            take(key);
            take(value);
        }
        TypeKind::Record { fields, readonly } => {
            *readonly = true;
            fields.iter_mut().for_each(|field| take(&mut field.ty));
        }
        TypeKind::Optional(inner) | TypeKind::Group(inner) => take(inner),
        TypeKind::Union(members) | TypeKind::Intersection(members) => members.iter_mut().for_each(take),
        // What a callback gets and gives is what is written, as are type arguments and the rest.
        TypeKind::Nil
        | TypeKind::Bool(_)
        | TypeKind::Str(_)
        | TypeKind::Int(_)
        | TypeKind::Float(_)
        | TypeKind::Named { .. }
        | TypeKind::Interface(_)
        | TypeKind::Function(_)
        | TypeKind::Indexed { .. }
        | TypeKind::Asserts { .. }
        | TypeKind::TypeOf(_)
        | TypeKind::KeyOf(_)
        | TypeKind::Conditional { .. } => {}
    }
}

impl Types for Scope<'_> {
    fn pool(&self) -> &Pool {
        self.pool
    }

    fn pool_mut(&mut self) -> &mut Pool {
        self.pool
    }

    fn results(&mut self, sig: SigId) -> Pack {
        Types::results(self.pool, sig)
    }

    fn shape(&mut self, _: ShapeId) -> Table {
        Table::default()
    }
}

impl Names for Scope<'_> {
    fn local(&mut self, name: &str) -> Option<TypeName> {
        if let Some((_, param)) = self.generics.iter().rev().find(|(known, _)| **known == *name) {
            return Some(TypeName::Param(*param));
        }
        match self.known.find(self.module, name) {
            Ok(found) => found.map(TypeName::Decl),
            Err(mistake) => {
                self.mistakes.push(mistake);
                Some(TypeName::Plain(Ty::ANY))
            }
        }
    }

    fn imported(&mut self, alias: &str, name: &str) -> Found {
        if let Some(id) = self.known.own(alias, name) {
            return Found::Type(TypeName::Decl(id));
        }
        let types = self.known.of(alias);
        if types.is_empty() {
            return Found::NoSuchModule;
        }
        Found::NoSuchType { nearest: nearest(name, types.keys().map(|name| &**name)).map(str::to_owned) }
    }

    fn typeof_expr(&mut self, _: &ast::Expr) -> Ty {
        self.mistakes.push("'typeof' has no expression to ask in a declaration".to_owned());
        Ty::ANY
    }

    fn enter(&mut self, name: &str, what: TypeName) {
        if let TypeName::Param(param) = what {
            self.generics.push((name.into(), param));
        }
    }

    fn visible(&mut self) -> Vec<String> {
        let own = self.generics.iter().map(|(name, _)| name.to_string());
        own.chain(self.known.names().map(str::to_owned)).collect()
    }

    fn report(&mut self, report: Report) {
        let help = report.help.map(|help| format!("; {help}")).unwrap_or_default();
        self.mistakes.push(format!("{}{help}", report.message));
    }
}
