//! W0001: a condition or a loop that runs nothing; a comment in the block says that this is meant.

use super::Subject;
use crate::code::Code;
use crate::report::Report;

pub(super) fn apply(subject: &Subject<'_>, reports: &mut Vec<Report>) {
    for body in subject.bound.bodies.iter().filter(|body| body.empty) {
        let from = subject.comments.partition_point(|comment| comment.span.start < body.block.start);
        let explained = subject.comments.get(from).is_some_and(|comment| comment.span.end <= body.block.end);
        if !explained {
            let report = Report::new(Code::EmptyBlock, body.head, format!("empty block of '{}'", body.of));
            reports.push(report.help("remove it, or say in a comment inside why nothing is done"));
        }
    }
}
