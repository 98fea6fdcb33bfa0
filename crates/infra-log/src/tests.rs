//! Shapes of the lines, levels, loggers, the tap, hiding, and a buffer that fills.

use crate::{Form, Level, Log, Options, Output, Record};
use expect_test::{Expect, expect};
use infra_base::{Data, Map};
use infra_clock::Clock;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn text(&self, log: &Log) -> String {
        assert!(log.flush());
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn log(form: Form, level: Option<Level>) -> (Log, Sink) {
    let sink = Sink::default();
    let output = Some(Output::Other(Box::new(sink.clone())));
    let (clock, control) = Clock::simulated();
    control.advance(Duration::from_millis(1_234));
    (Log::new(Options { form, output, level, stacks: false }, clock), sink)
}

fn check(form: Form, expected: Expect) {
    let (log, sink) = log(form, Some(Level::Info));
    tracing::subscriber::with_default(log.subscriber(), || {
        tracing::debug!("below the level");
        tracing::info!(target: "boot", "loaded entries");
        let error = std::io::Error::other("disk is gone");
        tracing::error!(target: "store.sql", count = 3, ratio = 0.5, ok = true, path = %"a/b", error = &error as &dyn std::error::Error, "it <failed>");
        tracing::warn!(logger = "chosen", "from a crate");
        tracing::warn!("from a module path");
    });
    let mut fields = Map::default();
    fields.insert("pid".into(), Data::text("{n@h|1}"));
    log.write(Level::Info, "app", "two\nlines \u{1b}[31m", fields);
    log.write(Level::Debug, "app", "below the level", Map::default());
    // The day depends on the zone of the machine.
    let text = sink.text(&log).replace("2025-12-31 ", "2026-01-01 ");
    let local = |line: &str| line.strip_prefix("2026-01-01 ").map(|l| format!("DAY TIME{}", &l[8..]));
    let lines: Vec<_> = text.lines().map(|l| local(l).unwrap_or_else(|| l.to_owned())).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn console_lines_are_separated_by_tabs() {
    check(
        Form::Console,
        expect![[r#"
            DAY TIME	INFO	boot	loaded entries
            DAY TIME	ERROR	store.sql	it <failed>	{"count":3,"ratio":0.5,"ok":true,"path":"a/b","error":"disk is gone"}
            DAY TIME	WARN	chosen	from a crate
            DAY TIME	WARN	infra.log	from a module path
            DAY TIME	INFO	app	two
            lines \x1b[31m	{"pid":"{n@h|1}"}"#]],
    );
}

#[test]
fn short_lines_are_aligned() {
    check(
        Form::Short { color: false },
        expect![[r#"
              1.23s INFO  boot         loaded entries
              1.23s ERROR store.sql    it <failed> {"count":3,"ratio":0.5,"ok":true,"path":"a/b","error":"disk is gone"}
              1.23s WARN  chosen       from a crate
              1.23s WARN  infra.log    from a module path
              1.23s INFO  app          two
            lines \x1b[31m {"pid":"{n@h|1}"}"#]],
    );
}

#[test]
fn json_lines_are_objects() {
    check(
        Form::Json,
        expect![[r#"
            {"ts":"2026-01-01T00:00:01.234Z","level":"info","logger":"boot","msg":"loaded entries"}
            {"ts":"2026-01-01T00:00:01.234Z","level":"error","logger":"store.sql","msg":"it \u003cfailed\u003e","count":3,"ratio":0.5,"ok":true,"path":"a/b","error":"disk is gone"}
            {"ts":"2026-01-01T00:00:01.234Z","level":"warn","logger":"chosen","msg":"from a crate"}
            {"ts":"2026-01-01T00:00:01.234Z","level":"warn","logger":"infra.log","msg":"from a module path"}
            {"ts":"2026-01-01T00:00:01.234Z","level":"info","logger":"app","msg":"two\nlines \u001b[31m","pid":"{n@h|1}"}"#]],
    );
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    for form in [Form::Console, Form::Short { color: false }] {
        let (log, sink) = log(form, Some(Level::Info));
        let mut fields = Map::default();
        fields.insert("k\u{9b}31m".into(), Data::text("\u{7f}\u{9d}\u{1b}]0;title\u{7}"));
        log.write(Level::Info, "app\u{9b}1m", "bell \u{7}, csi \u{9b}31m, back \u{8}\r", fields);
        let text = sink.text(&log);
        assert!(!text.trim_end().contains(|c: char| c.is_control() && c != '\t'), "{text:?}");
        assert!(text.contains(r#"{"k\u009b31m":"\u007f\u009d\u001b]0;title\u0007"}"#), "{text}");
    }
}

#[test]
fn colour_marks_the_level() {
    let (log, sink) = log(Form::Short { color: true }, Some(Level::Debug));
    log.write(Level::Debug, "x", "m", Map::default());
    assert_eq!(sink.text(&log), "  1.23s \u{1b}[35mDEBUG\u{1b}[0m x            m\n");
}

#[test]
fn errors_carry_a_stack_on_demand() {
    let sink = Sink::default();
    let output = Some(Output::Other(Box::new(sink.clone())));
    let options = Options { form: Form::Json, output, level: Some(Level::Debug), stacks: true };
    let log = Log::new(options, Clock::simulated().0);
    tracing::subscriber::with_default(log.subscriber(), || tracing::error!("x"));
    assert!(sink.text(&log).contains("\"stacktrace\":\""));
}

#[test]
fn silence_hides_everything_and_hiding_spares_the_tap() {
    let (log, sink) = log(Form::Console, None);
    log.write(Level::Error, "x", "silent", Map::default());
    assert_eq!(sink.text(&log), "");

    let (log, sink) = self::log(Form::Json, Some(Level::Info));
    let seen: Arc<Mutex<Vec<Record>>> = Arc::default();
    let (tap, again) = (seen.clone(), log.clone());
    log.set_tap(Some(Arc::new(move |record| {
        tap.lock().unwrap().push(record.clone());
        // A tap that logs does not call itself for ever.
        again.write(Level::Info, "tap", "seen", Map::default());
    })));
    assert!(!log.set_hidden(true));
    log.write(Level::Info, "x", "hidden", Map::default());
    assert!(log.set_hidden(false));
    log.set_tap(None);
    log.write(Level::Info, "x", "shown", Map::default());
    let messages: Vec<_> = seen.lock().unwrap().iter().map(|r| r.message.clone()).collect();
    assert_eq!(messages, ["hidden".into()]);
    let text = sink.text(&log);
    assert!(
        text.contains("\"msg\":\"shown\"") && !text.contains("hidden") && !text.contains("seen"),
        "{text}"
    );
}

/// Blocks each write until opened.
#[derive(Clone, Default)]
struct Gate(Sink, Arc<(Mutex<bool>, Condvar)>);

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let open = self.1.0.lock().unwrap();
        drop(self.1.1.wait_while(open, |open| !*open).unwrap());
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_slow_output_drops_lines_and_says_so() {
    let gate = Gate::default();
    let options = Options {
        form: Form::Json,
        output: Some(Output::Other(Box::new(gate.clone()))),
        level: Some(Level::Info),
        stacks: false,
    };
    let log = Log::new(options, Clock::simulated().0);
    let long = "x".repeat(1 << 20);
    for _ in 0..20 {
        log.write(Level::Info, "x", &long, Map::default());
    }
    *gate.1.0.lock().unwrap() = true;
    gate.1.1.notify_all();
    assert!(log.flush());
    log.write(Level::Info, "x", "after", Map::default());
    let text = gate.0.text(&log);
    assert!(text.contains(" log lines were dropped: the output is too slow\n"));
    assert!(text.ends_with("\"msg\":\"after\"}\n"));
}

#[test]
fn numbers_of_levels() {
    assert_eq!(
        [-9, -1, 0, 1, 2, 9].map(|n| Level::from_number(n).as_str()),
        ["debug", "debug", "info", "warn", "error", "error"]
    );
}
