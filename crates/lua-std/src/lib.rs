//! Modules over values: json, payload, time formats.
