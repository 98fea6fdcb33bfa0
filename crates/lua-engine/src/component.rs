//! The engine as a component: builds the statics, registers kinds and executors, seals the context.

use crate::cache::{Cache, CacheOptions};
use crate::compiler::Compiler;
use crate::executor::LuaExecutor;
use crate::kinds::{
    Function, FunctionTree, Library, LibraryTree, LuaKind, ModuleUnit, Process, ProcessTree, Role,
};
use crate::typing::{TypeChecks, Typing};
use core_dispatch::Dispatch;
use core_sched::Scheduler;
use infra_app::Component;
use infra_base::Result;
use infra_clock::Clock;
use infra_profile::Profiler;
use lua_api::{Module, ModuleInfo, Node};
use lua_vm::{Statics, StaticsBuilder};
use std::sync::Arc;
use sys_entries::Entries;
use sys_process::Engines;

/// How processes are made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bounds of every process.
    pub process: lua_vm::Options,
    /// Whether a process starts from the image of its program, or runs the top level of all units by itself. Programs
    /// cannot tell; tests compare.
    pub images: bool,
    /// Soft limit of the sum of all heaps, in bytes; see [`crate::memory`].
    pub memory: usize,
    /// Where compiled code and checked types are kept between runs; `None`: nowhere.
    pub cache: Option<CacheOptions>,
    /// Whether types are checked when code is loaded.
    pub typing: Typing,
    /// Name of the node.
    pub node: Box<str>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            process: lua_vm::Options::default(),
            images: true,
            memory: crate::memory::DEFAULT_LIMIT,
            cache: None,
            typing: Typing::Off,
            node: "local".into(),
        }
    }
}

/// The component; `modules` is the node's one list of Lua modules, `options` bound every process.
pub fn component(modules: Vec<Module>, options: Options) -> Component {
    Component::new("lua.engine")
        .needs::<Entries>()
        .needs::<Clock>()
        .needs::<Engines>()
        .after::<Dispatch>()
        .provides::<LuaExecutor>()
        .provides::<Compiler>()
        .provides::<Node>()
        .provides::<Profiler>()
        .load(move |boot| async move {
            let entries = boot.get::<Entries>()?;
            let names: Arc<[&'static str]> = modules.iter().map(|module| module.top.name).collect();
            let compiler = Arc::new(compiler(&options, &modules)?);
            kind::<Function>(&entries, &names, &compiler)?;
            kind::<Process>(&entries, &names, &compiler)?;
            kind::<Library>(&entries, &names, &compiler)?;
            kind::<ModuleUnit>(&entries, &names, &compiler)?;
            kind::<FunctionTree>(&entries, &names, &compiler)?;
            kind::<ProcessTree>(&entries, &names, &compiler)?;
            kind::<LibraryTree>(&entries, &names, &compiler)?;
            boot.provide(compiler)?;
            let clock = boot.get::<Clock>()?;
            let id = options.node.clone();
            let statics = statics(&modules);
            let reaper = Scheduler::default();
            statics.bury_with(Arc::new(move |mut rubble| reaper.drudge(move || rubble.free_slice())));
            let executor = Arc::new(LuaExecutor::new(statics, entries, (*clock).clone(), options));
            let mut modules: Vec<ModuleInfo> = modules.iter().map(ModuleInfo::from).collect();
            modules.sort_unstable_by_key(|module| module.name);
            let (memory, images) = (executor.memory().clone(), executor.images());
            boot.provide(Arc::new(Node { id, memory, images, modules }))?;
            boot.provide(executor.profiler().clone())?;
            let engines = boot.get::<Engines>()?;
            for kind in [Function::KIND, Process::KIND, FunctionTree::KIND, ProcessTree::KIND] {
                engines.register("lua.engine", kind, executor.clone())?;
            }
            boot.provide(executor)
        })
        .start(|app| async move {
            let commands = app.get::<Dispatch>()?.commands()?.clone();
            app.get::<LuaExecutor>()?.seal(app.clone(), commands);
            Ok(())
        })
}

fn kind<R: Role>(entries: &Entries, names: &Arc<[&'static str]>, compiler: &Arc<Compiler>) -> Result<()> {
    entries.kind("lua.engine", LuaKind::<R>::new(names.clone(), compiler.clone()))
}

fn compiler(options: &Options, modules: &[Module]) -> Result<Compiler> {
    let (asked, typing) = (options.cache.as_ref(), options.typing);
    let code = asked.is_some_and(|cache| cache.code);
    let types = asked.is_some_and(|cache| cache.types) && typing != Typing::Off;
    let cache = asked.filter(|_| code || types).and_then(cache).map(Arc::new);
    let checks = TypeChecks::new(typing, modules, cache.clone().filter(|_| types))?;
    Ok(Compiler::new(cache.filter(|_| code), checks))
}

/// The cache, or none with a warning: everything works without.
fn cache(options: &CacheOptions) -> Option<Cache> {
    let dir = options.dir.display();
    let off = |why: &String| tracing::warn!(target: "lua", %dir, "the cache of compiled code is off: {why}");
    Cache::open(options).inspect_err(off).ok()
}

/// Base libraries, the globals of this crate, and the modules.
pub fn statics(modules: &[Module]) -> Arc<Statics> {
    let mut builder = StaticsBuilder::new();
    crate::require::install(&mut builder);
    lua_api::install(modules, &mut builder);
    builder.build()
}
