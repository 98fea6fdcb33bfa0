//! Operators.

use super::Checker;
use super::shapes::Found;
use crate::bind::peel;
use crate::code::Code;
use crate::report::Report;
use crate::ty::{Kind, Ty};
use lua_syntax::ast::{BinOp, Expr, ExprKind, UnOp};
use lua_syntax::{Number, Span};

impl<'a> Checker<'a> {
    pub(super) fn is_number(&mut self, ty: Ty) -> bool {
        self.all(ty, |kind| matches!(kind, Kind::Number | Kind::Integer | Kind::Int(_) | Kind::Float(_)))
    }

    pub(super) fn is_integer(&mut self, ty: Ty) -> bool {
        self.all(ty, |kind| matches!(kind, Kind::Integer | Kind::Int(_)))
    }

    fn is_text(&mut self, ty: Ty) -> bool {
        self.all(ty, |kind| matches!(kind, Kind::String | Kind::Str(_)))
    }

    /// Whether all that a value may be is of a kind; `any` is of every kind.
    fn all(&mut self, ty: Ty, is: impl Fn(Kind) -> bool) -> bool {
        let ty = self.bounded(ty);
        let members = self.members_of(ty);
        members.into_iter().all(|member| {
            let member = self.bounded(member);
            match self.pool.kind(member) {
                Kind::Any | Kind::Unknown | Kind::Never => true,
                Kind::Union(_) => self.members_of(member).into_iter().all(|m| is(self.pool.kind(m))),
                Kind::Intersection(list) => self.pool.types(list).into_iter().any(|m| is(self.pool.kind(m))),
                kind => is(kind),
            }
        })
    }

    /// A type parameter is what its bound is.
    fn bounded(&mut self, ty: Ty) -> Ty {
        let ty = self.resolve(ty);
        match self.pool.kind(ty) {
            Kind::Param(param) => {
                self.pool.type_param(param).bound.map_or(Ty::ANY, |bound| self.resolve(bound))
            }
            _ => ty,
        }
    }

    /// What the metatable of a table of the code, or a kind of userdata, gives for an event; `None`: it has no such.
    fn metamethod(&mut self, ty: Ty, event: &str) -> Option<Ty> {
        let ty = self.resolve(ty);
        match self.pool.kind(ty) {
            Kind::Shape(shape) => {
                let shape = self.shape_ref(shape);
                let meta = shape.metatable?;
                let name = self.pool.name(event.as_bytes());
                match self.pool.kind(meta) {
                    Kind::Shape(meta) => match self.shape_field(meta, name) {
                        Found::Field(ty) => Some(self.result_of(ty)),
                        Found::Unsure | Found::Index(_) => Some(Ty::ANY),
                        Found::Missing => None,
                    },
                    _ => Some(Ty::ANY),
                }
            }
            Kind::Any | Kind::Unknown | Kind::Never => Some(Ty::ANY),
            Kind::AnyTable | Kind::AnyUserdata => Some(Ty::ANY),
            // Tables of other units bring their metamethods along as fields.
            Kind::Record(id) => {
                let name = self.pool.name(event.as_bytes());
                let table = self.pool.fields(id);
                if table.index.is_some_and(|(key, _)| key == Ty::ANY) {
                    return Some(Ty::ANY);
                }
                let handler = table.fields.iter().find(|f| f.name == name)?.ty;
                Some(self.result_of(handler))
            }
            Kind::Ref(decl, _) => self.env.answers(decl, event).then_some(Ty::ANY),
            Kind::Union(list) => {
                let types: Option<Vec<Ty>> =
                    self.pool.types(list).into_iter().map(|ty| self.metamethod(ty, event)).collect();
                types.map(|types| self.pool.union(&types))
            }
            _ => None,
        }
    }

    /// The first result of calling a value of that type.
    fn result_of(&mut self, ty: Ty) -> Ty {
        match self.pool.kind(ty) {
            Kind::Function(sig) => {
                let pack = self.results_of(sig);
                self.first_of(pack)
            }
            _ => Ty::ANY,
        }
    }

