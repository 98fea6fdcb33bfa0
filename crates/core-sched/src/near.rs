//! Where the memory is that a resting process will look at first.
//!
//! A process that rests among thousands lies in no near cache, and goes from one pointer to the next when it gets mail. So it notes
//! the places when it goes to rest, in its mailbox, which a sender looks at anyway; and whoever hands it mail has all of them
//! fetched at once while it ends its own step. Numbers only: a place that moved meanwhile is a line fetched for nothing.

/// Places that are noted at most.
const MOST: usize = 16;
/// Bits of an address within a cache line, and of the number of lines in a place.
const LINE: u32 = 6;
const COUNT: u32 = 4;

/// The places of a process, near its own.
#[derive(Default)]
pub struct Near {
    /// The turn in which it went to rest: what rested in the same one is near anyway.
    turn: u32,
    /// Number of the first line and of lines, as far as there is room for it. 0: none.
    places: [u32; MOST],
    len: u8,
    /// Turns in which it went to rest, modulo 256.
    rests: u8,
}

impl Near {
    /// The process rests in that turn. True: it is to note its places anew, which change rarely; so it does so less and less often, but
    /// never less than at every thirty-second time.
    #[inline]
    pub(crate) fn rest(&mut self, turn: u32) -> bool {
        if std::mem::replace(&mut self.turn, turn) == turn {
            return false;
        }
        self.rests = self.rests.wrapping_add(1);
        let anew = self.rests.is_power_of_two() || self.rests.is_multiple_of(32);
        if anew {
            self.len = 0;
        }
        anew
    }

    /// Did it go to rest in that turn?
    #[inline]
    pub(crate) fn is_of(&self, turn: u32) -> bool {
        self.turn == turn
    }

    /// Notes so many bytes at an address; what is too much is left out.
    #[inline]
    pub fn add(&mut self, address: usize, bytes: usize) {
        let lines = ((address & ((1 << LINE) - 1)) + bytes).div_ceil(1 << LINE).min((1 << COUNT) - 1);
        if let Some(place) = self.places.get_mut(usize::from(self.len)) {
            *place = ((address >> LINE) << COUNT) as u32 | lines as u32;
            self.len += 1;
        }
    }

    /// Notes where a value lies.
    #[inline]
    pub fn add_value<T>(&mut self, value: &T) {
        self.add(std::ptr::from_ref(value).addr(), size_of::<T>());
    }

    /// Calls `line` with the addresses of all lines; `own` is that of the process, which says what there was no room for.
    #[inline]
    pub fn lines(&self, own: usize, mut line: impl FnMut(usize)) {
        const BITS: u32 = u32::BITS - COUNT + LINE;
        let window = own >> BITS << BITS;
        for place in &self.places[..usize::from(self.len)] {
            let mut at = window | ((place >> COUNT) as usize) << LINE;
            for _ in 0..place & ((1 << COUNT) - 1) {
                line(at);
                at += 1 << LINE;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(near: &Near, own: usize) -> Vec<usize> {
        let mut all = Vec::new();
        near.lines(own, |line| all.push(line));
        all
    }

    #[test]
    fn every_line_of_a_place_is_named() {
        let mut near = Near::default();
        assert!(near.rest(3) && near.is_of(3) && !near.is_of(4));
        assert!(lines(&near, 0x7f12_0000_0000).is_empty());
        near.add(0x7f12_3456_7840, 1);
        near.add(0x7f12_3456_78bf, 2);
        near.add(0x7f12_0000_0010, 768);
        let last = (0..13).map(|i| 0x7f12_0000_0000 + 64 * i);
        let first = [0x7f12_3456_7840, 0x7f12_3456_7880, 0x7f12_3456_78c0];
        let all: Vec<usize> = first.into_iter().chain(last).collect();
        assert_eq!(lines(&near, 0x7f12_0000_0040), all);
        (0..2 * MOST).for_each(|i| near.add(i << 20, 1 << 20));
        assert_eq!(lines(&near, 0).len(), 3 + 13 + (MOST - 3) * 15, "what is too much is left out");
    }

    #[test]
    fn places_are_noted_again_now_and_then() {
        let mut near = Near::default();
        let anew: Vec<u32> = (1..=100).filter(|turn| near.rest(*turn)).collect();
        assert_eq!(anew, [1, 2, 4, 8, 16, 32, 64, 96]);
        assert!(!near.rest(100), "it rested in that turn");
    }
}
