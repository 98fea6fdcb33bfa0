//! The commands of the command line.

mod describe;
mod images;
mod init;
mod lint;
mod pack;
mod registry;
mod run;

use crate::cli::{Cli, Command};
use crate::{banner, project};
use infra_base::{Error, Result, nearest};
use infra_clock::Clock;
use infra_log::{Form, Level, Log, Options, Output};
use std::io::Write;

/// Of the original, and of later versions.
const NOT_BUILT: [&str; 7] = ["test", "add", "install", "update", "publish", "search", "auth"];

/// Runs the command; gives the exit status.
pub(crate) fn dispatch(cli: Cli) -> Result<u8> {
    project::enter(&cli.global)?;
    match cli.command {
        Command::Init(args) => init::run(&cli.global, args),
        Command::Run(args) => run::run(&cli.global, args),
        Command::Registry(args) => registry::run(&cli.global, args),
        Command::Lint(args) => lint::run(&cli.global, args),
        Command::Pack(args) => pack::run(&cli.global, args),
        Command::Version { short: true } => out(&format!("{}\n", banner::VERSION)),
        Command::Version { short: false } => out(&banner::banner()),
        Command::Describe => describe::run(),
        Command::Images => images::run(&cli.global),
        Command::Other(words) => Err(unknown(words.first().map_or("", String::as_str))),
    }
}

fn unknown(word: &str) -> Error {
    if NOT_BUILT.contains(&word) || word == "readme" {
        return Error::invalid(format!("wippy {word} is not built yet"));
    }
    let near = nearest(word, ["init", "run", "lint", "pack", "registry", "version"]);
    let hint = near.map(|n| format!(", did you mean {n}?")).unwrap_or_else(|| ", see wippy --help".into());
    Error::invalid(format!("unknown command {word}{hint}"))
}

/// Writes a result to standard output; a reader that went away is no mistake.
pub(crate) fn out(text: &str) -> Result<u8> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::internal(format!("standard output can't be written: {e}")))
        }
        _ => Ok(0),
    }
}

/// A log of warnings alone, for commands that answer on standard output.
pub(crate) fn quiet_log(global: &crate::cli::Global) -> Result<Log> {
    let level = match (global.silent, global.verbose || global.very_verbose) {
        (true, _) => None,
        (false, true) => Some(Level::Debug),
        (false, false) => Some(Level::Warn),
    };
    let options =
        Options { form: Form::Console, output: Some(Output::Stderr), level, stacks: global.very_verbose };
    let log = Log::new(options, Clock::system());
    log.install()?;
    Ok(log)
}
