//! Entry kinds that hold Lua: sources (`function.lua`) and trees of packs (`function.lua.bc`).
//!
//! ```yaml
//! - { name: greet, kind: function.lua, source: file://greet.lua, method: main, modules: [json], imports: { names: app:names } }
//! ```

use crate::compiler::{Compiler, Job};
use crate::program::Program;
use crate::typing::{Given, Typed};
use crate::unit::{Import, Unit, free_names};
use crate::written::Written;
use core_dispatch::BoxFuture;
use infra_base::{Data, EntryId, Error, Result, nearest};
use lua_types::{AMBIENT, GLOBALS};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;
use sys_entries::{BuildCx, EntryKind, FieldDoc, Fields, Offers};
use sys_functions::Pool;
use sys_process::{ENTRY_MEMORY, memory_limit};

/// What differs between the kinds.
pub trait Role: Send + Sync + 'static {
    /// The kind's text.
    const KIND: &'static str;
    /// One sentence for the reference page.
    const DOC: &'static str;
    /// Its fields.
    const FIELDS: &'static [FieldDoc];
    /// Whether it names a method.
    const RUNS: bool;
    /// Whether calls of it go through a pool.
    const POOLED: bool = false;
    /// Whether it holds a tree, not a source.
    const TREE: bool = false;
}

const SOURCE: FieldDoc = FieldDoc {
    name: "source",
    ty: "text",
    default: "!",
    doc: "Lua code, or `file://` and a path beside the YAML file.",
};
const TREE: FieldDoc = FieldDoc {
    name: "tree",
    ty: "bytes",
    default: "!",
    doc: "The syntax tree of the code, as `wippy pack --bytecode` writes it.",
};
const METHOD: FieldDoc = FieldDoc {
    name: "method",
    ty: "text",
    default: "main",
    doc: "The function to run, of the table that the code returns; without it the returned function, `main`, or the only function.",
};
const MODULES: FieldDoc = FieldDoc {
    name: "modules",
    ty: "list of text",
    default: "[]",
    doc: "Built-in modules that the code may `require`.",
};
const IMPORTS: FieldDoc = FieldDoc {
    name: "imports",
    ty: "map of alias to entry id",
    default: "{}",
    doc: "Other Lua entries by the name under which the code sees them; `:json` means a built-in module.",
};
const POOL: [FieldDoc; 5] = [
    FieldDoc {
        name: "pool.type",
        ty: "inline, lazy, static or adaptive",
        default: "static with `workers`, or with `size` alone; else lazy",
        doc: "Whether module state lives on between calls. `lazy`: each call begins anew. `static`, `adaptive`, `inline` (one call \
              at a time): a state goes from one call to the next, also behind a raise; a call that was ended from outside or \
              by its quota takes its state along, and states that an adaptive pool does not use for 30 s are dropped.",
    },
    FieldDoc {
        name: "pool.workers",
        ty: "integer",
        default: "",
        doc: "Calls that a static pool runs at once, and states that it keeps (`size`, else 8).",
    },
    FieldDoc { name: "pool.size", ty: "integer", default: "", doc: "The same, when `workers` is absent." },
    FieldDoc {
        name: "pool.buffer",
        ty: "integer",
        default: "workers × 64",
        doc: "Calls that may wait for a static pool.",
    },
    FieldDoc {
        name: "pool.max_size",
        ty: "integer",
        default: "16",
        doc: "Calls at once of a lazy or adaptive pool.",
    },
];

/// `function.lua`
pub struct Function;
/// `process.lua`
pub struct Process;
/// `library.lua`
pub struct Library;
/// `module.lua`
pub struct ModuleUnit;

impl Role for Function {
    const KIND: &'static str = "function.lua";
    const DOC: &'static str =
        "A function in Lua: called by other code, HTTP endpoints and services; each call has a fresh state.";
    const FIELDS: &'static [FieldDoc] =
        &[SOURCE, METHOD, MODULES, IMPORTS, ENTRY_MEMORY, POOL[0], POOL[1], POOL[2], POOL[3], POOL[4]];
    const RUNS: bool = true;
    const POOLED: bool = true;
}

impl Role for Process {
    const KIND: &'static str = "process.lua";
    const DOC: &'static str =
        "A process in Lua: spawned on a host, with a mailbox of its own, isolated from all others.";
    const FIELDS: &'static [FieldDoc] = &[SOURCE, METHOD, MODULES, IMPORTS, ENTRY_MEMORY];
    const RUNS: bool = true;
}

impl Role for Library {
    const KIND: &'static str = "library.lua";
    const DOC: &'static str = "Lua code that other entries import.";
    const FIELDS: &'static [FieldDoc] = &[SOURCE, MODULES, IMPORTS];
    const RUNS: bool = false;
}

impl Role for ModuleUnit {
    const KIND: &'static str = "module.lua";
    const DOC: &'static str = "Lua code that other entries import; the same as `library.lua`.";
    const FIELDS: &'static [FieldDoc] = &[SOURCE, MODULES, IMPORTS];
    const RUNS: bool = false;
}

