//! What a fragment holds, for those who are no Lua process.

#![allow(unsafe_code, reason = "reads strings of blocks")]

use super::items::Item;
use super::{Form, Fragment, Portable};
use crate::object::Str;
use crate::packed::Block;
use crate::value::{self, Value};

/// One item of a fragment, in preorder.
#[derive(Clone, Copy)]
pub enum Shape<'a> {
    /// `nil`
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(&'a [u8]),
    /// A table: `array` values for the keys `1..=array` follow (nil = hole), then `pairs` keys and values by turns. Tables are
    /// numbered from 0 in this order.
    Table {
        /// Number of array values.
        array: usize,
        /// Number of pairs.
        pairs: usize,
    },
    /// The table with that number again: shared or cyclic.
    Seen(usize),
    /// A frozen table, function or userdata of the statics, by its type name.
    Static(&'static str),
    /// A userdata in its travelling form.
    Foreign(&'a dyn Portable),
}

impl Fragment {
    /// All items in preorder; [`Fragment::len`] values at the top.
    pub fn shapes(&self) -> impl Iterator<Item = Shape<'_>> {
        (0..).map_while(|i| self.shape(i))
    }

    /// Item `i` in that order, for whoever goes on later.
    pub fn shape(&self, i: usize) -> Option<Shape<'_>> {
        match &self.0 {
            Form::Empty => None,
            // SAFETY: symbols are immortal.
            Form::Symbol(s) => (i == 0).then(|| unsafe { leaf(Value::str(s.cast_mut())) }),
            // SAFETY: the string belongs to this fragment.
            Form::Text(block) => (i == 0).then(|| unsafe { leaf(Value::str(block.first())) }),
            Form::Record(record) => record.shape(i),
            Form::Items(from) => {
                from.items.get(i).map(|item| shape(*item, |n| &from.blocks[n], |n| &*from.foreign[n]))
            }
            Form::Large { large, .. } => {
                large.item(i).map(|item| shape(*item, |n| large.block(n as u32), |n| large.foreign(n as u32)))
            }
        }
    }
}

/// The shape of a value that holds no others.
///
/// # Safety
/// It is live as long as the shape.
pub(super) unsafe fn leaf<'a>(v: Value) -> Shape<'a> {
    match v.tag {
        value::NIL => Shape::Nil,
        value::FALSE | value::TRUE => Shape::Bool(v.truthy()),
        value::INT => Shape::Int(v.as_int()),
        value::FLOAT => Shape::Float(v.as_float()),
        // SAFETY: the caller's promise.
        value::STR => Shape::Str(unsafe { Str::bytes(v.as_str()) }),
        _ => Shape::Static(v.type_name()),
    }
}

fn shape<'a>(
    item: Item,
    block: impl FnOnce(usize) -> &'a Block,
    foreign: impl FnOnce(usize) -> &'a dyn Portable,
) -> Shape<'a> {
    match item {
        Item::Nil => Shape::Nil,
        Item::Bool(b) => Shape::Bool(b),
        Item::Int(i) => Shape::Int(i),
        Item::Float(f) => Shape::Float(f),
        // SAFETY: the string belongs to the fragment.
        Item::Str { block: n, at } => Shape::Str(unsafe { Str::bytes(block(n as usize).at(at)) }),
        Item::Table { array, pairs, .. } => Shape::Table { array: array as usize, pairs: pairs as usize },
        Item::Seen(n) => Shape::Seen(n as usize),
        // SAFETY: immortal strings are never freed while somebody may hold a fragment with one.
        Item::Immortal { tag, data } => unsafe { leaf(Value { tag: u64::from(tag), data }) },
        Item::Foreign(n) => Shape::Foreign(foreign(n as usize)),
    }
}
