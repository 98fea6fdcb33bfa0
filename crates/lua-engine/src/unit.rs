//! A unit: the compiled code of one entry, and what it declares.

use core_registry::Entry;
use infra_base::{Diagnostic, EntryId, Error, Result, SourceFile};
use lua_syntax::{LineIndex, SyntaxError};
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
}

/// Compiles the source of an entry; mistakes point into the Lua file, or into the YAML file for inline text.
pub fn compile(entry: &Entry, source: &str) -> Result<Arc<Proto>> {
    let parsed = lua_syntax::parse(source.as_bytes());
    let file = source_file(entry, source);
    if !parsed.errors.is_empty() {
        return Err(refuse(entry, &file, &parsed.errors));
    }
    let lines = LineIndex::new(source.as_bytes());
    lua_vm::compile(&parsed.chunk, entry.id.as_str(), &lines).map_err(|e| refuse(entry, &file, &[e]))
}

fn source_file(entry: &Entry, source: &str) -> Arc<SourceFile> {
    match entry.origin.as_ref().and_then(|o| o.source.clone()) {
        Some(file) if file.text == source => file,
        _ => Arc::new(SourceFile { name: entry.id.as_str().into(), text: source.into() }),
    }
}

fn refuse(entry: &Entry, file: &Arc<SourceFile>, mistakes: &[SyntaxError]) -> Error {
    let found: Vec<Diagnostic> = mistakes
        .iter()
        .map(|mistake| {
            let span = mistake.span.start as usize..mistake.span.end as usize;
            let diagnostic = Diagnostic::error(mistake.message.clone(), file, span);
            match &mistake.help {
                Some(help) => diagnostic.help(help.clone()),
                None => diagnostic,
            }
        })
        .collect();
    let first = found.first().map_or_else(String::new, Diagnostic::one_line);
    Error::invalid(format!("{}: {first}", entry.id)).with_diagnostics(found)
}
