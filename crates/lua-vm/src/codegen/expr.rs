//! Expressions.

use lua_syntax::Span;
use lua_syntax::ast::{BinOp, Expr, ExprKind, Function, Item, Name, UnOp};

use super::function::{Gen, Reg, Result, Var, error};
use crate::arith;
use crate::opcode::{NO_HINT, Op};
use crate::proto::OperandKind;
use crate::symbol::SHORT;
use crate::value::Value;

/// Positional items are stored in groups of this size.
const GROUP: u32 = 50;

pub(super) type Called = Option<(OperandKind, Box<str>)>;

pub(super) fn peel(e: &Expr) -> &Expr {
    match &e.kind {
        ExprKind::Cast { expr, .. } | ExprKind::NonNil(expr) => peel(expr),
        _ => e,
    }
}

/// The single value behind parentheses and casts.
fn inner(e: &Expr) -> &Expr {
    match &e.kind {
        ExprKind::Cast { expr, .. } | ExprKind::NonNil(expr) | ExprKind::Paren(expr) => inner(expr),
        _ => e,
    }
}

/// Whether it is computed by jumps.
fn is_condition(e: &Expr) -> bool {
    use BinOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
    match &inner(e).kind {
        ExprKind::Binary { op, .. } => matches!(op, And | Or | Eq | Ne | Lt | Le | Gt | Ge),
        ExprKind::Unary { op, .. } => *op == UnOp::Not,
        _ => false,
    }
}

/// Whether it gives as many values as wanted.
pub(super) fn is_multi(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Call { .. } | ExprKind::Method { .. } | ExprKind::VarArg)
}

fn number(e: &Expr) -> Option<Value> {
    match &inner(e).kind {
        ExprKind::Int(i) => Some(Value::int(*i)),
        ExprKind::Float(f) => Some(Value::float(*f)),
        ExprKind::Unary { op: UnOp::Neg, expr } => {
            let v = number(expr)?;
            if v.is_int() {
                Some(Value::int(v.as_int().wrapping_neg()))
            } else {
                Some(Value::float(-v.as_float()))
            }
        }
        ExprKind::Binary { op, left, right, .. } => {
            let op = arith_op(*op)?;
            let (a, b) = (number(left)?, number(right)?);
            // What raises is left to run time; -0 and NaN are left too, since constants are compared by value.
            let v = arith::fold(op, a, b)?;
            (!v.is_float() || (v.as_float() != 0.0 && !v.as_float().is_nan())).then_some(v)
        }
        _ => None,
    }
}

fn arith_op(op: BinOp) -> Option<Op> {
    Some(match op {
        BinOp::Add => Op::Add,
        BinOp::Sub => Op::Sub,
        BinOp::Mul => Op::Mul,
        BinOp::Div => Op::Div,
        BinOp::IDiv => Op::IDiv,
        BinOp::Mod => Op::Mod,
        BinOp::Pow => Op::Pow,
        BinOp::BitAnd => Op::BAnd,
        BinOp::BitOr => Op::BOr,
        BinOp::BitXor => Op::BXor,
        BinOp::Shl => Op::Shl,
        BinOp::Shr => Op::Shr,
        _ => return None,
    })
}

fn with_constant(op: Op) -> Op {
    match op {
        Op::Add => Op::AddK,
        Op::Sub => Op::SubK,
        Op::Mul => Op::MulK,
        Op::Div => Op::DivK,
        Op::Mod => Op::ModK,
        Op::Pow => Op::PowK,
        Op::IDiv => Op::IDivK,
        Op::BAnd => Op::BAndK,
        Op::BOr => Op::BOrK,
        Op::BXor => Op::BXorK,
        Op::Shl => Op::ShlK,
        _ => Op::ShrK,
    }
}

