//! The pairs of an object as a heap in slots, in steps even where keys are long and alike.

use super::PART;
use crate::Cx;
use std::cmp::Ordering;

/// Units of a comparison; bytes that a unit compares.
const COMPARED: usize = 24;
const BYTES: usize = 16;

/// A pair that sinks to its place.
pub(super) struct Sift {
    at: usize,
    /// The least of the pair and those of its children that were looked at.
    least: usize,
    child: usize,
    /// So many bytes of the two keys are known to be equal.
    equal: usize,
}

impl Sift {
    pub(super) fn new(at: usize) -> Sift {
        Sift { at, least: at, child: 2 * at + 1, equal: 0 }
    }

    /// Goes on in the heap of pairs from slot `first` to the top; true when the pair is at its place.
    pub(super) fn step(&mut self, cx: &mut Cx<'_>, first: usize, budget: &mut usize) -> bool {
        let pairs = (cx.len() - first) / 2;
        loop {
            while self.child <= 2 * self.at + 2 && self.child < pairs {
                if *budget == 0 {
                    return false;
                }
                let Some(order) = self.compare(cx, first, budget) else { continue };
                if order == Ordering::Less {
                    self.least = self.child;
                }
                self.child += 1;
                self.equal = 0;
            }
            if self.least == self.at {
                return true;
            }
            for part in 0..2 {
                let (a, b) = (first + 2 * self.at + part, first + 2 * self.least + part);
                let (x, y) = (cx.slot(a), cx.slot(b));
                cx.set_slot(a, y);
                cx.set_slot(b, x);
            }
            *self = Sift::new(self.least);
        }
    }

    /// The child and the least so far. `None`: they are equal as far as they were compared.
    fn compare(&mut self, cx: &Cx<'_>, first: usize, budget: &mut usize) -> Option<Ordering> {
        let key = |pair: usize| cx.slot(first + 2 * pair).as_bytes().unwrap_or_default();
        let (a, b) = (key(self.child), key(self.least));
        let part = |text: &'_ [u8]| self.equal..text.len().min(self.equal + PART);
        let (x, y) = (&a[part(a)], &b[part(b)]);
        *budget = budget.saturating_sub(COMPARED + x.len().min(y.len()) / BYTES);
        match x.cmp(y) {
            Ordering::Equal if self.equal + x.len() < a.len() || self.equal + y.len() < b.len() => {
                self.equal += x.len();
                None
            }
            order => Some(order),
        }
    }
}