    pub(super) fn unary(&mut self, op: UnOp, inner: &'a Expr, span: Span) -> Ty {
        if op == UnOp::Not {
            self.asked(inner);
            return Ty::BOOLEAN;
        }
        let ty = self.eval(inner);
        let ty = if op == UnOp::Len { ty } else { self.coerced(ty) };
        match op {
            UnOp::Neg => {
                if let Kind::Int(n) = self.pool.kind(ty) {
                    return self.pool.add(Kind::Int(n.wrapping_neg()));
                }
                if self.is_number(ty) {
                    return if ty == Ty::ANY { Ty::ANY } else { self.arithmetic_type(ty, ty, false) };
                }
            }
            UnOp::BitNot if self.is_number(ty) => return Ty::INTEGER,
            UnOp::Len => {
                let has_length = self.all(ty, |kind| {
                    matches!(
                        kind,
                        Kind::String
                            | Kind::Str(_)
                            | Kind::Array(..)
                            | Kind::Map(..)
                            | Kind::Record(_)
                            | Kind::Shape(_)
                            | Kind::AnyTable
                            | Kind::Tuple(_)
                    )
                });
                if has_length {
                    return Ty::INTEGER;
                }
            }
            UnOp::BitNot | UnOp::Not => {}
        }
        let (event, sign) = match op {
            UnOp::Neg => ("__unm", "-"),
            UnOp::Len => ("__len", "#"),
            _ => ("__bnot", "~"),
        };
        if let Some(result) = self.metamethod(ty, event) {
            return if op == UnOp::Len && result == Ty::ANY { Ty::INTEGER } else { result };
        }
        let shown = self.show(ty);
        let report = Report::new(Code::InvalidOperand, span, format!("cannot apply '{sign}' to {shown}"));
        self.operand_report(report, inner, ty);
        Ty::ANY
    }

    fn operand_report(&mut self, report: Report, operand: &Expr, ty: Ty) {
        let some = crate::narrow::without_nil(self, ty);
        let report = match super::expr::described(operand) {
            _ if some == ty => report,
            Some(name) if some == Ty::NEVER => report.help(format!("'{name}' is nil here")),
            Some(name) => report.help(format!("'{name}' may be nil: test it first")),
            None if some == Ty::NEVER => report,
            None => report.help("it may be nil: test it first, or give a default with 'or'"),
        };
        self.report(report);
    }

    pub(super) fn binary(&mut self, op: BinOp, left: &'a Expr, right: &'a Expr, span: Span) -> Ty {
        if matches!(op, BinOp::Eq | BinOp::Ne) {
            for (operand, other) in [(left, right), (right, left)] {
                match peel(other).kind {
                    ExprKind::Nil => self.asked(operand),
                    _ => self.probe(operand),
                };
            }
            return Ty::BOOLEAN;
        }
        let (a, b) = (self.eval(left), self.eval(right));
        if matches!(op, BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge) {
            self.compare(op, (left, a), (right, b), span);
            return Ty::BOOLEAN;
        }
        let (a, b) = (self.coerced(a), self.coerced(b));
        if self.is_number(a) && self.is_number(b) {
            if sign(op).is_some() {
                return Ty::INTEGER;
            }
            let float = matches!(op, BinOp::Div | BinOp::Pow);
            return self.arithmetic_type(a, b, float);
        }
        let event = event(op);
        for ty in [a, b] {
            if !self.is_number(ty)
                && let Some(result) = self.metamethod(ty, event)
            {
                return result;
            }
        }
        let (operand, ty) = if self.is_number(a) { (right, b) } else { (left, a) };
        let shown = self.show(ty);
        let message = match sign(op) {
            Some(sign) => format!("cannot apply '{sign}' to {shown}: it takes integers"),
            None => format!("cannot perform arithmetic on {shown}"),
        };
        let mut report = Report::new(Code::InvalidOperand, operand.span, message);
        if self.is_text(ty) {
            report = report.help("convert it with tonumber first");
        }
        self.operand_report(report, operand, ty);
        Ty::ANY
    }

