//! Literals: numerals and escapes.
