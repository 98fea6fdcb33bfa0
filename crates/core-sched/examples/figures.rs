//! Prints the figures of processes without an engine: spawn, ping-pong, fairness, memory, calls.
//!
//! `cargo run --release -p core-sched --example figures`

#![allow(clippy::print_stdout, reason = "it prints figures")]
#![allow(clippy::disallowed_methods, reason = "it measures wall time and drives the runtime itself")]

use core_sched::{Body, Control, Exit, Mail, Message, Process, Scheduler, Step, StepCx, turn};
use infra_base::{Data, EntryId, Name, Payload, Pid};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

#[global_allocator]
static ALLOCATOR: infra_alloc::Allocator = infra_alloc::Allocator;

struct Script<F>(F);

impl<F: FnMut(&mut StepCx<'_, ()>) -> Step + Send + 'static> Body for Script<F> {
    type Done = ();

    fn step(&mut self, cx: &mut StepCx<'_, ()>) -> Step {
        (self.0)(cx)
    }
}

fn control(entry: &EntryId, host: Name) -> Arc<Control> {
    Control::new(Pid::draw(host), entry.clone())
}

fn launch<F>(scheduler: &Scheduler, control: &Arc<Control>, script: F)
where
    F: FnMut(&mut StepCx<'_, ()>) -> Step + Send + 'static,
{
    scheduler.spawn(Box::new(Process::new(control.clone(), Box::new(Script(script)))));
}

fn nothing() -> Step {
    Step::Done(Exit { result: Ok(Payload::Data(Data::Null)) })
}

fn main() {
    let runtime = core_sched::runtime().worker_threads(2).build().expect("a runtime");
    // Measured on a worker, as processes spawn and send.
    runtime.block_on(async {
        for job in [spawn(), ping_pong(), memory(), fairness()] {
            tokio::spawn(job).await.expect("a figure does not panic");
        }
    });
}

type Job = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

fn spawn() -> Job {
    Box::pin(async {
        const N: u32 = 1_000_000;
        let (entry, host) = (EntryId::parse("app:x").expect("an id"), Name::intern("app:host"));
        let scheduler = Scheduler::default();
        let start = Instant::now();
        for n in 0..N {
            launch(&scheduler, &control(&entry, host), |_| nothing());
            if n % 64 == 0 {
                tokio::task::yield_now().await;
            }
        }
        scheduler.idle().await;
        println!("spawn and exit       {:>9.0} k/s", f64::from(N) / start.elapsed().as_secs_f64() / 1e3);
    })
}

fn ping_pong() -> Job {
    Box::pin(async {
        const N: u64 = 2_000_000;
        let (entry, host) = (EntryId::parse("app:x").expect("an id"), Name::intern("app:host"));
        let (a, b) = (control(&entry, host), control(&entry, host));
        let scheduler = Scheduler::default();
        let start = Instant::now();
        for (own, peer) in [(&a, &b), (&b, &a)] {
            let (peer, mut left) = (peer.clone(), N);
            launch(&scheduler, own, move |cx| {
                while let Some(mail) = cx.mail.next() {
                    left -= 1;
                    if left == 0 {
                        return nothing();
                    }
                    let Mail::Message(message) = mail else { continue };
                    let _ = peer.deliver(Mail::Message(message));
                }
                Step::Wait
            });
        }
        let payloads = [Payload::Data(Data::Int(1))].into_iter().collect();
        let _ = a.deliver(Mail::from(Message { from: None, topic: "ping".into(), payloads }));
        // The one that starts gets the last message; the other one waits for ever.
        while scheduler.live() > 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let nanos = start.elapsed().as_nanos() as f64 / N as f64;
        a.kill(infra_base::Error::canceled("done"));
        b.kill(infra_base::Error::canceled("done"));
        scheduler.idle().await;
        println!("ping-pong            {nanos:>9.0} ns a round trip, {:.2} M/s", 1e3 / nanos);
    })
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

fn memory() -> Job {
    Box::pin(async {
        const N: usize = 200_000;
        let (entry, host) = (EntryId::parse("app:x").expect("an id"), Name::intern("app:host"));
        let scheduler = Scheduler::default();
        let mut controls = Vec::with_capacity(N);
        let before = resident();
        for n in 0..N {
            let control = control(&entry, host);
            controls.push(control.clone());
            launch(&scheduler, &control, |_| Step::Wait);
            if n % 64 == 0 {
                tokio::task::yield_now().await;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let each = resident().saturating_sub(before) / N;
        println!(
            "memory, idle         {each:>9} B a process without its body (control {})",
            size_of::<Control>() + 16
        );
        for control in controls {
            control.kill(infra_base::Error::canceled("done"));
        }
        scheduler.idle().await;
    })
}

fn fairness() -> Job {
    Box::pin(async {
        let (entry, host) = (EntryId::parse("app:x").expect("an id"), Name::intern("app:host"));
        let scheduler = Scheduler::default();
        let controls: Vec<_> = (0..8).map(|_| control(&entry, host)).collect();
        for control in &controls {
            launch(&scheduler, control, |cx| {
                // An interpreter: a unit of fuel is an instruction of about 2.5 ns.
                while *cx.fuel > 0 {
                    for n in 0..64u64 {
                        black_box(black_box(n).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(7));
                    }
                    *cx.fuel -= 64;
                }
                Step::Continue
            });
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        println!("slice                {:>9} fuel", turn::slice());
        late(
            "sleeper of 5 ms",
            300,
            || async { tokio::time::sleep(Duration::from_millis(5)).await },
            Duration::from_millis(5),
        )
        .await;
        let trivial = scheduler.clone();
        let spawn = || {
            let (send, receive) = oneshot::channel();
            let mut send = Some(send);
            launch(&trivial, &control(&entry, host), move |_| {
                let _ = send.take().map(|s| s.send(()));
                nothing()
            });
            async { receive.await.unwrap_or(()) }
        };
        late("trivial spawn", 1_000, spawn, Duration::ZERO).await;
        echo().await;
        for control in &controls {
            control.kill(infra_base::Error::canceled("done"));
        }
        scheduler.idle().await;
    })
}

/// Client on a thread of its own with blocking calls, as from another machine.
async fn echo() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let client = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let mut times = Vec::new();
        let mut stream = std::net::TcpStream::connect(address).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        for _ in 0..1_000 {
            let start = Instant::now();
            stream.write_all(b"ping").expect("it lives");
            stream.read_exact(&mut [0; 4]).expect("it answers");
            times.push(start.elapsed());
        }
        stopped.store(true, Ordering::Relaxed);
        times
    });
    let (stream, _) = listener.accept().await.expect("a client");
    serve(stream).await;
    assert!(stop.load(Ordering::Relaxed));
    show("socket round trip", client.join().expect("the client ends"));
}

async fn serve(mut stream: TcpStream) {
    let mut buffer = [0; 4];
    while stream.read_exact(&mut buffer).await.is_ok() {
        if stream.write_all(&buffer).await.is_err() {
            return;
        }
    }
}

async fn late<W: Future<Output = ()>>(name: &str, count: usize, mut work: impl FnMut() -> W, due: Duration) {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let start = Instant::now();
        work().await;
        times.push(start.elapsed().saturating_sub(due));
    }
    show(name, times);
}

fn show(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!("{name:<20} late by p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms", at(0.5), at(0.99), at(1.0));
}
