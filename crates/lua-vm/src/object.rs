//! Layout of the objects that live in a process heap or, immortal, in the node's statics.

#![allow(unsafe_code, reason = "objects are laid out by hand and reached through raw pointers")]

use std::alloc::Layout;
use std::any::{Any, TypeId};

use smallvec::SmallVec;

use crate::frame::Frames;
use crate::lua::TypeOf;
use crate::native::{NativeFn, Pair};
use crate::proto::Proto;
use crate::statics::TypeInfo;
use crate::value::Value;

/// White of the cycle with even number.
pub(crate) const WHITE0: u8 = 1;
/// White of the cycle with odd number.
pub(crate) const WHITE1: u8 = 2;
pub(crate) const WHITES: u8 = WHITE0 | WHITE1;
/// Marked and traversed; a store into it takes the cold path.
pub(crate) const BLACK: u8 = 4;
/// Immutable for programs; a store raises.
pub(crate) const FROZEN: u8 = 8;
/// Owned by the statics or by a prototype: never marked, never freed by a heap.
pub(crate) const IMMORTAL: u8 = 16;

/// A table that stands for an empty object in formats that tell `{}` from `[]`.
pub(crate) const TEXT_KEYED: u8 = 32;
/// Part of an image; a table or cell with it is a face (see `overlay`).
pub(crate) const SHARED: u8 = 64;
/// A table whose last array slot may be nil, or whose hash part may hold keys that follow the array part.
pub(crate) const UNSETTLED: u8 = 128;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Str,
    Table,
    Closure,
    Native,
    Userdata,
    Thread,
    Cell,
    /// A block of strings, see `packed`; no value points to it.
    Texts,
}

/// First 16 bytes of every object.
#[repr(C)]
pub(crate) struct Header {
    pub(crate) next: *mut Header,
    pub(crate) kind: Kind,
    /// Colours and `FROZEN`, `IMMORTAL`.
    pub(crate) mark: u8,
    /// Free for the kind.
    pub(crate) small: u16,
    /// Free for the kind.
    pub(crate) word: u32,
}

/// A string: `hdr.word` is its length; `hdr.small` is 1 for a symbol, [`DRAFT`] until it is complete. The bytes follow. One in a
/// block of a message is on no list: its `next` and its colour say nothing, `hdr.small` where it lies (`packed`).
#[repr(C)]
pub(crate) struct Str {
    pub(crate) hdr: Header,
    /// 0 = not computed yet (immortal strings always have it). See `symbol::QUICK`.
    pub(crate) hash: u32,
    pub(crate) bytes: [u8; 0],
}

pub(crate) const STR_BYTES: usize = 20;

/// `hdr.small` of a string that a native still fills.
pub(crate) const DRAFT: u16 = 2;

impl Str {
    #[inline(always)]
    pub(crate) unsafe fn len(s: *const Str) -> usize {
        // SAFETY: the caller passes a live string.
        unsafe { (*s).hdr.word as usize }
    }

    /// The bytes; the lifetime is the caller's claim that the string outlives it.
    #[inline(always)]
    pub(crate) unsafe fn bytes<'a>(s: *const Str) -> &'a [u8] {
        // SAFETY: a live string is followed by `hdr.word` initialised bytes that never change.
        unsafe { std::slice::from_raw_parts((s as *const u8).add(STR_BYTES), (*s).hdr.word as usize) }
    }

    #[inline(always)]
    pub(crate) unsafe fn is_symbol(s: *const Str) -> bool {
        // SAFETY: the caller passes a live string.
        unsafe { (*s).hdr.small == 1 }
    }

    #[inline(always)]
    pub(crate) unsafe fn hash(s: *const Str) -> u32 {
        // SAFETY: the caller passes a live string; immortal ones have their hash, so only the owning thread writes.
        unsafe {
            if (*s).hash != 0 {
                return (*s).hash;
            }
            let h = crate::symbol::hash_bytes(Str::bytes(s));
            crate::meter::count(Str::len(s) / 8);
            (*s.cast_mut()).hash = h;
            h
        }
    }

    /// Whether it is short and has its hash.
    #[inline(always)]
    pub(crate) unsafe fn is_quick(s: *const Str) -> bool {
        // SAFETY: the caller passes a live string.
        unsafe { (*s).hash & crate::symbol::QUICK != 0 }
    }

