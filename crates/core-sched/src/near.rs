//! Where the memory is that a resting process will look at first.
//!
//! A process that rests among thousands lies in no near cache, and goes from one pointer to the next when it gets mail. So it notes
//! the places when it goes to rest, in its control block, which a sender looks at anyway; and whoever hands it mail has all of them
//! fetched at once while it ends its own step. Numbers only: a place that moved meanwhile is a line fetched for nothing.

/// Places that are noted at most.
const MOST: usize = 10;
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
}

impl Near {
    /// Of a process that rests in that turn, without places.
    pub(crate) fn new(turn: u32) -> Near {
        Near { turn, ..Near::default() }
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

    /// The addresses of all lines; `own` is that of the process, which says what there was no room for.
    #[inline]
    pub fn lines(&self, own: usize) -> impl Iterator<Item = usize> {
        const BITS: u32 = u32::BITS - COUNT + LINE;
        let window = own >> BITS << BITS;
        self.places[..usize::from(self.len)].iter().flat_map(move |place| {
            let first = window | ((place >> COUNT) as usize) << LINE;
            (0..(place & ((1 << COUNT) - 1)) as usize).map(move |i| first + (i << LINE))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_place_is_named() {
        let mut near = Near::new(3);
        assert!(near.is_of(3) && !near.is_of(4) && near.lines(0x7f12_0000_0000).count() == 0);
        near.add(0x7f12_3456_7840, 1);
        near.add(0x7f12_3456_78bf, 2);
        near.add(0x7f12_0000_0010, 768);
        let lines: Vec<usize> = near.lines(0x7f12_0000_0040).collect();
        let last = (0..13).map(|i| 0x7f12_0000_0000 + 64 * i);
        let all: Vec<usize> =
            [0x7f12_3456_7840, 0x7f12_3456_7880, 0x7f12_3456_78c0].into_iter().chain(last).collect();
        assert_eq!(lines, all);
        (0..2 * MOST).for_each(|i| near.add(i << 20, 1 << 20));
        assert_eq!(near.lines(0).count(), 3 + 13 + (MOST - 3) * 15, "what is too much is left out");
    }
}
