//! Images: what top-level code built, sealed once and shared by all processes of a program.
//!
//! A [`Rehearsal`] is a process in which natives with effects outside end the run before they do anything, so that
//! whatever ran to its end would have gone the same way in any process. [`Rehearsal::seal`] turns its heap into an
//! [`Image`] in place: pointers stay, each table and cell becomes a face with a body beside it (see `overlay`), strings
//! get their hashes, metatables their flags. From then on no byte of it is written by anyone, until the last process that
//! holds it is gone.

#![allow(unsafe_code, reason = "rewrites objects in place")]

use std::fmt;
use std::sync::Arc;

use crate::heap::Heap;
use crate::lua::{Lua, Options};
use crate::native::Pin;
use crate::object::{
    Cell, Closure, FROZEN, Header, IMMORTAL, Kind, Native, SHARED, Str, TEXT_KEYED, Table, UNSETTLED,
    Userdata,
};
use crate::statics::Statics;
use crate::value::{self, Value};

/// Bytes of the parts of a table beyond which the first write would copy for too long.
const MAX_TABLE: usize = 1 << 20;

/// Why state cannot be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unshareable {
    /// A coroutine is reachable.
    Coroutine,
    /// A native function that keeps values: an iterator of `string.gmatch`, `coroutine.wrap`.
    Iterator,
    /// An object of a type that is not shareable.
    Object(&'static str),
    /// A table so large that copying it on the first write would hold a worker too long.
    LargeTable,
}

impl fmt::Display for Unshareable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unshareable::Coroutine => f.write_str("a coroutine is kept"),
            Unshareable::Iterator => f.write_str("a native iterator is kept"),
            Unshareable::Object(name) => write!(f, "an object of type {name} is kept"),
            Unshareable::LargeTable => f.write_str("a table of more than 1 MiB is kept"),
        }
    }
}

/// A process that runs top-level code for an image.
pub struct Rehearsal {
    lua: Lua,
}

impl Rehearsal {
    /// With fresh globals; `options.quota` bounds what it may allocate.
    pub fn new(statics: Arc<Statics>, options: Options) -> Rehearsal {
        let mut lua = Lua::new(statics, options);
        lua.rehearsal = true;
        Rehearsal { lua }
    }

    /// The process, to be entered and run. A run that a native with effects outside would have gone on in ends with
    /// [`crate::Run::Dead`].
    pub fn lua(&mut self) -> &mut Lua {
        &mut self.lua
    }

    /// The name of the native that ended the run.
    pub fn refused(&self) -> Option<String> {
        let v = self.lua.pending;
        if v.tag != value::NATIVE {
            return None;
        }
        // SAFETY: the pending value is a root of the process; names of natives are live as long as they.
        unsafe {
            let name = (*v.as_native()).name;
            (!name.is_null()).then(|| String::from_utf8_lossy(Str::bytes(name)).into_owned())
        }
    }

    /// Whether everything that is reachable now could be sealed. Collects garbage first.
    pub fn check(&mut self) -> Result<(), Unshareable> {
        self.lua.collect();
        let scratch: *mut Header = self.lua.scratch.cast();
        let mut p = self.lua.heap.head;
        // SAFETY: a whole collection left live objects only.
        unsafe {
            while !p.is_null() {
                if p != scratch {
                    check(p)?;
                }
                p = (*p).next;
            }
        }
        Ok(())
    }

    /// Seals what is reachable from the globals and from `values`, which [`crate::Cx::image_value`] gives to processes by
    /// number. Coroutines that ran must have been unpinned.
    pub fn seal(mut self, values: Vec<Pin>) -> Result<Arc<Image>, Unshareable> {
        self.check()?;
        let values = values.iter().map(|pin| self.lua.heap.pinned(pin)).collect();
        let names = self.lua.names;
        let Lua { heap, statics, .. } = self.lua;
        let mut image = Image {
            values,
            globals: heap.globals_face,
            numbers: heap.numbers,
            bytes: 0,
            objects: 0,
            heap,
            statics,
        };
        let mut ordinal = 0;
        let mut p = image.heap.head;
        // SAFETY: all objects are live and nobody else knows this heap. Bodies are put before the old head, so the walk
        // does not meet them.
        unsafe {
            // Flags of metatables first: finding them reads tables, which faces do not have.
            while !p.is_null() {
                match (*p).kind {
                    Kind::Table => crate::interp::prepare_meta(names, p.cast()),
                    Kind::Str => _ = Str::hash(p.cast()),
                    _ => {}
                }
                p = (*p).next;
            }
            p = image.heap.head;
            while !p.is_null() {
                let next = (*p).next;
                seal(&mut image.heap, p, &mut ordinal);
                p = next;
            }
        }
        image.bytes = image.heap.bytes;
        image.objects = ordinal as usize;
        Ok(Arc::new(image))
    }
}

