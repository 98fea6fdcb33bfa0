//! Reads expressions: a first part, then what is built on it, held against how operators bind.

use super::{Head, Reader, Res};
use crate::ast::{Expr, ExprKind, Item};
use crate::precedence::{CONCAT, UNARY, binds};
use crate::span::Span;
use crate::tree::tags::{self, first, item, link};

/// What may be built on an expression.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// Suffixes and all else.
    Prefix,
    /// Casts and operators.
    Operand,
    /// Operators that bind no tighter than this on their left.
    Operation(u8),
}

/// Binds tighter than all operators.
const ALL: u8 = u8::MAX;

const LOOSE: &str = "an operator that binds looser stands in one that binds tighter, without parentheses";

impl Reader<'_> {
    pub(super) fn expr(&mut self) -> Res<Expr> {
        self.operation(0)
    }

    /// A variable or call, with no operator around it.
    pub(super) fn suffixed(&mut self) -> Res<Expr> {
        self.chain(ALL)
    }

    /// An expression whose operators bind tighter than `limit`.
    fn operation(&mut self, limit: u8) -> Res<Expr> {
        self.nested(|r| r.chain(limit))
    }

    fn chain(&mut self, limit: u8) -> Res<Expr> {
        let head = self.head(tags::FIRST)?;
        let start = self.skip(head.gap)?;
        let (kind, mut form) = self.first(head.kind)?;
        let mut expr = Expr { kind, span: Span::new(start, self.cursor) };
        let mut more = head.more;
        while more {
            let head = self.head(tags::LINK)?;
            more = head.more;
            let (kind, next) = self.built_on(expr, form, limit, head)?;
            expr = Expr { kind, span: Span::new(start, self.cursor) };
            form = next;
            self.link()?;
        }
        Ok(expr)
    }

    fn first(&mut self, kind: u8) -> Res<(ExprKind, Form)> {
        let kind = match kind {
            first::NIL => self.skip(3).map(|_| ExprKind::Nil)?,
            first::FALSE => self.skip(5).map(|_| ExprKind::Bool(false))?,
            first::TRUE => self.skip(4).map(|_| ExprKind::Bool(true))?,
            first::VARARG => self.skip(3).map(|_| ExprKind::VarArg)?,
            first::INT => self.int().map(ExprKind::Int)?,
            first::FLOAT => self.positive().map(ExprKind::Float)?,
            first::STR => self.string().map(ExprKind::Str)?,
            first::NAME => return Ok((ExprKind::Name(self.word()?), Form::Prefix)),
            first::FUNCTION => {
                self.skip(8)?;
                ExprKind::Function(self.function()?)
            }
            first::TABLE => self.table()?,
            first::PAREN => return Ok((self.paren()?, Form::Prefix)),
            _ => return Ok((self.unary(kind)?, Form::Operation(UNARY))),
        };
        Ok((kind, Form::Operand))
    }

    pub(super) fn int(&mut self) -> Res<i64> {
        let value = self.number()?;
        self.literal_end()?;
        Ok(value as i64)
    }

    pub(super) fn float(&mut self) -> Res<f64> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        let value = f64::from_le_bytes(bytes);
        if value.is_nan() {
            return self.fail("a literal is NaN");
        }
        self.literal_end()?;
        Ok(value)
    }

    fn positive(&mut self) -> Res<f64> {
        let value = self.float()?;
        if value.is_sign_negative() { self.fail("a literal is negative") } else { Ok(value) }
    }

    fn literal_end(&mut self) -> Res<()> {
        let start = self.cursor;
        if self.place()? == start { self.fail("a literal spans no bytes") } else { Ok(()) }
    }

    pub(super) fn string(&mut self) -> Res<Box<[u8]>> {
        let len = self.number()?;
        let text = self.take(len)?;
        self.skip(2)?;
        self.skip(u32::try_from(len).unwrap_or(u32::MAX))?;
        self.place()?;
        Ok(text.into())
    }

    fn table(&mut self) -> Res<ExprKind> {
        self.skip(1)?;
        let items = self.list(0, "", Self::item)?;
        self.close()?;
        Ok(ExprKind::Table(items))
    }

    fn item(&mut self) -> Res<Item> {
        match self.number()? {
            item::POSITIONAL => self.expr().map(Item::Positional),
            item::NAMED => {
                let name = self.name()?;
                Ok(Item::Named { name, value: self.expr()? })
            }
            item::KEYED => {
                self.skip(1)?;
                let key = self.expr()?;
                Ok(Item::Keyed { key, value: self.expr()? })
            }
            other => self.fail(format!("{other} is no form of an item of a table")),
        }
    }

    fn paren(&mut self) -> Res<ExprKind> {
        self.skip(1)?;
        let inner = self.expr()?;
        self.close()?;
        Ok(ExprKind::Paren(Box::new(inner)))
    }

    fn unary(&mut self, kind: u8) -> Res<ExprKind> {
        let Some((op, bytes)) = tags::UNARY.get(usize::from(kind - first::UNARY)) else {
            return self.fail(format!("{kind} is no form of an expression"));
        };
        self.skip(*bytes)?;
        Ok(ExprKind::Unary { op: *op, expr: Box::new(self.operation(UNARY)?) })
    }

    fn built_on(&mut self, on: Expr, form: Form, limit: u8, head: Head) -> Res<(ExprKind, Form)> {
        let fits = match head.kind {
            link::FIELD | link::INDEX | link::CALL | link::METHOD => form == Form::Prefix,
            link::CAST | link::NON_NIL => !matches!(form, Form::Operation(_)),
            _ => true,
        };
        if !fits {
            return self.fail("a suffix or cast stands behind what takes none without parentheses");
        }
        if head.kind == link::CONCAT {
            return self.concat(on, form, limit, head.gap);
        }
        let on = Box::new(on);
        let kind = match head.kind {
            link::FIELD => {
                self.skip(head.gap)?;
                ExprKind::Field { object: on, name: self.word()? }
            }
            link::INDEX => {
                self.skip(1)?;
                let key = Box::new(self.expr()?);
                self.skip(head.gap)?;
                self.skip(1)?;
                ExprKind::Index { object: on, key }
            }
            link::CALL => {
                let args = self.args()?;
                self.skip(head.gap)?;
                ExprKind::Call { func: on, args }
            }
            link::METHOD => {
                self.skip(head.gap)?;
                let name = self.word()?;
                let args = self.args()?;
                self.place()?;
                ExprKind::Method { object: on, name, args }
            }
            link::CAST => {
                self.skip(head.gap)?;
                let ty = Box::new(self.cast_type()?);
                return Ok((ExprKind::Cast { expr: on, ty }, Form::Operand));
            }
            link::NON_NIL => {
                self.skip(head.gap)?;
                self.skip(1)?;
                return Ok((ExprKind::NonNil(on), Form::Operand));
            }
            _ => return self.binary(on, form, limit, head),
        };
        Ok((kind, Form::Prefix))
    }

    /// An operator of this strength may stand between what was read and what `limit` stands for.
    fn binds(&self, form: Form, limit: u8, left: u8) -> Res<()> {
        let tightest = if let Form::Operation(tightest) = form { tightest } else { ALL };
        if left > limit && left <= tightest { Ok(()) } else { self.fail(LOOSE) }
    }

    fn binary(&mut self, left: Box<Expr>, form: Form, limit: u8, head: Head) -> Res<(ExprKind, Form)> {
        let Some((op, bytes)) = tags::BINARY.get(usize::from(head.kind)) else {
            return self.fail(format!("{} is nothing that is built on an expression", head.kind));
        };
        let (binds_left, binds_right) = binds(*op);
        self.binds(form, limit, binds_left)?;
        let start = self.skip(head.gap)?;
        let op_span = Span::new(start, self.skip(*bytes)?);
        let right = Box::new(self.operation(binds_right)?);
        Ok((ExprKind::Binary { op: *op, left, right, op_span }, Form::Operation(binds_right)))
    }

    fn concat(&mut self, first: Expr, form: Form, limit: u8, count: u32) -> Res<(ExprKind, Form)> {
        if let ExprKind::Concat(_) = first.kind {
            return self.fail("a concatenation is the first part of one");
        }
        if count < 2 {
            return self.fail("a concatenation has fewer than two parts");
        }
        self.binds(form, limit, CONCAT)?;
        let mut parts = self.room(u64::from(count) - 1, 1)?;
        parts.push(first);
        self.fill(&mut parts, u64::from(count) - 1, |r| r.operation(CONCAT))?;
        Ok((ExprKind::Concat(parts), Form::Operation(CONCAT)))
    }

    /// Arguments of a call. A table or string that is the only one may stand without parentheses, and the parser does not count
    /// those as a level.
    fn args(&mut self) -> Res<Vec<Expr>> {
        let layout = tags::FIRST;
        let bare = self.bytes.get(self.at).is_some_and(|count| *count == 1)
            && self.bytes.get(self.at + 1).is_some_and(|byte| {
                let kind = byte & ((1 << layout.kind) - 1);
                matches!(kind, first::TABLE | first::STR) && byte >> layout.kind & 1 == 0
            });
        self.list(0, "", |r| if bare { r.chain(0) } else { r.expr() })
    }
}
