//! The walk over a tree in the order in which names come to be seen.

use super::same::same;
use super::{
    Body, Bound, FnId, Function, GlobalWrite, Leak, Require, SelfCompare, StateWrite, SymId, SymKind, Symbol,
    literal, peel,
};
use crate::code::Code;
use crate::report::Report;
use lua_syntax::Span;
use lua_syntax::ast::{
    BinOp, Block, Chunk, Expr, ExprKind, Function as Tree, Item, Name, Stat, StatKind, TypeExpr, TypedName,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// The labels of a block.
struct Labels<'a> {
    function: FnId,
    seen: Vec<(&'a str, Span)>,
    /// Labels that come later in the block.
    all: Vec<(&'a str, Span)>,
}

#[derive(Default)]
pub(super) struct Walk<'a> {
    pub(super) out: Bound<'a>,
    scope: FxHashMap<&'a str, SymId>,
    /// What declarations have hidden, to be restored at the end of a scope.
    undo: Vec<(&'a str, Option<SymId>)>,
    current: FnId,
    labels: Vec<Labels<'a>>,
    loops: u32,
    /// Blocks so far, and the one that the walk is in.
    blocks: u32,
    block: u32,
    /// Local functions in whose bodies the walk is.
    inside: Vec<SymId>,
    /// Functions that call `setmetatable`.
    metatables: FxHashSet<FnId>,
    /// Fields in table constructors: name, function, place.
    built: Vec<(&'a str, FnId, u32)>,
}

impl<'a> Walk<'a> {
    pub(super) fn chunk(mut self, chunk: &'a Chunk) -> Bound<'a> {
        self.out.functions.push(Function::default());
        self.block(&chunk.block);
        self.finish()
    }

    /// A constructor makes a table of its own; it may become an object of a class only where metatables are set.
    fn finish(mut self) -> Bound<'a> {
        for (name, function, at) in std::mem::take(&mut self.built) {
            if self.metatables.contains(&function) {
                self.current = function;
                self.writes_field(name, at);
            }
        }
        self.out
    }

    fn scoped(&mut self, body: impl FnOnce(&mut Self)) {
        let mark = self.undo.len();
        self.blocks += 1;
        let outer = std::mem::replace(&mut self.block, self.blocks);
        body(self);
        self.block = outer;
        while self.undo.len() > mark
            && let Some((name, before)) = self.undo.pop()
        {
            match before {
                Some(sym) => self.scope.insert(name, sym),
                None => self.scope.remove(name),
            };
        }
    }

    fn declare(&mut self, name: &'a Name, annotation: Option<&'a TypeExpr>, kind: SymKind) -> SymId {
        let sym = self.add_symbol(&name.text, name.span, annotation, kind);
        self.out.uses.insert(name.span.start, sym);
        sym
    }

    fn add_symbol(
        &mut self,
        name: &'a str,
        span: Span,
        annotation: Option<&'a TypeExpr>,
        kind: SymKind,
    ) -> SymId {
        let sym = SymId(self.out.symbols.len() as u32);
        self.out.symbols.push(Symbol {
            name,
            span,
            owner: self.current,
            annotation,
            kind,
            captured: false,
            assignments: 0,
            given: true,
            uses: 0,
            calls: 0,
            writers: vec![],
            class: false,
            lends: false,
            import: false,
            read: false,
            read_by_itself: false,
            block: self.block,
            hides: self.scope.get(name).copied(),
        });
        self.undo.push((name, self.scope.insert(name, sym)));
        sym
    }

    fn read(&mut self, name: &'a Name) {
        self.name(name);
        self.mention(name);
    }

    /// A name is used, by code or within a type.
    pub(super) fn mention(&mut self, name: &Name) {
        let Some(sym) = self.scope.get(&*name.text) else { return };
        let itself = self.inside.contains(sym);
        let symbol = &mut self.out.symbols[sym.0 as usize];
        symbol.uses += 1;
        symbol.read |= !itself;
        symbol.read_by_itself |= itself;
    }

    fn name(&mut self, name: &'a Name) -> Option<SymId> {
        let sym = *self.scope.get(&*name.text)?;
        self.out.uses.insert(name.span.start, sym);
        let owner = self.out.symbols[sym.0 as usize].owner;
        if owner != self.current {
            self.out.symbols[sym.0 as usize].captured = true;
            let mut function = self.current;
            while function != owner {
                let info = &mut self.out.functions[function.0 as usize];
                if !info.captures.contains(&sym) {
                    info.captures.push(sym);
                }
                let Some(parent) = info.parent else { break };
                function = parent;
            }
        }
        Some(sym)
    }

    fn assign_name(&mut self, name: &'a Name, function: bool) {
        match self.name(name) {
            Some(sym) => {
                let current = self.current;
                let symbol = &mut self.out.symbols[sym.0 as usize];
                symbol.assignments += 1;
                if symbol.owner != current && !symbol.writers.contains(&current) {
                    symbol.writers.push(current);
                }
                self.writes_state(sym, name.span);
            }
            None => {
                self.out.global_writes.push(GlobalWrite { name, function });
                let writers = self.out.globals.entry(&name.text).or_default();
                if !writers.contains(&self.current) {
                    writers.push(self.current);
                }
            }
        }
    }

    fn writes_field(&mut self, name: &'a str, at: u32) {
        let writers = self.out.writers.entry(name).or_default();
        match writers.iter_mut().rev().find(|(writer, _)| *writer == self.current) {
            Some((_, last)) => *last = at,
            None => writers.push((self.current, at)),
        }
    }

    /// Something is written to a variable, or to the table in it.
    fn writes_state(&mut self, sym: SymId, span: Span) {
        let symbol = &self.out.symbols[sym.0 as usize];
        let module = symbol.owner == FnId::MAIN && matches!(symbol.kind, SymKind::Local | SymKind::Function);
        if module && self.current != FnId::MAIN {
            self.out.state_writes.push(StateWrite { sym, by: self.current, span });
        }
    }

    /// A field of what `object` is, or of what lies in that, is written.
    fn writes_within(&mut self, object: &Expr, span: Span) {
        match &peel(object).kind {
            ExprKind::Field { object, .. } | ExprKind::Index { object, .. } => {
                self.writes_within(object, span)
            }
            ExprKind::Name(name) => {
                if let Some(sym) = self.scope.get(&*name.text).copied() {
                    self.writes_state(sym, span);
                }
            }
            _ => {}
        }
    }

    fn leak(&mut self, expr: &'a Expr, how: Leak) {
        if let ExprKind::Name(name) = &peel(expr).kind
            && let Some(sym) = self.scope.get(&*name.text)
            && self.out.symbols[sym.0 as usize].kind == SymKind::Param
        {
            let owner = self.out.symbols[sym.0 as usize].owner;
            let leak = (*sym, how);
            let leaks = &mut self.out.functions[owner.0 as usize].leaks;
            if !leaks.contains(&leak) {
                leaks.push(leak);
            }
        }
    }

    fn block(&mut self, block: &'a Block) {
        self.scoped(|this| this.stats(block));
    }

    fn stats(&mut self, block: &'a Block) {
        let mut all: Vec<(&'a str, Span)> = vec![];
        for stat in &block.stats {
            if let StatKind::Label(name) = &stat.kind {
                if let Some((_, first)) = all.iter().find(|(known, _)| *known == &*name.text) {
                    let report = Report::new(
                        Code::Duplicate,
                        name.span,
                        format!("label '{}' is there already", name.text),
                    );
                    self.out.reports.push(report.note(Some(*first), "the first one"));
                }
                all.push((&name.text, name.span));
            }
        }
        self.labels.push(Labels { function: self.current, seen: vec![], all });
        for stat in &block.stats {
            self.stat(stat);
        }
        self.labels.pop();
    }

    pub(super) fn exprs(&mut self, exprs: &'a [Expr]) {
        exprs.iter().for_each(|e| self.expr(e));
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each form")]
    fn stat(&mut self, stat: &'a Stat) {
        match &stat.kind {
            StatKind::Local { names, values } => {
                self.exprs(values);
                self.annotations(names);
                let required: Vec<_> = values.iter().map(|value| self.required(value)).collect();
                for (i, TypedName { name, ty }) in names.iter().enumerate() {
                    let sym = self.declare(name, ty.as_ref(), SymKind::Local);
                    self.out.symbols[sym.0 as usize].given = !values.is_empty();
                    if let Some(Expr { kind: ExprKind::Function(tree), .. }) = values.get(i) {
                        self.out.named.insert(sym, self.out.function(tree));
                    }
                    if let Some(Some(args)) = required.get(i) {
                        self.out.symbols[sym.0 as usize].import = true;
                        if let Some(module) = args.first().and_then(literal) {
                            self.out.required.insert(&name.text, module);
                        }
                    }
                }
            }
            StatKind::Assign { targets, values } => {
                if let (
                    [Expr { kind: ExprKind::Name(name), .. }],
                    [Expr { kind: ExprKind::Function(_), .. }],
                ) = (&targets[..], &values[..])
                {
                    self.names_function(name);
                }
                self.exprs(values);
                targets.iter().for_each(|t| self.target(t));
                if let ([target], [value]) = (&targets[..], &values[..]) {
                    self.class_by_index(target, value);
                }
            }
            StatKind::Call(call) => self.expr(call),
            StatKind::Do(block) => self.block(block),
            StatKind::While { cond, body } => {
                self.expr(cond);
                self.body("while", stat.span, body);
                self.in_loop(|this| this.block(body));
            }
            StatKind::Repeat { body, cond } => {
                self.body("repeat", stat.span, body);
                self.in_loop(|this| {
                    this.scoped(|this| {
                        this.stats(body);
                        this.expr(cond);
                    });
                });
            }
            StatKind::If { arms, otherwise } => {
                for (i, (cond, body)) in arms.iter().enumerate() {
                    self.expr(cond);
                    let (of, head) = if i == 0 { ("if", stat.span) } else { ("elseif", cond.span) };
                    self.body(of, head, body);
                    self.block(body);
                }
                if let Some(body) = otherwise {
                    self.block(body);
                }
            }
            StatKind::NumericFor { var, start, limit, step, body } => {
                self.expr(start);
                self.expr(limit);
                step.iter().for_each(|e| self.expr(e));
                self.for_loop(stat.span, std::slice::from_ref(var), body);
            }
            StatKind::GenericFor { vars, exprs, body } => {
                self.exprs(exprs);
                self.for_loop(stat.span, vars, body);
            }
            StatKind::Function { root, fields, method, body } => {
                let path = fields.iter().chain(method.as_ref());
                match path.last() {
                    Some(last) => {
                        self.read(root);
                        self.writes_field(&last.text, last.span.start);
                        if let Some(sym) = self.scope.get(&*root.text).copied() {
                            self.writes_state(sym, root.span);
                        }
                    }
                    None => {
                        self.assign_name(root, true);
                        self.names_function(root);
                    }
                }
                self.function(body, method.is_some());
            }
            StatKind::LocalFunction { name, body } => {
                let sym = self.declare(name, None, SymKind::Function);
                self.out.named.insert(sym, FnId(self.out.functions.len() as u32));
                self.inside.push(sym);
                self.function(body, false);
                self.inside.pop();
            }
            StatKind::Return(values) => self.exprs(values),
            StatKind::Break => {
                if self.loops == 0 {
                    self.out.reports.push(Report::new(Code::Undefined, stat.span, "break outside a loop"));
                }
            }
            StatKind::Goto(name) => self.goto(name),
            StatKind::Label(name) => {
                if let Some(labels) = self.labels.last_mut() {
                    labels.seen.push((&name.text, name.span));
                }
            }
            StatKind::Type(decl) => {
                for bound in decl.params.iter().filter_map(|param| param.bound.as_ref()) {
                    self.ty(bound);
                }
                self.ty(&decl.ty);
            }
            StatKind::Interface(decl) => self.interface(decl),
        }
    }

    fn in_loop(&mut self, body: impl FnOnce(&mut Self)) {
        self.loops += 1;
        body(self);
        self.loops -= 1;
    }

    fn for_loop(&mut self, span: Span, vars: &'a [Name], body: &'a Block) {
        self.body("for", span, body);
        self.in_loop(|this| {
            this.scoped(|this| {
                for var in vars {
                    this.declare(var, None, SymKind::Loop);
                }
                this.block(body);
            });
        });
    }

    fn body(&mut self, of: &'static str, head: Span, block: &Block) {
        self.out.bodies.push(Body { of, head, block: block.span, empty: block.stats.is_empty() });
    }

    /// The arguments of `require(…)`, casts of it included.
    fn required(&self, value: &'a Expr) -> Option<&'a [Expr]> {
        match &peel(value).kind {
            ExprKind::Call { func, args } if self.is_require(func) => Some(args),
            _ => None,
        }
    }

    fn is_require(&self, func: &Expr) -> bool {
        matches!(&func.kind, ExprKind::Name(name) if &*name.text == "require" && !self.scope.contains_key("require"))
    }

    /// The next function is what a local holds.
    fn names_function(&mut self, name: &Name) {
        if let Some(sym) = self.scope.get(&*name.text) {
            self.out.named.insert(*sym, FnId(self.out.functions.len() as u32));
        }
    }

    fn goto(&mut self, name: &'a Name) {
        let text: &str = &name.text;
        let mut known = vec![];
        for labels in self.labels.iter().rev().take_while(|l| l.function == self.current) {
            if let Some((_, span)) = labels.seen.iter().find(|(seen, _)| *seen == text) {
                self.out.back_labels.insert(span.start);
                return;
            }
            if labels.all.iter().any(|(label, _)| *label == text) {
                return;
            }
            known.extend(labels.all.iter().map(|(label, _)| *label));
        }
        let mut report =
            Report::new(Code::Undefined, name.span, format!("no visible label '{text}' for goto"));
        if let Some(near) = crate::nearest::nearest(text, known.iter().copied()) {
            report = report.help(format!("did you mean '{near}'?"));
        }
        self.out.reports.push(report);
    }

    fn target(&mut self, target: &'a Expr) {
        match &target.kind {
            ExprKind::Name(name) => self.assign_name(name, false),
            ExprKind::Field { object, name } => {
                self.expr(object);
                self.writes_field(&name.text, name.span.start);
                self.writes_within(object, target.span);
            }
            ExprKind::Index { object, key } => {
                self.expr(object);
                self.expr(key);
                match literal(key) {
                    Some(name) => self.writes_field(name, key.span.start),
                    None => self.leak(object, Leak::Direct),
                }
                self.writes_within(object, target.span);
            }
            _ => self.expr(target),
        }
    }

    /// `A.__index = A` and `A.__index = function …` make objects of `A`.
    fn class_by_index(&mut self, target: &'a Expr, value: &'a Expr) {
        if let ExprKind::Field { object, name } = &target.kind
            && &*name.text == "__index"
            && let ExprKind::Name(class) = &object.kind
        {
            if let ExprKind::Name(same) = &value.kind
                && same.text != class.text
            {
                self.mark_lender(same);
            }
            self.mark_class(class);
        }
    }

    fn mark_lender(&mut self, name: &Name) {
        self.mark_class(name);
        if let Some(sym) = self.scope.get(&*name.text) {
            self.out.symbols[sym.0 as usize].lends = true;
        }
    }

    fn mark_class(&mut self, name: &Name) {
        if let Some(sym) = self.scope.get(&*name.text) {
            self.out.symbols[sym.0 as usize].class = true;
        }
    }

    pub(super) fn expr(&mut self, expr: &'a Expr) {
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
                    self.out.requires.push(Require { name, span: *span });
                }
                self.expr(func);
                self.exprs(args);
                self.call(func, args);
            }
            ExprKind::Method { object, args, .. } => {
                self.expr(object);
                self.exprs(args);
            }
            ExprKind::Function(tree) => self.function(tree, false),
            ExprKind::Table(items) => {
                for item in items {
                    match item {
                        Item::Positional(value) => self.expr(value),
                        Item::Named { name, value } => {
                            self.built.push((&name.text, self.current, name.span.start));
                            self.expr(value);
                            if let ExprKind::Name(lender) = &value.kind
                                && &*name.text == "__index"
                            {
                                self.mark_lender(lender);
                            }
                        }
                        Item::Keyed { key, value } => {
                            if let Some(name) = literal(key) {
                                self.built.push((name, self.current, key.span.start));
                            }
                            self.expr(key);
                            self.expr(value);
                        }
                    }
                }
            }
            ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) | ExprKind::NonNil(expr) => self.expr(expr),
            ExprKind::Cast { expr, ty } => {
                self.expr(expr);
                self.ty(ty);
            }
            ExprKind::Binary { op, left, right, .. } => {
                let compares =
                    matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge);
                if compares && same(left, right) {
                    let compare = SelfCompare { op: *op, operand: left, span: expr.span };
                    self.out.comparisons.push(compare);
                }
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Concat(parts) => self.exprs(parts),
        }
    }

    fn call(&mut self, func: &'a Expr, args: &'a [Expr]) {
        if let ExprKind::Field { object, name } = &func.kind
            && matches!(&object.kind, ExprKind::Name(table) if &*table.text == "table")
            && matches!(&*name.text, "insert" | "remove")
            && let Some(table) = args.first()
        {
            if &*name.text == "insert" {
                self.leak(table, Leak::Direct);
            }
            self.writes_within(table, table.span);
        }
        let ExprKind::Name(name) = &func.kind else { return };
        if let Some(callee) = self.scope.get(&*name.text).copied() {
            self.out.symbols[callee.0 as usize].calls += 1;
            for (i, arg) in args.iter().enumerate() {
                self.leak(arg, Leak::To(callee, i as u32));
            }
            return;
        }
        match &*name.text {
            "setmetatable" => {
                self.metatables.insert(self.current);
                args.iter().take(1).for_each(|arg| self.leak(arg, Leak::Direct));
                if let Some(ExprKind::Name(class)) = args.get(1).map(|a| &a.kind) {
                    self.mark_class(class);
                }
            }
            "rawset" => {
                if let Some(table) = args.first() {
                    self.leak(table, Leak::Direct);
                    self.writes_within(table, table.span);
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, tree: &'a Tree, method: bool) {
        let id = FnId(self.out.functions.len() as u32);
        self.out.ends.insert(tree.end.start, id);
        let parent = Some(self.current);
        let info = Function { tree: Some(tree), parent, params: vec![], captures: vec![], leaks: vec![] };
        self.out.functions.push(info);
        self.signature(tree);
        let outer = std::mem::replace(&mut self.current, id);
        let loops = std::mem::take(&mut self.loops);
        self.scoped(|this| {
            if method {
                let sym = this.add_symbol("self", tree.body.span, None, SymKind::SelfParam);
                this.out.functions[id.0 as usize].params.push(sym);
            }
            for TypedName { name, ty } in &tree.params {
                let sym = this.declare(name, ty.as_ref(), SymKind::Param);
                this.out.functions[id.0 as usize].params.push(sym);
            }
            // Results may speak of parameters: `asserts x is T`.
            this.tys(tree.returns.as_deref().unwrap_or_default());
            this.stats(&tree.body);
        });
        self.current = outer;
        self.loops = loops;
    }
}
