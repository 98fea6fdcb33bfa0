//! Levels, parallel loading, sealing, start and stop order, failures, limits, background tasks.

use crate::{Building, Component, Loader, Tasks};
use expect_test::{Expect, expect};
use infra_base::{Error, Kind};
use infra_clock::Clock;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Barrier;

struct A;
struct B;
struct C;

type Trail = Arc<Mutex<Vec<String>>>;

fn check(components: Vec<Component>, expected: Expect) {
    let text = match Loader::new(components).levels() {
        Ok(levels) => levels.iter().map(|l| l.join(" ")).collect::<Vec<_>>().join("\n"),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&text.replace(concat!(module_path!(), "::"), ""));
}

#[test]
fn levels_follow_needs_and_order_edges() {
    let components = || {
        vec![
            Component::new("top").needs::<B>().after::<C>(),
            Component::new("middle").needs::<A>().provides::<B>(),
            Component::new("beside").needs::<A>().provides::<C>(),
            Component::new("ground").provides::<A>(),
            Component::new("free"),
        ]
    };
    let levels = expect![[r#"
        ground free
        middle beside
        top"#]];
    check(components(), levels);
}

#[test]
fn mistakes_name_components_and_types() {
    check(
        vec![Component::new("svc.x").needs::<A>().after::<B>(), Component::new("svc.y").needs::<C>()],
        expect![
            "component svc.x needs A, which no component provides; component svc.x loads after B, which no component provides; component svc.y needs C, which no component provides"
        ],
    );
    check(
        vec![Component::new("one").provides::<A>(), Component::new("two").provides::<A>()],
        expect!["components one and two both provide A"],
    );
    check(vec![Component::new("same"), Component::new("same")], expect!["two components are named same"]);
    check(
        vec![
            Component::new("outside").needs::<A>(),
            Component::new("a").provides::<A>().needs::<B>(),
            Component::new("b").provides::<B>().needs::<C>(),
            Component::new("c").provides::<C>().after::<A>(),
        ],
        expect!["components wait for each other: a → b → c → a"],
    );
}

/// Two components of one level meet at a barrier: loaded one after the other, neither would ever get past it.
#[tokio::test]
async fn a_level_loads_in_parallel() {
    let barrier = Arc::new(Barrier::new(2));
    let meet = |name| {
        let barrier = barrier.clone();
        Component::new(name).load(move |_| async move {
            barrier.wait().await;
            Ok(())
        })
    };
    let (clock, control) = Clock::simulated();
    let loader = Loader::new(vec![meet("left"), meet("right")]).with_clock(clock);
    let run = loader.run();
    let mut run = std::pin::pin!(run);
    // Nothing else can wake the loader: if both tasks are stuck when the runtime is idle, the time limit ends it.
    let result = tokio::select! {
        biased;
        result = &mut run => result,
        () = idle() => { control.advance(Duration::from_secs(60)); run.await }
    };
    assert!(result.is_ok(), "{:?}", result.err());
}

/// Completes after every other task of a current-thread runtime had many turns.
async fn idle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

fn noted(name: &'static str, trail: &Trail) -> Component {
    let (started, stopped) = (trail.clone(), trail.clone());
    Component::new(name)
        .start(move |_| async move {
            started.lock().unwrap().push(format!("+{name}"));
            Ok(())
        })
        .stop(move |_| async move {
            stopped.lock().unwrap().push(format!("-{name}"));
            if name == "b" { Err(Error::internal("b is stuck")) } else { Ok(()) }
        })
}

#[tokio::test]
async fn starts_in_order_and_stops_in_reverse_past_errors() {
    let trail = Trail::default();
    let value = |boot: Building| async move { boot.provide(Arc::new(A)) };
    let components = vec![
        noted("c", &trail).needs::<A>(),
        noted("b", &trail).provides::<A>().load(value),
        noted("a", &trail),
    ];
    let running = Loader::new(components).run().await.unwrap();
    assert!(running.app.get::<A>().is_ok());
    assert_eq!(running.app.get::<B>().err().map(|e| e.kind()), Some(Kind::Internal));
    let errors = running.stop().await;
    assert_eq!(trail.lock().unwrap().join(" "), "+b +a +c -c -a -b");
    assert_eq!(
        errors.iter().map(Error::message).collect::<Vec<_>>(),
        ["component b did not stop: b is stuck"]
    );
}

#[tokio::test]
async fn a_failed_start_stops_what_was_started_and_reports_everything() {
    let trail = Trail::default();
    let fails = noted("z", &trail)
        .needs::<A>()
        .start(|_| async { Err(Error::new(Kind::Unavailable, "port 8080 is taken")) });
    let ground = noted("b", &trail).provides::<A>().load(|boot| async move { boot.provide(Arc::new(A)) });
    let error = Loader::new(vec![fails, ground]).run().await.err().unwrap();
    assert_eq!(trail.lock().unwrap().join(" "), "+b -b");
    assert_eq!(
        (error.kind(), error.message()),
        (
            Kind::Unavailable,
            "component z did not start: port 8080 is taken; component b did not stop: b is stuck"
        )
    );
}

#[tokio::test]
async fn undeclared_reads_and_provisions_are_refused() {
    let load = |component: Component| async { Loader::new(vec![component]).run().await.err().unwrap() };
    let cases = [
        (
            Component::new("x").load(|boot| async move { boot.get::<A>().map(drop) }),
            "component x did not load: component x reads A without declaring that it needs it",
        ),
        (
            Component::new("x").load(|boot| async move { boot.provide(Arc::new(A)) }),
            "component x did not load: component x provides A without declaring it",
        ),
        (Component::new("x").provides::<A>(), "component x loaded without providing A"),
        (
            Component::new("x").provides::<A>().load(|boot| async move {
                boot.provide(Arc::new(A))?;
                boot.provide(Arc::new(A))
            }),
            "component x did not load: components x and x both provide A",
        ),
        (
            Component::new("x").load(|_| async { panic!("out of luck") }),
            "component x did not load: panic: out of luck",
        ),
    ];
    for (component, expected) in cases {
        let error = load(component).await;
        assert_eq!(error.message().replace(concat!(module_path!(), "::"), ""), expected);
    }
}

#[tokio::test]
async fn a_context_kept_past_the_seal_is_refused() {
    let kept: Arc<Mutex<Option<Building>>> = Arc::default();
    let keep = kept.clone();
    let component = Component::new("x").provides::<A>().load(move |boot| async move {
        boot.provide(Arc::new(A))?;
        *keep.lock().unwrap() = Some(boot);
        Ok(())
    });
    let _running = Loader::new(vec![component]).run().await.unwrap();
    let late = kept.lock().unwrap().take().unwrap();
    assert!(late.provide(Arc::new(A)).unwrap_err().message().ends_with("after the context was sealed"));
}

#[tokio::test]
async fn limits_end_what_hangs() {
    let (clock, control) = Clock::simulated();
    let hangs = Component::new("slow").start(|_| std::future::pending());
    let run = Loader::new(vec![hangs])
        .with_clock(clock)
        .with_limits(Duration::from_secs(2), Duration::from_secs(1))
        .run();
    let mut run = std::pin::pin!(run);
    tokio::select! { biased; _ = &mut run => panic!("ended before its limit"), () = idle() => {} }
    control.advance(Duration::from_secs(2));
    let error = run.await.err().unwrap();
    assert_eq!(
        (error.kind(), error.message()),
        (Kind::Timeout, "component slow did not start: not done within 2s")
    );
}

#[tokio::test]
async fn an_interrupt_takes_the_same_way_down() {
    let trail = Trail::default();
    let hangs = Component::new("slow").needs::<A>().start(|_| std::future::pending());
    let ground = noted("a", &trail).provides::<A>().load(|boot| async move { boot.provide(Arc::new(A)) });
    let interrupt = async {
        idle().await;
        "received SIGTERM".to_string()
    };
    let error = Loader::new(vec![hangs, ground]).run_until(interrupt).await.err().unwrap();
    assert_eq!((error.kind(), error.message()), (Kind::Canceled, "received SIGTERM"));
    assert_eq!(trail.lock().unwrap().join(" "), "+a -a");
}

#[tokio::test]
async fn tasks_are_waited_for_even_when_they_panic() {
    let tasks = Tasks::default();
    tasks.finished().await;
    let (open, gate) = tokio::sync::oneshot::channel::<()>();
    tasks.spawn("test.waits", async {
        let _ = gate.await;
    });
    tasks.spawn("test.panics", async { panic!("on purpose") });
    assert_eq!(tasks.running(), ["test.panics", "test.waits"]);
    let finished = tasks.finished();
    let mut finished = std::pin::pin!(finished);
    tokio::select! { biased; () = &mut finished => panic!("a task still runs"), () = idle() => {} }
    assert_eq!(tasks.running(), ["test.waits"]);
    drop(open);
    finished.await;
}