    #[inline]
    pub(crate) unsafe fn eq(a: *const Str, b: *const Str) -> bool {
        // SAFETY: the caller passes live strings.
        unsafe {
            crate::meter::count((*a).hdr.word.min((*b).hdr.word) as usize / 16);
            a == b
                || ((*a).hdr.word == (*b).hdr.word
                    && !(Str::is_symbol(a) && Str::is_symbol(b))
                    && Str::bytes(a) == Str::bytes(b))
        }
    }
}

/// An entry of the hash part. The tag word of a string key carries the hash in its upper half.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Node {
    pub(crate) key: Value,
    pub(crate) val: Value,
}

/// A table; operations are in `table.rs`. `hdr.small` bits say which metamethods it surely lacks,
/// `hdr.word` is the slot hint of `__index`.
#[repr(C)]
pub(crate) struct Table {
    pub(crate) hdr: Header,
    pub(crate) meta: *mut Table,
    pub(crate) arr: *mut Value,
    pub(crate) arr_len: u32,
    pub(crate) arr_cap: u32,
    pub(crate) nodes: *mut Node,
    pub(crate) node_len: u32,
    pub(crate) node_cap: u32,
    /// Open addressing over `nodes`; entries are node number + 1; null up to eight nodes.
    pub(crate) index: *mut u32,
    pub(crate) index_mask: u32,
    /// Per-process number for `tostring`, 0 = none yet.
    pub(crate) number: u32,
}

/// A captured variable.
#[repr(C)]
pub(crate) struct Cell {
    pub(crate) hdr: Header,
    pub(crate) value: Value,
}

/// A Lua function: `hdr.word` upvalues follow, values or cells.
#[repr(C)]
pub(crate) struct Closure {
    pub(crate) hdr: Header,
    pub(crate) proto: *const Proto,
    pub(crate) number: u32,
    /// Of a closure of an image: its place among what a process copies (see `detach`).
    pub(crate) ordinal: u32,
    pub(crate) upvals: [Value; 0],
}

impl Closure {
    #[inline(always)]
    pub(crate) unsafe fn upvals(c: *mut Closure) -> *mut Value {
        // SAFETY: the upvalues follow the fixed part.
        unsafe { (c as *mut u8).add(std::mem::size_of::<Closure>()).cast() }
    }
}

/// A function that outlives the node's statics and may capture what it likes.
pub(crate) type BoxedNative = Box<crate::native::DynNative>;

/// It touches more than its heap; nothing of the kind runs in a rehearsal.
pub(crate) const OUTSIDE: u8 = 1;
/// It is half of a pair.
pub(crate) const PAIRED: u8 = 2;

/// A native function: `hdr.word` upvalues follow.
#[repr(C)]
pub(crate) struct Native {
    pub(crate) hdr: Header,
    pub(crate) func: NativeFn,
    pub(crate) name: *const Str,
    pub(crate) boxed: Option<BoxedNative>,
    pub(crate) number: u32,
    /// What a call of it has to look at: `OUTSIDE`, `PAIRED`.
    pub(crate) traits: u8,
    pub(crate) _pad: [u8; 3],
    pub(crate) pair: Option<&'static Pair>,
    pub(crate) upvals: [Value; 0],
}

impl Native {
    #[inline(always)]
    pub(crate) unsafe fn upvals(c: *mut Native) -> *mut Value {
        // SAFETY: the upvalues follow the fixed part.
        unsafe { (c as *mut u8).add(std::mem::size_of::<Native>()).cast() }
    }
}

/// A host object: traced Lua values, metatable and name from its type. `hdr.word` is its number for `tostring`, `hdr.small`
/// what the payload holds outside (see `weight`). The Rust payload follows where the type says.
#[repr(C)]
pub(crate) struct Userdata {
    pub(crate) hdr: Header,
    pub(crate) info: *const TypeInfo,
    pub(crate) slots: Slots,
}

/// Traced values of a host object; most have none or one.
pub(crate) type Slots = SmallVec<[Value; 1]>;

impl Userdata {
    /// Where in an object the payload is, which depends on its alignment.
    pub(crate) const fn offset(payload: Layout) -> usize {
        size_of::<Userdata>().next_multiple_of(payload.align())
    }

