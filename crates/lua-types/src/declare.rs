//! Declarations of modules and libraries as plain data: signatures, constants, objects, records.
//!
//! Whoever knows the modules of a node turns each into a [`ModuleDecl`]; [`Env::build`](crate::Env::build) reads them. Types are
//! written in the language's own syntax; a name in them is looked up among the type parameters, the types of the same module,
//! the language's, and those of all other modules, where `module.Name` tells two of one name apart.

/// How a unit comes to see a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// It lists it and calls `require`.
    Listed,
    /// Its table is a global of every unit, and `require` finds it, too.
    Ambient,
    /// Its table is a global of every unit: a library of the language.
    Library,
    /// Its table is a global of every unit, which `require` does not find.
    Global,
    /// Its functions and constants are globals themselves.
    Globals,
}

/// A module or library.
#[derive(Clone, Debug)]
pub struct ModuleDecl<'a> {
    /// Where it is found.
    pub reach: Reach,
    /// Its table; the name is that of the module.
    pub top: TableDecl<'a>,
    /// Its kinds of objects.
    pub objects: Vec<ObjectDecl<'a>>,
    /// Its other named types.
    pub records: Vec<RecordDecl<'a>>,
    /// The object that its table stands for, if its functions are called as methods.
    pub instance_of: Option<&'a str>,
    /// Plain global functions that come with it.
    pub globals: Vec<FuncDecl<'a>>,
}

/// A table of functions, constants and nested tables.
#[derive(Clone, Debug)]
pub struct TableDecl<'a> {
    /// Its name.
    pub name: &'a str,
    /// One sentence.
    pub doc: &'a str,
    /// Functions; several of one name are alternatives, tried in order.
    pub functions: Vec<FuncDecl<'a>>,
    /// Constants.
    pub constants: Vec<(&'a str, ConstType<'a>)>,
    /// Nested tables.
    pub tables: Vec<TableDecl<'a>>,
}

impl<'a> TableDecl<'a> {
    /// A table of functions, each with its sentence.
    pub fn of(name: &'a str, doc: &'a str, functions: &[(&'a str, &'a str)]) -> Self {
        let functions = functions.iter().map(|(signature, doc)| FuncDecl { signature, doc }).collect();
        TableDecl { name, doc, functions, constants: vec![], tables: vec![] }
    }
}

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FuncDecl<'a> {
    /// `name<T>(x: T, y?: U, ...V): (R, error?)`, see [`lua_syntax::parse_signature`].
    pub signature: &'a str,
    /// One sentence.
    pub doc: &'a str,
}

impl<'a> FuncDecl<'a> {
    /// What stands before the parameters.
    pub fn name(&self) -> &'a str {
        self.signature.split(['(', '<']).next().unwrap_or(self.signature).trim()
    }
}

/// The type of a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstType<'a> {
    /// `boolean`
    Boolean,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// This very text.
    Text(&'a str),
    /// A written type.
    Type(&'a str),
}

/// A kind of userdata.
#[derive(Clone, Debug)]
pub struct ObjectDecl<'a> {
    /// `Time`
    pub name: &'a str,
    /// Its type parameters: `T, U: string`; may be empty.
    pub params: &'a str,
    /// One sentence.
    pub doc: &'a str,
    /// Its methods, `self` left out.
    pub methods: Vec<FuncDecl<'a>>,
    /// Events that it answers: `__eq`, `__lt`, …
    pub metas: Vec<&'a str>,
}

/// A named type that is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordDecl<'a> {
    /// `Entry`
    pub name: &'a str,
    /// `{id: string, …}`
    pub ty: &'a str,
    /// One sentence.
    pub doc: &'a str,
    /// Natives only read such a table, and take whole floats for its integers.
    pub taken: bool,
}
