//! Processes by entry: executors, hosts, spawn, exec.

mod executor;

pub use executor::{BoxProcess, Executor, Executors, ExecutorsBuilder, Launch};
