//! Types, checker and linter of the typed Lua dialect.
//!
//! A unit's tree and the manifests of what it imports → [`examine`] → diagnostics and the unit's own manifest. Types are
//! interned in a [`Pool`]; what has no annotation is inferred when it is first asked for.

mod ambient;
mod bind;
mod check;
mod code;
mod declare;
mod deep;
mod display;
mod env;
mod evaluate;
mod examine;
mod generic;
mod library;
mod lower;
mod manifest;
mod members;
mod narrow;
mod nearest;
mod pages;
mod pool;
mod relate;
mod report;
mod rules;
mod subst;
mod suppress;
mod ty;
mod types;
mod widen;

#[cfg(test)]
mod tests;

pub use ambient::{AMBIENT, GLOBALS};
pub use check::{Checked, Unit};
pub use code::{Code, Severity};
pub use declare::{ConstType, FuncDecl, ModuleDecl, ObjectDecl, Reach, RecordDecl, TableDecl};
pub use deep::deep;
pub use display::show;
pub use env::{Env, Problem};
pub use evaluate::resolve;
pub use examine::{Rules, examine, examine_tree, unknown};
pub use library::libraries;
pub use manifest::{BadManifest, Manifest};
pub use pages::Page;
pub use pool::Pool;
pub use report::{Note, Report};
pub use ty::{DeclId, Field, Kind, List, Name, Pack, Results, SigId, Table, Ty};

/// Differs between builds that may find something else in a source.
pub const BUILD: &str = env!("LUA_TYPES_BUILD");