    /// The layout of an object with this payload.
    pub(crate) fn layout(payload: Layout) -> Layout {
        let (layout, offset) = Layout::new::<Userdata>().extend(payload).expect("an object has a size");
        debug_assert_eq!(offset, Userdata::offset(payload));
        layout.pad_to_align()
    }

    /// The payload, if it is a `T`; the lifetime is the caller's claim that the object outlives it.
    #[inline]
    pub(crate) unsafe fn payload<'a, T: Any>(u: *const Userdata) -> Option<&'a T> {
        // SAFETY: the caller passes a live object; its type says what lies at the offset.
        unsafe {
            let info = &*(*u).info;
            let asked: TypeOf = TypeId::of::<T>;
            // See `Cx::try_host`.
            if !std::ptr::fn_addr_eq(info.id, asked) && (info.id)() != asked() {
                return None;
            }
            if (*u).hdr.mark & SHARED != 0 {
                return Userdata::shared_payload(u);
            }
            Some(&*u.byte_add(const { Userdata::offset(Layout::new::<T>()) }).cast::<T>())
        }
    }

    /// The payload of a `T` that belongs to an image.
    #[inline(never)]
    unsafe fn shared_payload<'a, T: Any>(u: *const Userdata) -> Option<&'a T> {
        // SAFETY: as in `payload`, which has compared the type.
        unsafe {
            let info = &*(*u).info;
            if info.template.is_some() {
                return crate::overlay::template(u.cast())?.downcast_ref();
            }
            Some(&*u.byte_add(info.offset).cast::<T>())
        }
    }

    /// Bytes of its own allocation and its slots, and what the payload holds outside.
    pub(crate) unsafe fn size(u: *const Userdata) -> usize {
        // SAFETY: the caller passes a live object.
        unsafe {
            let slots = &(*u).slots;
            let spilled = if slots.spilled() { slots.capacity() * size_of::<Value>() } else { 0 };
            (*(*u).info).layout.size() + spilled + crate::weight::bytes((*u).hdr.small)
        }
    }
}

/// What a coroutine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Status {
    /// Created, or between `yield` and `resume`.
    Suspended,
    /// Its frames are being executed (or it is a root that is ready to go on).
    Running,
    /// Waits for a coroutine that it resumed.
    Normal,
    /// Waits for the host.
    Waiting,
    /// What it waited for is there; it goes on when its root is run.
    Ready,
    /// Finished or failed.
    Dead,
}

/// A coroutine: its stack and frames.
#[repr(C)]
pub(crate) struct Thread {
    pub(crate) hdr: Header,
    pub(crate) stack: *mut Value,
    /// Slots that may be used: initialised, and free of dead values but for what ran since the last collection.
    pub(crate) stack_cap: u32,
    /// Slots that are allocated.
    pub(crate) stack_room: u32,
    /// First free slot; exact only while a native runs or the thread rests.
    pub(crate) top: u32,
    /// Slots above the registers of the last frame that are scanned up to here, if `above_seen` is the number of the cycle.
    /// Natives keep that true; whoever else writes the stack there takes the number away.
    pub(crate) above: u32,
    pub(crate) frames: Frames,
    /// Who resumed it; null for a root.
    pub(crate) parent: *mut Thread,
    /// For a root: the innermost coroutine, where its execution goes on.
    pub(crate) innermost: *mut Thread,
    pub(crate) status: Status,
    pub(crate) above_seen: u8,
    /// So many values on top of the stack are results for the native frame that rests there, or the outcome of a root.
    pub(crate) resume_with: u32,
    /// The one value on top is to be raised.
    pub(crate) raise_pending: bool,
    /// Whether the call that the native frame made succeeded.
    pub(crate) resume_ok: bool,
    /// A root that yielded: the values on top are for the host.
    pub(crate) yielded: bool,
    /// A raise has unwound part of the frames, whose end is in the traceback already.
    pub(crate) unwinding: bool,
    /// A root that a program started.
    pub(crate) spawned: bool,
    /// Number of the cycle that scanned the whole stack, 0 when it may have been written since.
    pub(crate) seen: u8,
    pub(crate) number: u32,
}
