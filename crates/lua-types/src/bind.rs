//! Resolves the names of a unit in one walk: what each means, who reads, writes and captures what.
//!
//! The checker and the rules of the linter stand on it. The walk goes down as far as the parser lets a tree be high.

mod same;
mod types;
mod walk;

use crate::report::Report;
use lua_syntax::Span;
use lua_syntax::ast::{BinOp, Chunk, Expr, ExprKind, Function as Tree, Name, TypeExpr};
use rustc_hash::{FxHashMap, FxHashSet};

/// A local variable or parameter of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SymId(pub(crate) u32);

/// A function of the unit; 0 is the unit itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FnId(pub(crate) u32);

impl FnId {
    pub(crate) const MAIN: FnId = FnId(0);
}

/// A local variable or parameter.
pub(crate) struct Symbol<'a> {
    pub(crate) name: &'a str,
    /// Its declaration; of an implicit `self` the body of the method.
    pub(crate) span: Span,
    /// The function that declares it.
    pub(crate) owner: FnId,
    pub(crate) annotation: Option<&'a TypeExpr>,
    pub(crate) kind: SymKind,
    /// Read or written by another function.
    pub(crate) captured: bool,
    /// Assignments after its declaration.
    pub(crate) assignments: u32,
    /// It has a value from its declaration on.
    pub(crate) given: bool,
    /// Times that it is mentioned, and how many of them call it.
    pub(crate) uses: u32,
    pub(crate) calls: u32,
    /// Other functions that assign it.
    pub(crate) writers: Vec<FnId>,
    /// Its fields are methods of objects whose metatable it is.
    pub(crate) class: bool,
    /// Metatables name it as the table where fields are looked for: what reads `self` in its methods is one of their objects.
    pub(crate) lends: bool,
    /// `local x = require(…)`
    pub(crate) import: bool,
    /// Its value is used, by others than itself.
    pub(crate) read: bool,
    /// A function that calls itself.
    pub(crate) read_by_itself: bool,
    /// The block that declares it.
    block: u32,
    /// What was visible under its name before.
    pub(crate) hides: Option<SymId>,
}

/// What declares a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SymKind {
    Local,
    Param,
    /// The implicit first parameter of `function a:m()`.
    SelfParam,
    Loop,
    Function,
}

/// A function of the unit.
#[derive(Default)]
pub(crate) struct Function<'a> {
    /// `None`: the unit.
    pub(crate) tree: Option<&'a Tree>,
    pub(crate) parent: Option<FnId>,
    /// Its parameters, `self` included.
    pub(crate) params: Vec<SymId>,
    /// Locals of functions around it that it, or a function within it, names.
    pub(crate) captures: Vec<SymId>,
    /// What happens to parameters that may get fields whose names are not seen here.
    pub(crate) leaks: Vec<(SymId, Leak)>,
}

/// How a parameter may get fields whose names are not seen here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leak {
    /// Written by a key that is no constant.
    Direct,
    /// Passed on to a function, as argument number so and so.
    To(SymId, u32),
}

/// An assignment to a global.
pub(crate) struct GlobalWrite<'a> {
    pub(crate) name: &'a Name,
    /// `function name() … end`
    pub(crate) function: bool,
}

/// A block that a condition or a loop runs.
pub(crate) struct Body {
    /// `if`, `elseif`, `while`, `repeat`, `for`
    pub(crate) of: &'static str,
    /// What introduces it.
    pub(crate) head: Span,
    pub(crate) block: Span,
    /// Without a statement.
    pub(crate) empty: bool,
}

/// A comparison of something with itself.
pub(crate) struct SelfCompare<'a> {
    pub(crate) op: BinOp,
    pub(crate) operand: &'a Expr,
    pub(crate) span: Span,
}

/// A function writes to a variable of the unit's top level, or to a table that lies in it.
pub(crate) struct StateWrite {
    pub(crate) sym: SymId,
    /// The function that does, and where.
    pub(crate) by: FnId,
    pub(crate) span: Span,
}

/// `require("name")`
pub(crate) struct Require<'a> {
    pub(crate) name: &'a [u8],
    /// The literal.
    pub(crate) span: Span,
}

/// A unit whose names are resolved.
#[derive(Default)]
pub(crate) struct Bound<'a> {
    pub(crate) symbols: Vec<Symbol<'a>>,
    pub(crate) functions: Vec<Function<'a>>,
    /// By first byte of the name.
    uses: FxHashMap<u32, SymId>,
    /// Locals that hold what `require` gave, by name: the module.
    pub(crate) required: FxHashMap<&'a str, &'a str>,
    /// Functions by the local that they were given to last, see [`Bound::only`].
    pub(crate) named: FxHashMap<SymId, FnId>,
    /// Expressions of `typeof(…)` by their first byte.
    pub(crate) typeofs: FxHashMap<u32, &'a Expr>,
    /// By first byte of the closing `end`.
    ends: FxHashMap<u32, FnId>,
    /// By field name: functions that write a field of that name, and where the last time, in order.
    pub(crate) writers: FxHashMap<&'a str, Vec<(FnId, u32)>>,
    /// Globals that the unit assigns, and the functions that do.
    pub(crate) globals: FxHashMap<&'a str, Vec<FnId>>,
    /// First bytes of labels that some `goto` behind them aims at.
    pub(crate) back_labels: FxHashSet<u32>,
    // The rest is for the rules, each in source order.
    pub(crate) global_writes: Vec<GlobalWrite<'a>>,
    pub(crate) bodies: Vec<Body>,
    pub(crate) comparisons: Vec<SelfCompare<'a>>,
    pub(crate) requires: Vec<Require<'a>>,
    pub(crate) state_writes: Vec<StateWrite>,
    /// Unions with an intersection among their members, and the first of those.
    pub(crate) mixed: Vec<(Span, Span)>,
    /// Labels that are missing or there twice, and the like.
    pub(crate) reports: Vec<Report>,
}

impl<'a> Bound<'a> {
    pub(crate) fn new(chunk: &'a Chunk) -> Self {
        walk::Walk::default().chunk(chunk)
    }

    /// The local that a name means; `None`: a global.
    pub(crate) fn symbol(&self, name: &Name) -> Option<SymId> {
        self.uses.get(&name.span.start).copied()
    }

    /// The function with that tree.
    pub(crate) fn function(&self, tree: &Tree) -> FnId {
        self.ends[&tree.end.start]
    }

    pub(crate) fn sym(&self, id: SymId) -> &Symbol<'a> {
        &self.symbols[id.0 as usize]
    }

    /// The function that a local holds whenever it is there.
    pub(crate) fn only(&self, id: SymId) -> Option<FnId> {
        let symbol = self.sym(id);
        let once = symbol.assignments == u32::from(!symbol.given);
        self.named.get(&id).copied().filter(|_| once)
    }

    /// Whether a symbol takes the name of another one of the same block.
    pub(crate) fn in_same_block(&self, a: SymId, b: SymId) -> bool {
        self.sym(a).block == self.sym(b).block
    }

    pub(crate) fn func(&self, id: FnId) -> &Function<'a> {
        &self.functions[id.0 as usize]
    }
}

/// The expression within parentheses and casts.
pub(crate) fn peel(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::NonNil(inner) | ExprKind::Cast { expr: inner, .. } => peel(inner),
        _ => expr,
    }
}

/// The text of a literal key that could be written as a field.
pub(crate) fn literal(key: &Expr) -> Option<&str> {
    match &peel(key).kind {
        ExprKind::Str(text) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}
