//! The program as a server of HTTP, ended with the test.

use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

/// The program, and what it said.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) addr: SocketAddr,
    /// What it says from now on.
    pub(crate) log: Lines<BufReader<ChildStderr>>,
    pub(crate) said: String,
}

impl Server {
    /// Starts it, and waits until it serves.
    #[track_caller]
    pub(crate) fn start(mut command: Command) -> Server {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        let addr = SocketAddr::from(([0; 4], 0));
        let mut server = Server { child, addr, log, said: String::new() };
        let listening = server.until("http server listening");
        let addr = listening.split("\"addr\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        server.addr = addr.parse().unwrap();
        server.until("runtime ready");
        server
    }

    /// An application of these entries in `dir`, which is empty.
    #[allow(dead_code, reason = "some tests have an application already")]
    #[track_caller]
    pub(crate) fn of(dir: &Path, index: &str) -> Server {
        std::fs::create_dir(dir.join("src")).unwrap();
        std::fs::write(dir.join("src/_index.yaml"), index).unwrap();
        let lock = "directories:\n    src: ./src\n    modules: .wippy\n";
        std::fs::write(dir.join("wippy.lock"), lock).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_wippy"));
        command.arg("-C").arg(dir).arg("run");
        Server::start(command)
    }

    /// Reads the log up to the line with `text`.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) -> String {
        loop {
            let line =
                self.log.next().unwrap_or_else(|| panic!("never said {text:?}:\n{}", self.said)).unwrap();
            self.said.push_str(&line);
            self.said.push('\n');
            if line.contains(text) {
                return line;
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
