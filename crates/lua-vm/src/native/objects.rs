//! Tables, userdata, strings and functions as natives handle them.

#![allow(unsafe_code, reason = "turns branded handles into raw objects")]

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use super::{Cx, NativeFn, Pin, Raise, Root, Val};
use crate::object::{self, BLACK, FROZEN, IMMORTAL, SHARED, Slots, TEXT_KEYED};
use crate::overlay::{self, body};
use crate::table;
use crate::value::Value;

/// A table of the running process, or a frozen one of the statics.
#[derive(Clone, Copy)]
pub struct Table<'cx> {
    pub(crate) raw: *mut object::Table,
    pub(crate) brand: PhantomData<fn(&'cx ()) -> &'cx ()>,
}

/// What a step of a walk comes to.
#[derive(Clone, Copy, Debug)]
pub enum Walk<'cx> {
    /// The cursor to go on with, a key and its value.
    Entry(usize, Val<'cx>, Val<'cx>),
    /// Nothing yet; go on with this cursor.
    Later(usize),
    /// There is nothing more.
    End,
}

/// A host object.
#[derive(Clone, Copy)]
pub struct Userdata<'cx> {
    pub(crate) raw: *mut object::Userdata,
    pub(crate) brand: PhantomData<fn(&'cx ()) -> &'cx ()>,
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("table")
    }
}
impl fmt::Debug for Userdata<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.type_name())
    }
}

// SAFETY of all methods below: handles are only made from live objects, and nothing is freed during 'cx because the
// collector does not run while a native is active.
impl<'cx> Table<'cx> {
    /// The table as a value.
    pub fn val(self) -> Val<'cx> {
        Val::new(Value::table(self.raw))
    }
    /// Raw read.
    pub fn get(self, key: Val<'cx>) -> Val<'cx> {
        // SAFETY: see above.
        Val::new(unsafe { object::Table::get(self.raw, key.raw) })
    }
    /// Raw read of an integer key.
    pub fn get_int(self, key: i64) -> Val<'cx> {
        // SAFETY: see above.
        Val::new(unsafe { object::Table::get_int(self.raw, key) })
    }
    /// Raw read of a text key.
    pub fn get_field(self, key: &str) -> Val<'cx> {
        // SAFETY: see above.
        Val::new(unsafe { object::Table::get_bytes(self.raw, key.as_bytes()) })
    }
    /// A border, as `#` without metamethods.
    pub fn len(self) -> i64 {
        // SAFETY: see above.
        unsafe { object::Table::border(self.raw) }
    }
    /// Whether it has no entry at all.
    pub fn is_empty(self) -> bool {
        self.entry_at(0).is_none()
    }
    /// Slots of both parts, those of removed entries included: what a walk has to look at.
    pub fn slots(self) -> usize {
        // SAFETY: see above.
        unsafe {
            let t = body(self.raw);
            (*t).arr_len as usize + (*t).node_len as usize
        }
    }
    /// Where a walk goes on behind `key` (nil = at the start); `None` if `key` is not in the table.
    pub(crate) fn cursor_of(self, key: Val<'cx>) -> Option<usize> {
        // SAFETY: see above.
        unsafe { object::Table::cursor_of(self.raw, key.raw) }.ok()
    }
    /// A step of a walk over the entries, array part first, then in insertion order: begins with 0, goes on with the returned
    /// cursor. Each step is short, so whoever walks may give way between any two.
    pub fn walk(self, cursor: usize) -> Walk<'cx> {
        // SAFETY: see above.
        match unsafe { object::Table::walk(self.raw, cursor) } {
            table::Walk::Entry(next, k, v) => Walk::Entry(next, Val::new(k), Val::new(v)),
            table::Walk::Later(next) => Walk::Later(next),
            table::Walk::End => Walk::End,
        }
    }
    /// As [`Table::walk`], but goes on until there is an entry: for tables with few [`Table::slots`].
    pub fn entry_at(self, cursor: usize) -> Option<(usize, Val<'cx>, Val<'cx>)> {
        // SAFETY: see above.
        unsafe { object::Table::entry_at(self.raw, cursor) }.map(|(c, k, v)| (c, Val::new(k), Val::new(v)))
    }
    /// Its metatable.
    pub fn metatable(self) -> Option<Table<'cx>> {
        // SAFETY: see above.
        let meta = unsafe { (*body(self.raw)).meta };
        (!meta.is_null()).then_some(Table { raw: meta, brand: PhantomData })
    }
    /// Whether writes raise.
    pub fn is_frozen(self) -> bool {
        // SAFETY: see above.
        unsafe { overlay::frozen(self.raw) }
    }
    /// Whether it was marked by [`Cx::mark_text_keyed`] or holds, or held lately, a text key: an empty one is an object then.
    pub fn held_text_key(self) -> bool {
        // SAFETY: see above.
        unsafe { object::Table::held_text_key(body(self.raw)) }
    }
    /// Number of slots in the array part: integer keys `1..=n` live there.
    pub fn array_len(self) -> usize {
        // SAFETY: see above.
        unsafe { (*body(self.raw)).arr_len as usize }
    }
}

