//! Delivery, order, loss, ends.

use super::*;
use crate::Delivery;
use infra_base::Data;
use parking_lot::Mutex;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

fn say(bus: &Bus, system: &str, kind: &str, path: &str) {
    bus.publish(system, kind, path, || None);
}

fn text(delivery: Delivery) -> String {
    match delivery {
        Delivery::Event(e) => format!("{}.{} {}", e.system, e.kind, e.path),
        Delivery::Lost(n) => format!("lost {n}"),
    }
}

fn drained(subscription: &mut Subscription) -> Vec<String> {
    subscription.drain().into_iter().map(text).collect()
}

#[test]
fn an_event_that_nobody_wants_is_not_built() {
    let bus = Bus::default();
    let build = || panic!("built for nobody");
    assert!(!bus.wanted("process", "started"));
    bus.publish("process", "started", "x", build);
    let other = bus.subscribe(Pattern::exact("registry"), pattern("*"));
    let narrow = bus.subscribe(Pattern::exact("process"), pattern("exited"));
    assert!(!bus.wanted("process", "started"));
    bus.publish("process", "started", "x", build);
    assert!(bus.wanted("process", "exited") && bus.wanted("registry", "entry.create"));
    drop((other, narrow));
    assert!(!bus.wanted("process", "exited"));
    assert_eq!(bus.subscribers(), 0);
}

#[test]
fn everybody_who_matches_gets_it_in_order() {
    let bus = Bus::default();
    let mut exact = bus.subscribe(Pattern::exact("a"), pattern("entry.*"));
    let mut wild = bus.subscribe(pattern("**"), pattern(""));
    let mut either = bus.subscribe(pattern("(a|b)"), pattern("x"));
    for (system, kind) in [("a", "entry.new"), ("b", "x"), ("a", "x"), ("c", "entry.new"), ("a", "entry.x.y")]
    {
        say(&bus, system, kind, "p");
    }
    assert_eq!(drained(&mut exact), ["a.entry.new p", "a.entry.x.y p"]);
    assert_eq!(drained(&mut either), ["b.x p", "a.x p"]);
    assert_eq!(drained(&mut wild).len(), 5);
}

#[test]
fn data_is_built_once_and_shared() {
    let bus = Bus::default();
    let mut one = bus.subscribe(Pattern::exact("s"), pattern("*"));
    let mut two = bus.subscribe(pattern("*"), pattern("*"));
    let mut built = 0;
    bus.publish("s", "k", "p", || {
        built += 1;
        Some(Payload::Data(Data::Int(7)))
    });
    assert_eq!(built, 1);
    let (Some(Delivery::Event(a)), Some(Delivery::Event(b))) = (one.drain().pop(), two.drain().pop()) else {
        panic!("both have it")
    };
    assert!(Arc::ptr_eq(&a, &b));
    assert!(matches!(a.data, Some(Payload::Data(Data::Int(7)))));
}

#[test]
fn a_full_queue_loses_and_says_how_much_where() {
    let bus = Bus::default();
    let mut slow = bus.subscribe_with(Pattern::exact("s"), pattern("*"), 2);
    let mut fast = bus.subscribe(Pattern::exact("s"), pattern("*"));
    for n in 0..5 {
        say(&bus, "s", "k", &n.to_string());
    }
    assert_eq!(drained(&mut fast).len(), 5, "one that is slow does not hold up another");
    assert_eq!(drained(&mut slow), ["s.k 0", "s.k 1", "lost 3"]);
    for n in 5..9 {
        say(&bus, "s", "k", &n.to_string());
    }
    // One is taken, so there is room for one; the loss before it is told in its place.
    let Poll::Ready(Some(first)) = slow.poll_recv(&mut Context::from_waker(Waker::noop())) else {
        panic!("5")
    };
    assert_eq!(text(first), "s.k 5");
    say(&bus, "s", "k", "9");
    assert_eq!(drained(&mut slow), ["s.k 6", "lost 2", "s.k 9"]);
}