/// `function.lua.bc`
pub struct FunctionTree;
/// `process.lua.bc`
pub struct ProcessTree;
/// `library.lua.bc`
pub struct LibraryTree;

impl Role for FunctionTree {
    const KIND: &'static str = "function.lua.bc";
    const DOC: &'static str =
        "A `function.lua` of a pack, with the syntax tree of its code in the place of the source.";
    const FIELDS: &'static [FieldDoc] =
        &[TREE, METHOD, MODULES, IMPORTS, ENTRY_MEMORY, POOL[0], POOL[1], POOL[2], POOL[3], POOL[4]];
    const RUNS: bool = true;
    const POOLED: bool = true;
    const TREE: bool = true;
}

impl Role for ProcessTree {
    const KIND: &'static str = "process.lua.bc";
    const DOC: &'static str =
        "A `process.lua` of a pack, with the syntax tree of its code in the place of the source.";
    const FIELDS: &'static [FieldDoc] = &[TREE, METHOD, MODULES, IMPORTS, ENTRY_MEMORY];
    const RUNS: bool = true;
    const TREE: bool = true;
}

impl Role for LibraryTree {
    const KIND: &'static str = "library.lua.bc";
    const DOC: &'static str = "A `library.lua` or `module.lua` of a pack, with the syntax tree of its code in the place of the source.";
    const FIELDS: &'static [FieldDoc] = &[TREE, MODULES, IMPORTS];
    const RUNS: bool = false;
    const TREE: bool = true;
}

/// The entry kind of a role.
pub struct LuaKind<R> {
    modules: Arc<[&'static str]>,
    compiler: Arc<Compiler>,
    role: PhantomData<fn() -> R>,
}

impl<R: Role> LuaKind<R> {
    /// `modules`: every module that units may list.
    pub(crate) fn new(modules: Arc<[&'static str]>, compiler: Arc<Compiler>) -> Self {
        LuaKind { modules, compiler, role: PhantomData }
    }
}

/// A decoded Lua entry.
pub struct Config {
    written: Written,
    method: Option<Box<str>>,
    modules: Vec<Box<str>>,
    imports: Vec<(Box<str>, Import)>,
    memory: Option<usize>,
}

/// Kinds that can be imported.
const IMPORTABLE: &[&str] = &[
    "library.lua",
    "module.lua",
    "function.lua",
    "process.lua",
    "library.lua.bc",
    "function.lua.bc",
    "process.lua.bc",
];

impl<R: Role> EntryKind for LuaKind<R> {
    const KIND: &'static str = R::KIND;
    const DOC: &'static str = R::DOC;
    const FIELDS: &'static [FieldDoc] = R::FIELDS;
    const FOLLOWS_REFERENCES: bool = true;
    type Config = Config;
    type Instance = Code;

    fn decode(&self, fields: &mut Fields) -> Result<Config> {
        let written = if R::TREE { tree(fields) } else { source(fields) };
        let method = if R::RUNS { fields.optional::<Box<str>>("method") } else { None };
        let mut listed: Vec<Box<str>> = fields.optional("modules").unwrap_or_default();
        for (i, name) in listed.iter().enumerate() {
            if !is_everywhere(name) {
                self.known(fields, &format!("modules[{i}]"), name);
            }
        }
        listed.retain(|name| self.modules.contains(&&**name));
        let named: BTreeMap<Box<str>, Box<str>> = fields.optional("imports").unwrap_or_default();
        let mut imports = Vec::with_capacity(named.len());
        for (alias, target) in named {
            let field = format!("imports.{alias}");
            let import = match target.strip_prefix(':') {
                Some(module) => {
                    self.known(fields, &field, module);
                    Import::Module(module.into())
                }
                None => Import::Entry(fields.reference(&field, IMPORTABLE)),
            };
            imports.push((alias, import));
        }
        let memory = if R::RUNS { memory_limit(fields) } else { None };
        if R::POOLED {
            self.check_pool(fields);
            fields.skip("pool");
            for pool in POOL {
                fields.skip(pool.name);
            }
        }
        Ok(Config { written, method, modules: listed, imports, memory })
    }

    fn build<'a>(&'a self, cx: &'a BuildCx<'a>, config: Arc<Config>) -> BoxFuture<'a, Result<Code>> {
        Box::pin(async move {
            let entry =
                cx.entry().ok_or_else(|| Error::internal(format!("entry {} is not in the change", cx.id)))?;
            // The source did not change when only an import did: the compiled code is kept.
            let previous = cx.previous::<Code>().filter(|code| code.written == config.written);
            let given = match self.compiler.types() {
                Some(_) => Some(Given::new(&config.modules, &config.imports, &|id| cx.get::<Typed>(id))?),
                None => None,
            };
            let names = free_names(&config.imports);
            let typed = previous.as_ref().and_then(|code| code.typed.clone());
            let job = Job {
                compiler: self.compiler.clone(),
                entry: entry.clone(),
                written: config.written.clone(),
                typed: typed.filter(|typed| given.as_ref().is_some_and(|given| typed.stands(given))),
                proto: previous
                    .filter(|code| free_names(&code.unit.imports) == names)
                    .map(|code| code.unit.proto.clone()),
                names,
                given,
            };
            let (proto, typed) = job.run().await?;
            let unit = Arc::new(Unit {
                id: cx.id.clone(),
                proto,
                method: config.method.clone(),
                modules: config.modules.clone(),
                imports: config.imports.clone(),
                memory: config.memory,
            });
            let program = Arc::new(Program::link(&unit, &|id: &EntryId| cx.get::<Unit>(id))?);
            Ok(Code { written: config.written.clone(), typed, unit, program, runs: R::RUNS })
        })
    }

