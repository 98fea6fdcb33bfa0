//! Statements.

use lua_syntax::Span;
use lua_syntax::ast::{Block, Expr, ExprKind, Function, Name, Stat, StatKind, TypedName};

use super::captures::SELF;
use super::expr::{Called, is_multi, peel};
use super::function::{Func, Gen, Reg, Result, Var, error};
use crate::opcode::Op;
use crate::proto::Proto;

/// Where an assignment stores.
enum Target {
    Local { reg: Reg, cell: bool },
    Upvalue { at: u8, cell: bool },
    Global(Box<str>),
    Field { obj: Reg, name: Box<str>, called: Called },
    Int { obj: Reg, key: u8, called: Called },
    Index { obj: Reg, key: Reg, called: Called },
}

impl Gen<'_> {
    pub(super) fn block(&mut self, block: &Block) -> Result<()> {
        self.f().open(false);
        self.stats(&block.stats, false)?;
        self.f().close();
        Ok(())
    }

    /// Compiles a loop body in a scope of its own; returns the jumps of its breaks.
    fn loop_body(&mut self, block: &Block) -> Result<Vec<usize>> {
        self.f().open(true);
        self.stats(&block.stats, false)?;
        Ok(self.f().close())
    }

    /// `in_repeat`: locals stay visible behind the last statement.
    pub(super) fn stats(&mut self, stats: &[Stat], in_repeat: bool) -> Result<()> {
        self.declare_types(stats);
        for (i, s) in stats.iter().enumerate() {
            self.at(s.span);
            if let StatKind::Label(name) = &s.kind {
                let last = !in_repeat
                    && stats[i + 1..].iter().all(|s| {
                        matches!(s.kind, StatKind::Label(_) | StatKind::Type(_) | StatKind::Interface(_))
                    });
                self.f().label(&name.text, last, name.span)?;
                continue;
            }
            self.stat(s)?;
        }
        Ok(())
    }

    fn stat(&mut self, s: &Stat) -> Result<()> {
        let free = self.f().free;
        match &s.kind {
            StatKind::Local { names, values } => return self.local(names, values, s.span),
            StatKind::LocalFunction { name, body } => return self.local_function(name, body, s.span),
            StatKind::Assign { targets, values } => self.assign(targets, values, s.span)?,
            StatKind::Call(e) => {
                self.call(e, 0)?;
            }
            StatKind::Do(b) => self.block(b)?,
            StatKind::While { cond, body } => {
                let top = self.f().here();
                let exit = self.jump_if(cond, false)?;
                let breaks = self.loop_body(body)?;
                self.at(s.span);
                self.f().loop_to(top);
                self.f().patch_all(exit);
                self.f().patch_all(breaks);
            }
            StatKind::Repeat { body, cond } => {
                let top = self.f().here();
                self.f().open(true);
                self.stats(&body.stats, true)?;
                let exit = self.jump_if(cond, true)?;
                self.f().loop_to(top);
                self.f().patch_all(exit);
                let breaks = self.f().close();
                self.f().patch_all(breaks);
            }
            StatKind::If { arms, otherwise } => self.branches(arms, otherwise.as_ref())?,
            StatKind::NumericFor { var, start, limit, step, body } => {
                self.numeric_for(var, (start, limit, step.as_ref()), body, s.span)?;
            }
            StatKind::GenericFor { vars, exprs, body } => self.generic_for(vars, exprs, body, s.span)?,
            StatKind::Function { root, fields, method, body } => {
                self.function_statement(root, fields, method.as_ref(), body, s.span)?;
            }
            StatKind::Return(values) => self.ret(values, s.span)?,
            StatKind::Break => self.brk(s.span)?,
            StatKind::Goto(name) => self.f().goto(&name.text, name.span),
            StatKind::Label(_) | StatKind::Type(_) | StatKind::Interface(_) => {}
        }
        self.f().release_to(free);
        Ok(())
    }

    fn needs_cell(&self, key: u32) -> bool {
        self.cells.contains(&key)
    }

    fn local(&mut self, names: &[TypedName], values: &[Expr], span: Span) -> Result<()> {
        if let ([name], [value]) = (names, values) {
            self.name_function(value, || name.name.text.clone());
        }
        let first = self.push_exactly(values, names.len(), span)?;
        let floor = u32::from(first) + names.len() as u32;
        self.f().release_to(floor);
        for (i, n) in names.iter().enumerate() {
            let reg = first + i as u8;
            let cell = self.needs_cell(n.name.span.start);
            if cell {
                self.f().abc(Op::NewCell, reg, 0, 0);
            }
            self.f().declare(&n.name.text, reg, cell, n.name.span)?;
        }
        Ok(())
    }

    fn local_function(&mut self, name: &Name, body: &Function, span: Span) -> Result<()> {
        let reg = self.f().reserve(1, span)?;
        let cell = self.needs_cell(name.span.start);
        if cell {
            self.f().abc(Op::LoadNil, reg, 0, 0);
            self.f().abc(Op::NewCell, reg, 0, 0);
            self.f().declare(&name.text, reg, true, name.span)?;
            let f = self.f().reserve(1, span)?;
            self.closure(body, &name.text, None, f, span)?;
            self.f().abc(Op::CellSet, reg, f, 0);
            self.f().release_to(u32::from(reg) + 1);
        } else {
            self.f().declare(&name.text, reg, false, name.span)?;
            let before = self.f().itself.replace(reg);
            self.closure(body, &name.text, None, reg, span)?;
            self.f().itself = before;
        }
        Ok(())
    }

    fn target(&mut self, e: &Expr) -> Result<Target> {
        Ok(match &e.kind {
            ExprKind::Name(n) => match self.resolve(&n.text, n.span)? {
                Var::Local { reg, cell } => Target::Local { reg, cell },
                Var::Upvalue { at, cell } => Target::Upvalue { at, cell },
                Var::Global => Target::Global(n.text.clone()),
                Var::Type(_) => {
                    return error(n.span, format!("cannot assign to '{}', which is a type", n.text));
                }
            },
            ExprKind::Field { object, name } => {
                let called = self.called(object)?;
                Target::Field { obj: self.any(object)?, name: name.text.clone(), called }
            }
            ExprKind::Index { object, key } => {
                let called = self.called(object)?;
                let obj = self.any(object)?;
                match &key.kind {
                    ExprKind::Str(s) if std::str::from_utf8(s).is_ok() => {
                        Target::Field { obj, name: String::from_utf8_lossy(s).into(), called }
                    }
                    ExprKind::Int(i @ 0..=255) => Target::Int { obj, key: *i as u8, called },
                    _ => Target::Index { obj, key: self.any(key)?, called },
                }
            }
            ExprKind::Paren(e) | ExprKind::NonNil(e) | ExprKind::Cast { expr: e, .. } => self.target(e)?,
            _ => return error(e.span, "cannot assign to this expression"),
        })
    }

    fn store(&mut self, target: Target, src: Reg, span: Span) -> Result<()> {
        match target {
            Target::Local { reg, cell: true } => {
                self.f().abc(Op::CellSet, reg, src, 0);
            }
            Target::Local { reg, cell: false } => {
                self.f().abc(Op::Move, reg, src, 0);
            }
            Target::Upvalue { at, cell } => {
                debug_assert!(cell, "an assigned upvalue is a cell");
                self.f().abc(Op::SetUpCell, src, at, 0);
            }
            Target::Global(name) => self.set_global(&name, src, span)?,
            Target::Field { obj, name, called } => self.set_field(obj, name.as_bytes(), src, called, span)?,
            Target::Int { obj, key, called } => {
                self.f().operand(obj, called);
                self.f().abc(Op::SetInt, obj, key, src);
            }
            Target::Index { obj, key, called } => {
                self.f().operand(obj, called);
                self.f().abc(Op::SetIndex, obj, key, src);
            }
        }
        Ok(())
    }

    fn assign(&mut self, targets: &[Expr], values: &[Expr], span: Span) -> Result<()> {
        if let ([target], [value]) = (targets, values) {
            let to = self.target(target)?;
            self.name_function(value, || path(target));
            if let Target::Local { reg, cell: false } = to {
                // These read their operands again after the first write to the destination.
                return if reads_late(value) {
                    let r = self.push(value)?;
                    self.store(to, r, span)
                } else {
                    self.to(value, reg)
                };
            }
            let r = self.any(value)?;
            self.at(place(target));
            return self.store(to, r, span);
        }
        let mut to = Vec::with_capacity(targets.len());
        for t in targets {
            to.push(self.target(t)?);
        }
        self.protect_operands(&mut to, span)?;
        let first = self.push_exactly(values, targets.len(), span)?;
        for (i, t) in to.into_iter().enumerate().rev() {
            self.at(place(&targets[i]));
            self.store(t, first + i as u8, span)?;
        }
        Ok(())
    }

    /// In `i, t[i] = …` the operands of later targets keep the values that they had before.
    fn protect_operands(&mut self, targets: &mut [Target], span: Span) -> Result<()> {
        let assigned: Vec<Reg> = targets
            .iter()
            .filter_map(|t| match t {
                Target::Local { reg, cell: false } => Some(*reg),
                _ => None,
            })
            .collect();
        for t in targets {
            let (obj, key) = match t {
                Target::Field { obj, .. } | Target::Int { obj, .. } => (obj, None),
                Target::Index { obj, key, .. } => (obj, Some(key)),
                _ => continue,
            };
            for reg in std::iter::once(obj).chain(key) {
                if assigned.contains(reg) {
                    let copy = self.f().reserve(1, span)?;
                    self.f().abc(Op::Move, copy, *reg, 0);
                    *reg = copy;
                }
            }
        }
        Ok(())
    }

    fn branches(&mut self, arms: &[(Expr, Block)], otherwise: Option<&Block>) -> Result<()> {
        let mut ends = Vec::new();
        for (i, (cond, body)) in arms.iter().enumerate() {
            self.at(cond.span);
            let next = self.jump_if(cond, false)?;
            self.block(body)?;
            if i + 1 < arms.len() || otherwise.is_some() {
                let end = self.f().jump();
                ends.push(end);
            }
            self.f().patch_all(next);
        }
        if let Some(b) = otherwise {
            self.block(b)?;
        }
        self.f().patch_all(ends);
        Ok(())
    }

    fn numeric_for(
        &mut self,
        var: &Name,
        (start, limit, step): (&Expr, &Expr, Option<&Expr>),
        body: &Block,
        span: Span,
    ) -> Result<()> {
        self.f().open(true);
        let base = self.push(start)?;
        self.push(limit)?;
        match step {
            Some(e) => {
                self.push(e)?;
            }
            None => {
                let r = self.f().reserve(1, span)?;
                self.f().abx(Op::LoadI, r, 1);
            }
        }
        let reg = self.f().reserve(1, span)?;
        self.at(span);
        let prep = self.f().jumping(Op::ForPrep, base, 0, 0);
        let top = self.f().here();
        self.f().open(false);
        self.declare_loop_variable(var, reg)?;
        self.stats(&body.stats, false)?;
        self.f().close();
        self.at(span);
        self.f().patch(prep);
        let back = self.f().jumping(Op::ForLoop, base, 0, 0);
        self.f().patch_to(back, top);
        let breaks = self.f().close();
        self.f().patch_all(breaks);
        Ok(())
    }

    fn declare_loop_variable(&mut self, var: &Name, reg: Reg) -> Result<()> {
        let cell = self.needs_cell(var.span.start);
        if cell {
            self.f().abc(Op::NewCell, reg, 0, 0);
        }
        self.f().declare(&var.text, reg, cell, var.span)
    }

    fn generic_for(&mut self, vars: &[Name], exprs: &[Expr], body: &Block, span: Span) -> Result<()> {
        self.f().open(true);
        let base = self.push_exactly(exprs, 3, span)?;
        self.f().release_to(u32::from(base) + 3);
        let cursor = self.f().reserve(1, span)?;
        self.f().abx(Op::LoadI, cursor, 0);
        let to_call = self.f().jump();
        let top = self.f().here();
        self.f().open(false);
        // The call of the iterator needs three registers beside the variables.
        let first = self.f().reserve((vars.len() as u32).max(3), span)?;
        self.f().release_to(u32::from(first) + vars.len() as u32);
        for (i, v) in vars.iter().enumerate() {
            self.declare_loop_variable(v, first + i as u8)?;
        }
        self.stats(&body.stats, false)?;
        self.f().close();
        self.at(span);
        self.f().patch(to_call);
        let called = match exprs {
            [e] => self.called(e)?,
            _ => None,
        };
        let name = match called {
            Some((kind, name)) if !is_multi(&exprs[0]) => Some((kind, name)),
            _ => None,
        };
        self.f().operand(base, name);
        let back = self.f().jumping(Op::ForCall, base, 0, vars.len() as u8);
        self.f().patch_to(back, top);
        let back = self.f().jumping(Op::ForNext, base, 0, vars.len() as u8);
        self.f().patch_to(back, top);
        let breaks = self.f().close();
        self.f().patch_all(breaks);
        Ok(())
    }

    fn function_statement(
        &mut self,
        root: &Name,
        fields: &[Name],
        method: Option<&Name>,
        body: &Function,
        span: Span,
    ) -> Result<()> {
        let mut path = root.text.to_string();
        for f in fields {
            path.push('.');
            path.push_str(&f.text);
        }
        if let Some(m) = method {
            path.push(':');
            path.push_str(&m.text);
        }
        let key = method.map(|m| m.span.start | SELF);
        let path_of = |last: usize| {
            let mut e = Expr { kind: ExprKind::Name(root.clone()), span: root.span };
            for f in &fields[..last] {
                let span = root.span.to(f.span);
                e = Expr { kind: ExprKind::Field { object: Box::new(e), name: f.clone() }, span };
            }
            e
        };
        let (object, name) = match (fields, method) {
            ([], None) => {
                let to = self.target(&path_of(0))?;
                let f = self.f().reserve(1, span)?;
                self.closure(body, &path, key, f, span)?;
                return self.store(to, f, span);
            }
            (_, Some(m)) => (path_of(fields.len()), m),
            ([.., last], None) => (path_of(fields.len() - 1), last),
        };
        let called = self.called(&object)?;
        let obj = self.any(&object)?;
        let f = self.f().reserve(1, span)?;
        self.closure(body, &path, key, f, span)?;
        self.at(span);
        self.set_field(obj, name.text.as_bytes(), f, called, span)
    }

    fn ret(&mut self, values: &[Expr], span: Span) -> Result<()> {
        match values {
            [] => {
                self.f().abc(Op::Return0, 0, 0, 0);
            }
            [e] if !is_multi(peel(e)) => {
                let r = self.any(e)?;
                self.at(span);
                self.f().abc(Op::Return1, r, 0, 0);
            }
            [e] if matches!(peel(e).kind, ExprKind::Call { .. } | ExprKind::Method { .. }) => {
                let (func, args) = self.prepare_call(peel(e))?;
                self.f().abc(Op::TailCall, func, args, 0);
                // For functions that are no Lua functions.
                self.f().abc(Op::Return, func, 0, 0);
            }
            _ => {
                let first = self.f().free as Reg;
                let n = self.push_all(values)?;
                self.at(span);
                self.f().abc(Op::Return, first, n.map_or(0, |n| n as u8 + 1), 0);
            }
        }
        Ok(())
    }

    fn brk(&mut self, span: Span) -> Result<()> {
        let jump = self.f().jump();
        let target = self.f().scopes.iter_mut().rev().find_map(|s| s.breaks.as_mut());
        match target {
            Some(breaks) => {
                breaks.push(jump);
                Ok(())
            }
            None => error(span, "'break' outside a loop"),
        }
    }

    /// Compiles a function body.
    pub(super) fn function(
        &mut self,
        f: &Function,
        name: &str,
        method: Option<u32>,
        span: Span,
    ) -> Result<Proto> {
        let line = self.f().line();
        self.funcs.push(Func::new(f.vararg.is_some(), span));
        self.f().open(false);
        let mut params = 0u8;
        let own = method.map(|key| ("self", key, span));
        let named = f.params.iter().map(|p| (&*p.name.text, p.name.span.start, p.name.span));
        let mut cells = Vec::new();
        for (name, key, span) in own.into_iter().chain(named) {
            let reg = self.f().reserve(1, span)?;
            let cell = self.needs_cell(key);
            if cell {
                cells.push(reg);
            }
            self.f().declare(name, reg, cell, span)?;
            params += 1;
        }
        self.at(span);
        for reg in cells {
            self.f().abc(Op::NewCell, reg, 0, 0);
        }
        self.stats(&f.body.stats, false)?;
        self.at(f.end);
        self.f().abc(Op::Return0, 0, 0, 0);
        self.f().close();
        self.f().check()?;
        let func = self.funcs.pop().expect("pushed above");
        self.f().restore_line(line);
        Ok(func.finish(params, self.source.clone(), name.into()))
    }
}

