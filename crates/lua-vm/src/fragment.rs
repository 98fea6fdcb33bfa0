//! Values outside every heap: what a message carries from one process to another.

#![allow(unsafe_code, reason = "carries pointers to immortal objects")]

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::error::ErrorObject;
use crate::native::{Cx, Raise, Val};
use crate::object::Str;
use crate::packed::{Block, SHEET};
use crate::statics::Statics;
use crate::value::{self, Value};

mod adopt;
mod items;
mod path;
mod pieces;
mod record;
mod shape;
mod steps;

use items::{Item, Items};
use record::Record;
pub use shape::Shape;
use steps::Large;
pub use steps::Rubble;
pub(crate) use steps::{Transit, Undertaker, go_on};

/// The form in which a userdata payload travels.
pub trait Portable: Send + Sync {
    /// Bytes that it counts against mailboxes and quotas.
    fn size(&self) -> usize;
    /// Makes the value in the receiving process.
    fn adopt<'cx>(&self, cx: &mut Cx<'cx>) -> Result<Val<'cx>, Raise>;
    /// For those who know the concrete type.
    fn as_any(&self) -> &dyn Any;
}

/// A payload type that can leave its process.
pub trait Transfer: Any + Send {
    /// Its travelling form; `None` if this object cannot leave.
    fn to_portable(&self) -> Option<Box<dyn Portable>>;
}

/// A value that cannot leave its process, and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotPortable {
    /// `[2].callback`; empty for the value itself.
    pub path: String,
    /// What it is: `function`, `thread`, the name of a userdata type.
    pub what: &'static str,
}

impl fmt::Display for NotPortable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "a {} cannot leave its process", self.what)
        } else {
            write!(f, "a {} cannot leave its process (at {})", self.what, self.path)
        }
    }
}

impl std::error::Error for NotPortable {}

/// A self-contained copy of some values: `Send`, cycles and sharing kept, metatables dropped.
#[derive(Default)]
pub struct Fragment(Form);

/// What most messages are is taken over by their receiver as it is.
#[derive(Default)]
enum Form {
    /// No value.
    #[default]
    Empty,
    /// A string that is a symbol.
    Symbol(*const Str),
    /// Another string, alone in its block; a longer one is an item, which others may share.
    Text(Block),
    Record(Record),
    Items(Arc<Items>),
    Large {
        large: Arc<Large>,
        values: u32,
        /// Keeps frozen objects alive that items point to.
        statics: Option<Arc<Statics>>,
    },
}

// SAFETY: symbols are immortal and immutable, blocks and records plain memory with one owner that is not written while it is shared, items
// plain data or pointers to immortal, immutable objects, portables `Send + Sync`.
unsafe impl Send for Fragment {}
// SAFETY: as above.
unsafe impl Sync for Fragment {}

impl Form {
    /// A string, or a table that is a record; `None` for all other values.
    ///
    /// # Safety
    /// The value is live.
    #[inline]
    unsafe fn of(v: Value) -> Option<Form> {
        // SAFETY: the caller's promise.
        unsafe {
            match v.tag {
                value::TABLE => Record::of(v.as_table()).map(Form::Record),
                value::STR if Str::is_symbol(v.as_str()) => Some(Form::Symbol(v.as_str())),
                value::STR if Str::len(v.as_str()) <= SHEET => Some(Form::Text(Block::of(v.as_str()))),
                _ => None,
            }
        }
    }
}

impl Fragment {
    /// Bytes that it counts against mailboxes and quotas.
    pub fn size(&self) -> usize {
        size_of::<Fragment>()
            + match &self.0 {
                Form::Empty | Form::Symbol(_) => 0,
                Form::Text(block) => block.size(),
                Form::Record(record) => record.size(),
                Form::Items(items) => items.size(),
                Form::Large { large, .. } => large.size(),
            }
    }
    /// What copying it costs in fuel.
    fn work(&self) -> usize {
        match &self.0 {
            Form::Empty | Form::Symbol(_) | Form::Large { .. } => 0,
            Form::Text(block) => 8 + block.size() / 16,
            Form::Record(record) => record.work(),
            Form::Items(items) => items.work(),
        }
    }
    /// Another one with the same values: what is large is shared.
    pub fn share(&self) -> Fragment {
        Fragment(match &self.0 {
            Form::Empty => Form::Empty,
            Form::Symbol(s) => Form::Symbol(*s),
            Form::Text(block) => Form::Text(block.copy()),
            Form::Record(record) => Form::Record(record.copy()),
            Form::Items(items) => Form::Items(Arc::clone(items)),
            Form::Large { large, values, statics } => {
                Form::Large { large: Arc::clone(large), values: *values, statics: statics.clone() }
            }
        })
    }
    /// Whether it is copied and adopted in steps, which may be so for few bytes, too.
    pub fn is_large(&self) -> bool {
        matches!(self.0, Form::Large { .. })
    }
    /// Number of values.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Empty => 0,
            Form::Symbol(_) | Form::Text(_) | Form::Record(_) => 1,
            Form::Items(items) => items.values as usize,
            Form::Large { values, .. } => *values as usize,
        }
    }
    /// Whether it holds no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fragment of {} values, {} bytes", self.len(), self.size())
    }
}

