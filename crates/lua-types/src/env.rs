//! What every unit of a node sees: globals, modules and their types, in a frozen pool.
//!
//! Built once from the declarations of libraries and modules; the pools of units stand on its pool.

mod known;
mod scope;

use crate::declare::{ConstType, FuncDecl, ModuleDecl, ObjectDecl, Reach, TableDecl};
use crate::library::{Special, libraries};
use crate::pool::Pool;
use crate::ty::{DeclId, DeclKind, Field, Kind, List, Param, Sig, SigId, Ty};
use known::Known;
use rustc_hash::FxHashMap;
use scope::{Generics, Position, Scope};
use std::fmt;
use std::sync::Arc;

/// Globals, modules and types of a node.
#[derive(Debug)]
pub struct Env {
    pool: Arc<Pool>,
    globals: FxHashMap<Box<str>, Ty>,
    modules: FxHashMap<Box<str>, Module>,
    specials: FxHashMap<SigId, Special>,
    metas: FxHashMap<DeclId, Vec<Box<str>>>,
}

#[derive(Debug)]
struct Module {
    ty: Ty,
    reach: Reach,
    types: FxHashMap<Box<str>, DeclId>,
}

/// A declaration that cannot be read: a mistake of whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The module.
    pub module: String,
    /// The function, constant or type in it.
    pub item: String,
    /// What is wrong, in lower case.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "module {}, {}: {}", self.module, self.item, self.message)
    }
}

impl Default for Env {
    /// The language's libraries alone.
    fn default() -> Self {
        Env::build(&libraries()).expect("the libraries are declared without a mistake: a test reads them")
    }
}

impl Env {
    /// Reads declarations.
    ///
    /// # Errors
    /// Every signature and type that does not parse, or names a type that nobody declares, or that is declared twice.
    pub fn build(modules: &[ModuleDecl<'_>]) -> Result<Env, Vec<Problem>> {
        let mut build = Build { pool: Pool::new(), ..Build::default() };
        for module in modules {
            build.declare(module);
        }
        for module in modules {
            build.types(module);
        }
        for module in modules {
            build.module(module);
        }
        if !build.problems.is_empty() {
            return Err(build.problems);
        }
        let Build { pool, globals, modules, specials, metas, .. } = build;
        Ok(Env { pool: Arc::new(pool), globals, modules, specials, metas })
    }

    /// The pool that the pools of units stand on, see [`Pool::on`].
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// The type of a global that is preset in every unit.
    pub fn global(&self, name: &str) -> Option<Ty> {
        self.globals.get(name).copied()
    }

    /// The names of all globals, unordered.
    pub fn globals(&self) -> impl Iterator<Item = &str> {
        self.globals.keys().map(|name| &**name)
    }

    /// What `require(name)` gives, whether or not a unit must list the module.
    pub fn module(&self, name: &str) -> Option<Ty> {
        self.modules.get(name).map(|module| module.ty)
    }

    /// The module, or the global library, that has this type.
    pub(crate) fn name_of(&self, ty: Ty) -> Option<&str> {
        let modules = self.modules.iter().filter(|(_, module)| module.ty == ty).map(|(name, _)| &**name);
        let globals = self.globals.iter().filter(|(_, global)| **global == ty).map(|(name, _)| &**name);
        modules.min().or_else(|| globals.min())
    }

    /// The names of all modules that `require` may find, unordered.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.modules.keys().map(|name| &**name)
    }

    /// Whether `require(name)` finds the module in a unit that does not list it.
    pub fn is_ambient(&self, name: &str) -> bool {
        self.modules.get(name).is_some_and(|module| module.reach != Reach::Listed)
    }

    /// A named type of a module: what `time.Time` means where `time` is the module.
    pub fn named_type(&self, module: &str, name: &str) -> Option<DeclId> {
        self.modules.get(module)?.types.get(name).copied()
    }

