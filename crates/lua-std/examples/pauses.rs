//! Prints the longest time that a process holds its worker: heaps, stacks, natives, messages, death.
//!
//! A program runs in slices of a fixed number of units, as many as the engine runs between two looks at the clock, so slice
//! `n` does the same in each run. Each case runs in several processes of its own; of each slice the least processor time
//! counts, as a busy machine only adds to it, and the longest of these is shown. `unit` is what a unit took in that
//! slice, `beyond` by how many units a slice went over its end at most, `death` the longest slice of freeing the heap and what
//! nobody received.
//!
//! `pauses [PART OF A NAME]`; `SHOW=N` lists the N longest slices of each case, `RUNS=N` is the number of processes.
//! `pauses --one NAME` prints the longest slice of a case in microseconds. The cases are in `bench/pauses.lua`.

#![allow(clippy::print_stdout, reason = "a measurement at the command line")]

use lua_vm::{Cx, Fragment, Lua, NativeResult, Options, Rubble, Run, StaticsBuilder};
use rustix::time::{ClockId, clock_gettime};
use std::process::Command;
use std::sync::{Arc, Mutex};

#[global_allocator]
static ALLOCATOR: infra_alloc::Allocator = infra_alloc::Allocator;

/// Units between two looks at the clock, as in the engine.
const TICK: i64 = 8_192;
/// Processes that run each case.
const RUNS: usize = 5;

/// What was sent and not received.
#[derive(Default)]
struct Mail(Vec<Arc<Mutex<Fragment>>>);

/// `send(value)`: copies it out.
fn send(cx: &mut Cx<'_>) -> NativeResult {
    let value = cx.arg(0);
    let copied = match cx.take_copy() {
        Some((_, copied)) => copied.map(Some),
        None => cx.begin_copy(value, 0),
    };
    match copied {
        Ok(Some(fragment)) => {
            cx.host::<Mail>().0.push(Arc::new(Mutex::new(fragment)));
            cx.ret0()
        }
        Ok(None) => cx.retry(),
        Err(refused) => Err(cx.error(refused)),
    }
}

/// `receive()`: adopts what was sent first; `receive(true)` leaves it there for others.
fn receive(cx: &mut Cx<'_>) -> NativeResult {
    let stays = cx.arg(0).truthy();
    let mail = &mut cx.host::<Mail>().0;
    let fragment = if stays { mail[0].clone() } else { mail.remove(0) };
    let mut fragment = fragment.lock().expect("one thread");
    let values = if stays { cx.adopt(&fragment)? } else { cx.adopt_all(&mut fragment)? };
    cx.ret(values[0])
}

/// Names and programs.
fn cases() -> Vec<(&'static str, &'static str)> {
    let text = include_str!("../../../bench/pauses.lua");
    text.split("\n--- ").skip(1).map(|case| case.split_once('\n').expect("a program follows")).collect()
}

/// Processor time of this thread in nanoseconds.
fn now() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// One line for each slice: nanoseconds and units; then one for each slice of the death, with 0 units.
fn run(source: &str) {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{source}: {:?}", parsed.errors);
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let proto = lua_vm::compile(&parsed.chunk, "case", &lines).expect("the case compiles");
    let mut builder = StaticsBuilder::new();
    let modules: Vec<_> = lua_std::modules().into_iter().map(lua_api::Module::ambient).collect();
    lua_api::install(&modules, &mut builder);
    builder.func("send", send).func("receive", receive);
    let statics = builder.build();
    let rubbles = Arc::new(Mutex::new(Vec::<Rubble>::new()));
    let buried = rubbles.clone();
    statics.bury_with(Arc::new(move |rubble| buried.lock().expect("one thread").push(rubble)));
    let mut mail = Mail::default();
    let mut lua = Lua::new(statics, Options { quota: 4 << 30, ..Options::default() });
    let root = lua.enter(&mut mail, |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    });
    let mut slices = Vec::with_capacity(1 << 16);
    loop {
        let mut fuel = TICK;
        let start = now();
        let run = lua.run(&root, &mut fuel, &mut mail);
        slices.push((now() - start, TICK - fuel));
        match run {
            Run::OutOfFuel => {}
            Run::Finished => break,
            Run::Raised(_) => {
                let text = lua.enter(&mut mail, |cx| {
                    let raised = cx.outcome(cx.pinned(&root))[0];
                    cx.plain_text(raised)
                });
                panic!("{source} raised {text}");
            }
            other => panic!("{source}: {other:?}"),
        }
    }
    let start = now();
    drop(mail);
    slices.push((now() - start, 0));
    let mut freed = std::mem::take(&mut *rubbles.lock().expect("one thread"));
    while let Some(rubble) = freed.last_mut() {
        let start = now();
        let over = rubble.free_slice();
        slices.push((now() - start, 0));
        if over {
            freed.pop();
        }
    }
    let start = now();
    let mut remains = lua.take_remains();
    let mut took = now() - start;
    while let Some(rest) = &mut remains {
        let start = now();
        let over = rest.free_slice();
        slices.push((took + now() - start, 0));
        took = 0;
        if over {
            remains = None;
        }
    }
    for (nanos, units) in slices {
        println!("{nanos} {units}");
    }
}

