//! Processes with a scripted body.
