//! Harness of the application specs: runs the binary on a folder and compares what it says.
//!
//! A spec is a folder of `tests/specs` with an application and a `spec.yaml`:
//!
//! ```yaml
//! app: ../../../examples/hello    # an application elsewhere; by default the folder itself
//! steps:                          # in order, in one copy of the folder; one step may stand at the top level
//!   - args: [run, -o, 'app:http:addr=127.0.0.1:{port}']   # {port}: free when the spec starts
//!     exit: 0                     # exit status, 0 by default
//!     stdout: run.out             # what is printed; by default nothing may be
//!     stderr: run.err.out
//!     env: {TZ: UTC}              # beside a small fixed environment
//!     stdin: "text"
//!     wait: runtime ready         # a server: wait until standard error says this, then do the rest
//!     requests:                   # over HTTP/1.1 to {port}
//!       - {method: GET, path: /hello, status: 200, body: hello.out}
//!     signal: TERM                # then end it: TERM, INT; twice: [INT, INT]
//! ```
//!
//! In an expected file `[..]` stands for any text within a line and a line `...` for any lines. A file `*.out` that no
//! step names fails the spec. With `UPDATE_EXPECT=1` files without wildcards are rewritten.

mod compare;
mod run;
mod spec;

use libtest_mimic::{Arguments, Trial};
use std::path::Path;
use std::process::ExitCode;

/// Runs every folder of `specs` with `binary`; takes the arguments of a Rust test program.
pub fn run_specs(binary: &Path, specs: &Path) -> ExitCode {
    let mut names: Vec<_> = std::fs::read_dir(specs)
        .map(|list| list.flatten().filter(|e| e.path().is_dir()).map(|e| e.file_name()).collect())
        .unwrap_or_default();
    names.sort();
    let trial = |name: std::ffi::OsString| {
        let (binary, folder) = (binary.to_path_buf(), specs.join(&name));
        Trial::test(name.to_string_lossy(), move || run::folder(&binary, &folder).map_err(Into::into))
    };
    libtest_mimic::run(&Arguments::from_args(), names.into_iter().map(trial).collect()).exit_code()
}
