//! Function calls by entry: interceptors, pools, futures.

mod call;

pub use call::{Call, Functions};
