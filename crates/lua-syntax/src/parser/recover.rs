//! Reports: what was found, what would be right, and where to go on.

use super::{Failed, Opener, Parser};
use crate::span::{LineIndex, Span, SyntaxError};
use crate::token::{Tok, Token};

impl Parser<'_> {
    /// Reports that something else should stand here: `wanted` is followed by what was found.
    pub(super) fn expected(&mut self, wanted: &str) -> Failed {
        let found = self.describe(self.tok);
        self.report(SyntaxError::new(self.tok.span, format!("{wanted}, found {found}")))
    }

    pub(super) fn expected_with_help(&mut self, wanted: &str, help: impl Into<String>) -> Failed {
        let found = self.describe(self.tok);
        self.report(SyntaxError::new(self.tok.span, format!("{wanted}, found {found}")).help(help))
    }

    /// Reports a mistake; a second one at the same place is only a consequence of the first and is dropped.
    pub(super) fn report(&mut self, error: SyntaxError) -> Failed {
        let known = self.lexer.errors().last().is_some_and(|last| last.span.start == error.span.start);
        if !self.stopped && !known {
            self.lexer.report(error);
        }
        Failed
    }

    /// Reports a tree that would be too deep, and ends the parse.
    pub(super) fn too_deep(&mut self, message: String) -> Failed {
        let failed = self.report(SyntaxError::new(self.tok.span, message));
        self.stopped = true;
        self.lexer.stop();
        self.ahead_len = 0;
        self.tok = self.lexer.next();
        failed
    }

    /// How a message names `token`.
    pub(super) fn describe(&self, token: Token) -> String {
        match token.kind {
            Tok::Name | Tok::Number => {
                let text = String::from_utf8_lossy(self.text(token.span));
                let short: String = text.chars().take(40).collect();
                let rest = if short.len() < text.len() { "…" } else { "" };
                format!("'{short}{rest}'")
            }
            Tok::String | Tok::BadString => "a string".to_owned(),
            Tok::Eof => "the end of the file".to_owned(),
            kind => format!("'{}'", kind.text()),
        }
    }

    /// The line of `offset`, for a message.
    pub(super) fn line(&mut self, offset: u32) -> u32 {
        self.lines.get_or_insert_with(|| LineIndex::new(self.source)).line(offset)
    }

    /// `'if' at line 3`
    pub(super) fn describe_opener(&mut self, opener: Opener) -> String {
        format!("'{}' at line {}", opener.text, self.line(opener.span.start))
    }

    /// Skips to where a statement may begin. Moves at least one token if none was parsed since `start`.
    pub(super) fn skip_to_statement(&mut self, start: u32) {
        if self.tok.span.start == start && !self.at_block_end() {
            self.bump();
        }
        while !self.at_block_end() && !self.at_statement_start() {
            self.bump();
        }
    }

    pub(super) fn at_block_end(&self) -> bool {
        matches!(self.tok.kind, Tok::End | Tok::Else | Tok::ElseIf | Tok::Until | Tok::Eof)
    }

    /// A token that surely begins a statement.
    fn at_statement_start(&self) -> bool {
        match self.tok.kind {
            Tok::Break
            | Tok::Do
            | Tok::For
            | Tok::Function
            | Tok::Goto
            | Tok::If
            | Tok::Local
            | Tok::Repeat
            | Tok::Return
            | Tok::Semicolon
            | Tok::While => true,
            Tok::Name => self.tok.on_new_line,
            _ => false,
        }
    }

    /// Skips to `kind` on the same line; false, at the first token of the next one, if it does not come.
    pub(super) fn skip_to(&mut self, kind: Tok) -> bool {
        while !self.at(kind) {
            if self.tok.on_new_line || self.at_block_end() {
                return false;
            }
            self.bump();
        }
        true
    }

    /// Moves behind the `end` (or `until`) of a block; if it is missing, reports that and goes on as if it were there.
    pub(super) fn close_block(&mut self, kind: Tok, opener: Opener) -> Span {
        if self.at(kind) {
            let Token { span, on_new_line, .. } = self.bump();
            if on_new_line && self.misplaced_end.is_none() && self.is_misplaced(span, opener.span) {
                self.misplaced_end = Some((span, opener));
            }
            return span;
        }
        let opened = self.describe_opener(opener);
        let found = self.describe(self.tok);
        let message = format!("'{}' expected to close {opened}, found {found}", kind.text());
        let error = SyntaxError::new(self.tok.span, message);
        // The tree is lost anyhow, so one hint is enough: the first is the likeliest.
        let error = match (self.else_if.take(), self.misplaced_end.take()) {
            (Some(span), _) => {
                let line = self.line(span.start);
                error.help(format!(
                    "the 'else if' at line {line} opens an 'if' with an 'end' of its own; 'elseif' does not"
                ))
            }
            (None, Some((end, closed))) => {
                let line = self.line(end.start);
                let closed = self.describe_opener(closed);
                error.help(format!(
                    "the '{}' at line {line} closes {closed} but is indented differently",
                    "end"
                ))
            }
            (None, None) => error,
        };
        self.report(error);
        Span::new(self.prev_end, self.prev_end)
    }

    /// `end` is the first of its line and not indented as the line of `opener`.
    fn is_misplaced(&self, end: Span, opener: Span) -> bool {
        let (Some(end_line), Some(line)) = (self.line_before(end), self.line_before(opener)) else {
            return false;
        };
        let indent = |line: &[u8]| line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let end_indent = indent(end_line);
        end_indent == end_line.len() && end_line != &line[..indent(line)]
    }

    /// What stands before `span` on its line; `None` if that is too long to be worth a look.
    fn line_before(&self, span: Span) -> Option<&[u8]> {
        const LONGEST: usize = 400;
        let before = &self.source[..span.start as usize];
        let near = &before[before.len().saturating_sub(LONGEST)..];
        match near.iter().rposition(|b| *b == b'\n') {
            Some(at) => Some(&near[at + 1..]),
            None => (near.len() == before.len()).then_some(near),
        }
    }
}
