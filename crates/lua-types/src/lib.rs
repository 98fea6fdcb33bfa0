//! Types, checker and linter of the typed Lua dialect.
//!
//! A unit's tree and the manifests of what it imports → [`check`] → diagnostics and the unit's own manifest. Types are
//! interned in a [`Pool`]; what has no annotation is inferred when it is first asked for.

mod code;
mod pool;
mod report;
mod ty;
mod types;

pub use code::{Code, Severity};
pub use pool::Pool;
pub use report::{Note, Report};
pub use ty::{
    CondId, Conditional, Decl, DeclId, DeclKind, Field, Kind, List, Name, Pack, Param, ParamId, Predicate,
    Results, ShapeId, Sig, SigId, Table, TableId, Ty, TypeParam,
};
pub use types::Types;
