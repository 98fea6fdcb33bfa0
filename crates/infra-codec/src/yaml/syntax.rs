//! Says what is wrong with malformed YAML, and how to mend it.

use granit_parser::{ErrorKind, ScanError};
use infra_base::{Diagnostic, SourceFile};
use std::sync::Arc;

/// The parser's complaint as a diagnostic at its place.
pub(crate) fn mistake(error: &ScanError, file: &Arc<SourceFile>) -> Diagnostic {
    let text = &file.text;
    let at = text.floor_char_boundary(error.marker().byte_offset().unwrap_or(text.len()));
    // At least one character is underlined; at the end of a line the one before it.
    let end = text[at..].chars().next().filter(|c| *c != '\n').map_or(at, |c| at + c.len_utf8());
    let (message, help) = explain(error.kind());
    let span = if tab(error.kind()) { tabs_near(text, at) } else { at..end };
    let diagnostic = Diagnostic::error(message, file, span);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar
    )
}

/// The run of tabs in the line of `at` or the next, so that the right bytes are underlined wherever the scanner gave up.
fn tabs_near(text: &str, at: usize) -> std::ops::Range<usize> {
    let end_of = |line: usize| text[line..].find('\n').map_or(text.len(), |i| line + i);
    let mut line = text[..at].rfind('\n').map_or(0, |i| i + 1);
    if !text[line..end_of(line)].contains('\t') {
        // The scanner stands at the end of the line before.
        line = (end_of(line) + 1).min(text.len());
    }
    let line_end = end_of(line);
    match text[line..line_end].find('\t') {
        Some(i) => {
            let start = line + i;
            start..start + text[start..line_end].bytes().take_while(|b| *b == b'\t').count()
        }
        None => at..at,
    }
}

fn explain(kind: &ErrorKind) -> (String, Option<&'static str>) {
    let (message, help) = match kind {
        kind if tab(kind) => ("a tab is not allowed here", Some("indent with spaces")),
        ErrorKind::UnknownAnchor => (
            "this alias has no anchor",
            Some(
                "an anchor `&name` must stand before its alias `*name`; quote the text if no alias is meant",
            ),
        ),
        ErrorKind::UnclosedQuotedScalar => ("this quoted text is not closed", Some("add the closing quote")),
        ErrorKind::UnclosedFlowCollection { open: '[' } => {
            ("this list is not closed", Some("add the closing `]`"))
        }
        ErrorKind::UnclosedFlowCollection { .. } => ("this map is not closed", Some("add the closing `}`")),
        ErrorKind::ExpectedFlowMappingSeparator => ("`,` or `}` expected", None),
        ErrorKind::ExpectedFlowSequenceSeparator => ("`,` or `]` expected", None),
        ErrorKind::ExpectedBlockMappingKey => {
            ("a key of the map expected", Some("keys of one map start in the same column"))
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            ("`-` of the next list item expected", Some("items of one list start in the same column"))
        }
        ErrorKind::InvalidIndentation => {
            ("wrong indentation", Some("what belongs together starts in the same column"))
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("a key needs a `:` after it", Some("write `key: value`"))
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed => {
            ("no `key: value` is allowed here", Some("quote a text that contains `: `, or start a new line"))
        }
        ErrorKind::BlockSequenceEntryNotAllowed => {
            ("no list item is allowed here", Some("start the list on a new line"))
        }
        ErrorKind::RecursionLimitExceeded => ("nested too deep", None),
        ErrorKind::UnexpectedCharacter { character: '@' | '`' } => {
            ("a text can't start with this character", Some("put the text into quotes"))
        }
        ErrorKind::InvalidColonPlacement => {
            ("no `:` is allowed here", Some("is a closing `]` or `}` missing before it?"))
        }
        ErrorKind::UnexpectedCharacter { .. } => ("this character is not allowed here", None),
        ErrorKind::UnknownQuotedScalarEscape => {
            ("unknown escape in quoted text", Some("use '…' quotes for a text with backslashes"))
        }
        other => {
            let text = other.to_string();
            let mut chars = text.chars();
            let first = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
            return (format!("malformed yaml: {first}{}", chars.as_str().trim_end_matches('.')), None);
        }
    };
    (message.into(), help)
}
