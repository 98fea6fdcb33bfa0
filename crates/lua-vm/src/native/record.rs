//! Tables with fields that are known beforehand: events, results of selects.

#![allow(unsafe_code, reason = "fills fresh tables")]

use std::sync::OnceLock;

use super::{Cx, Table, Val};
use crate::object;
use crate::symbol;
use crate::value::Value;

/// Names of the fields of tables that a native makes again and again; a static.
pub struct Fields<const N: usize> {
    names: [&'static str; N],
    symbols: OnceLock<[Option<Symbol>; N]>,
}

#[derive(Clone, Copy)]
struct Symbol(*const object::Str);
// SAFETY: symbols are immutable and never freed.
unsafe impl Send for Symbol {}
// SAFETY: as above.
unsafe impl Sync for Symbol {}

impl<const N: usize> Fields<N> {
    /// Fields with these names, which differ.
    pub const fn new(names: [&'static str; N]) -> Fields<N> {
        Fields { names, symbols: OnceLock::new() }
    }
}

impl<'cx> Cx<'cx> {
    /// A table with these fields, in this order; those whose value is nil are left out.
    pub fn record<const N: usize>(
        &mut self,
        fields: &'static Fields<N>,
        values: [Val<'cx>; N],
    ) -> Table<'cx> {
        let symbols =
            fields.symbols.get_or_init(|| fields.names.map(|n| symbol::intern(n.as_bytes()).map(Symbol)));
        let table = self.table(0, N);
        for (i, value) in values.into_iter().enumerate() {
            if value.is_nil() {
                continue;
            }
            let key = match symbols[i] {
                Some(Symbol(s)) => Value::str(s),
                // The node has as many symbols as it may have.
                None => self.string(fields.names[i].as_bytes()).raw,
            };
            // SAFETY: the table is fresh, and the names differ.
            unsafe { object::Table::insert_new(&mut self.lua().heap, table.raw, key, value.raw) }
        }
        table
    }
}
