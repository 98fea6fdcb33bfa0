//! From the source or the tree of an entry to code and types: from the cache, or compiled and checked.

use crate::cache::Cache;
use crate::typing::{Given, TypeChecks, Typed};
use crate::written::{Syntax, Written};
use core_registry::Entry;
use infra_base::{Error, Kind, Result};
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
    fn cached(&self, entry: &Entry, written: &Written, names: &[Box<str>]) -> Option<Arc<Proto>> {
        // No source begins as trees do: it is refused, whatever a tree of the same bytes came to.
        if matches!(written, Written::Source(source) if source.starts_with('\x1b')) {
            return None;
        }
        let cache = self.cache.as_ref()?;
        let proto = cache.load(&cache.id(entry.id.as_str(), written.bytes(), names))?;
        self.cached.fetch_add(1, Relaxed);
        Some(proto)
    }

    /// Code, and the tree that it was made of; mistakes point into the Lua file, or into the YAML file for inline text.
    fn compile(&self, entry: &Entry, written: &Written, names: &[Box<str>]) -> Result<(Arc<Proto>, Syntax)> {
        let syntax = written.syntax(entry)?;
        let proto = lua_vm::compile_unit(&syntax.chunk, entry.id.as_str(), &syntax.lines, names)
            .map_err(|mistakes| written.refused(entry, &syntax.lines, &mistakes))?;
        self.compiled.fetch_add(1, Relaxed);
        if let Some(cache) = &self.cache {
            cache.store(&cache.id(entry.id.as_str(), written.bytes(), names), &proto);
        }
        Ok((proto, syntax))
    }
}

/// Bytes of a source that is compiled where it is needed, in less than half a millisecond: going to another thread and back takes
/// longer than that on a busy machine.
const LITTLE: usize = 8 << 10;

/// An entry on its way to code and, where they are checked, types.
pub(crate) struct Job {
    pub(crate) compiler: Arc<Compiler>,
    pub(crate) entry: Arc<Entry>,
    pub(crate) written: Written,
    /// What its code may name freely of its imports, see [`crate::unit::free_names`].
    pub(crate) names: Vec<Box<str>>,
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
        let little = self.written.bytes().len() <= LITTLE;
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
            self.proto = self.compiler.cached(&self.entry, &self.written, &self.names);
        }
        if let (Some(types), Some(given), None) = (&self.compiler.types, &self.given, &self.typed) {
            self.typed = types.known(&self.entry, &self.written, given)?;
        }
        Ok(())
    }

    fn make(self) -> Result<Made> {
        let Job { compiler, entry, written, names, given, proto, typed } = self;
        let (proto, syntax) = match proto {
            Some(proto) => (proto, None),
            None => {
                compiler.compile(&entry, &written, &names).map(|(proto, syntax)| (proto, Some(syntax)))?
            }
        };
        let typed = match (&compiler.types, &given, typed) {
            (Some(types), Some(given), None) => Some(types.check(&entry, &written, syntax, given)?),
            (_, _, typed) => typed,
        };
        Ok((proto, typed))
    }
}
