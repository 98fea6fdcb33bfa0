//! The exit status of a command, and what is printed of its result.

use infra_base::{Data, Error, Payload};
use infra_log::visible;
use std::io::Write;

/// A text is printed; a number is the status, 255 if it is outside of 0 to 255, so that no failure looks like success;
/// false is 1, everything else 0.
pub(crate) fn status(result: Payload) -> u8 {
    let data = match result {
        Payload::Data(data) => data,
        Payload::Encoded(_, bytes) => Data::Bytes(bytes),
        Payload::Error(error) => return failed(&error),
        Payload::Portable(portable) => portable.to_data().unwrap_or_default(),
    };
    match data {
        Data::Text(text) => print(text.as_bytes()),
        Data::Bytes(bytes) => print(&bytes),
        Data::Bool(false) => 1,
        Data::Int(n) => u8::try_from(n).unwrap_or(u8::MAX),
        Data::Float(f) if f.is_finite() => u8::try_from(f.trunc() as i64).unwrap_or(u8::MAX),
        Data::Float(_) => 1,
        Data::Null | Data::Bool(true) | Data::List(_) | Data::Map(_) => 0,
    }
}

fn print(text: &[u8]) -> u8 {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
    u8::from(written.is_err())
}

/// The text of the error on standard error; status 1.
pub(crate) fn failed(error: &Error) -> u8 {
    let mut err = std::io::stderr().lock();
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(err, "{}", visible(&error.to_string()));
    if let Some(trace) = error.trace() {
        let _ = writeln!(
            err,
            "{}",
            visible(trace).lines().map(|l| format!("  {l}\n")).collect::<String>().trim_end()
        );
    }
    1
}
