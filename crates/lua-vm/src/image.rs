//! Images: what top-level code built, sealed once and shared by all processes of a program.
//!
//! A [`Rehearsal`] is a process in which natives with effects outside end the run before they do anything, so that
//! whatever ran to its end would have gone the same way in any process. [`Sealing`] turns its heap into an [`Image`] in place,
//! in steps that are charged: pointers stay, each table and cell becomes a face with a body beside it (see `overlay`), strings
//! get their hashes, metatables their flags. From then on no byte of it is written by anyone, until the last process that
//! holds it is gone.

#![allow(unsafe_code, reason = "rewrites objects in place")]

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::block::LARGE;
use crate::heap::Heap;
use crate::lua::{Lua, Options, Remains};
use crate::native::Pin;
use crate::object::{
    Cell, Closure, FROZEN, Header, IMMORTAL, Kind, Native, OUTSIDE, SHARED, Str, TEXT_KEYED, Table,
    UNSETTLED, Userdata,
};
use crate::packed;
use crate::statics::{AnyMaker, Statics};
use crate::symbol::Names;
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
    look: Look,
    makers: Makers,
}

impl Rehearsal {
    /// With fresh globals; `options.quota` bounds what it may allocate.
    pub fn new(statics: Arc<Statics>, options: Options) -> Rehearsal {
        let mut lua = Lua::new(statics, options);
        lua.watched |= OUTSIDE;
        Rehearsal { lua, look: Look::Begin, makers: Vec::new() }
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

    /// Looks for `fuel` whether everything that is reachable could be sealed; `None` when there is more to look at. Collects
    /// garbage first. Nothing may run before the answer.
    pub fn check(&mut self, fuel: &mut i64) -> Option<Result<(), Unshareable>> {
        let found = look(&mut self.lua, &mut self.look, &mut self.makers, fuel)?;
        self.look = Look::Begin;
        self.makers.clear();
        Some(found)
    }

    /// Begins to seal what is reachable from the globals and from `values`, which [`crate::Cx::image_value`] gives to
    /// processes by number. Coroutines that ran must have been unpinned.
    pub fn seal(self, values: Vec<Pin>) -> Sealing {
        let Rehearsal { lua, look, makers } = self;
        Sealing { lua: Some(lua), look, makers, values, sealed: None, ordinal: 0 }
    }
}

/// How far the look at all objects is.
enum Look {
    Begin,
    /// Until so many cycles of the collector are over.
    Collect(u64),
    /// The next object, or null.
    At(*mut Header),
}

/// Templates with what makes their payloads.
type Makers = Vec<(*const Header, AnyMaker)>;

/// Units of a look at an object, and of sealing one.
const LOOK: i64 = 8;
const SEAL: i64 = 64;

/// Collects garbage, then looks at each object; `None`: the fuel is used up.
fn look(
    lua: &mut Lua,
    look: &mut Look,
    makers: &mut Makers,
    fuel: &mut i64,
) -> Option<Result<(), Unshareable>> {
    while *fuel > 0 {
        match *look {
            Look::Begin => *look = Look::Collect(lua.heap.cycle_to_wait_for()),
            Look::Collect(cycle) if lua.heap.is_clean(cycle) => {
                lua.heap.leave_young();
                *look = Look::At(lua.heap.head);
            }
            Look::Collect(_) => *fuel -= lua.collect_on(),
            Look::At(p) if p.is_null() => return Some(Ok(())),
            Look::At(p) => {
                *fuel -= LOOK;
                // SAFETY: a whole collection left live objects only, and nothing ran since.
                unsafe {
                    *look = Look::At((*p).next);
                    if p != lua.scratch.cast()
                        && let Err(why) = check(p, makers)
                    {
                        return Some(Err(why));
                    }
                }
            }
        }
    }
    None
}

unsafe fn check(p: *mut Header, makers: &mut Makers) -> Result<(), Unshareable> {
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
                if info.shareable && (&(*u).slots).is_empty() {
                    return Ok(());
                }
                let maker = info.template.and_then(|template| template(u.cast::<u8>().add(info.offset)));
                let maker = maker.filter(|_| (&(*u).slots).is_empty());
                makers.push((p, maker.ok_or(Unshareable::Object(info.name))?));
                Ok(())
            }
            Kind::Table if Table::parts_size(p.cast()) > MAX_TABLE => Err(Unshareable::LargeTable),
            _ => Ok(()),
        }
    }
}

/// An image in the making.
pub struct Sealing {
    /// Until everything was looked at.
    lua: Option<Lua>,
    look: Look,
    makers: Makers,
    values: Vec<Pin>,
    sealed: Option<Sealed>,
    ordinal: u32,
}

/// What is being rewritten.
struct Sealed {
    image: Image,
    names: &'static Names,
    /// The next object whose lazy fields are computed, then the next one that is sealed.
    prepare: *mut Header,
    seal: *mut Header,
}

// SAFETY: pointers lead into its own heap; `Lua` is `Send`, and so are payloads, which are all that an image adds.
unsafe impl Send for Rehearsal {}
// SAFETY: as above.
unsafe impl Send for Sealing {}

