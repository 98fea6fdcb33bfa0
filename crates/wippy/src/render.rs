//! Shows errors and diagnostics on standard error, with the lines they speak of.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use infra_base::{Diagnostic, Error, Label, Severity};
use std::io::{IsTerminal, Write};
use std::ops::Range;

/// An error with all its diagnostics.
pub(crate) fn error(error: &Error) {
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let text = error_text(error, color);
    // Where standard error is closed nobody can be told.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

pub(crate) fn error_text(error: &Error, color: bool) -> String {
    let mut text = String::new();
    for diagnostic in error.diagnostics() {
        text.push_str(&diagnostic_text(diagnostic, color));
        text.push_str("\n\n");
    }
    let (start, end) = if color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    text.push_str(&format!("{start}error{end}: {error}\n"));
    if let Some(trace) = error.trace() {
        text.push_str(trace);
        text.push('\n');
    }
    text
}

pub(crate) fn diagnostic_text(diagnostic: &Diagnostic, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::HELP,
    };
    let title = level.primary_title(&*diagnostic.message);
    let mut group = match diagnostic.labels.split_first() {
        None => Group::with_title(title),
        Some((main, others)) => {
            let mut snippet =
                snippet(main).annotation(AnnotationKind::Primary.span(span(main)).label(some(&main.text)));
            let (here, elsewhere): (Vec<&Label>, Vec<&Label>) =
                others.iter().partition(|label| label.file == main.file);
            for label in here {
                snippet =
                    snippet.annotation(AnnotationKind::Context.span(span(label)).label(some(&label.text)));
            }
            let mut group = title.element(snippet);
            for label in elsewhere {
                let annotation = AnnotationKind::Context.span(span(label)).label(some(&label.text));
                group = group.element(self::snippet(label).annotation(annotation));
            }
            group
        }
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(&**help));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

fn snippet(label: &Label) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(&*label.file.text).path(&*label.file.name)
}

/// Only the first line of a long span is of interest, and a span never leaves its text.
fn span(label: &Label) -> Range<usize> {
    let text = &label.file.text;
    let start = text.floor_char_boundary(label.span.start.min(text.len()));
    let end = text.floor_char_boundary(label.span.end.clamp(start, text.len()));
    let line = text[start..end].find('\n').map_or(end, |i| start + i);
    start..line
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}
