//! Hand-written lexer: bytes to tokens, one at a time and without allocation.

use crate::literal;
use crate::span::{Span, SyntaxError};
use crate::token::{Tok, Token};

/// So many mistakes are reported; the rest of the source is not read.
pub(crate) const MAX_ERRORS: usize = 20;

/// Reads tokens from a source text and collects the mistakes, its own and the parser's.
pub(crate) struct Lexer<'s> {
    source: &'s [u8],
    pos: usize,
    errors: Vec<SyntaxError>,
    /// Comments since the last token, and whether they are long ones; `None`: nobody asks.
    comments: Option<Vec<(Span, bool)>>,
}

impl<'s> Lexer<'s> {
    /// A lexer at the start of `source`, behind a byte order mark and a first line that starts with `#`.
    pub(crate) fn new(source: &'s [u8]) -> Self {
        debug_assert!(u32::try_from(source.len()).is_ok(), "offsets fit 32 bits");
        let mut lexer = Self { source, pos: 0, errors: Vec::new(), comments: None };
        if source.starts_with(b"\xef\xbb\xbf") {
            lexer.pos = 3;
        }
        if lexer.at(0) == b'#' {
            lexer.skip_line();
        }
        lexer
    }

    /// The same that keeps comments, see [`take_comments`](Self::take_comments).
    pub(crate) fn with_comments(source: &'s [u8]) -> Self {
        Self { comments: Some(Vec::new()), ..Self::new(source) }
    }

