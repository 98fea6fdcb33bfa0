//! The engine as a component: builds the statics, registers kinds and executors, seals the context.

use crate::executor::LuaExecutor;
use crate::kinds::{Function, Library, LuaKind, ModuleUnit, Process, Role};
use core_dispatch::Dispatch;
use infra_app::Component;
use infra_base::Result;
use infra_clock::Clock;
use lua_api::Module;
use lua_vm::{Statics, StaticsBuilder};
use std::sync::Arc;
use sys_entries::Entries;
use sys_process::Engines;

/// How processes are made.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Bounds of every process.
    pub process: lua_vm::Options,
    /// Whether a process starts from the image of its program, or runs the top level of all units by itself. Programs
    /// cannot tell; tests compare.
    pub images: bool,
    /// Soft limit of the sum of all heaps, in bytes; see [`crate::memory`].
    pub memory: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { process: lua_vm::Options::default(), images: true, memory: crate::memory::DEFAULT_LIMIT }
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
        .load(move |boot| async move {
            let entries = boot.get::<Entries>()?;
            let names: Arc<[&'static str]> = modules.iter().map(|module| module.top.name).collect();
            kind::<Function>(&entries, &names)?;
            kind::<Process>(&entries, &names)?;
            kind::<Library>(&entries, &names)?;
            kind::<ModuleUnit>(&entries, &names)?;
            let clock = boot.get::<Clock>()?;
            let executor = Arc::new(LuaExecutor::new(statics(&modules), entries, (*clock).clone(), options));
            let engines = boot.get::<Engines>()?;
            engines.register("lua.engine", Function::KIND, executor.clone())?;
            engines.register("lua.engine", Process::KIND, executor.clone())?;
            boot.provide(executor)
        })
        .start(|app| async move {
            let commands = app.get::<Dispatch>()?.commands()?.clone();
            app.get::<LuaExecutor>()?.seal(app.clone(), commands);
            Ok(())
        })
}

fn kind<R: Role>(entries: &Entries, names: &Arc<[&'static str]>) -> Result<()> {
    entries.kind("lua.engine", LuaKind::<R>::new(names.clone()))
}

/// Base libraries, the globals of this crate, and the modules.
pub fn statics(modules: &[Module]) -> Arc<Statics> {
    let mut builder = StaticsBuilder::new();
    crate::require::install(&mut builder);
    lua_api::install(modules, &mut builder);
    builder.build()
}
