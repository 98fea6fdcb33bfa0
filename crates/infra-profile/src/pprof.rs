//! Profiles in the format of pprof: `profile.proto` of google/pprof, gzip'd.

use crate::profile::Profile;
use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;
use std::collections::HashMap;
use std::io::Write;
use std::time::Duration;

/// What a reader shows first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Main {
    /// Fuel used.
    Fuel,
    /// Bytes allocated.
    Bytes,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Proto {
    #[prost(message, repeated, tag = "1")]
    pub(crate) sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) sample: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) mapping: Vec<Mapping>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) location: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) function: Vec<Function>,
    #[prost(string, repeated, tag = "6")]
    pub(crate) string_table: Vec<String>,
    #[prost(int64, tag = "9")]
    pub(crate) time_nanos: i64,
    #[prost(int64, tag = "10")]
    pub(crate) duration_nanos: i64,
    #[prost(int64, tag = "14")]
    pub(crate) default_sample_type: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ValueType {
    #[prost(int64, tag = "1")]
    pub(crate) r#type: i64,
    #[prost(int64, tag = "2")]
    pub(crate) unit: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    pub(crate) location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    pub(crate) value: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Mapping {
    #[prost(uint64, tag = "1")]
    pub(crate) id: u64,
    #[prost(int64, tag = "5")]
    pub(crate) filename: i64,
    #[prost(bool, tag = "7")]
    pub(crate) has_functions: bool,
    #[prost(bool, tag = "8")]
    pub(crate) has_filenames: bool,
    #[prost(bool, tag = "9")]
    pub(crate) has_line_numbers: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Location {
    #[prost(uint64, tag = "1")]
    pub(crate) id: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) mapping_id: u64,
    #[prost(message, repeated, tag = "4")]
    pub(crate) line: Vec<Line>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Line {
    #[prost(uint64, tag = "1")]
    pub(crate) function_id: u64,
    #[prost(int64, tag = "2")]
    pub(crate) line: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Function {
    #[prost(uint64, tag = "1")]
    pub(crate) id: u64,
    #[prost(int64, tag = "2")]
    pub(crate) name: i64,
    #[prost(int64, tag = "3")]
    pub(crate) system_name: i64,
    #[prost(int64, tag = "4")]
    pub(crate) filename: i64,
    #[prost(int64, tag = "5")]
    pub(crate) start_line: i64,
}

/// Texts by number; the first is empty, as readers want it.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    known: HashMap<String, i64>,
}

impl Texts {
    fn number(&mut self, text: &str) -> i64 {
        if let Some(number) = self.known.get(text) {
            return *number;
        }
        let number = self.all.len() as i64;
        self.all.push(text.to_owned());
        self.known.insert(text.to_owned(), number);
        number
    }
}

/// Types and units of the values, in their order.
const TYPES: [(&str, &str); 5] = [
    ("samples", "count"),
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("time", "nanoseconds"),
    ("fuel", "fuel"),
];

impl Profile {
    /// gzip'd pprof. `began`: wall time of its begin in nanoseconds; `lasted`: how long it was recorded.
    pub fn pprof(&self, main: Main, began: i64, lasted: Duration) -> std::io::Result<Vec<u8>> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&self.proto(main, began, lasted).encode_to_vec())?;
        gzip.finish()
    }

    pub(crate) fn proto(&self, main: Main, began: i64, lasted: Duration) -> Proto {
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let mut texts = Texts::default();
        texts.number("");
        let sample_type = TYPES
            .iter()
            .map(|(name, unit)| ValueType { r#type: texts.number(name), unit: texts.number(unit) })
            .collect();
        let mut sample: Vec<Sample> = self
            .stacks
            .iter()
            .map(|(stack, v)| Sample {
                location_id: stack.iter().map(|place| u64::from(*place) + 1).collect(),
                value: [v.samples, v.objects, v.bytes, v.nanos, v.fuel].map(signed).to_vec(),
            })
            .collect();
        // Equal profiles are equal bytes.
        sample.sort_unstable_by(|a, b| a.location_id.cmp(&b.location_id));
        let function = self.functions.iter().enumerate().map(|(index, function)| {
            let name = texts.number(&function.name);
            Function {
                id: index as u64 + 1,
                name,
                system_name: name,
                filename: texts.number(&function.file),
                start_line: i64::from(function.begins),
            }
        });
        let function = function.collect();
        let location = self.places.iter().enumerate().map(|(index, place)| Location {
            id: index as u64 + 1,
            mapping_id: 1,
            line: vec![Line { function_id: u64::from(place.function) + 1, line: i64::from(place.line) }],
        });
        let location = location.collect();
        let mapping = Mapping {
            id: 1,
            filename: texts.number("lua"),
            has_functions: true,
            has_filenames: true,
            has_line_numbers: true,
        };
        let default_sample_type = texts.number(match main {
            Main::Fuel => "fuel",
            Main::Bytes => "alloc_space",
        });
        Proto {
            sample_type,
            sample,
            mapping: vec![mapping],
            location,
            function,
            string_table: texts.all,
            time_nanos: began,
            duration_nanos: i64::try_from(lasted.as_nanos()).unwrap_or(i64::MAX),
            default_sample_type,
        }
    }
}
