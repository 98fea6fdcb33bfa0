//! W0010: a function writes to a variable of the module where that does not outlive the call.

use super::{Subject, is_exempt};
use crate::bind::{Bound, FnId};
use crate::code::Code;
use crate::report::Report;
use rustc_hash::FxHashSet;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    let bound = subject.bound;
    let building: FxHashSet<FnId> = building(bound);
    let mut told = FxHashSet::default();
    for write in &bound.state_writes {
        let symbol = bound.sym(write.sym);
        let runs_later = !within(bound, write.by, &building);
        // A function that was declared first and is given later is no state.
        let is_state = !is_exempt(symbol.name) && bound.only(write.sym).is_none();
        if runs_later && is_state && told.insert(write.sym) {
            let message = format!("a function writes to '{}', which belongs to the module", symbol.name);
            let report = Report::new(Code::ModuleState, write.span, message)
                .note(Some(symbol.span), format!("'{}' is declared here", symbol.name))
                .help("pass it as an argument, keep it in a process, or give the function a pool that keeps its state");
            reports.push(report);
        }
    }
}

/// Functions that only the top level calls, by their name: what they write is part of building the module.
fn building(bound: &Bound<'_>) -> FxHashSet<FnId> {
    let named = bound.named.keys().filter_map(|sym| {
        let symbol = bound.sym(*sym);
        let here = symbol.owner == FnId::MAIN && !symbol.captured && symbol.uses == symbol.calls;
        bound.only(*sym).filter(|_| here)
    });
    named.collect()
}

/// Whether a function, or one around it, is one of those.
fn within(bound: &Bound<'_>, function: FnId, those: &FxHashSet<FnId>) -> bool {
    std::iter::successors(Some(function), |at| bound.func(*at).parent).any(|at| those.contains(&at))
}
