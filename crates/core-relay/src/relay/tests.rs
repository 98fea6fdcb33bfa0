//! Local, peer, internode and service hosts, with a transport in memory.

use super::*;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

/// Both a node's processes and the way to a node: it writes down what arrives.
struct Sink {
    seen: Mutex<Vec<(Pid, String)>>,
    open: Semaphore,
}

impl Sink {
    fn new(open: usize) -> Arc<Sink> {
        Arc::new(Sink { seen: Mutex::default(), open: Semaphore::new(open) })
    }

    fn note(&self, to: Pid, message: &Message) {
        self.seen.lock().push((to, message.topic.to_string()));
    }

    fn topics(&self) -> Vec<String> {
        self.seen.lock().iter().map(|(_, topic)| topic.clone()).collect()
    }
}

impl Local for Sink {
    fn deliver(&self, to: Pid, message: Message) -> Result<()> {
        self.note(to, &message);
        Ok(())
    }
}

impl Transport for Sink {
    fn send(&self, node: Name, letter: Letter) -> BoxFuture<'_, Result<()>> {
        assert_eq!(node, letter.to.node);
        Box::pin(async move {
            self.open.acquire().await.unwrap().forget();
            self.note(letter.to, &letter.message);
            Ok(())
        })
    }
}

impl ServiceHost for Sink {
    fn receive(&self, letter: Letter) -> BoxFuture<'_, Result<()>> {
        self.note(letter.to, &letter.message);
        Box::pin(std::future::ready(Ok(())))
    }
}

fn here() -> Pid {
    Pid::draw(Name::intern("app:host"))
}

fn on(node: &str) -> Pid {
    Pid { node: Name::intern(node), ..here() }
}

fn message(from: Pid, topic: &str) -> Message {
    Message { from: Some(from), topic: topic.into(), payloads: Default::default() }
}

fn done(sent: Sent) -> Result<()> {
    match sent {
        Sent::Done(result) => result,
        Sent::Waiting(_) => panic!("it waits"),
    }
}

async fn settled(tasks: &Tasks, relay: Relay) {
    drop(relay);
    tasks.finished().await;
}

#[tokio::test]
async fn local_messages_take_no_worker() {
    let (local, tasks) = (Sink::new(0), Tasks::default());
    let relay = Relay::new(local.clone(), Config::default(), Clock::simulated().0, &tasks);
    let to = here();
    done(relay.send(to, message(here(), "a"), Duration::ZERO)).unwrap();
    assert_eq!(*local.seen.lock(), [(to, "a".to_string())]);
    settled(&tasks, relay).await;
}

#[tokio::test]
async fn another_node_is_a_peer_or_internode_or_unknown() {
    let (local, peer, rest, tasks) = (Sink::new(0), Sink::new(9), Sink::new(9), Tasks::default());
    let relay = Relay::new(local, Config::default(), Clock::simulated().0, &tasks);
    let error = done(relay.send(on("far"), message(here(), "lost"), Duration::ZERO)).unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(error.message().contains("node far is not known"), "{error}");
    let (as_peer, as_rest): (Arc<dyn Transport>, Arc<dyn Transport>) = (peer.clone(), rest.clone());
    relay.set_peer(Name::intern("near"), Some(&as_peer));
    relay.set_internode(Some(&as_rest));
    done(relay.send(on("near"), message(here(), "a"), Duration::ZERO)).unwrap();
    done(relay.send(on("far"), message(here(), "b"), Duration::ZERO)).unwrap();
    relay.set_peer(Name::intern("near"), None);
    done(relay.send(on("near"), message(here(), "c"), Duration::ZERO)).unwrap();
    settled(&tasks, relay).await;
    assert_eq!(peer.topics(), ["a"]);
    let mut rest = rest.topics();
    rest.sort();
    assert_eq!(rest, ["b", "c"]);
}

#[tokio::test]
async fn a_senders_order_is_kept_and_a_full_queue_makes_it_wait() {
    let (way, tasks) = (Sink::new(0), Tasks::default());
    let (clock, time) = Clock::simulated();
    let config = Config { workers: 3, queue_size: 2 };
    let relay = Relay::new(Sink::new(0), config, clock, &tasks);
    let transport: Arc<dyn Transport> = way.clone();
    relay.set_internode(Some(&transport));
    let (from, to) = (here(), on("far"));
    let mut waiting = Vec::new();
    for n in 0..6 {
        if let Sent::Waiting(wait) =
            relay.send(to, message(from, &n.to_string()), Duration::from_nanos(1_000))
        {
            waiting.push(wait);
        }
        tokio::task::yield_now().await;
    }
    // One is with the transport, two are queued.
    assert_eq!(waiting.len(), 3);
    let late = waiting.pop().unwrap();
    let late = tokio::join!(late, async { time.advance(Duration::from_micros(1)) }).0;
    assert_eq!(
        (late.as_ref().unwrap_err().kind(), late.unwrap_err().retryable()),
        (Kind::Unavailable, Some(true))
    );
    // Who gives up waiting takes the message along.
    drop(waiting);
    way.open.add_permits(9);
    settled(&tasks, relay).await;
    assert_eq!(way.topics(), ["0", "1", "2"]);
}

#[tokio::test]
async fn service_hosts_and_letters_from_outside_pass_a_worker() {
    let (local, host, tasks) = (Sink::new(0), Sink::new(0), Tasks::default());
    let relay = Relay::new(local.clone(), Config::default(), Clock::simulated().0, &tasks);
    let name = Name::intern("app:service-host");
    relay.add_host(name, host.clone()).unwrap();
    assert_eq!(relay.add_host(name, host.clone()).unwrap_err().kind(), Kind::AlreadyExists);
    let service = Pid { host: name, ..here() };
    done(relay.send(service, message(here(), "in"), Duration::ZERO)).unwrap();
    done(relay.receive(Letter { to: service, message: message(on("far"), "out") }, Duration::ZERO)).unwrap();
    done(relay.receive(Letter { to: here(), message: message(on("far"), "local") }, Duration::ZERO)).unwrap();
    assert!(relay.remove_host(name) && !relay.remove_host(name));
    settled(&tasks, relay).await;
    let mut seen = host.topics();
    seen.sort();
    assert_eq!((seen, local.topics()), (vec!["in".into(), "out".into()], vec!["local".to_string()]));
}

#[test]
fn the_worker_depends_on_the_sender_alone() {
    let pid = here();
    assert!((0..100).all(|_| crate::worker_of(Some(pid), 4) == crate::worker_of(Some(pid), 4)));
    let used: std::collections::BTreeSet<_> = (0..100).map(|_| crate::worker_of(Some(here()), 4)).collect();
    assert_eq!(used.len(), 4);
}
