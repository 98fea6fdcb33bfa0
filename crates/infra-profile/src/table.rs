//! Profiles as a table for people: a line for each function, the busiest first.

use crate::pprof::Main;
use crate::profile::{Profile, Values};
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Write;
use std::time::Duration;

/// Functions that are shown.
const ROWS: usize = 60;

#[derive(Default)]
struct Row {
    /// In the function itself.
    flat: Values,
    /// In it and in what it called.
    cum: Values,
    /// By line, to name the busiest.
    lines: FxHashMap<u32, u64>,
}

impl Profile {
    /// The table; `lasted`: how long it was recorded.
    pub fn table(&self, main: Main, lasted: Duration) -> String {
        let weight = |v: &Values| match main {
            Main::Fuel => v.fuel,
            Main::Bytes => v.bytes,
        };
        let mut rows: Vec<Row> = self.functions.iter().map(|_| Row::default()).collect();
        for (stack, values) in &self.stacks {
            let mut seen = FxHashSet::default();
            for (depth, place) in stack.iter().enumerate() {
                let place = self.places[*place as usize];
                let row = &mut rows[place.function as usize];
                if depth == 0 {
                    row.flat.add(*values);
                }
                // A function that calls itself counts once.
                if seen.insert(place.function) {
                    row.cum.add(*values);
                    *row.lines.entry(place.line).or_default() += weight(values);
                }
            }
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_unstable_by_key(|i| {
            (u64::MAX - weight(&rows[*i].flat), u64::MAX - weight(&rows[*i].cum), *i)
        });
        let total = self.total();
        let mut out = format!(
            "{} samples in {:.2} s: {} fuel, {:.2} s of running time, {} bytes in {} objects\n\n",
            total.samples,
            lasted.as_secs_f64(),
            total.fuel,
            total.nanos as f64 / 1e9,
            total.bytes,
            total.objects,
        );
        let _ = writeln!(
            out,
            "{:>14} {:>6} {:>14} {:>6} {:>14}  function",
            "fuel", "", "with called", "", "bytes"
        );
        for index in order.iter().take(ROWS) {
            let (row, function) = (&rows[*index], &self.functions[*index]);
            let line = row
                .lines
                .iter()
                .max_by_key(|(line, n)| (**n, u32::MAX - **line))
                .map_or(0, |(line, _)| *line);
            let _ = writeln!(
                out,
                "{:>14} {:>6} {:>14} {:>6} {:>14}  {} {}:{line}",
                row.flat.fuel,
                share(row.flat.fuel, total.fuel),
                row.cum.fuel,
                share(row.cum.fuel, total.fuel),
                row.flat.bytes,
                function.name,
                function.file,
            );
        }
        if order.len() > ROWS {
            let _ = writeln!(out, "and {} more", order.len() - ROWS);
        }
        out
    }
}

fn share(part: u64, of: u64) -> String {
    format!("{:.1}%", part as f64 * 100.0 / of.max(1) as f64)
}
