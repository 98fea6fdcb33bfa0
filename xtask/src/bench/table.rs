//! Prints rows as a table and as JSON.

use super::Options;
use super::figure::{Figure, Row, number};
use serde_json::{Value, json};
use std::fmt;

/// What the figures were taken on.
#[derive(Debug)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    kernel: String,
    load: f64,
}

impl Machine {
    pub(crate) fn read() -> Self {
        let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let info = file("/proc/cpuinfo");
        let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        Self {
            processor: model.map_or("unknown processor", |(_, name)| name.trim()).to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: file("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: file("/proc/loadavg")
                .split(' ')
                .next()
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} cores, Linux {}, load {:.2}", self.processor, self.cores, self.kernel, self.load)?;
        // Before anything of ours runs, more than a tenth of a core is somebody else's work.
        if self.load > 0.1 * self.cores as f64 {
            write!(f, " (others work here: figures are noisy)")
        } else {
            Ok(())
        }
    }
}

const HEAD: [&str; 7] = ["row", "unit", "ours", "peer", "", "ratio", "bound"];

/// A table with a line per row and further peer, and below it the reasons for what is missing.
pub(crate) fn text(rows: &[Row], smoke: bool) -> String {
    let mut cells: Vec<[String; 7]> = vec![HEAD.map(str::to_owned)];
    let mut notes = Vec::new();
    for row in rows {
        note(&mut notes, &row.id, &row.ours);
        let nobody = (String::new(), None);
        let peers = row.peers.iter().map(|(name, figure)| (name.clone(), Some(figure)));
        let peers: Vec<_> = if row.peers.is_empty() { vec![nobody] } else { peers.collect() };
        for (at, (name, figure)) in peers.into_iter().enumerate() {
            let first = at == 0;
            let ratio = figure.and_then(|figure| row.ratio(figure));
            if let Some(figure) = figure {
                note(&mut notes, &name, figure);
            }
            let only = |text: String| if first { text } else { String::new() };
            cells.push([
                only(row.id.clone()),
                only(row.unit.to_owned()),
                only(shown(&row.ours)),
                name,
                figure.map(shown).unwrap_or_default(),
                ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
                only(judged(row, smoke)),
            ]);
        }
    }
    let notes = notes.iter().map(|(why, who)| format!("{why}: {}\n", who.join(", ")));
    align(&cells) + &notes.collect::<String>()
}

fn shown(figure: &Figure) -> String {
    match figure {
        Figure::Measured(samples) => number(samples.median()),
        Figure::Absent(_) => "absent".into(),
        Figure::NotYet(_) => "not yet".into(),
        Figure::Failed(_) => "FAILED".into(),
    }
}

/// Remembers why a figure is missing; who shares a reason shares a line.
fn note(notes: &mut Vec<(String, Vec<String>)>, who: &str, figure: &Figure) {
    let why = match figure {
        Figure::Measured(_) => return,
        Figure::Absent(why) => format!("absent, {why}"),
        Figure::NotYet(why) => format!("not yet, {why}"),
        Figure::Failed(why) => format!("FAILED, {why}"),
    };
    let at = notes.iter().position(|(known, _)| *known == why).unwrap_or_else(|| {
        notes.push((why, Vec::new()));
        notes.len() - 1
    });
    if !notes[at].1.iter().any(|known| known == who) {
        notes[at].1.push(who.to_owned());
    }
}

/// Bounds with their verdicts; a smoke run is too short to judge.
fn judged(row: &Row, smoke: bool) -> String {
    let one = |bound: &_| match smoke {
        true => format!("{bound} not judged"),
        false => format!("{bound} {}", row.verdict(*bound)),
    };
    row.bounds.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn align(cells: &[[String; 7]]) -> String {
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut out = String::new();
    for row in cells {
        let line: Vec<String> = row.iter().enumerate().map(|(at, cell)| pad(cell, widths[at], at)).collect();
        out.push_str(line.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// Figures stand to the right, words to the left.
fn pad(cell: &str, width: usize, column: usize) -> String {
    let space = " ".repeat(width - cell.chars().count());
    if matches!(column, 2 | 4 | 5) { space + cell } else { cell.to_owned() + &space }
}

/// The same for programs: every run's value, bounds with verdicts, and the machine.
pub(crate) fn json(rows: &[Row], machine: &Machine, binaries: &str, options: &Options) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            let peers = row.peers.iter().map(|(name, peer)| {
                let mut value = figure(peer);
                value["name"] = json!(name);
                value["ratio"] = json!(row.ratio(peer));
                value
            });
            let bounds = row.bounds.iter().map(|bound| {
                let verdict =
                    if options.smoke { "not judged".into() } else { row.verdict(*bound).to_string() };
                json!({"bound": bound.to_string(), "verdict": verdict})
            });
            json!({
                "row": row.id,
                "unit": row.unit,
                "ours": figure(&row.ours),
                "peers": peers.collect::<Vec<_>>(),
                "bounds": bounds.collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "machine": {
            "processor": machine.processor, "cores": machine.cores, "kernel": machine.kernel, "load": machine.load,
        },
        "runs": options.runs,
        "smoke": options.smoke,
        "binaries": binaries,
        "rows": rows,
    })
}

fn figure(figure: &Figure) -> Value {
    match figure {
        Figure::Measured(samples) => json!({
            "median": samples.median(), "min": samples.min(), "max": samples.max(), "runs": samples.0,
        }),
        Figure::Absent(why) => json!({"absent": why}),
        Figure::NotYet(why) => json!({"not_yet": why}),
        Figure::Failed(why) => json!({"failed": why}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figure::{Bound, Samples};

    fn rows() -> Vec<Row> {
        let measured = |value: f64| Figure::Measured(Samples::one(value));
        vec![
            Row::new("cpu.fib", "s", measured(0.2))
                .peer("lua5.4", measured(0.1))
                .peer("gopher-lua", Figure::Absent("go is not installed".into()))
                .bounds(&[Bound::RatioAtMost(1.3)]),
            Row::new("app.store", "pairs/s", Figure::NotYet("needs the kind store.memory".into())),
            Row::new("app.store2", "pairs/s", Figure::NotYet("needs the kind store.memory".into())),
            Row::new("boot.hello", "ms", measured(50.0)).bounds(&[Bound::AtMost(60.0)]),
        ]
    }

    #[test]
    fn nothing_is_left_out_of_the_table() {
        let wanted = "\
row         unit        ours  peer                ratio  bound
cpu.fib     s         0.2000  lua5.4      0.1000   2.00  ≤ 1.3 × SHORT
                              gopher-lua  absent
app.store   pairs/s  not yet
app.store2  pairs/s  not yet
boot.hello  ms         50.00                             ≤ 60.00 pass
absent, go is not installed: gopher-lua
not yet, needs the kind store.memory: app.store, app.store2
";
        assert_eq!(text(&rows(), false), wanted);
    }

    #[test]
    fn a_smoke_run_judges_nothing() {
        let text = text(&rows(), true);
        assert!(
            !text.contains("SHORT") && !text.contains("pass") && text.contains("≤ 1.3 × not judged"),
            "{text}"
        );
    }

    #[test]
    fn programs_get_every_value() {
        let machine = Machine { processor: "p".into(), cores: 2, kernel: "k".into(), load: 0.0 };
        let options = Options { only: None, json: None, runs: 5, smoke: false, plain: false };
        let value = json(&rows(), &machine, "as shipped", &options);
        assert_eq!(value["rows"][0]["peers"][0]["ratio"], 2.0);
        assert_eq!(value["rows"][0]["bounds"][0], json!({"bound": "≤ 1.3 ×", "verdict": "SHORT"}));
        assert_eq!(value["rows"][1]["ours"], json!({"not_yet": "needs the kind store.memory"}));
        assert_eq!(value["rows"][3]["ours"]["runs"], json!([50.0]));
        assert_eq!(value["binaries"], "as shipped");
    }
}
