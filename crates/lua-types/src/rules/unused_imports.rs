//! W0006: a module or library that is required into a local and never used.

use super::{Subject, unused};
use crate::code::Code;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for symbol in unused(subject.bound).filter(|symbol| symbol.import) {
        let message = format!("import '{}' is never used", symbol.name);
        reports.push(Report::new(Code::UnusedImport, symbol.span, message).help("remove it"));
    }
}
