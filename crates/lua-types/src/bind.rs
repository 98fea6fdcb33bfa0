//! Resolves the names of a unit: which local each name means, who captures and who writes what.

use crate::code::Code;
use crate::report::Report;
use lua_syntax::Span;
use lua_syntax::ast::{
    Block, Chunk, Expr, ExprKind, Function as Tree, Item, Name, Stat, StatKind, TypeExpr, TypeKind, TypedName,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// A local variable or parameter of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SymId(pub(crate) u32);

/// A function of the unit; 0 is the unit itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FnId(pub(crate) u32);

impl FnId {
    pub(crate) const MAIN: FnId = FnId(0);
}

/// A local variable or parameter.
pub(crate) struct Symbol<'a> {
    pub(crate) name: &'a str,
    /// The function that declares it.
    pub(crate) owner: FnId,
    pub(crate) annotation: Option<&'a TypeExpr>,
    pub(crate) kind: SymKind,
    /// Read or written by another function.
    pub(crate) captured: bool,
    /// Assignments after its declaration.
    pub(crate) assignments: u32,
    /// Other functions that assign it.
    pub(crate) writers: Vec<FnId>,
    /// Its fields are methods of objects whose metatable it is.
    pub(crate) class: bool,
}

/// What declares a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SymKind {
    Local,
    Param,
    /// The implicit first parameter of `function a:m()`.
    SelfParam,
    Loop,
    Function,
}

/// A function of the unit.
pub(crate) struct Function<'a> {
    /// `None`: the unit.
    pub(crate) tree: Option<&'a Tree>,
    pub(crate) parent: Option<FnId>,
    /// Its parameters, `self` included.
    pub(crate) params: Vec<SymId>,
    /// Locals of functions around it that it, or a function within it, names.
    pub(crate) captures: Vec<SymId>,
    /// What happens to parameters that may get fields whose names are not seen here.
    pub(crate) leaks: Vec<(SymId, Leak)>,
}

/// How a parameter may get fields whose names are not seen here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leak {
    /// Written by a key that is no constant.
    Direct,
    /// Passed on to a function, as argument number so and so.
    To(SymId, u32),
}

/// A unit whose names are resolved.
pub(crate) struct Bound<'a> {
    pub(crate) symbols: Vec<Symbol<'a>>,
    pub(crate) functions: Vec<Function<'a>>,
    /// By first byte of the name.
    uses: FxHashMap<u32, SymId>,
    /// Locals that hold what `require` gave, by name: the module.
    pub(crate) requires: FxHashMap<&'a str, &'a str>,
    /// Local functions by their name.
    pub(crate) named: FxHashMap<SymId, FnId>,
    /// Expressions of `typeof(…)` by their first byte.
    pub(crate) typeofs: FxHashMap<u32, &'a Expr>,
    /// By first byte of the closing `end`.
    ends: FxHashMap<u32, FnId>,
    /// By field name: functions that write a field of that name, and where the last time, in order.
    pub(crate) writers: FxHashMap<&'a str, Vec<(FnId, u32)>>,
    /// Functions that call `setmetatable`.
    pub(crate) metatables: Vec<FnId>,
    /// Globals that the unit assigns, and the functions that do.
    pub(crate) globals: FxHashMap<&'a str, Vec<FnId>>,
    /// First bytes of labels that some `goto` behind them aims at.
    pub(crate) back_labels: FxHashSet<u32>,
    pub(crate) reports: Vec<Report>,
}

impl<'a> Bound<'a> {
    pub(crate) fn new(chunk: &'a Chunk) -> Self {
        let mut binder = Binder {
            out: Bound {
                symbols: vec![],
                functions: vec![Function {
                    tree: None,
                    parent: None,
                    params: vec![],
                    captures: vec![],
                    leaks: vec![],
                }],
                uses: FxHashMap::default(),
                requires: FxHashMap::default(),
                named: FxHashMap::default(),
                typeofs: FxHashMap::default(),
                ends: FxHashMap::default(),
                writers: FxHashMap::default(),
                metatables: vec![],
                globals: FxHashMap::default(),
                back_labels: FxHashSet::default(),
                reports: vec![],
            },
            scope: FxHashMap::default(),
            undo: vec![],
            current: FnId::MAIN,
            labels: vec![],
            loops: 0,
            built: vec![],
        };
        binder.block(&chunk.block);
        binder.finish()
    }

