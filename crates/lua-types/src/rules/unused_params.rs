//! W0005: a parameter whose value nobody reads.

use super::{Subject, unused};
use crate::bind::SymKind;
use crate::code::Code;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for symbol in unused(subject.bound).filter(|symbol| symbol.kind == SymKind::Param) {
        let name = symbol.name;
        let report =
            Report::new(Code::UnusedParameter, symbol.span, format!("parameter '{name}' is never read"));
        reports.push(report.help(format!("name it '_{name}' if that is meant")));
    }
}
