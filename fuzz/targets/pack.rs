//! Any bytes as a pack, and as parts of one whose hashes are right: refused, or read.
#![no_main]

use infra_base::{Data, Map};
use infra_codec::msgpack;
use libfuzzer_sys::fuzz_target;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use sys_pipeline::Pack;

const HEADER: usize = 268;
/// Deeper than any entry may be.
const DEPTH: usize = 200;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, rest)) = bytes.split_first() else { return };
    match choice % 4 {
        // The whole file.
        0 => check(rest),
        // Frames and table.
        1 => {
            let Some((len, rest)) = rest.split_first_chunk::<2>() else { return };
            let (data, table) = rest.split_at(usize::from(u16::from_le_bytes(*len)).min(rest.len()));
            check(&framed(data, table));
        }
        // What the entries come to.
        2 => check(&pack(&packed(rest), rest.len())),
        // The stream of the entries, and the bytes that it announces.
        _ => {
            let Some((len, rest)) = rest.split_first_chunk::<2>() else { return };
            check(&pack(rest, usize::from(u16::from_le_bytes(*len))));
        }
    }
});

fn check(bytes: &[u8]) {
    let Ok(pack) = Pack::read("fuzz.wapp", Cursor::new(bytes)) else { return };
    for entry in &pack.entries {
        let once = msgpack::encode(&entry.data, DEPTH).expect("its depth is bounded");
        let again = msgpack::decode(&once, DEPTH).expect("what was written is read");
        assert_eq!(msgpack::encode(&again, DEPTH).expect("it is no deeper"), once);
    }
}

fn packed(plain: &[u8]) -> Vec<u8> {
    compress_to_vec(plain, CompressionLevel::Fastest)
}

/// A pack of these entries, `unpacked` bytes long.
fn pack(entries: &[u8], unpacked: usize) -> Vec<u8> {
    let metadata = packed(b"\x80");
    let frame = |offset: usize, size: usize, unpacked: usize| {
        let number = |value: usize| Data::Int(value as i64);
        map([("Offset", number(offset)), ("Size", number(size)), ("UncompressedSize", number(unpacked))])
    };
    let table = map([
        ("Metadata", frame(HEADER, metadata.len(), 1)),
        ("Entries", frame(HEADER + metadata.len(), entries.len(), unpacked)),
    ]);
    let table = packed(&msgpack::encode(&table, DEPTH).expect("it is flat"));
    framed(&[&metadata, entries].concat(), &table)
}

fn map<const N: usize>(pairs: [(&str, Data); N]) -> Data {
    Data::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map>())
}

fn framed(data: &[u8], table: &[u8]) -> Vec<u8> {
    let number = |value: usize| (value as u64).to_le_bytes();
    let mut out = b"WIPPYPACK\x01\0\0".to_vec();
    out.extend(number(HEADER));
    out.extend(number(data.len()));
    out.extend(Sha256::digest(data));
    out.resize(HEADER, 0);
    out.extend_from_slice(data);
    out.extend_from_slice(table);
    out.extend(number(HEADER + data.len()));
    out.extend(number(table.len()));
    out
}
