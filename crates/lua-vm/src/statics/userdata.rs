//! Types of host objects: how a module describes one, and what is known of each that is registered.

#![allow(unsafe_code, reason = "payloads are reached by their type alone")]

use std::alloc::Layout;
use std::any::{Any, TypeId, type_name};
use std::ptr;

use super::{Const, Lib};
use crate::fragment::{Portable, Transfer};
use crate::lua::TypeOf;
use crate::native::NativeFn;
use crate::object::{Node, Table, Userdata};
use crate::symbol;
use crate::table::string_key;
use crate::types::Type;

/// A userdata type to be registered for payloads of one Rust type.
pub struct UserdataType {
    pub(super) id: TypeOf,
    pub(super) rust_name: &'static str,
    pub(super) name: &'static str,
    pub(super) methods: Lib,
    pub(super) meta: Lib,
    pub(super) transfer: Option<TransferFn>,
    payload: Layout,
    drop: unsafe fn(*mut u8),
    dismantle: Option<DismantleFn>,
    shareable: bool,
    pub(super) template: Option<TemplateFn>,
}

/// A payload type whose objects stay in images although they have a state: each process that touches one makes a payload of
/// its own, so that the object begins in it as the top level left it.
pub trait Template: Any + Send + Sized {
    /// How to make a payload like this one, in any process; `None` if it holds what cannot be made again.
    fn template(&self) -> Option<Maker<Self>>;
}

/// Makes a payload.
pub type Maker<T> = Box<dyn Fn() -> T + Send + Sync>;

/// Makes a payload whose type is known to whoever looks at it.
pub(crate) type AnyMaker = Box<dyn Fn() -> Box<dyn Any + Send> + Send + Sync>;

/// Reads a payload of the registered type.
type TemplateFn = unsafe fn(*const u8) -> Option<AnyMaker>;

unsafe fn template<T: Template>(payload: *const u8) -> Option<AnyMaker> {
    // SAFETY: the caller passes a live payload of the type that this was registered for.
    let make = unsafe { (*payload.cast::<T>()).template() }?;
    Some(Box::new(move || Box::new(make())))
}

/// A payload that may hold so much that dropping it at once would hold a worker.
pub trait Dismantle {
    /// Drops some of what it holds, for some 50 us; true when what is left is little. Nobody uses the payload any more.
    fn dismantle(&mut self) -> bool;
}

/// [`Dismantle`] for a payload of the registered type.
type DismantleFn = unsafe fn(*mut u8) -> bool;

unsafe fn dismantle<T: Dismantle>(payload: *mut u8) -> bool {
    // SAFETY: the caller passes a live payload of the type that this was registered for, which nobody else uses.
    unsafe { (*payload.cast::<T>()).dismantle() }
}

/// Reads a payload of the registered type.
type TransferFn = unsafe fn(*const u8) -> Option<Box<dyn Portable>>;

unsafe fn transfer<T: Transfer>(payload: *const u8) -> Option<Box<dyn Portable>> {
    // SAFETY: the caller passes a live payload of the type that this was registered for.
    unsafe { (*payload.cast::<T>()).to_portable() }
}

unsafe fn drop_payload<T>(payload: *mut u8) {
    // SAFETY: the caller passes a payload of the type that this was registered for, and never looks at it again.
    unsafe { payload.cast::<T>().drop_in_place() }
}

