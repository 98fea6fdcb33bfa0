//! The first bytes of nodes: form, whether more is built on it, and a short gap, packed.

use crate::ast::{BinOp, UnOp};

/// How a first byte is divided: the form in the lowest bits, the mark that another link follows, the gap in the rest.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Bits of the form.
    pub(super) kind: u32,
    /// Bits of the mark: none or one.
    pub(super) mark: u32,
}

impl Layout {
    /// The largest gap that the byte can hold says that a number with the rest follows.
    pub(super) fn most(self) -> u32 {
        (1 << (8 - self.kind - self.mark)) - 1
    }
}

/// A statement; the gap is in front of it.
pub(super) const STAT: Layout = Layout { kind: 5, mark: 0 };
/// The first part of an expression or type; the gap is in front of it.
pub(super) const FIRST: Layout = Layout { kind: 4, mark: 1 };
/// What is built on an expression; which gap it is depends on the form.
pub(super) const LINK: Layout = Layout { kind: 5, mark: 1 };
/// What is built on a type.
pub(super) const TYPE_LINK: Layout = Layout { kind: 3, mark: 1 };

/// Statements.
pub(super) mod stat {
    pub(in crate::tree) const LOCAL: u8 = 0;
    pub(in crate::tree) const ASSIGN: u8 = 1;
    pub(in crate::tree) const CALL: u8 = 2;
    pub(in crate::tree) const DO: u8 = 3;
    pub(in crate::tree) const WHILE: u8 = 4;
    pub(in crate::tree) const REPEAT: u8 = 5;
    pub(in crate::tree) const IF: u8 = 6;
    pub(in crate::tree) const IF_ELSE: u8 = 7;
    pub(in crate::tree) const FOR: u8 = 8;
    pub(in crate::tree) const FOR_STEP: u8 = 9;
    pub(in crate::tree) const FOR_IN: u8 = 10;
    pub(in crate::tree) const FUNCTION: u8 = 11;
    pub(in crate::tree) const METHOD: u8 = 12;
    pub(in crate::tree) const LOCAL_FUNCTION: u8 = 13;
    pub(in crate::tree) const RETURN: u8 = 14;
    pub(in crate::tree) const BREAK: u8 = 15;
    pub(in crate::tree) const GOTO: u8 = 16;
    pub(in crate::tree) const LABEL: u8 = 17;
    pub(in crate::tree) const TYPE: u8 = 18;
    pub(in crate::tree) const INTERFACE: u8 = 19;
    /// Bytes of the word that each begins with.
    pub(in crate::tree) const WORDS: [u32; 20] = [5, 0, 0, 2, 5, 6, 2, 2, 3, 3, 3, 8, 8, 5, 6, 5, 4, 2, 4, 9];
}

/// First parts of expressions.
pub(super) mod first {
    pub(in crate::tree) const NIL: u8 = 0;
    pub(in crate::tree) const FALSE: u8 = 1;
    pub(in crate::tree) const TRUE: u8 = 2;
    pub(in crate::tree) const VARARG: u8 = 3;
    pub(in crate::tree) const INT: u8 = 4;
    pub(in crate::tree) const FLOAT: u8 = 5;
    pub(in crate::tree) const STR: u8 = 6;
    pub(in crate::tree) const NAME: u8 = 7;
    pub(in crate::tree) const FUNCTION: u8 = 8;
    pub(in crate::tree) const TABLE: u8 = 9;
    pub(in crate::tree) const PAREN: u8 = 10;
    /// The unary operators are this and what follows, in the order of [`UNARY`](super::UNARY).
    pub(in crate::tree) const UNARY: u8 = 11;
}

/// What is built on expressions.
pub(super) mod link {
    /// The binary operators come first, in the order of [`BINARY`](super::BINARY); the gap is in front of the operator.
    pub(in crate::tree) const FIELD: u8 = 20;
    pub(in crate::tree) const INDEX: u8 = 21;
    pub(in crate::tree) const CALL: u8 = 22;
    pub(in crate::tree) const METHOD: u8 = 23;
    pub(in crate::tree) const CONCAT: u8 = 24;
    pub(in crate::tree) const CAST: u8 = 25;
    pub(in crate::tree) const NON_NIL: u8 = 26;
}