    /// A literal text that spells a number counts as one.
    pub(super) fn coerced(&mut self, ty: Ty) -> Ty {
        let Kind::Str(name) = self.pool.kind(ty) else { return ty };
        spelled(self.pool.text(name)).unwrap_or(ty)
    }

    fn arithmetic_type(&mut self, a: Ty, b: Ty, float: bool) -> Ty {
        if float {
            return Ty::NUMBER;
        }
        if a == Ty::ANY || b == Ty::ANY {
            return Ty::ANY;
        }
        if self.is_integer(a) && self.is_integer(b) { Ty::INTEGER } else { Ty::NUMBER }
    }

    fn compare(&mut self, op: BinOp, (left, a): (&'a Expr, Ty), (right, b): (&'a Expr, Ty), span: Span) {
        let numbers = self.is_number(a) && self.is_number(b);
        let texts = self.is_text(a) && self.is_text(b);
        if numbers || texts || self.param_like(a, b) {
            return;
        }
        let event = if matches!(op, BinOp::Lt | BinOp::Gt) { "__lt" } else { "__le" };
        for ty in [a, b] {
            if self.is_number(ty) || self.is_text(ty) {
                continue;
            }
            if self.metamethod(ty, event).is_some()
                || (event == "__le" && self.metamethod(ty, "__lt").is_some())
            {
                return;
            }
        }
        let type_values = [a, b].iter().all(|ty| matches!(self.pool.kind(*ty), Kind::TypeValue(_)));
        if type_values {
            return;
        }
        let (one, other) = (self.show(a), self.show(b));
        let report = Report::new(Code::InvalidOperand, span, format!("cannot compare {one} with {other}"));
        let (operand, ty) = if self.is_number(a) || self.is_text(a) { (right, b) } else { (left, a) };
        self.operand_report(report, operand, ty);
    }

    /// Two values of the same type parameter compare if anything does.
    fn param_like(&mut self, a: Ty, b: Ty) -> bool {
        a == b && matches!(self.pool.kind(a), Kind::Param(_))
    }

    pub(super) fn concat(&mut self, parts: &'a [Expr]) -> Ty {
        let mut types = vec![];
        for part in parts {
            types.push(self.eval(part));
        }
        for (i, part) in parts.iter().enumerate() {
            let ty = types[i];
            let joins = self.all(ty, |kind| {
                matches!(
                    kind,
                    Kind::String
                        | Kind::Str(_)
                        | Kind::Number
                        | Kind::Integer
                        | Kind::Int(_)
                        | Kind::Float(_)
                )
            });
            if joins || self.is_error(ty) {
                continue;
            }
            if let Some(result) = self.metamethod(ty, "__concat") {
                return result;
            }
            let beside =
                [i.checked_sub(1), Some(i + 1)].into_iter().flatten().filter_map(|j| types.get(j).copied());
            let beside: Vec<Ty> = beside.collect();
            let lent = beside.into_iter().any(|ty| {
                matches!(self.pool.kind(ty), Kind::Shape(_)) && self.metamethod(ty, "__concat").is_some()
            });
            if lent {
                continue;
            }
            let shown = self.show(ty);
            let mut report =
                Report::new(Code::InvalidOperand, part.span, format!("cannot concatenate {shown}"));
            if self.all(ty, |kind| matches!(kind, Kind::Boolean | Kind::Bool(_))) {
                report = report.help("convert it with tostring first");
            }
            self.operand_report(report, part, ty);
        }
        Ty::STRING
    }

    /// Error objects are their message wherever a text is expected.
    fn is_error(&mut self, ty: Ty) -> bool {
        let members = self.members_of(ty);
        members.into_iter().all(|m| {
            matches!(self.pool.kind(m), Kind::Ref(decl, _) if self.pool.text(self.pool.decl(decl).name) == b"error")
                || matches!(self.pool.kind(m), Kind::String | Kind::Str(_) | Kind::Number | Kind::Integer | Kind::Int(_))
        })
    }

