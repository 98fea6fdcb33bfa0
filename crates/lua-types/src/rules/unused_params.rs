//! W0005: a parameter whose value nobody reads.

use super::{Subject, unused};
use crate::code::Code;
use crate::facts::Role;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for variable in unused(&subject.facts).filter(|variable| variable.role == Role::Parameter) {
        let name = &*variable.name.text;
        let report = Report::new(
            Code::UnusedParameter,
            variable.name.span,
            format!("parameter '{name}' is never read"),
        );
        reports.push(report.help(format!("name it '_{name}' if that is meant")));
    }
}
