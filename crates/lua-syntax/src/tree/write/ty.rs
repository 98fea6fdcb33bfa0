//! Writes types: a first part, then what is built on it, annotations among that.

use super::Writer;
use crate::ast::{Annotation, Field, FunctionType, Name, TypeExpr, TypeKind};
use crate::tree::tags::{self, field, flag, ty, type_link};

/// What a type is built on.
fn inner(t: &TypeExpr) -> Option<&TypeExpr> {
    match &t.kind {
        TypeKind::Array { elem, readonly } => {
            // Otherwise braces stand around it.
            let loose = matches!(
                elem.kind,
                TypeKind::Union(_) | TypeKind::Intersection(_) | TypeKind::Conditional { .. }
            );
            (elem.span.start == t.span.start || (*readonly && !loose)).then_some(elem)
        }
        TypeKind::Indexed { object: inner, .. }
        | TypeKind::Optional(inner)
        | TypeKind::Conditional { check: inner, .. } => Some(inner),
        TypeKind::Union(members) | TypeKind::Intersection(members) => members.first(),
        _ => None,
    }
}

impl<'t> Writer<'t> {
    pub(super) fn ty(&mut self, t: &'t TypeExpr) {
        let (mut links, mut base) = (Vec::new(), t);
        while let Some(inner) = inner(base) {
            links.push(base);
            base = inner;
        }
        self.first_type(base, !links.is_empty());
        self.annotations(base, !links.is_empty());
        while let Some(t) = links.pop() {
            self.type_link(t, !links.is_empty());
            self.annotations(t, !links.is_empty());
        }
    }

    /// Where a type ends; in front of annotations that is not known, the nearest place will do.
    fn end(&self, t: &TypeExpr, nearest: u32) -> u32 {
        if t.annotations.is_empty() { t.span.end } else { self.cursor.wrapping_add(nearest) }
    }

    fn place_end(&mut self, t: &TypeExpr, nearest: u32) {
        let end = self.end(t, nearest);
        self.place(end);
    }

    fn close_type(&mut self, t: &TypeExpr) {
        let end = self.end(t, 1);
        self.close(end);
    }

    fn first_type(&mut self, t: &'t TypeExpr, more: bool) {
        let more = more || !t.annotations.is_empty();
        let gap = self.gap(t.span.start);
        let (form, bytes) = form(&t.kind);
        match &t.kind {
            // Of no members; where it is read it is refused for that.
            TypeKind::Union(_) | TypeKind::Intersection(_) => {
                self.head(tags::FIRST, form, true, gap);
                let union = matches!(t.kind, TypeKind::Union(_));
                let kind = if union { type_link::UNION } else { type_link::INTERSECTION };
                return self.type_link_head(kind, more, 0);
            }
            _ => self.head(tags::FIRST, form, more, gap),
        }
        self.skip(bytes);
        match &t.kind {
            TypeKind::Str(text) => {
                self.skip(text.len() as u32);
                self.text(text);
                self.place_end(t, 0);
            }
            TypeKind::Int(value) => {
                self.number(*value as u64);
                self.place_end(t, 1);
            }
            TypeKind::Float(value) => {
                self.out.extend(value.to_le_bytes());
                self.place_end(t, 1);
            }
            TypeKind::Named { path, args } => self.named(t, path, args),
            TypeKind::Array { elem, readonly } => {
                self.number((*readonly).into());
                self.ty(elem);
                self.close_type(t);
            }
            TypeKind::Map { key, value, readonly } => {
                self.number((*readonly).into());
                self.ty(key);
                self.ty(value);
                self.close_type(t);
            }
            TypeKind::Record { fields, readonly } => {
                self.number((*readonly).into());
                self.list(fields, Writer::field);
                self.close_type(t);
            }
            TypeKind::Interface(fields) => {
                self.list(fields, Writer::field);
                self.close_type(t);
            }
            TypeKind::Function(f) => {
                self.function_type(f);
                self.place_end(t, 0);
            }
            TypeKind::Asserts { name, ty } => {
                self.name(name);
                self.optional(ty.as_deref());
            }
            TypeKind::TypeOf(e) => {
                self.expr(e);
                self.close_type(t);
            }
            TypeKind::KeyOf(inner) | TypeKind::Group(inner) => {
                self.ty(inner);
                self.close_type(t);
            }
            _ => {}
        }
    }

    fn named(&mut self, t: &TypeExpr, path: &'t [Name], args: &'t [TypeExpr]) {
        self.number((path.len() as u64) << 1 | u64::from(!args.is_empty()));
        path.iter().take(1).for_each(|name| self.word(name));
        path.iter().skip(1).for_each(|name| self.name(name));
        if !args.is_empty() {
            self.list(args, Writer::ty);
            self.close_type(t);
        }
    }

