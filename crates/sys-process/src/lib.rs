//! Processes by entry: executors, hosts, spawn, exec.

mod component;
mod executor;
mod host;
mod kind;
mod limits;
mod look;
mod processes;

pub use component::{Engines, component};
pub use executor::{Executor, Executors, ExecutorsBuilder, Launch, State, StateSlot};
pub use host::{Admission, Cores, Host, HostFigures, ProcessHost, SHUTDOWN};
pub use limits::{ENTRY_MEMORY, memory_limit};
pub use look::Seen;
pub use processes::{Directory, Exec, GRACE, MAX_DEPTH, Processes, Spawn, check_depth, send_to};
