//! A unit: the compiled code of one entry, and what it declares.

use infra_base::EntryId;
use lua_vm::Proto;
use std::sync::Arc;

/// What an alias of `imports:` means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// Another Lua entry.
    Entry(EntryId),
    /// A built-in module under another name (`:json`).
    Module(Box<str>),
}

/// Those of a unit's aliases that code can name freely and that another unit may give to another entry.
pub(crate) fn free_names(imports: &[(Box<str>, Import)]) -> Vec<Box<str>> {
    let entries = imports.iter().filter(|(_, import)| matches!(import, Import::Entry(_)));
    let spelled = |alias: &str| alias.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    entries.map(|(alias, _)| alias.clone()).filter(|alias| spelled(alias)).collect()
}

/// A compiled entry.
pub struct Unit {
    /// The entry.
    pub id: EntryId,
    /// Its code, shared by all processes.
    pub proto: Arc<Proto>,
    /// The function to run; `None` for libraries and where the entry names none.
    pub method: Option<Box<str>>,
    /// Built-in modules that it may `require`.
    pub modules: Vec<Box<str>>,
    /// Aliases in byte order.
    pub imports: Vec<(Box<str>, Import)>,
    /// Most bytes of the heap of a process whose root it is.
    pub memory: Option<usize>,
}
