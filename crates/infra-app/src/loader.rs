//! Sorts components into levels, loads each level in parallel, starts, and stops in reverse.

use crate::component::Component;
use crate::context::App;
use infra_base::{Error, Result};

/// Loads components.
pub struct Loader {
    components: Vec<Component>,
}

/// Started components; the only way to stop them.
pub struct Running {
    /// The sealed context.
    pub app: App,
}

impl Loader {
    /// A loader for `components`, in any order.
    pub fn new(components: Vec<Component>) -> Loader {
        Loader { components }
    }

    /// The levels, by component name: each needs only what earlier levels provide. Errors: a missing provider
    /// ("component svc.http needs sys_entries::Entries, which no component provides"), a cycle (all names), two
    /// providers of one type, two components of one name.
    pub fn levels(&self) -> Result<Vec<Vec<&'static str>>> {
        let _ = &self.components;
        Err(Error::internal("not built"))
    }

    /// Phases 2 and 3: loads level by level, each level in parallel, seals the context, starts in order. If anything
    /// fails, what was started is stopped in reverse and all errors are in the result.
    pub async fn run(self) -> Result<Running> {
        Err(Error::internal("not built"))
    }
}

impl Running {
    /// Stops in reverse order; every component is stopped even if others fail; all errors are returned.
    pub async fn stop(self) -> Vec<Error> {
        Vec::new()
    }
}
