//! W0009: `|` and `&` in one type without parentheses: not all languages take the same of them first.

use super::Subject;
use crate::code::Code;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for (union, intersection) in &subject.bound.mixed {
        let help = match subject.shown(*intersection) {
            Some(text) => format!("write '({text})' if that is meant"),
            None => "put parentheses around what belongs together".to_owned(),
        };
        let message = "'|' and '&' without parentheses: '&' is taken first";
        reports.push(Report::new(Code::MixedTypes, *union, message).help(help));
    }
}
