//! The declaration of a module: names, signatures, sentences and functions, said once.

use lua_vm::{Effect, Lib, NativeDef, NativeFn, Pair, StaticsBuilder, UserdataType};
use std::any::Any;

/// What a module may do; decides where it may be loaded (workflows, eval).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
#[allow(missing_docs, reason = "the names are the documented ones")]
pub enum Class { Deterministic, Nondeterministic, Io, Network, Encoding, Time, Process, Security, Storage, Workflow }

impl Class {
    /// The documented text.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Deterministic => "deterministic",
            Class::Nondeterministic => "nondeterministic",
            Class::Io => "io",
            Class::Network => "network",
            Class::Encoding => "encoding",
            Class::Time => "time",
            Class::Process => "process",
            Class::Security => "security",
            Class::Storage => "storage",
            Class::Workflow => "workflow",
        }
    }
}

/// A function with its signature in the language's own type syntax.
pub struct Func {
    /// `get(id: string): (Store?, error?)`
    pub signature: &'static str,
    /// One sentence.
    pub doc: &'static str,
    native: NativeFn,
    effect: Effect,
    pair: Option<&'static Pair>,
}

impl Func {
    fn def(&self) -> NativeDef {
        NativeDef::new(self.name(), self.native).with_effect(self.effect).with_pair(self.pair)
    }

    /// The part of the signature before the parenthesis.
    pub fn name(&self) -> &'static str {
        self.signature.split(['(', '<']).next().unwrap_or(self.signature)
    }
}

/// A constant of a module.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "plain values")]
pub enum Const {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'static str),
    /// An immutable object that all processes share, and the name of its type.
    Object(&'static str, fn() -> lua_vm::Const),
}

/// A table of functions, constants and nested tables.
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Functions in order.
    pub funcs: Vec<Func>,
    /// Constants in order, with a sentence (may be empty).
    pub consts: Vec<(&'static str, Const)>,
    /// Nested tables.
    pub groups: Vec<Group>,
}

impl Group {
    /// An empty table.
    pub fn new(name: &'static str, doc: &'static str) -> Group {
        Group { name, doc, funcs: vec![], consts: vec![], groups: vec![] }
    }

    /// Adds a function.
    pub fn func(mut self, signature: &'static str, doc: &'static str, native: NativeFn) -> Self {
        self.funcs.push(Func { signature, doc, native, effect: Effect::Outside, pair: None });
        self
    }

    /// Adds a function that touches nothing outside the heap of the process: it may run at the top level of a unit while
    /// the image of a program is made, once for all its processes.
    pub fn local(mut self, signature: &'static str, doc: &'static str, native: NativeFn) -> Self {
        self.funcs.push(Func { signature, doc, native, effect: Effect::Local, pair: None });
        self
    }

    /// Adds a constant.
    pub fn value(mut self, name: &'static str, value: Const) -> Self {
        self.consts.push((name, value));
        self
    }

    /// Adds a nested table.
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    fn lib(&self) -> Lib {
        let lib = self.funcs.iter().fold(Lib::new(), |lib, f| lib.value(f.name(), f.def()));
        let lib = self.consts.iter().fold(lib, |lib, (name, value)| match *value {
            Const::Bool(v) => lib.value(name, v),
            Const::Int(v) => lib.value(name, v),
            Const::Float(v) => lib.value(name, v),
            Const::Text(v) => lib.value(name, v),
            Const::Object(_, make) => lib.value(name, make()),
        });
        self.groups.iter().fold(lib, |lib, group| lib.value(group.name, group.lib()))
    }
}

type Register = Box<dyn Fn(&Object, &mut StaticsBuilder) + Send + Sync>;

/// A kind of object that functions of the module return.
pub struct Object {
    /// As messages and signatures name it: `Channel`.
    pub name: &'static str,
    /// Its type parameters as signatures name them: `T`; may be empty.
    pub params: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Methods in order; signatures without `self`.
    pub methods: Vec<Func>,
    /// Metamethods by event name.
    metas: Vec<(&'static str, NativeFn, Effect)>,
    shareable: fn(UserdataType) -> UserdataType,
    register: Register,
}

impl Object {
    /// Objects whose Rust payload is a `T`.
    pub fn new<T: Any + Send>(name: &'static str, doc: &'static str) -> Object {
        Object {
            name,
            params: "",
            doc,
            methods: vec![],
            metas: vec![],
            shareable: |ty| ty,
            register: Box::new(|o, b| o.add_to(b, UserdataType::new::<T>(o.name))),
        }
    }

    /// Objects that can leave their process.
    pub fn transferable<T: Any + Send + lua_vm::Transfer>(name: &'static str, doc: &'static str) -> Object {
        let register: Register = Box::new(|o, b| o.add_to(b, UserdataType::new::<T>(o.name).transfer::<T>()));
        Object { register, ..Object::new::<T>(name, doc) }
    }

    /// Objects of it that the top level of a unit makes may be shared by all processes of a program: the payload `T` has
    /// no state that anybody could notice. Functions that make them are [`Group::local`].
    pub fn shareable<T: Any + Send + Sync>(mut self) -> Self {
        self.shareable = UserdataType::shareable::<T>;
        self
    }

    /// Objects of it that the top level of a unit makes begin in each process as they were left there, see
    /// [`lua_vm::Template`]. Functions that make them are [`Group::local`].
    pub fn template<T: lua_vm::Template>(mut self) -> Self {
        self.shareable = UserdataType::template::<T>;
        self
    }

