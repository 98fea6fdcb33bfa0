//! Writes expressions: a first part, then what is built on it.

use super::Writer;
use crate::ast::{Expr, ExprKind, Item};
use crate::tree::tags::{self, first, item, link};

/// What an expression is built on.
fn inner(e: &Expr) -> Option<&Expr> {
    match &e.kind {
        ExprKind::Field { object: inner, .. }
        | ExprKind::Index { object: inner, .. }
        | ExprKind::Method { object: inner, .. }
        | ExprKind::Call { func: inner, .. }
        | ExprKind::Binary { left: inner, .. }
        | ExprKind::Cast { expr: inner, .. }
        | ExprKind::NonNil(inner) => Some(inner),
        ExprKind::Concat(parts) => parts.first(),
        _ => None,
    }
}

impl<'t> Writer<'t> {
    pub(super) fn expr(&mut self, e: &'t Expr) {
        let (mut links, mut base) = (Vec::new(), e);
        while let Some(inner) = inner(base) {
            links.push(base);
            base = inner;
        }
        self.first(base, !links.is_empty());
        while let Some(e) = links.pop() {
            self.link(e, !links.is_empty());
        }
    }

    fn first(&mut self, e: &'t Expr, more: bool) {
        let gap = self.gap(e.span.start);
        let mut head = |kind: u8, bytes: u32| {
            self.head(tags::FIRST, kind, more, gap);
            self.skip(bytes);
        };
        match &e.kind {
            ExprKind::Bool(false) => head(first::FALSE, 5),
            ExprKind::Bool(true) => head(first::TRUE, 4),
            ExprKind::VarArg => head(first::VARARG, 3),
            ExprKind::Int(value) => {
                head(first::INT, 0);
                self.number(*value as u64);
                self.place(e.span.end);
            }
            ExprKind::Float(value) => {
                head(first::FLOAT, 0);
                self.out.extend(value.to_le_bytes());
                self.place(e.span.end);
            }
            ExprKind::Str(text) => {
                head(first::STR, text.len() as u32 + 2);
                self.text(text);
                self.place(e.span.end);
            }
            ExprKind::Name(name) => {
                head(first::NAME, 0);
                self.word(name);
            }
            ExprKind::Function(f) => {
                head(first::FUNCTION, 8);
                self.function(f);
            }
            ExprKind::Table(items) => {
                head(first::TABLE, 1);
                self.list(items, Writer::item);
                self.close(e.span.end);
            }
            ExprKind::Paren(inner) => {
                head(first::PAREN, 1);
                self.expr(inner);
                self.close(e.span.end);
            }
            ExprKind::Unary { op, expr } => {
                let at = tags::UNARY.iter().position(|(known, _)| known == op).unwrap_or_default();
                head(first::UNARY + at as u8, tags::UNARY[at].1);
                self.expr(expr);
            }
            // Of no parts; where it is read it is refused for that.
            ExprKind::Concat(_) => {
                self.head(tags::FIRST, first::NIL, true, gap);
                self.link_head(link::CONCAT, more, 0);
            }
            // The others are links, which have a first part.
            _ => head(first::NIL, 3),
        }
    }

    fn link_head(&mut self, kind: u8, more: bool, gap: u32) {
        self.head(tags::LINK, kind, more, gap);
    }

    fn link(&mut self, e: &'t Expr, more: bool) {
        match &e.kind {
            ExprKind::Field { name, .. } => {
                let gap = self.gap(name.span.start);
                self.link_head(link::FIELD, more, gap);
                self.word(name);
            }
            ExprKind::Index { key, .. } => {
                let gap = e.span.end.wrapping_sub(key.span.end).wrapping_sub(1);
                self.link_head(link::INDEX, more, gap);
                self.skip(1);
                self.expr(key);
                self.cursor = e.span.end;
            }
            ExprKind::Call { args, .. } => {
                let behind = args.last().map_or(self.cursor, |arg| arg.span.end);
                self.link_head(link::CALL, more, e.span.end.wrapping_sub(behind));
                self.list(args, Writer::expr);
                self.cursor = e.span.end;
            }
            ExprKind::Method { name, args, .. } => {
                let gap = self.gap(name.span.start);
                self.link_head(link::METHOD, more, gap);
                self.word(name);
                self.list(args, Writer::expr);
                self.place(e.span.end);
            }
            ExprKind::Binary { op, right, op_span, .. } => {
                let at = tags::BINARY.iter().position(|(known, _)| known == op).unwrap_or_default();
                let gap = self.gap(op_span.start);
                self.link_head(at as u8, more, gap);
                self.skip(tags::BINARY[at].1);
                self.expr(right);
            }
            ExprKind::Concat(parts) => {
                self.link_head(link::CONCAT, more, parts.len() as u32);
                parts.iter().skip(1).for_each(|part| self.expr(part));
            }
            ExprKind::Cast { ty, .. } => {
                let gap = self.gap(ty.span.start);
                self.link_head(link::CAST, more, gap);
                self.ty(ty);
            }
            // Only `x!` is left: all others are first parts.
            _ => {
                let gap = self.gap(e.span.end).wrapping_sub(1);
                self.link_head(link::NON_NIL, more, gap);
            }
        }
    }

    fn item(&mut self, i: &'t Item) {
        match i {
            Item::Positional(value) => {
                self.number(item::POSITIONAL);
                self.expr(value);
            }
            Item::Named { name, value } => {
                self.number(item::NAMED);
                self.name(name);
                self.expr(value);
            }
            Item::Keyed { key, value } => {
                self.number(item::KEYED);
                self.skip(1);
                self.expr(key);
                self.expr(value);
            }
        }
    }
}
