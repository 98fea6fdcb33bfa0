//! Objects Stream and Scanner: bytes read piece by piece, whoever they come from.
//!
//! One kind of object for everything that streams; what differs is the [`Source`]. A source is away from its object while
//! a read waits, so a second reader is told so instead of waiting for a lock.

mod scanner;

use bytes::Bytes;
use infra_base::{Error, Result};
use lua_api::{Cx, Guest, NativeResult, Object, Raise, Userdata, Val};
use std::cell::{Cell, RefCell};
use svc_http::{BodyStream, UploadStream};

/// What one read gives at most when the caller names no size.
const CHUNK: usize = 32 << 10;

/// Where bytes come from.
pub(crate) enum Source {
    /// The body of a request; `size` as announced, -1 if unknown.
    Body {
        /// The body.
        stream: Box<BodyStream>,
        /// Its length.
        size: i64,
    },
    /// A file of a form.
    Upload {
        /// Its content.
        stream: UploadStream,
        /// Its length.
        size: i64,
    },
}

/// A Stream object.
pub(crate) struct Stream {
    state: RefCell<State>,
    /// Bytes from the start to where the next read begins.
    position: Cell<u64>,
    size: i64,
}

enum State {
    Open(Source),
    /// A read waits.
    Away,
    Closed,
}

/// A Stream object over `source`.
pub(crate) fn stream<'cx>(cx: &mut Cx<'cx>, source: Source) -> Userdata<'cx> {
    let (Source::Body { size, .. } | Source::Upload { size, .. }) = source;
    cx.userdata(Stream { state: RefCell::new(State::Open(source)), position: Cell::new(0), size }, &[])
}

impl Source {
    /// The next bytes, at most `max`; `None` at the end.
    async fn read(&mut self, max: usize) -> Result<Option<Bytes>> {
        match self {
            Source::Body { stream, .. } => stream.read(max).await,
            Source::Upload { stream, .. } => stream.read(max).await,
        }
    }
}

fn closed() -> Error {
    Error::internal("the stream is closed")
}

impl Stream {
    /// Takes the source out for a read; it comes back with [`Stream::back`].
    fn take(&self) -> Result<Source> {
        let mut state = self.state.borrow_mut();
        match std::mem::replace(&mut *state, State::Away) {
            State::Open(source) => Ok(source),
            State::Away => Err(Error::invalid("another coroutine is reading the stream")),
            State::Closed => {
                *state = State::Closed;
                Err(closed())
            }
        }
    }

    /// Gives the source back with what was read; a stream that was closed meanwhile stays closed.
    fn back(&self, source: Source, read: usize) {
        self.position.set(self.position.get() + read as u64);
        let mut state = self.state.borrow_mut();
        if let State::Away = *state {
            *state = State::Open(source);
        }
    }

    fn check_open(&self) -> Result<()> {
        match *self.state.borrow() {
            State::Closed => Err(closed()),
            State::Open(_) | State::Away => Ok(()),
        }
    }
}

/// What a read comes to.
type Read = Result<Option<Bytes>>;

/// Reads from the stream `this` and goes on with `done` in the same slots.
fn read_from<'cx>(
    cx: &mut Cx<'cx>,
    this: Userdata<'cx>,
    max: usize,
    done: for<'a> fn(&mut Cx<'a>, Read) -> NativeResult,
) -> NativeResult {
    let Some(stream) = this.payload::<Stream>() else { return done(cx, Err(closed())) };
    let mut source = match stream.take() {
        Ok(source) => source,
        Err(error) => return done(cx, Err(error)),
    };
    let pin = cx.pin(this.val());
    let reading = async move {
        let read = source.read(max).await;
        (source, read)
    };
    cx.wait_for(reading, move |cx, (source, read)| {
        let stream = cx.pinned(&pin).as_userdata().and_then(|u| u.payload::<Stream>());
        cx.unpin(pin);
        if let Some(stream) = stream {
            stream.back(source, read.as_ref().ok().and_then(Option::as_ref).map_or(0, Bytes::len));
        }
        done(cx, read)
    })
}

