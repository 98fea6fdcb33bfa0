//! Recursive descent parser: source text to tree.
//!
//! A function that parses returns `Err(Failed)` after it has reported the mistake; [`Parser::block`] goes on at the
//! next statement. Rules that need the scopes of names (duplicate labels, `goto` without a label, `break` outside a
//! loop, `...` outside a vararg function, limits per function) are the code generator's.

mod decl;
mod expr;
mod recover;
mod signature;
mod stat;
mod types;

pub use signature::{parse_head, parse_signature, parse_type};
pub(crate) use types::is_primitive;

use crate::ast::{Chunk, Name};
use crate::lexer::Lexer;
use crate::span::{LineIndex, Span, SyntaxError};
use crate::token::{Tok, Token};

/// Levels of nesting (blocks, functions, parentheses, tables, types) that are accepted.
pub const MAX_DEPTH: u32 = 200;

/// Levels of a tree, which chains (`a.b.c…`, `a + b + c…`) make deeper than the source is nested.
pub const MAX_HEIGHT: u32 = 1000;

/// What the parser made of a source text.
#[derive(Debug)]
pub struct Parsed {
    /// The tree; statements that could not be parsed are left out.
    pub chunk: Chunk,
    /// Mistakes in source order; empty means that the tree is complete.
    pub errors: Vec<SyntaxError>,
}

/// Parses a chunk. `source` may hold any bytes; a byte order mark and a first line that starts with `#` are skipped.
///
/// At most twenty mistakes are reported. A source of 4 GiB or more is refused.
pub fn parse(source: &[u8]) -> Parsed {
    if u32::try_from(source.len()).is_err() {
        let error = SyntaxError::new(Span::default(), "source is too long, less than 4 GiB expected");
        return Parsed { chunk: Chunk::default(), errors: vec![error] };
    }
    let mut parser = Parser::new(source);
    let chunk = parser.chunk();
    Parsed { chunk, errors: parser.lexer.into_errors() }
}

/// A mistake was reported and the construct could not be parsed.
#[derive(Debug)]
struct Failed;

type Res<T> = Result<T, Failed>;

/// Where a construct begins that something must close.
#[derive(Clone, Copy)]
struct Opener {
    text: &'static str,
    span: Span,
}

/// So many tokens behind the current one are looked at to tell a label from a cast.
const LOOK_AHEAD: usize = 4;

struct Parser<'s> {
    source: &'s [u8],
    lexer: Lexer<'s>,
    /// The token to parse next.
    tok: Token,
    /// The tokens behind it that were looked at, nearest first.
    ahead: [Token; LOOK_AHEAD],
    ahead_len: usize,
    /// End of the token before `tok`.
    prev_end: u32,
    depth: u32,
    /// Height of the tallest tree built since the innermost `nested` began.
    height: u32,
    /// Nesting was too deep: nothing more is read or reported.
    stopped: bool,
    /// Built when a message first needs a line.
    lines: Option<LineIndex>,
    /// The first `else if` on one line, whose `if` wants an `end` of its own.
    else_if: Option<Span>,
    /// The first `end` whose indentation is not that of what it closes.
    misplaced_end: Option<(Span, Opener)>,
}

impl<'s> Parser<'s> {
    fn new(source: &'s [u8]) -> Self {
        let mut lexer = Lexer::new(source);
        let tok = lexer.next();
        Self {
            source,
            lexer,
            tok,
            ahead: [tok; LOOK_AHEAD],
            ahead_len: 0,
            prev_end: 0,
            depth: 0,
            height: 0,
            stopped: false,
            lines: None,
            else_if: None,
            misplaced_end: None,
        }
    }

    /// Moves to the next token and returns the one left behind.
    fn bump(&mut self) -> Token {
        let left = self.tok;
        self.prev_end = left.span.end;
        if self.ahead_len == 0 {
            self.tok = self.lexer.next();
        } else {
            self.tok = self.ahead[0];
            self.ahead.rotate_left(1);
            self.ahead_len -= 1;
        }
        left
    }