/// First parts of types.
pub(super) mod ty {
    pub(in crate::tree) const NIL: u8 = 0;
    pub(in crate::tree) const FALSE: u8 = 1;
    pub(in crate::tree) const TRUE: u8 = 2;
    pub(in crate::tree) const STR: u8 = 3;
    pub(in crate::tree) const INT: u8 = 4;
    pub(in crate::tree) const FLOAT: u8 = 5;
    pub(in crate::tree) const NAMED: u8 = 6;
    pub(in crate::tree) const ARRAY: u8 = 7;
    pub(in crate::tree) const MAP: u8 = 8;
    pub(in crate::tree) const RECORD: u8 = 9;
    pub(in crate::tree) const INTERFACE: u8 = 10;
    pub(in crate::tree) const FUNCTION: u8 = 11;
    pub(in crate::tree) const ASSERTS: u8 = 12;
    pub(in crate::tree) const TYPEOF: u8 = 13;
    pub(in crate::tree) const KEYOF: u8 = 14;
    pub(in crate::tree) const GROUP: u8 = 15;
}

/// What is built on types.
pub(super) mod type_link {
    pub(in crate::tree) const ARRAY: u8 = 0;
    /// `readonly T[]`: it begins in front of what it is built on.
    pub(in crate::tree) const READONLY_ARRAY: u8 = 1;
    pub(in crate::tree) const INDEXED: u8 = 2;
    pub(in crate::tree) const OPTIONAL: u8 = 3;
    pub(in crate::tree) const UNION: u8 = 4;
    pub(in crate::tree) const INTERSECTION: u8 = 5;
    pub(in crate::tree) const CONDITIONAL: u8 = 6;
    pub(in crate::tree) const ANNOTATION: u8 = 7;
}

/// Flags of functions and function types.
pub(super) mod flag {
    pub(in crate::tree) const TYPE_PARAMS: u64 = 1;
    pub(in crate::tree) const VARARG: u64 = 2;
    pub(in crate::tree) const VARARG_TYPE: u64 = 4;
    pub(in crate::tree) const RETURNS: u64 = 8;
    /// Of function types: `...T` behind the results.
    pub(in crate::tree) const REST: u64 = 16;
}

/// Flags of fields of records.
pub(super) mod field {
    pub(in crate::tree) const OPTIONAL: u64 = 1;
    pub(in crate::tree) const READONLY: u64 = 2;
}

/// Flags of comments.
pub(super) mod remark {
    pub(in crate::tree) const LONG: u64 = 1;
    pub(in crate::tree) const ALONE: u64 = 2;
    pub(in crate::tree) const LEADING: u64 = 4;
    pub(in crate::tree) const TEXT: u64 = 8;
}

/// Items of a table.
pub(super) mod item {
    pub(in crate::tree) const POSITIONAL: u64 = 0;
    pub(in crate::tree) const NAMED: u64 = 1;
    pub(in crate::tree) const KEYED: u64 = 2;
}

/// Unary operators and the bytes that they are written with.
pub(super) const UNARY: [(UnOp, u32); 4] =
    [(UnOp::Neg, 1), (UnOp::Not, 3), (UnOp::Len, 1), (UnOp::BitNot, 1)];

/// Binary operators and the bytes that they are written with.
pub(super) const BINARY: [(BinOp, u32); 20] = [
    (BinOp::Add, 1),
    (BinOp::Sub, 1),
    (BinOp::Mul, 1),
    (BinOp::Div, 1),
    (BinOp::IDiv, 2),
    (BinOp::Mod, 1),
    (BinOp::Pow, 1),
    (BinOp::BitAnd, 1),
    (BinOp::BitOr, 1),
    (BinOp::BitXor, 1),
    (BinOp::Shl, 2),
    (BinOp::Shr, 2),
    (BinOp::Eq, 2),
    (BinOp::Ne, 2),
    (BinOp::Lt, 1),
    (BinOp::Le, 2),
    (BinOp::Gt, 1),
    (BinOp::Ge, 2),
    (BinOp::And, 3),
    (BinOp::Or, 2),
];

/// Bytes of a name up to which it is written once and then referred to: so many bytes of memory a reference of one byte may cost.
pub(super) const SHARED: usize = 32;
