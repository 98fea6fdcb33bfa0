//! The names and expressions within types: imports that they begin with, `typeof(…)`.

use super::walk::Walk;
use lua_syntax::ast::{Function as Tree, FunctionType, InterfaceDecl, TypeExpr, TypeKind, TypedName};

impl<'a> Walk<'a> {
    /// What a function's head says before its parameters are visible.
    pub(super) fn signature(&mut self, tree: &'a Tree) {
        for bound in tree.type_params.iter().filter_map(|param| param.bound.as_ref()) {
            self.ty(bound);
        }
        self.annotations(&tree.params);
        if let Some(ty) = tree.vararg.as_ref().and_then(|vararg| vararg.ty.as_ref()) {
            self.ty(ty);
        }
    }

    pub(super) fn interface(&mut self, decl: &'a InterfaceDecl) {
        self.tys(&decl.bases);
        for method in &decl.methods {
            self.annotations(&method.params);
            if let Some(ty) = method.vararg.as_ref().and_then(|vararg| vararg.ty.as_ref()) {
                self.ty(ty);
            }
            self.tys(method.returns.as_deref().unwrap_or_default());
        }
    }

    pub(super) fn annotations(&mut self, names: &'a [TypedName]) {
        for ty in names.iter().filter_map(|name| name.ty.as_ref()) {
            self.ty(ty);
        }
    }

    pub(super) fn tys(&mut self, tys: &'a [TypeExpr]) {
        for ty in tys {
            self.ty(ty);
        }
    }

    /// A type uses the import that it begins with: `shapes.Point`.
    pub(super) fn ty(&mut self, ty: &'a TypeExpr) {
        for annotation in &ty.annotations {
            self.exprs(&annotation.args);
        }
        match &ty.kind {
            TypeKind::Nil | TypeKind::Bool(_) | TypeKind::Str(_) | TypeKind::Int(_) | TypeKind::Float(_) => {}
            TypeKind::Named { path, args } => {
                if let Some(first) = path.first() {
                    self.mention(first);
                }
                self.tys(args);
            }
            TypeKind::Array { elem: inner, .. }
            | TypeKind::Optional(inner)
            | TypeKind::KeyOf(inner)
            | TypeKind::Group(inner) => self.ty(inner),
            TypeKind::Map { key, value, .. } => {
                self.ty(key);
                self.ty(value);
            }
            TypeKind::Record { fields, .. } | TypeKind::Interface(fields) => {
                for field in fields {
                    self.ty(&field.ty);
                }
            }
            TypeKind::Function(FunctionType { params, vararg, returns, rest }) => {
                for part in [vararg, rest].into_iter().flatten() {
                    self.ty(part);
                }
                for (_, param) in params {
                    self.ty(param);
                }
                self.tys(returns);
            }
            TypeKind::Union(members) => {
                if let Some(inner) = members.iter().find(|m| matches!(m.kind, TypeKind::Intersection(_))) {
                    self.out.mixed.push((ty.span, inner.span));
                }
                self.tys(members);
            }
            TypeKind::Intersection(members) => self.tys(members),
            TypeKind::Indexed { object, key } => {
                self.ty(object);
                self.ty(key);
            }
            TypeKind::Asserts { name, ty } => {
                self.mention(name);
                if let Some(ty) = ty {
                    self.ty(ty);
                }
            }
            TypeKind::TypeOf(expr) => {
                self.out.typeofs.insert(expr.span.start, expr);
                self.expr(expr);
            }
            TypeKind::Conditional { check, bound, then, otherwise } => {
                for part in [check, bound, then, otherwise] {
                    self.ty(part);
                }
            }
        }
    }
}
