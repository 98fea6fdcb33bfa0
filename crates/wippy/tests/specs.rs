//! Every folder of `tests/specs` is a case: an application, command lines, the expected output.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/specs");
    test_kit::run_specs(Path::new(env!("CARGO_BIN_EXE_wippy")), &specs)
}
