//! Shows errors and diagnostics on standard error, with the lines they speak of.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use infra_base::{Diagnostic, Error, Label, Severity};
use infra_log::visible;
use std::borrow::Cow;
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
    text.push_str(&format!("{start}error{end}: {}\n", visible(&error.to_string())));
    if let Some(trace) = error.trace() {
        text.push_str(&visible(trace));
        text.push('\n');
    }
    text
}

pub(crate) fn diagnostic_text(diagnostic: &Diagnostic, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::HELP.with_name("hint"),
    };
    let mut title = level.primary_title(visible(&diagnostic.message));
    if let Some(code) = diagnostic.code {
        title = title.id(code);
    }
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
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

fn snippet(label: &Label) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(source(&label.file.text)).path(visible(&label.file.name))
}

/// The renderer shows ASCII's control characters as pictures; the others are replaced by something as long, so that spans
/// stay right.
fn source(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| c.is_control() && !c.is_ascii();
    if text.contains(hidden) { text.replace(hidden, "·").into() } else { text.into() }
}

/// Only the first line of a long span is of interest, and a span never leaves its text.
fn span(label: &Label) -> Range<usize> {
    let text = &label.file.text;
    let start = text.floor_char_boundary(label.span.start.min(text.len()));
    let end = text.floor_char_boundary(label.span.end.clamp(start, text.len()));
    let line = text[start..end].find('\n').map_or(end, |i| start + i);
    start..line
}

fn some(text: &str) -> Option<Cow<'_, str>> {
    (!text.is_empty()).then(|| visible(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_base::SourceFile;
    use std::sync::Arc;

    #[test]
    fn what_an_application_says_does_not_drive_the_terminal() {
        let hostile = "\u{1b}[2J\u{9b}31m\u{7}";
        let file = Arc::new(SourceFile { name: hostile.into(), text: format!("a: {hostile}\n") });
        let mut told = Diagnostic::error(hostile, &file, 3..file.text.len() - 1).help(hostile);
        told.labels[0].text = hostile.into();
        let error = Error::invalid(format!("entry {hostile}")).with_diagnostics(vec![told]);
        let text = error_text(&error, false);
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(text.ends_with("error: entry \\x1b[2J\\x9b31m\\x07\n"), "{text:?}");
    }
}
