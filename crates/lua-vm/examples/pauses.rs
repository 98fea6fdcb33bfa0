//! Prints the longest time that a process holds its worker: heaps, stacks, natives, death.
//!
//! A program runs in slices of a fixed number of units, as many as the engine runs between two looks at the clock, so slice
//! `n` does the same in each run. Each case runs in several processes of its own; of each slice the least processor time
//! counts, as a busy machine only adds to it, and the longest of these is shown. `unit` is what a unit took in that
//! slice, `beyond` by how many units a slice went over its end at most, `death` the longest slice of freeing the heap.
//!
//! `pauses [PART OF A NAME]`; `SHOW=N` lists the N longest slices of each case.

#![allow(clippy::print_stdout, reason = "a measurement at the command line")]

use lua_vm::{Lua, Options, Run, StaticsBuilder};
use rustix::time::{ClockId, clock_gettime};
use std::process::Command;

#[path = "pauses/cases.rs"]
mod cases;

use cases::CASES;

#[global_allocator]
static ALLOCATOR: infra_alloc::Allocator = infra_alloc::Allocator;

/// Units between two looks at the clock, as in the engine.
const TICK: i64 = 8_192;
/// Processes that run each case.
const RUNS: usize = 5;

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
    let mut lua = Lua::new(StaticsBuilder::new().build(), Options { quota: 4 << 30, ..Options::default() });
    let root = lua.enter(&mut (), |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    });
    let mut slices = Vec::with_capacity(1 << 16);
    loop {
        let mut fuel = TICK;
        let start = now();
        let run = lua.run(&root, &mut fuel, &mut ());
        slices.push((now() - start, TICK - fuel));
        match run {
            Run::OutOfFuel => {}
            Run::Finished => break,
            Run::Raised(_) => {
                let text = lua.enter(&mut (), |cx| {
                    let raised = cx.outcome(cx.pinned(&root))[0];
                    cx.plain_text(raised)
                });
                panic!("{source} raised {text}");
            }
            other => panic!("{source}: {other:?}"),
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

fn main() {
    let mut args = std::env::args().skip(1);
    let filter = args.next().unwrap_or_default();
    if filter == "--run" {
        let case: usize = args.next().and_then(|n| n.parse().ok()).expect("the number of a case");
        return run(CASES[case].1);
    }
    let show: usize = std::env::var("SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    println!(
        "{:<52} {:>10} {:>8} {:>10} {:>9} {:>9}",
        "case", "longest us", "unit ns", "beyond", "death us", "total ms"
    );
    for (case, (name, _)) in CASES.iter().enumerate().filter(|(_, (name, _))| name.contains(&filter)) {
        let mut best = slices(case);
        for _ in 1..RUNS {
            for (best, (nanos, _)) in best.iter_mut().zip(slices(case)) {
                best.0 = best.0.min(nanos);
            }
        }
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
