//! What names mean: locals, globals, modules, imports, and types.

use super::state::{Root, union_of};
use super::{Checker, Progress, Scope};
use crate::bind::{FnId, SymId, SymKind};
use crate::code::Code;
use crate::lower::{Declaration, Found, Names, TypeName};
use crate::report::Report;
use crate::ty::{Kind, Ty};
use lua_syntax::Span;
use lua_syntax::ast::{Block, Expr, Name as Word, StatKind, TypeDecl, TypeExpr, TypeKind};
use rustc_hash::FxHashMap;

impl<'a> Checker<'a> {
    /// The type of a local at this point.
    pub(super) fn read_symbol(&mut self, sym: SymId) -> Ty {
        let path = self.paths.root(Root::Sym(sym));
        if let Some(ty) = self.frame.fact(path) {
            return ty;
        }
        let symbol = self.bound.sym(sym);
        let (foreign, fixed) = (symbol.owner != self.frame.function, symbol.assignments == 0);
        if foreign && fixed {
            let captures = &self.known[self.frame.function.0 as usize].captures;
            if let Some((_, ty)) = captures.iter().find(|(captured, _)| *captured == sym) {
                return *ty;
            }
        }
        if let Some(ty) = self.declared.get(&sym) {
            return *ty;
        }
        self.wide_type(sym)
    }

    /// All that a local without annotation may be, whoever assigned it; nil is left to those who test for it.
    pub(super) fn wide_type(&mut self, sym: SymId) -> Ty {
        let bound = self.bound;
        let symbol = bound.sym(sym);
        symbol.writers.iter().for_each(|writer| self.force(*writer));
        let Some(ty) = self.wide.get(&sym).copied() else { return Ty::ANY };
        if symbol.owner == self.frame.function { ty } else { self.told(ty) }
    }

    /// A local gets a value.
    pub(super) fn assign_symbol(&mut self, sym: SymId, ty: Ty) {
        let path = self.paths.root(Root::Sym(sym));
        // That it was or became empty is left to those who test for it.
        if ty != Ty::NIL && !self.passing() {
            let wide = match self.wide.get(&sym) {
                None => ty,
                Some(before) => union_of(&mut self.pool, &[*before, ty]),
            };
            self.wide.insert(sym, wide);
        }
        self.frame.assign(&self.paths, path, Some(ty));
        self.frame.rekey(&self.paths, sym);
    }

    /// A call may have assigned locals that other functions assign.
    pub(super) fn forget_written(&mut self) {
        let function = self.frame.function;
        let Some(locals) = self.shared.get(&function) else { return };
        for sym in locals.clone() {
            let path = self.paths.root(Root::Sym(sym));
            if self.frame.fact(path).is_some() {
                let bound = self.bound;
                bound.sym(sym).writers.iter().for_each(|writer| self.force(*writer));
                let ty = match self.declared.get(&sym) {
                    Some(ty) => *ty,
                    None => {
                        let ty = self.wide.get(&sym).copied().unwrap_or(Ty::ANY);
                        let unseen =
                            !self.bound.sym(sym).writers.iter().all(|w| self.passed(*w, u32::MAX - 1));
                        if unseen { Ty::ANY } else { ty }
                    }
                };
                self.frame.assign(&self.paths, path, Some(ty));
                self.frame.rekey(&self.paths, sym);
            }
        }
    }

    /// The type of a global name.
    pub(super) fn read_global(&mut self, name: &'a Word) -> Ty {
        let key = self.pool.name(name.text.as_bytes());
        let path = self.paths.root(Root::Global(key));
        if let Some(ty) = self.frame.fact(path) {
            return ty;
        }
        match self.global(&name.text) {
            Some(ty) => ty,
            None => {
                self.undefined(name);
                Ty::ANY
            }
        }
    }

    /// What a global holds; `None`: nobody defines it.
    pub(super) fn global(&mut self, text: &str) -> Option<Ty> {
        let bound = self.bound;
        if let Some(writers) = bound.globals.get(text) {
            writers.iter().for_each(|writer| self.force(*writer));
            let own = self.globals.get(text).copied().map_or(Ty::ANY, |ty| self.told(ty));
            let known = self.known_global(text);
            return Some(known.map_or(own, |known| self.pool.union(&[own, known])));
        }
        self.known_global(text)
    }