impl<'cx> Userdata<'cx> {
    /// The handle of a live object that is laid out like a userdata.
    pub(crate) fn of_object(raw: *mut object::Userdata) -> Userdata<'cx> {
        Userdata { raw, brand: PhantomData }
    }
    /// The object as a value.
    pub fn val(self) -> Val<'cx> {
        Val::new(Value::userdata(self.raw))
    }
    /// The payload, if it is a `T`. Interior mutability is the payload's business.
    #[inline]
    pub fn payload<T: Any + Send>(self) -> Option<&'cx T> {
        // SAFETY: see above; the payload is never replaced while the object lives.
        unsafe { object::Userdata::payload(self.raw) }
    }
    /// The name of its type, as given at registration.
    pub fn type_name(self) -> &'static str {
        // SAFETY: see above; type infos live as long as the statics, which the process holds.
        unsafe { (*(*self.raw).info).name }
    }
    /// Number of traced values.
    pub fn len(self) -> usize {
        // SAFETY: see above.
        unsafe { (*self.raw).slots.len() }
    }
    /// Whether it holds no traced value.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// Traced value `i`; nil beyond the end.
    pub fn slot(self, i: usize) -> Val<'cx> {
        // SAFETY: see above.
        unsafe {
            if (*self.raw).hdr.mark & SHARED != 0 {
                return Val::new(overlay::slot(self.raw.cast(), i));
            }
            (&(*self.raw).slots).get(i).map_or(Val::NIL, |v| Val::new(*v))
        }
    }
}

