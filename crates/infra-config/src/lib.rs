//! Configuration: files, profiles, variables and command line, merged into typed sections.
//!
//! Layers, later wins leaf by leaf: defaults < a pack's defaults < files < profiles < environment < `--set`. `${env:NAME}` in a file is the
//! operating system's variable at load (missing: error); `${name}` is a variable of the merged `vars`; `$${` is a
//! literal `${`. Every value remembers where it was written, so each mistake shows its line.

mod config;
mod keys;
mod layers;
mod placeholder;
#[cfg(test)]
mod tests;
mod tree;

pub use config::{
    CacheAccess, CodeCache, Config, Disable, Encoding, History, LogManager, Override, Pattern, Profiler,
    Replacement, SupervisorHost, TypeChecks,
};
pub use keys::{KEYS, Key, State, Type};
pub use layers::{Defaults, Loaded, Sources, load};
pub use placeholder::shaped;
