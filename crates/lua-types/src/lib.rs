//! Types, checker and linter of the typed Lua dialect.
//!
//! A unit's tree and the manifests of what it imports → [`check`] → diagnostics and the unit's own manifest. Types are
//! interned in a [`Pool`]; what has no annotation is inferred when it is first asked for.

mod ambient;
mod bind;
mod check;
mod code;
mod comments;
mod declare;
mod display;
mod env;
mod evaluate;
mod examine;
mod facts;
mod generic;
mod library;
mod lower;
mod manifest;
pub mod members;
pub mod narrow;
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
pub use check::{Checked, Unit, check, deep};
pub use code::{Code, Severity};
pub use declare::{ConstType, FuncDecl, ModuleDecl, ObjectDecl, Reach, RecordDecl, TableDecl};
pub use display::{show, show_with};
pub use env::{Env, Problem};
pub use evaluate::{Evaluated, alternatives, evaluate, resolve};
pub use examine::{examine, unknown};
pub use generic::{Bindings, BrokenBound, broken_bounds, infer, infer_expected};
pub use library::{Special, libraries};
pub use lower::{Declaration, Found, Names, TypeName, declare_all, lower, lower_returns, lower_type_params};
pub use manifest::{BadManifest, Imported, Manifest, NamedTypes};
pub use members::Member;
pub use nearest::nearest;
pub use pages::Page;
pub use pool::Pool;
pub use relate::{Mismatch, Mode, Outcome, Step, Why, explain, fits, is_same, is_subtype, relate};
pub use report::{Note, Report};
pub use rules::lint;
pub use subst::{Subst, instantiate};
pub use ty::{
    CondId, Conditional, Decl, DeclId, DeclKind, Field, Kind, List, Name, Pack, Param, ParamId, Predicate,
    Results, ShapeId, Sig, SigId, Table, TableId, Ty, TypeParam,
};
pub use types::Types;
pub use widen::{widen, widen_deep};

/// Differs between builds that may find something else in a source.
pub const BUILD: &str = env!("LUA_TYPES_BUILD");
