//! Lexer, parser and syntax tree of the typed Lua dialect.
//!
//! Source bytes → [`parse`] → [`ast::Chunk`]. Types stay in the tree. The parser recovers at statement
//! boundaries, so that one file can report several mistakes; code is generated only from a tree without errors.

pub mod ast;
mod comments;
mod lexer;
mod literal;
mod parser;
mod precedence;
mod span;
mod token;
pub mod tree;

#[cfg(test)]
mod tests;

pub use comments::{Comment, comments};
pub use literal::{Number, number as numeral};
pub use parser::{MAX_DEPTH, MAX_HEIGHT, Parsed, parse, parse_head, parse_signature, parse_type};
pub use span::{LineIndex, Span, SyntaxError};