impl Gen<'_> {
    pub(super) fn at(&mut self, span: Span) {
        let lines = self.lines;
        self.f().set_line(lines, span);
    }

    /// What an expression is called in messages.
    pub(super) fn called(&mut self, e: &Expr) -> Result<Called> {
        let e = inner(e);
        Ok(match &e.kind {
            ExprKind::Name(n) => {
                let kind = match self.resolve(&n.text, n.span)? {
                    Var::Local { .. } => OperandKind::Local,
                    Var::Upvalue { .. } => OperandKind::Upvalue,
                    Var::Global | Var::Type(_) => OperandKind::Global,
                };
                Some((kind, n.text.clone()))
            }
            ExprKind::Field { name, .. } => Some((OperandKind::Field, name.text.clone())),
            ExprKind::Index { key, .. } => match &inner(key).kind {
                ExprKind::Str(s) => Some((OperandKind::Field, String::from_utf8_lossy(s).into())),
                _ => Some((OperandKind::Field, "?".into())),
            },
            ExprKind::Str(s) => Some((OperandKind::Constant, String::from_utf8_lossy(s).into())),
            _ => None,
        })
    }

    /// Says what `value` is called in tracebacks, if it is a function.
    pub(super) fn name_function(&mut self, value: &Expr, name: impl FnOnce() -> Box<str>) {
        if matches!(inner(value).kind, ExprKind::Function(_)) {
            self.naming = Some(name());
        }
    }

    /// Evaluates into a fresh register on top.
    pub(super) fn push(&mut self, e: &Expr) -> Result<Reg> {
        if matches!(inner(e).kind, ExprKind::Call { .. } | ExprKind::Method { .. }) {
            return self.call(inner(e), 1);
        }
        let r = self.f().reserve(1, e.span)?;
        self.to(e, r)?;
        self.f().release_to(u32::from(r) + 1);
        Ok(r)
    }

    /// Evaluates into some register: that of a plain local, or a fresh one on top.
    pub(super) fn any(&mut self, e: &Expr) -> Result<Reg> {
        if let ExprKind::Name(n) = &inner(e).kind
            && let Var::Local { reg, cell: false } = self.resolve(&n.text, n.span)?
        {
            return Ok(reg);
        }
        self.push(e)
    }

    /// Evaluates into `dst`, which holds no live variable that the expression could read after the first write.
    pub(super) fn to(&mut self, e: &Expr, dst: Reg) -> Result<()> {
        let e = inner(e);
        if let Some(v) = number(e) {
            self.at(e.span);
            self.load_number(v, dst);
            return Ok(());
        }
        let free = self.f().free;
        match &e.kind {
            ExprKind::Nil => {
                self.at(e.span);
                self.f().abc(Op::LoadNil, dst, 0, 0);
            }
            ExprKind::Bool(b) => {
                self.at(e.span);
                self.f().abc(if *b { Op::LoadTrue } else { Op::LoadFalse }, dst, 0, 0);
            }
            ExprKind::Int(_) | ExprKind::Float(_) => unreachable!("literals are numbers"),
            ExprKind::Str(s) => {
                self.at(e.span);
                let k = self.f().string(s);
                self.load_constant(k, dst);
            }
            ExprKind::Name(n) => {
                self.at(e.span);
                match self.resolve(&n.text, n.span)? {
                    Var::Local { reg, cell: false } if reg == dst => {}
                    Var::Local { reg, cell } => {
                        self.f().abc(if cell { Op::CellGet } else { Op::Move }, dst, reg, 0);
                    }
                    Var::Upvalue { at, cell } => {
                        self.f().abc(if cell { Op::GetUpCell } else { Op::GetUp }, dst, at, 0);
                    }
                    Var::Type(ty) => self.load_type(ty, dst, n.span)?,
                    Var::Global => self.global(&n.text, dst, n.span)?,
                }
            }
            ExprKind::VarArg => {
                self.vararg(e.span)?;
                self.f().abc(Op::VarArg, dst, 0, 2);
            }
            ExprKind::Field { object, name } => self.member(object, name, dst, e.span)?,
            ExprKind::Index { object, key } => self.index(object, key, dst, e.span)?,
            ExprKind::Call { .. } | ExprKind::Method { .. } => {
                let r = self.call(e, 1)?;
                self.f().abc(Op::Move, dst, r, 0);
            }
            ExprKind::Function(f) => {
                let name = self.naming.take().unwrap_or_else(|| "anonymous".into());
                self.closure(f, &name, None, dst, e.span)?;
            }
            ExprKind::Table(items) => self.table(items, dst, e.span)?,
            ExprKind::Unary { op: UnOp::Not, expr } if is_condition(expr) => self.truth(e, dst)?,
            ExprKind::Unary { op, expr } => {
                let called = self.called(expr)?;
                let r = self.any(expr)?;
                self.at(e.span);
                self.f().operand(r, called);
                let op = match op {
                    UnOp::Neg => Op::Neg,
                    UnOp::Len => Op::Len,
                    UnOp::Not => Op::Not,
                    _ => Op::BNot,
                };
                self.f().abc(op, dst, r, 0);
            }
            ExprKind::Binary { op: BinOp::And | BinOp::Or, .. } => self.logic(e, dst)?,
            ExprKind::Binary { op, left, right, op_span } => match arith_op(*op) {
                Some(op) => self.arith(op, left, right, dst, *op_span)?,
                None => self.truth(e, dst)?,
            },
            ExprKind::Concat(parts) => self.concat(parts, dst)?,
            ExprKind::Paren(_) | ExprKind::Cast { .. } | ExprKind::NonNil(_) => unreachable!("peeled"),
        }
        self.f().release_to(free);
        Ok(())
    }

    fn load_number(&mut self, v: Value, dst: Reg) {
        let small = |i: i64| i16::try_from(i).ok().map(|i| i as u16);
        if v.is_int() {
            if let Some(i) = small(v.as_int()) {
                self.f().abx(Op::LoadI, dst, i);
                return;
            }
        } else {
            let f = v.as_float();
            if f != 0.0 && f.fract() == 0.0 && f.abs() < 30_000.0 {
                self.f().abx(Op::LoadF, dst, f as i16 as u16);
                return;
            }
        }
        let k = self.number_constant(v);
        self.load_constant(k, dst);
    }

    fn number_constant(&mut self, v: Value) -> usize {
        if v.is_int() { self.f().int(v.as_int()) } else { self.f().float(v.as_float()) }
    }

    pub(super) fn load_constant(&mut self, k: usize, dst: Reg) {
        match u16::try_from(k) {
            Ok(k) => {
                self.f().abx(Op::LoadK, dst, k);
            }
            Err(_) => {
                self.f().abc(Op::LoadKX, dst, 0, 0);
                self.f().word(k as u32);
            }
        }
    }

    /// Emits an instruction with a constant and a slot hint, if the constant is in reach and a short text.
    fn hinted(&mut self, op: Op, a: Reg, b: Reg, k: usize) -> bool {
        let Ok(k) = u16::try_from(k) else { return false };
        if !self.f().is_quick(k.into()) {
            return false;
        }
        self.f().abc(op, a, b, 0);
        self.f().word(u32::from(k) << 16 | NO_HINT);
        true
    }

    fn global(&mut self, name: &str, dst: Reg, span: Span) -> Result<()> {
        let k = self.f().string(name.as_bytes());
        if !self.hinted(Op::GetGlobal, dst, 0, k) {
            self.load_constant(k, dst);
            self.f().abc(Op::GetGlobal, dst, 1, 0);
            self.f().word(0);
        }
        if self.imports.iter().any(|import| **import == *name) {
            let key = self.f().reserve(1, span)?;
            self.load_constant(k, key);
            self.f().abc(Op::OwnName, dst, key, 0);
            self.f().release_to(u32::from(key));
        }
        Ok(())
    }

    pub(super) fn set_global(&mut self, name: &str, src: Reg, span: Span) -> Result<()> {
        let k = self.f().string(name.as_bytes());
        if !self.hinted(Op::SetGlobal, src, 0, k) {
            let key = self.f().reserve(1, span)?;
            self.load_constant(k, key);
            self.f().abc(Op::SetGlobal, src, 1, key);
            self.f().word(0);
            self.f().release_to(u32::from(key));
        }
        Ok(())
    }

    fn field(&mut self, dst: Reg, obj: Reg, name: &[u8], called: Called, span: Span) -> Result<()> {
        let k = self.f().string(name);
        self.f().operand(obj, called.clone());
        if !self.hinted(Op::GetField, dst, obj, k) {
            let key = self.f().reserve(1, span)?;
            self.load_constant(k, key);
            self.f().operand(obj, called);
            self.f().abc(Op::GetIndex, dst, obj, key);
        }
        Ok(())
    }

    pub(super) fn set_field(
        &mut self,
        obj: Reg,
        name: &[u8],
        src: Reg,
        called: Called,
        span: Span,
    ) -> Result<()> {
        let k = self.f().string(name);
        self.f().operand(obj, called.clone());
        if !self.hinted(Op::SetField, obj, src, k) {
            let key = self.f().reserve(1, span)?;
            self.load_constant(k, key);
            self.f().operand(obj, called);
            self.f().abc(Op::SetIndex, obj, key, src);
            self.f().release_to(u32::from(key));
        }
        Ok(())
    }

    /// `object.name`
    fn member(&mut self, object: &Expr, name: &Name, dst: Reg, span: Span) -> Result<()> {
        let called = self.called(object)?;
        let obj = match self.built_in(object, Some(&name.text))? {
            Some(ty) => self.push_built_in(ty, object.span)?,
            None => self.any(object)?,
        };
        self.at(name.span);
        self.field(dst, obj, name.text.as_bytes(), called, span)
    }

    fn index(&mut self, object: &Expr, key: &Expr, dst: Reg, span: Span) -> Result<()> {
        let called = self.called(object)?;
        let obj = self.any(object)?;
        if let ExprKind::Str(s) = &inner(key).kind {
            self.at(span);
            return self.field(dst, obj, s, called, span);
        }
        if let Some(v) = number(key)
            && v.is_int()
            && let Ok(i) = u8::try_from(v.as_int())
        {
            self.at(span);
            self.f().operand(obj, called);
            self.f().abc(Op::GetInt, dst, obj, i);
            return Ok(());
        }
        let k = self.any(key)?;
        self.at(span);
        self.f().operand(obj, called);
        self.f().abc(Op::GetIndex, dst, obj, k);
        Ok(())
    }

    fn arith(&mut self, op: Op, left: &Expr, right: &Expr, dst: Reg, span: Span) -> Result<()> {
        let names = (self.called(left)?, self.called(right)?);
        let l = self.any(left)?;
        if let Some(v) = number(right) {
            let k = self.number_constant(v);
            if let Ok(k) = u8::try_from(k) {
                self.at(span);
                self.f().operand(l, names.0);
                self.f().abc(with_constant(op), dst, l, k);
                return Ok(());
            }
        }
        let r = self.any(right)?;
        self.at(span);
        self.f().operand(l, names.0);
        self.f().operand(r, names.1);
        self.f().abc(op, dst, l, r);
        Ok(())
    }

    fn concat(&mut self, parts: &[Expr], dst: Reg) -> Result<()> {
        let mut names = Vec::new();
        let mut first = None;
        for p in parts {
            names.push(self.called(p)?);
            let r = self.push(p)?;
            first.get_or_insert(r);
        }
        let base = first.unwrap_or(dst);
        // One instruction for all: it is where the last two meet, which are joined first.
        if let [.., left, _] = parts {
            self.at(Span { start: left.span.end, end: left.span.end });
        }
        for (i, name) in names.into_iter().enumerate() {
            self.f().operand(base + i as u8, name);
        }
        self.f().abc(Op::Concat, dst, base, parts.len() as u8);
        Ok(())
    }

    // ---- conditions ----------------------------------------------------------------------------------------------

    /// Jumps when the truth of `e` is `when`; returns the jumps to be patched.
    pub(super) fn jump_if(&mut self, e: &Expr, when: bool) -> Result<Vec<usize>> {
        let e = inner(e);
        let free = self.f().free;
        let jumps = match &e.kind {
            ExprKind::Unary { op: UnOp::Not, expr } => self.jump_if(expr, !when)?,
            ExprKind::Binary { op: BinOp::And, left, right, .. } => self.both(left, right, when, false)?,
            ExprKind::Binary { op: BinOp::Or, left, right, .. } => self.both(left, right, when, true)?,
            ExprKind::Binary { op, left, right, op_span }
                if matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge) =>
            {
                vec![self.compare(*op, left, right, when, *op_span)?]
            }
            ExprKind::Nil | ExprKind::Bool(false) => {
                if when {
                    vec![]
                } else {
                    vec![self.f().jump()]
                }
            }
            ExprKind::Bool(true) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) => {
                if when {
                    vec![self.f().jump()]
                } else {
                    vec![]
                }
            }
            _ => {
                let r = self.any(e)?;
                self.at(e.span);
                vec![self.f().jumping(Op::Test, r, 0, u8::from(when))]
            }
        };
        self.f().release_to(free);
        Ok(jumps)
    }

    /// `and` (stop = false) and `or` (stop = true) as conditions.
    fn both(&mut self, left: &Expr, right: &Expr, when: bool, stop: bool) -> Result<Vec<usize>> {
        let first = self.jump_if(left, stop)?;
        if when == stop {
            let mut jumps = first;
            jumps.extend(self.jump_if(right, when)?);
            return Ok(jumps);
        }
        let jumps = self.jump_if(right, when)?;
        self.f().patch_all(first);
        Ok(jumps)
    }

    fn compare(&mut self, op: BinOp, left: &Expr, right: &Expr, when: bool, span: Span) -> Result<usize> {
        let flag = |b: bool| u8::from(b);
        let k = match &inner(right).kind {
            ExprKind::Str(s) if matches!(op, BinOp::Eq | BinOp::Ne) && s.len() <= SHORT => {
                Some(self.f().string(s))
            }
            ExprKind::Nil if matches!(op, BinOp::Eq | BinOp::Ne) => Some(self.f().simple(Value::NIL)),
            ExprKind::Bool(b) if matches!(op, BinOp::Eq | BinOp::Ne) => {
                Some(self.f().simple(Value::bool(*b)))
            }
            _ => number(right).map(|v| self.number_constant(v)),
        };
        if let Some(k) = k
            && let Ok(k) = u8::try_from(k)
        {
            let l = self.any(left)?;
            self.at(span);
            let (op, when) = match op {
                BinOp::Eq => (Op::EqK, when),
                BinOp::Ne => (Op::EqK, !when),
                BinOp::Lt => (Op::LtK, when),
                BinOp::Le => (Op::LeK, when),
                BinOp::Gt => (Op::GtK, when),
                _ => (Op::GeK, when),
            };
            return Ok(self.f().jumping(op, l, k, flag(when)));
        }
        let l = self.any(left)?;
        let r = self.any(right)?;
        self.at(span);
        let (op, a, b, when) = match op {
            BinOp::Eq => (Op::Eq, l, r, when),
            BinOp::Ne => (Op::Eq, l, r, !when),
            BinOp::Lt => (Op::Lt, l, r, when),
            BinOp::Le => (Op::Le, l, r, when),
            BinOp::Gt => (Op::Lt, r, l, when),
            _ => (Op::Le, r, l, when),
        };
        Ok(self.f().jumping(op, a, b, flag(when)))
    }

    /// A condition as a value.
    fn truth(&mut self, e: &Expr, dst: Reg) -> Result<()> {
        let yes = self.jump_if(e, true)?;
        self.f().abc(Op::LoadFalse, dst, 0, 0);
        let end = self.f().jump();
        self.f().patch_all(yes);
        self.f().abc(Op::LoadTrue, dst, 0, 0);
        self.f().patch(end);
        Ok(())
    }

    /// `and`, `or` as values. `dst` is written before all operands are read.
    fn logic(&mut self, e: &Expr, dst: Reg) -> Result<()> {
        let ExprKind::Binary { op, left, right, .. } = &e.kind else { unreachable!("a logical operator") };
        let stop = *op == BinOp::Or;
        if stop && let ExprKind::Binary { op: BinOp::And, left: x, right: y, .. } = &inner(left).kind {
            let other = self.jump_if(x, false)?;
            self.to(y, dst)?;
            let end = self.f().jumping(Op::Test, dst, 0, 1);
            self.f().patch_all(other);
            self.to(right, dst)?;
            self.f().patch(end);
            return Ok(());
        }
        self.to(left, dst)?;
        let end = self.f().jumping(Op::Test, dst, 0, u8::from(stop));
        self.to(right, dst)?;
        self.f().patch(end);
        Ok(())
    }

    // ---- several values ------------------------------------------------------------------------------------------

    fn vararg(&mut self, span: Span) -> Result<()> {
        self.at(span);
        if self.f().vararg {
            return Ok(());
        }
        error(span, "cannot use '...' outside a vararg function")
    }

    /// Evaluates a list into fresh registers on top. Returns how many, `None` if open at the end.
    pub(super) fn push_all(&mut self, list: &[Expr]) -> Result<Option<u32>> {
        for (i, e) in list.iter().enumerate() {
            if i + 1 == list.len() && is_multi(peel(e)) {
                self.open_multi(e)?;
                return Ok(None);
            }
            self.push(e)?;
        }
        Ok(Some(list.len() as u32))
    }

    /// Evaluates a call or `...` to all its values from the first free register on.
    fn open_multi(&mut self, e: &Expr) -> Result<()> {
        let e = peel(e);
        if matches!(e.kind, ExprKind::VarArg) {
            self.vararg(e.span)?;
            let r = self.f().reserve(1, e.span)?;
            self.f().abc(Op::VarArg, r, 0, 0);
        } else {
            let r = self.call(e, -1)?;
            self.f().release_to(u32::from(r) + 1);
        }
        Ok(())
    }

    /// Evaluates a list to exactly `want` values in fresh registers on top.
    pub(super) fn push_exactly(&mut self, list: &[Expr], want: usize, span: Span) -> Result<Reg> {
        let first = self.f().free;
        for (i, e) in list.iter().enumerate() {
            let last = i + 1 == list.len();
            if last && is_multi(peel(e)) && want > i {
                let missing = want - i;
                let e = peel(e);
                let r = if matches!(e.kind, ExprKind::VarArg) {
                    self.vararg(e.span)?;
                    let r = self.f().reserve(missing as u32, e.span)?;
                    self.f().abc(Op::VarArg, r, 0, missing as u8 + 1);
                    r
                } else {
                    let r = self.call(e, missing as i32)?;
                    self.f().release_to(u32::from(r));
                    self.f().reserve(missing as u32, span)?
                };
                debug_assert_eq!(u32::from(r), first + i as u32);
                return Ok(first as Reg);
            }
            let r = self.push(e)?;
            if i >= want {
                self.f().release_to(u32::from(r));
            }
        }
        if list.len() < want {
            let missing = want - list.len();
            let r = self.f().reserve(missing as u32, span)?;
            self.f().abc(Op::LoadNil, r, missing as u8 - 1, 0);
        }
        Ok(first as Reg)
    }

    /// Calls from the first free register on; the results start there. `want` < 0 = all. Free registers are reset to
    /// just behind the first result.
    pub(super) fn call(&mut self, e: &Expr, want: i32) -> Result<Reg> {
        let base = self.prepare_call(e)?;
        let (func, args) = base;
        self.f().abc(Op::Call, func, args, (want + 1) as u8);
        self.f().release_to(u32::from(func));
        self.f().reserve(1, e.span)
    }

    /// Function and arguments on top; returns the function's register and the operand B of the call.
    pub(super) fn prepare_call(&mut self, e: &Expr) -> Result<(Reg, u8)> {
        let (func, args, called, extra) = match &e.kind {
            ExprKind::Call { func, args } => {
                let called = self.called(func)?;
                let func = match self.built_in(func, None)? {
                    Some(ty) => self.push_built_in(ty, func.span)?,
                    None => self.push(func)?,
                };
                (func, args, called, 0)
            }
            ExprKind::Method { object, name, args } => {
                let called = self.called(object)?;
                let obj = match self.built_in(object, Some(&name.text))? {
                    Some(ty) => self.push_built_in(ty, object.span)?,
                    None => self.any(object)?,
                };
                // The object may lie in the first register of the pair already.
                let free = self.f().free;
                let base = if u32::from(obj) + 1 == free && !self.is_local(obj) { obj } else { free as Reg };
                self.f().release_to(u32::from(base));
                self.f().reserve(2, e.span)?;
                self.at(name.span);
                let k = self.f().string(name.text.as_bytes());
                self.f().operand(obj, called.clone());
                if !self.hinted(Op::Method, base, obj, k) {
                    let key = self.f().reserve(1, e.span)?;
                    self.load_constant(k, key);
                    self.f().abc(Op::Move, base + 1, obj, 0);
                    self.f().operand(base + 1, called);
                    self.f().abc(Op::GetIndex, base, base + 1, key);
                    self.f().release_to(u32::from(key));
                }
                (base, args, Some((OperandKind::Method, name.text.clone())), 1)
            }
            _ => return error(e.span, "a call is expected"),
        };
        let n = self.push_all(args)?;
        self.call_line(e);
        self.f().operand(func, called);
        let b = n.map_or(0, |n| n + 1 + extra);
        Ok((func, b as u8))
    }

    /// A call is reported at the line where its arguments begin.
    fn call_line(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Call { func, .. } => {
                let end = func.span.end.saturating_sub(1);
                self.at(Span { start: end, end });
            }
            ExprKind::Method { name, .. } => self.at(name.span),
            _ => {}
        }
    }

    fn is_local(&mut self, reg: Reg) -> bool {
        self.f().locals.iter().any(|l| l.ty.is_none() && l.reg == reg)
    }

    // ---- constructors --------------------------------------------------------------------------------------------

    fn table(&mut self, items: &[Item], dst: Reg, span: Span) -> Result<()> {
        let positional = items.iter().filter(|i| matches!(i, Item::Positional(_))).count();
        let pairs = items.len() - positional;
        self.at(span);
        // The table is built in a fresh register, so that `t = {t}` reads the old value, and the groups follow it.
        let fresh = u32::from(dst) + 1 == self.f().free && !self.is_local(dst);
        let t = if fresh { dst } else { self.f().reserve(1, span)? };
        let array = if matches!(items.last(), Some(Item::Positional(e)) if is_multi(peel(e))) {
            positional - 1
        } else {
            positional
        };
        self.f().abc(Op::NewTable, t, array.min(255) as u8, pairs.min(255) as u8);
        let (mut pending, mut done) = (0u32, 0u32);
        for (i, item) in items.iter().enumerate() {
            match item {
                Item::Positional(e) => {
                    if i + 1 == items.len() && is_multi(peel(e)) {
                        self.open_multi(e)?;
                        self.at(span);
                        self.f().abc(Op::SetList, t, 255, 0);
                        self.f().word(done);
                        self.f().release_to(u32::from(t) + 1);
                        pending = 0;
                        continue;
                    }
                    self.push(e)?;
                    pending += 1;
                    if pending == GROUP {
                        self.flush(t, &mut pending, &mut done);
                    }
                }
                Item::Named { name, value } => {
                    let free = self.f().free;
                    self.name_function(value, || name.text.clone());
                    let v = self.any(value)?;
                    self.at(name.span);
                    self.set_field(t, name.text.as_bytes(), v, None, span)?;
                    self.f().release_to(free);
                }
                Item::Keyed { key, value } => {
                    let free = self.f().free;
                    let k = self.any(key)?;
                    let v = self.any(value)?;
                    self.at(key.span);
                    self.f().abc(Op::SetIndex, t, k, v);
                    self.f().release_to(free);
                }
            }
        }
        self.at(span);
        self.flush(t, &mut pending, &mut done);
        if t != dst {
            self.f().abc(Op::Move, dst, t, 0);
        }
        Ok(())
    }

    fn flush(&mut self, t: Reg, pending: &mut u32, done: &mut u32) {
        if *pending > 0 {
            self.f().abc(Op::SetList, t, *pending as u8, 0);
            self.f().word(*done);
            self.f().release_to(u32::from(t) + 1);
            *done += *pending;
            *pending = 0;
        }
    }

    /// Compiles a function and makes its closure in `dst`.
    pub(super) fn closure(
        &mut self,
        body: &Function,
        name: &str,
        method: Option<u32>,
        dst: Reg,
        span: Span,
    ) -> Result<()> {
        let proto = self.function(body, name, method, span)?;
        self.at(span);
        let at = self.f().protos.len();
        if at > 0xffff {
            return error(span, "function has too many inner functions (limit is 65536)");
        }
        self.f().protos.push(proto);
        self.f().abx(Op::Closure, dst, at as u16);
        Ok(())
    }
}