impl UserdataType {
    /// For payloads `T`; `name` appears in messages (`channel expected, got number`).
    pub fn new<T: Any + Send>(name: &'static str) -> UserdataType {
        UserdataType {
            id: TypeId::of::<T>,
            rust_name: type_name::<T>(),
            name,
            methods: Lib::new(),
            meta: Lib::new(),
            transfer: None,
            payload: Layout::new::<T>(),
            drop: drop_payload::<T>,
            dismantle: None,
            shareable: false,
            template: None,
        }
    }
    /// Objects of it may be part of an image, which all processes of a program read: their payload has no state that
    /// anybody could notice, and traced values are only set, never counted or removed.
    #[must_use]
    pub fn shareable<T: Any + Send + Sync>(mut self) -> UserdataType {
        assert_eq!((self.id)(), TypeId::of::<T>(), "the type is that of the payload");
        self.shareable = true;
        self
    }
    /// Its payloads are dropped in pieces.
    #[must_use]
    pub fn dismantled<T: Any + Send + Dismantle>(mut self) -> UserdataType {
        assert_eq!((self.id)(), TypeId::of::<T>(), "what is dismantled is the payload");
        self.dismantle = Some(dismantle::<T>);
        self
    }
    /// Objects of it may be part of an image as [`Template`]s.
    #[must_use]
    pub fn template<T: Template>(mut self) -> UserdataType {
        assert_eq!((self.id)(), TypeId::of::<T>(), "the type is that of the payload");
        self.template = Some(template::<T>);
        self
    }
    /// Adds a method that touches nothing outside the heap.
    #[must_use]
    pub fn local(mut self, name: &str, func: NativeFn) -> UserdataType {
        self.methods = self.methods.local(name, func);
        self
    }
    /// Adds a method, called as `object:name(…)`.
    #[must_use]
    pub fn method(mut self, name: &str, func: NativeFn) -> UserdataType {
        self.methods = self.methods.func(name, func);
        self
    }
    /// Adds a method or constant readable as `object.name`.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Const>) -> UserdataType {
        self.methods = self.methods.value(name, value);
        self
    }
    /// Adds a metamethod such as `__tostring`; `__index` replaces the method table.
    #[must_use]
    pub fn meta(mut self, event: &str, func: NativeFn) -> UserdataType {
        self.meta = self.meta.func(event, func);
        self
    }
    /// Adds a metamethod that touches nothing outside the heap.
    #[must_use]
    pub fn local_meta(mut self, event: &str, func: NativeFn) -> UserdataType {
        self.meta = self.meta.local(event, func);
        self
    }
    /// How a payload leaves its process inside a [`crate::Fragment`]; `None` from `f` means that this one cannot.
    #[must_use]
    pub fn transfer<T: Transfer>(mut self) -> UserdataType {
        assert_eq!((self.id)(), TypeId::of::<T>(), "the travelling form is that of the payload");
        self.transfer = Some(transfer::<T>);
        self
    }
}

/// A registered userdata type.
pub(crate) struct TypeInfo {
    /// Of the Rust type of its payloads.
    pub(crate) id: TypeOf,
    /// Of a whole object, and where in it the payload is.
    pub(crate) layout: Layout,
    pub(crate) offset: usize,
    pub(crate) drop: unsafe fn(*mut u8),
    pub(crate) dismantle: Option<DismantleFn>,
    pub(crate) name: &'static str,
    pub(crate) meta: *mut Table,
    /// Its `__index`, if that is a table, and where the nodes of that are.
    pub(crate) methods: *mut Table,
    pub(crate) method_nodes: (*const Node, u32),
    pub(crate) transfer: Option<TransferFn>,
    /// Whether payloads are `Sync` and may be part of an image.
    pub(crate) shareable: bool,
    pub(crate) template: Option<TemplateFn>,
}

impl TypeInfo {
    /// Of a registered type with this metatable, which is immortal.
    pub(super) fn new(ty: UserdataType, meta: *mut Table) -> TypeInfo {
        // SAFETY: immortal tables are live, and keep their nodes.
        let (methods, method_nodes) = unsafe {
            let index = Table::get_key(meta, string_key(symbol::names().index));
            let methods = if index.is_table() { index.as_table() } else { ptr::null_mut() };
            let nodes = methods.as_ref().map(|t| (t.nodes.cast_const(), t.node_len));
            (methods, nodes.unwrap_or((ptr::null(), 0)))
        };
        TypeInfo {
            id: ty.id,
            layout: Userdata::layout(ty.payload),
            offset: Userdata::offset(ty.payload),
            drop: ty.drop,
            dismantle: ty.dismantle,
            name: ty.name,
            meta,
            methods,
            method_nodes,
            transfer: ty.transfer,
            shareable: ty.shareable,
            template: ty.template,
        }
    }

    /// Of the objects of types, which have the metatable of the statics that they are used with.
    pub(crate) fn of_types() -> TypeInfo {
        let payload = Layout::new::<Type>();
        TypeInfo {
            id: TypeId::of::<Type>,
            layout: Userdata::layout(payload),
            offset: Userdata::offset(payload),
            drop: drop_payload::<Type>,
            dismantle: None,
            name: "type",
            meta: ptr::null_mut(),
            methods: ptr::null_mut(),
            method_nodes: (ptr::null(), 0),
            transfer: Some(transfer::<Type>),
            shareable: true,
            template: None,
        }
    }
}
