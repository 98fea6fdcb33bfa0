//! Processes that run Lua: coroutines, mail, programs, executors.

mod body;
mod cache;
mod compiler;
mod component;
mod declare;
mod executor;
mod images;
mod keeping;
mod kinds;
mod making;
pub mod memory;
mod outcome;
mod program;
mod recorded;
mod require;
mod tidy;
mod typing;
mod unit;
mod written;

pub use body::LuaBody;
pub use cache::CacheOptions;
pub use compiler::{Compiler, Counts};
pub use component::{Options, component, statics};
pub use declare::{declarations, environment};
pub use executor::LuaExecutor;
pub use kinds::{
    Code, Function, FunctionTree, Library, LibraryTree, LuaKind, ModuleUnit, Process, ProcessTree,
    is_everywhere, no_module,
};
pub use program::{Coverage, Program};
pub use require::install;
pub use typing::{Typing, checks_of, diagnostic, position, source_file};
pub use unit::{Import, Unit};
pub use written::with_tree;
