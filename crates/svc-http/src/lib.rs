//! HTTP service: servers, routers, endpoints.
//!
//! socket → [`Connection`](connection) (hyper, one task) → snapshot of the route table → function call with the
//! [`Exchange`] in the callee's own slots, polled in the same task → response. A handler that streams goes on inside the
//! poll of the response body, so there is no second task and no channel between them.

mod body;
mod component;
mod connection;
mod endpoint;
mod exchange;
mod multipart;
mod pattern;
mod percent;
mod profiler;
mod reply;
mod response;
mod router;
mod routes;
mod server;
mod service;
mod socket;
mod table;

pub use body::{BodyStream, Limits};
pub use component::component;
pub use exchange::Exchange;
pub use multipart::{Form, Upload, UploadStream};
pub use profiler::{ProfilerOptions, profiler};
pub use response::{EVENT_END, Transfer, Writing};

#[cfg(test)]
mod tests;
