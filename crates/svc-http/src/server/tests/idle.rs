//! Ten thousand idle connections, with server and client in processes of their own.

use super::*;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const ROLE: &str = "WIPPY_TEST_IDLE_ROLE";
const WANTED: usize = 10_000;

/// This test binary in a role, spoken to by lines.
struct Peer {
    child: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    fn start(role: &str) -> Peer {
        // The shell raises the soft limit to the hard one; the rest is this binary running one test.
        let script = "ulimit -n \"$(ulimit -Hn)\"; exec \"$0\" \"$@\"";
        let mut child = Command::new("sh")
            .args(["-c", script])
            .arg(std::env::current_exe().unwrap())
            .args(["server::tests::idle::role", "--exact", "--nocapture"])
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (commands, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Peer { child, commands, answers: BufReader::new(output).lines() }
    }

    /// Sends a command; the answer follows a mark that the test harness does not print.
    fn ask(&mut self, command: &str) -> String {
        writeln!(self.commands, "{command}").unwrap();
        loop {
            let line = self.answers.next().expect("the peer answers").unwrap();
            if let Some((_, answer)) = line.split_once("=> ") {
                return answer.to_owned();
            }
        }
    }

    fn number(&mut self, command: &str) -> usize {
        self.ask(command).parse().unwrap()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn ten_thousand_idle_connections_cost_little() {
    let (mut server, mut client) = (Peer::start("server"), Peer::start("client"));
    let addr = server.ask("addr");
    let count = WANTED.min(server.number("files")).min(client.number("files"));
    assert!(count >= 1_000, "the limit of open files allows no test of idle connections");
    // Once around first, so that what is allocated once does not count.
    assert_eq!(client.number(&format!("open {addr} 100")), 100);
    let before = server.number("memory");
    // Half of them have a request each and are parked after a while, so they never hold buffers all at once.
    for target in (1_000..count).step_by(1_000).chain([count]) {
        assert_eq!(client.number(&format!("open {addr} {target}")), target);
        while server.number("park") > target {}
    }
    let each = (server.number("memory") - before) / count;
    println!("{count} idle connections, {each} bytes each");
    assert!(each < 4096, "{each} bytes for an idle connection");
    assert_eq!(client.number("serve"), count, "every one of them still works");
    drop(client);
    while server.number("holders") > 0 {}
}

/// Not a test of its own: what the processes of the one above run.
#[test]
fn role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _inside = runtime.enter();
    match role.as_str() {
        "server" => answer(serving(&runtime)),
        _ => answer(asking(&runtime)),
    }
}

fn answer(mut act: impl FnMut(&[&str]) -> String) {
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        println!("=> {}", act(&line.split(' ').collect::<Vec<_>>()));
    }
}

fn status(field: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// Files that may be open, without those that a process needs anyway.
fn files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    line.split_whitespace().next().unwrap().parse::<usize>().unwrap_or(usize::MAX) - 100
}

fn serving(runtime: &tokio::runtime::Runtime) -> impl FnMut(&[&str]) -> String + use<> {
    let (clock, control) = Clock::simulated();
    let limits = TimeLimits { idle: None, ..TimeLimits::default() };
    let site = runtime.block_on(site_with(clock, limits, vec![("GET /", says("hi"))]));
    // The server, its accept loop, each connection, and again each that is not parked hold on to it.
    let holders = |site: &Site| Arc::strong_count(&site.server.shared) - 2;
    move |command| match command[0] {
        "addr" => site.addr.to_string(),
        "files" => files().to_string(),
        "memory" => status("VmRSS").to_string(),
        "holders" => holders(&site).to_string(),
        "park" => {
            control.advance(Duration::from_secs(1));
            holders(&site).to_string()
        }
        other => panic!("{other}"),
    }
}

fn asking(runtime: &tokio::runtime::Runtime) -> impl FnMut(&[&str]) -> String + use<> {
    let runtime = runtime.handle().clone();
    let mut open: Vec<Client> = Vec::new();
    const REQUEST: &str = "GET / HTTP/1.1\r\nHost: t\r\n\r\n";
    move |command| match command {
        ["files"] => files().to_string(),
        ["open", addr, count] => runtime.block_on(async {
            for index in open.len()..count.parse().unwrap() {
                let mut client = Client { stream: TcpStream::connect(addr).await.unwrap(), read: Vec::new() };
                if index % 2 == 0 {
                    assert_eq!(client.ask(REQUEST).await.body, "hi");
                }
                open.push(client);
            }
            open.len().to_string()
        }),
        ["serve"] => runtime.block_on(async {
            let mut served = 0;
            for client in &mut open {
                served += usize::from(client.ask(REQUEST).await.body == "hi");
            }
            served.to_string()
        }),
        other => panic!("{other:?}"),
    }
}
