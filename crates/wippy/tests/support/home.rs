//! A user's home with an application in `app`, for the program without any other environment.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub(crate) struct Home(tempfile::TempDir);

impl Home {
    /// With a lock, and no entries.
    pub(crate) fn bare() -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        fs::create_dir_all(home.path("app/src")).unwrap();
        home.write("app/wippy.lock", "directories:\n  modules: .wippy\n  src: ./src\n");
        home
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    pub(crate) fn write(&self, below: &str, text: &str) {
        fs::write(self.path(below), text).unwrap();
    }

    /// The program with these arguments, in a directory below.
    pub(crate) fn command(&self, dir: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wippy"));
        command.args(args).current_dir(self.path(dir)).env_clear().env("HOME", self.path(""));
        command.stdin(Stdio::null());
        command
    }
}
