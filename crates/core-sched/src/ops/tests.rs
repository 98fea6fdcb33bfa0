//! Operations: direct, in a set, canceled.

use super::*;
use std::sync::atomic::AtomicUsize;
use tokio::sync::oneshot;

/// A waker that counts.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

/// An operation that counts its polls and completes when told.
fn counted(id: u64, polls: &Arc<AtomicUsize>) -> (oneshot::Sender<()>, Operation<u64>) {
    let (send, mut receive) = oneshot::channel();
    let polls = polls.clone();
    let operation = Box::pin(std::future::poll_fn(move |cx| {
        polls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Pin::new(&mut receive).poll(cx).map(|_| id)
    }));
    (send, operation)
}

fn poll(ops: &mut Ops<u64>, wakes: &Arc<Wakes>) -> bool {
    turn::set_fuel(100_000);
    ops.poll(&mut Context::from_waker(&Waker::from(wakes.clone())))
}

fn taken(count: &AtomicUsize) -> usize {
    count.swap(0, std::sync::atomic::Ordering::Relaxed)
}

#[test]
fn only_what_was_woken_is_polled() {
    let (mut ops, wakes, polls) = (Ops::new(), Arc::default(), Arc::default());
    let mut senders: Vec<_> = (0..100)
        .map(|id| {
            let (send, operation) = counted(id, &polls);
            ops.start(operation);
            send
        })
        .collect();
    assert!(!poll(&mut ops, &wakes));
    assert_eq!(taken(&polls), 100);
    assert!(!poll(&mut ops, &wakes));
    assert_eq!(taken(&polls), 0);
    senders.swap_remove(42).send(()).unwrap();
    senders.swap_remove(7).send(()).unwrap();
    assert_eq!(taken(&wakes.0), 1, "one wake until the process has looked");
    assert!(poll(&mut ops, &wakes));
    assert_eq!((taken(&polls), ops.running()), (2, 98));
    assert_eq!((ops.next_done(), ops.next_done(), ops.next_done()), (Some(42), Some(7), None));
}

#[test]
fn a_lone_operation_moves_into_the_set_with_the_second() {
    let (mut ops, wakes, polls) = (Ops::new(), Arc::default(), Arc::default());
    let (first, operation) = counted(1, &polls);
    ops.start(operation);
    assert!(!poll(&mut ops, &wakes));
    assert!(ops.set.is_none());
    let (second, operation) = counted(2, &polls);
    ops.start(operation);
    assert!(ops.has_unpolled());
    assert!(!poll(&mut ops, &wakes));
    first.send(()).unwrap();
    assert!(poll(&mut ops, &wakes));
    second.send(()).unwrap();
    assert!(poll(&mut ops, &wakes));
    assert_eq!((ops.next_done(), ops.next_done(), ops.running()), (Some(1), Some(2), 0));
    let (_third, operation) = counted(3, &polls);
    ops.start(operation);
    assert!(ops.lone.is_some(), "alone again");
}

#[test]
fn a_canceled_operation_is_dropped_at_once() {
    let (mut ops, wakes, polls) = (Ops::new(), Arc::default(), Arc::default());
    let (lone, operation) = counted(1, &polls);
    let id = ops.start(operation);
    assert!(ops.cancel(id) && !ops.cancel(id));
    assert!(lone.is_closed());
    let (one, operation) = counted(1, &polls);
    let first = ops.start(operation);
    let (two, operation) = counted(2, &polls);
    ops.start(operation);
    assert!(!poll(&mut ops, &wakes));
    assert!(ops.cancel(first) && one.is_closed() && !two.is_closed());
    two.send(()).unwrap();
    assert!(poll(&mut ops, &wakes));
    assert_eq!(ops.next_done(), Some(2));
}

#[test]
fn operations_left_by_an_empty_tank_go_first_in_the_next_turn() {
    let (mut ops, wakes): (Ops<u64>, Arc<Wakes>) = (Ops::new(), Arc::default());
    let order = Arc::new(Mutex::new(Vec::new()));
    for id in 0..3 {
        let order = order.clone();
        ops.start(Box::pin(std::future::poll_fn(move |cx| {
            order.lock().push(id);
            turn::set_fuel(0);
            cx.waker().wake_by_ref();
            Poll::Pending
        })));
    }
    for _ in 0..6 {
        poll(&mut ops, &wakes);
    }
    assert_eq!(*order.lock(), [0, 1, 2, 0, 1, 2]);
}