    fn offers(&self, _id: &EntryId, code: &Arc<Code>, offers: &mut Offers) {
        offers.add::<Unit>(code.unit.clone());
        if let Some(typed) = &code.typed {
            offers.add::<Typed>(typed.clone());
        }
        if code.runs {
            offers.add::<Program>(code.program.clone());
        }
    }
}

impl<R: Role> LuaKind<R> {
    /// A wrong pool is refused at the start, not at the first call.
    fn check_pool(&self, fields: &mut Fields) {
        // `pool.size: what is wrong`
        let parts = |message: &str| {
            let (field, what) = message.split_once(": ").unwrap_or(("pool", message));
            (field.to_owned(), what.to_owned())
        };
        let entry = fields.entry().clone();
        match Pool::read(&entry.data) {
            Ok((_, warnings)) => warnings.iter().map(|warning| parts(warning)).for_each(|(field, what)| {
                fields.warning(&field, &what);
            }),
            Err(error) => {
                let (field, what) = parts(error.message());
                fields.mistake(&field, &what);
            }
        }
    }

    fn known(&self, fields: &mut Fields, field: &str, name: &str) {
        if let Some(message) = no_module(name, &self.modules) {
            fields.mistake(field, &message);
        }
    }
}

fn source(fields: &mut Fields) -> Written {
    let source = fields.source("source").unwrap_or_else(|| {
        // A value that is there but no text has its own mistake already.
        if !fields.has("source") {
            fields.mistake("source", "required (Lua code, or file:// and a path)");
        }
        "".into()
    });
    Written::Source(source.into())
}

/// Whether it is a tree is seen when it is compiled. Packs of another program hold compiled code, which never runs here.
fn tree(fields: &mut Fields) -> Written {
    let foreign = ["fs", "path", "hash"].into_iter().any(|name| fields.has(name));
    let bytes = match fields.raw("tree") {
        Some(Data::Bytes(bytes)) => bytes,
        // Bytes that happen to be text.
        Some(Data::Text(text)) => bytes::Bytes::from(text.into_string()),
        Some(other) => {
            fields.mistake("tree", &format!("bytes expected, this is a {}", other.type_name()));
            bytes::Bytes::new()
        }
        None if foreign => {
            let what = "missing: this is bytecode of another program (fs, path, hash), which is not run; pack its source, \
                        or make the pack with `wippy pack --bytecode`";
            fields.mistake("tree", what);
            bytes::Bytes::new()
        }
        None => {
            fields.mistake("tree", "required (`wippy pack --bytecode` writes it)");
            bytes::Bytes::new()
        }
    };
    if foreign {
        ["fs", "path", "hash"].into_iter().for_each(|name| fields.skip(name));
    }
    Written::Tree(bytes)
}

/// Whether every unit has the global `name`; units may list it among their modules nevertheless, for nothing.
pub fn is_everywhere(name: &str) -> bool {
    AMBIENT.contains(&name) || GLOBALS.contains(&name)
}

/// What is wrong with listing the module `name`, if `known` are all there are.
pub fn no_module(name: &str, known: &[&str]) -> Option<String> {
    if known.contains(&name) {
        return None;
    }
    Some(match nearest(name, known.iter().copied()) {
        Some(near) => format!("no module \"{name}\"; did you mean \"{near}\"?"),
        None if PLANNED.contains(&name) => format!("module \"{name}\" is not built yet"),
        None => format!("no module \"{name}\" (there are: {})", known.join(", ")),
    })
}

/// Documented modules that are not built yet.
const PLANNED: &[&str] = &[
    "archive",
    "base64",
    "cdc",
    "cloudstorage",
    "compress",
    "contract",
    "crypto",
    "env",
    "eval_runner",
    "excel",
    "exec",
    "expr",
    "fs",
    "hash",
    "html",
    "http_client",
    "hub",
    "metrics",
    "pg",
    "queue",
    "security",
    "sql",
    "store",
    "templates",
    "text",
    "treesitter",
    "tty",
    "uuid",
    "websocket",
    "workflow",
    "yaml",
];

/// What lives while a Lua entry does.
pub struct Code {
    written: Written,
    typed: Option<Arc<Typed>>,
    unit: Arc<Unit>,
    program: Arc<Program>,
    runs: bool,
}
