//! Compares function types: what they take, what they give back.

use super::{Fit, Relation, Step, Why, differ, within};
use crate::generic;
use crate::ty::{Kind, Pack, Results, Sig, SigId, Ty};
use crate::types::{Types, results_of};

impl<T: Types + ?Sized> Relation<'_, T> {
    pub(super) fn functions(&mut self, from: Ty, given: SigId, to: Ty, wanted: SigId) -> Fit {
        let target = self.cx.pool().signature(wanted).clone();
        let source = self.cx.pool().signature(given).clone();
        if !source.generics.is_empty() && source.generics != target.generics {
            let Some(plain) = generic::specialize(self.cx, given, wanted) else {
                return differ(to, from, Why::Type);
            };
            return self.fit(plain, to);
        }
        self.parameters(from, &source, to, &target)?;
        self.returns(given, wanted, &target)
    }

    /// What the wanted function would be given must be taken; surplus arguments fall off the end.
    fn parameters(&mut self, from: Ty, source: &Sig, to: Ty, target: &Sig) -> Fit {
        let methods = is_method(self.cx.pool(), source) && is_method(self.cx.pool(), target);
        for (i, param) in source.params.iter().enumerate() {
            // Both take what they are methods of.
            if i == 0 && methods {
                continue;
            }
            let step = Step::Param(i as u32 + 1);
            match target.params.get(i) {
                Some(supplied) => {
                    let takes = self.nilable(param.ty, param.optional || source.lenient);
                    let gets = self.nilable(supplied.ty, supplied.optional);
                    within(step, self.fit(gets, takes))?;
                }
                None => match target.rest {
                    Some(rest) => within(step, self.fit(rest, param.ty))?,
                    None if param.optional || source.lenient || self.fit(Ty::NIL, param.ty).is_ok() => {}
                    None => {
                        let needs =
                            source.params.iter().rposition(|param| !param.optional).map_or(0, |at| at + 1);
                        let why = Why::Arity { needs: needs as u32, given: target.params.len() as u32 };
                        return differ(to, from, why);
                    }
                },
            }
        }
        let Some(rest) = source.rest else { return Ok(()) };
        for (i, supplied) in target.params.iter().enumerate().skip(source.params.len()) {
            let gets = self.nilable(supplied.ty, supplied.optional);
            within(Step::Param(i as u32 + 1), self.fit(gets, rest))?;
        }
        match target.rest {
            Some(more) => within(Step::Param(source.params.len() as u32 + 1), self.fit(more, rest)),
            None => Ok(()),
        }
    }

    fn nilable(&mut self, ty: Ty, optional: bool) -> Ty {
        if optional { self.cx.pool_mut().optional(ty) } else { ty }
    }

    /// What the wanted function would give back must be given; there may be more of it.
    fn returns(&mut self, given: SigId, wanted: SigId, target: &Sig) -> Fit {
        let expected = match target.results {
            Results::Known(pack) => pack,
            Results::Inferred(_) => results_of(self.cx, wanted),
        };
        if expected == Pack::EMPTY {
            return Ok(());
        }
        let results = results_of(self.cx, given);
        if results.list.len() == 1 && self.cx.pool().at(results.list, 0) == Ty::NEVER {
            return Ok(());
        }
        for i in 0..expected.list.len().max(results.list.len()) {
            let wanted = if i < expected.list.len() {
                self.cx.pool().at(expected.list, i)
            } else if let Some(rest) = expected.rest {
                rest
            } else {
                break;
            };
            let got = if i < results.list.len() {
                self.cx.pool().at(results.list, i)
            } else {
                results
                    .rest
                    .map_or(Ty::NIL, |rest| if rest == Ty::ANY { rest } else { self.nilable(rest, true) })
            };
            within(Step::Result(i as u32 + 1), self.fit(got, wanted))?;
        }
        match (results.rest, expected.rest) {
            (Some(got), Some(wanted)) => {
                let at = results.list.len().max(expected.list.len()) as u32 + 1;
                within(Step::Result(at), self.fit(got, wanted))
            }
            _ => Ok(()),
        }
    }
}

/// Its first parameter is what it is called on.
fn is_method(pool: &crate::Pool, sig: &Sig) -> bool {
    let named =
        sig.params.first().and_then(|param| param.name).is_some_and(|name| pool.text(name) == b"self");
    sig.method || named
}

/// Whether a type is a function or may be one.
pub(crate) fn is_function(kind: Kind) -> bool {
    matches!(kind, Kind::Function(_) | Kind::AnyFunction)
}
