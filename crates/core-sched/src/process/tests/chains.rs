//! Children that chains poll, in the order of their birth; and room that is given back to mailboxes.

use super::*;

/// A parent spawns three children in one step, then does `then`: who ran until nobody lives, in which order.
async fn born_together(then: fn(&mut StepCx<'_, u64>) -> Step) -> Vec<u32> {
    let scheduler = Scheduler::default();
    let order = Arc::new(Mutex::new(Vec::new()));
    let (spawner, seen) = (scheduler.clone(), order.clone());
    let mut fresh = true;
    let parent = process(&control(), move |cx| {
        if !std::mem::take(&mut fresh) {
            return done(0);
        }
        for number in 1..=3 {
            let seen = seen.clone();
            spawner.spawn(Box::new(process(&control(), move |_| {
                seen.lock().unwrap().push(number);
                done(0)
            })));
        }
        then(cx)
    });
    scheduler.spawn(Box::new(parent));
    scheduler.idle().await;
    let order = order.lock().unwrap();
    order.clone()
}

#[tokio::test]
async fn children_of_one_that_ends_run_in_its_chain_in_the_order_of_their_birth() {
    assert_eq!(born_together(|_| done(0)).await, [1, 2, 3]);
}

#[tokio::test]
async fn children_that_a_chain_does_not_reach_get_tasks() {
    assert_eq!(born_together(burn).await, [1, 2, 3]);
}

type Taker = Box<dyn FnMut(&mut StepCx<'_, u64>) -> Step + Send>;

/// A process that takes one message and waits, and its full mailbox.
fn full() -> (Arc<Control>, Process<Script<Taker>>) {
    let control = control();
    while control.deliver(message("fill")).is_ok() {}
    let mut fresh = true;
    let take: Taker = Box::new(move |cx| {
        if std::mem::take(&mut fresh) {
            assert!(cx.mail.next().is_some());
        }
        Step::Wait
    });
    let process = process(&control, take);
    (control, process)
}

#[tokio::test]
async fn who_rests_refuses_nobody_for_want_of_room_that_it_gave_back() {
    let (control, process) = full();
    let scheduler = Scheduler::default();
    scheduler.spawn(Box::new(process));
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(control.deliver(message("one more")).ok(), Some(true));
    assert!(control.deliver(message("and no more")).is_err());
    control.kill(Error::canceled("enough"));
    scheduler.idle().await;
}

#[test]
fn a_call_that_waits_gives_back_room_once_somebody_was_refused() {
    let (control, mut call) = full();
    assert!(poll(&mut call).is_pending());
    assert!(control.deliver(message("too early")).is_err());
    assert!(control.has_news(), "it is polled for that");
    assert!(poll(&mut call).is_pending());
    assert_eq!(control.deliver(message("one more")).ok(), Some(true));
    assert!(control.deliver(message("and no more")).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_got_mail_from_one_that_yielded_waits_behind_others() {
    let (scheduler, order) = (Scheduler::default(), Arc::new(Mutex::new(Vec::new())));
    let note = |what: &'static str| {
        let order = order.clone();
        move || order.lock().unwrap().push(what)
    };
    let (rests, reads) = (note("rests"), note("reads"));
    let receiver = control();
    scheduler.spawn(Box::new(process(&receiver, move |cx| {
        if cx.mail.next().is_none() {
            rests();
            return Step::Wait;
        }
        reads();
        done(0)
    })));
    while order.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let (spawner, other, another) = (scheduler.clone(), note("other"), note("another"));
    let mut tasks = Some((Box::pin(async move { other() }), Box::pin(async move { another() })));
    scheduler.spawn(Box::new(process(&control(), move |cx| {
        let Some((other, another)) = tasks.take() else { return done(0) };
        spawner.spawn_future(other);
        spawner.spawn_future(another);
        assert!(matches!(receiver.deliver(message("news")), Ok(true)));
        burn(cx)
    })));
    scheduler.idle().await;
    assert_eq!(*order.lock().unwrap(), ["rests", "another", "other", "reads"]);
}
