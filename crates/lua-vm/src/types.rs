//! Types as values: graphs of forms, shared by everybody who holds a type of them.
//!
//! A [`Type`] is a node of a [`Graph`], which is immutable and counted: the types that a unit declares are one graph, owned by
//! its code; what a program makes at run time (`List(number)`) is a graph of its own, owned by who holds a type of it. Parts of a type
//! (`T:elem()`, `T.field`) are other nodes of the same graph. Names are for people; what a type *is* is its hash
//! ([`same`]), which leaves them out, so equal types of different graphs are equal without a table of all types.
//!
//! Way of a declaration: [`declare`] makes raw nodes of the syntax tree, [`copy`] expands generics, [`settle`] computes what is
//! left to compute (`T[K]`, `keyof`, conditional types). A reference to another unit stays a [`Form::Import`] until the unit
//! runs and [`link`] finds out what it means.

#![allow(unsafe_code, reason = "types are objects of heaps and constants of code")]

use std::sync::{Arc, LazyLock, OnceLock};

use crate::fragment::{Portable, Transfer};
use crate::native::{Cx, Raise, Val};
use crate::object::{FROZEN, Header, IMMORTAL, Kind, Slots, Table, Userdata};
use crate::statics::TypeInfo;
use crate::value::{self, Value};

mod checks;
mod copy;
mod declare;
mod infer;
mod link;
mod order;
mod same;
mod settle;
mod show;
#[cfg(test)]
mod tests;
mod validate;

pub(crate) use checks::{Check, Pattern};
pub(crate) use copy::{MOST, instantiate};
pub(crate) use declare::{Declared, Places, declare, declared_name};
pub use link::{Imported, TypeNames};
pub(crate) use order::is_subtype;
pub(crate) use settle::is_open;
pub(crate) use validate::{Mode, Resting, begin};

/// Number of a node in its graph.
pub(crate) type Id = u32;

/// A node: what a type is made of, one level.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Of a declared type; for people only.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) form: Form,
    /// Validators.
    pub(crate) checks: Box<[Check]>,
    /// For a generic type with its arguments: its name and the arguments; for people only.
    pub(crate) instance: Option<Box<Instance>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) name: Arc<str>,
    pub(crate) args: Arc<[Id]>,
}

impl Node {
    /// How many nodes it refers to, and itself.
    pub(crate) fn parts(&self) -> usize {
        let mut parts = 1;
        self.form.each(|_| parts += 1);
        parts
    }

    pub(crate) fn new(form: Form) -> Node {
        Node { name: None, form, checks: Box::default(), instance: None }
    }
}

/// The forms of a type.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    Nil,
    Boolean,
    Number,
    Integer,
    String,
    Any,
    Unknown,
    Never,
    /// Any table.
    Table,
    /// Any function.
    Callable,
    /// A coroutine.
    Thread,
    /// A type.
    Type,
    /// An object of the host; the name tells types apart, not values.
    Object(Arc<str>),
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<[u8]>),
    Optional(Id),
    Union(Arc<[Id]>),
    Intersection(Arc<[Id]>),
    Tuple(Arc<[Id]>),
    Function {
        params: Arc<[Id]>,
        vararg: Option<Id>,
        result: Option<Id>,
    },
    Array {
        elem: Id,
        readonly: bool,
    },
    Map {
        key: Id,
        val: Id,
        readonly: bool,
    },
    Record {
        fields: Arc<[Field]>,
        readonly: bool,
    },
    Interface {
        bases: Arc<[Id]>,
        methods: Arc<[Field]>,
    },
    Generic {
        params: Arc<[Param]>,
        body: Id,
    },
    /// A parameter of the generic type around it.
    Param(u32),
    /// Another node.
    Alias(Id),
    /// A generic type with arguments.
    Apply {
        target: Id,
        args: Arc<[Id]>,
    },
    /// A type of another unit or of a module, with arguments.
    Import {
        path: Arc<[Arc<str>]>,
        args: Arc<[Id]>,
    },
    Indexed {
        object: Id,
        key: Id,
    },
    KeyOf(Id),
    Conditional {
        check: Id,
        bound: Id,
        then: Id,
        otherwise: Id,
    },
    /// What nobody declared.
    Unresolved(Arc<str>),
}

/// A field of a record or a method of an interface.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: Arc<str>,
    pub(crate) optional: bool,
    pub(crate) readonly: bool,
    pub(crate) ty: Id,
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: Arc<str>,
    pub(crate) bound: Option<Id>,
}