impl<'cx> Cx<'cx> {
    /// A new string.
    pub fn string(&mut self, bytes: &[u8]) -> Val<'cx> {
        Val::new(Value::str(self.lua().heap.new_str(bytes)))
    }
    /// A new string of `len` bytes that `fill` writes (they start as zeros).
    pub fn string_with(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<Val<'cx>, Raise> {
        self.reserve(len)?;
        if len > crate::heap::MAX_STR {
            return Err(self.error("string is too long"));
        }
        Ok(Val::new(Value::str(self.lua().heap.new_str_with(len, fill))))
    }
    /// A string of `len` zeros that only this native knows; see `text`.
    pub(crate) fn new_draft(&mut self, len: usize) -> Val<'cx> {
        Val::new(Value::str(self.lua().heap.new_draft(len)))
    }
    /// Lets `fill` write the bytes `at..at + n` of the draft in `slot`.
    ///
    /// # Panics
    /// If the slot holds no draft, or a shorter one: a mistake of the native.
    pub(crate) fn fill_draft(&mut self, slot: usize, at: usize, n: usize, fill: impl FnOnce(&mut [u8])) {
        let v = self.slot(slot).raw;
        // SAFETY: the slot holds a live string; its mark says that nobody but the native that runs reads it, so nothing
        // borrows its bytes; the range is checked.
        unsafe {
            assert!(v.is_str() && (*v.as_str()).hdr.small == object::DRAFT, "slot {slot} holds a draft");
            let s = v.as_str().cast_mut();
            assert!(at + n <= object::Str::len(s), "the draft has room");
            fill(std::slice::from_raw_parts_mut(s.cast::<u8>().add(object::STR_BYTES + at), n));
        }
    }
    /// The draft in `slot`, a string like any other from now on.
    pub(crate) fn finished_draft(&mut self, slot: usize) -> Val<'cx> {
        let v = self.slot(slot);
        assert!(v.raw.is_str(), "slot {slot} holds a draft");
        // SAFETY: as above.
        unsafe {
            let s = v.raw.as_str().cast_mut();
            assert!((*s).hdr.small == object::DRAFT, "slot {slot} holds a draft");
            (*s).hdr.small = 0;
        }
        v
    }
    /// A new table with room for `array` and `hash` entries.
    pub fn table(&mut self, array: usize, hash: usize) -> Table<'cx> {
        Table { raw: self.lua().heap.new_table(array, hash), brand: PhantomData }
    }
    /// Raw write. Raises for nil and NaN keys and for frozen tables.
    pub fn set(
        &mut self,
        t: Table<'cx>,
        key: impl Into<Val<'cx>>,
        v: impl Into<Val<'cx>>,
    ) -> Result<(), Raise> {
        // SAFETY: handles are live, see above.
        let done = unsafe { object::Table::set(&mut self.lua().heap, t.raw, key.into().raw, v.into().raw) };
        done.map_err(|e| self.error(e.message()))
    }
    /// A text to be used as a key: the node's symbol if there is one, else a new string.
    pub fn key(&mut self, text: &str) -> Val<'cx> {
        match crate::symbol::lookup(text.as_bytes()) {
            Some(symbol) => Val::new(Value::str(symbol)),
            None => self.string(text.as_bytes()),
        }
    }
    /// Says that a table, empty or not, stands for an object.
    pub fn mark_text_keyed(&mut self, t: Table<'cx>) {
        // SAFETY: handles are live. A frozen table stays as it is.
        unsafe {
            if let Ok(t) = overlay::own(&mut self.lua().heap, t.raw) {
                (*t).hdr.mark |= TEXT_KEYED;
            }
        }
    }
    /// Raw write of a text key.
    pub fn set_field(&mut self, t: Table<'cx>, key: &str, v: impl Into<Val<'cx>>) -> Result<(), Raise> {
        let key = self.key(key);
        self.set(t, key, v)
    }
    /// Raw write of an integer key.
    pub fn set_int(&mut self, t: Table<'cx>, key: i64, v: impl Into<Val<'cx>>) -> Result<(), Raise> {
        self.set(t, key, v)
    }
    /// Sets or removes the metatable. Raises for frozen tables.
    pub fn set_metatable(&mut self, t: Table<'cx>, meta: Option<Table<'cx>>) -> Result<(), Raise> {
        // SAFETY: handles are live; what `own` gives needs no barrier behind the store.
        unsafe {
            match overlay::own(&mut self.lua().heap, t.raw) {
                Ok(t) => (*t).meta = meta.map_or(std::ptr::null_mut(), |m| m.raw),
                Err(e) => return Err(self.error(e.message())),
            }
        }
        Ok(())
    }
    /// Makes a table immutable for good.
    pub fn freeze(&mut self, t: Table<'cx>) {
        // SAFETY: handles are live; tables of the statics are frozen already and never written.
        unsafe {
            if let Ok(t) = overlay::own(&mut self.lua().heap, t.raw) {
                (*t).hdr.mark |= FROZEN;
            }
        }
    }
    /// Gives `f` the array part (keys `1..=n`) to read and permute. Raises for frozen tables.
    pub fn with_array<R>(
        &mut self,
        t: Table<'cx>,
        f: impl FnOnce(&[Cell<Val<'cx>>]) -> R,
    ) -> Result<R, Raise> {
        // SAFETY: handles are live.
        let t = match unsafe { overlay::own(&mut self.lua().heap, t.raw) } {
            Ok(t) => t,
            Err(e) => return Err(self.error(e.message())),
        };
        // SAFETY: the array part cannot move or be freed while `f` runs, since that takes a Cx, which is borrowed here.
        // Reads through other handles copy single values. `Val` has the layout of `Value`, `Cell` that of its content.
        let cells: &[Cell<Val<'cx>>] = unsafe {
            let n = (*t).arr_len as usize;
            if n == 0 { &[] } else { std::slice::from_raw_parts((*t).arr.cast(), n) }
        };
        let r = f(cells);
        // SAFETY: the handle is live; `f` may have stored anything, so the table is scanned again, and its border
        // may have moved.
        unsafe {
            self.lua().heap.barrier_back_any(t);
            object::Table::trim(t);
        }
        Ok(r)
    }
    /// A new userdata of the type that the statics know for `T`, with traced values.
    ///
    /// # Panics
    /// If `T` was not registered: a mistake of the module's author.
    pub fn userdata<T: Any + Send>(&mut self, payload: T, slots: &[Val<'cx>]) -> Userdata<'cx> {
        let lua = self.lua();
        let info = lua.statics.type_info::<T>().expect("the userdata type is registered with the statics");
        let slots = match slots {
            [] => Slots::new(),
            [one] => Slots::from_buf([one.raw]),
            more => more.iter().map(|v| v.raw).collect(),
        };
        // SAFETY: the type is that of the payload, and the statics outlive the heap.
        let raw = unsafe {
            let (raw, place) = lua.heap.new_userdata(info, slots);
            place.cast::<T>().write(payload);
            raw
        };
        Userdata { raw, brand: PhantomData }
    }
    /// Overwrites traced value `i`, growing with nil as needed.
    ///
    /// # Panics
    /// For an object of the statics, which all processes share: a mistake of the module's author.
    #[inline]
    pub fn set_userdata_slot(&mut self, u: Userdata<'cx>, i: usize, v: Val<'cx>) {
        // SAFETY: the handle is live; an object without these marks is this heap's own and needs no barrier.
        unsafe {
            if (*u.raw).hdr.mark & (SHARED | IMMORTAL | BLACK) == 0
                && let Some(slot) = (&mut (*u.raw).slots).get_mut(i)
            {
                *slot = v.raw;
                return;
            }
        }
        self.set_userdata_slot_slowly(u, i, v);
    }
    #[inline(never)]
    fn set_userdata_slot_slowly(&mut self, u: Userdata<'cx>, i: usize, v: Val<'cx>) {
        // SAFETY: handles are live.
        if unsafe { (*u.raw).hdr.mark } & SHARED != 0 {
            // SAFETY: as above.
            return unsafe { overlay::set_slot(&mut self.lua().heap, u.raw.cast(), i, v.raw) };
        }
        // SAFETY: as above.
        assert!(unsafe { (*u.raw).hdr.mark } & IMMORTAL == 0, "an object of the statics has no slots");
        // SAFETY: the handle is live; growth is counted; the barrier keeps the collector informed.
        unsafe {
            let slots = &mut (*u.raw).slots;
            if let Some(slot) = slots.get_mut(i) {
                *slot = v.raw;
            } else {
                self.grow_slots(u, i, v);
            }
            if (*u.raw).hdr.mark & BLACK != 0 {
                self.lua().heap.barrier_forward(u.raw.cast(), v.raw);
            }
        }
    }
    #[inline(never)]
    fn grow_slots(&mut self, u: Userdata<'cx>, i: usize, v: Val<'cx>) {
        // SAFETY: the handle is live; growth is counted.
        unsafe {
            let before = object::Userdata::size(u.raw);
            let slots = &mut (*u.raw).slots;
            slots.resize(i + 1, Value::NIL);
            slots[i] = v.raw;
            let grown = object::Userdata::size(u.raw) - before;
            self.lua().heap.add_bytes(grown);
        }
    }
    /// Removes traced values behind the first `n`.
    pub fn truncate_userdata_slots(&mut self, u: Userdata<'cx>, n: usize) {
        if u.len() <= n {
            return;
        }
        // SAFETY: the handle is live; capacity stays counted.
        unsafe { (*u.raw).slots.truncate(n) }
    }
    /// A native function with upvalues of its own.
    pub fn native(&mut self, name: &'static str, func: NativeFn, upvalues: &[Val<'cx>]) -> Val<'cx> {
        let name = crate::symbol::intern(name.as_bytes()).unwrap_or(std::ptr::null());
        let upvals: Vec<Value> = upvalues.iter().map(|v| v.raw).collect();
        Val::new(Value::native(self.lua().heap.new_native(func, name, &upvals)))
    }
    /// The process's globals.
    pub fn globals(&mut self) -> Table<'cx> {
        Table { raw: self.lua().heap.globals_face, brand: PhantomData }
    }
    /// Value `i` that the image of the process keeps for its engine, see [`crate::Rehearsal::seal`]; nil when absent.
    pub fn image_value(&mut self, i: usize) -> Val<'cx> {
        let lua = self.lua();
        if let Some(own) = overlay::own_value(&lua.heap, i) {
            return Val::new(own);
        }
        let image = lua.image.as_ref();
        Val::new(image.and_then(|image| image.values.get(i)).copied().unwrap_or(Value::NIL))
    }
    /// Number of values that the image keeps; 0 without one.
    pub fn image_values(&mut self) -> usize {
        self.lua().image.as_ref().map_or(0, |image| image.values.len())
    }
    /// The value that the statics hold for module `name`.
    pub fn module(&mut self, name: &str) -> Option<Val<'cx>> {
        self.lua().statics.module(name).map(Val::new)
    }
    /// Has all garbage collected as soon as the native has returned, before the program goes on; in slices, as always.
    pub fn collect(&mut self) {
        self.lua().heap.urge();
    }
    /// Live bytes and objects of the process.
    pub fn heap(&self) -> crate::heap::HeapStats {
        self.lua_ref().heap.stats()
    }
    /// Keeps `v` alive for the host.
    pub fn pin(&mut self, v: Val<'cx>) -> Pin {
        self.lua().heap.pin(v.raw)
    }
    /// The pinned value.
    pub fn pinned(&self, pin: &Pin) -> Val<'cx> {
        Val::new(self.lua_ref().heap.pinned(pin))
    }
    /// Gives a pin back.
    pub fn unpin(&mut self, pin: Pin) {
        self.lua().heap.unpin(pin);
    }
    /// A new coroutine that will run `function` with `args`, suspended. As a root it is run by [`crate::Lua::run`].
    pub fn thread(&mut self, function: Val<'cx>, args: &[Val<'cx>]) -> Val<'cx> {
        let heap = &mut self.lua().heap;
        let args: Vec<Value> = args.iter().map(|v| v.raw).collect();
        Val::new(Value::thread(crate::thread::new(heap, function.raw, &args)))
    }
    /// The same for a root that a program started: it is a coroutine like others, not the main one of a call.
    pub fn spawned_thread(&mut self, function: Val<'cx>) -> Val<'cx> {
        let thread = self.thread(function, &[]);
        // SAFETY: it was just made.
        unsafe { (*thread.raw.as_thread()).spawned = true };
        thread
    }
    /// The coroutine that runs this native, and whether it is the main one: a root that the host started.
    pub fn running(&self) -> (Val<'cx>, bool) {
        // SAFETY: the thread runs this native.
        let main = unsafe { (*self.thread).parent.is_null() && !(*self.thread).spawned };
        (Val::new(Value::thread(self.thread)), main)
    }
    /// The root at the bottom of the resume chain that runs.
    pub fn root(&self) -> Val<'cx> {
        let mut t = self.thread;
        // SAFETY: parents of a running coroutine are live.
        unsafe {
            while !(*t).parent.is_null() {
                t = (*t).parent;
            }
        }
        Val::new(Value::thread(t))
    }
    /// Delivers results to the root `thread` (its innermost coroutine), which waits. False if it does not wait.
    pub fn deliver(&mut self, thread: Val<'cx>, results: &[Val<'cx>]) -> bool {
        let values: Vec<Value> = results.iter().map(|v| v.raw).collect();
        thread.is_thread()
            && crate::thread::deliver(&mut self.lua().heap, thread.raw.as_thread(), &values, false)
    }
    /// Ends the native in which `root` (its innermost coroutine) waits: `results` are its results, and its continuation is not
    /// asked. False if it does not wait.
    pub fn finish<const N: usize>(&mut self, root: Root, results: [Val<'cx>; N]) -> bool {
        let heap = &mut self.lua().heap;
        match heap.root(root) {
            Some(thread) => crate::thread::finish(heap, thread, results.map(|v| v.raw)),
            None => false,
        }
    }
    /// As [`finish`](Self::finish), with `results` for its argument `i`, which is returned; nil if it has none. `None` if it does not
    /// wait.
    #[inline(always)]
    pub fn finish_for<const N: usize>(
        &mut self,
        root: Root,
        i: usize,
        results: impl FnOnce(Val<'cx>) -> [Val<'cx>; N],
    ) -> Option<Val<'cx>> {
        let heap = &mut self.lua().heap;
        let thread = heap.root(root)?;
        let arg = Val::new(crate::thread::waiting_arg(thread, i));
        crate::thread::finish(heap, thread, results(arg).map(|v| v.raw)).then_some(arg)
    }
    /// Makes the waiting root `thread` raise `v`. False if it does not wait.
    pub fn deliver_raise(&mut self, thread: Val<'cx>, v: Val<'cx>) -> bool {
        thread.is_thread()
            && crate::thread::deliver(&mut self.lua().heap, thread.raw.as_thread(), &[v.raw], true)
    }
    /// The text of `tostring` without metamethods: `table: 3` with a number per process instead of an address.
    pub fn plain_text(&mut self, v: Val<'cx>) -> String {
        crate::coerce::plain_text(self.lua(), v.raw)
    }
    /// The metamethod `event` (`"__tostring"` …) of `v`, or nil.
    pub fn metamethod(&mut self, v: Val<'cx>, event: &str) -> Val<'cx> {
        Val::new(crate::meta::by_name(self.lua(), v.raw, event.as_bytes()))
    }
}

