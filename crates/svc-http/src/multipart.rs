//! Multipart forms: values in memory, large files in unnamed temporary files.

use crate::body::{BodyStream, Limits};
use crate::exchange::Exchange;
use bytes::{Bytes, BytesMut};
use hyper::header::HeaderMap;
use indexmap::IndexMap;
use infra_base::{Error, Result, Salted};
use std::fs::File;
use std::future::Future;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Parts of a form; a form of many tiny parts would cost far more memory than its bytes.
const MAX_PARTS: usize = 1_000;

/// Bytes that are written to a temporary file at once.
const SPILL: usize = 256 << 10;

/// By field name, in the order of first occurrence.
type ByField<T> = IndexMap<String, Vec<T>, Salted>;

/// A form as read.
#[derive(Default)]
pub struct Form {
    /// Values of each field, at least one.
    pub values: ByField<Bytes>,
    /// Files of each field, at least one.
    pub files: ByField<Upload>,
}

/// A file of a form; cheap to clone.
#[derive(Clone)]
pub struct Upload(Arc<Uploaded>);

struct Uploaded {
    name: String,
    headers: HeaderMap,
    size: u64,
    content: Content,
}

enum Content {
    Memory(Bytes),
    Disk(File),
}

/// A file of a form being read from its start.
pub struct UploadStream {
    upload: Upload,
    at: u64,
}

impl Exchange {
    /// Reads the body as a form, once. Values and files share `max_memory` bytes; files beyond that go to disk. `Invalid`:
    /// not `multipart/form-data`, malformed, over a limit, or the body was read before.
    pub fn multipart(
        &self,
        limits: Limits,
        max_memory: u64,
    ) -> impl Future<Output = Result<Form>> + Send + use<> {
        let exchange = self.clone();
        async move {
            let content_type =
                exchange.content_type().and_then(|t| std::str::from_utf8(t).ok()).unwrap_or_default();
            let boundary = multer::parse_boundary(content_type)
                .map_err(|_| Error::invalid("the request body is not multipart/form-data"))?;
            let pieces = Pieces(exchange.stream(limits)?);
            let mut parts = multer::Multipart::new(pieces, boundary);
            let mut form = Form::default();
            let mut room = max_memory;
            let mut count = 0;
            while let Some(part) = parts.next_field().await.map_err(malformed)? {
                count += 1;
                if count > MAX_PARTS {
                    return Err(Error::invalid(format!("the form has more than {MAX_PARTS} parts")));
                }
                let Some(field) = part.name().map(str::to_owned) else { continue };
                if part.file_name().is_some() {
                    let upload = upload(part, &mut room).await?;
                    form.files.entry(field).or_default().push(upload);
                } else {
                    let value = value(part, &mut room, max_memory).await?;
                    form.values.entry(field).or_default().push(value);
                }
            }
            Ok(form)
        }
    }
}

async fn value(mut part: multer::Field<'static>, room: &mut u64, max_memory: u64) -> Result<Bytes> {
    let mut value = BytesMut::new();
    while let Some(piece) = part.chunk().await.map_err(malformed)? {
        let Some(left) = room.checked_sub(piece.len() as u64) else {
            return Err(Error::invalid(format!("the values of the form are larger than {max_memory} bytes")));
        };
        *room = left;
        value.extend_from_slice(&piece);
    }
    Ok(value.freeze())
}

async fn upload(mut part: multer::Field<'static>, room: &mut u64) -> Result<Upload> {
    let name = part.file_name().unwrap_or_default().to_owned();
    let headers = part.headers().clone();
    let (mut held, mut size, mut file) = (BytesMut::new(), 0, None);
    while let Some(piece) = part.chunk().await.map_err(malformed)? {
        size += piece.len() as u64;
        held.extend_from_slice(&piece);
        let full = if file.is_some() { held.len() >= SPILL } else { size > *room };
        if full {
            file = Some(spill(file, held.split().freeze()).await?);
        }
    }
    let content = match file {
        Some(file) => Content::Disk(spill(Some(file), held.freeze()).await?),
        None => {
            *room -= size;
            Content::Memory(held.freeze())
        }
    };
    Ok(Upload(Arc::new(Uploaded { name, headers, size, content })))
}

/// Appends to the file, which is made first if there is none. Disks can be slow, so a thread for blocking work does it.
async fn spill(file: Option<File>, bytes: Bytes) -> Result<File> {
    blocking(move || {
        let mut file = file.map_or_else(tempfile::tempfile, Ok)?;
        file.write_all(&bytes)?;
        Ok(file)
    })
    .await
    .map_err(|error| error.context("cannot keep an uploaded file"))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| Error::internal(error.to_string())),
        Err(_) => Err(Error::canceled("the node is stopping")),
    }
}

impl Upload {
    /// The file name that the client gave; not a path to be trusted.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// A header of the part, by name in any case.
    pub fn header(&self, name: &[u8]) -> Option<&[u8]> {
        let name = hyper::header::HeaderName::from_bytes(name).ok()?;
        self.0.headers.get(name).map(|value| value.as_bytes())
    }

    /// Its content from the start; may be asked for again.
    pub fn stream(&self) -> UploadStream {
        UploadStream { upload: self.clone(), at: 0 }
    }
}

impl UploadStream {
    /// The next bytes, at most `max`; `None` at the end. `Internal` when the disk fails.
    pub async fn read(&mut self, max: usize) -> Result<Option<Bytes>> {
        let left = self.upload.0.size - self.at;
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(max.max(1));
        if take == 0 {
            return Ok(None);
        }
        let (from, upload) = (self.at, self.upload.clone());
        let bytes = match &self.upload.0.content {
            Content::Memory(bytes) => bytes.slice(from as usize..from as usize + take),
            Content::Disk(_) => {
                blocking(move || {
                    let Content::Disk(file) = &upload.0.content else { unreachable!("matched above") };
                    let mut bytes = vec![0; take.min(1 << 20)];
                    file.read_exact_at(&mut bytes, from)?;
                    Ok(Bytes::from(bytes))
                })
                .await?
            }
        };
        self.at += bytes.len() as u64;
        Ok(Some(bytes))
    }
}

/// A body as the parser wants it.
struct Pieces(BodyStream);

impl futures_core::Stream for Pieces {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        self.0.poll_chunk(cx).map(Result::transpose)
    }
}

fn malformed(error: multer::Error) -> Error {
    match error {
        multer::Error::StreamReadFailed(cause) => match cause.downcast::<Error>() {
            Ok(own) => *own,
            Err(other) => Error::internal(other.to_string()),
        },
        other => Error::invalid(format!("malformed form: {other}")),
    }
}
