//! What all processes of a node share, built once: libraries, natives, userdata types, modules.
//!
//! Tables of the statics are frozen: a write raises. A process starts with its own globals table, cloned from the template.

#![allow(unsafe_code, reason = "immortal objects are laid out by hand")]

use std::alloc::Layout;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::fragment::{Rubble, Undertaker};
use crate::heap::{Heap, init_native, native_layout};
use crate::native::{Cx, DynNative, NativeFn, NativeResult, Pair};
use crate::object::{FROZEN, Header, IMMORTAL, Kind, Native, OUTSIDE, PAIRED, Slots, Str, Table};
use crate::symbol;
use crate::value::Value;

mod userdata;

pub(crate) use userdata::{AnyMaker, TypeInfo};
pub use userdata::{Dismantle, Maker, Template, UserdataType};

/// A native function to be registered.
pub struct NativeDef {
    name: String,
    func: NativeFn,
    boxed: Option<Box<DynNative>>,
    kind: u16,
    effect: Effect,
    pair: Option<&'static Pair>,
}

/// What a native function touches besides its arguments, as far as an image must know (see [`crate::Rehearsal`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Effect {
    /// The same arguments give the same results, and only the heap of the process is touched: it may run while an image
    /// is made, once for all processes.
    Local,
    /// The host, the clock, chance, the process: each process calls it itself.
    #[default]
    Outside,
}

impl NativeDef {
    /// A function that the interpreter knows by `kind`.
    pub(crate) fn known(name: &str, func: NativeFn, kind: u16) -> NativeDef {
        NativeDef { name: name.to_owned(), func, boxed: None, kind, effect: Effect::Local, pair: None }
    }
    /// A plain function; `name` appears in messages.
    pub fn new(name: impl Into<String>, func: NativeFn) -> NativeDef {
        NativeDef { name: name.into(), func, boxed: None, kind: 0, effect: Effect::Outside, pair: None }
    }
    /// A plain function that touches nothing outside the heap.
    pub fn local(name: impl Into<String>, func: NativeFn) -> NativeDef {
        NativeDef::new(name, func).with_effect(Effect::Local)
    }
    /// The same with another effect than [`Effect::Outside`].
    #[must_use]
    pub fn with_effect(self, effect: Effect) -> NativeDef {
        NativeDef { effect, ..self }
    }
    /// The same, a method that is half of a pair.
    #[must_use]
    pub fn with_pair(self, pair: Option<&'static Pair>) -> NativeDef {
        NativeDef { pair, ..self }
    }
    /// A function with captured Rust state.
    pub fn boxed(name: impl Into<String>, func: Box<DynNative>) -> NativeDef {
        NativeDef {
            name: name.into(),
            func: call_boxed,
            boxed: Some(func),
            kind: 0,
            effect: Effect::Outside,
            pair: None,
        }
    }
}

fn call_boxed(cx: &mut Cx<'_>) -> NativeResult {
    // SAFETY: the callee is an immortal native whose box is never replaced.
    let boxed = unsafe { (*cx.callee).boxed.as_ref() };
    match boxed {
        Some(f) => f(cx),
        None => Err(cx.error("native function without body")),
    }
}

/// A constant of the statics.
pub enum Const {
    /// `nil`, to take a name away.
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(Vec<u8>),
    /// A native function.
    Native(NativeDef),
    /// A frozen table.
    Lib(Lib),
    /// The entry of this name that stands before in the same table: another name of it.
    Same(String),
    /// An immutable userdata; its type must be registered before.
    Object(Shared),
}

/// A userdata payload that all processes of a node share.
pub struct Shared {
    id: TypeId,
    payload: Box<dyn Any + Send>,
}

/// A constant object with `payload`.
pub fn shared<T: Any + Send + Sync>(payload: T) -> Const {
    Const::Object(Shared { id: TypeId::of::<T>(), payload: Box::new(payload) })
}