impl<'cx> Cx<'cx> {
    /// Reads `obj[key]` with metamethods; `then` sees the value as its only result.
    pub fn index(&mut self, obj: Val<'cx>, key: Val<'cx>, then: NativeFn) -> super::NativeResult {
        let mut at = obj.raw;
        for _ in 0..2000 {
            if at.is_table() {
                // SAFETY: handles are live.
                let v = unsafe { object::Table::get(at.as_table(), key.raw) };
                if !v.is_nil() {
                    return self.immediate(v, then);
                }
            }
            let h = crate::meta::metamethod(self.lua_ref(), at, crate::symbol::names().index);
            if h.is_nil() {
                if at.is_table() {
                    return self.immediate(Value::NIL, then);
                }
                let what = crate::native::type_name_of_raw(at);
                return Err(self.error(format_args!("attempt to index a {what} value")));
            }
            if matches!(h.tag, crate::value::CLOSURE | crate::value::NATIVE) {
                self.push(Val::new(h));
                self.push(Val::new(at));
                self.push(key);
                return self.call(2, then);
            }
            at = h;
        }
        Err(self.error("'__index' chain too long; possibly a loop"))
    }

    fn immediate(&mut self, v: Value, then: NativeFn) -> super::NativeResult {
        self.push(Val::new(v));
        self.results = 1;
        self.ok = true;
        then(self)
    }
}
