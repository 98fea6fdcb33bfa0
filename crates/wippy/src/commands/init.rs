//! `wippy init`: writes the lock file.

use crate::cli::{Global, Init};
use infra_base::Result;
use infra_clock::Clock;
use infra_log::{Form, Level, Log, Options, Output};
use sys_pipeline::Lock;

/// Writes the lock file with its directories; modules, replacements and options that it has already stay.
pub(crate) fn run(global: &Global, args: Init) -> Result<u8> {
    let level = if global.silent { None } else { Some(Level::Info) };
    let options = Options { form: Form::Console, output: Some(Output::Stderr), level, stacks: false };
    let log = Log::new(options, Clock::system());
    log.install()?;
    tracing::info!(target: "init", file = %args.lock_file.display(), "initializing lock file");
    let fresh = Lock::fresh();
    let mut lock = match Lock::read(&args.lock_file)? {
        Some((lock, _)) => Lock { src: fresh.src, modules_dir: fresh.modules_dir, ..lock },
        None => fresh,
    };
    lock.src = args.src_dir.unwrap_or(lock.src);
    lock.modules_dir = args.modules_dir.unwrap_or(lock.modules_dir);
    lock.write(&args.lock_file)?;
    tracing::info!(
        target: "init",
        file = %args.lock_file.display(),
        src = lock.src,
        modules = lock.modules_dir,
        "lock file initialized successfully"
    );
    log.flush();
    Ok(0)
}