impl From<bool> for Const {
    fn from(v: bool) -> Const {
        Const::Bool(v)
    }
}
impl From<i64> for Const {
    fn from(v: i64) -> Const {
        Const::Int(v)
    }
}
impl From<f64> for Const {
    fn from(v: f64) -> Const {
        Const::Float(v)
    }
}
impl From<&str> for Const {
    fn from(v: &str) -> Const {
        Const::Str(v.as_bytes().to_vec())
    }
}
impl From<Lib> for Const {
    fn from(v: Lib) -> Const {
        Const::Lib(v)
    }
}
impl From<NativeDef> for Const {
    fn from(v: NativeDef) -> Const {
        Const::Native(v)
    }
}

/// A frozen table to be built: functions and constants by name, in order.
#[derive(Default)]
pub struct Lib {
    entries: Vec<(String, Const)>,
}

impl Lib {
    /// An empty table.
    pub fn new() -> Lib {
        Lib::default()
    }
    /// Adds a function.
    #[must_use]
    pub fn func(mut self, name: &str, func: NativeFn) -> Lib {
        self.entries.push((name.to_owned(), NativeDef::new(name, func).into()));
        self
    }
    /// Adds a function that touches nothing outside the heap.
    #[must_use]
    pub fn local(mut self, name: &str, func: NativeFn) -> Lib {
        self.entries.push((name.to_owned(), NativeDef::local(name, func).into()));
        self
    }
    /// Adds another name of an entry that was added before, the same object.
    #[must_use]
    pub fn alias(mut self, name: &str, of: &str) -> Lib {
        self.entries.push((name.to_owned(), Const::Same(of.to_owned())));
        self
    }
    /// Adds any constant.
    #[must_use]
    pub fn value(mut self, name: &str, value: impl Into<Const>) -> Lib {
        self.entries.push((name.to_owned(), value.into()));
        self
    }
}

/// Everything that the processes of a node share. Immutable and immortal as long as a process uses it.
pub struct Statics {
    /// Owns all objects of the statics; never collected. Before `types`, as in the builder: fields are dropped in this order, and an
    /// object is freed as its type says.
    #[allow(dead_code, reason = "owner")]
    heap: Heap,
    pub(crate) string_meta: *mut Table,
    /// Its `__index`; null if there is none.
    pub(crate) string_methods: *mut Table,
    /// Of types, and what their `__index` looks methods up in.
    pub(crate) type_meta: *mut Table,
    pub(crate) type_methods: *mut Table,
    /// Finds out what a type means that names others of other units; nil: they mean nothing.
    pub(crate) type_linker: Value,
    pub(crate) name_linker: Value,
    /// The iterators of `pairs` and `ipairs`.
    pub(crate) next: Value,
    pub(crate) ipairs: Value,
    pub(crate) globals: Vec<(*const Str, Value)>,
    modules: HashMap<String, Value>,
    /// Names of the classes of objects of modules.
    pub(crate) classes: HashMap<String, Vec<String>>,
    types: FxHashMap<TypeId, Box<TypeInfo>>,
    undertaker: OnceLock<Undertaker>,
}

// SAFETY: after `build` nothing writes to any object of the statics: tables are frozen, strings have their hash, natives
// have no upvalues, and the collectors of processes skip immortal objects. Boxed natives and transfers are `Sync`.
unsafe impl Send for Statics {}
// SAFETY: as above.
unsafe impl Sync for Statics {}

impl Statics {
    /// Lets `undertaker` free large messages that nobody received, since freeing them at once would hold a worker. The first one
    /// stays.
    pub fn bury_with(&self, undertaker: Arc<dyn Fn(Rubble) + Send + Sync>) {
        let _ = self.undertaker.set(undertaker);
    }
    pub(crate) fn undertaker(&self) -> Option<Undertaker> {
        self.undertaker.get().cloned()
    }
    pub(crate) fn module(&self, name: &str) -> Option<Value> {
        self.modules.get(name).copied()
    }
    pub(crate) fn type_info<T: Any>(&self) -> Option<&TypeInfo> {
        self.types.get(&TypeId::of::<T>()).map(|b| &**b)
    }
    pub(crate) fn type_name<T: Any>(&self) -> &'static str {
        self.type_info::<T>().map_or("userdata", |i| i.name)
    }
    /// The names of the modules, unordered.
    pub fn module_names(&self) -> impl Iterator<Item = &str> {
        self.modules.keys().map(String::as_str)
    }
}

