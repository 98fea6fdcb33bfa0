//! One clock for everything that waits; the simulated one moves only when told.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// A point on the monotonic clock: nanoseconds since the clock was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub u64);

impl Moment {
    /// Later by `d`; saturates.
    pub fn after(self, d: Duration) -> Moment {
        Moment(self.0.saturating_add(u64::try_from(d.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// Time from `earlier` to this; zero if that is later.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// System or simulated time; cheap to clone.
#[derive(Clone)]
pub struct Clock {
    start: std::time::Instant,
}

/// Moves a simulated clock.
pub struct SimControl {}

impl Clock {
    /// The machine's clock; sleeps need a tokio runtime.
    pub fn system() -> Clock {
        Clock { start: std::time::Instant::now() }
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        Moment(self.start.elapsed().as_nanos() as u64)
    }

    /// Nanoseconds since the Unix epoch.
    pub fn wall(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }

    /// Completes at `at` (system time: within a millisecond of it, never before).
    pub fn sleep_until(&self, at: Moment) -> Sleep {
        let instant = self.start + Duration::from_nanos(at.0);
        Sleep { inner: Box::pin(tokio::time::sleep_until(instant.into())) }
    }

    /// Completes after `d`.
    pub fn sleep(&self, d: Duration) -> Sleep {
        self.sleep_until(self.now().after(d))
    }
}

/// A running sleep.
pub struct Sleep {
    inner: Pin<Box<tokio::time::Sleep>>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.inner.as_mut().poll(cx)
    }
}
