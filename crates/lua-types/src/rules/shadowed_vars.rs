//! W0007: a variable that takes the name of another one which could be seen until then.

use super::{Subject, is_exempt};
use crate::code::Code;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for variable in &subject.facts.variables {
        let name = &*variable.name.text;
        let Some((before, same_block)) = variable.hides.filter(|_| !is_exempt(name)) else { continue };
        let message = match same_block {
            true => format!("'{name}' is declared again in the same block"),
            false => format!("'{name}' hides another variable of that name"),
        };
        let report = Report::new(Code::Shadowed, variable.name.span, message);
        reports.push(report.note(Some(before), format!("'{name}' is declared here first")));
    }
}
