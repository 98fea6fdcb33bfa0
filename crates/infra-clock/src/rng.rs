//! Chance: seedable, for jitter, seeds of processes, hash keys; and secrets.

/// Bytes that nobody can guess, from the operating system: for keys.
pub fn secret() -> std::io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A small generator (xoshiro class); not for secrets.
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// The generator of `seed`; the same seed gives the same numbers.
    pub fn seeded(seed: u64) -> Rng {
        Rng { state: seed }
    }

    /// Seeded by the operating system.
    pub fn from_entropy() -> Rng {
        use std::hash::{BuildHasher, RandomState};
        Rng::seeded(RandomState::new().hash_one(0u8))
    }

    /// The next 64 bits (splitmix64).
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A float in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}
