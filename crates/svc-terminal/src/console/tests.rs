//! The console over pipes.

use super::*;
use infra_base::Kind;
use std::io::{PipeReader, PipeWriter, pipe};

/// A terminal, what feeds its input, and what comes out of output and error.
fn terminal() -> (Terminal, PipeWriter, PipeReader, PipeReader) {
    let ((input, feed), (out, output), (err, errors)) = (pipe().unwrap(), pipe().unwrap(), pipe().unwrap());
    let args = vec!["--fast".to_owned(), "file".to_owned()];
    (Terminal::new(Console::new(args, input, output, errors, |_| {})), feed, out, err)
}

#[tokio::test]
async fn lines_and_bytes_of_input() {
    let (terminal, mut feed, ..) = terminal();
    feed.write_all(b"first\nsecond\r\n\nfourth line").unwrap();
    assert_eq!(terminal.read_line().await.unwrap(), "first");
    assert_eq!(terminal.read_line().await.unwrap(), "second");
    assert_eq!(terminal.read_line().await.unwrap(), "");
    assert_eq!(terminal.read(6).await.unwrap(), "fourth");
    feed.write_all(b"!").unwrap();
    drop(feed);
    assert_eq!(terminal.read_line().await.unwrap(), " line!");
    for end in [terminal.read_line().await, terminal.read(1).await, terminal.read(1).await] {
        let end = end.unwrap_err();
        assert_eq!((end.kind(), end.message()), (Kind::Internal, "end of input"));
    }
    assert_eq!(terminal.args(), ["--fast", "file"]);
}

#[tokio::test]
async fn a_read_that_was_given_up_takes_nothing() {
    let (terminal, mut feed, ..) = terminal();
    let mut reading = terminal.read_line();
    tokio::select! {
        biased;
        _ = &mut reading => panic!("nothing was sent"),
        () = std::future::ready(()) => {}
    }
    drop(reading);
    feed.write_all(b"kept\n").unwrap();
    assert_eq!(terminal.read_line().await.unwrap(), "kept");
}

#[tokio::test]
async fn a_line_has_a_longest_length() {
    let (terminal, mut feed, ..) = terminal();
    let feeder = std::thread::spawn(move || feed.write_all(&vec![b'x'; (1 << 20) + 1]));
    let error = terminal.read_line().await.unwrap_err();
    assert_eq!(error.message(), "the line is longer than 1048576 bytes");
    feeder.join().unwrap().unwrap();
}

#[tokio::test]
async fn output_keeps_its_order_and_flush_waits_for_it() {
    let (terminal, _feed, mut out, mut err) = terminal();
    for piece in ["one ", "two ", ""] {
        assert!(terminal.write(Stream::Out, piece.into()).unwrap().is_none());
    }
    assert!(terminal.write(Stream::Err, "oops".into()).unwrap().is_none());
    terminal.flush(Stream::Out).await.unwrap();
    terminal.flush(Stream::Err).await.unwrap();
    drop(terminal);
    let (mut text, mut errors) = (String::new(), String::new());
    out.read_to_string(&mut text).unwrap();
    err.read_to_string(&mut errors).unwrap();
    assert_eq!((text.as_str(), errors.as_str()), ("one two ", "oops"));
}

#[tokio::test]
async fn a_reader_that_is_behind_holds_the_writer() {
    let (terminal, _feed, mut out, _err) = terminal();
    let piece = Bytes::from(vec![b'x'; 48 << 10]);
    // The pipe holds 64 KiB, the queue as much; the rest has to wait for the reader.
    let mut writing = None;
    for _ in 0..5 {
        writing = terminal.write(Stream::Out, piece.clone()).unwrap();
        if writing.is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        out.read_to_end(&mut all).map(|_| all.len())
    });
    writing.expect("five pieces don't fit").await.unwrap();
    terminal.flush(Stream::Out).await.unwrap();
    drop(terminal);
    assert_eq!(reader.join().unwrap().unwrap() % piece.len(), 0);
}

#[tokio::test]
async fn a_broken_stream_tells_its_writers_and_spares_the_other() {
    let (terminal, _feed, out, _err) = terminal();
    drop(out);
    assert!(terminal.write(Stream::Out, "lost".into()).unwrap().is_none());
    let error = terminal.flush(Stream::Out).await.unwrap_err();
    assert!(error.message().starts_with("cannot write to standard output: "), "{error}");
    assert_eq!(terminal.write(Stream::Out, "x".into()).err().unwrap().kind(), Kind::Internal);
    assert!(terminal.write(Stream::Err, "fine".into()).unwrap().is_none());
    terminal.flush(Stream::Err).await.unwrap();
}
