//! Payload formats and the transcoder: json, yaml, text, bytes; MessagePack; YAML trees with spans.

pub mod json;
pub mod msgpack;
pub mod yaml;

mod transcode;

pub use transcode::{to_data, transcode};