    fn known_global(&mut self, text: &str) -> Option<Ty> {
        if let Some(imported) = self.imports.get(text) {
            return Some(imported.value);
        }
        if let Some(module) = self.unit.module(text) {
            return Some(self.env.module(module).unwrap_or(Ty::ANY));
        }
        self.env.global(text)
    }

    fn undefined(&mut self, name: &Word) {
        let text: &str = &name.text;
        let mut report = Report::new(Code::Undefined, name.span, format!("undefined variable '{text}'"));
        if self.suggestions == 0 {
            return self.report(report);
        }
        if let Some((at, what)) = self.unseen_local(name) {
            report = report.note(Some(at), what);
        } else if self.env.module(text).is_some() {
            report = report.help(format!("'{text}' is a module: add it to `modules` of the entry"));
        } else {
            let known = self
                .env
                .globals()
                .chain(self.imports.keys().copied())
                .chain(self.unit.modules.iter().map(|(alias, _)| *alias));
            let known: Vec<String> = known.chain(self.visible_locals()).map(str::to_string).collect();
            if let Some(near) = self.suggest(text, &known) {
                report = report.help(format!("did you mean '{near}'?"));
            }
        }
        self.report(report);
    }

    /// A local of that name which cannot be seen there, and why.
    fn unseen_local(&mut self, name: &Word) -> Option<(Span, &'static str)> {
        self.suggestions = self.suggestions.saturating_sub(self.bound.symbols.len());
        let named =
            self.bound.symbols.iter().filter(|s| s.name == &*name.text && s.kind != SymKind::SelfParam);
        let (before, behind): (Vec<_>, Vec<_>) = named.partition(|s| s.span.start < name.span.start);
        if let Some(symbol) = before.last() {
            return Some((symbol.span, "this local of that name is not seen there"));
        }
        let mut behind = behind.into_iter().filter(|s| matches!(s.kind, SymKind::Local | SymKind::Function));
        behind.next().map(|s| (s.span, "it is declared only here, further down"))
    }

    /// The name that was meant, perhaps. A unit full of unknown names gets suggestions for the first ones.
    pub(super) fn suggest(&mut self, text: &str, known: &[String]) -> Option<String> {
        let left = self.suggestions.checked_sub(known.len());
        self.suggestions = left.unwrap_or(0);
        left?;
        crate::nearest::nearest(text, known.iter().map(String::as_str)).map(str::to_string)
    }

    /// The same among the members of a type.
    pub(super) fn suggest_member(&mut self, text: &str, on: Ty) -> Option<String> {
        if self.suggestions == 0 {
            return None;
        }
        let names = crate::members::names(self, on);
        let names: Vec<String> = names.into_iter().map(|n| self.pool.str(n).to_string()).collect();
        self.suggest(text, &names)
    }

    /// How messages name a value that lacks something: libraries, modules and imports by name, others by their type.
    pub(super) fn holder(&mut self, ty: Ty) -> String {
        let imported = self.imports.iter().filter(|(_, imported)| imported.value == ty);
        if matches!(self.pool.kind(ty), Kind::Record(_)) {
            if let Some(alias) = imported.map(|(alias, _)| *alias).min() {
                return format!("the library '{alias}'");
            }
            if let Some(name) = self.env.name_of(ty) {
                return format!("module '{name}'");
            }
        }
        self.show(ty)
    }