unsafe fn check(p: *mut Header) -> Result<(), Unshareable> {
    // SAFETY: the caller passes a live object.
    unsafe {
        match (*p).kind {
            Kind::Thread => Err(Unshareable::Coroutine),
            Kind::Native if (*p).word > 0 || (*p.cast::<Native>()).boxed.is_some() => {
                Err(Unshareable::Iterator)
            }
            Kind::Userdata => {
                let u = p.cast::<Userdata>();
                let info = &*(*u).info;
                let fits = info.shareable && (&(*u).slots).is_empty();
                if fits { Ok(()) } else { Err(Unshareable::Object(info.name)) }
            }
            Kind::Table if Table::parts_size(p.cast()) > MAX_TABLE => Err(Unshareable::LargeTable),
            _ => Ok(()),
        }
    }
}

/// Makes one object immutable; tables and cells become faces.
unsafe fn seal(heap: &mut Heap, p: *mut Header, ordinal: &mut u32) {
    // SAFETY: the caller passes a live object of the heap.
    unsafe {
        let mark = (*p).mark;
        (*p).mark = SHARED | FROZEN | IMMORTAL;
        match (*p).kind {
            Kind::Table => {
                let t = p.cast::<Table>();
                let body = heap.new_table(0, 0);
                (*body).hdr.mark = FROZEN | IMMORTAL | (mark & (TEXT_KEYED | UNSETTLED));
                (*body).hdr.small = (*t).hdr.small;
                (*body).hdr.word = (*t).hdr.word;
                Table::move_parts(body, t);
                (*t).meta = body;
                (*t).hdr.small = u16::from(mark & FROZEN != 0);
                (*t).hdr.word = *ordinal;
                *ordinal += 1;
            }
            Kind::Cell => {
                let c = p.cast::<Cell>();
                let body = heap.new_cell((*c).value);
                (*body).hdr.mark = FROZEN | IMMORTAL;
                (*c).value = Value { tag: value::FORWARD, data: body as u64 };
                (*c).hdr.word = *ordinal;
                *ordinal += 1;
            }
            Kind::Closure => {
                (*p.cast::<Closure>()).ordinal = *ordinal;
                *ordinal += 1;
            }
            Kind::Str | Kind::Native | Kind::Userdata | Kind::Thread => {}
        }
    }
}

/// The sealed state of a program's top level. Immutable; freed when the last process that started from it ends.
pub struct Image {
    /// Values for the engine.
    pub(crate) values: Vec<Value>,
    /// The face of the globals table.
    pub(crate) globals: *mut Table,
    /// Last number that `tostring` gave out.
    pub(crate) numbers: u32,
    bytes: usize,
    objects: usize,
    /// Owns all objects and keeps their code.
    heap: Heap,
    /// After the heap, which points into them.
    pub(crate) statics: Arc<Statics>,
}

// SAFETY: after `seal` nothing writes to any object: stores test `FROZEN` or `SHARED` and go to private bodies, strings
// have their hash, metatables their flags, natives have no upvalues, and collectors skip what is immortal. Payloads of
// userdata are `Send + Sync`, since only types registered as shareable pass the check.
unsafe impl Send for Image {}
// SAFETY: as above.
unsafe impl Sync for Image {}

impl Image {
    /// Bytes that it holds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
    /// Number of shared tables, cells and functions.
    pub fn objects(&self) -> usize {
        self.objects
    }
    /// The newest object; ordinals count in this order.
    pub(crate) fn first(&self) -> *mut Header {
        self.heap.head
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "image of {} objects, {} bytes", self.objects, self.bytes)
    }
}
