//! Checks Lua files and prints what it finds: `check FILE…`; or how fast: `check --rate N FOLDER`.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool of the bench: it prints and takes the time"
)]

use lua_types::{Checked, Env, Unit, deep, examine};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let env = Env::default();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--rate", rounds, folder] => rate(&env, rounds.parse().unwrap_or(1), folder),
        _ => args.iter().try_fold(true, |clean, file| Ok(show(&env, file)? && clean)),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn parsed(env: &Env, name: &str, source: &[u8]) -> Checked {
    let parsed = lua_syntax::parse(source);
    examine(
        env,
        &Unit { id: name, source, chunk: &parsed.chunk, imports: &[], modules: &[] },
        lua_types::Rules::Off,
    )
}

/// Prints the diagnostics of a file; whether there are none.
fn show(env: &Env, file: &str) -> std::io::Result<bool> {
    let source = std::fs::read(file)?;
    for error in lua_syntax::parse(&source).errors {
        println!("{file}: {}", error.message);
    }
    let checked = parsed(env, file, &source);
    let index = lua_syntax::LineIndex::new(&source);
    for report in &checked.reports {
        let (line, column) = index.position(report.span.start);
        println!("{file}:{line}:{column}: {}: {}", report.code.as_str(), report.message);
    }
    Ok(checked.reports.is_empty())
}

/// Prints lines and seconds of checking all files of a folder so many times.
fn rate(env: &Env, rounds: u32, folder: &str) -> std::io::Result<bool> {
    let mut sources = vec![];
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "lua") {
            sources.push(std::fs::read(path)?);
        }
    }
    let lines: usize = sources.iter().map(|s| s.iter().filter(|b| **b == b'\n').count()).sum();
    let mut spent = Duration::ZERO;
    for _ in 0..rounds {
        let begin = Instant::now();
        deep(|| sources.iter().for_each(|source| _ = parsed(env, "unit", source)))?;
        spent += begin.elapsed();
    }
    println!("{}\t{}", lines * rounds as usize, spent.as_secs_f64());
    Ok(true)
}
