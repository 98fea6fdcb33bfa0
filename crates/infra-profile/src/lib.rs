//! Profiles: samples of who works and allocates, taken on request; as pprof and as text.

mod pprof;
mod profile;
mod profiler;
mod table;

pub use pprof::Main;
pub use profile::{Profile, Site, Values};
pub use profiler::{Profiler, Recording, Work};

#[cfg(test)]
mod tests;