impl<'cx> Cx<'cx> {
    /// Copies values into a fragment. Frozen objects of the statics and symbols go by reference.
    pub fn copy_out(&mut self, values: &[Val<'cx>]) -> Result<Fragment, NotPortable> {
        self.copy_small(values).unwrap_or_else(|| self.copy_large(values))
    }

    /// The copy, unless the values are so many or so long that it has to be made in steps.
    #[inline]
    fn copy_small(&mut self, values: &[Val<'cx>]) -> Option<Result<Fragment, NotPortable>> {
        // SAFETY: a handle's value is live.
        let form = if let [only] = values { unsafe { Form::of(only.raw) } } else { None };
        let form = match form {
            Some(form) => form,
            None => match Items::of(values, &self.lua().statics)? {
                Ok(items) => Form::Items(items),
                Err(refused) => return Some(Err(refused)),
            },
        };
        let fragment = Fragment(form);
        self.charge(fragment.work());
        Some(Ok(fragment))
    }

    /// Makes the values of a fragment in this process; its quota is asked first. A table of a large fragment is filled
    /// before the program goes on: nobody looks into it until then.
    pub fn adopt(&mut self, fragment: &Fragment) -> Result<SmallVec<[Val<'cx>; 1]>, Raise> {
        self.adopt_all(&mut fragment.share())
    }

    /// The same for a fragment that nobody else needs: what it does not share with another one is not copied. It is empty then.
    pub fn adopt_all(&mut self, fragment: &mut Fragment) -> Result<SmallVec<[Val<'cx>; 1]>, Raise> {
        match self.take_one(fragment)? {
            Ok(value) => Ok(SmallVec::from_elem(value, 1)),
            Err(form) => self.adopt_several(form),
        }
    }

    /// The first value of such a fragment, nil if there is none.
    #[inline]
    pub fn adopt_one(&mut self, fragment: &mut Fragment) -> Result<Val<'cx>, Raise> {
        match self.take_one(fragment)? {
            Ok(value) => Ok(value),
            Err(form) => Ok(self.adopt_several(form)?.into_iter().next().unwrap_or(Val::NIL)),
        }
    }

    /// Takes the value of a fragment that is one object; of another one its form.
    #[inline(always)]
    fn take_one(&mut self, fragment: &mut Fragment) -> Result<Result<Val<'cx>, Form>, Raise> {
        self.reserve(fragment.size())?;
        self.charge(fragment.work());
        let value = match std::mem::take(&mut fragment.0) {
            Form::Symbol(s) => Value::str(s.cast_mut()),
            Form::Text(block) => {
                let s = block.first();
                self.lua().heap.take_over(block);
                Value::str(s)
            }
            Form::Record(record) => self.lua().heap.take_record(record),
            form => return Ok(Err(form)),
        };
        Ok(Ok(Val::new(value)))
    }

    #[inline(never)]
    fn adopt_several(&mut self, form: Form) -> Result<SmallVec<[Val<'cx>; 1]>, Raise> {
        match form {
            Form::Items(items) => match Arc::try_unwrap(items) {
                Ok(mut items) => {
                    let blocks = std::mem::take(&mut items.blocks);
                    self.adopt_items(&items, blocks.into_iter())
                }
                Err(shared) => self.adopt_items(&shared, shared.blocks.iter().map(Block::copy)),
            },
            Form::Large { large, values, statics } => {
                self.check_statics(statics.as_ref())?;
                Ok(self.adopt_large(large, values as usize).into())
            }
            Form::Empty | Form::Symbol(_) | Form::Text(_) | Form::Record(_) => Ok(SmallVec::new()),
        }
    }

    fn check_statics(&mut self, statics: Option<&Arc<Statics>>) -> Result<(), Raise> {
        match statics {
            Some(statics) if !Arc::ptr_eq(statics, &self.lua().statics) => {
                Err(self.error("a library of another runtime cannot be received"))
            }
            _ => Ok(()),
        }
    }
}

impl Portable for ErrorObject {
    fn size(&self) -> usize {
        size_of::<ErrorObject>() + self.message().len() + self.details().map_or(0, |d| d.size())
    }
    fn adopt<'cx>(&self, cx: &mut Cx<'cx>) -> Result<Val<'cx>, Raise> {
        Ok(cx.error_object(self.clone()).val())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Transfer for ErrorObject {
    fn to_portable(&self) -> Option<Box<dyn Portable>> {
        Some(Box::new(self.clone()))
    }
}
