//! The binary `wippy`: an application server for YAML entries and Lua.

mod banner;
mod boot;
mod cli;
mod commands;
mod components;
mod goal;
mod memory;
mod node;
mod outcome;
mod panics;
mod project;
mod render;
mod signals;
mod state;

use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: infra_alloc::Allocator = infra_alloc::Allocator;

fn main() -> ExitCode {
    panics::install();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // Help goes to standard output and is no mistake. Where that is closed nobody can be told.
            let _ = usage.print();
            return if usage.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match commands::dispatch(cli) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            render::error(&error);
            ExitCode::FAILURE
        }
    }
}
