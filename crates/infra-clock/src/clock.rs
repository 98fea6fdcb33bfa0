//! One clock for everything that waits; the simulated one moves only when told.

use crate::sim::{Sim, SimControl, SimSleep};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
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
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System { start: std::time::Instant },
    Sim(Arc<Sim>),
}

/// What [`Clock::timeout`] answers when the limit came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl Clock {
    /// The machine's clock; sleeps need a tokio runtime.
    pub fn system() -> Clock {
        Clock(Source::System { start: std::time::Instant::now() })
    }

    /// A clock that starts at zero and stands still until its control moves it. Sleepers wake in the order of their
    /// moments, and at one moment in the order in which their sleeps were made.
    pub fn simulated() -> (Clock, SimControl) {
        let sim = Arc::new(Sim::default());
        (Clock(Source::Sim(sim.clone())), SimControl(sim))
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        match &self.0 {
            Source::System { start } => Moment(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)),
            Source::Sim(sim) => sim.now(),
        }
    }

    /// Nanoseconds since the Unix epoch. Simulated: 2026-01-01 00:00 UTC plus [`now`](Self::now).
    pub fn wall(&self) -> i64 {
        const SIMULATED_START: i64 = 1_767_225_600_000_000_000;
        match &self.0 {
            Source::System { .. } => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                i64::try_from(since.unwrap_or_default().as_nanos()).unwrap_or(i64::MAX)
            }
            Source::Sim(sim) => {
                SIMULATED_START.saturating_add(i64::try_from(sim.now().0).unwrap_or(i64::MAX))
            }
        }
    }

    /// Completes at `at` (system time: within a millisecond of it, never before).
    pub fn sleep_until(&self, at: Moment) -> Sleep {
        match &self.0 {
            Source::System { start } => {
                // Beyond what the platform can express: a century is never.
                let far = Duration::from_secs(100 * 365 * 86_400);
                let instant = *start + Duration::from_nanos(at.0).min(far);
                Sleep(Timer::System(Box::pin(tokio::time::sleep_until(instant.into()))))
            }
            Source::Sim(sim) => Sleep(Timer::Sim(SimSleep::new(sim.clone(), at))),
        }
    }

    /// Completes after `d`.
    pub fn sleep(&self, d: Duration) -> Sleep {
        self.sleep_until(self.now().after(d))
    }

    /// The output of `work`, or [`Elapsed`] after `limit`; `work` is dropped then. Work that is ready wins.
    pub async fn timeout<F: Future>(&self, limit: Duration, work: F) -> Result<F::Output, Elapsed> {
        let (mut work, mut sleep) = (pin!(work), self.sleep(limit));
        std::future::poll_fn(|cx| {
            if let Poll::Ready(output) = work.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            Pin::new(&mut sleep).poll(cx).map(|()| Err(Elapsed))
        })
        .await
    }
}

/// A running sleep; dropping it cancels it.
pub struct Sleep(Timer);

enum Timer {
    System(Pin<Box<tokio::time::Sleep>>),
    Sim(SimSleep),
}

impl Sleep {
    /// Has its moment come? Of one that was polled to its first `Pending`: costs a load.
    pub fn is_over(&self) -> bool {
        match &self.0 {
            Timer::System(sleep) => sleep.is_elapsed(),
            Timer::Sim(sleep) => sleep.is_over(),
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            Timer::System(sleep) => sleep.as_mut().poll(cx),
            Timer::Sim(sleep) => sleep.poll(cx),
        }
    }
}
