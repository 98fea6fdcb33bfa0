//! The language's own libraries, declared: what the machine presets in every unit.
//!
//! Parameters say `integer` where a whole number is meant, although the machine takes whole floats and texts, too: a checked
//! call may pass any number. Results are exact. Where a value that may be absent would be an alarm in most correct programs (the
//! second capture of a match, a byte of a text), the type says that it is there.

mod base;
mod errors;
mod math;
mod string;
mod table;

use crate::declare::{ConstType, ModuleDecl, Reach, TableDecl};

/// All of them. `subscribe` and `unsubscribe` belong to the module `channel`, whose objects they take.
pub fn libraries() -> Vec<ModuleDecl<'static>> {
    vec![
        base::globals(),
        base::package(),
        base::coroutine(),
        errors::library(),
        math::library(),
        string::library(),
        table::library(),
    ]
}

/// A library of functions and constants alone.
fn plain(reach: Reach, top: TableDecl<'static>) -> ModuleDecl<'static> {
    ModuleDecl { reach, top, objects: vec![], records: vec![], instance_of: None, globals: vec![] }
}

/// The same table with constants.
fn constants(
    mut table: TableDecl<'static>,
    list: &[(&'static str, ConstType<'static>)],
) -> TableDecl<'static> {
    table.constants.extend_from_slice(list);
    table
}

/// A function that the checker knows by more than its signature; its signature is what remains where that knowledge does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is named after its function")]
pub enum Special {
    Assert,
    ChannelSelect,
    CoroutineWrap,
    ErrorsIs,
    Format,
    GetMetatable,
    Gmatch,
    Ipairs,
    Match,
    MathType,
    Next,
    Pairs,
    Pcall,
    RawGet,
    RawSet,
    Require,
    Select,
    SetMetatable,
    StringFind,
    TableInsert,
    TablePack,
    TableRemove,
    Type,
    Unpack,
    Xpcall,
}

impl Special {
    /// The library, empty for globals, the function in it, and what it is.
    pub const ALL: &[(&str, &str, Special)] = &[
        ("", "assert", Special::Assert),
        ("", "getmetatable", Special::GetMetatable),
        ("", "ipairs", Special::Ipairs),
        ("", "next", Special::Next),
        ("", "pairs", Special::Pairs),
        ("", "pcall", Special::Pcall),
        ("", "rawget", Special::RawGet),
        ("", "rawset", Special::RawSet),
        ("", "require", Special::Require),
        ("", "select", Special::Select),
        ("", "setmetatable", Special::SetMetatable),
        ("", "type", Special::Type),
        ("", "unpack", Special::Unpack),
        ("", "xpcall", Special::Xpcall),
        ("channel", "select", Special::ChannelSelect),
        ("coroutine", "wrap", Special::CoroutineWrap),
        ("errors", "is", Special::ErrorsIs),
        ("math", "type", Special::MathType),
        ("string", "find", Special::StringFind),
        ("string", "format", Special::Format),
        ("string", "gfind", Special::Gmatch),
        ("string", "gmatch", Special::Gmatch),
        ("string", "match", Special::Match),
        ("table", "insert", Special::TableInsert),
        ("table", "pack", Special::TablePack),
        ("table", "remove", Special::TableRemove),
        ("table", "unpack", Special::Unpack),
    ];

    /// What a function is, if it is special.
    pub(crate) fn find(library: &str, function: &str) -> Option<Special> {
        let found = Special::ALL.iter().find(|(l, f, _)| (*l, *f) == (library, function));
        found.map(|(_, _, special)| *special)
    }
}
