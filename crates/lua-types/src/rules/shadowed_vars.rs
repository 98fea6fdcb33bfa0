//! W0007: a variable that takes the name of another one which could be seen until then.

use super::{Subject, is_exempt};
use crate::bind::SymId;
use crate::code::Code;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    let bound = subject.bound;
    for (i, symbol) in bound.symbols.iter().enumerate() {
        let name = symbol.name;
        let Some(before) = symbol.hides.filter(|_| !is_exempt(name)) else { continue };
        let message = match bound.in_same_block(SymId(i as u32), before) {
            true => format!("'{name}' is declared again in the same block"),
            false => format!("'{name}' hides another variable of that name"),
        };
        let report = Report::new(Code::Shadowed, symbol.span, message);
        reports.push(report.note(Some(bound.sym(before).span), format!("'{name}' is declared here first")));
    }
}