    /// Gives it type parameters, which its methods mention: `Channel<T>`. They exist for the checker only.
    pub fn generic(mut self, params: &'static str) -> Self {
        self.params = params;
        self
    }

    /// How signatures write its type: `Channel<T>`.
    pub fn head(&self) -> String {
        if self.params.is_empty() { self.name.to_owned() } else { format!("{}<{}>", self.name, self.params) }
    }

    /// The events that it has metamethods for.
    pub fn events(&self) -> impl Iterator<Item = &'static str> {
        self.metas.iter().map(|(event, ..)| *event)
    }

    /// Adds a method; argument 0 is the object.
    pub fn method(mut self, signature: &'static str, doc: &'static str, native: NativeFn) -> Self {
        self.methods.push(Func { signature, doc, native, effect: Effect::Outside, pair: None });
        self
    }

    /// The method that was added last is half of a pair.
    pub fn pair(mut self, pair: &'static Pair) -> Self {
        if let Some(last) = self.methods.last_mut() {
            last.pair = Some(pair);
        }
        self
    }

    /// Adds a method that touches nothing outside the heap of the process, as [`Group::local`].
    pub fn local(mut self, signature: &'static str, doc: &'static str, native: NativeFn) -> Self {
        self.methods.push(Func { signature, doc, native, effect: Effect::Local, pair: None });
        self
    }

    /// Adds a metamethod: `__tostring`, `__eq`, …
    pub fn meta(mut self, event: &'static str, native: NativeFn) -> Self {
        self.metas.push((event, native, Effect::Outside));
        self
    }

    /// Adds a metamethod that touches nothing outside the heap of the process, as [`Group::local`].
    pub fn local_meta(mut self, event: &'static str, native: NativeFn) -> Self {
        self.metas.push((event, native, Effect::Local));
        self
    }

    fn add_to(&self, statics: &mut StaticsBuilder, ty: UserdataType) {
        let ty = self.methods.iter().fold(ty, |ty, f| ty.member(f.name(), f.def()));
        let ty = self.metas.iter().fold(ty, |ty, (event, native, effect)| match effect {
            Effect::Local => ty.local_meta(event, *native),
            Effect::Outside => ty.meta(event, *native),
        });
        statics.userdata((self.shareable)(ty));
    }
}

/// A named type that signatures of a module mention: the form of a table.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// `Entry`
    pub name: &'static str,
    /// In the language's own type syntax: `{id: string, meta?: {[string]: any}}`.
    pub ty: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Functions of the module only read such a table, and take whole floats for its integers.
    pub taken: bool,
}

/// A module: what `require(name)` returns, and the objects that belong to it.
pub struct Module {
    /// What it may do.
    pub classes: &'static [Class],
    /// Its table; `name` is what `modules:` lists.
    pub top: Group,
    /// Its objects.
    pub objects: Vec<Object>,
    /// The other types that its signatures name.
    pub records: Vec<Record>,
    /// The object that its table stands for, if its functions are called as methods (`logger:info("text")`).
    pub instance_of: Option<&'static str>,
    /// Preset in every unit without being listed.
    pub ambient: bool,
    /// Plain global functions that come with it.
    pub globals: Vec<Func>,
    /// Markdown for the end of its reference page; may be empty.
    pub notes: &'static str,
}

impl Module {
    /// A module that units list under `modules:`.
    pub fn new(classes: &'static [Class], top: Group) -> Module {
        Module {
            classes,
            top,
            objects: vec![],
            records: vec![],
            instance_of: None,
            ambient: false,
            globals: vec![],
            notes: "",
        }
    }

    /// Adds markdown to the end of its reference page.
    pub fn notes(mut self, notes: &'static str) -> Self {
        self.notes = notes;
        self
    }

    /// Makes it preset in every unit.
    pub fn ambient(mut self) -> Self {
        self.ambient = true;
        self
    }

    /// Adds a kind of object.
    pub fn object(mut self, object: Object) -> Self {
        self.objects.push(object);
        self
    }

    /// Names the form of a table that functions give.
    pub fn record(mut self, name: &'static str, ty: &'static str, doc: &'static str) -> Self {
        self.records.push(Record { name, ty, doc, taken: false });
        self
    }

    /// Names the form of a table that functions take, such as options.
    pub fn options(mut self, name: &'static str, ty: &'static str, doc: &'static str) -> Self {
        self.records.push(Record { name, ty, doc, taken: true });
        self
    }

    /// Its table is an object of that type: its functions are called as methods.
    pub fn instance_of(mut self, object: &'static str) -> Self {
        self.instance_of = Some(object);
        self
    }

    /// Adds a plain global function.
    pub fn global(mut self, signature: &'static str, doc: &'static str, native: NativeFn) -> Self {
        self.globals.push(Func { signature, doc, native, effect: Effect::Outside, pair: None });
        self
    }
}

/// Puts modules into the statics of the node, and has collectors give way when the turn of their worker is late.
pub fn install(modules: &[Module], statics: &mut StaticsBuilder) {
    lua_vm::ask_when_late(core_sched::turn::is_late);
    crate::json::steps::install(statics);
    crate::outgoing::install(statics);
    crate::plain::install(statics);
    for module in modules {
        for object in &module.objects {
            (object.register)(object, statics);
            statics.class(module.top.name, object.name);
        }
        for func in &module.globals {
            statics.global(func.name(), func.def());
        }
        statics.module(module.top.name, module.top.lib());
        if module.ambient {
            statics.global(module.top.name, module.top.lib());
        }
    }
}
