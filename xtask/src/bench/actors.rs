//! Rows `app.*`: the application of `bench/app` on one node, its processes beside Erlang's.

use super::child::{cannot_pin, output, pinned};
use super::contest::{Contestant, NotYet, Outcome, Run, contest};
use super::figure::{Bound, Figure, Row};
use super::{Plan, peers, progress};
use anyhow::{Context, Result, bail};
use std::process::Command;
use std::time::{Duration, Instant};

/// A core of its own, away from the one that serves the interrupts of many machines.
const CORE: Option<&str> = Some("1");
const LIMIT: Duration = Duration::from_secs(120);

/// One bench of the application: its name there, and what it prints.
struct Bench {
    name: &'static str,
    /// Where a figure is that of one core.
    core: Option<&'static str>,
    figures: &'static [Printed],
}

struct Printed {
    id: &'static str,
    unit: &'static str,
    /// Erlang case and the metric it prints.
    beam: Option<(&'static str, &'static str)>,
    bounds: &'static [Bound],
}

const fn plain(id: &'static str, unit: &'static str) -> Printed {
    Printed { id, unit, beam: None, bounds: &[] }
}

const fn beside(
    id: &'static str,
    unit: &'static str,
    case: &'static str,
    metric: &'static str,
    bounds: &'static [Bound],
) -> Printed {
    Printed { id, unit, beam: Some((case, metric)), bounds }
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "pingpong",
        core: None,
        figures: &[beside(
            "pingpong",
            "roundtrips/s",
            "pingpong_free",
            "pingpong_default",
            &[Bound::RatioAtLeast(0.6)],
        )],
    },
    Bench {
        name: "pingpong_1k",
        core: None,
        figures: &[beside(
            "pingpong_1k",
            "roundtrips/s",
            "map_same",
            "map1k_same_sched",
            &[Bound::RatioAtLeast(1.0)],
        )],
    },
    Bench {
        name: "copies",
        core: CORE,
        figures: &[Printed { bounds: &[Bound::AtLeast(1_000_000.0)], ..plain("copies_1k", "copies/s") }],
    },
    Bench {
        name: "ring",
        core: None,
        figures: &[beside("ring_1000", "hops/s", "ring", "ring_1000", &[Bound::RatioAtLeast(0.6)])],
    },
    Bench {
        name: "fanin",
        core: None,
        figures: &[beside("fanin_50", "msgs/s", "fanin", "fanin_100", &[Bound::RatioAtLeast(0.6)])],
    },
    Bench {
        name: "spawn_exit",
        core: None,
        figures: &[
            beside("spawn_exit_seq", "procs/s", "spawn_seq", "spawn_exit_seq", &[Bound::RatioAtLeast(0.6)]),
            beside("spawn_exit_par", "procs/s", "spawn_exit", "spawn_exit", &[Bound::RatioAtLeast(0.6)]),
        ],
    },
    Bench {
        name: "spawn_worker",
        core: CORE,
        figures: &[Printed { bounds: &[Bound::AtLeast(300_000.0)], ..plain("spawn_worker", "procs/s") }],
    },
    Bench { name: "channels", core: None, figures: &[plain("channel_select", "msgs/s")] },
    Bench {
        name: "funcs",
        core: None,
        figures: &[Printed { bounds: &[Bound::AtLeast(500_000.0)], ..plain("funcs_call", "calls/s") }],
    },
    Bench {
        name: "chains",
        core: None,
        figures: &[
            plain("chain_16", "chains/s"),
            Printed { bounds: &[Bound::AtMost(10_000.0)], ..plain("callers_1000_p99", "us") },
        ],
    },
    Bench { name: "json", core: None, figures: &[plain("json_roundtrip_1k", "docs/s")] },
    Bench {
        name: "registry",
        core: None,
        figures: &[plain("registry_get", "reads/s"), plain("registry_apply", "commits/s")],
    },
    Bench { name: "events", core: None, figures: &[plain("events_1to10", "deliveries/s")] },
    Bench { name: "timers", core: None, figures: &[plain("sleepers_1ms", "wakeups/s")] },
    Bench {
        name: "cpu",
        core: None,
        figures: &[
            plain("cpu_fib27", "calls/s"),
            plain("cpu_strings", "items/s"),
            plain("cpu_sort", "items/s"),
            plain("cpu_methods", "calls/s"),
        ],
    },
    Bench { name: "exec", core: None, figures: &[plain("process_exec", "calls/s")] },
];

/// Rows of the application that wait for a module or a kind; their Lua comes with it.
const LATER: &[(&str, &str, &str)] = &[
    ("store_set_get", "pairs/s", "needs the kind store.memory"),
    ("sqlite_insert", "rows/s", "needs the kind db.sql.sqlite"),
    ("sqlite_select", "queries/s", "needs the kind db.sql.sqlite"),
];