impl Form {
    /// The word of the language that it is written as, if it is one.
    pub(crate) fn word(&self) -> Option<&'static str> {
        Some(match self {
            Form::Nil => "nil",
            Form::Boolean => "boolean",
            Form::Number => "number",
            Form::Integer => "integer",
            Form::String => "string",
            Form::Any => "any",
            Form::Unknown => "unknown",
            Form::Never => "never",
            Form::Table => "table",
            Form::Callable => "function",
            Form::Thread => "thread",
            Form::Type => "type",
            _ => return None,
        })
    }

    /// Passes on every node that it refers to.
    pub(crate) fn each(&self, mut f: impl FnMut(Id)) {
        let _ = self.map(|id| {
            f(id);
            id
        });
    }

    /// The same form over other nodes.
    pub(crate) fn map(&self, mut f: impl FnMut(Id) -> Id) -> Form {
        fn all(list: &[Id], f: &mut impl FnMut(Id) -> Id) -> Arc<[Id]> {
            list.iter().map(|id| f(*id)).collect()
        }
        fn fields(list: &[Field], f: &mut impl FnMut(Id) -> Id) -> Arc<[Field]> {
            list.iter().map(|field| Field { ty: f(field.ty), ..field.clone() }).collect()
        }
        let f = &mut f;
        match self {
            Form::Optional(inner) => Form::Optional(f(*inner)),
            Form::Union(list) => Form::Union(all(list, f)),
            Form::Intersection(list) => Form::Intersection(all(list, f)),
            Form::Tuple(list) => Form::Tuple(all(list, f)),
            Form::Function { params, vararg, result } => Form::Function {
                params: all(params, f),
                vararg: vararg.map(&mut *f),
                result: result.map(&mut *f),
            },
            Form::Array { elem, readonly } => Form::Array { elem: f(*elem), readonly: *readonly },
            Form::Map { key, val, readonly } => Form::Map { key: f(*key), val: f(*val), readonly: *readonly },
            Form::Record { fields: list, readonly } => {
                Form::Record { fields: fields(list, f), readonly: *readonly }
            }
            Form::Interface { bases, methods } => {
                Form::Interface { bases: all(bases, f), methods: fields(methods, f) }
            }
            Form::Generic { params, body } => {
                let params =
                    params.iter().map(|p| Param { name: p.name.clone(), bound: p.bound.map(&mut *f) });
                Form::Generic { params: params.collect(), body: f(*body) }
            }
            Form::Alias(of) => Form::Alias(f(*of)),
            Form::Apply { target, args } => Form::Apply { target: f(*target), args: all(args, f) },
            Form::Import { path, args } => Form::Import { path: path.clone(), args: all(args, f) },
            Form::Indexed { object, key } => Form::Indexed { object: f(*object), key: f(*key) },
            Form::KeyOf(of) => Form::KeyOf(f(*of)),
            Form::Conditional { check, bound, then, otherwise } => Form::Conditional {
                check: f(*check),
                bound: f(*bound),
                then: f(*then),
                otherwise: f(*otherwise),
            },
            plain => plain.clone(),
        }
    }

    /// What `T:kind()` says.
    fn kind(&self) -> &'static str {
        match self {
            Form::Nil => "nil",
            Form::Boolean | Form::Bool(_) => "boolean",
            Form::Number | Form::Float(_) => "number",
            Form::Integer | Form::Int(_) => "integer",
            Form::String | Form::Str(_) => "string",
            Form::Any => "any",
            Form::Never => "never",
            Form::Optional(_) => "optional",
            Form::Union(_) => "union",
            Form::Intersection(_) => "intersection",
            Form::Tuple(_) => "tuple",
            Form::Function { .. } | Form::Callable => "function",
            Form::Array { .. } => "array",
            Form::Map { .. } => "map",
            Form::Record { .. } => "record",
            Form::Generic { .. } => "generic",
            _ => "unknown",
        }
    }
}

/// Nodes and references of a graph that is hashed when somebody asks: it takes microseconds.
const SMALL: usize = 64;

/// Nodes that refer to each other.
#[derive(Debug)]
pub(crate) struct Graph {
    nodes: Box<[Node]>,
    /// What each node is; of a small graph, once somebody has asked.
    hashes: OnceLock<Box<[u128]>>,
    /// Bytes that every value of it counts to its process: any of them may be the last that keeps it. 0 for what code owns.
    held: usize,
}

impl Graph {
    pub(crate) fn new(nodes: Vec<Node>) -> Arc<Graph> {
        Arc::new(Graph { nodes: nodes.into(), hashes: OnceLock::new(), held: 0 })
    }

    /// Prepares its types for being values: comparing them and looking for one in a table will take no longer than for others.
    pub(crate) fn prepare(&self) {
        if self.nodes.iter().map(Node::parts).sum::<usize>() > SMALL {
            self.hashes();
        }
    }