    /// What the checker knows of a function besides its signature.
    pub fn special(&self, sig: SigId) -> Option<Special> {
        self.specials.get(&sig).copied()
    }

    /// The library whose functions are the methods of texts.
    pub fn string_methods(&self) -> Option<Ty> {
        self.module("string")
    }

    /// Whether a function of that signature takes texts that spell numbers for numbers, as those of the language do.
    pub(crate) fn takes_numerals(&self, sig: SigId) -> bool {
        let is = |ty: Ty| match self.pool.kind(ty) {
            Kind::Function(known) => known == sig,
            Kind::Intersection(list) => {
                self.pool.types(list).into_iter().any(|ty| self.pool.kind(ty) == Kind::Function(sig))
            }
            _ => false,
        };
        ["math", "string", "table"].iter().filter_map(|name| self.module(name)).any(|library| {
            matches!(self.pool.kind(library), Kind::Record(id) if self.pool.fields(id).fields.iter().any(|f| is(f.ty)))
        })
    }

    /// Whether objects of a kind answer an event such as `__lt`.
    pub fn answers(&self, object: DeclId, event: &str) -> bool {
        self.metas.get(&object).is_some_and(|events| events.iter().any(|known| **known == *event))
    }
}

/// An environment that is being built.
#[derive(Default)]
struct Build {
    pool: Pool,
    known: Known,
    globals: FxHashMap<Box<str>, Ty>,
    modules: FxHashMap<Box<str>, Module>,
    specials: FxHashMap<SigId, Special>,
    metas: FxHashMap<DeclId, Vec<Box<str>>>,
    /// The parameters of each generic type.
    generics: FxHashMap<DeclId, Generics>,
    problems: Vec<Problem>,
}

impl Build {
    fn problem(&mut self, module: &str, item: &str, message: impl Into<String>) {
        let (module, item) = (module.to_owned(), item.to_owned());
        self.problems.push(Problem { module, item, message: message.into() });
    }

