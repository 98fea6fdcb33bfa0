//! Operations: direct, in a set, canceled.