/// A queue of somebody else's.
struct Mailbox {
    room: Mutex<usize>,
    got: Mutex<Vec<(String, u64)>>,
}

impl Sink for Mailbox {
    fn deliver(&self, event: &Arc<Event>, lost: u64) -> bool {
        let mut room = self.room.lock();
        if *room == 0 {
            return false;
        }
        *room -= 1;
        self.got.lock().push((event.path.to_string(), lost));
        true
    }
}

#[test]
fn a_sink_is_told_what_it_had_no_room_for() {
    let bus = Bus::default();
    let mailbox = Arc::new(Mailbox { room: Mutex::new(1), got: Mutex::default() });
    let guard = bus.subscribe_sink(Pattern::exact("s"), pattern("*"), mailbox.clone());
    for n in 0..4 {
        say(&bus, "s", "k", &n.to_string());
    }
    *mailbox.room.lock() = 2;
    say(&bus, "s", "k", "4");
    say(&bus, "s", "k", "5");
    assert_eq!(*mailbox.got.lock(), [("0".into(), 0), ("4".into(), 3), ("5".into(), 0)]);
    drop(guard);
    *mailbox.room.lock() = 1;
    say(&bus, "s", "k", "6");
    assert_eq!(mailbox.got.lock().len(), 3);
}

/// Publishes from within a delivery.
struct Echo(Bus);

impl Sink for Echo {
    fn deliver(&self, event: &Arc<Event>, _: u64) -> bool {
        if &*event.kind == "ping" {
            say(&self.0, "s", "pong", &event.path);
            drop(self.0.subscribe(pattern("*"), pattern("*")));
        }
        true
    }
}

#[test]
fn a_sink_may_use_the_bus() {
    let bus = Bus::default();
    let mut heard = bus.subscribe(Pattern::exact("s"), pattern("pong"));
    let _echo = bus.subscribe_sink(Pattern::exact("s"), pattern("*"), Arc::new(Echo(bus.clone())));
    say(&bus, "s", "ping", "1");
    assert_eq!(drained(&mut heard), ["s.pong 1"]);
}

#[test]
fn receiving_waits_wakes_and_ends() {
    let bus = Bus::default();
    let mut subscription = bus.subscribe(Pattern::exact("s"), pattern("*"));
    let mut cx = Context::from_waker(Waker::noop());
    {
        let mut next = pin!(subscription.recv());
        assert!(next.as_mut().poll(&mut cx).is_pending());
        say(&bus, "s", "k", "1");
        let Poll::Ready(Some(got)) = next.as_mut().poll(&mut cx) else { panic!("an event") };
        assert_eq!(text(got), "s.k 1");
    }
    say(&bus, "s", "k", "2");
    subscription.close();
    say(&bus, "s", "k", "3");
    let Poll::Ready(Some(got)) = subscription.poll_recv(&mut cx) else {
        panic!("what came before the close")
    };
    assert_eq!(text(got), "s.k 2");
    assert!(matches!(subscription.poll_recv(&mut cx), Poll::Ready(None)));
}

#[test]
fn events_of_one_publisher_keep_their_order_among_many() {
    let bus = Bus::default();
    let mut all = bus.subscribe_with(pattern("*"), pattern("*"), 100_000);
    std::thread::scope(|scope| {
        for publisher in 0..4 {
            let bus = &bus;
            scope.spawn(move || {
                for n in 0..2_000 {
                    say(bus, &format!("p{publisher}"), "k", &n.to_string());
                }
            });
        }
    });
    let mut next = [0; 4];
    for got in drained(&mut all) {
        let publisher: usize = got[1..2].parse().unwrap();
        assert_eq!(got, format!("p{publisher}.k {}", next[publisher]));
        next[publisher] += 1;
    }
    assert_eq!(next, [2_000; 4]);
}
