//! What a unit offers to others: its value, types and globals, independent of any pool.
//!
//! A manifest is a table of nodes. A node speaks only of nodes before it; what is recursive goes through a declaration, whose
//! body may be any node. So reading one needs no recursion, and takes time in proportion to its size.

mod bytes;
mod export;
mod import;

use crate::ty::{DeclId, DeclKind, Name, Ty};

pub use bytes::BadManifest;
pub(crate) use import::Imported;

/// What a unit offers to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    strings: Vec<Box<[u8]>>,
    params: Vec<ParamNode>,
    decls: Vec<DeclNode>,
    nodes: Vec<Node>,
    value: u32,
    types: Vec<(u32, u32)>,
    globals: Vec<(u32, u32)>,
}

/// A type parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ParamNode {
    name: u32,
    bound: Option<u32>,
}

/// A declared type.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DeclNode {
    unit: Option<u32>,
    name: u32,
    kind: DeclKind,
    params: Vec<u32>,
    /// `None`: it lies in the base that all pools stand on.
    body: Option<u32>,
}

/// A type; numbers are indices of strings, parameters, declarations and earlier nodes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Node {
    Basic(u8),
    Bool(bool),
    Int(i64),
    Float(u64),
    Str(u32),
    Array(u32, bool),
    Map(u32, u32, bool),
    Record { fields: Vec<FieldNode>, index: Option<(u32, u32)>, interface: bool },
    Tuple(Vec<u32>),
    Function(Box<SigNode>),
    Union(Vec<u32>),
    Intersection(Vec<u32>),
    Ref(u32, Vec<u32>),
    Param(u32),
    TypeValue(u32),
    KeyOf(u32),
    Indexed(u32, u32),
    Conditional([u32; 4]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct FieldNode {
    name: u32,
    ty: u32,
    optional: bool,
    readonly: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct SigNode {
    generics: Vec<u32>,
    /// Name, type, optional.
    params: Vec<(Option<u32>, u32, bool)>,
    rest: Option<u32>,
    results: Vec<u32>,
    more: Option<u32>,
    /// Parameter and type.
    asserts: Option<(u32, Option<u32>)>,
    method: bool,
    lenient: bool,
}

/// The types of one word, by their number in a node.
const BASICS: [Ty; 12] = [
    Ty::NEVER,
    Ty::UNKNOWN,
    Ty::ANY,
    Ty::NIL,
    Ty::BOOLEAN,
    Ty::NUMBER,
    Ty::INTEGER,
    Ty::STRING,
    Ty::TABLE,
    Ty::FUNCTION,
    Ty::THREAD,
    Ty::USERDATA,
];

/// Declared types of a unit by the names under which it offers them.
pub(crate) type NamedTypes = Vec<(Name, DeclId)>;

impl Manifest {
    /// A number that stands for all that is offered: dependents need no new check while it stays the same.
    pub fn digest(&self) -> u128 {
        // FNV-1a: the bytes are our own, nobody gains by two manifests of one digest.
        const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        self.to_bytes().iter().fold(BASIS, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
    }
}

#[cfg(test)]
mod tests;
