//! Hashes of texts that come from outside: nobody can choose texts that meet.

use foldhash::SharedSeed;
use foldhash::fast::FoldHasher;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

/// Other ones in each process of the operating system.
static SALT: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0_u8));

/// Makes the hashers of maps whose keys anybody may choose: fields of JSON and YAML, names, topics, ids of entries.
#[derive(Clone, Copy, Debug, Default)]
pub struct Salted;

impl BuildHasher for Salted {
    type Hasher = FoldHasher<'static>;

    #[inline]
    fn build_hasher(&self) -> FoldHasher<'static> {
        FoldHasher::with_seed(*SALT, SharedSeed::global_random())
    }
}

#[cfg(test)]
mod tests {
    use super::Salted;
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    /// Texts that all have one hash where nothing is secret: what follows the number undoes the difference.
    fn colliding(count: u32) -> impl Iterator<Item = String> {
        (0..count).map(|n| format!("oasfxudbxenvjqyg{n:08}6/ufpm+J"))
    }

    #[test]
    fn texts_that_were_chosen_to_meet_do_not() {
        let hashes = |hash: &dyn Fn(&str) -> u64| {
            colliding(10_000).map(|text| hash(&text)).collect::<HashSet<_>>().len()
        };
        assert_eq!(
            hashes(&|text| rustc_hash::FxBuildHasher.hash_one(text)),
            1,
            "the texts are made for that one"
        );
        assert_eq!(hashes(&|text| Salted.hash_one(text)), 10_000);
        // The places in a table of 16,384 are the lower bits.
        let places = hashes(&|text| Salted.hash_one(text) % 16_384);
        assert!(places > 6_000, "{places}");
    }
}
