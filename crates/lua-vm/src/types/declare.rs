//! Finds the types that a chunk declares, and makes nodes of them.
//!
//! A type is visible in the whole block that declares it, so types may refer to each other. A second pass over the tree, beside
//! that of the code generator, since `typeof(x)` asks what is known of a local.

use std::collections::BTreeMap;
use std::sync::Arc;

use lua_syntax::SyntaxError;
use lua_syntax::ast::{
    Block, Expr, ExprKind, Function, InterfaceDecl, Item, MethodSig, Name, Stat, StatKind, TypeDecl,
    TypeExpr, TypeKind, TypeParam, TypedName,
};
use rustc_hash::FxHashMap;

use super::copy::Copier;
use super::{BuiltIn, Field, Form, Graph, Id, Node, Param, checks};

/// Types that all generic types of a chunk may be expanded to, beyond what is written.
const MOST: usize = 1 << 14;

/// The types of a chunk.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) graph: Arc<Graph>,
    /// Those of its top level, which other units may name; sorted.
    pub(crate) exports: Box<[(Arc<str>, Id)]>,
}

impl Declared {
    /// Says whether all nodes are there that others refer to.
    pub(crate) fn is_whole(&self) -> bool {
        let nodes = self.graph.nodes();
        let there = |id: Id| (id as usize) < nodes.len();
        let whole = |node: &Node| {
            let mut all = node.instance.iter().flat_map(|i| i.args.iter()).all(|id| there(*id));
            node.form.each(|id| all &= there(id));
            all
        };
        nodes.iter().all(whole) && self.exports.iter().all(|(_, id)| there(*id))
    }

    /// The node of a type of the top level.
    pub(crate) fn export(&self, name: &str) -> Option<Id> {
        let at = self.exports.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(self.exports[at].1)
    }
}

/// Where types are declared, and which of them name types of other units.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// By the offset of the name.
    pub(crate) at: FxHashMap<u32, Id>,
    imports: Arc<[bool]>,
}

impl Places {
    pub(crate) fn imports(&self, id: Id) -> bool {
        self.imports[id as usize]
    }
}

/// The types of a chunk and where they are declared; `None` if it declares none. The errors are validators that are wrong.
pub(crate) fn declare(
    block: &Block,
    source: &Arc<str>,
) -> Result<Option<(Arc<Declared>, Places)>, Vec<SyntaxError>> {
    let mut w = Walk::default();
    w.scopes.push(Scope::default());
    w.stats(&block.stats);
    if !w.mistakes.is_empty() {
        let mut mistakes = w.mistakes;
        // Types that are asked for by `typeof` were looked at before.
        mistakes.sort_by_key(|mistake| mistake.span.start);
        mistakes.dedup();
        return Err(mistakes);
    }
    if w.places.is_empty() {
        return Ok(None);
    }
    let most = w.nodes.iter().map(Node::parts).sum::<usize>() + MOST;
    let raw = Graph::new(w.nodes);
    let mut copier = Copier::new(most, None);
    let source = copier.source(&raw, source);
    // In source order, so that equal sources give equal bytes.
    let mut places: Vec<(u32, Id)> = w.places.into_iter().collect();
    places.sort_unstable();
    let at: FxHashMap<u32, Id> =
        places.into_iter().map(|(place, id)| (place, copier.node(source, id))).collect();
    let (nodes, _) = copier.finish();
    // The last declaration of a name is the one that counts.
    let exports: BTreeMap<Arc<str>, Id> = block
        .stats
        .iter()
        .filter_map(declared_name)
        .map(|name| (name.text.as_ref().into(), at[&name.span.start]))
        .collect();
    let places = Places { at, imports: importing(&nodes) };
    let graph = Graph::new(nodes);
    graph.prepare();
    let declared = Declared { graph, exports: exports.into_iter().collect() };
    Ok(Some((Arc::new(declared), places)))
}

