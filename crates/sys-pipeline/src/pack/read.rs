//! Reads a pack of which nothing is known: every number is compared, every hash is made again.

use super::contents::{self, DEPTH};
use super::format::{FOOTER, Frame, HEADER, Header, MOST_TABLE_UNPACKED, MOST_UNPACKED, Table, table_place};
use super::stream::{hash_of, hex, unpacked};
use core_registry::Entry;
use infra_base::{Data, Error, Map, Result};
use infra_codec::msgpack;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Opens a regular file: a pipe would never end, a directory never begin.
pub(super) fn regular(path: &Path, name: &str) -> Result<BufReader<File>> {
    let failed = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => Error::not_found(format!("pack {name} does not exist")),
        _ => Error::invalid(format!("pack {name} can't be read: {e}")),
    };
    // Opening a pipe would wait for its writer. Files know nothing of the flag.
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblock).open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(Error::invalid(format!("pack {name} is not a file")));
    }
    Ok(BufReader::new(file))
}

/// Metadata, entries, and the number of file trees.
pub(super) fn parts(mut source: impl Read + Seek) -> Result<(Map, Vec<Entry>, usize)> {
    let len = source.seek(SeekFrom::End(0)).map_err(unreadable)?;
    if len < HEADER + FOOTER {
        return Err(Error::invalid(format!("{len} bytes are too few for a pack")));
    }
    let header = Header::from_bytes(&bytes(&mut source, 0)?, len)?;
    let table_at = table_place(&bytes(&mut source, len - FOOTER)?, &header, len)?;
    if section_hash(&mut source, header.offset, header.size)? != header.hash {
        return Err(Error::invalid("hash of the data section does not match, the file is damaged"));
    }
    let table = table(&mut source, table_at, &header)?;
    let frames = table.resources.iter().chain(&table.files);
    for frame in frames.filter(|frame| frame.hash.is_some()) {
        let found = section_hash(&mut source, frame.offset, frame.size)?;
        compare(frame, &found, "a file frame")?;
    }
    let metadata = match value(&mut source, &table.metadata, "metadata")? {
        Data::Map(map) => map,
        Data::Null => Map::default(),
        _ => return Err(Error::invalid("its metadata is no map")),
    };
    let entries = contents::from_data(value(&mut source, &table.entries, "entries")?)?;
    Ok((metadata, entries, table.resources.len()))
}

fn unreadable(error: std::io::Error) -> Error {
    Error::invalid(format!("it can't be read: {error}"))
}

fn bytes<const N: usize>(source: &mut (impl Read + Seek), at: u64) -> Result<[u8; N]> {
    let mut out = [0; N];
    source.seek(SeekFrom::Start(at)).and_then(|_| source.read_exact(&mut out)).map_err(unreadable)?;
    Ok(out)
}

/// The bytes of a place that is known to lie inside of the file. Memory grows with what is there.
fn section(source: &mut (impl Read + Seek), at: u64, size: u64) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    source.seek(SeekFrom::Start(at)).map_err(unreadable)?;
    source.take(size).read_to_end(&mut out).map_err(unreadable)?;
    Ok(out)
}

fn section_hash(source: &mut (impl Read + Seek), at: u64, size: u64) -> Result<[u8; 32]> {
    source.seek(SeekFrom::Start(at)).map_err(unreadable)?;
    hash_of(source.take(size)).map_err(unreadable)
}

fn table(source: &mut (impl Read + Seek), (at, size): (u64, u64), header: &Header) -> Result<Table> {
    let stored = section(source, at, size)?;
    let context = |e: Error| e.context("its table of contents");
    let plain = unpacked(&stored, MOST_TABLE_UNPACKED).map_err(context)?;
    Table::from_data(&msgpack::decode(&plain, DEPTH).map_err(context)?, header)
}

/// What a frame of MessagePack holds.
fn value(source: &mut (impl Read + Seek), frame: &Frame, what: &str) -> Result<Data> {
    let Some(unpacked_size) = frame.unpacked else {
        return Err(Error::invalid(format!("its table says no UncompressedSize of the {what}")));
    };
    if unpacked_size > MOST_UNPACKED {
        let text = format!("its {what} would take more than {} MiB", MOST_UNPACKED >> 20);
        return Err(Error::invalid(text));
    }
    let stored = section(source, frame.offset, frame.size)?;
    let found = hash_of(&*stored).map_err(unreadable)?;
    compare(frame, &found, what)?;
    let context = |e: Error| e.context(format_args!("its {what}"));
    let plain = unpacked(&stored, unpacked_size).map_err(context)?;
    if plain.len() as u64 != unpacked_size {
        let text = format!("its {what} are {} bytes, {} were announced", plain.len(), unpacked_size);
        return Err(Error::invalid(text));
    }
    msgpack::decode(&plain, DEPTH).map_err(context)
}

fn compare(frame: &Frame, found: &[u8; 32], what: &str) -> Result<()> {
    match &frame.hash {
        Some(told) if *told != hex(found) => {
            Err(Error::invalid(format!("hash of {what} does not match, the file is damaged")))
        }
        _ => Ok(()),
    }
}
