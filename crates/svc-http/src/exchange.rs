//! A request and its response as the handler sees them.

use crate::body::RequestBody;
use crate::connection::Link;
use crate::percent;
use crate::response::Response;
use crate::table::{Captures, Route};
use hyper::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use infra_base::EntryId;
use infra_clock::Clock;
use parking_lot::Mutex;
use std::borrow::Cow;
use std::sync::Arc;

/// One HTTP request with its response; cheap to clone.
///
/// The server puts it into the own slots of the handler's frame, so the handler has it and the functions that it calls do
/// not. Texts of the request are bytes as received: nothing in HTTP makes them UTF-8. Every method may be called from any
/// thread; futures own what they need and may be dropped at any time.
///
/// The response leaves with its headers when the handler ends, calls [`flush`](Self::flush) or
/// [`write_event`](Self::write_event), or has written more than 64 KiB. A handler that ends earlier gets a
/// `Content-Length` and one write to the socket; a longer one streams, and [`write`](Self::write) makes it wait while the
/// client is slow.
#[derive(Clone)]
pub struct Exchange(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) head: Parts,
    pub(crate) route: Arc<Route>,
    pub(crate) captures: Captures,
    pub(crate) link: Arc<Link>,
    pub(crate) clock: Clock,
    pub(crate) body: Mutex<RequestBody>,
    pub(crate) response: Mutex<Response>,
}

impl Exchange {
    /// `GET`, `POST`, …
    pub fn method(&self) -> &str {
        self.0.head.method.as_str()
    }

    /// The path, decoded.
    pub fn path(&self) -> Cow<'_, [u8]> {
        let raw = self.0.head.uri.path().as_bytes();
        percent::decode(raw).unwrap_or(Cow::Borrowed(raw))
    }

    /// The `Host` header, or the authority of an absolute request target; empty when the client sent neither.
    pub fn host(&self) -> Cow<'_, [u8]> {
        let authority = self.0.head.uri.authority().map(|a| a.as_str().as_bytes());
        let host = || self.0.head.headers.get(HOST).map(|v| v.as_bytes());
        Cow::Borrowed(authority.or_else(host).unwrap_or_default())
    }

    /// `ip:port` of the peer.
    pub fn remote_addr(&self) -> String {
        self.0.link.peer.to_string()
    }

    /// The route's `http.endpoint` entry.
    pub fn endpoint(&self) -> &EntryId {
        &self.0.route.endpoint
    }

    /// The query string as received, without the question mark; empty when there is none.
    pub fn query_string(&self) -> &str {
        self.0.head.uri.query().unwrap_or_default()
    }

    /// The first value of a query parameter.
    pub fn query(&self, name: &[u8]) -> Option<Cow<'_, [u8]>> {
        query_pairs(self.query_string()).find_map(|(key, value)| (*key == *name).then_some(value))
    }

    /// All query parameters in the order of their first occurrence; values of a repeated one are joined by `,`.
    pub fn query_params(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut out = indexmap::IndexMap::<Vec<u8>, Vec<u8>, infra_base::Salted>::default();
        for (key, value) in query_pairs(self.query_string()) {
            match out.entry(key.into_owned()) {
                indexmap::map::Entry::Vacant(slot) => drop(slot.insert(value.into_owned())),
                indexmap::map::Entry::Occupied(slot) => {
                    let joined = slot.into_mut();
                    joined.push(b',');
                    joined.extend_from_slice(&value);
                }
            }
        }
        out.into_iter().collect()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.head.headers
    }

    /// A header by name in any case; several are joined by `, `.
    pub fn header(&self, name: &[u8]) -> Option<Cow<'_, [u8]>> {
        let name = HeaderName::from_bytes(name).ok()?;
        let mut values = self.0.head.headers.get_all(name).iter().map(|v| v.as_bytes());
        let first = values.next()?;
        let Some(second) = values.next() else { return Some(Cow::Borrowed(first)) };
        let mut joined = first.to_vec();
        for value in std::iter::once(second).chain(values) {
            joined.extend_from_slice(b", ");
            joined.extend_from_slice(value);
        }
        Some(Cow::Owned(joined))
    }

    /// The `Content-Type` header.
    pub fn content_type(&self) -> Option<&[u8]> {
        self.0.head.headers.get(CONTENT_TYPE).map(|v| v.as_bytes())
    }

    /// Length of the body in bytes as announced; -1 when it comes in chunks, 0 when there is none.
    pub fn content_length(&self) -> i64 {
        let headers = &self.0.head.headers;
        let length = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.trim().parse().ok());
        length.unwrap_or(if headers.contains_key(TRANSFER_ENCODING) { -1 } else { 0 })
    }

    /// Is there a body: a length above zero, or chunks?
    pub fn has_body(&self) -> bool {
        self.content_length() != 0
    }

    /// Is the body's media type `media_type`? Parameters and case don't matter.
    pub fn is_content_type(&self, media_type: &[u8]) -> bool {
        let bare = |text: &[u8]| essence(text).to_ascii_lowercase();
        self.content_type().is_some_and(|own| bare(own) == bare(media_type))
    }

    /// Does the `Accept` header name `media_type` or `*/*`? Without the header everything is accepted.
    pub fn accepts(&self, media_type: &[u8]) -> bool {
        let Some(accept) = self.header(ACCEPT.as_str().as_bytes()) else { return true };
        let wanted = essence(media_type);
        accept.split(|b| *b == b',').map(essence).any(|one| one == b"*/*" || one.eq_ignore_ascii_case(wanted))
    }

    /// A value that the route captured, decoded.
    pub fn param(&self, name: &[u8]) -> Option<Cow<'_, [u8]>> {
        self.params().find_map(|(key, value)| (key.as_bytes() == name).then_some(value))
    }

    /// Everything that the route captured, decoded, in the order of the pattern.
    pub fn params(&self) -> impl Iterator<Item = (&str, Cow<'_, [u8]>)> {
        let path = self.0.head.uri.path().as_bytes();
        self.0.route.names.iter().zip(&self.0.captures).map(|(name, range)| {
            let raw = &path[range.start as usize..range.end as usize];
            (&**name, percent::decode(raw).unwrap_or(Cow::Borrowed(raw)))
        })
    }
}

/// A media type or accept item without its parameters.
fn essence(text: &[u8]) -> &[u8] {
    text.split(|b| *b == b';').next().unwrap_or_default().trim_ascii()
}

/// Decoded pairs; one with a bad escape is skipped.
fn query_pairs(query: &str) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    query.as_bytes().split(|b| *b == b'&').filter(|pair| !pair.is_empty()).filter_map(|pair| {
        let at = pair.iter().position(|b| *b == b'=');
        let (key, value) = at.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
        Some((percent::decode_form(key)?, percent::decode_form(value)?))
    })
}