    /// The local that a name means; `None`: a global.
    pub(crate) fn symbol(&self, name: &Name) -> Option<SymId> {
        self.uses.get(&name.span.start).copied()
    }

    /// The function with that tree.
    pub(crate) fn function(&self, tree: &Tree) -> FnId {
        self.ends[&tree.end.start]
    }

    pub(crate) fn sym(&self, id: SymId) -> &Symbol<'a> {
        &self.symbols[id.0 as usize]
    }

    pub(crate) fn func(&self, id: FnId) -> &Function<'a> {
        &self.functions[id.0 as usize]
    }
}

struct Labels<'a> {
    function: FnId,
    seen: Vec<(&'a str, Span)>,
    /// Labels that come later in the block.
    all: Vec<(&'a str, Span)>,
}

struct Binder<'a> {
    out: Bound<'a>,
    scope: FxHashMap<&'a str, SymId>,
    /// What declarations have hidden, to be restored at the end of a scope.
    undo: Vec<(&'a str, Option<SymId>)>,
    current: FnId,
    labels: Vec<Labels<'a>>,
    loops: u32,
    /// Fields in table constructors: name, function, place.
    built: Vec<(&'a str, FnId, u32)>,
}

impl<'a> Binder<'a> {
    /// A constructor makes a table of its own; it may become an object of a class only where metatables are set.
    fn finish(mut self) -> Bound<'a> {
        for (name, function, at) in std::mem::take(&mut self.built) {
            if self.out.metatables.contains(&function) {
                self.current = function;
                self.writes_field(name, at);
            }
        }
        self.out
    }

    fn scoped(&mut self, body: impl FnOnce(&mut Self)) {
        let mark = self.undo.len();
        body(self);
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
        let sym = self.add_symbol(&name.text, annotation, kind);
        self.out.uses.insert(name.span.start, sym);
        sym
    }

    fn add_symbol(&mut self, name: &'a str, annotation: Option<&'a TypeExpr>, kind: SymKind) -> SymId {
        let sym = SymId(self.out.symbols.len() as u32);
        self.out.symbols.push(Symbol {
            name,
            owner: self.current,
            annotation,
            kind,
            captured: false,
            assignments: 0,
            writers: vec![],
            class: false,
        });
        self.undo.push((name, self.scope.insert(name, sym)));
        sym
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

    fn assign_name(&mut self, name: &'a Name) {
        match self.name(name) {
            Some(sym) => {
                let current = self.current;
                let symbol = &mut self.out.symbols[sym.0 as usize];
                symbol.assignments += 1;
                if symbol.owner != current && !symbol.writers.contains(&current) {
                    symbol.writers.push(current);
                }
            }
            None => push_once(self.out.globals.entry(&name.text).or_default(), self.current),
        }
    }

    fn writes_field(&mut self, name: &'a str, at: u32) {
        let writers = self.out.writers.entry(name).or_default();
        match writers.iter_mut().rev().find(|(writer, _)| *writer == self.current) {
            Some((_, last)) => *last = at,
            None => writers.push((self.current, at)),
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

    fn exprs(&mut self, exprs: &'a [Expr]) {
        exprs.iter().for_each(|e| self.expr(e));
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each form")]
    fn stat(&mut self, stat: &'a Stat) {
        match &stat.kind {
            StatKind::Local { names, values } => {
                self.exprs(values);
                for (name, value) in names.iter().zip(values) {
                    if let Some(module) = self.required(value) {
                        self.out.requires.insert(&name.name.text, module);
                    }
                }
                for TypedName { name, ty } in names {
                    self.annotation(ty.as_ref());
                    self.declare(name, ty.as_ref(), SymKind::Local);
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
                self.in_loop(|this| this.block(body));
            }
            StatKind::Repeat { body, cond } => self.in_loop(|this| {
                this.scoped(|this| {
                    this.stats(body);
                    this.expr(cond);
                });
            }),
            StatKind::If { arms, otherwise } => {
                for (cond, body) in arms {
                    self.expr(cond);
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
                self.in_loop(|this| {
                    this.scoped(|this| {
                        this.declare(var, None, SymKind::Loop);
                        this.stats(body);
                    });
                });
            }
            StatKind::GenericFor { vars, exprs, body } => {
                self.exprs(exprs);
                self.in_loop(|this| {
                    this.scoped(|this| {
                        for var in vars {
                            this.declare(var, None, SymKind::Loop);
                        }
                        this.stats(body);
                    });
                });
            }
            StatKind::Function { root, fields, method, body } => {
                let path = fields.iter().chain(method.as_ref());
                match path.last() {
                    Some(last) => {
                        self.name(root);
                        self.writes_field(&last.text, last.span.start);
                    }
                    None => {
                        self.assign_name(root);
                        self.names_function(root);
                    }
                }
                self.function(body, method.is_some());
            }
            StatKind::LocalFunction { name, body } => {
                let sym = self.declare(name, None, SymKind::Function);
                self.out.named.insert(sym, FnId(self.out.functions.len() as u32));
                self.function(body, false);
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
            StatKind::Type(decl) => self.types_within(&decl.ty),
            StatKind::Interface(_) => {}
        }
    }

    fn in_loop(&mut self, body: impl FnOnce(&mut Self)) {
        self.loops += 1;
        body(self);
        self.loops -= 1;
    }

    /// The module in `require("module")`.
    fn required(&self, value: &'a Expr) -> Option<&'a str> {
        match &value.kind {
            ExprKind::Call { func, args } => match (&func.kind, &args[..]) {
                (ExprKind::Name(name), [arg])
                    if &*name.text == "require" && !self.scope.contains_key("require") =>
                {
                    literal(arg)
                }
                _ => None,
            },
            _ => None,
        }
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
            ExprKind::Name(name) => self.assign_name(name),
            ExprKind::Field { object, name } => {
                self.expr(object);
                self.writes_field(&name.text, name.span.start);
            }
            ExprKind::Index { object, key } => {
                self.expr(object);
                self.expr(key);
                match literal(key) {
                    Some(name) => self.writes_field(name, key.span.start),
                    None => self.leak(object, Leak::Direct),
                }
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
                self.mark_class(same);
            }
            self.mark_class(class);
        }
    }

    fn mark_class(&mut self, name: &Name) {
        if let Some(sym) = self.scope.get(&*name.text) {
            self.out.symbols[sym.0 as usize].class = true;
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
            ExprKind::Name(name) => _ = self.name(name),
            ExprKind::Field { object, .. } => self.expr(object),
            ExprKind::Index { object, key } => {
                self.expr(object);
                self.expr(key);
            }
            ExprKind::Call { func, args } => {
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
                self.types_within(ty);
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Concat(parts) => self.exprs(parts),
        }
    }

    fn call(&mut self, func: &'a Expr, args: &'a [Expr]) {
        let ExprKind::Name(name) = &func.kind else { return };
        if let Some(callee) = self.scope.get(&*name.text).copied() {
            for (i, arg) in args.iter().enumerate() {
                self.leak(arg, Leak::To(callee, i as u32));
            }
            return;
        }
        match &*name.text {
            "setmetatable" => {
                push_once(&mut self.out.metatables, self.current);
                match args.get(1).map(|a| &a.kind) {
                    Some(ExprKind::Name(class)) => self.mark_class(class),
                    Some(ExprKind::Table(items)) => {
                        for item in items {
                            if let Item::Named { name, value: Expr { kind: ExprKind::Name(class), .. } } =
                                item
                                && &*name.text == "__index"
                            {
                                self.mark_class(class);
                            }
                        }
                    }
                    _ => {}
                }
            }
            "rawset" => args.iter().take(1).for_each(|a| self.leak(a, Leak::Direct)),
            _ => {}
        }
    }

    fn function(&mut self, tree: &'a Tree, method: bool) {
        let id = FnId(self.out.functions.len() as u32);
        self.out.ends.insert(tree.end.start, id);
        let parent = Some(self.current);
        let info = Function { tree: Some(tree), parent, params: vec![], captures: vec![], leaks: vec![] };
        self.out.functions.push(info);
        let outer = std::mem::replace(&mut self.current, id);
        let loops = std::mem::take(&mut self.loops);
        self.scoped(|this| {
            if method {
                let sym = this.add_symbol("self", None, SymKind::SelfParam);
                this.out.functions[id.0 as usize].params.push(sym);
            }
            for TypedName { name, ty } in &tree.params {
                this.annotation(ty.as_ref());
                let sym = this.declare(name, ty.as_ref(), SymKind::Param);
                this.out.functions[id.0 as usize].params.push(sym);
            }
            tree.returns.iter().flatten().for_each(|ty| this.types_within(ty));
            this.stats(&tree.body);
        });
        self.current = outer;
        self.loops = loops;
    }

    fn annotation(&mut self, ty: Option<&'a TypeExpr>) {
        if let Some(ty) = ty {
            self.types_within(ty);
        }
    }

    /// Binds the expressions of `typeof(…)`.
    fn types_within(&mut self, ty: &'a TypeExpr) {
        match &ty.kind {
            TypeKind::TypeOf(expr) => {
                self.out.typeofs.insert(expr.span.start, expr);
                self.expr(expr);
            }
            TypeKind::Nil | TypeKind::Bool(_) | TypeKind::Str(_) | TypeKind::Int(_) | TypeKind::Float(_) => {}
            TypeKind::Named { args, .. } => args.iter().for_each(|t| self.types_within(t)),
            TypeKind::Array { elem: inner, .. }
            | TypeKind::Optional(inner)
            | TypeKind::KeyOf(inner)
            | TypeKind::Group(inner) => self.types_within(inner),
            TypeKind::Map { key, value, .. } => {
                self.types_within(key);
                self.types_within(value);
            }
            TypeKind::Record { fields, .. } | TypeKind::Interface(fields) => {
                fields.iter().for_each(|f| self.types_within(&f.ty));
            }
            TypeKind::Function(f) => {
                f.params.iter().for_each(|(_, t)| self.types_within(t));
                f.vararg.iter().for_each(|t| self.types_within(t));
                f.returns.iter().for_each(|t| self.types_within(t));
            }
            TypeKind::Union(types) | TypeKind::Intersection(types) => {
                types.iter().for_each(|t| self.types_within(t))
            }
            TypeKind::Indexed { object, key } => {
                self.types_within(object);
                self.types_within(key);
            }
            TypeKind::Asserts { ty, .. } => ty.iter().for_each(|t| self.types_within(t)),
            TypeKind::Conditional { check, bound, then, otherwise } => {
                [check, bound, then, otherwise].into_iter().for_each(|t| self.types_within(t));
            }
        }
    }
}

/// The expression within parentheses and casts.
pub(crate) fn peel(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::NonNil(inner) | ExprKind::Cast { expr: inner, .. } => peel(inner),
        _ => expr,
    }
}

/// The text of a literal key that could be written as a field.
pub(crate) fn literal(key: &Expr) -> Option<&str> {
    match &peel(key).kind {
        ExprKind::Str(text) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}

fn push_once(list: &mut Vec<FnId>, id: FnId) {
    if list.last() != Some(&id) && !list.contains(&id) {
        list.push(id);
    }
}
