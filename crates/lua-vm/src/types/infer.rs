//! `typeof(x)` in a type: what the source says about a value, where it says it; else `any`.

use lua_syntax::ast::{BinOp, Expr, ExprKind, Function, Item, UnOp};

use super::declare::{Known, Walk};
use super::{BuiltIn, Field, Form, Id};

/// Locals that are asked for because of each other.
const DEEPEST: u32 = 32;

impl<'a> Walk<'a> {
    /// The node of the type of an expression.
    pub(super) fn type_of(&mut self, e: &'a Expr) -> Id {
        self.inferred(e, self.locals.len())
    }

    /// As far as the first `known` locals tell.
    fn inferred(&mut self, e: &'a Expr, known: usize) -> Id {
        match &e.kind {
            ExprKind::Nil => self.plain(BuiltIn::Nil),
            ExprKind::Bool(_) => self.plain(BuiltIn::Boolean),
            ExprKind::Int(_) => self.plain(BuiltIn::Integer),
            ExprKind::Float(_) => self.plain(BuiltIn::Number),
            ExprKind::Str(_) | ExprKind::Concat(_) => self.plain(BuiltIn::String),
            ExprKind::Function(f) => self.signature(f),
            ExprKind::Paren(inner) | ExprKind::NonNil(inner) => self.inferred(inner, known),
            ExprKind::Cast { ty, .. } => self.lower(ty),
            ExprKind::Unary { op: UnOp::Not, .. } => self.plain(BuiltIn::Boolean),
            ExprKind::Unary { op: UnOp::Neg, expr } => match &expr.kind {
                ExprKind::Int(_) => self.plain(BuiltIn::Integer),
                ExprKind::Float(_) => self.plain(BuiltIn::Number),
                _ => self.plain(BuiltIn::Any),
            },
            ExprKind::Unary { op: UnOp::Len | UnOp::BitNot, .. } => self.plain(BuiltIn::Any),
            ExprKind::Binary { op, .. } => match op {
                BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => {
                    self.plain(BuiltIn::Boolean)
                }
                _ => self.plain(BuiltIn::Any),
            },
            ExprKind::Table(items) => self.constructed(items, known),
            ExprKind::Name(name) => {
                match self.locals[..known].iter().rposition(|local| local.name == &*name.text) {
                    Some(at) => self.local(at),
                    None => self.plain(BuiltIn::Any),
                }
            }
            ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::Method { .. }
            | ExprKind::VarArg => self.plain(BuiltIn::Any),
        }
    }

    fn local(&mut self, at: usize) -> Id {
        if let Some(known) = self.locals[at].ty {
            return known;
        }
        if self.asked >= DEEPEST {
            return self.plain(BuiltIn::Any);
        }
        self.asked += 1;
        // What it refers to was declared before it.
        let id = match self.locals[at].known {
            Known::Annotated(ty) => self.lower(ty),
            Known::Value(e) => self.inferred(e, at),
            Known::Function(f) => self.signature(f),
            Known::Nothing => self.plain(BuiltIn::Any),
        };
        self.asked -= 1;
        self.locals[at].ty = Some(id);
        id
    }

    fn signature(&mut self, f: &'a Function) -> Id {
        let params = f.params.iter().map(|p| match &p.ty {
            Some(ty) if f.type_params.is_empty() => self.lower(ty),
            _ => self.plain(BuiltIn::Any),
        });
        let params = params.collect();
        let vararg = f.vararg.as_ref().map(|_| self.plain(BuiltIn::Any));
        let result = match &f.returns {
            Some(list) if f.type_params.is_empty() => self.results(list),
            _ => Some(self.plain(BuiltIn::Any)),
        };
        self.add(Form::Function { params, vararg, result })
    }

    /// A record for named items, an array for others; both at once are any table.
    fn constructed(&mut self, items: &'a [Item], known: usize) -> Id {
        let mut fields: Vec<Field> = Vec::new();
        let mut members: Vec<Id> = Vec::new();
        for item in items {
            let (name, value): (&str, _) = match item {
                Item::Named { name, value } => (&name.text, value),
                Item::Keyed { key: Expr { kind: ExprKind::Str(s), .. }, value } => {
                    match std::str::from_utf8(s) {
                        Ok(name) => (name, value),
                        Err(_) => return self.plain(BuiltIn::Table),
                    }
                }
                Item::Keyed { .. } => return self.plain(BuiltIn::Table),
                Item::Positional(value) => {
                    let id = self.inferred(value, known);
                    if !members.contains(&id) {
                        members.push(id);
                    }
                    continue;
                }
            };
            let ty = self.inferred(value, known);
            fields.retain(|f| *f.name != *name);
            fields.push(Field { name: name.into(), optional: false, readonly: false, ty });
        }
        match (&*fields, &*members) {
            ([], [one]) => {
                let elem = *one;
                self.add(Form::Array { elem, readonly: false })
            }
            ([], [_, ..]) => {
                let elem = self.add(Form::Union(members.into()));
                self.add(Form::Array { elem, readonly: false })
            }
            ([_, ..], []) => self.add(Form::Record { fields: fields.into(), readonly: false }),
            _ => self.plain(BuiltIn::Table),
        }
    }
}