    fn function_type(&mut self, f: &'t FunctionType) {
        let bit = |on: bool, flag: u64| if on { flag } else { 0 };
        self.number(bit(f.vararg.is_some(), flag::VARARG) | bit(f.rest.is_some(), flag::REST));
        self.list(&f.params, |w, (name, ty)| {
            w.number(name.is_some().into());
            name.iter().for_each(|name| w.name(name));
            w.ty(ty);
        });
        f.vararg.iter().for_each(|ty| self.ty(ty));
        self.list(&f.returns, Writer::ty);
        f.rest.iter().for_each(|ty| self.ty(ty));
    }

    fn field(&mut self, f: &'t Field) {
        let bit = |on: bool, flag: u64| if on { flag } else { 0 };
        self.number(bit(f.optional, field::OPTIONAL) | bit(f.readonly, field::READONLY));
        self.name(&f.name);
        self.ty(&f.ty);
    }

    fn type_link_head(&mut self, kind: u8, more: bool, gap: u32) {
        self.head(tags::TYPE_LINK, kind, more, gap);
    }

    fn type_link(&mut self, t: &'t TypeExpr, more: bool) {
        let more = more || !t.annotations.is_empty();
        match &t.kind {
            TypeKind::Array { elem, readonly } => {
                let end = self.end(t, 1);
                let gap = self.gap(end).wrapping_sub(1);
                self.type_link_head(
                    if *readonly { type_link::READONLY_ARRAY } else { type_link::ARRAY },
                    more,
                    gap,
                );
                if *readonly {
                    self.number(elem.span.start.wrapping_sub(t.span.start).into());
                }
            }
            TypeKind::Indexed { key, .. } => {
                let end = if t.annotations.is_empty() { t.span.end } else { key.span.end.wrapping_add(1) };
                self.type_link_head(type_link::INDEXED, more, end.wrapping_sub(key.span.end).wrapping_sub(1));
                self.skip(1);
                self.ty(key);
                self.cursor = end;
            }
            TypeKind::Optional(_) => {
                let end = self.end(t, 1);
                let gap = self.gap(end).wrapping_sub(1);
                self.type_link_head(type_link::OPTIONAL, more, gap);
            }
            TypeKind::Union(members) => {
                self.type_link_head(type_link::UNION, more, members.len() as u32);
                members.iter().skip(1).for_each(|member| self.ty(member));
            }
            TypeKind::Intersection(members) => {
                self.type_link_head(type_link::INTERSECTION, more, members.len() as u32);
                members.iter().skip(1).for_each(|member| self.ty(member));
            }
            TypeKind::Conditional { bound, then, otherwise, .. } => {
                let gap = self.gap(bound.span.start);
                self.type_link_head(type_link::CONDITIONAL, more, gap);
                [bound, then, otherwise].into_iter().for_each(|ty| self.ty(ty));
            }
            // The others are first parts.
            _ => {}
        }
    }

    /// What stands behind a type, of which only the end of the last is known.
    fn annotations(&mut self, t: &'t TypeExpr, more: bool) {
        for (at, Annotation { name, args }) in t.annotations.iter().enumerate() {
            let last = at + 1 == t.annotations.len();
            let gap = self.gap(name.span.start);
            self.type_link_head(type_link::ANNOTATION, more || !last, gap);
            self.word(name);
            self.list(args, Writer::expr);
            let end = if last { t.span.end } else { self.cursor };
            self.place(end);
        }
    }
}

/// The form of a first part, and the bytes that it begins with.
fn form(kind: &TypeKind) -> (u8, u32) {
    match kind {
        TypeKind::Bool(false) => (ty::FALSE, 5),
        TypeKind::Bool(true) => (ty::TRUE, 4),
        TypeKind::Str(_) => (ty::STR, 2),
        TypeKind::Int(_) => (ty::INT, 0),
        TypeKind::Float(_) => (ty::FLOAT, 0),
        TypeKind::Named { .. } => (ty::NAMED, 0),
        TypeKind::Array { .. } => (ty::ARRAY, 1),
        TypeKind::Map { .. } => (ty::MAP, 1),
        TypeKind::Record { .. } => (ty::RECORD, 1),
        TypeKind::Interface(_) => (ty::INTERFACE, 9),
        TypeKind::Function(_) => (ty::FUNCTION, 0),
        TypeKind::Asserts { .. } => (ty::ASSERTS, 7),
        TypeKind::TypeOf(_) => (ty::TYPEOF, 6),
        TypeKind::KeyOf(_) => (ty::KEYOF, 5),
        TypeKind::Group(_) => (ty::GROUP, 1),
        // Those beside `nil` are links, which have a first part.
        _ => (ty::NIL, 3),
    }
}
