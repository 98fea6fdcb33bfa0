//! How tightly operators bind: what the parser climbs by, and a serialised tree is held against.

use crate::ast::BinOp;

/// Unary operators, on their right.
pub(crate) const UNARY: u8 = 12;
/// `..`, on both sides.
pub(crate) const CONCAT: u8 = 9;

/// A binary operator on its left and right; one that binds tighter on its left groups to the right.
pub(crate) fn binds(op: BinOp) -> (u8, u8) {
    match op {
        BinOp::Or => (1, 1),
        BinOp::And => (2, 2),
        BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => (3, 3),
        BinOp::BitOr => (4, 4),
        BinOp::BitXor => (5, 5),
        BinOp::BitAnd => (6, 6),
        BinOp::Shl | BinOp::Shr => (7, 7),
        BinOp::Add | BinOp::Sub => (10, 10),
        BinOp::Mul | BinOp::Div | BinOp::IDiv | BinOp::Mod => (11, 11),
        BinOp::Pow => (14, 13),
    }
}