    /// Lowers something written in `module`; mistakes become problems of `item`.
    fn lower<T>(&mut self, module: &str, item: &str, write: impl FnOnce(&mut Scope<'_>) -> T) -> T {
        let mut scope = Scope::new(&mut self.pool, &self.known, module);
        let lowered = write(&mut scope);
        let mistakes = std::mem::take(&mut scope.mistakes);
        for mistake in mistakes {
            self.problem(module, item, mistake);
        }
        lowered
    }

    /// Makes the names of a module's types known.
    fn declare(&mut self, module: &ModuleDecl<'_>) {
        let name = module.top.name;
        // Objects of libraries are types of the language: `error`.
        let library = matches!(module.reach, Reach::Library | Reach::Global | Reach::Globals);
        for object in &module.objects {
            self.declare_type(name, object.name, object.params, DeclKind::Object, library);
        }
        for record in &module.records {
            self.declare_type(name, record.name, "", DeclKind::Alias, false);
        }
    }

    fn declare_type(&mut self, module: &str, name: &str, params: &str, kind: DeclKind, language: bool) {
        let head = if params.is_empty() { name.to_owned() } else { format!("{name}<{params}>") };
        let parsed = match lua_syntax::parse_head(&head) {
            Ok((_, params)) => params,
            Err(error) => return self.problem(module, name, error.message),
        };
        if crate::lower::is_basic(name) {
            return self.problem(module, name, "a type of the language has that name");
        }
        let generics = self.lower(module, name, |scope| scope.generics(&parsed));
        let unit = if language { None } else { Some(self.pool.name(module.as_bytes())) };
        let decl = crate::ty::Decl {
            name: self.pool.name(name.as_bytes()),
            unit,
            kind,
            params: generics.iter().map(|(_, param)| *param).collect(),
            body: Ty::ANY,
        };
        let id = self.pool.declare(decl);
        self.generics.insert(id, generics);
        if !self.known.add(module, name, id, language) {
            self.problem(module, name, "the type is declared twice");
        }
    }

    /// Lowers what the types of a module stand for.
    fn types(&mut self, module: &ModuleDecl<'_>) {
        let name = module.top.name;
        for record in &module.records {
            let Some(id) = self.known.own(name, record.name) else { continue };
            match lua_syntax::parse_type(record.ty) {
                Ok(ty) => {
                    let position = if record.taken { Position::Taken } else { Position::Exact };
                    let body = self.lower(name, record.name, |scope| scope.ty(ty, position));
                    self.pool.decl_mut(id).body = body;
                }
                Err(error) => self.problem(name, record.name, error.message),
            }
        }
        for object in &module.objects {
            self.object(name, object);
        }
    }

    fn object(&mut self, module: &str, object: &ObjectDecl<'_>) {
        let Some(id) = self.known.own(module, object.name) else { return };
        let generics = self.generics.get(&id).cloned().unwrap_or_default();
        let args: Vec<Ty> = generics.iter().map(|(_, param)| self.pool.add(Kind::Param(*param))).collect();
        let args = self.pool.list(&args);
        let this = self.pool.add(Kind::Ref(id, args));
        let mut fields = Vec::with_capacity(object.methods.len());
        for method in &object.methods {
            let item = format!("{}:{}", object.name, method.name());
            let Some(sig) = self.signature(module, &item, method, &generics, true) else { continue };
            let name = Some(self.pool.name(b"self"));
            let mut params = vec![Param { name, ty: this, optional: false }];
            params.extend(sig.params);
            let sig = self.pool.sig(Sig { params, method: true, ..sig });
            fields.push(readonly(&mut self.pool, method.name(), sig));
        }
        if let Some(twice) = twice(&fields) {
            let name = self.pool.str(twice).to_owned();
            self.problem(module, &format!("{}:{name}", object.name), "the method is declared twice");
        }
        let body = self.pool.record(fields);
        self.pool.decl_mut(id).body = body;
        self.metas.insert(id, object.metas.iter().map(|event| (*event).into()).collect());
    }

    /// A function's signature; `None` and a problem if it cannot be read. `alone`: no other declaration has its name.
    fn signature(
        &mut self,
        module: &str,
        item: &str,
        function: &FuncDecl<'_>,
        outer: &Generics,
        alone: bool,
    ) -> Option<Sig> {
        match lua_syntax::parse_signature(function.signature) {
            Ok(parsed) if parsed.path.len() == 1 => {
                Some(self.lower(module, item, |scope| scope.signature(parsed, outer, alone)))
            }
            Ok(_) => {
                self.problem(module, item, "a name without dots expected");
                None
            }
            Err(error) => {
                let at = error.span.start;
                self.problem(
                    module,
                    item,
                    format!("{} at byte {at} of {}", error.message, function.signature),
                );
                None
            }
        }
    }

    /// Lowers the table of a module and makes it known.
    fn module(&mut self, module: &ModuleDecl<'_>) {
        let name = module.top.name;
        let fields = self.table(name, "", &module.top);
        let types = self.known.of(name);
        for function in &module.globals {
            if let Some(sig) = self.signature(name, function.name(), function, &Generics::default(), true) {
                let sig = self.pool.sig(sig);
                let ty = self.pool.add(Kind::Function(sig));
                self.global(name, function.name(), ty);
            }
        }
        if module.reach == Reach::Globals {
            for field in fields {
                let global = self.pool.str(field.name).to_owned();
                self.global(name, &global, field.ty);
            }
            return;
        }
        let ty = match module.instance_of {
            Some(object) => match self.known.own(name, object) {
                Some(id) => self.pool.add(Kind::Ref(id, List::EMPTY)),
                None => return self.problem(name, object, "the module is no object of its own"),
            },
            None => self.pool.record(fields),
        };
        if module.reach != Reach::Listed {
            self.global(name, name, ty);
        }
        if module.reach == Reach::Global {
            return;
        }
        let known = self.modules.insert(name.into(), Module { ty, reach: module.reach, types });
        if known.is_some() {
            self.problem(name, name, "the module is declared twice");
        }
    }

    fn global(&mut self, module: &str, name: &str, ty: Ty) {
        if self.globals.insert(name.into(), ty).is_some() {
            self.problem(module, name, "the global is declared twice");
        }
    }

    /// The fields of a table; `path` is what stands before their names: empty or `registry.`.
    fn table(&mut self, module: &str, path: &str, table: &TableDecl<'_>) -> Vec<Field> {
        let mut fields = Vec::with_capacity(table.functions.len() + table.constants.len());
        for (i, function) in table.functions.iter().enumerate() {
            let name = function.name();
            if table.functions[..i].iter().any(|before| before.name() == name) {
                continue;
            }
            let all: Vec<_> = table.functions[i..].iter().filter(|other| other.name() == name).collect();
            if let Some(ty) = self.alternatives(module, &format!("{path}{name}"), &all) {
                let name = self.pool.name(name.as_bytes());
                fields.push(Field { name, ty, optional: false, readonly: true });
            }
        }
        for (name, ty) in &table.constants {
            let ty = self.constant(module, &format!("{path}{name}"), ty);
            let name = self.pool.name(name.as_bytes());
            fields.push(Field { name, ty, optional: false, readonly: true });
        }
        for inner in &table.tables {
            let inside = self.table(module, &format!("{path}{}.", inner.name), inner);
            let ty = self.pool.record(inside);
            let name = self.pool.name(inner.name.as_bytes());
            fields.push(Field { name, ty, optional: false, readonly: true });
        }
        if let Some(twice) = twice(&fields) {
            let name = self.pool.str(twice).to_owned();
            self.problem(module, &format!("{path}{name}"), "the name is declared twice");
        }
        fields
    }

    /// The type of a function with its alternatives.
    fn alternatives(&mut self, module: &str, path: &str, all: &[&FuncDecl<'_>]) -> Option<Ty> {
        let special = Special::find(if module == "base" { "" } else { module }, path);
        let mut types = Vec::with_capacity(all.len());
        for function in all {
            let sig = self.signature(module, path, function, &Generics::default(), all.len() == 1)?;
            let id = match special {
                // A signature of its own, which no function of a unit shares.
                Some(special) => {
                    let id = self.pool.unique_sig(sig);
                    self.specials.insert(id, special);
                    id
                }
                None => self.pool.sig(sig),
            };
            types.push(self.pool.add(Kind::Function(id)));
        }
        if let [only] = types[..] {
            return Some(only);
        }
        Some(self.pool.intersection(&types))
    }

    fn constant(&mut self, module: &str, path: &str, ty: &ConstType<'_>) -> Ty {
        match ty {
            ConstType::Boolean => Ty::BOOLEAN,
            ConstType::Integer => Ty::INTEGER,
            ConstType::Number => Ty::NUMBER,
            ConstType::Text(text) => self.pool.str_type(text.as_bytes()),
            ConstType::Type(text) => match lua_syntax::parse_type(text) {
                Ok(ty) => self.lower(module, path, |scope| scope.ty(ty, Position::Exact)),
                Err(error) => {
                    self.problem(module, path, error.message);
                    Ty::ANY
                }
            },
        }
    }
}

fn readonly(pool: &mut Pool, name: &str, sig: SigId) -> Field {
    let name = pool.name(name.as_bytes());
    Field { name, ty: pool.add(Kind::Function(sig)), optional: false, readonly: true }
}

/// A name that two of the fields have.
fn twice(fields: &[Field]) -> Option<crate::ty::Name> {
    let mut fields = fields.iter().enumerate();
    let all: Vec<_> = fields.clone().map(|(_, field)| field.name).collect();
    fields.find(|(i, field)| all[..*i].contains(&field.name)).map(|(_, field)| field.name)
}

#[cfg(test)]
mod tests;