/// Collects libraries, modules and types for [`Statics`].
pub struct StaticsBuilder {
    /// Before `types`, see [`Statics`].
    heap: Heap,
    string_meta: *mut Table,
    string_methods: *mut Table,
    type_meta: *mut Table,
    type_methods: *mut Table,
    type_linker: Value,
    name_linker: Value,
    next: Value,
    ipairs: Value,
    globals: Vec<(*const Str, Value)>,
    modules: HashMap<String, Value>,
    classes: HashMap<String, Vec<String>>,
    types: FxHashMap<TypeId, Box<TypeInfo>>,
}

impl Default for StaticsBuilder {
    fn default() -> Self {
        StaticsBuilder::new()
    }
}

impl StaticsBuilder {
    /// With the base libraries of this crate.
    pub fn new() -> StaticsBuilder {
        let mut b = StaticsBuilder::bare();
        crate::libraries(&mut b);
        b
    }

    pub(crate) fn bare() -> StaticsBuilder {
        StaticsBuilder {
            heap: Heap::new(usize::MAX),
            string_meta: std::ptr::null_mut(),
            string_methods: std::ptr::null_mut(),
            type_meta: std::ptr::null_mut(),
            type_methods: std::ptr::null_mut(),
            type_linker: Value::NIL,
            name_linker: Value::NIL,
            next: Value::NIL,
            ipairs: Value::NIL,
            globals: Vec::new(),
            modules: HashMap::new(),
            classes: HashMap::new(),
            types: FxHashMap::default(),
        }
    }

    /// Presets a global of every process; a later one of the same name wins.
    pub fn global(&mut self, name: &str, value: impl Into<Const>) -> &mut Self {
        let value = self.constant(value.into());
        let name = self.string(name.as_bytes());
        self.globals.retain(|(n, _)| *n != name);
        if !value.is_nil() {
            self.globals.push((name, value));
        }
        self
    }

    /// Sets the iterators of `pairs` and `ipairs`.
    pub(crate) fn iterators(&mut self, next: NativeDef, ipairs: NativeDef) {
        self.next = self.native(next);
        self.ipairs = self.native(ipairs);
        let name = self.string(b"next");
        self.globals.push((name, self.next));
    }

    /// Presets a global that is an entry of the global library `lib`, the same object.
    pub fn global_of(&mut self, name: &str, lib: &str, entry: &str) -> &mut Self {
        let lib = self.string(lib.as_bytes());
        let found = self.globals.iter().find(|(n, _)| *n == lib).map(|(_, v)| *v);
        if let Some(v) = found
            && v.is_table()
        {
            // SAFETY: tables of the statics live as long as the builder.
            let v = unsafe { Table::get_bytes(v.as_table(), entry.as_bytes()) };
            let name = self.string(name.as_bytes());
            self.globals.retain(|(n, _)| *n != name);
            self.globals.push((name, v));
        }
        self
    }

    /// Presets a global function.
    pub fn func(&mut self, name: &str, func: NativeFn) -> &mut Self {
        self.global(name, NativeDef::new(name, func))
    }

    /// Presets a global function that touches nothing outside the heap.
    pub fn local(&mut self, name: &str, func: NativeFn) -> &mut Self {
        self.global(name, NativeDef::local(name, func))
    }

    /// Makes a module that is not a global; [`Cx::module`] and [`crate::Lua::set_global_module`] find it by name.
    pub fn module(&mut self, name: &str, value: impl Into<Const>) -> &mut Self {
        let value = self.constant(value.into());
        self.modules.insert(name.to_owned(), value);
        self
    }

    /// Says that objects of the class `name` belong to `module`: types may name them, `module.name` or `name`.
    pub fn class(&mut self, module: &str, name: &str) -> &mut Self {
        self.classes.entry(module.to_owned()).or_default().push(name.to_owned());
        self
    }

