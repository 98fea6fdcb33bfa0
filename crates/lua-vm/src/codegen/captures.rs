//! Finds the locals that need a cell: captured, and assigned after their declaration.

use lua_syntax::ast::{Block, Expr, ExprKind, Function, Item, Name, Stat, StatKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// Marks the key of an implicit `self`, which has no place of its own.
pub(super) const SELF: u32 = 1 << 31;

/// Declarations (by the offset of their name) that need a cell.
pub(super) type Cells = FxHashSet<u32>;

pub(super) fn find(block: &Block) -> Cells {
    let mut w = Walk {
        scopes: vec![Scope { names: FxHashMap::default(), function: 0 }],
        depth: 0,
        uses: FxHashMap::default(),
    };
    w.block(block);
    w.uses.into_iter().filter(|(_, u)| u.captured && u.assigned).map(|(k, _)| k).collect()
}

#[derive(Default)]
struct Use {
    captured: bool,
    assigned: bool,
}

struct Scope<'a> {
    names: FxHashMap<&'a str, u32>,
    function: u32,
}

struct Walk<'a> {
    scopes: Vec<Scope<'a>>,
    depth: u32,
    uses: FxHashMap<u32, Use>,
}

impl<'a> Walk<'a> {
    fn open(&mut self) {
        self.scopes.push(Scope { names: FxHashMap::default(), function: self.depth });
    }
    fn close(&mut self) {
        self.scopes.pop();
    }
    fn declare(&mut self, name: &'a str, key: u32) {
        let scope = self.scopes.last_mut().expect("a scope is open");
        scope.names.insert(name, key);
    }
    fn touch(&mut self, name: &str, assigned: bool) {
        for scope in self.scopes.iter().rev() {
            if let Some(key) = scope.names.get(name) {
                let u = self.uses.entry(*key).or_default();
                u.captured |= scope.function != self.depth;
                u.assigned |= assigned;
                return;
            }
        }
    }

    fn block(&mut self, block: &'a Block) {
        self.open();
        self.stats(&block.stats);
        self.close();
    }

    fn stats(&mut self, stats: &'a [Stat]) {
        for s in stats {
            self.stat(s);
        }
    }

    fn stat(&mut self, s: &'a Stat) {
        match &s.kind {
            StatKind::Local { names, values } => {
                self.exprs(values);
                for n in names {
                    self.declare(&n.name.text, n.name.span.start);
                }
            }
            StatKind::Assign { targets, values } => {
                for t in targets {
                    match &t.kind {
                        ExprKind::Name(n) => self.touch(&n.text, true),
                        _ => self.expr(t),
                    }
                }
                self.exprs(values);
            }
            StatKind::Call(e) => self.expr(e),
            StatKind::Do(b) => self.block(b),
            StatKind::While { cond, body } => {
                self.expr(cond);
                self.block(body);
            }
            StatKind::Repeat { body, cond } => {
                self.open();
                self.stats(&body.stats);
                self.expr(cond);
                self.close();
            }
            StatKind::If { arms, otherwise } => {
                for (cond, body) in arms {
                    self.expr(cond);
                    self.block(body);
                }
                if let Some(b) = otherwise {
                    self.block(b);
                }
            }
            StatKind::NumericFor { var, start, limit, step, body } => {
                self.expr(start);
                self.expr(limit);
                if let Some(e) = step {
                    self.expr(e);
                }
                self.with(std::slice::from_ref(var), body);
            }
            StatKind::GenericFor { vars, exprs, body } => {
                self.exprs(exprs);
                self.with(vars, body);
            }
            StatKind::Function { root, fields, method, body } => {
                self.touch(&root.text, fields.is_empty() && method.is_none());
                self.function(body, method.as_ref());
            }
            StatKind::LocalFunction { name, body } => {
                self.declare(&name.text, name.span.start);
                self.function(body, None);
            }
            StatKind::Return(values) => self.exprs(values),
            StatKind::Break
            | StatKind::Goto(_)
            | StatKind::Label(_)
            | StatKind::Type(_)
            | StatKind::Interface(_) => {}
        }
    }

    fn with(&mut self, vars: &'a [Name], body: &'a Block) {
        self.open();
        for v in vars {
            self.declare(&v.text, v.span.start);
        }
        self.block(body);
        self.close();
    }

    fn function(&mut self, f: &'a Function, method: Option<&'a Name>) {
        self.depth += 1;
        self.open();
        if let Some(m) = method {
            self.declare("self", m.span.start | SELF);
        }
        for p in &f.params {
            self.declare(&p.name.text, p.name.span.start);
        }
        self.block(&f.body);
        self.close();
        self.depth -= 1;
    }

    fn exprs(&mut self, list: &'a [Expr]) {
        for e in list {
            self.expr(e);
        }
    }

    fn expr(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Name(n) => self.touch(&n.text, false),
            ExprKind::Field { object, .. } => self.expr(object),
            ExprKind::Index { object, key } => {
                self.expr(object);
                self.expr(key);
            }
            ExprKind::Call { func, args } => {
                self.expr(func);
                self.exprs(args);
            }
            ExprKind::Method { object, args, .. } => {
                self.expr(object);
                self.exprs(args);
            }
            ExprKind::Function(f) => self.function(f, None),
            ExprKind::Table(items) => {
                for item in items {
                    match item {
                        Item::Positional(e) | Item::Named { value: e, .. } => self.expr(e),
                        Item::Keyed { key, value } => {
                            self.expr(key);
                            self.expr(value);
                        }
                    }
                }
            }
            ExprKind::Unary { expr, .. }
            | ExprKind::Paren(expr)
            | ExprKind::NonNil(expr)
            | ExprKind::Cast { expr, .. } => self.expr(expr),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Concat(parts) => self.exprs(parts),
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::VarArg
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_) => {}
        }
    }
}
