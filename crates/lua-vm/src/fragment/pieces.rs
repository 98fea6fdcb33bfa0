//! A list that grows and shrinks in pieces, so that no step of it copies or frees much.

use super::Item;

/// Values of a piece.
const PIECE: usize = 1024;

pub(crate) struct Pieces<T> {
    pieces: Vec<Vec<T>>,
}

impl<T> Default for Pieces<T> {
    fn default() -> Pieces<T> {
        Pieces { pieces: Vec::new() }
    }
}

impl<T> Pieces<T> {
    /// All pieces but the last are full.
    pub(super) fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    pub(super) fn push(&mut self, v: T) {
        match self.pieces.last_mut() {
            Some(last) if last.len() < PIECE => last.push(v),
            _ => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(v);
                self.pieces.push(piece);
            }
        }
    }

    pub(super) fn pop(&mut self) -> Option<T> {
        let last = self.pieces.last_mut()?;
        let v = last.pop();
        if last.is_empty() {
            self.pieces.pop();
        }
        v
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        self.pieces.last_mut()?.last_mut()
    }

    pub(super) fn get(&self, i: usize) -> Option<&T> {
        self.pieces.get(i / PIECE)?.get(i % PIECE)
    }

    pub(super) fn get_mut(&mut self, i: usize) -> Option<&mut T> {
        self.pieces.get_mut(i / PIECE)?.get_mut(i % PIECE)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }

    /// Drops the piece that ends before `i`, which was the last to be needed of it.
    pub(super) fn forget_before(&mut self, i: usize) {
        if i.is_multiple_of(PIECE)
            && let Some(piece) = (i / PIECE).checked_sub(1).and_then(|piece| self.pieces.get_mut(piece))
        {
            *piece = Vec::new();
        }
    }

    /// Drops the last piece; false: there is none.
    pub(super) fn shrink(&mut self) -> bool {
        self.pieces.pop().is_some()
    }
}

const _: () = assert!(PIECE * size_of::<Item>() <= 1 << 14);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_stack_and_a_list() {
        let mut list = Pieces::default();
        for i in 0..3 * PIECE + 5 {
            assert_eq!(list.len(), i);
            list.push(i);
            assert_eq!(list.last_mut(), Some(&mut { i }));
        }
        assert!(list.iter().copied().eq(0..3 * PIECE + 5));
        assert_eq!((list.get(PIECE), list.get(3 * PIECE + 5)), (Some(&PIECE), None));
        for i in (PIECE..3 * PIECE + 5).rev() {
            assert_eq!(list.pop(), Some(i));
        }
        list.forget_before(PIECE - 1);
        assert_eq!((list.len(), list.get(0)), (PIECE, Some(&0)));
        list.forget_before(PIECE);
        assert_eq!(list.get(0), None);
        assert!(list.shrink() && !list.shrink());
        assert_eq!(list.pop(), None);
    }
}
