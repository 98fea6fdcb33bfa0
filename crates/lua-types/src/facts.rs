//! What the rules want to know of a tree, found in one walk: variables, globals, bodies, comparisons.
//!
//! The walk goes down as far as the parser lets a tree be high.

mod same;
mod walk;

use lua_syntax::Span;
use lua_syntax::ast::{BinOp, Chunk, Expr, Name};

/// A variable of the source.
#[derive(Debug)]
pub(crate) struct Variable<'a> {
    pub(crate) name: &'a Name,
    pub(crate) role: Role,
    /// Its value is used, by others than itself.
    pub(crate) read: bool,
    /// A function that calls itself.
    pub(crate) read_by_itself: bool,
    /// It is assigned behind its declaration.
    pub(crate) written: bool,
    /// The variable of the same name that was visible before: its place, and whether it belongs to the same block.
    pub(crate) hides: Option<(Span, bool)>,
}

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `local x`
    Local,
    /// `local function f`
    Function,
    /// A parameter.
    Parameter,
    /// A variable of a `for`.
    Loop,
    /// `local x = require(…)`
    Import,
}

/// An assignment to a global.
#[derive(Debug)]
pub(crate) struct GlobalWrite<'a> {
    pub(crate) name: &'a Name,
    /// `function name() … end`
    pub(crate) function: bool,
}

/// A block that a condition or a loop runs.
#[derive(Debug)]
pub(crate) struct Body {
    /// `if`, `elseif`, `while`, `repeat`, `for`
    pub(crate) of: &'static str,
    /// What introduces it.
    pub(crate) head: Span,
    /// The block itself.
    pub(crate) block: Span,
    /// Without a statement.
    pub(crate) empty: bool,
}

/// A comparison of something with itself.
#[derive(Debug)]
pub(crate) struct SelfCompare<'a> {
    pub(crate) op: BinOp,
    pub(crate) operand: &'a Expr,
    pub(crate) span: Span,
}

/// `require("name")`
#[derive(Debug)]
pub(crate) struct Require<'a> {
    pub(crate) name: &'a [u8],
    /// The literal.
    pub(crate) span: Span,
}

/// All of it, each in source order.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) variables: Vec<Variable<'a>>,
    pub(crate) global_writes: Vec<GlobalWrite<'a>>,
    pub(crate) bodies: Vec<Body>,
    pub(crate) comparisons: Vec<SelfCompare<'a>>,
    pub(crate) requires: Vec<Require<'a>>,
}

impl<'a> Facts<'a> {
    /// Walks over the whole tree.
    pub(crate) fn of(chunk: &'a Chunk) -> Facts<'a> {
        walk::Walk::default().chunk(chunk)
    }
}
