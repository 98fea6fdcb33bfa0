//! The walk over a tree in the order in which names come to be seen.

use super::same::same;
use super::{Body, Facts, GlobalWrite, Require, Role, SelfCompare, Variable};
use lua_syntax::Span;
use lua_syntax::ast::{
    BinOp, Block, Chunk, Expr, ExprKind, Function, FunctionType, InterfaceDecl, Item, Name, Stat, StatKind,
    TypeExpr, TypeKind, TypedName,
};
use rustc_hash::FxHashMap;

#[derive(Default)]
pub(super) struct Walk<'a> {
    facts: Facts<'a>,
    /// Variables by name, the visible one last, with the number of their block.
    visible: FxHashMap<&'a str, Vec<(usize, u32)>>,
    /// Names that the open blocks declared.
    declared: Vec<&'a str>,
    /// Where the names of each open block begin in `declared`.
    blocks: Vec<usize>,
    /// Local functions in whose bodies the walk is.
    inside: Vec<usize>,
    /// Blocks so far.
    count: u32,
    /// The number of each open block.
    numbers: Vec<u32>,
}

impl<'a> Walk<'a> {
    pub(super) fn chunk(mut self, chunk: &'a Chunk) -> Facts<'a> {
        self.block(&chunk.block);
        self.facts
    }

    fn enter(&mut self) {
        self.blocks.push(self.declared.len());
        self.count += 1;
        self.numbers.push(self.count);
    }

    fn leave(&mut self) {
        self.numbers.pop();
        let start = self.blocks.pop().unwrap_or(0);
        for name in self.declared.drain(start..) {
            if let Some(stack) = self.visible.get_mut(name) {
                stack.pop();
            }
        }
    }

    fn declare(&mut self, name: &'a Name, role: Role) -> usize {
        let number = self.numbers.last().copied().unwrap_or(0);
        let index = self.facts.variables.len();
        let stack = self.visible.entry(&name.text).or_default();
        let hides = stack.last().map(|(at, block)| (self.facts.variables[*at].name.span, *block == number));
        stack.push((index, number));
        self.declared.push(&name.text);
        let (read, read_by_itself, written) = (false, false, false);
        self.facts.variables.push(Variable { name, role, read, read_by_itself, written, hides });
        index
    }

    fn find(&self, name: &str) -> Option<usize> {
        Some(self.visible.get(name)?.last()?.0)
    }

    fn read(&mut self, name: &Name) {
        let Some(at) = self.find(&name.text) else { return };
        if self.inside.contains(&at) {
            self.facts.variables[at].read_by_itself = true;
        } else {
            self.facts.variables[at].read = true;
        }
    }

    fn write(&mut self, name: &'a Name, function: bool) {
        match self.find(&name.text) {
            Some(at) => self.facts.variables[at].written = true,
            None => self.facts.global_writes.push(GlobalWrite { name, function }),
        }
    }

    fn body(&mut self, of: &'static str, head: Span, block: &Block) {
        self.facts.bodies.push(Body { of, head, block: block.span, empty: block.stats.is_empty() });
    }

    fn block(&mut self, block: &'a Block) {
        self.enter();
        self.stats(block);
        self.leave();
    }

    fn stats(&mut self, block: &'a Block) {
        for stat in &block.stats {
            self.stat(stat);
        }
    }

    fn exprs(&mut self, exprs: &'a [Expr]) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn stat(&mut self, stat: &'a Stat) {
        match &stat.kind {
            StatKind::Local { names, values } => self.local(names, values),
            StatKind::Assign { targets, values } => {
                self.exprs(values);
                for target in targets {
                    match &target.kind {
                        ExprKind::Name(name) => self.write(name, false),
                        _ => self.expr(target),
                    }
                }
            }
            StatKind::Call(expr) => self.expr(expr),
            StatKind::Do(block) => self.block(block),
            StatKind::While { cond, body } => {
                self.expr(cond);
                self.body("while", stat.span, body);
                self.block(body);
            }
            StatKind::Repeat { body, cond } => {
                self.body("repeat", stat.span, body);
                self.enter();
                self.stats(body);
                // It sees what the body declares.
                self.expr(cond);
                self.leave();
            }
            StatKind::If { arms, otherwise } => {
                for (at, (cond, block)) in arms.iter().enumerate() {
                    self.expr(cond);
                    let (of, head) = if at == 0 { ("if", stat.span) } else { ("elseif", cond.span) };
                    self.body(of, head, block);
                    self.block(block);
                }
                if let Some(block) = otherwise {
                    self.block(block);
                }
            }
            StatKind::NumericFor { var, start, limit, step, body } => {
                self.expr(start);
                self.expr(limit);
                if let Some(step) = step {
                    self.expr(step);
                }
                self.body("for", stat.span, body);
                self.in_loop(std::slice::from_ref(var), body);
            }
            StatKind::GenericFor { vars, exprs, body } => {
                self.exprs(exprs);
                self.body("for", stat.span, body);
                self.in_loop(vars, body);
            }
            StatKind::Function { root, fields, method, body } => {
                if fields.is_empty() && method.is_none() {
                    self.write(root, true);
                } else {
                    self.read(root);
                }
                self.function(body);
            }
            StatKind::LocalFunction { name, body } => {
                let at = self.declare(name, Role::Function);
                self.inside.push(at);
                self.function(body);
                self.inside.pop();
            }
            StatKind::Return(values) => self.exprs(values),
            StatKind::Break | StatKind::Goto(_) | StatKind::Label(_) => {}
            StatKind::Type(decl) => self.ty(&decl.ty),
            StatKind::Interface(decl) => self.interface(decl),
        }
    }

    fn local(&mut self, names: &'a [TypedName], values: &'a [Expr]) {
        self.exprs(values);
        self.annotations(names);
        let imports: Vec<bool> = values.iter().map(|value| self.is_import(value)).collect();
        for (at, name) in names.iter().enumerate() {
            let import = imports.get(at).copied().unwrap_or(false);
            self.declare(&name.name, if import { Role::Import } else { Role::Local });
        }
    }

    fn annotations(&mut self, names: &'a [TypedName]) {
        for ty in names.iter().filter_map(|name| name.ty.as_ref()) {
            self.ty(ty);
        }
    }

    /// `require(…)`, and casts of it.
    fn is_import(&self, mut value: &Expr) -> bool {
        while let ExprKind::Cast { expr, .. } | ExprKind::Paren(expr) | ExprKind::NonNil(expr) = &value.kind {
            value = expr;
        }
        matches!(&value.kind, ExprKind::Call { func, .. } if self.is_require(func))
    }

    fn is_require(&self, func: &Expr) -> bool {
        matches!(&func.kind, ExprKind::Name(name) if &*name.text == "require" && self.find("require").is_none())
    }

    fn in_loop(&mut self, vars: &'a [Name], body: &'a Block) {
        self.enter();
        for var in vars {
            self.declare(var, Role::Loop);
        }
        self.block(body);
        self.leave();
    }

    fn function(&mut self, function: &'a Function) {
        for bound in function.type_params.iter().filter_map(|param| param.bound.as_ref()) {
            self.ty(bound);
        }
        self.annotations(&function.params);
        if let Some(ty) = function.vararg.as_ref().and_then(|vararg| vararg.ty.as_ref()) {
            self.ty(ty);
        }
        self.enter();
        for param in &function.params {
            self.declare(&param.name, Role::Parameter);
        }
        // Results may speak of parameters: `asserts x is T`.
        for ty in function.returns.iter().flatten() {
            self.ty(ty);
        }
        // A body has the block of its parameters.
        self.stats(&function.body);
        self.leave();
    }

    fn interface(&mut self, decl: &'a InterfaceDecl) {
        self.tys(&decl.bases);
        for method in &decl.methods {
            self.annotations(&method.params);
            if let Some(ty) = method.vararg.as_ref().and_then(|vararg| vararg.ty.as_ref()) {
                self.ty(ty);
            }
            self.tys(method.returns.as_deref().unwrap_or_default());
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::VarArg
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_) => {}
            ExprKind::Name(name) => self.read(name),
            ExprKind::Field { object, .. } => self.expr(object),
            ExprKind::Index { object, key } => {
                self.expr(object);
                self.expr(key);
            }
            ExprKind::Call { func, args } => {
                if let Some(Expr { kind: ExprKind::Str(name), span }) = args.first()
                    && self.is_require(func)
                {
                    self.facts.requires.push(Require { name, span: *span });
                }
                self.expr(func);
                self.exprs(args);
            }
            ExprKind::Method { object, args, .. } => {
                self.expr(object);
                self.exprs(args);
            }
            ExprKind::Function(function) => self.function(function),
            ExprKind::Table(items) => self.items(items),
            ExprKind::Binary { op, left, right, .. } => {
                let compares =
                    matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge);
                if compares && same(left, right) {
                    self.facts.comparisons.push(SelfCompare { op: *op, operand: left, span: expr.span });
                }
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Concat(parts) => self.exprs(parts),
            ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) | ExprKind::NonNil(expr) => self.expr(expr),
            ExprKind::Cast { expr, ty } => {
                self.expr(expr);
                self.ty(ty);
            }
        }
    }

    fn items(&mut self, items: &'a [Item]) {
        for item in items {
            match item {
                Item::Positional(value) | Item::Named { value, .. } => self.expr(value),
                Item::Keyed { key, value } => {
                    self.expr(key);
                    self.expr(value);
                }
            }
        }
    }

    fn tys(&mut self, tys: &'a [TypeExpr]) {
        for ty in tys {
            self.ty(ty);
        }
    }

    /// A type uses the import that it begins with: `shapes.Point`.
    fn ty(&mut self, ty: &'a TypeExpr) {
        for annotation in &ty.annotations {
            self.exprs(&annotation.args);
        }
        match &ty.kind {
            TypeKind::Nil | TypeKind::Bool(_) | TypeKind::Str(_) | TypeKind::Int(_) | TypeKind::Float(_) => {}
            TypeKind::Named { path, args } => {
                if let Some(first) = path.first() {
                    self.read(first);
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
            TypeKind::Union(members) | TypeKind::Intersection(members) => self.tys(members),
            TypeKind::Indexed { object, key } => {
                self.ty(object);
                self.ty(key);
            }
            TypeKind::Asserts { name, ty } => {
                self.read(name);
                if let Some(ty) = ty {
                    self.ty(ty);
                }
            }
            TypeKind::TypeOf(expr) => self.expr(expr),
            TypeKind::Conditional { check, bound, then, otherwise } => {
                for part in [check, bound, then, otherwise] {
                    self.ty(part);
                }
            }
        }
    }
}
