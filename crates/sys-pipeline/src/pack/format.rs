//! The fixed parts of a pack: header, footer, and the table of contents.

use super::contents::field;
use infra_base::{Data, Error, Map, Result};

pub(super) const MAGIC: &[u8; 9] = b"WIPPYPACK";
const VERSION: u8 = 1;
/// Bytes of the header, most of them unused.
pub(super) const HEADER: u64 = 268;
/// Bytes of the footer.
pub(super) const FOOTER: u64 = 16;
/// Most bytes of all frames.
pub(super) const MOST_DATA: u64 = 1 << 30;
/// Most bytes of the table, as stored.
pub(super) const MOST_TABLE: u64 = 16 << 20;
/// Most bytes of the table, unpacked.
pub(super) const MOST_TABLE_UNPACKED: u64 = 64 << 20;
/// Most bytes of a frame of metadata or entries, unpacked.
pub(super) const MOST_UNPACKED: u64 = 256 << 20;

/// Where the frames are, and their hash.
pub(super) struct Header {
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) hash: [u8; 32],
}

impl Header {
    pub(super) fn to_bytes(&self) -> [u8; HEADER as usize] {
        let mut out = [0; HEADER as usize];
        out[..9].copy_from_slice(MAGIC);
        out[9] = VERSION;
        out[12..20].copy_from_slice(&self.offset.to_le_bytes());
        out[20..28].copy_from_slice(&self.size.to_le_bytes());
        out[28..60].copy_from_slice(&self.hash);
        out
    }

    /// `len`: bytes of the file.
    pub(super) fn from_bytes(bytes: &[u8; HEADER as usize], len: u64) -> Result<Header> {
        if bytes[..9] != *MAGIC {
            return Err(Error::invalid("it is no pack, it does not begin with WIPPYPACK"));
        }
        if bytes[9] != VERSION {
            let text = format!("its format is version {}, this program reads version {VERSION}", bytes[9]);
            return Err(Error::invalid(text));
        }
        if bytes[10..12] != [0, 0] {
            return Err(Error::invalid("its header has flags that this program does not know"));
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(&bytes[28..60]);
        let header = Header { offset: number(&bytes[12..20]), size: number(&bytes[20..28]), hash };
        if header.size > MOST_DATA {
            let text = format!("its data is larger than {} MiB", MOST_DATA >> 20);
            return Err(Error::invalid(text));
        }
        let end = header.offset.checked_add(header.size);
        if header.offset < HEADER || end.is_none_or(|end| end > len.saturating_sub(FOOTER)) {
            return Err(Error::invalid(
                "its data section lies outside of the file, the file is damaged or cut",
            ));
        }
        Ok(header)
    }

    pub(super) fn end(&self) -> u64 {
        self.offset + self.size
    }
}

/// Where the table is: offset and size.
pub(super) fn footer(offset: u64, size: u64) -> [u8; FOOTER as usize] {
    let mut out = [0; FOOTER as usize];
    out[..8].copy_from_slice(&offset.to_le_bytes());
    out[8..].copy_from_slice(&size.to_le_bytes());
    out
}

/// Offset and size of the table, which lies between the data and the footer.
pub(super) fn table_place(footer: &[u8; FOOTER as usize], header: &Header, len: u64) -> Result<(u64, u64)> {
    let (offset, size) = (number(&footer[..8]), number(&footer[8..]));
    let inside = offset.checked_add(size).is_some_and(|end| end <= len - FOOTER);
    if size == 0 || offset < header.end() || !inside {
        return Err(Error::invalid(
            "its table of contents lies outside of the file, the file is damaged or cut",
        ));
    }
    if size > MOST_TABLE {
        let text = format!("its table of contents is larger than {} MiB", MOST_TABLE >> 20);
        return Err(Error::invalid(text));
    }
    Ok((offset, size))
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A frame: where its bytes are and what they come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) offset: u64,
    pub(super) size: u64,
    /// `None`: its maker says no size.
    pub(super) unpacked: Option<u64>,
    /// SHA-256 of the stored bytes in hex, if the maker wrote it.
    pub(super) hash: Option<String>,
}

