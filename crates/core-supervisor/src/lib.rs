//! Lifecycle and restart policy: events in, actions out.
