//! From the source of an entry to code and types: from the cache, or compiled and checked.

use crate::cache::Cache;
use crate::typing::{TypeChecks, source_file};
use core_registry::Entry;
use infra_base::{Diagnostic, Error, Result, SourceFile};
use lua_syntax::{LineIndex, Parsed, SyntaxError};
use lua_vm::Proto;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Makes code of sources, checks their types, and counts where that came from.
pub struct Compiler {
    cache: Option<Arc<Cache>>,
    /// `None`: types are not checked.
    types: Option<TypeChecks>,
    cached: AtomicUsize,
    compiled: AtomicUsize,
}

/// Sources that became code since the start of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Their code was in the cache.
    pub cached: usize,
    /// They were compiled.
    pub compiled: usize,
    /// Sources whose types were checked: what came of it was in the cache.
    pub known: usize,
    /// It was found out.
    pub checked: usize,
}

/// Code, and the tree that it was made of; `None`: it comes from the cache.
pub(crate) struct Compiled {
    pub(crate) proto: Arc<Proto>,
    pub(crate) parsed: Option<Parsed>,
}

impl Compiler {
    pub(crate) fn new(cache: Option<Arc<Cache>>, types: Option<TypeChecks>) -> Compiler {
        Compiler { cache, types, cached: AtomicUsize::new(0), compiled: AtomicUsize::new(0) }
    }

    /// Where code came from so far.
    pub fn counts(&self) -> Counts {
        let (known, checked) = self.types.as_ref().map_or((0, 0), TypeChecks::counts);
        Counts { cached: self.cached.load(Relaxed), compiled: self.compiled.load(Relaxed), known, checked }
    }

    /// `None`: types are not checked.
    pub(crate) fn types(&self) -> Option<&TypeChecks> {
        self.types.as_ref()
    }

    /// The code of an entry; mistakes point into the Lua file, or into the YAML file for inline text.
    pub(crate) fn code(&self, entry: &Entry, source: &str) -> Result<Compiled> {
        if let Some(proto) = self.cached(entry, source) {
            return Ok(Compiled { proto, parsed: None });
        }
        let compiled = self.compile(entry, source)?;
        if let Some(cache) = &self.cache {
            cache.store(&cache.id(entry.id.as_str(), source), &compiled.proto);
        }
        Ok(compiled)
    }

    /// The code of an entry, if it is in the cache.
    pub(crate) fn cached(&self, entry: &Entry, source: &str) -> Option<Arc<Proto>> {
        let cache = self.cache.as_ref()?;
        let proto = cache.load(&cache.id(entry.id.as_str(), source))?;
        self.cached.fetch_add(1, Relaxed);
        Some(proto)
    }

    fn compile(&self, entry: &Entry, source: &str) -> Result<Compiled> {
        let parsed = lua_syntax::parse(source.as_bytes());
        let refused = |mistakes: &[SyntaxError]| refuse(entry, &source_file(entry, source), mistakes);
        if !parsed.errors.is_empty() {
            return Err(refused(&parsed.errors));
        }
        let lines = LineIndex::new(source.as_bytes());
        let proto = lua_vm::compile(&parsed.chunk, entry.id.as_str(), &lines)
            .map_err(|mistakes| refused(&mistakes))?;
        self.compiled.fetch_add(1, Relaxed);
        Ok(Compiled { proto, parsed: Some(parsed) })
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
