//! The vocabulary of types: small copyable handles into a pool.

/// A type of one [`Pool`](crate::Pool). Two handles of a pool are equal exactly if their types are written the same way; whether
/// they accept the same values is asked of `relate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ty(pub(crate) u32);

/// An interned text: an identifier or the bytes of a string literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub(crate) u32);

/// Some types in order, interned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct List {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl List {
    /// No types.
    pub const EMPTY: List = List { start: 0, len: 0 };

    /// How many.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// The fields and the index signature of a table type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TableId(pub(crate) u32);

/// The parameters and results of a function type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SigId(pub(crate) u32);

/// A declared type: alias, interface, kind of userdata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeclId(pub(crate) u32);

/// A type parameter; each declaration of one has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParamId(pub(crate) u32);

/// A table whose fields are inferred from the code that fills it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShapeId(pub(crate) u32);

/// A deferred conditional type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CondId(pub(crate) u32);

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No value has it.
    Never,
    /// Every value has it, and nothing is known of it.
    Unknown,
    /// Not checked: fits everything, and everything fits it.
    Any,
    /// `nil`
    Nil,
    /// `boolean`
    Boolean,
    /// `true`, `false`
    Bool(bool),
    /// `number`: integers and floats.
    Number,
    /// `integer`
    Integer,
    /// An integer literal.
    Int(i64),
    /// A float literal, its bits.
    Float(u64),
    /// `string`
    String,
    /// A string literal.
    Str(Name),
    /// `table`: any table.
    AnyTable,
    /// `function`: any function.
    AnyFunction,
    /// `thread`: a coroutine.
    Thread,
    /// `userdata`: any userdata.
    AnyUserdata,
    /// `{T}`; `true`: readonly.
    Array(Ty, bool),
    /// `{[K]: V}`; `true`: readonly.
    Map(Ty, Ty, bool),
    /// `{a: T, …}`
    Record(TableId),
    /// A table of the code itself, see [`ShapeId`].
    Shape(ShapeId),
    /// Several values as one type: what `T:ret()` and conditional types speak of.
    Tuple(List),
    /// `(A) -> R`
    Function(SigId),
    /// `A | B`: at least two, flat, sorted, none within another by plain looks; `nil` in it makes it optional.
    Union(List),
    /// `A & B`: at least two, flat, in source order.
    Intersection(List),
    /// A declared type with its arguments; aliases stand for their body.
    Ref(DeclId, List),
    /// A type parameter.
    Param(ParamId),
    /// The type value that stands for a type: what `Point` is in `Point:is(v)`.
    TypeValue(Ty),
    /// `keyof(T)` of something that is not known yet.
    KeyOf(Ty),
    /// `T[K]` of something that is not known yet.
    Indexed(Ty, Ty),
    /// `A extends B ? C : D` of something that is not known yet.
    Conditional(CondId),
}

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type; without the `nil` of an optional one.
    pub ty: Ty,
    /// May be absent.
    pub optional: bool,
    /// May not be written.
    pub readonly: bool,
}

/// Fields in order of declaration and what else may be looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Table {
    /// In order of declaration, names unique.
    pub fields: Vec<Field>,
    /// Key and value of further keys.
    pub index: Option<(Ty, Ty)>,
    /// Interface: matched by its methods; one without methods by its name.
    pub interface: bool,
}

/// Values in order, and the type of any number of further ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pack {
    /// The first values.
    pub list: List,
    /// What may follow them.
    pub rest: Option<Ty>,
}

impl Pack {
    /// No values.
    pub const EMPTY: Pack = Pack { list: List::EMPTY, rest: None };
}

/// A parameter of a function type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Param {
    /// Its name, where one was written.
    pub name: Option<Name>,
    /// Its type; without the `nil` of an optional one.
    pub ty: Ty,
    /// May be left out.
    pub optional: bool,
}

/// A type parameter of a function or a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeParam {
    /// As written.
    pub name: Name,
    /// What arguments must fit.
    pub bound: Option<Ty>,
}

/// What a function gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Results {
    /// Written or inferred already.
    Known(Pack),
    /// To be inferred from the body of this function of the unit.
    Inferred(u32),
}

/// What a function says of an argument when it returns: `asserts x is T`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Predicate {
    /// Which parameter, from 0.
    pub param: u32,
    /// What it has then; `None`: it is neither nil nor false.
    pub ty: Option<Ty>,
}

/// A function type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sig {
    /// Its own type parameters.
    pub generics: Vec<ParamId>,
    /// Its parameters, `self` of a method included.
    pub params: Vec<Param>,
    /// The type of each further argument.
    pub rest: Option<Ty>,
    /// What it gives back; `Never` as the only result: it does not return.
    pub results: Results,
    /// What it asserts.
    pub asserts: Option<Predicate>,
    /// A method: the first parameter is `self`.
    pub method: bool,
    /// No annotation at all: surplus and missing arguments are tolerated, as Lua does.
    pub lenient: bool,
}

/// What a declared name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeclKind {
    /// `type X = T`: its body.
    Alias,
    /// `interface X … end`: its body is a record of methods.
    Interface,
    /// A kind of userdata: nominal, its body is a record of methods.
    Object,
}

/// A declared type.
#[derive(Clone, Debug)]
pub struct Decl {
    /// As written.
    pub name: Name,
    /// The entry or module that declares it; `None`: the language.
    pub unit: Option<Name>,
    /// What it is.
    pub kind: DeclKind,
    /// Its parameters.
    pub params: Vec<ParamId>,
    /// What it stands for; `Any` until it is lowered.
    pub body: Ty,
}

/// `check extends bound ? then : otherwise`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are those of the form above")]
pub struct Conditional {
    pub check: Ty,
    pub bound: Ty,
    pub then: Ty,
    pub otherwise: Ty,
}
