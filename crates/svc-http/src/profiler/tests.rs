//! The profiler over loopback sockets: pages, parameters, one recording at a time, the end.

use super::*;
use infra_profile::{Site, Work};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Node {
    profiler: Arc<Profiler>,
    server: Server,
    addr: SocketAddr,
}

async fn node() -> Node {
    let profiler = Arc::<Profiler>::default();
    let second = Duration::from_secs(60);
    let options =
        ProfilerOptions { address: "127.0.0.1:0".into(), read: second, write: second, idle: second };
    let (server, addr) = serve(&options, profiler.clone(), Clock::system()).await.unwrap();
    Node { profiler, server, addr }
}

impl Node {
    async fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn get(&self, path: &str) -> (u16, Vec<u8>) {
        answer_of(self.ask(path).await).await
    }

    /// Until somebody records.
    async fn recording(&self, on: bool) {
        while self.profiler.is_on() != on {
            tokio::task::yield_now().await;
        }
    }

    fn work(&self, fuel: u64) {
        let site = Site { file: "app:busy", function: "hot", begins: 1, line: 2 };
        self.profiler.worked(Work { fuel, ..Work::default() }, true, |visit| visit(site));
    }
}

async fn answer_of(mut stream: TcpStream) -> (u16, Vec<u8>) {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    let end = all.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), all.split_off(end + 4))
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap()
}

#[tokio::test]
async fn the_index_names_what_there_is() {
    let node = node().await;
    let (status, body) = node.get("/debug/pprof/").await;
    let body = text(body);
    assert!(
        status == 200
            && body.contains("href=\"profile?debug=1\"")
            && body.contains("href=\"allocs?debug=1\"")
    );
    for path in ["/", "/debug/pprof/heap", "/debug/pprof/profile/x"] {
        assert_eq!(node.get(path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let node = node().await;
    for (query, message) in [
        ("seconds=0", "seconds: a whole number from 1 to 300 expected, got \"0\"\n"),
        ("seconds=301", "seconds: a whole number from 1 to 300 expected, got \"301\"\n"),
        ("seconds=1.5", "seconds: a whole number from 1 to 300 expected, got \"1.5\"\n"),
        ("seconds=", "seconds: a whole number from 1 to 300 expected, got \"\"\n"),
        ("fuel=-1", "fuel: a whole number from 1 on expected, got \"-1\"\n"),
        ("debug=2", "debug: a whole number from 0 to 1 expected, got \"2\"\n"),
    ] {
        let (status, body) = node.get(&format!("/debug/pprof/profile?{query}")).await;
        assert_eq!((status, text(body)), (400, message.to_owned()));
        assert!(!node.profiler.is_on());
    }
}

#[tokio::test]
async fn one_profile_at_a_time_and_it_ends_with_its_fuel() {
    let node = node().await;
    let first = node.ask("/debug/pprof/profile?debug=1&seconds=300&fuel=100000").await;
    node.recording(true).await;
    let (status, body) = node.get("/debug/pprof/allocs?seconds=1").await;
    assert_eq!(
        (status, text(body)),
        (409, "a profile is being recorded already, one at a time\n".to_owned())
    );
    node.work(200_000);
    let (status, body) = answer_of(first).await;
    let body = text(body);
    assert!(status == 200 && body.contains("hot app:busy:2") && body.contains("200000 fuel"), "{body}");
    assert!(!node.profiler.is_on());

    let second = node.ask("/debug/pprof/allocs?seconds=300&fuel=1").await;
    node.recording(true).await;
    node.work(200_000);
    let (status, body) = answer_of(second).await;
    assert!(status == 200 && body.starts_with(&[0x1f, 0x8b]), "gzip");
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_profile() {
    let node = node().await;
    let stream = node.ask("/debug/pprof/profile?seconds=300").await;
    node.recording(true).await;
    drop(stream);
    node.recording(false).await;
}

#[tokio::test]
async fn the_end_of_the_node_ends_a_profile_with_a_clear_answer() {
    let node = node().await;
    let stream = node.ask("/debug/pprof/profile?seconds=300").await;
    node.recording(true).await;
    node.profiler.stop();
    assert_eq!(node.server.stop(Duration::from_secs(60)).await, 0);
    let (status, body) = answer_of(stream).await;
    assert_eq!((status, text(body)), (503, "the node stops, and the profile with it\n".to_owned()));
}
