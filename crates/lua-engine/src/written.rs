//! What an entry holds: the text of its source, or the syntax tree that was made of one.
//!
//! Code from a tree does and says the same as code from its source: a tree knows the lines. It has no text, so mistakes in it
//! are told without an excerpt.

use crate::kinds::{Function, FunctionTree, Library, LibraryTree, ModuleUnit, Process, ProcessTree, Role};
use crate::typing::{position, source_file};
use core_registry::Entry;
use infra_base::{Data, Diagnostic, Error, Result};
use lua_syntax::ast::Chunk;
use lua_syntax::tree::{self, Remark};
use lua_syntax::{LineIndex, Span, SyntaxError};
use std::sync::Arc;

/// The code of an entry, as it was written.
#[derive(Clone, PartialEq)]
pub(crate) enum Written {
    /// Lua.
    Source(Arc<str>),
    /// A serialised syntax tree; nothing is known of the bytes.
    Tree(bytes::Bytes),
}

/// Code that was parsed, or decoded, without a mistake.
pub(crate) struct Syntax {
    pub(crate) chunk: Chunk,
    pub(crate) lines: LineIndex,
    /// The comments that a tree carries; those of a source are found in its text.
    pub(crate) remarks: Vec<Remark>,
}

impl Written {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Written::Source(source) => source.as_bytes(),
            Written::Tree(bytes) => bytes,
        }
    }

    /// Parses or decodes. The error shows all mistakes of a source, or says what is wrong with the bytes.
    pub(crate) fn syntax(&self, entry: &Entry) -> Result<Syntax> {
        match self {
            Written::Source(source) => {
                let parsed = lua_syntax::parse(source.as_bytes());
                let lines = LineIndex::new(source.as_bytes());
                match parsed.errors.is_empty() {
                    true => Ok(Syntax { chunk: parsed.chunk, lines, remarks: Vec::new() }),
                    false => Err(self.refused(entry, &lines, &parsed.errors)),
                }
            }
            Written::Tree(bytes) => {
                let tree = tree::decode(bytes)
                    .map_err(|why| Error::invalid(format!("{}: tree: {why}", entry.id)))?;
                Ok(Syntax { chunk: tree.chunk, lines: tree.lines, remarks: tree.remarks })
            }
        }
    }

    /// Where the lines begin; for a tree that was read before.
    pub(crate) fn lines(&self) -> LineIndex {
        match self {
            Written::Source(source) => LineIndex::new(source.as_bytes()),
            Written::Tree(bytes) => {
                tree::decode(bytes).map_or_else(|_| LineIndex::new(b""), |tree| tree.lines)
            }
        }
    }

    /// Line and column of an offset; in a tree the column counts bytes.
    pub(crate) fn position(&self, lines: &LineIndex, offset: u32) -> (u32, u32) {
        match self {
            Written::Source(source) => position(source, lines, offset),
            Written::Tree(_) => lines.position(offset),
        }
    }

    /// `told`, which has no place yet, at a place of this code: with an excerpt, or with the line alone.
    pub(crate) fn place(&self, told: Diagnostic, entry: &Entry, lines: &LineIndex, span: Span) -> Diagnostic {
        match self {
            Written::Source(source) => {
                let range = span.start as usize..span.end as usize;
                let placed = Diagnostic::error("", &source_file(entry, source), range);
                Diagnostic { labels: placed.labels, ..told }
            }
            Written::Tree(_) => {
                let (line, column) = lines.position(span.start);
                let message = format!("{}:{line}:{column}: {}", entry.id, told.message);
                Diagnostic { message, ..told }
            }
        }
    }

    /// The error of an entry whose code has these mistakes.
    pub(crate) fn refused(&self, entry: &Entry, lines: &LineIndex, mistakes: &[SyntaxError]) -> Error {
        let found: Vec<Diagnostic> = mistakes
            .iter()
            .map(|mistake| {
                let told = Diagnostic::placeless(infra_base::Severity::Error, mistake.message.clone());
                let told = Diagnostic { help: mistake.help.as_deref().map(str::to_owned), ..told };
                self.place(told, entry, lines, mistake.span)
            })
            .collect();
        let first = found.first().map_or_else(String::new, Diagnostic::one_line);
        Error::invalid(format!("{}: {first}", entry.id)).with_diagnostics(found)
    }
}

/// The kind whose entries hold the tree of a source of `kind`, if there is one.
fn packed_kind(kind: &str) -> Option<&'static str> {
    Some(match kind {
        Function::KIND => FunctionTree::KIND,
        Process::KIND => ProcessTree::KIND,
        // Nothing but the name differs between the two.
        Library::KIND | ModuleUnit::KIND => LibraryTree::KIND,
        _ => return None,
    })
}

/// The entry with the tree of its code (`tree`) in the place of the text (`source`); `None`: it holds no Lua. Code that
/// would be refused when it is loaded is refused here.
pub fn with_tree(entry: &Entry) -> Result<Option<Entry>> {
    let Some(kind) = packed_kind(&entry.kind) else { return Ok(None) };
    let mut packed = Entry { kind: kind.into(), origin: None, ..entry.clone() };
    let source = match &mut packed.data {
        Data::Map(fields) => fields.shift_remove("source"),
        _ => None,
    };
    let refused = |why: &str| {
        let mistake = entry.mistake("data.source", format!("source: {why}"));
        Error::invalid(mistake.message.clone()).with_diagnostics(vec![mistake])
    };
    let (Some(Data::Text(source)), Data::Map(fields)) = (source, &mut packed.data) else {
        return Err(refused("Lua code is required"));
    };
    let written = Written::Source(source.into());
    let Syntax { chunk, lines, .. } = written.syntax(entry)?;
    lua_vm::compile(&chunk, entry.id.as_str(), &lines)
        .map_err(|mistakes| written.refused(entry, &lines, &mistakes))?;
    let bytes = tree::encode(&chunk, &lines, &tree::remarks(written.bytes()));
    if bytes.len() > tree::MAX_BYTES {
        let (len, most) = (bytes.len(), tree::MAX_BYTES);
        return Err(refused(&format!(
            "its syntax tree has {len} bytes, {most} at most are read: divide the code"
        )));
    }
    // Packs know one kind of string, and so read it.
    let tree = String::from_utf8(bytes).map_or_else(|e| Data::Bytes(e.into_bytes().into()), Data::from);
    fields.insert("tree".into(), tree);
    Ok(Some(packed))
}
