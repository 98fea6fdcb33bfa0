//! One Zstandard stream and the SHA-256 of bytes.

use infra_base::{Error, Result};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use sha2::{Digest, Sha256};
use std::io::Read;

/// Largest window that a stream may ask for, in bytes. Room for it is made as bytes come.
const MOST_WINDOW: u64 = 128 << 20;

/// The bytes as one stream, with a checksum of their own.
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// What the one stream in `bytes` holds, `most` bytes at most. Memory grows with what comes, whatever was announced.
pub(super) fn unpacked(mut bytes: &[u8], most: u64) -> Result<Vec<u8>> {
    let damaged = |e: &dyn std::fmt::Display| Error::invalid(format!("is no Zstandard stream: {e}"));
    let mut decoder =
        StreamingDecoder::new_with_max_window_size(&mut bytes, MOST_WINDOW).map_err(|e| damaged(&e))?;
    let mut out = Vec::new();
    decoder.by_ref().take(most + 1).read_to_end(&mut out).map_err(|e| damaged(&e))?;
    if out.len() as u64 > most {
        return Err(Error::invalid(format!("holds more than the {most} bytes that it may")));
    }
    let decoder = decoder.into_frame_decoder();
    if let Some(told) = decoder.get_checksum_from_data()
        && decoder.get_calculated_checksum() != Some(told)
    {
        return Err(Error::invalid("has a wrong checksum"));
    }
    if !bytes.is_empty() {
        return Err(Error::invalid(format!("is followed by {} bytes", bytes.len())));
    }
    Ok(out)
}

/// Hash of everything that comes.
pub(super) fn hash_of(mut source: impl Read) -> std::io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            len => hash.update(&buffer[..len]),
        }
    }
}

/// Lower-case hex.
pub(super) fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
