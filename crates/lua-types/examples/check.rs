//! Checks Lua files and prints what it finds: `check FILE…`, `check --time N FILE…`.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool of the bench: it prints and takes the time"
)]

use lua_types::{Env, Unit, check};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut times = 1;
    if args.first().is_some_and(|a| a == "--time") && args.len() > 2 {
        times = args[1].parse().unwrap_or(1);
        args.drain(..2);
    }
    let env = Env::default();
    let mut found = false;
    for file in &args {
        let source = match std::fs::read(file) {
            Ok(source) => source,
            Err(error) => {
                println!("{file}: {error}");
                return ExitCode::FAILURE;
            }
        };
        let parsed = lua_syntax::parse(&source);
        for error in &parsed.errors {
            println!("{file}: {}", error.message);
        }
        let lines = source.iter().filter(|b| **b == b'\n').count();
        let begin = std::time::Instant::now();
        let unit = Unit { id: file, source: &source, chunk: &parsed.chunk, imports: &[], modules: &[] };
        let mut checked = check(&env, &unit);
        for _ in 1..times {
            checked = check(&env, &unit);
        }
        if times > 1 {
            let seconds = begin.elapsed().as_secs_f64() / f64::from(times);
            println!("{file}: {lines} lines, {:.0} lines/s", lines as f64 / seconds);
        }
        let index = lua_syntax::LineIndex::new(&source);
        for report in &checked.reports {
            found = true;
            let (line, column) = index.position(report.span.start);
            println!("{file}:{line}:{column}: {}: {}", report.code.as_str(), report.message);
        }
    }
    if found { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
