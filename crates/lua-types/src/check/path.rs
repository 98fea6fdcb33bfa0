//! Expressions that name a place: `a`, `a.b`, `a["b"]`, `a[1]`, `a[i]`.

use super::Checker;
use super::state::{Key, PathId, Root};
use crate::bind::peel;
use lua_syntax::ast::{Expr, ExprKind, Name as Word, UnOp};

impl<'a> Checker<'a> {
    /// The path that an expression names, if it does.
    pub(super) fn path(&mut self, expr: &Expr) -> Option<PathId> {
        match &peel(expr).kind {
            ExprKind::Name(name) => Some(self.root(name)),
            ExprKind::Field { object, name } => {
                let path = self.path(object)?;
                let name = self.pool.name(name.text.as_bytes());
                Some(self.paths.step(path, Key::Name(name)))
            }
            ExprKind::Index { object, key } => {
                let path = self.path(object)?;
                let key = match &peel(key).kind {
                    ExprKind::Unary { op: UnOp::Len, expr } if self.path(expr) == Some(path) => Key::Last,
                    _ => self.key(key)?,
                };
                Some(self.paths.step(path, key))
            }
            _ => None,
        }
    }

    pub(super) fn root(&mut self, name: &Word) -> PathId {
        let root = match self.bound.symbol(name) {
            Some(sym) => Root::Sym(sym),
            None => Root::Global(self.pool.name(name.text.as_bytes())),
        };
        self.paths.root(root)
    }

    /// A key that is the same each time: a literal, or a local.
    pub(super) fn key(&mut self, key: &Expr) -> Option<Key> {
        match &peel(key).kind {
            ExprKind::Str(text) => Some(Key::Name(self.pool.name(text))),
            ExprKind::Int(n) => Some(Key::Int(*n)),
            ExprKind::Name(name) => Some(Key::Sym(self.bound.symbol(name)?)),
            _ => None,
        }
    }
}
