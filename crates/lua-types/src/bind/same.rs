//! Whether two expressions read the same thing, without calling anything that could change in between.

use lua_syntax::ast::{Expr, ExprKind};

/// Two names, chains of fields, or literals that are written the same way.
pub(super) fn same(a: &Expr, b: &Expr) -> bool {
    use ExprKind::{Bool, Field, Float, Index, Int, Name, Nil, NonNil, Paren, Str};
    match (&a.kind, &b.kind) {
        (Paren(a) | NonNil(a), _) => same(a, b),
        (_, Paren(b) | NonNil(b)) => same(a, b),
        (Nil, Nil) => true,
        (Bool(a), Bool(b)) => a == b,
        (Int(a), Int(b)) => a == b,
        (Float(a), Float(b)) => a.to_bits() == b.to_bits(),
        (Str(a), Str(b)) => a == b,
        (Name(a), Name(b)) => a.text == b.text,
        (Field { object: a, name: x }, Field { object: b, name: y }) => x.text == y.text && same(a, b),
        (Index { object: a, key: x }, Index { object: b, key: y }) => same(x, y) && same(a, b),
        _ => false,
    }
}