pub(crate) fn rows(plan: &Plan) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for bench in BENCHES {
        if bench.figures.iter().any(|figure| plan.wants(&id(figure.id))) {
            progress(&format!("app {}", bench.name));
            rows.extend(measure(plan, bench)?);
        }
    }
    for (name, unit, why) in LATER {
        rows.push(Row::new(id(name), unit, Figure::NotYet((*why).to_owned())));
    }
    rows.retain(|row| plan.wants(&row.id));
    Ok(rows)
}

fn id(name: &str) -> String {
    format!("app.{name}")
}

fn measure(plan: &Plan, bench: &Bench) -> Result<Vec<Row>> {
    let app = plan.root.join("bench/app");
    let seconds = format!("for={}", plan.floor());
    let ours = match plan.application()? {
        Err(why) => Contestant::Out(Figure::NotYet(why.clone())),
        Ok(wippy) => match bench.core.and_then(|_| cannot_pin()) {
            Some(why) => Contestant::Out(peers::absent(why)),
            None => Contestant::new(move || {
                let mut command = bench.core.map_or_else(|| Command::new(wippy), |core| pinned(core, wippy));
                command.arg("-C").arg(&app).args(["run", "bench", &seconds, bench.name]);
                lines(&output(&mut command, LIMIT)?)
            }),
        },
    };
    let cases: Vec<&str> = bench.figures.iter().filter_map(|figure| Some(figure.beam?.0)).collect();
    let beam = match peers::beam(plan) {
        Err(absent) => Contestant::Out(absent),
        Ok(command) => Contestant::new(move || {
            let mut run = Run::default();
            for case in &cases {
                let start = Instant::now();
                run.values.extend(lines(&output(&mut command(case), LIMIT)?)?.values);
                run.seconds += start.elapsed().as_secs_f64();
            }
            Ok(run)
        }),
    };
    let has_peer = bench.figures.iter().any(|figure| figure.beam.is_some());
    let beam = if has_peer { beam } else { Contestant::Out(Figure::Absent("no such case".into())) };
    let [ours, beam] = contest(plan, [ours, beam]);
    Ok(bench.figures.iter().map(|figure| row(figure, &ours, &beam)).collect())
}

fn row(figure: &Printed, ours: &Outcome, beam: &Outcome) -> Row {
    let row = Row::new(id(figure.id), figure.unit, ours.figure(figure.id)).bounds(figure.bounds);
    match figure.beam {
        Some((_, metric)) => row.peer(format!("BEAM {metric}"), beam.figure(metric)),
        None => row,
    }
}

/// Reads lines `metric<TAB>value<TAB>unit[<TAB>seconds]`; others are skipped, `name<TAB>ERROR<TAB>text` fails.
pub(crate) fn lines(text: &str) -> Result<Run> {
    let mut run = Run::default();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[..] {
            [_, "ERROR", why] => match why.split_once("not yet: ") {
                Some((_, what)) => return Err(NotYet(format!("needs {what}")).into()),
                None => bail!("{why}"),
            },
            [metric, value, _, ref rest @ ..] if rest.len() < 2 => {
                let value = value.parse().with_context(|| format!("`{line}` has no value"))?;
                run.values.push((metric.to_owned(), value));
                run.seconds +=
                    rest.first().and_then(|seconds| seconds.parse::<f64>().ok()).unwrap_or_default();
            }
            _ => {}
        }
    }
    Ok(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_a_metric_a_value_and_perhaps_seconds() -> Result<()> {
        let run = lines(
            "a log line\npingpong\t1000\troundtrips/s\t0.5\npingpong\t1200\troundtrips/s\t0.25\nx\t1\tB\n",
        )?;
        let values: Vec<_> = run.values.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert_eq!(values, [("pingpong", 1000.0), ("pingpong", 1200.0), ("x", 1.0)]);
        assert!((run.seconds - 0.75).abs() < 1e-9);
        Ok(())
    }

    #[test]
    fn what_the_application_reports_is_an_error() {
        let late = lines("exec\tERROR\tmain.lua:3: not yet: process.exec\n").expect_err("it is late");
        assert_eq!(late.downcast_ref::<NotYet>().map(|late| late.0.as_str()), Some("needs process.exec"));
        let broken = lines("exec\tERROR\tboom\n").expect_err("it fails");
        assert!(broken.downcast_ref::<NotYet>().is_none() && broken.to_string() == "boom");
        assert!(lines("exec\tmany\tcalls/s\n").is_err());
    }

    #[test]
    fn no_row_is_named_twice() {
        let mut names: Vec<&str> =
            BENCHES.iter().flat_map(|bench| bench.figures).map(|figure| figure.id).collect();
        names.extend(LATER.iter().map(|(name, _, _)| name));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