impl Sealing {
    /// Goes on for `fuel`; `None` when there is more to do.
    pub fn step(&mut self, fuel: &mut i64) -> Option<Result<Arc<Image>, Unshareable>> {
        if let Some(lua) = &mut self.lua {
            if let Err(why) = look(lua, &mut self.look, &mut self.makers, fuel)? {
                return Some(Err(why));
            }
            self.begin();
        }
        let work = self.sealed.as_mut()?;
        // SAFETY: all objects are live and nobody else knows this heap. Bodies are put before the old head, so that the walks
        // do not meet them.
        unsafe {
            // Flags of metatables first: finding them reads tables, which faces do not have.
            while !work.prepare.is_null() {
                if *fuel <= 0 {
                    return None;
                }
                *fuel -= LOOK;
                match (*work.prepare).kind {
                    Kind::Table => crate::interp::prepare_meta(work.names, work.prepare.cast()),
                    Kind::Str => {
                        *fuel -= i64::from((*work.prepare).word / 16);
                        Str::hash(work.prepare.cast());
                    }
                    Kind::Texts => {
                        *fuel -= (packed::size(work.prepare) / 16) as i64;
                        packed::strings(work.prepare).for_each(|s| _ = Str::hash(s));
                    }
                    _ => {}
                }
                work.prepare = (*work.prepare).next;
            }
            while !work.seal.is_null() {
                if *fuel <= 0 {
                    return None;
                }
                *fuel -= SEAL;
                let next = (*work.seal).next;
                seal(&mut work.image.heap, work.seal, &mut self.ordinal);
                work.seal = next;
            }
        }
        let mut image = self.sealed.take()?.image;
        image.bytes = image.heap.bytes;
        image.objects = self.ordinal as usize;
        Some(Ok(Arc::new(image)))
    }

    /// The process, as long as it is one: until everything was looked at.
    pub fn lua(&mut self) -> Option<&mut Lua> {
        self.lua.as_mut()
    }

    /// All of it at once.
    pub fn finish(mut self) -> Result<Arc<Image>, Unshareable> {
        loop {
            if let Some(done) = self.step(&mut i64::MAX.clone()) {
                return done;
            }
        }
    }

    /// Everything fits: from here on it is no process any more.
    fn begin(&mut self) {
        let Some(lua) = self.lua.take() else { return };
        let values = self.values.iter().map(|pin| lua.heap.pinned(pin)).collect();
        let Lua { heap, statics, names, .. } = lua;
        let mut makers = std::mem::take(&mut self.makers);
        makers.sort_by_key(|(p, _)| *p);
        let head = heap.head;
        let image = Image {
            values,
            globals: heap.globals_face,
            numbers: heap.numbers,
            bytes: 0,
            objects: 0,
            first: head,
            makers,
            undertaker: OnceLock::new(),
            heap,
            statics,
        };
        self.sealed = Some(Sealed { image, names, prepare: head, seal: head });
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
            Kind::Texts => packed::strings(p).for_each(|s| (*s).hdr.mark = SHARED | FROZEN | IMMORTAL),
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
    /// The newest of the objects that were sealed; ordinals count from it.
    first: *mut Header,
    /// In order of addresses.
    makers: Makers,
    /// Who frees a large one.
    undertaker: OnceLock<Undertaker>,
    /// Owns all objects and keeps their code.
    heap: Heap,
    /// After the heap, which points into them.
    pub(crate) statics: Arc<Statics>,
}

// SAFETY: after `seal` nothing writes to any object: stores test `FROZEN` or `SHARED` and go to private bodies, strings
// have their hash, metatables their flags, natives have no upvalues, and collectors skip what is immortal. Payloads of
// userdata are `Send + Sync`, since only types registered as shareable pass the check, or belong to templates, where nobody looks
// at them.
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
    /// Lets `undertaker` free the memory when the last process is gone, if it is so much that freeing it at once would
    /// hold a worker. The first one stays.
    pub fn bury_with(&self, undertaker: Undertaker) {
        let _ = self.undertaker.set(undertaker);
    }
    /// The first of the objects in the order of ordinals; others follow.
    pub(crate) fn first(&self) -> *mut Header {
        self.first
    }
    pub(crate) fn has_templates(&self) -> bool {
        !self.makers.is_empty()
    }
    /// A payload for a template.
    pub(crate) fn make(&self, object: *const Header) -> Option<Box<dyn Any + Send>> {
        let at = self.makers.binary_search_by_key(&object, |(p, _)| *p).ok()?;
        Some(self.makers[at].1())
    }
}

/// Frees the memory of an image, in its own time.
pub type Undertaker = Box<dyn Fn(Remains) + Send + Sync>;

impl Drop for Image {
    fn drop(&mut self) {
        if let Some(undertaker) = self.undertaker.take()
            && self.heap.bytes >= LARGE
        {
            let heap = std::mem::replace(&mut self.heap, Heap::new(0));
            undertaker(Remains::of(heap, Arc::clone(&self.statics)));
        }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "image of {} objects, {} bytes", self.objects, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statics::StaticsBuilder;

    #[test]
    fn strings_of_messages_are_sealed_with_their_hash() {
        let mut rehearsal = Rehearsal::new(StaticsBuilder::new().build(), Options::default());
        let pins = rehearsal.lua().enter(&mut (), |cx| {
            let texts = [&b"some text"[..], &[b'x'; 5000]].map(|text| cx.string(text));
            let mut message = cx.copy_out(&texts).expect("plain data");
            let texts = cx.adopt_all(&mut message).expect("it fits");
            texts.iter().map(|text| cx.pin(*text)).collect()
        });
        let image = rehearsal.seal(pins).finish().expect("it can be shared");
        let (mut p, mut found) = (image.heap.head, 0);
        while !p.is_null() {
            // SAFETY: objects of the image are live as long as it.
            unsafe {
                if (*p).kind == Kind::Texts {
                    for s in packed::strings(p) {
                        found += 1;
                        assert_eq!((*s).hdr.mark, SHARED | FROZEN | IMMORTAL);
                        assert_ne!((*s).hash, 0);
                    }
                }
                p = (*p).next;
            }
        }
        assert_eq!(found, 2);
    }
}
