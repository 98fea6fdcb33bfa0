//! What a check came to as bytes that are taken back only with the key they were written with.
//!
//! Nothing about it is dangerous, but applications may write where it lies: without the key they could hide what is wrong with
//! them.

use std::fmt;

/// Begins every file; the last byte is the version of what follows: the MAC, then the bytes.
const MAGIC: [u8; 8] = *b"wptype\0\x01";

const MAC: usize = 32;

/// The node's key, for checks.
pub(super) struct CheckKey {
    ids: [u8; 32],
    macs: [u8; 32],
}

/// Identifies what a check comes to.
pub(crate) struct CheckId(blake3::Hash);

impl CheckKey {
    pub(super) fn new(secret: &[u8; 32]) -> CheckKey {
        CheckKey {
            ids: blake3::derive_key("wippy 2026-11 ids of checked types", secret),
            macs: blake3::derive_key("wippy 2026-11 MACs of checked types", secret),
        }
    }

    pub(super) fn id<'p>(&self, parts: impl IntoIterator<Item = &'p [u8]>) -> CheckId {
        let mut hasher = blake3::Hasher::new_keyed(&self.ids);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        CheckId(hasher.finalize())
    }

    pub(super) fn seal(&self, id: &CheckId, found: &[u8]) -> Vec<u8> {
        [&MAGIC[..], self.mac(id, found).as_bytes(), found].concat()
    }

    /// `None`: the bytes were not sealed with this key for this id.
    pub(super) fn open<'b>(&self, id: &CheckId, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (mac, found) = bytes.strip_prefix(&MAGIC)?.split_first_chunk::<MAC>()?;
        // Hashes are compared in constant time.
        (self.mac(id, found) == blake3::Hash::from_bytes(*mac)).then_some(found)
    }

    fn mac(&self, id: &CheckId, found: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.macs);
        hasher.update(id.0.as_bytes());
        hasher.update(found);
        hasher.finalize()
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}