    /// Registers a userdata type.
    ///
    /// # Panics
    /// If the Rust type is registered already: a mistake of the module's author.
    pub fn userdata(&mut self, mut ty: UserdataType) -> &mut Self {
        assert!(!self.types.contains_key(&(ty.id)()), "{} is registered twice", ty.rust_name);
        assert!(
            ty.template.is_none() || ty.transfer.is_none(),
            "the payload of a template stays in its process"
        );
        let own_index = ty.meta.entries.iter().any(|(n, _)| n == "__index");
        let mut meta = std::mem::take(&mut ty.meta);
        if !own_index {
            meta = meta.value("__index", std::mem::take(&mut ty.methods));
        }
        meta = meta.value("__name", ty.name).value("__metatable", ty.name);
        let meta = self.constant(Const::Lib(meta)).as_table();
        let id = (ty.id)();
        self.types.insert(id, Box::new(TypeInfo::new(ty, meta)));
        self
    }

    /// Makes `methods` what `("text"):name(…)` finds.
    pub fn string_methods(&mut self, methods: Lib) -> &mut Self {
        let methods = self.constant(Const::Lib(methods));
        let index = symbol::names().index;
        let meta = self.heap.new_table(0, 1);
        self.fill(meta, vec![(index, methods)]);
        self.string_meta = meta;
        self.string_methods = methods.as_table();
        self
    }

    /// Presets the global `name` and makes the same table what string methods are looked up in.
    pub fn string_library(&mut self, name: &str, lib: Lib) -> &mut Self {
        let table = self.constant(Const::Lib(lib));
        let meta = self.heap.new_table(0, 1);
        self.fill(meta, vec![(symbol::names().index, table)]);
        self.string_meta = meta;
        self.string_methods = table.as_table();
        let name = self.string(name.as_bytes());
        self.globals.retain(|(n, _)| *n != name);
        self.globals.push((name, table));
        self
    }

    /// Sets the metatable and the methods of types.
    pub(crate) fn types(&mut self, meta: Lib, methods: Lib) {
        self.type_meta = self.constant(Const::Lib(meta)).as_table();
        self.type_methods = self.constant(Const::Lib(methods)).as_table();
    }

    /// Sets the function that is called with a type that names types of other units, by the code that declares it; it returns the
    /// type with what they mean ([`Type::link`](crate::Type::link)).
    pub fn type_linker(&mut self, linker: NativeDef) -> &mut Self {
        self.type_linker = self.native(linker);
        self
    }

    /// Sets the function that is called with the value of a global and its name, by code of a unit that imports that name, in
    /// processes with [`Options::own_names`](crate::Options::own_names); it returns what the name means there.
    pub fn name_linker(&mut self, linker: NativeDef) -> &mut Self {
        self.name_linker = self.native(linker);
        self
    }

    /// Done.
    pub fn build(self) -> Arc<Statics> {
        let StaticsBuilder {
            heap,
            string_meta,
            string_methods,
            type_meta,
            type_methods,
            type_linker,
            name_linker,
            next,
            ipairs,
            globals,
            modules,
            classes,
            types,
        } = self;
        Arc::new(Statics {
            heap,
            string_meta,
            string_methods,
            type_meta,
            type_methods,
            type_linker,
            name_linker,
            next,
            ipairs,
            globals,
            modules,
            classes,
            types,
            undertaker: OnceLock::new(),
        })
    }

    fn string(&mut self, bytes: &[u8]) -> *const Str {
        match symbol::intern(bytes) {
            Some(s) => s,
            None => {
                let s = self.heap.new_str(bytes);
                // SAFETY: just made; from now on nobody writes it.
                unsafe {
                    Str::hash(s);
                    (*s).hdr.mark = FROZEN | IMMORTAL;
                }
                s
            }
        }
    }

    fn constant(&mut self, c: Const) -> Value {
        match c {
            Const::Nil => Value::NIL,
            Const::Bool(b) => Value::bool(b),
            Const::Int(i) => Value::int(i),
            Const::Float(f) => Value::float(f),
            Const::Str(s) => Value::str(self.string(&s)),
            Const::Native(def) => self.native(def),
            Const::Same(_) => Value::NIL,
            Const::Object(shared) => self.object(shared),
            Const::Lib(lib) => {
                let mut entries: Vec<(*const Str, Value)> = Vec::with_capacity(lib.entries.len());
                for (name, c) in lib.entries {
                    let value = match c {
                        Const::Same(of) => {
                            let of = self.string(of.as_bytes());
                            entries.iter().find(|(n, _)| *n == of).map_or(Value::NIL, |(_, v)| *v)
                        }
                        c => self.constant(c),
                    };
                    entries.push((self.string(name.as_bytes()), value));
                }
                let t = self.heap.new_table(0, entries.len());
                self.fill(t, entries);
                Value::table(t)
            }
        }
    }