/// `stream:read(size?)`
fn read(cx: &mut Cx<'_>) -> NativeResult {
    let (this, _) = cx.check_userdata_val::<Stream>(0)?;
    let max = cx.opt_int(1, 0)?;
    let max = if max > 0 { usize::try_from(max).unwrap_or(CHUNK) } else { CHUNK };
    cx.reserve(max.min(CHUNK))?;
    read_from(cx, this, max, |cx, read| match read {
        Ok(Some(bytes)) => {
            cx.reserve(bytes.len())?;
            let text = cx.string(&bytes);
            cx.ret(text)
        }
        Ok(None) => cx.ret(Val::NIL),
        Err(error) => cx.fail(error),
    })
}

/// `stream:write(data)`: nothing that streams today takes bytes.
fn write(cx: &mut Cx<'_>) -> NativeResult {
    let stream = cx.check_userdata::<Stream>(0)?;
    cx.check_bytes(1)?;
    match stream.check_open() {
        Ok(()) => cx.fail(Error::internal("the stream is not writable")),
        Err(error) => cx.fail(error),
    }
}

/// `stream:flush()`
fn flush(cx: &mut Cx<'_>) -> NativeResult {
    match cx.check_userdata::<Stream>(0)?.check_open() {
        Ok(()) => cx.ret(true),
        Err(error) => cx.fail(error),
    }
}

/// `stream:seek(whence, offset)`: nothing that streams today can be repositioned.
fn seek(cx: &mut Cx<'_>) -> NativeResult {
    let stream = cx.check_userdata::<Stream>(0)?;
    let whence = cx.opt_str(1)?.unwrap_or("cur");
    cx.opt_int(2, 0)?;
    let error = match stream.check_open() {
        Err(error) => error,
        Ok(()) if !["set", "cur", "end"].contains(&whence) => {
            Error::invalid(format!("whence \"{whence}\" is none of \"set\", \"cur\", \"end\""))
        }
        Ok(()) => Error::internal("the stream cannot be repositioned"),
    };
    cx.fail(error)
}

/// `stream:stat()`
fn stat(cx: &mut Cx<'_>) -> NativeResult {
    let stream = cx.check_userdata::<Stream>(0)?;
    if let Err(error) = stream.check_open() {
        return cx.fail(error);
    }
    let table = cx.table(0, 5);
    cx.set_field(table, "size", stream.size)?;
    cx.set_field(table, "position", stream.position.get() as i64)?;
    cx.set_field(table, "readable", true)?;
    cx.set_field(table, "writable", false)?;
    cx.set_field(table, "seekable", false)?;
    cx.ret(table)
}

/// `stream:close()`
fn close(cx: &mut Cx<'_>) -> NativeResult {
    let stream = cx.check_userdata::<Stream>(0)?;
    stream.state.replace(State::Closed);
    cx.ret(true)
}

/// The objects Stream and Scanner.
pub(crate) fn objects() -> [Object; 2] {
    let stream = Object::new::<Stream>("Stream", "Bytes that are read piece by piece.")
        .method(
            "read(size?: integer): (string?, error?)",
            "The next bytes, at most `size` (32 KiB if absent or 0); nil at the end.",
            read,
        )
        .method("write(data: string): (integer?, error?)", "Writes; the number of bytes.", write)
        .method(
            "seek(whence?: string, offset?: integer): (integer?, error?)",
            "Moves to an offset from `set`, `cur` or `end`; the new position.",
            seek,
        )
        .method("flush(): (boolean?, error?)", "Hands on what was written.", flush)
        .method(
            "stat(): ({size: integer, position: integer, readable: boolean, writable: boolean, seekable: boolean}?, error?)",
            "What it can do and where it is; `size` is -1 if unknown.",
            stat,
        )
        .method("close(): (boolean?, error?)", "Closes it; again is fine.", close)
        .method(
            "scanner(split?: string): (Scanner?, error?)",
            "Splits the rest into `lines` (the default), `words`, `bytes` or `runes`.",
            scanner::scanner,
        );
    [stream, scanner::object()]
}

/// As `check_userdata_val`, for the scanner's stream in slot 0.
fn stream_of<'cx>(cx: &mut Cx<'cx>) -> Result<Userdata<'cx>, Raise> {
    let (scanner, _) = cx.check_userdata_val::<scanner::Scanner>(0)?;
    let stream = scanner.slot(0).as_userdata();
    stream.ok_or_else(|| cx.error("the scanner has no stream"))
}
