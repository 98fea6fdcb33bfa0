//! Reads and writes of a socket, on Linux straight from the system.
//!
//! The C library makes of each such call a point at which its thread can be cancelled: four atomic operations that nobody here
//! needs.

use hyper::rt::ReadBufCursor;
use std::io;
use std::task::{Context, Poll};
use tokio::net::TcpStream;

/// Reads into buffers up to this length take one copy more, and no detour.
pub(crate) const BRIEF: usize = 8 << 10;

#[cfg(target_os = "linux")]
pub(crate) use linux::{receive, send};
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::{receive, send};

#[cfg(target_os = "linux")]
mod linux {
    use super::{BRIEF, Context, Poll, ReadBufCursor, TcpStream, io};
    use rustix::net::{RecvFlags, SendFlags};
    use std::mem::MaybeUninit;
    use tokio::io::Interest;

    /// Reads up to [`BRIEF`] bytes.
    pub(crate) fn receive(
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
        buf: &mut ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut space = [MaybeUninit::<u8>::uninit(); BRIEF];
        let space = &mut space[..buf.remaining().min(BRIEF)];
        let room = space.len();
        let read = || {
            let (read, _) = rustix::net::recv(&*stream, &mut *space, RecvFlags::empty())?.0;
            buf.put_slice(read);
            Ok(read.len())
        };
        let attempt = |read: &mut Call<'_>| stream.try_io(Interest::READABLE, read);
        system_call(room, || stream.poll_read_ready(cx), attempt, read).map_ok(drop)
    }

    /// Writes once.
    pub(crate) fn send(
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let write = || Ok(rustix::net::send(&*stream, bytes, SendFlags::NOSIGNAL)?);
        let attempt = |write: &mut Call<'_>| stream.try_io(Interest::WRITABLE, write);
        system_call(bytes.len(), || stream.poll_write_ready(cx), attempt, write)
    }

    type Call<'a> = dyn FnMut() -> io::Result<usize> + 'a;

    /// Calls once the socket is `ready`. Less than `room` means that the next call would have to wait: tokio is told so right
    /// away, as its own reads and writes do where sockets tell of changes, which saves the system call that would say it.
    fn system_call(
        room: usize,
        mut ready: impl FnMut() -> Poll<io::Result<()>>,
        mut attempt: impl FnMut(&mut Call<'_>) -> io::Result<usize>,
        mut call: impl FnMut() -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            std::task::ready!(ready())?;
            let mut less = None;
            let done = attempt(&mut || match call()? {
                done if done > 0 && done < room => {
                    less = Some(done);
                    Err(io::ErrorKind::WouldBlock.into())
                }
                done => Ok(done),
            });
            match (done, less) {
                (_, Some(less)) => return Poll::Ready(Ok(less)),
                (Err(error), None) if error.kind() == io::ErrorKind::WouldBlock => {}
                (done, None) => return Poll::Ready(done),
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::cell::Cell;
        use std::io::ErrorKind::{ConnectionReset, WouldBlock};

        /// What a socket with these answers comes to in a buffer of ten bytes, how often readiness was asked for, and how often tokio
        /// heard that there is nothing more.
        fn come_to(answers: &[io::Result<usize>]) -> (String, usize, usize) {
            let (asked, drained, next) = (Cell::new(0), Cell::new(0), Cell::new(0));
            let ready = || {
                asked.set(asked.get() + 1);
                if next.get() < answers.len() { Poll::Ready(Ok(())) } else { Poll::Pending }
            };
            let attempt = |call: &mut Call<'_>| {
                let done = call();
                drained
                    .set(drained.get() + usize::from(done.as_ref().is_err_and(|e| e.kind() == WouldBlock)));
                done
            };
            let call = || {
                let answer = &answers[next.replace(next.get() + 1)];
                answer.as_ref().copied().map_err(|e| e.kind().into())
            };
            let done = system_call(10, ready, attempt, call).map_err(|e| e.kind());
            (format!("{done:?}"), asked.get(), drained.get())
        }

        #[test]
        fn tokio_hears_at_once_when_a_socket_has_no_more() {
            let cases: [(&[io::Result<usize>], &str, usize, usize); 6] = [
                (&[Ok(10)], "Ready(Ok(10))", 1, 0),
                (&[Ok(3)], "Ready(Ok(3))", 1, 1),
                (&[Ok(0)], "Ready(Ok(0))", 1, 0),
                (&[Err(ConnectionReset.into())], "Ready(Err(ConnectionReset))", 1, 0),
                (&[Err(WouldBlock.into())], "Pending", 2, 1),
                (&[Err(WouldBlock.into()), Ok(4)], "Ready(Ok(4))", 2, 2),
            ];
            for (answers, done, asked, drained) in cases {
                assert_eq!(come_to(answers), (done.to_owned(), asked, drained), "{answers:?}");
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod plain {
    use super::{Context, Poll, ReadBufCursor, TcpStream, io};
    use std::pin::Pin;
    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    pub(crate) fn receive(
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
        buf: &mut ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut space = [0; super::BRIEF];
        let room = buf.remaining().min(space.len());
        let mut read = ReadBuf::new(&mut space[..room]);
        std::task::ready!(Pin::new(stream).poll_read(cx, &mut read))?;
        buf.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }

    pub(crate) fn send(
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(stream).poll_write(cx, bytes)
    }
}
