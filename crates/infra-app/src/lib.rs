//! Application context, components and their loader.
//!
//! Phases 2 and 3 of the boot: components are sorted into levels by what they need by type, a level loads in
//! parallel, each attaches what it provides; then the context is sealed (a change of type, [`Building`] → [`App`])
//! and whatever has a start is started. One shutdown path stops in reverse and reports all errors.

mod component;
mod context;
mod levels;
mod loader;
mod shutdown;
mod tasks;
#[cfg(test)]
mod tests;

pub use component::{Component, Need};
pub use context::{App, Building};
pub use loader::{Loader, Running};
pub use shutdown::{Request, Shutdown};
pub use tasks::Tasks;