    pub(super) fn visible_locals(&self) -> Vec<&'a str> {
        let mut functions = vec![];
        let mut next = Some(self.frame.function);
        while let Some(function) = next {
            functions.push(function);
            next = self.bound.func(function).parent;
        }
        let symbols = self
            .bound
            .symbols
            .iter()
            .filter(|s| functions.contains(&s.owner) && s.kind != SymKind::SelfParam);
        symbols.map(|s| s.name).collect()
    }

    /// What `require(name)` gives.
    pub(super) fn required(&mut self, text: &str) -> Ty {
        if let Some(imported) = self.imports.get(text) {
            return imported.value;
        }
        let module = self.unit.module(text).unwrap_or(text);
        self.env.module(module).or_else(|| self.env.global(module)).unwrap_or(Ty::ANY)
    }

    /// The annotation of a local.
    pub(super) fn declared_type(&mut self, sym: SymId) -> Option<Ty> {
        if let Some(ty) = self.declared.get(&sym) {
            return Some(*ty);
        }
        let annotation = self.bound.sym(sym).annotation?;
        let ty = self.lower(annotation);
        self.declared.insert(sym, ty);
        Some(ty)
    }

    pub(super) fn lower(&mut self, ty: &'a TypeExpr) -> Ty {
        crate::lower::lower(self, ty)
    }

    /// Opens the scope of a block's type declarations, if it has some; the scope before it.
    pub(super) fn open_types(&mut self, block: &'a Block) -> u32 {
        let before = self.frame.scope;
        let mut decls = vec![];
        for stat in &block.stats {
            match &stat.kind {
                StatKind::Type(decl) => decls.push(Declaration::Type(decl)),
                StatKind::Interface(decl) => decls.push(Declaration::Interface(decl)),
                _ => {}
            }
        }
        if decls.is_empty() {
            return before;
        }
        self.push_scope();
        self.duplicate_types(&decls);
        // Those that speak of values are lowered where they stand.
        decls.retain(|decl| !speaks_of_values(decl));
        self.declare_types(&decls);
        before
    }

    fn declare_types(&mut self, decls: &[Declaration<'a>]) {
        let unit = Some(self.pool.name(self.unit.id.as_bytes()));
        let ids = crate::lower::declare_all(self, unit, decls);
        if self.frame.function == FnId::MAIN && self.depth == 0 {
            for id in ids {
                let name = self.pool.decl(id).name;
                if !self.offered.iter().any(|(known, _)| *known == name) {
                    self.offered.push((name, id));
                }
            }
        }
    }

    fn duplicate_types(&mut self, decls: &[Declaration<'a>]) {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for decl in decls {
            let name = declared_name(decl);
            if let Some(first) = seen.get(&*name.text) {
                let report = Report::new(
                    Code::Duplicate,
                    name.span,
                    format!("type '{}' is declared already", name.text),
                );
                self.report(report.note(Some(*first), "the first declaration"));
            } else {
                seen.insert(&name.text, name.span);
            }
        }
    }

    pub(super) fn push_scope(&mut self) {
        let parent = Some(self.frame.scope);
        self.frame.scope = self.scopes.len() as u32;
        self.scopes.push(Scope { parent, names: FxHashMap::default() });
    }

    /// A type declaration where it stands: those that speak of values are lowered now.
    pub(super) fn type_statement(&mut self, decl: &'a TypeDecl) {
        let decl = Declaration::Type(decl);
        if speaks_of_values(&decl) {
            self.declare_types(&[decl]);
        }
    }

    fn local_type(&self, name: &str) -> Option<TypeName> {
        let mut scope = Some(self.frame.scope);
        while let Some(at) = scope {
            let here = &self.scopes[at as usize];
            if let Some(found) = here.names.get(name) {
                return Some(*found);
            }
            scope = here.parent;
        }
        None
    }

    /// The type value that a name in call or method position means: `Point` in `Point:is(v)`.
    pub(super) fn type_value(&mut self, name: &Word) -> Option<Ty> {
        if self.bound.symbol(name).is_some() {
            return None;
        }
        let ty = match self.local_type(&name.text) {
            Some(TypeName::Decl(id)) => self.pool.add(Kind::Ref(id, crate::ty::List::EMPTY)),
            Some(TypeName::Plain(ty)) => ty,
            Some(TypeName::Param(_)) => return None,
            None => builtin(&name.text)?,
        };
        Some(self.pool.add(Kind::TypeValue(ty)))
    }

    /// A declared type as a value: `{Point = Point}`.
    pub(super) fn declared_value(&mut self, name: &Word) -> Option<Ty> {
        match self.local_type(&name.text) {
            Some(TypeName::Decl(id)) => {
                let ty = self.pool.add(Kind::Ref(id, crate::ty::List::EMPTY));
                Some(self.pool.add(Kind::TypeValue(ty)))
            }
            _ => None,
        }
    }

    /// Analyses a function if that is possible now.
    pub(super) fn force(&mut self, function: FnId) {
        match self.known[function.0 as usize].progress {
            Progress::Passed | Progress::At(_) => {}
            Progress::Made => self.analyse(function),
            Progress::Unmade => {
                // A closure of it is made when the function around it is analysed.
                if let Some(parent) = self.bound.func(function).parent
                    && !matches!(self.known[parent.0 as usize].progress, Progress::At(_) | Progress::Passed)
                {
                    self.force(parent);
                    if self.known[function.0 as usize].progress == Progress::Made {
                        self.analyse(function);
                    }
                }
            }
        }
    }
}