    /// # Panics
    /// If the type was not registered: a mistake of the module's author.
    fn object(&mut self, shared: Shared) -> Value {
        let info: *const TypeInfo =
            &**self.types.get(&shared.id).expect("the userdata type is registered first");
        // SAFETY: the type is that of the payload, whose bytes move; the emptied box gives back its memory only. From now
        // on nobody writes the object: its payload is `Sync` and it has no slots.
        unsafe {
            let (u, place) = self.heap.new_userdata(info, Slots::new());
            let layout = Layout::for_value(&*shared.payload);
            let payload = Box::into_raw(shared.payload).cast::<u8>();
            std::ptr::copy_nonoverlapping(payload, place, layout.size());
            if layout.size() > 0 {
                std::alloc::dealloc(payload, layout);
            }
            (*u).hdr.mark = FROZEN | IMMORTAL;
            Value::userdata(u)
        }
    }

    fn fill(&mut self, t: *mut Table, entries: Vec<(*const Str, Value)>) {
        for (k, v) in entries {
            // SAFETY: the table is fresh; keys are strings, so nothing can fail.
            let done = unsafe { Table::set(&mut self.heap, t, Value::str(k), v) };
            debug_assert!(done.is_ok());
        }
        // SAFETY: as above.
        unsafe { (*t).hdr.mark = FROZEN | IMMORTAL }
    }

    fn native(&mut self, def: NativeDef) -> Value {
        let name = self.string(def.name.as_bytes());
        // SAFETY: fresh memory, fully written, then linked to the heap that frees it.
        unsafe {
            let layout = native_layout(0);
            let n = std::alloc::alloc(layout).cast::<Native>();
            if n.is_null() {
                std::alloc::handle_alloc_error(layout);
            }
            (&raw mut (*n).hdr).write(Header {
                next: self.heap.head,
                kind: Kind::Native,
                mark: FROZEN | IMMORTAL,
                small: def.kind,
                word: 0,
            });
            init_native(n, def.func, name, def.boxed, &[]);
            if def.effect != Effect::Local {
                (*n).traits |= OUTSIDE;
            }
            if def.pair.is_some() {
                ((*n).traits, (*n).pair) = ((*n).traits | PAIRED, def.pair);
            }
            self.heap.head = n.cast();
            Value::native(n)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lua::{Lua, Options};
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// Aligned to more than a word, so that its place in an object is not the usual one.
    #[repr(align(32))]
    struct Counted(Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    fn builder(dropped: &Arc<AtomicUsize>) -> StaticsBuilder {
        let mut builder = StaticsBuilder::bare();
        builder.userdata(UserdataType::new::<Counted>("counted"));
        builder.module("counted", shared(Counted(dropped.clone())));
        builder
    }

    #[test]
    fn objects_are_freed_with_the_statics_after_the_last_process_and_by_their_types() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let statics = builder(&dropped).build();
        let mut lua = Lua::new(statics.clone(), Options::default());
        drop(statics);
        lua.enter(&mut (), |cx| {
            let object = cx.module("counted").and_then(|v| v.as_userdata()).expect("it is registered");
            assert!(object.payload::<Counted>().is_some_and(|c| Arc::ptr_eq(&c.0, &dropped)));
            cx.weigh(object, 1 << 20);
        });
        assert!(lua.stats().bytes < 1 << 20 && dropped.load(Relaxed) == 0);
        drop(lua);
        assert_eq!(dropped.load(Relaxed), 1);
    }

    #[test]
    fn a_builder_that_is_dropped_frees_what_it_made() {
        let dropped = Arc::new(AtomicUsize::new(0));
        drop(builder(&dropped));
        assert_eq!(dropped.load(Relaxed), 1);
    }
}
