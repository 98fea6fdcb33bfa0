//! Admission of processes and the stop of a host.

use super::*;
use infra_base::{Data, Kind};
use parking_lot::Mutex;
use std::io::{Read, pipe};
use std::time::Duration;

type Hidden = Arc<Mutex<Vec<bool>>>;

fn host(hide_logs: bool) -> (TerminalHost, std::io::PipeReader, Hidden) {
    let hidden = Hidden::default();
    let (out, output) = pipe().unwrap();
    let note = hidden.clone();
    let hide = move |hide| note.lock().push(hide);
    let console = Console::new(vec![], std::io::empty(), output, std::io::sink(), hide);
    let clock = Clock::system();
    let kind = TerminalHosts { console, topology: Topology::new(clock.clone()), clock };
    (kind.host(&EntryId::parse("t:terminal").unwrap(), &Config { hide_logs }), out, hidden)
}

fn exit() -> Exit {
    Exit { result: Ok(Data::Int(7).into()) }
}

#[tokio::test]
async fn one_process_at_a_time_while_it_runs() {
    let (host, _out, hidden) = host(true);
    let accept = || host.accept(&mut Own::default()).map_err(|e| (e.kind(), e.message().to_owned()));
    assert_eq!(accept(), Err((Kind::Unavailable, "host t:terminal does not run".into())));
    host.start().await.unwrap();
    let mut own = Own::default();
    host.accept(&mut own).unwrap();
    assert!(own.get::<Terminal>().is_some());
    let second = "terminal host t:terminal runs a process already; it takes one at a time";
    assert_eq!(accept(), Err((Kind::Invalid, second.into())));
    host.release(None);
    assert_eq!(accept(), Ok(()));
    host.release(Some(&exit()));
    assert_eq!(*hidden.lock(), [true, false, true, false]);
    assert!(matches!(host.console.ended().await.result, Ok(infra_base::Payload::Data(Data::Int(7)))));
}

#[tokio::test]
async fn a_stop_waits_for_the_process_and_for_its_output() {
    let (host, mut out, hidden) = host(false);
    host.start().await.unwrap();
    let mut own = Own::default();
    host.accept(&mut own).unwrap();
    let terminal = own.get::<Terminal>().unwrap().clone();
    let deadline = host.clock.now().after(Duration::from_secs(60));
    let (stopped, ()) = tokio::join!(host.stop(deadline), async {
        assert!(terminal.write(crate::Stream::Out, "last words".into()).unwrap().is_none());
        host.release(Some(&exit()));
    });
    stopped.unwrap();
    assert!(host.is_stopping());
    let mut words = [0; 10];
    out.read_exact(&mut words).unwrap();
    assert_eq!(&words, b"last words");
    assert!(hidden.lock().is_empty());
}