    /// The comments in front of the token that was read last, and whether they are long ones.
    pub(crate) fn take_comments(&mut self) -> Vec<(Span, bool)> {
        self.comments.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The next token; mistakes are reported, and reading goes on behind them.
    pub(crate) fn next(&mut self) -> Token {
        let on_new_line = self.skip_blanks();
        let start = self.pos;
        let kind = self.scan();
        Token { kind, on_new_line, span: span(start, self.pos) }
    }

    /// Adds a mistake. After the last one that is wanted only the end of the file follows.
    pub(crate) fn report(&mut self, error: SyntaxError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
        if self.errors.len() == MAX_ERRORS {
            self.stop();
        }
    }

    /// Makes the end of the file the next token.
    pub(crate) fn stop(&mut self) {
        self.pos = self.source.len();
    }

    /// What was reported so far.
    pub(crate) fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// All that was reported, in source order.
    pub(crate) fn into_errors(mut self) -> Vec<SyntaxError> {
        self.errors.sort_by_key(|error| error.span.start);
        self.errors
    }

    fn at(&self, ahead: usize) -> u8 {
        // A NUL in the source is no legal character anywhere outside strings and comments, so it may stand for the end.
        self.source.get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn skip_line(&mut self) {
        let rest = &self.source[self.pos..];
        self.pos += rest.iter().position(|b| *b == b'\n' || *b == b'\r').unwrap_or(rest.len());
    }

    /// Skips white space, comments and bytes that begin no token; tells whether a line break was among them.
    fn skip_blanks(&mut self) -> bool {
        let mut broke = self.pos == 0;
        while let Some(&byte) = self.source.get(self.pos) {
            match byte {
                b'\n' | b'\r' => {
                    broke = true;
                    self.pos += 1;
                }
                b' ' | b'\t' | 0x0b | 0x0c => self.pos += 1,
                b'-' if self.at(1) == b'-' => broke |= self.skip_comment(),
                _ if begins_token(byte) => break,
                _ => self.skip_garbage(),
            }
        }
        broke
    }

    /// Skips a comment; tells whether it holds a line break.
    fn skip_comment(&mut self) -> bool {
        let start = self.pos;
        self.pos += 2;
        let level = self.long_bracket();
        let broke = self.skip_comment_text(start, level);
        if let Some(comments) = &mut self.comments {
            comments.push((span(start, self.pos), level.is_some()));
        }
        broke
    }

    fn skip_comment_text(&mut self, start: usize, level: Option<usize>) -> bool {
        if let Some(level) = level {
            let opened = span(start, self.pos + level + 2);
            self.pos += level + 2;
            if !self.skip_long(level) {
                let close = format!("]{}]", "=".repeat(level.min(20)));
                self.report(SyntaxError::new(opened, format!("comment is not closed, '{close}' expected")));
            }
            return self.source[start..self.pos].contains(&b'\n');
        }
        self.skip_line();
        false
    }

    /// Reports a run of bytes that can begin no token, as one mistake.
    fn skip_garbage(&mut self) {
        let start = self.pos;
        let rest = &self.source[start..];
        self.pos +=
            rest.iter().position(|b| begins_token(*b) || b.is_ascii_whitespace()).unwrap_or(rest.len());
        let run = &self.source[start..self.pos];
        let shown = match std::str::from_utf8(run) {
            Ok(text) if !text.chars().any(char::is_control) => {
                let short: String = text.chars().take(8).collect();
                format!("'{short}'")
            }
            _ => format!("byte 0x{:02x}", run[0]),
        };
        self.report(SyntaxError::new(span(start, self.pos), format!("unexpected {shown}")));
    }

    /// The level of the long bracket that opens here.
    fn long_bracket(&self) -> Option<usize> {
        let rest = self.source[self.pos..].strip_prefix(b"[")?;
        let level = rest.iter().take_while(|b| **b == b'=').count();
        (rest.get(level) == Some(&b'[')).then_some(level)
    }

    /// Moves behind the closing long bracket of `level`; false at the end of the source.
    fn skip_long(&mut self, level: usize) -> bool {
        while let Some(at) = self.source[self.pos..].iter().position(|b| *b == b']') {
            self.pos += at + 1;
            let rest = &self.source[self.pos..];
            let found = rest.iter().take(level + 1).take_while(|b| **b == b'=').count();
            if found == level && rest.get(level) == Some(&b']') {
                self.pos += level + 1;
                return true;
            }
            // A run of '=' that did not fit holds no ']', so it is never read twice.
            self.pos += found;
        }
        self.pos = self.source.len();
        false
    }

    fn scan(&mut self) -> Tok {
        let Some(&byte) = self.source.get(self.pos) else { return Tok::Eof };
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'.' if self.at(1).is_ascii_digit() => self.number(),
            b'"' | b'\'' => self.short_string(byte),
            b'[' => match self.long_bracket() {
                Some(level) => self.long_string(level),
                None => self.take(1, Tok::LeftBracket),
            },
            _ => self.operator(byte),
        }
    }

    fn take(&mut self, len: usize, kind: Tok) -> Tok {
        self.pos += len;
        kind
    }

    fn word(&mut self) -> Tok {
        let rest = &self.source[self.pos..];
        let len = rest.iter().position(|b| !is_name_byte(*b)).unwrap_or(rest.len());
        self.take(len, Tok::keyword(&rest[..len]).unwrap_or(Tok::Name))
    }

    /// Takes as much as PUC Lua 5.3 does, malformed or not.
    fn number(&mut self) -> Tok {
        let hex = self.at(0) == b'0' && self.at(1) | 0x20 == b'x';
        let exponent = if hex { b'p' } else { b'e' };
        self.pos += if hex { 2 } else { 0 };
        loop {
            let byte = self.at(0);
            if byte | 0x20 == exponent {
                self.pos += 1;
                self.pos += usize::from(matches!(self.at(0), b'+' | b'-'));
            } else if byte.is_ascii_hexdigit() || byte == b'.' {
                self.pos += 1;
            } else {
                return Tok::Number;
            }
        }
    }

    fn short_string(&mut self, quote: u8) -> Tok {
        let start = self.pos;
        self.pos += 1;
        loop {
            let rest = &self.source[self.pos..];
            let stop = rest
                .iter()
                .position(|b| matches!(b, b'\\' | b'\n' | b'\r') || *b == quote)
                .unwrap_or(rest.len());
            self.pos += stop;
            match rest.get(stop) {
                Some(b'\\') => {
                    let escaped = rest.get(stop + 1).copied();
                    self.pos += 1 + usize::from(escaped.is_some());
                    match escaped {
                        Some(b'\r' | b'\n') => {
                            let pair = [escaped.unwrap_or(0), self.at(0)];
                            self.pos += usize::from(literal::is_line_pair(pair));
                        }
                        Some(b'z') => {
                            let rest = &self.source[self.pos..];
                            self.pos += rest.iter().take_while(|b| literal::is_space(**b)).count();
                        }
                        _ => {}
                    }
                }
                Some(b) if *b == quote => return self.take(1, Tok::String),
                _ => {
                    let quote = char::from(quote);
                    let error = SyntaxError::new(
                        span(start, self.pos),
                        format!("string is not closed, {quote} expected before the end of the line"),
                    );
                    self.report(error.help("a string over several lines is written [[…]]"));
                    return Tok::BadString;
                }
            }
        }
    }

    fn long_string(&mut self, level: usize) -> Tok {
        let opened = span(self.pos, self.pos + level + 2);
        self.pos += level + 2;
        if self.skip_long(level) {
            return Tok::String;
        }
        let close = format!("]{}]", "=".repeat(level.min(20)));
        self.report(SyntaxError::new(opened, format!("long string is not closed, '{close}' expected")));
        Tok::BadString
    }

    fn operator(&mut self, byte: u8) -> Tok {
        let next = self.at(1);
        match (byte, next) {
            (b'-', b'>') => self.take(2, Tok::Arrow),
            (b'/', b'/') => self.take(2, Tok::DoubleSlash),
            (b'<', b'<') => self.take(2, Tok::ShiftLeft),
            (b'>', b'>') => self.take(2, Tok::ShiftRight),
            (b'=', b'=') => self.take(2, Tok::Equal),
            (b'~', b'=') => self.take(2, Tok::NotEqual),
            (b'<', b'=') => self.take(2, Tok::LessEqual),
            (b'>', b'=') => self.take(2, Tok::GreaterEqual),
            (b':', b':') => self.take(2, Tok::DoubleColon),
            (b'.', b'.') if self.at(2) == b'.' => self.take(3, Tok::Ellipsis),
            (b'.', b'.') => self.take(2, Tok::Concat),
            _ => self.take(1, single(byte).expect("the caller skipped bytes that begin no token")),
        }
    }
}

fn span(start: usize, end: usize) -> Span {
    // The parser refuses sources whose offsets do not fit 32 bits.
    Span::new(start as u32, end as u32)
}

pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn begins_token(byte: u8) -> bool {
    is_name_byte(byte) || matches!(byte, b'"' | b'\'') || single(byte).is_some()
}

/// The operator of one byte.
fn single(byte: u8) -> Option<Tok> {
    Some(match byte {
        b'+' => Tok::Plus,
        b'-' => Tok::Minus,
        b'*' => Tok::Star,
        b'/' => Tok::Slash,
        b'%' => Tok::Percent,
        b'^' => Tok::Caret,
        b'#' => Tok::Hash,
        b'&' => Tok::Ampersand,
        b'~' => Tok::Tilde,
        b'|' => Tok::Pipe,
        b'<' => Tok::Less,
        b'>' => Tok::Greater,
        b'=' => Tok::Assign,
        b'(' => Tok::LeftParen,
        b')' => Tok::RightParen,
        b'{' => Tok::LeftBrace,
        b'}' => Tok::RightBrace,
        b'[' => Tok::LeftBracket,
        b']' => Tok::RightBracket,
        b';' => Tok::Semicolon,
        b':' => Tok::Colon,
        b',' => Tok::Comma,
        b'.' => Tok::Dot,
        b'?' => Tok::Question,
        b'!' => Tok::Bang,
        b'@' => Tok::At,
        _ => return None,
    })
}
