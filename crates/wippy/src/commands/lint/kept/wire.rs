//! Records as bytes, and back from whatever bytes there are.

use super::{Key, Record};
use lua_types::Report;
use std::collections::HashMap;

/// The last byte is the version of what follows.
const MAGIC: [u8; 8] = *b"wplint\0\x02";

const HASH: usize = 32;

pub(super) fn encode(records: &HashMap<String, Record>) -> Vec<u8> {
    let mut out = Writer { bytes: [&MAGIC[..], &[0; HASH]].concat() };
    // The same records make the same file.
    let mut sorted: Vec<_> = records.iter().collect();
    sorted.sort_unstable_by_key(|(id, _)| *id);
    out.number(sorted.len());
    for (id, record) in sorted {
        out.blob(id.as_bytes());
        out.bytes.extend_from_slice(&record.key.0);
        out.bytes.extend_from_slice(&record.digest.to_le_bytes());
        out.blob(&record.manifest);
        out.blob(&Report::to_bytes(&record.reports));
    }
    let mut bytes = out.bytes;
    let hash = blake3::hash(&bytes[MAGIC.len() + HASH..]);
    bytes[MAGIC.len()..MAGIC.len() + HASH].copy_from_slice(hash.as_bytes());
    bytes
}

/// `None` unless they are exactly what [`encode`] wrote.
pub(super) fn decode(bytes: &[u8]) -> Option<HashMap<String, Record>> {
    let (hash, rest) = bytes.strip_prefix(&MAGIC)?.split_at_checked(HASH)?;
    if blake3::hash(rest).as_bytes() != hash {
        return None;
    }
    let mut input = Reader { bytes: rest };
    let mut records = HashMap::new();
    for _ in 0..input.number()? {
        let id = input.text()?;
        let key = Key(*input.array::<32>()?);
        let digest = u128::from_le_bytes(*input.array::<16>()?);
        let manifest = input.blob()?.to_vec();
        let reports = Report::from_bytes(input.blob()?)?;
        records.insert(id, Record { key, digest, manifest, reports });
    }
    input.bytes.is_empty().then_some(records)
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn number(&mut self, number: usize) {
        self.bytes.extend_from_slice(&(number as u64).to_le_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    fn take(&mut self, len: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len)?;
        self.bytes = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<&'b [u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn number(&mut self) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(*self.array()?)).ok()
    }

    fn blob(&mut self) -> Option<&'b [u8]> {
        let len = self.number()?;
        self.take(len)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.blob()?.to_vec()).ok()
    }
}