/// The slices of one case in a process of its own.
fn slices(case: usize) -> Vec<(i64, i64)> {
    let own = std::env::current_exe().expect("the program has a path");
    let out =
        Command::new(own).args(["--run", &case.to_string()]).output().expect("the program starts again");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).expect("numbers are text");
    let line = |line: &str| {
        let (nanos, units) = line.split_once(' ')?;
        Some((nanos.parse().ok()?, units.parse().ok()?))
    };
    text.lines().map(|l| line(l).expect("two numbers a line")).collect()
}

/// The least time of each slice, and its units.
fn best(case: usize) -> Vec<(i64, i64)> {
    let runs = std::env::var("RUNS").ok().and_then(|n| n.parse().ok()).unwrap_or(RUNS);
    let mut best = slices(case);
    for _ in 1..runs {
        for (best, (nanos, _)) in best.iter_mut().zip(slices(case)) {
            best.0 = best.0.min(nanos);
        }
    }
    best
}

fn main() {
    let mut args = std::env::args().skip(1);
    let filter = args.next().unwrap_or_default();
    let cases = cases();
    if filter == "--one" {
        let name = args.next().expect("the name of a case");
        let case = cases.iter().position(|(known, _)| *known == name).expect("a case of the list");
        let longest = best(case).into_iter().map(|(nanos, _)| nanos).max().unwrap_or(0);
        println!("{}", longest as f64 / 1e3);
        return;
    }
    if filter == "--run" {
        let case: usize = args.next().and_then(|n| n.parse().ok()).expect("the number of a case");
        return run(cases[case].1);
    }
    let show: usize = std::env::var("SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    println!(
        "{:<52} {:>10} {:>8} {:>10} {:>9} {:>9}",
        "case", "longest us", "unit ns", "beyond", "death us", "total ms"
    );
    for (case, (name, _)) in cases.iter().enumerate().filter(|(_, (name, _))| name.contains(&filter)) {
        let best = best(case);
        let (lives, dies): (Vec<_>, Vec<_>) = best.iter().partition(|(_, units)| *units > 0);
        let (longest, units) = *lives.iter().max().expect("there is a slice");
        let beyond = lives.iter().map(|(_, units)| units - TICK).max().unwrap_or(0).max(0);
        let death = dies.iter().map(|(nanos, _)| *nanos).max().unwrap_or(0);
        let total: i64 = lives.iter().map(|(nanos, _)| nanos).sum();
        println!(
            "{name:<52} {:>10} {:>8.1} {beyond:>10} {:>9} {:>9}",
            longest / 1000,
            longest as f64 / units as f64,
            death / 1000,
            total / 1_000_000
        );
        let mut by_time: Vec<_> =
            lives.iter().enumerate().map(|(i, (nanos, units))| (*nanos, *units, i)).collect();
        by_time.sort_unstable_by_key(|slice| -slice.0);
        for (nanos, units, i) in by_time.iter().take(show) {
            println!("    slice {i} of {}: {} us, {units} units", lives.len(), nanos / 1000);
        }
    }
}
