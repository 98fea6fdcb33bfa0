//! Compiled code as bytes that are taken back only with the key they were written with.
//!
//! The interpreter trusts the code generator: registers, constants and jumps are not looked at again when they are used. So
//! code is never taken from anywhere else. Bytes become code only here, and only if a keyed hash over them and over what they
//! were made of says that a holder of the same key wrote them; nothing is decoded before. Whoever holds the key
//! can make the interpreter do anything, which is why it lies where applications do not reach.

use std::fmt;
use std::sync::Arc;

use super::Proto;
use super::wire::{self, Damage};
use crate::codegen::check;

/// Begins every sealed text; the last byte is the version of what follows: the MAC, then [`wire`].
const MAGIC: [u8; 8] = *b"\x1bwippy\0\x02";

const MAC_BYTES: usize = 32;

/// Where the code begins.
const HEAD: usize = MAGIC.len() + MAC_BYTES;

/// Of the sources of parser, code generator and interpreter: another build, other instructions.
const BUILD: &str = env!("LUA_CODE_BUILD");

/// The secret that sealed code depends on.
pub struct CodeKey {
    ids: [u8; 32],
    macs: [u8; 32],
}

/// What code was made of: the build of this crate, the name of the chunk, its source. A text for names of files.
///
/// It depends on the key: without it one cannot tell the source, nor make another one with the same text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeId {
    digest: blake3::Hash,
    name: Arc<str>,
}

/// Why bytes are not taken as code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// They are too short, or of another version.
    #[error("it is no compiled code, or of another version")]
    Foreign,
    /// They were written with another key, for another source, by another build, or changed since.
    #[error("it was not written with this node's key for this source, or was changed since")]
    Forged,
    /// They were written with the key and cannot be read all the same.
    #[error("byte {at}: {what}")]
    Damaged {
        /// Offset in the bytes.
        at: usize,
        /// What was expected there, or what the checker found.
        what: String,
    },
}

impl CodeKey {
    /// `secret`: bytes that nobody can guess.
    pub fn new(secret: &[u8; 32]) -> CodeKey {
        CodeKey {
            ids: blake3::derive_key("wippy 2026-11 ids of compiled Lua code", secret),
            macs: blake3::derive_key("wippy 2026-11 MACs of compiled Lua code", secret),
        }
    }

    /// Identifies what [`compile`](crate::compile) makes of `source` under the name `name`.
    pub fn id(&self, name: &str, source: &[u8]) -> CodeId {
        self.id_of_build(BUILD, name, source, &[])
    }

    /// Identifies what [`compile_unit`](crate::compile_unit) makes of it with these imports.
    pub fn id_of_unit(&self, name: &str, source: &[u8], imports: &[Box<str>]) -> CodeId {
        self.id_of_build(BUILD, name, source, imports)
    }

    fn id_of_build(&self, build: &str, name: &str, source: &[u8], imports: &[Box<str>]) -> CodeId {
        let mut hasher = blake3::Hasher::new_keyed(&self.ids);
        let imports = imports.iter().map(|import| import.as_bytes());
        for part in [build.as_bytes(), name.as_bytes(), source].into_iter().chain(imports) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        CodeId { digest: hasher.finalize(), name: name.into() }
    }

    /// The bytes of `proto`, which was compiled from what `id` was made of.
    pub fn seal(&self, id: &CodeId, proto: &Proto) -> Vec<u8> {
        self.signed(id, |bytes| wire::encode(proto, bytes))
    }

    /// As [`seal`](Self::seal), of whatever the fuzzer has in mind.
    #[cfg(any(test, fuzzing))]
    pub fn sign(&self, id: &CodeId, code: &[u8]) -> Vec<u8> {
        self.signed(id, |bytes| bytes.extend_from_slice(code))
    }

    fn signed(&self, id: &CodeId, append: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.resize(HEAD, 0);
        append(&mut bytes);
        let (head, code) = bytes.split_at_mut(HEAD);
        head[MAGIC.len()..].copy_from_slice(self.mac(id, code).as_bytes());
        bytes
    }

    /// The code in `bytes`, if they were sealed with this key for this id. Debug builds check its structure, too.
    pub fn open(&self, id: &CodeId, bytes: &[u8]) -> Result<Arc<Proto>, Unusable> {
        let sealed = bytes.strip_prefix(&MAGIC).and_then(|rest| rest.split_first_chunk::<MAC_BYTES>());
        let (mac, code) = sealed.ok_or(Unusable::Foreign)?;
        // Hashes are compared in constant time.
        if self.mac(id, code) != blake3::Hash::from_bytes(*mac) {
            return Err(Unusable::Forged);
        }
        let damaged =
            |Damage { at, what }| Unusable::Damaged { at: HEAD + at, what: format!("{what} expected") };
        let proto = wire::decode(code, &id.name).map_err(damaged)?;
        if cfg!(any(debug_assertions, test)) {
            check::check(&proto).map_err(|what| Unusable::Damaged { at: HEAD, what })?;
        }
        Ok(Arc::new(proto))
    }

    fn mac(&self, id: &CodeId, code: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.macs);
        hasher.update(id.digest.as_bytes());
        hasher.update(code);
        hasher.finalize()
    }
}

impl fmt::Display for CodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digest.to_hex())
    }
}

#[cfg(test)]
mod tests;
