//! Simulated time stands still and wakes in order; the system clock never wakes early.

use crate::{Clock, Elapsed, Moment, Rng};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// Notes its name when woken.
struct Note(&'static str, Arc<Mutex<Vec<&'static str>>>);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.1.lock().unwrap().push(self.0);
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn sleepers_wake_by_moment_then_by_age() {
    let (clock, control) = Clock::simulated();
    let woken = Arc::new(Mutex::new(Vec::new()));
    let mut sleeps = Vec::new();
    for (name, seconds) in [("late", 3), ("first", 1), ("second", 1), ("never", 9)] {
        let mut sleep = Box::pin(clock.sleep(SECOND * seconds));
        let waker = Waker::from(Arc::new(Note(name, woken.clone())));
        assert!(sleep.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        sleeps.push(sleep);
    }
    // Polling again must not change the order.
    let waker = Waker::from(Arc::new(Note("first", woken.clone())));
    assert!(sleeps[1].as_mut().poll(&mut Context::from_waker(&waker)).is_pending());

    assert_eq!(control.advance_to_next(), Some(Moment(1_000_000_000)));
    assert_eq!(*woken.lock().unwrap(), ["first"]);
    control.advance(SECOND * 4);
    assert_eq!(*woken.lock().unwrap(), ["first", "second", "late"]);
    assert_eq!(clock.now(), Moment(5_000_000_000));
    drop(sleeps);
    assert_eq!(control.sleepers(), 0);
    assert_eq!(control.advance_to_next(), None);
}

#[test]
fn timeout_prefers_finished_work_and_drops_the_rest() {
    let (clock, control) = Clock::simulated();
    let mut cx = Context::from_waker(Waker::noop());
    let mut ready = Box::pin(clock.timeout(Duration::ZERO, async { 7 }));
    assert_eq!(ready.as_mut().poll(&mut cx), Poll::Ready(Ok(7)));
    let mut stuck = Box::pin(clock.timeout(SECOND, std::future::pending::<()>()));
    assert!(stuck.as_mut().poll(&mut cx).is_pending());
    control.advance(SECOND);
    assert_eq!(stuck.as_mut().poll(&mut cx), Poll::Ready(Err(Elapsed)));
}

#[test]
fn wall_time_follows_the_simulation() {
    let (clock, control) = Clock::simulated();
    let before = clock.wall();
    control.advance(SECOND);
    assert_eq!(clock.wall() - before, 1_000_000_000);
}

#[tokio::test]
async fn system_sleep_is_never_early() {
    let clock = Clock::system();
    let until = clock.now().after(Duration::from_millis(2));
    clock.sleep_until(until).await;
    assert!(clock.now() >= until);
    // A sleep past what the platform can express is only far away.
    assert_eq!(
        clock.timeout(Duration::from_millis(1), clock.sleep_until(Moment(u64::MAX))).await,
        Err(Elapsed)
    );
}

#[test]
fn one_seed_gives_one_sequence() {
    let numbers = |seed| {
        let mut rng = Rng::seeded(seed);
        [rng.next_u64(), rng.next_u64()]
    };
    assert_eq!(numbers(1), numbers(1));
    assert_ne!(numbers(1), numbers(2));
    assert!((0..1000).scan(Rng::seeded(3), |r, _| Some(r.unit())).all(|u| (0.0..1.0).contains(&u)));
}
