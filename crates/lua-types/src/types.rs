//! What relations between types ask of whoever infers them.

use crate::pool::Pool;
use crate::ty::{Name, Pack, Results, ShapeId, SigId, Table, Ty};

/// A pool, and what is found out on demand.
pub trait Types {
    /// The pool of the types in question.
    fn pool(&self) -> &Pool;

    /// The same, to make further ones.
    fn pool_mut(&mut self) -> &mut Pool;

    /// What a function gives back; infers it from the body if need be.
    fn results(&mut self, sig: SigId) -> Pack;

    /// What a table of the code holds as far as that is known: its own fields, then those that its metatable lends it.
    fn shape(&mut self, shape: ShapeId) -> Table;

    /// The library whose functions are the methods of strings.
    fn string_methods(&self) -> Option<Ty> {
        None
    }

    /// What a table of the code is called, in messages and manifests: its variable.
    fn shape_name(&self, _: ShapeId) -> Option<Name> {
        None
    }

    /// What a function gives back, if that is known without inferring anything.
    fn known_results(&self, sig: SigId) -> Option<Pack> {
        match self.pool().signature(sig).results {
            Results::Known(pack) => Some(pack),
            Results::Inferred(_) => None,
        }
    }
}

/// A pool alone infers nothing: signatures of functions without annotation give back anything.
impl Types for Pool {
    fn pool(&self) -> &Pool {
        self
    }

    fn pool_mut(&mut self) -> &mut Pool {
        self
    }

    fn results(&mut self, sig: SigId) -> Pack {
        match self.signature(sig).results {
            Results::Known(pack) => pack,
            Results::Inferred(_) => Pack { rest: Some(Ty::ANY), ..Pack::EMPTY },
        }
    }

    fn shape(&mut self, _: ShapeId) -> Table {
        Table::default()
    }
}
