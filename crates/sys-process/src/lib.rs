//! Processes by entry: executors, hosts, spawn, exec.

mod component;
mod executor;
mod host;
mod kind;
mod processes;

pub use component::{Engines, component};
pub use executor::{Executor, Executors, ExecutorsBuilder, Launch};
pub use host::{Admission, Host, HostStats, ProcessHost, SHUTDOWN};
pub use processes::{Directory, Exec, GRACE, MAX_DEPTH, Processes, Spawn, check_depth, send_to};
