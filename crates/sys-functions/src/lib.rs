//! Function calls by entry: interceptors, pools, futures.
//!
//! A call looks its entry up in the registry as it is at that moment, passes the interceptors that concern it, gets a
//! place in the pool of the function, and is polled in the caller's own poll ([`turn::INLINE_DEPTH`](core_sched::turn::INLINE_DEPTH)
//! deep, or less if the caller asks); otherwise it runs in a task that dies with the caller. The result is the same.

mod call;
mod component;
mod function;
mod functions;
mod future;
mod options;
mod pool;
mod retry;

pub use call::{Call, Interceptor, Next};
pub use component::component;
pub use functions::Functions;
pub use future::{FutureCall, Running};
pub use pool::{Pool, PoolKind};
pub use retry::Retry;