impl Frame {
    fn to_data(&self) -> Data {
        let number = |value: u64| Data::Int(value.cast_signed());
        let hash = self.hash.clone().unwrap_or_default();
        let pairs = [
            ("Offset", number(self.offset)),
            ("Size", number(self.size)),
            ("UncompressedSize", self.unpacked.map(number).unwrap_or_default()),
            ("Hash", hash.into()),
        ];
        Data::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    fn from_data(data: &Data, what: &str) -> Result<Frame> {
        let number = |name: &str| match field(data, name) {
            Some(Data::Int(value)) => u64::try_from(*value).ok(),
            _ => None,
        };
        let (Some(offset), Some(size)) = (number("Offset"), number("Size")) else {
            return Err(Error::invalid(format!("its table says no place of {what}")));
        };
        let hash = field(data, "Hash").and_then(Data::as_str).filter(|hash| !hash.is_empty());
        let unpacked = number("UncompressedSize");
        Ok(Frame { offset, size, unpacked, hash: hash.map(str::to_ascii_lowercase) })
    }
}

/// The table of contents of a pack without file trees.
pub(super) fn table(metadata: &Frame, entries: &Frame) -> Data {
    let none = || Data::List(Vec::new());
    let mut map = Map::default();
    map.insert("Metadata".into(), metadata.to_data());
    map.insert("Entries".into(), entries.to_data());
    map.insert("Resources".into(), none());
    map.insert("DataFrames".into(), none());
    Data::Map(map)
}

/// The table of contents as it is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) metadata: Frame,
    pub(super) entries: Frame,
    pub(super) resources: Vec<Frame>,
    pub(super) files: Vec<Frame>,
}

impl Table {
    /// Every frame lies inside of the data, is not empty, and touches no other one.
    pub(super) fn from_data(data: &Data, header: &Header) -> Result<Table> {
        let frame = |name: &str, what: &str| Frame::from_data(field(data, name).unwrap_or(&Data::Null), what);
        let (metadata, entries) = (frame("Metadata", "the metadata")?, frame("Entries", "the entries")?);
        let mut resources = Vec::new();
        for resource in list(data, "Resources")? {
            let frame = field(resource, "Frame").unwrap_or(&Data::Null);
            resources.push(Frame::from_data(frame, "a file tree")?);
        }
        let mut files = Vec::new();
        for frame in list(data, "DataFrames")? {
            files.push(Frame::from_data(frame, "file data")?);
        }
        let table = Table { metadata, entries, resources, files };
        table.check(header)?;
        Ok(table)
    }

    fn check(&self, header: &Header) -> Result<()> {
        let all = [&self.metadata, &self.entries].into_iter().chain(&self.resources).chain(&self.files);
        let mut places: Vec<(u64, u64)> = all.map(|frame| (frame.offset, frame.size)).collect();
        places.sort_unstable();
        let mut from = header.offset;
        for (offset, size) in places {
            let end = offset.checked_add(size).filter(|end| *end <= header.end());
            match end {
                _ if size == 0 => return Err(Error::invalid("its table names an empty frame")),
                Some(_) if offset < header.offset => {}
                Some(_) if offset < from => return Err(Error::invalid("two of its frames overlap")),
                Some(end) => {
                    from = end;
                    continue;
                }
                None => {}
            }
            return Err(Error::invalid("a frame lies outside of its data section"));
        }
        Ok(())
    }
}

fn list<'a>(data: &'a Data, name: &str) -> Result<&'a [Data]> {
    match field(data, name) {
        Some(Data::List(items)) => Ok(items),
        Some(Data::Null) | None => Ok(&[]),
        Some(_) => Err(Error::invalid(format!("{name} of its table is no list"))),
    }
}
