//! W0006: a module or library that is required into a local and never used.

use super::{Subject, unused};
use crate::code::Code;
use crate::facts::Role;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for variable in unused(&subject.facts).filter(|variable| variable.role == Role::Import) {
        let message = format!("import '{}' is never used", variable.name.text);
        reports.push(Report::new(Code::UnusedImport, variable.name.span, message).help("remove it"));
    }
}
