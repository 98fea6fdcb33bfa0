//! Comments that keep diagnostics quiet, `-- lint: ignore W0004`, and those without an effect.
//!
//! A comment behind code is for its line, one that stands alone for the line of code below. `ignore-file` is for the whole
//! source and stands above all code. What follows the codes is the author's reason.

use crate::code::{Code, Severity};
use crate::nearest::nearest;
use crate::report::Report;
use lua_syntax::tree::{self, Remark, remarks};
use lua_syntax::{Comment, LineIndex, Span};
use rustc_hash::FxHashMap;

/// A code that a comment names.
struct Suppression {
    code: Code,
    /// `None`: the whole source.
    line: Option<u32>,
    span: Span,
    used: bool,
}

/// Takes out what comments suppress; tells of comments that suppress nothing, if `rules` are wanted.
pub(crate) fn suppress(source: &[u8], reports: &mut Vec<Report>, rules: bool) {
    if !mentions(source) {
        return;
    }
    suppress_by(&remarks(source), &LineIndex::new(source), reports, rules);
}

/// The same by the comments that a tree carries.
pub(crate) fn suppress_by(remarks: &[Remark], lines: &LineIndex, reports: &mut Vec<Report>, rules: bool) {
    let mut odd = Vec::new();
    let mut suppressions = read(remarks, lines, &mut odd);
    let mut found: FxHashMap<(Code, Option<u32>), Vec<usize>> = FxHashMap::default();
    for (at, suppression) in suppressions.iter().enumerate() {
        found.entry((suppression.code, suppression.line)).or_default().push(at);
    }
    reports.retain(|report| {
        let line = lines.line(report.span.start);
        let mut keep = true;
        for at in [None, Some(line)].into_iter().filter_map(|line| found.get(&(report.code, line))).flatten()
        {
            suppressions[*at].used = true;
            keep = false;
        }
        keep
    });
    if !rules {
        return;
    }
    for Suppression { code, span, .. } in suppressions.iter().filter(|s| !s.used) {
        let message = format!("{} suppresses nothing here", code.as_str());
        odd.push(Report::new(Code::UnusedSuppression, *span, message).help("remove it"));
    }
    reports.append(&mut odd);
}

/// Whether it is worth a closer look.
fn mentions(source: &[u8]) -> bool {
    source.windows(5).any(|five| five == b"lint:")
}

fn read(remarks: &[Remark], lines: &LineIndex, odd: &mut Vec<Report>) -> Vec<Suppression> {
    let comments: Vec<Comment> = remarks.iter().map(|remark| remark.comment).collect();
    let targets = targets(&comments, lines);
    let mut found = Vec::new();
    for (remark, target) in remarks.iter().zip(targets) {
        let comment = &remark.comment;
        let Some((verb, mut rest)) = directive(remark).and_then(word) else { continue };
        let whole = comment.span;
        let line = match verb {
            b"ignore" => Some(target),
            b"ignore-file" if comment.leading => None,
            b"ignore-file" => {
                let message = "ignore-file has no effect below code";
                odd.push(report(whole, message).help("move it above the first statement"));
                continue;
            }
            _ => {
                let verb = String::from_utf8_lossy(verb);
                let message = format!("unknown word '{verb}' behind lint:");
                odd.push(
                    report(whole, message)
                        .help("write '-- lint: ignore W0004' or '-- lint: ignore-file W0004'"),
                );
                continue;
            }
        };
        let mut codes = 0;
        while let Some((text, behind)) = word(rest) {
            let end = whole.end - behind.len() as u32;
            let span = Span::new(end - text.len() as u32, end);
            let Some(code) = looks_like_a_code(text) else { break };
            codes += 1;
            rest = behind;
            match Code::parse(code) {
                Some(Code::Syntax) => {
                    odd.push(report(
                        span,
                        "P0001 cannot be suppressed: a source with syntax errors never runs",
                    ));
                }
                Some(code) => found.push(Suppression { code, line, span, used: false }),
                None => odd.push(unknown(span, code)),
            }
        }
        if codes == 0 {
            odd.push(
                report(whole, "no code to ignore").help("name the codes: '-- lint: ignore W0004, E0004'"),
            );
        }
    }
    found
}

fn report(span: Span, message: impl Into<String>) -> Report {
    Report { severity: Severity::Warning, ..Report::new(Code::UnusedSuppression, span, message) }
}

fn unknown(span: Span, text: &str) -> Report {
    let told = report(span, format!("unknown code {text}"));
    match nearest(text, Code::ALL.iter().map(|code| code.as_str())) {
        Some(near) => told.help(format!("did you mean {near}?")),
        None => told,
    }
}

/// What follows `lint:` in a comment, up to its end.
fn directive(remark: &Remark) -> Option<&[u8]> {
    if remark.comment.long {
        return None;
    }
    tree::directive(&remark.text)
}

/// The first word, and what is behind it and the blanks and comma that follow.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let apart = |b: &u8| b.is_ascii_whitespace() || *b == b',';
    let text = &text[text.iter().position(|b| !apart(b))?..];
    let len = text.iter().position(apart).unwrap_or(text.len());
    Some(text.split_at(len))
}

/// A capital letter and digits, whether there is such a code or not.
fn looks_like_a_code(text: &[u8]) -> Option<&str> {
    let (first, digits) = text.split_first()?;
    let fits = first.is_ascii_alphabetic() && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| fits)
}

/// The line that each comment speaks of: its own, or that of the code below.
fn targets(comments: &[Comment], lines: &LineIndex) -> Vec<u32> {
    let mut targets = vec![0; comments.len()];
    for (at, comment) in comments.iter().enumerate().rev() {
        let own = lines.line(comment.span.start);
        let below = lines.line(comment.span.end) + 1;
        // Further comments may stand between it and the code.
        let next = comments.get(at + 1).filter(|next| next.alone && lines.line(next.span.start) <= below);
        targets[at] = match (comment.alone, next) {
            (false, _) => own,
            (true, Some(_)) => targets[at + 1],
            (true, None) => below,
        };
    }
    targets
}

#[cfg(test)]
mod tests;
