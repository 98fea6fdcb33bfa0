//! From the source of an entry to code and types: from the cache, or compiled and checked.

use crate::cache::Cache;
use crate::typing::{Given, TypeChecks, Typed, source_file};
use core_registry::Entry;
use infra_base::{Diagnostic, Error, Kind, Result, SourceFile};
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

    /// The code of an entry, if it is in the cache.
    fn cached(&self, entry: &Entry, source: &str) -> Option<Arc<Proto>> {
        let cache = self.cache.as_ref()?;
        let proto = cache.load(&cache.id(entry.id.as_str(), source))?;
        self.cached.fetch_add(1, Relaxed);
        Some(proto)
    }

    /// Code, and the tree that it was made of; mistakes point into the Lua file, or into the YAML file for inline text.
    fn compile(&self, entry: &Entry, source: &str) -> Result<(Arc<Proto>, Parsed)> {
        let parsed = lua_syntax::parse(source.as_bytes());
        let refused = |mistakes: &[SyntaxError]| refuse(entry, &source_file(entry, source), mistakes);
        if !parsed.errors.is_empty() {
            return Err(refused(&parsed.errors));
        }
        let lines = LineIndex::new(source.as_bytes());
        let proto = lua_vm::compile(&parsed.chunk, entry.id.as_str(), &lines)
            .map_err(|mistakes| refused(&mistakes))?;
        self.compiled.fetch_add(1, Relaxed);
        if let Some(cache) = &self.cache {
            cache.store(&cache.id(entry.id.as_str(), source), &proto);
        }
        Ok((proto, parsed))
    }
}

/// Bytes of a source that is compiled where it is needed, in less than half a millisecond: going to another thread and back takes
/// longer than that on a busy machine.
const LITTLE: usize = 8 << 10;

/// An entry on its way to code and, where they are checked, types.
pub(crate) struct Job {
    pub(crate) compiler: Arc<Compiler>,
    pub(crate) entry: Arc<Entry>,
    pub(crate) source: Arc<str>,
    /// `None`: types are not checked.
    pub(crate) given: Option<Given>,
    /// What is known from before.
    pub(crate) proto: Option<Arc<Proto>>,
    pub(crate) typed: Option<Arc<Typed>>,
}

/// Code, and what an entry tells its importers.
type Made = (Arc<Proto>, Option<Arc<Typed>>);

impl Job {
    /// Looks for what is missing, then makes it. Long sources, and checks, which need a deep stack, go to a thread of their own.
    pub(crate) async fn run(mut self) -> Result<Made> {
        let little = self.source.len() <= LITTLE;
        if little {
            self.look()?;
            if self.given.is_none() || self.is_done() {
                return self.make();
            }
        }
        let work = move || {
            if !little {
                self.look()?;
            }
            self.make()
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(made) => made,
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(Error::new(Kind::Canceled, "the node stops")),
            },
        }
    }

    fn is_done(&self) -> bool {
        self.proto.is_some() && self.given.is_some() == self.typed.is_some()
    }

    /// Takes from the cache what is there.
    fn look(&mut self) -> Result<()> {
        if self.proto.is_none() {
            self.proto = self.compiler.cached(&self.entry, &self.source);
        }
        if let (Some(types), Some(given), None) = (&self.compiler.types, &self.given, &self.typed) {
            self.typed = types.known(&self.entry, &self.source, given)?;
        }
        Ok(())
    }

    fn make(self) -> Result<Made> {
        let Job { compiler, entry, source, given, proto, typed } = self;
        let (proto, parsed) = match proto {
            Some(proto) => (proto, None),
            None => compiler.compile(&entry, &source).map(|(proto, parsed)| (proto, Some(parsed)))?,
        };
        let typed = match (&compiler.types, &given, typed) {
            (Some(types), Some(given), None) => Some(types.check(&entry, &source, parsed, given)?),
            (_, _, typed) => typed,
        };
        Ok((proto, typed))
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