/// Whether nodes reach an import: from the imports back.
fn importing(nodes: &[Node]) -> Arc<[bool]> {
    let mut users: Vec<Vec<Id>> = vec![Vec::new(); nodes.len()];
    let mut open: Vec<Id> = Vec::new();
    let mut imports = vec![false; nodes.len()];
    for (id, node) in nodes.iter().enumerate() {
        node.form.each(|child| users[child as usize].push(id as Id));
        if let Form::Import { .. } = node.form {
            imports[id] = true;
            open.push(id as Id);
        }
    }
    while let Some(id) = open.pop() {
        for user in std::mem::take(&mut users[id as usize]) {
            if !std::mem::replace(&mut imports[user as usize], true) {
                open.push(user);
            }
        }
    }
    imports.into()
}

/// The name that a statement declares as a type.
pub(crate) fn declared_name(stat: &Stat) -> Option<&Name> {
    match &stat.kind {
        StatKind::Type(decl) => Some(&decl.name),
        StatKind::Interface(decl) => Some(&decl.name),
        _ => None,
    }
}

#[derive(Default)]
struct Scope<'a> {
    types: FxHashMap<&'a str, Id>,
    /// Number of known locals when it was opened.
    locals: usize,
}

/// What the source says about a local.
pub(super) struct Local<'a> {
    pub(super) name: &'a str,
    pub(super) known: Known<'a>,
    /// Its type, once it was asked for.
    pub(super) ty: Option<Id>,
}