    pub(super) fn and(&mut self, left: &'a Expr, right: &'a Expr, wanted: Option<Ty>) -> Ty {
        let a = self.asked(left);
        let mark = self.frame.mark();
        self.narrow(left, true);
        let b = if self.vacuous() {
            self.skip(right.span);
            Ty::NEVER
        } else if matches!(peel(right).kind, ExprKind::Field { .. } | ExprKind::Index { .. }) {
            self.perhaps(|this| this.probe(right))
        } else {
            self.perhaps(|this| this.eval_for(right, wanted))
        };
        self.frame.undo(mark);
        if a == Ty::ANY {
            // What is falsy of it is nil or false.
            return if b == Ty::ANY { b } else { self.maybe(b) };
        }
        let falsy = crate::narrow::falsy(self, a);
        if crate::narrow::truthy(self, a) == Ty::NEVER {
            return falsy;
        }
        self.pool.union(&[falsy, b])
    }

    /// `any and b`: b, or what is falsy; that is left to those who test for it.
    fn maybe(&mut self, b: Ty) -> Ty {
        let no = self.pool.add(Kind::Bool(false));
        self.pool.union(&[b, no])
    }

    pub(super) fn or(&mut self, left: &'a Expr, right: &'a Expr, wanted: Option<Ty>) -> Ty {
        let a = if let ExprKind::Binary { op: BinOp::And | BinOp::Or, .. } = &peel(left).kind {
            self.eval_for(left, wanted)
        } else {
            self.asked(left)
        };
        let mark = self.frame.mark();
        self.narrow(left, false);
        let b = if self.vacuous() {
            self.skip(right.span);
            Ty::NEVER
        } else {
            self.perhaps(|this| this.eval_for(right, wanted))
        };
        self.frame.undo(mark);
        let truthy = crate::narrow::truthy(self, a);
        if truthy == Ty::NEVER {
            return b;
        }
        // An empty table as default for something of the same form.
        if let ExprKind::Table(items) = &peel(right).kind
            && items.is_empty()
            && truthy != Ty::ANY
            && crate::relate::fits(self, b, truthy).is_ok()
        {
            return truthy;
        }
        self.pool.union(&[truthy, b])
    }
}

/// What kind of number a text spells, blanks around it and a sign allowed.
fn spelled(text: &[u8]) -> Option<Ty> {
    let text = std::str::from_utf8(text).ok()?.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    Some(match lua_syntax::numeral(digits.as_bytes())? {
        Number::Int(_) => Ty::INTEGER,
        Number::Float(_) => Ty::NUMBER,
    })
}

/// How an operator on bits is written; `None`: it is another.
fn sign(op: BinOp) -> Option<&'static str> {
    Some(match op {
        BinOp::BitAnd => "&",
        BinOp::BitOr => "|",
        BinOp::BitXor => "~",
        BinOp::Shl => "<<",
        BinOp::Shr => ">>",
        _ => return None,
    })
}

fn event(op: BinOp) -> &'static str {
    match op {
        BinOp::Add => "__add",
        BinOp::Sub => "__sub",
        BinOp::Mul => "__mul",
        BinOp::Div => "__div",
        BinOp::IDiv => "__idiv",
        BinOp::Mod => "__mod",
        BinOp::Pow => "__pow",
        BinOp::BitAnd => "__band",
        BinOp::BitOr => "__bor",
        BinOp::BitXor => "__bxor",
        BinOp::Shl => "__shl",
        BinOp::Shr => "__shr",
        BinOp::Eq | BinOp::Ne => "__eq",
        BinOp::Lt | BinOp::Gt => "__lt",
        BinOp::Le | BinOp::Ge => "__le",
        BinOp::And | BinOp::Or => "",
    }
}