    /// A graph that a program made while it runs; and the work that it took to hash it.
    pub(crate) fn made(nodes: Vec<Node>) -> (Arc<Graph>, usize) {
        let (hashes, work) = same::hashes(&nodes);
        let mut graph = Graph { nodes: nodes.into(), hashes: OnceLock::from(hashes), held: 0 };
        graph.held = graph.size();
        (Arc::new(graph), work)
    }

    fn hashes(&self) -> &[u128] {
        self.hashes.get_or_init(|| same::hashes(&self.nodes).0)
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn node(&self, id: Id) -> &Node {
        &self.nodes[id as usize]
    }

    /// Bytes that it holds, nearly.
    pub(crate) fn size(&self) -> usize {
        let of = |node: &Node| {
            let mut refers = 0;
            node.form.each(|_| refers += 1);
            let each = match node.form {
                Form::Record { .. } | Form::Interface { .. } | Form::Generic { .. } => size_of::<Field>(),
                _ => size_of::<Id>(),
            };
            size_of::<Node>() + size_of::<u128>() + refers * each + size_of_val(&*node.checks)
        };
        self.nodes.iter().map(of).sum()
    }
}

/// A type.
#[derive(Clone, Debug)]
pub struct Type {
    pub(crate) graph: Arc<Graph>,
    pub(crate) at: Id,
}

impl Type {
    pub(crate) fn node(&self) -> &Node {
        self.graph.node(self.at)
    }

    pub(crate) fn form(&self) -> &Form {
        &self.node().form
    }

    /// A part of it.
    pub(crate) fn part(&self, at: Id) -> Type {
        Type { graph: self.graph.clone(), at }
    }

    /// What `T:kind()` says.
    pub(crate) fn kind(&self) -> &'static str {
        if self.node().instance.is_some() { "instantiated" } else { self.form().kind() }
    }

    /// Whether it is the same type, whatever the names.
    pub(crate) fn is(&self, other: &Type) -> bool {
        (self.at == other.at && Arc::ptr_eq(&self.graph, &other.graph)) || self.hash() == other.hash()
    }

    /// What it is, in 128 bits.
    pub(crate) fn hash(&self) -> u128 {
        self.graph.hashes()[self.at as usize]
    }

    /// The type of a word of the language.
    pub(crate) fn built_in(at: BuiltIn) -> Type {
        Type { graph: BUILT_IN.clone(), at: at as Id }
    }

    /// The word of the language that it is the type of, if it was made for that.
    pub(crate) fn as_built_in(&self) -> Option<BuiltIn> {
        let own = Arc::ptr_eq(&self.graph, &BUILT_IN);
        own.then(|| BuiltIn::from_byte(self.at as u8)).flatten()
    }
}

/// Types that every unit knows, and those that only `typeof` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum BuiltIn {
    Nil,
    Boolean,
    Number,
    Integer,
    String,
    Any,
    Unknown,
    Never,
    Table,
    Function,
    Thread,
    Type,
    Userdata,
}

impl BuiltIn {
    const ALL: [BuiltIn; 13] = {
        use BuiltIn::*;
        [Nil, Boolean, Number, Integer, String, Any, Unknown, Never, Table, Function, Thread, Type, Userdata]
    };

    /// The one that code may name.
    pub(crate) fn named(name: &str) -> Option<BuiltIn> {
        BuiltIn::ALL[..=BuiltIn::Function as usize].iter().copied().find(|b| b.name() == name)
    }

    pub(crate) fn from_byte(byte: u8) -> Option<BuiltIn> {
        BuiltIn::ALL.get(usize::from(byte)).copied()
    }

    pub(crate) fn name(self) -> &'static str {
        self.form().word().unwrap_or("userdata")
    }

    pub(crate) fn form(self) -> Form {
        match self {
            BuiltIn::Nil => Form::Nil,
            BuiltIn::Boolean => Form::Boolean,
            BuiltIn::Number => Form::Number,
            BuiltIn::Integer => Form::Integer,
            BuiltIn::String => Form::String,
            BuiltIn::Any => Form::Any,
            BuiltIn::Unknown => Form::Unknown,
            BuiltIn::Never => Form::Never,
            BuiltIn::Table => Form::Table,
            BuiltIn::Function => Form::Callable,
            BuiltIn::Thread => Form::Thread,
            BuiltIn::Type => Form::Type,
            BuiltIn::Userdata => Form::Object("userdata".into()),
        }
    }
}

static BUILT_IN: LazyLock<Arc<Graph>> =
    LazyLock::new(|| Graph::new(BuiltIn::ALL.iter().map(|b| Node::new(b.form())).collect()));

// ---- as objects ----------------------------------------------------------------------------------------------

