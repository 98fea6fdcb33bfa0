//! What the checker is told of the modules of the node.

use lua_api::{Const, Func, Group, Module};
use lua_types::{ConstType, Env, FuncDecl, ModuleDecl, ObjectDecl, Problem, Reach, RecordDecl, TableDecl};

/// The libraries of the language and `modules`, as the checker reads them.
pub fn declarations(modules: &[Module]) -> Vec<ModuleDecl<'_>> {
    let mut all: Vec<ModuleDecl<'_>> = lua_types::libraries();
    all.extend(modules.iter().map(declaration));
    all
}

/// What every unit of a node with these modules sees.
///
/// # Errors
/// Signatures that do not parse, or that name a type that nobody declares: mistakes of a module's author.
pub fn environment(modules: &[Module]) -> Result<Env, Vec<Problem>> {
    Env::build(&declarations(modules))
}

fn declaration(module: &Module) -> ModuleDecl<'_> {
    let objects = module.objects.iter().map(|object| ObjectDecl {
        name: object.name,
        params: object.params,
        doc: object.doc,
        methods: functions(&object.methods),
        metas: object.events().collect(),
    });
    let records = module.records.iter();
    ModuleDecl {
        reach: if module.ambient { Reach::Ambient } else { Reach::Listed },
        top: table(&module.top),
        objects: objects.collect(),
        records: records.map(|r| RecordDecl { name: r.name, ty: r.ty, doc: r.doc, taken: r.taken }).collect(),
        instance_of: module.instance_of,
        globals: functions(&module.globals),
    }
}

fn table(group: &Group) -> TableDecl<'_> {
    let constants = group.consts.iter().map(|(name, value)| (*name, constant(value)));
    TableDecl {
        name: group.name,
        doc: group.doc,
        functions: functions(&group.funcs),
        constants: constants.collect(),
        tables: group.groups.iter().map(table).collect(),
    }
}

fn functions(list: &[Func]) -> Vec<FuncDecl<'_>> {
    list.iter().map(|f| FuncDecl { signature: f.signature, doc: f.doc }).collect()
}

fn constant(value: &Const) -> ConstType<'_> {
    match value {
        Const::Bool(_) => ConstType::Boolean,
        Const::Int(_) => ConstType::Integer,
        Const::Float(_) => ConstType::Number,
        Const::Text(text) => ConstType::Text(text),
        Const::Object(ty, _) => ConstType::Type(ty),
    }
}
