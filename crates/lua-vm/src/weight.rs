//! What host objects hold outside the heap: counted to the process, so that its quota bounds that, too.
//!
//! The number is kept in the 16 free bits of the object's header, as a short float: 5 bits of exponent, 11 of mantissa, rounded
//! up. So what is added when it is set is what is taken off when the object dies, whatever became of the payload.

#![allow(unsafe_code, reason = "writes the header of an object")]

use crate::native::{Cx, Raise, RaiseKind, Userdata, Val};
use crate::object::{IMMORTAL, SHARED};

const MANTISSA: u32 = 11;
/// The largest number: 4 TiB.
const MOST: usize = ((1 << MANTISSA) - 1) << 31;

/// The short form of a number of bytes, not smaller than it.
fn short(bytes: usize) -> u16 {
    let bytes = bytes.min(MOST);
    let mut exponent = (usize::BITS - bytes.leading_zeros()).saturating_sub(MANTISSA);
    let mut mantissa = (bytes + ((1 << exponent) - 1)) >> exponent;
    if mantissa == 1 << MANTISSA {
        (mantissa, exponent) = (mantissa / 2, exponent + 1);
    }
    (exponent << MANTISSA) as u16 | mantissa as u16
}

/// The number of bytes that a short form stands for.
pub(crate) fn bytes(short: u16) -> usize {
    usize::from(short & ((1 << MANTISSA) - 1)) << (short >> MANTISSA)
}

impl<'cx> Cx<'cx> {
    /// As [`Cx::weigh`], of the object of a type.
    pub(crate) fn weigh_value(&mut self, v: Val<'cx>, held: usize) {
        debug_assert!(v.as_type().is_some());
        self.weigh(Userdata::of_object(v.raw.data_as()), held);
    }
    /// Counts bytes that this process has outside of its heap, without an object that holds them: arguments of a call that runs. They
    /// count to the process until [`Lua::release_outside`](crate::Lua::release_outside). It ends if they do not fit.
    pub fn hold_outside(&mut self, bytes: usize) -> Result<(), Raise> {
        if self.lua().heap.hold_outside(bytes) { Ok(()) } else { Err(Raise(RaiseKind::Quota)) }
    }

    /// Says how many bytes the payload of an object holds outside the heap. They count to the process instead of what was
    /// said before, until the object dies. Objects of images and statics count to nobody. Whoever makes something large asks
    /// [`Cx::reserve`] first.
    pub fn weigh(&mut self, object: Userdata<'cx>, held: usize) {
        // SAFETY: handles are live; the header of a private object is written by its process only.
        unsafe {
            let header = &raw mut (*object.raw).hdr;
            if (*header).mark & (IMMORTAL | SHARED) != 0 {
                return;
            }
            let before = bytes((*header).small);
            (*header).small = short(held);
            let after = bytes((*header).small);
            let heap = &mut self.lua().heap;
            if after > before {
                heap.add_bytes(after - before);
            } else {
                heap.sub_bytes(before - after);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lua, Options, StaticsBuilder};

    #[test]
    fn short_forms_are_a_little_more_than_the_number() {
        let near = (0..44).flat_map(|e| [(1usize << e) - 1, 1 << e, (1 << e) + 1]).filter(|n| *n <= MOST);
        for n in (0..5000).chain(near) {
            let there = bytes(short(n));
            assert!(there >= n && there - n <= n / 1000, "{n} became {there}");
            assert_eq!(bytes(short(there)), there);
        }
        assert_eq!(bytes(short(usize::MAX)), MOST);
    }

    #[test]
    fn what_is_outside_takes_of_the_quota_until_it_is_released() {
        const QUOTA: usize = 1 << 20;
        let mut lua = Lua::new(StaticsBuilder::new().build(), Options { quota: QUOTA, ..Options::default() });
        let before = lua.stats();
        assert!(lua.hold_outside(QUOTA / 2) && lua.hold_outside(QUOTA / 4));
        assert!(!lua.hold_outside(QUOTA / 4 + 1), "more than is left");
        let with = lua.stats();
        assert_eq!((with.outside, with.quota), (QUOTA / 4 * 3, QUOTA));
        assert_eq!((with.bytes, with.next), (before.bytes, before.next), "the collector's pace stays");
        assert!(lua.judge(&mut i64::MAX.clone()) && !lua.is_dead());
        let enough = |lua: &mut Lua, n: usize| lua.enter(&mut (), |cx| cx.reserve(n).is_ok());
        assert!(enough(&mut lua, QUOTA / 5) && !enough(&mut lua, QUOTA / 2));
        lua.release_outside(QUOTA / 2);
        assert!(enough(&mut lua, QUOTA / 2));
        lua.release_all_outside();
        assert_eq!(lua.stats(), before);
    }

    #[test]
    fn garbage_gives_way_to_what_is_outside_and_what_lives_ends_the_process() {
        const QUOTA: usize = 1 << 20;
        let lua = || Lua::new(StaticsBuilder::new().build(), Options { quota: QUOTA, ..Options::default() });
        let text = vec![b'x'; QUOTA / 2];
        let mut garbage = lua();
        garbage.enter(&mut (), |cx| _ = cx.string(&text));
        assert!(garbage.hold_outside(QUOTA / 4 * 3));
        assert!(garbage.judge(&mut i64::MAX.clone()) && !garbage.is_dead());
        assert!(garbage.stats().bytes < QUOTA / 4);
        let mut lives = lua();
        let pin = lives.enter(&mut (), |cx| {
            let text = cx.string(&text);
            cx.pin(text)
        });
        assert!(lives.hold_outside(QUOTA / 4 * 3));
        while !lives.judge(&mut 1) {}
        assert!(lives.is_dead());
        lives.unpin(pin);
    }
}