#[derive(Clone, Copy)]
pub(super) enum Known<'a> {
    Annotated(&'a TypeExpr),
    Value(&'a Expr),
    Function(&'a Function),
    Nothing,
}

#[derive(Default)]
pub(super) struct Walk<'a> {
    pub(super) nodes: Vec<Node>,
    plain: FxHashMap<u8, Id>,
    scopes: Vec<Scope<'a>>,
    pub(super) locals: Vec<Local<'a>>,
    places: FxHashMap<u32, Id>,
    /// Locals whose types are being found out.
    pub(super) asked: u32,
    /// Validators that are wrong.
    mistakes: Vec<SyntaxError>,
}

impl<'a> Walk<'a> {
    pub(super) fn add(&mut self, form: Form) -> Id {
        self.nodes.push(Node::new(form));
        self.nodes.len() as Id - 1
    }

    /// The node of a word of the language.
    pub(super) fn plain(&mut self, of: BuiltIn) -> Id {
        if let Some(id) = self.plain.get(&(of as u8)) {
            return *id;
        }
        let id = self.add(of.form());
        self.plain.insert(of as u8, id);
        id
    }

    // ---- code --------------------------------------------------------------------------------------------------

    fn open(&mut self) {
        self.scopes.push(Scope { types: FxHashMap::default(), locals: self.locals.len() });
    }

    fn close(&mut self) {
        let scope = self.scopes.pop().expect("scopes are balanced");
        self.locals.truncate(scope.locals);
    }

    fn block(&mut self, block: &'a Block) {
        self.open();
        self.stats(&block.stats);
        self.close();
    }

    fn know(&mut self, name: &'a str, known: Known<'a>) {
        self.locals.push(Local { name, known, ty: None });
    }

    fn stats(&mut self, stats: &'a [Stat]) {
        for name in stats.iter().filter_map(declared_name) {
            let id = self.add(Form::Unknown);
            self.nodes[id as usize].name = Some(name.text.as_ref().into());
            self.places.insert(name.span.start, id);
            self.scopes.last_mut().expect("a scope is open").types.insert(&name.text, id);
        }
        stats.iter().for_each(|s| self.stat(s));
    }

    fn stat(&mut self, s: &'a Stat) {
        match &s.kind {
            StatKind::Local { names, values } => {
                self.exprs(values);
                for (i, n) in names.iter().enumerate() {
                    self.typed(n, values.get(i));
                }
            }
            StatKind::Assign { targets, values } => {
                self.exprs(targets);
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
            StatKind::Function { method, body, .. } => self.function(body, method.is_some()),
            StatKind::LocalFunction { name, body } => {
                self.know(&name.text, Known::Function(body));
                self.function(body, false);
            }
            StatKind::Return(values) => self.exprs(values),
            StatKind::Type(decl) => self.declaration(decl),
            StatKind::Interface(decl) => self.interface(decl),
            StatKind::Break | StatKind::Goto(_) | StatKind::Label(_) => {}
        }
    }

    fn with(&mut self, vars: &'a [Name], body: &'a Block) {
        self.open();
        vars.iter().for_each(|v| self.know(&v.text, Known::Nothing));
        self.stats(&body.stats);
        self.close();
    }

    /// A local or a parameter.
    fn typed(&mut self, n: &'a TypedName, value: Option<&'a Expr>) {
        let known = match (&n.ty, value) {
            (Some(ty), _) => {
                self.look(ty);
                Known::Annotated(ty)
            }
            (None, Some(value)) => Known::Value(value),
            (None, None) => Known::Nothing,
        };
        self.know(&n.name.text, known);
    }

    fn function(&mut self, f: &'a Function, method: bool) {
        self.open();
        // Nobody knows at run time what a function was called with.
        let unknown = if f.type_params.is_empty() { 0 } else { self.plain(BuiltIn::Unknown) };
        for p in &f.type_params {
            p.bound.iter().for_each(|ty| self.look(ty));
            self.scopes.last_mut().expect("a scope is open").types.insert(&p.name.text, unknown);
        }
        if method {
            self.know("self", Known::Nothing);
        }
        for p in &f.params {
            self.typed(p, None);
        }
        if let Some(ty) = f.vararg.as_ref().and_then(|v| v.ty.as_ref()) {
            self.look(ty);
        }
        f.returns.iter().flatten().for_each(|ty| self.look(ty));
        self.stats(&f.body.stats);
        self.close();
    }

    fn exprs(&mut self, list: &'a [Expr]) {
        list.iter().for_each(|e| self.expr(e))
    }

    fn expr(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Field { object, .. } => self.expr(object),
            ExprKind::Index { object, key } => {
                self.expr(object);
                self.expr(key)
            }
            ExprKind::Call { func, args } => {
                self.expr(func);
                self.exprs(args)
            }
            ExprKind::Method { object, args, .. } => {
                self.expr(object);
                self.exprs(args)
            }
            ExprKind::Function(f) => self.function(f, false),
            ExprKind::Table(items) => items.iter().for_each(|item| match item {
                Item::Positional(e) | Item::Named { value: e, .. } => self.expr(e),
                Item::Keyed { key, value } => {
                    self.expr(key);
                    self.expr(value)
                }
            }),
            ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) | ExprKind::NonNil(expr) => self.expr(expr),
            ExprKind::Cast { expr, ty } => {
                self.look(ty);
                self.expr(expr)
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right)
            }
            ExprKind::Concat(parts) => self.exprs(parts),
            ExprKind::Name(_)
            | ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::VarArg
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_) => {}
        }
    }

    // ---- declarations --------------------------------------------------------------------------------------------

    fn declaration(&mut self, decl: &'a TypeDecl) {
        let at = self.places[&decl.name.span.start];
        if decl.params.is_empty() {
            self.fill(at, &decl.ty);
            return;
        }
        self.open();
        let params = self.params(&decl.params);
        let body = self.lower(&decl.ty);
        self.close();
        self.nodes[at as usize].form = Form::Generic { params, body };
    }

    fn params(&mut self, params: &'a [TypeParam]) -> Arc<[Param]> {
        for (i, p) in params.iter().enumerate() {
            let id = self.add(Form::Param(i as u32));
            self.nodes[id as usize].name = Some(p.name.text.as_ref().into());
            self.scopes.last_mut().expect("a scope is open").types.insert(&p.name.text, id);
        }
        let param = |this: &mut Self, p: &'a TypeParam| {
            let bound = p.bound.as_ref().map(|ty| this.lower(ty));
            Param { name: p.name.text.as_ref().into(), bound }
        };
        params.iter().map(|p| param(self, p)).collect()
    }

    /// Gives a declared node what its type is.
    fn fill(&mut self, at: Id, ty: &'a TypeExpr) {
        let before = self.nodes.len();
        let of = self.lower(ty);
        // A node that was made for this declaration alone moves into its place.
        let last = of as usize >= before && of as usize + 1 == self.nodes.len();
        let form = if last && self.nodes[of as usize].name.is_none() {
            let node = self.nodes.pop().expect("it is the last");
            self.plain.retain(|_, id| *id != of);
            self.nodes[at as usize].checks = node.checks;
            node.form
        } else {
            Form::Alias(of)
        };
        self.nodes[at as usize].form = form;
    }

    fn interface(&mut self, decl: &'a InterfaceDecl) {
        let at = self.places[&decl.name.span.start];
        let bases = decl.bases.iter().map(|base| self.lower(base)).collect();
        let methods = decl.methods.iter().map(|m| self.method(m)).collect();
        self.nodes[at as usize].form = Form::Interface { bases, methods };
    }

    fn method(&mut self, m: &'a MethodSig) -> Field {
        let param = |this: &mut Self, p: &'a TypedName| match &p.ty {
            Some(ty) => this.lower(ty),
            None => this.plain(BuiltIn::Any),
        };
        let params = m.params.iter().map(|p| param(self, p)).collect();
        let vararg = m.vararg.as_ref().map(|v| match &v.ty {
            Some(ty) => self.lower(ty),
            None => self.plain(BuiltIn::Any),
        });
        let result = self.results(m.returns.as_deref().unwrap_or_default());
        let ty = self.add(Form::Function { params, vararg, result });
        Field { name: m.name.text.as_ref().into(), optional: false, readonly: false, ty }
    }

    pub(super) fn results(&mut self, list: &'a [TypeExpr]) -> Option<Id> {
        match list {
            [] => None,
            [one] => Some(self.lower(one)),
            several => {
                let list = several.iter().map(|ty| self.lower(ty)).collect();
                Some(self.add(Form::Tuple(list)))
            }
        }
    }

    // ---- types ---------------------------------------------------------------------------------------------------

    /// The node of a type.
    pub(super) fn lower(&mut self, ty: &'a TypeExpr) -> Id {
        let checks = self.checks(ty);
        let form = match &ty.kind {
            TypeKind::Group(inner) if checks.is_empty() => return self.lower(inner),
            TypeKind::Group(inner) => Form::Alias(self.lower(inner)),
            TypeKind::Named { path, args } => {
                let id = self.named(path, args);
                if checks.is_empty() {
                    return id;
                }
                // The last node may be one of its own; others are shared.
                Form::Alias(id)
            }
            kind => self.form(kind),
        };
        let id = self.add(form);
        self.nodes[id as usize].checks = checks;
        id
    }

    fn all(&mut self, list: &'a [TypeExpr]) -> Arc<[Id]> {
        list.iter().map(|ty| self.lower(ty)).collect()
    }

    fn fields(&mut self, list: &'a [lua_syntax::ast::Field]) -> Arc<[Field]> {
        let mut fields: Vec<Field> = Vec::with_capacity(list.len());
        for f in list {
            let field = Field {
                name: f.name.text.as_ref().into(),
                optional: f.optional,
                readonly: f.readonly,
                ty: self.lower(&f.ty),
            };
            fields.push(field);
        }
        fields.into()
    }

    fn form(&mut self, kind: &'a TypeKind) -> Form {
        match kind {
            TypeKind::Nil => Form::Nil,
            TypeKind::Bool(b) => Form::Bool(*b),
            TypeKind::Str(s) => Form::Str(s.as_ref().into()),
            TypeKind::Int(i) => Form::Int(*i),
            TypeKind::Float(f) => Form::Float(*f),
            TypeKind::Array { elem, readonly } => Form::Array { elem: self.lower(elem), readonly: *readonly },
            TypeKind::Map { key, value, readonly } => {
                Form::Map { key: self.lower(key), val: self.lower(value), readonly: *readonly }
            }
            TypeKind::Record { fields, readonly } => {
                Form::Record { fields: self.fields(fields), readonly: *readonly }
            }
            TypeKind::Interface(fields) => {
                Form::Interface { bases: Arc::default(), methods: self.fields(fields) }
            }
            TypeKind::Function(f) => Form::Function {
                params: f.params.iter().map(|(_, ty)| self.lower(ty)).collect(),
                vararg: f.vararg.as_ref().map(|ty| self.lower(ty)),
                result: self.results(&f.returns),
            },
            TypeKind::Optional(inner) => Form::Optional(self.lower(inner)),
            TypeKind::Union(list) => Form::Union(self.all(list)),
            TypeKind::Intersection(list) => Form::Intersection(self.all(list)),
            TypeKind::Indexed { object, key } => {
                Form::Indexed { object: self.lower(object), key: self.lower(key) }
            }
            TypeKind::Asserts { ty, .. } => {
                if let Some(ty) = ty {
                    self.look(ty);
                }
                Form::Any
            }
            TypeKind::TypeOf(e) => Form::Alias(self.type_of(e)),
            TypeKind::KeyOf(of) => Form::KeyOf(self.lower(of)),
            TypeKind::Conditional { check, bound, then, otherwise } => Form::Conditional {
                check: self.lower(check),
                bound: self.lower(bound),
                then: self.lower(then),
                otherwise: self.lower(otherwise),
            },
            TypeKind::Group(inner) => Form::Alias(self.lower(inner)),
            TypeKind::Named { path, args } => Form::Alias(self.named(path, args)),
        }
    }

    fn named(&mut self, path: &'a [Name], args: &'a [TypeExpr]) -> Id {
        let args = self.all(args);
        if let [name] = path {
            let known = self.scopes.iter().rev().find_map(|scope| scope.types.get(&*name.text)).copied();
            match (known, BuiltIn::named(&name.text)) {
                (Some(id), _) if args.is_empty() => return id,
                (Some(id), _) => return self.add(Form::Apply { target: id, args }),
                (None, Some(built_in)) => return self.plain(built_in),
                (None, None) if &*name.text == "self" => return self.plain(BuiltIn::Any),
                (None, None) => {}
            }
        }
        let mut path: Vec<Arc<str>> = path.iter().map(|part| part.text.as_ref().into()).collect();
        // `local cfg = require("config")`: `cfg.Server` is a type of `config`.
        if path.len() > 1
            && let Some(name) = self.required(&path[0])
        {
            path[0] = name.into();
        }
        self.add(Form::Import { path: path.into(), args })
    }

    /// The name that a local is `require`d by.
    fn required(&self, local: &str) -> Option<&'a str> {
        let local = self.locals.iter().rev().find(|l| l.name == local)?;
        let Known::Value(Expr { kind: ExprKind::Call { func, args }, .. }) = local.known else { return None };
        match (&func.kind, &**args) {
            (ExprKind::Name(f), [Expr { kind: ExprKind::Str(name), .. }]) if &*f.text == "require" => {
                std::str::from_utf8(name).ok()
            }
            _ => None,
        }
    }

    /// The validators behind a type.
    fn checks(&mut self, ty: &TypeExpr) -> Box<[checks::Check]> {
        checks::read(ty).unwrap_or_else(|mistakes| {
            self.mistakes.extend(mistakes);
            Box::default()
        })
    }

    /// Looks at the validators of a type that is no value at run time.
    fn look(&mut self, ty: &'a TypeExpr) {
        self.checks(ty);
        match &ty.kind {
            TypeKind::Named { args, .. } => args.iter().for_each(|ty| self.look(ty)),
            TypeKind::Array { elem: inner, .. }
            | TypeKind::Optional(inner)
            | TypeKind::KeyOf(inner)
            | TypeKind::Group(inner) => self.look(inner),
            TypeKind::Map { key: a, value: b, .. } | TypeKind::Indexed { object: a, key: b } => {
                self.look(a);
                self.look(b);
            }
            TypeKind::Record { fields, .. } | TypeKind::Interface(fields) => {
                fields.iter().for_each(|f| self.look(&f.ty))
            }
            TypeKind::Function(f) => {
                f.params.iter().for_each(|(_, ty)| self.look(ty));
                f.vararg.as_deref().into_iter().chain(&f.returns).for_each(|ty| self.look(ty))
            }
            TypeKind::Union(list) | TypeKind::Intersection(list) => list.iter().for_each(|ty| self.look(ty)),
            TypeKind::Asserts { ty, .. } => ty.iter().for_each(|ty| self.look(ty)),
            TypeKind::Conditional { check, bound, then, otherwise } => {
                [check, bound, then, otherwise].into_iter().for_each(|ty| self.look(ty))
            }
            TypeKind::Nil
            | TypeKind::Bool(_)
            | TypeKind::Str(_)
            | TypeKind::Int(_)
            | TypeKind::Float(_)
            | TypeKind::TypeOf(_) => {}
        }
    }
}
