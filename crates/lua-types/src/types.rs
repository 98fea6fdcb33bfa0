//! What relations between types ask of whoever infers them.

use crate::pool::Pool;
use crate::ty::{Name, Pack, ParamId, Results, ShapeId, SigId, Table, Ty};
use rustc_hash::FxHashSet;

/// A pool, and what is found out on demand.
pub trait Types {
    /// The pool of the types in question.
    fn pool(&self) -> &Pool;

    /// The same, to make further ones.
    fn pool_mut(&mut self) -> &mut Pool;

    /// What a function gives back; infers it from the body if need be. May ask further questions; an implementation bounds
    /// how deep inference goes within inference.
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

    /// Whether the parameters, or the results still to be inferred, of a function of the unit may mention a type parameter: whether
    /// it stands where that is visible. A `false` spares the inference of its results when the parameter is replaced.
    fn sig_may_mention(&self, _: SigId, _: ParamId) -> bool {
        true
    }

    /// The same for the fields of a table of the code.
    fn shape_may_mention(&self, _: ShapeId, _: ParamId) -> bool {
        true
    }

    /// What a function gives back, if that is known without inferring anything.
    fn known_results(&self, sig: SigId) -> Option<Pack> {
        match self.pool().signature(sig).results {
            Results::Known(pack) => Some(pack),
            Results::Inferred(_) => None,
        }
    }
}

/// What a function gives back. The question under way rests while the body of the function is looked into.
pub(crate) fn results_of<T: Types + ?Sized>(cx: &mut T, sig: SigId) -> Pack {
    if let Results::Known(pack) = cx.pool().signature(sig).results {
        return pack;
    }
    let question = cx.pool_mut().suspend();
    let results = cx.results(sig);
    cx.pool_mut().resume(question);
    results
}

/// What a table of the code holds, each name once: its own fields hide those of its metatable.
pub(crate) fn shape_of<T: Types + ?Sized>(cx: &mut T, shape: ShapeId) -> Table {
    let question = cx.pool_mut().suspend();
    let mut table = cx.shape(shape);
    cx.pool_mut().resume(question);
    let mut seen = FxHashSet::default();
    table.fields.retain(|field| seen.insert(field.name));
    table
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