/// Where a message about a store says that it is: at the last name or key.
fn place(target: &Expr) -> Span {
    match &target.kind {
        ExprKind::Field { name, .. } => name.span,
        ExprKind::Index { key, .. } => key.span,
        ExprKind::Paren(e) | ExprKind::NonNil(e) | ExprKind::Cast { expr: e, .. } => place(e),
        _ => target.span,
    }
}

/// What an assigned function is called: `name`, `a.b.name`.
fn path(target: &Expr) -> Box<str> {
    match &target.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Field { object, name } => match &object.kind {
            ExprKind::Name(_) | ExprKind::Field { .. } => format!("{}.{}", path(object), name.text).into(),
            _ => name.text.clone(),
        },
        _ => "anonymous".into(),
    }
}

/// Whether the code for `e` writes its destination before it has read all its operands.
fn reads_late(e: &Expr) -> bool {
    use lua_syntax::ast::{BinOp, UnOp};
    match &e.kind {
        ExprKind::Binary { op, .. } => {
            matches!(op, BinOp::And | BinOp::Or)
        }
        ExprKind::Unary { op: UnOp::Not, .. } => false,
        ExprKind::Paren(e) | ExprKind::NonNil(e) | ExprKind::Cast { expr: e, .. } => reads_late(e),
        _ => false,
    }
}