/// The layout of the object of a type: that of a userdata without a metatable of its own.
struct Info(TypeInfo);

// SAFETY: its pointers are null; nothing of it is ever written.
unsafe impl Send for Info {}
// SAFETY: as above.
unsafe impl Sync for Info {}

static INFO: LazyLock<Info> = LazyLock::new(|| Info(TypeInfo::of_types()));

pub(crate) fn info() -> &'static TypeInfo {
    &INFO.0
}

/// The type of a value, if it is one; the lifetime is the caller's claim that the value outlives it.
pub(crate) unsafe fn of_value<'a>(v: Value) -> Option<&'a Type> {
    // SAFETY: the tag says what the live object is.
    (v.tag as u8 as u64 == value::TYPE).then(|| unsafe { of_object(v.data_as()) })
}

unsafe fn of_object<'a>(u: *const Userdata) -> &'a Type {
    // SAFETY: the caller passes a live object of a type, which holds it at this offset.
    unsafe { &*u.byte_add(info().offset).cast::<Type>() }
}

/// Equality of two values that are types.
pub(crate) unsafe fn eq(a: Value, b: Value) -> bool {
    // SAFETY: the caller passes live types.
    unsafe { of_object(a.data_as()).is(of_object(b.data_as())) }
}

/// The hash of a value that is a type, for keys.
pub(crate) unsafe fn key_hash(v: Value) -> u32 {
    // SAFETY: the caller passes a live type.
    let hash = unsafe { of_object(v.data_as()) }.hash();
    (hash ^ hash >> 32 ^ hash >> 64 ^ hash >> 96) as u32
}

/// A type among the constants of code: an object that no heap owns.
pub(crate) struct Constant(*mut Userdata);

// SAFETY: nobody writes the object, and its payload is `Send + Sync`.
unsafe impl Send for Constant {}
// SAFETY: as above.
unsafe impl Sync for Constant {}

impl Constant {
    pub(crate) fn new(ty: Type) -> Constant {
        let info = info();
        // SAFETY: fresh memory of the layout of a userdata, all parts of which are written.
        unsafe {
            let u = std::alloc::alloc(info.layout).cast::<Userdata>();
            if u.is_null() {
                std::alloc::handle_alloc_error(info.layout);
            }
            let header = Header {
                next: std::ptr::null_mut(),
                kind: Kind::Userdata,
                mark: FROZEN | IMMORTAL,
                small: 0,
                word: 0,
            };
            (&raw mut (*u).hdr).write(header);
            (&raw mut (*u).info).write(info);
            (&raw mut (*u).slots).write(Slots::new());
            u.byte_add(info.offset).cast::<Type>().write(ty);
            Constant(u)
        }
    }

    pub(crate) fn value(&self) -> Value {
        Value { tag: value::TYPE, data: self.0 as u64 }
    }
}

impl Drop for Constant {
    fn drop(&mut self) {
        // SAFETY: it was made by `new`; whoever uses it keeps the code alive that owns this.
        unsafe {
            self.0.byte_add(info().offset).cast::<Type>().drop_in_place();
            std::alloc::dealloc(self.0.cast(), info().layout);
        }
    }
}

impl<'cx> Val<'cx> {
    /// The type, if it is one.
    pub fn as_type(self) -> Option<&'cx Type> {
        // SAFETY: values are live during 'cx, and types are immutable.
        unsafe { of_value(self.raw) }
    }
}

impl<'cx> Cx<'cx> {
    /// A method of types, or nil.
    pub(crate) fn type_method(&mut self, name: &[u8]) -> Val<'cx> {
        let methods = self.lua_ref().statics.type_methods;
        // SAFETY: a table of the statics.
        Val::new(unsafe { Table::get_bytes(methods, name) })
    }

    /// A value for a type.
    pub fn type_value(&mut self, ty: Type) -> Val<'cx> {
        let held = ty.graph.held;
        // SAFETY: the payload is written at once; the description is immortal.
        let v = unsafe {
            let (u, place) = self.lua().heap.new_userdata(info(), Slots::new());
            place.cast::<Type>().write(ty);
            Val::new(Value { tag: value::TYPE, data: u as u64 })
        };
        if held > 0 {
            self.weigh_value(v, held);
        }
        v
    }
}

impl Transfer for Type {
    fn to_portable(&self) -> Option<Box<dyn Portable>> {
        Some(Box::new(self.clone()))
    }
}

impl Portable for Type {
    fn size(&self) -> usize {
        size_of::<Type>() + self.graph.held
    }
    fn adopt<'cx>(&self, cx: &mut Cx<'cx>) -> Result<Val<'cx>, Raise> {
        cx.reserve(self.graph.held)?;
        Ok(cx.type_value(self.clone()))
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