fn declared_name<'d>(decl: &Declaration<'d>) -> &'d Word {
    match decl {
        Declaration::Type(decl) => &decl.name,
        Declaration::Interface(decl) => &decl.name,
    }
}

/// Types of the language that are values in call and method position.
fn builtin(name: &str) -> Option<Ty> {
    Some(match name {
        "nil" => Ty::NIL,
        "boolean" => Ty::BOOLEAN,
        "number" => Ty::NUMBER,
        "integer" => Ty::INTEGER,
        "string" => Ty::STRING,
        "any" => Ty::ANY,
        "unknown" => Ty::UNKNOWN,
        "never" => Ty::NEVER,
        "table" => Ty::TABLE,
        _ => return None,
    })
}

fn speaks_of_values(decl: &Declaration<'_>) -> bool {
    match decl {
        Declaration::Type(decl) => speaks(&decl.ty),
        Declaration::Interface(_) => false,
    }
}

fn speaks(ty: &TypeExpr) -> bool {
    match &ty.kind {
        TypeKind::TypeOf(_) => true,
        TypeKind::Named { args, .. } => args.iter().any(speaks),
        TypeKind::Array { elem: inner, .. }
        | TypeKind::Optional(inner)
        | TypeKind::KeyOf(inner)
        | TypeKind::Group(inner) => speaks(inner),
        TypeKind::Map { key, value, .. } => speaks(key) || speaks(value),
        TypeKind::Record { fields, .. } | TypeKind::Interface(fields) => fields.iter().any(|f| speaks(&f.ty)),
        TypeKind::Union(types) | TypeKind::Intersection(types) => types.iter().any(speaks),
        TypeKind::Indexed { object, key } => speaks(object) || speaks(key),
        TypeKind::Function(f) => {
            f.params.iter().any(|(_, t)| speaks(t))
                || f.vararg.iter().any(|t| speaks(t))
                || f.returns.iter().any(speaks)
        }
        TypeKind::Conditional { check, bound, then, otherwise } => {
            [check, bound, then, otherwise].into_iter().any(|t| speaks(t))
        }
        TypeKind::Asserts { ty, .. } => ty.iter().any(|t| speaks(t)),
        TypeKind::Nil | TypeKind::Bool(_) | TypeKind::Str(_) | TypeKind::Int(_) | TypeKind::Float(_) => false,
    }
}

impl Names for Checker<'_> {
    fn local(&mut self, name: &str) -> Option<TypeName> {
        self.local_type(name)
    }

    fn imported(&mut self, alias: &str, name: &str) -> Found {
        let alias = self.bound.required.get(alias).copied().unwrap_or(alias);
        if let Some(imported) = self.imports.get(alias) {
            let found = imported.types.iter().find(|(known, _)| self.pool.str(*known) == name);
            return match found {
                Some((_, decl)) => Found::Type(TypeName::Decl(*decl)),
                None => {
                    let names = imported.types.iter().map(|(known, _)| self.pool.str(*known));
                    Found::NoSuchType { nearest: crate::nearest::nearest(name, names).map(str::to_string) }
                }
            };
        }
        let module = self.unit.module(alias).unwrap_or(alias);
        if self.env.module(module).is_some() {
            return match self.env.named_type(module, name) {
                Some(decl) => Found::Type(TypeName::Decl(decl)),
                None => Found::NoSuchType { nearest: None },
            };
        }
        Found::NoSuchModule
    }

    fn typeof_expr(&mut self, expr: &Expr) -> Ty {
        self.typeof_value(expr)
    }

    fn enter(&mut self, name: &str, what: TypeName) {
        let scope = self.frame.scope as usize;
        self.scopes[scope].names.entry(name.into()).or_insert(what);
    }

    fn visible(&mut self) -> Vec<String> {
        let mut names = vec![];
        let mut scope = Some(self.frame.scope);
        while let Some(at) = scope {
            let here = &self.scopes[at as usize];
            names.extend(here.names.keys().map(|name| name.to_string()));
            scope = here.parent;
        }
        names.sort_unstable();
        names
    }

    fn report(&mut self, report: Report) {
        Checker::report(self, report);
    }
}
