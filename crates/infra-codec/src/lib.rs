//! Payload formats and the transcoder: json, yaml, text, bytes; YAML trees with spans.