    /// The token `n` behind the current one, `n` from 1.
    fn peek(&mut self, n: usize) -> Token {
        debug_assert!((1..=LOOK_AHEAD).contains(&n), "looks ahead at most LOOK_AHEAD tokens");
        while self.ahead_len < n {
            self.ahead[self.ahead_len] = self.lexer.next();
            self.ahead_len += 1;
        }
        self.ahead[n - 1]
    }

    fn at(&self, kind: Tok) -> bool {
        self.tok.kind == kind
    }

    /// Moves on if the current token is `kind`.
    fn eat(&mut self, kind: Tok) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// The current token is the name `word`, which is no keyword of Lua.
    fn at_word(&self, word: &str) -> bool {
        self.is_word(self.tok, word)
    }

    fn is_word(&self, token: Token, word: &str) -> bool {
        token.kind == Tok::Name && self.text(token.span) == word.as_bytes()
    }

    /// The current token and the next one touch and are `first` and `second`.
    fn at_pair(&mut self, first: Tok, second: Tok) -> bool {
        if !self.at(first) {
            return false;
        }
        let next = self.peek(1);
        next.kind == second && next.span.start == self.tok.span.end
    }

    /// Moves behind `kind`, or reports that it is missing: `why` continues "'x' expected".
    fn expect(&mut self, kind: Tok, why: &str) -> Res<Token> {
        if self.at(kind) {
            return Ok(self.bump());
        }
        Err(self.expected(&format!("'{}' expected {why}", kind.text())))
    }

    /// Moves behind the bracket that closes `open`.
    fn close(&mut self, kind: Tok, open: Token) -> Res<()> {
        if self.eat(kind) {
            return Ok(());
        }
        let line = self.line(open.span.start);
        let place =
            if line == self.line(self.tok.span.start) { String::new() } else { format!(" at line {line}") };
        Err(self.expected(&format!("'{}' expected to close '{}'{place}", kind.text(), open.kind.text())))
    }

    /// A name; `what` says of what.
    fn name(&mut self, what: &str) -> Res<Name> {
        if self.at(Tok::Name) {
            let span = self.bump().span;
            return Ok(self.name_at(span));
        }
        if self.tok.kind.is_keyword() {
            let word = self.tok.kind.text();
            return Err(self.expected_with_help(
                &format!("{what} expected"),
                format!("'{word}' is a reserved word and cannot be a name"),
            ));
        }
        Err(self.expected(&format!("{what} expected")))
    }

    fn name_at(&self, span: Span) -> Name {
        let text = std::str::from_utf8(self.text(span)).expect("the lexer lets only ASCII into names");
        Name { text: text.into(), span }
    }

    fn text(&self, span: Span) -> &'s [u8] {
        &self.source[span.start as usize..span.end as usize]
    }

    /// From `start` to the token before the current one.
    fn since(&self, start: u32) -> Span {
        Span::new(start, self.prev_end.max(start))
    }

    /// Runs `parse` one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep(format!("nesting is deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.height, 0);
        let result = parse(self);
        self.depth -= 1;
        let result = result.and_then(|value| self.link().map(|()| value));
        self.height = self.height.max(outer);
        result
    }

    /// Accounts for one more node on top of what was built at this level.
    fn link(&mut self) -> Res<()> {
        self.height += 1;
        if self.height > MAX_HEIGHT {
            return Err(self.too_deep(format!("expression is a chain of more than {MAX_HEIGHT} levels")));
        }
        Ok(())
    }

    /// `parse` separated by commas, at least once.
    fn list<T>(&mut self, mut parse: impl FnMut(&mut Self) -> Res<T>) -> Res<Vec<T>> {
        let mut items = vec![parse(self)?];
        while self.eat(Tok::Comma) {
            items.push(parse(self)?);
        }
        Ok(items)
    }
}
