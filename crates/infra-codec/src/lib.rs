//! Payload formats and the transcoder: json, yaml, text, bytes; YAML trees with spans.

pub mod json;
pub mod yaml;

mod transcode;

pub use transcode::{to_data, transcode};
