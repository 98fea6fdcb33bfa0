//! The request to stop the node: whoever asks first decides the exit status.

use tokio::sync::watch;

/// Why the node stops, and its exit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Exit status of the program.
    pub status: u8,
    /// For the log: `SIGTERM`, `process ended`, …
    pub reason: String,
}

/// Asks the node to stop; cheap to clone.
#[derive(Clone)]
pub struct Shutdown(watch::Sender<Option<Request>>);

impl Default for Shutdown {
    fn default() -> Self {
        Shutdown(watch::Sender::new(None))
    }
}

impl Shutdown {
    /// Asks for an orderly stop. Only the first request counts; says whether this is it.
    pub fn request(&self, status: u8, reason: impl Into<String>) -> bool {
        let reason = reason.into();
        self.0.send_if_modified(|slot| {
            let first = slot.is_none();
            if first {
                *slot = Some(Request { status, reason });
            }
            first
        })
    }

    /// Completes with the first request, also when it was made before.
    pub async fn requested(&self) -> Request {
        let mut receiver = self.0.subscribe();
        let slot = receiver.wait_for(Option::is_some).await.expect("the sender lives in self");
        slot.clone().expect("it was waited for")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_request_counts() {
        let shutdown = Shutdown::default();
        let early = shutdown.clone();
        let waiting = async move { early.requested().await };
        let (request, _) = tokio::join!(waiting, async {
            assert!(shutdown.request(3, "first"));
            assert!(!shutdown.request(4, "second"));
        });
        assert_eq!(request, Request { status: 3, reason: "first".into() });
        assert_eq!(shutdown.requested().await.status, 3);
    }
}
