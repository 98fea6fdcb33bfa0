//! The route table of a server: an immutable snapshot, one tree of segments per method.

use crate::pattern::{Pattern, Relation, Segment};
use crate::percent;
use hyper::Method;
use infra_base::{EntryId, Error};
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::Arc;

/// Methods that an endpoint may have, in the order of `Allow`.
pub(crate) const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

const GET: usize = 0;
const HEAD: usize = 1;
const OPTIONS: usize = 6;

/// A route: which function answers `method` on the paths of a pattern.
#[derive(Debug)]
pub(crate) struct Route {
    /// The `http.endpoint` entry.
    pub(crate) endpoint: EntryId,
    /// The function that it calls.
    pub(crate) func: EntryId,
    /// Index into [`METHODS`].
    pub(crate) method: usize,
    /// Prefix and path.
    pub(crate) pattern: Pattern,
    /// Names of the captured values, in order.
    pub(crate) names: Box<[Box<str>]>,
}

/// Byte ranges of the request path, one for each name of the route.
pub(crate) type Captures = SmallVec<[Range<u32>; 4]>;

/// What the table says to a request.
pub(crate) enum Lookup<'t> {
    /// Call this.
    Found(&'t Arc<Route>, Captures),
    /// The client should ask for this path instead.
    Redirect(String),
    /// The path is known, the method is not; the methods that are, for `Allow`.
    WrongMethod(String),
    /// No such path.
    Unknown,
    /// The path has a bad percent escape.
    Malformed,
}

/// All routes of a server.
#[derive(Default)]
pub(crate) struct Table {
    trees: [Node; METHODS.len()],
}

/// What may follow a slash.
#[derive(Default)]
struct Node {
    /// Sorted by text.
    literals: Vec<(Box<[u8]>, Node)>,
    param: Option<Box<Node>>,
    rest: Option<Arc<Route>>,
    here: Option<Arc<Route>>,
}

impl Route {
    /// A route; `method` is one of [`METHODS`].
    pub(crate) fn new(endpoint: EntryId, func: EntryId, method: usize, pattern: Pattern) -> Route {
        let names = pattern.names().map(Into::into).collect();
        Route { endpoint, func, method, pattern, names }
    }

    /// An error when this and `other` would compete for a request: the same method, and neither is more specific.
    pub(crate) fn conflict(&self, other: &Route) -> Option<Error> {
        if self.method != other.method {
            return None;
        }
        let (method, mine, theirs) = (METHODS[self.method], self.pattern.text(), other.pattern.text());
        match self.pattern.relation(&other.pattern) {
            Relation::Equal => Some(Error::invalid(format!(
                "{method} {mine} matches the same requests as {method} {theirs} of {}",
                other.endpoint
            ))),
            Relation::Overlap => Some(Error::invalid(format!(
                "{method} {mine} and {method} {theirs} of {} match some of the same paths, and neither is more specific",
                other.endpoint
            ))),
            Relation::Disjoint | Relation::First | Relation::Second => None,
        }
    }
}

impl Table {
    /// A table of `routes`, which do not conflict; of two that do, the later wins.
    pub(crate) fn new(routes: impl IntoIterator<Item = Arc<Route>>) -> Table {
        let mut table = Table::default();
        for route in routes {
            table.trees[route.method].insert(route.pattern.segments(), &route);
        }
        table
    }

    /// Finds the route of a request; `path` is as received, starting with a slash.
    pub(crate) fn lookup(&self, method: &Method, path: &str, query: Option<&str>) -> Lookup<'_> {
        if let Some(clean) = cleaned(path) {
            return redirect(&clean, query);
        }
        let Some(inner) = path.strip_prefix('/') else { return Lookup::Unknown };
        let index = METHODS.iter().position(|m| *m == method.as_str());
        let mut captures = Captures::new();
        let mut tries = [index, (index == Some(HEAD)).then_some(GET)].into_iter().flatten();
        let found = tries.find_map(|tree| {
            captures.clear();
            self.trees[tree].find(inner.as_bytes(), 1, &mut captures)
        });
        match found {
            Some(route) => Lookup::Found(route, captures),
            None => self.miss(index, path, inner, query),
        }
    }

    #[cold]
    fn miss(&self, index: Option<usize>, path: &str, inner: &str, query: Option<&str>) -> Lookup<'_> {
        if percent::decode(path.as_bytes()).is_none() {
            return Lookup::Malformed;
        }
        let matches = |tree: usize, path: &str| {
            self.trees[tree].find(path.as_bytes(), 1, &mut Captures::new()).is_some()
        };
        let mut allow: Vec<usize> = (0..METHODS.len()).filter(|tree| matches(*tree, inner)).collect();
        if allow.is_empty() {
            let slashed = format!("{inner}/");
            let own = [index, (index == Some(HEAD)).then_some(GET)];
            if !path.ends_with('/') && own.into_iter().flatten().any(|tree| matches(tree, &slashed)) {
                return redirect(&format!("{path}/"), query);
            }
            return Lookup::Unknown;
        }
        if allow.contains(&GET) {
            allow.push(HEAD);
        }
        allow.push(OPTIONS);
        allow.sort_unstable();
        allow.dedup();
        Lookup::WrongMethod(allow.into_iter().map(|m| METHODS[m]).collect::<Vec<_>>().join(", "))
    }
}

impl Node {
    fn insert(&mut self, segments: &[Segment], route: &Arc<Route>) {
        let mut at = self;
        for segment in segments {
            at = match segment {
                Segment::Rest(_) => {
                    at.rest = Some(route.clone());
                    return;
                }
                Segment::Param(_) => at.param.get_or_insert_default(),
                Segment::Literal(text) => {
                    let place = at.literals.binary_search_by(|(t, _)| (**t).cmp(text.as_bytes()));
                    let place = place.unwrap_or_else(|place| {
                        at.literals.insert(place, (text.as_bytes().into(), Node::default()));
                        place
                    });
                    &mut at.literals[place].1
                }
            };
        }
        at.here = Some(route.clone());
    }

    /// Matches `path`, what follows a slash; `offset` is its place in the whole path. Each node of the tree is tried at
    /// most once, so the time is bounded by the table, and the depth by the longest pattern.
    fn find(&self, path: &[u8], offset: u32, captures: &mut Captures) -> Option<&Arc<Route>> {
        let end = path.iter().position(|b| *b == b'/').unwrap_or(path.len());
        let (segment, tail) = (&path[..end], path.get(end + 1..));
        let next = offset + end as u32 + 1;
        if !self.literals.is_empty()
            && let Some(text) = percent::decode(segment)
            && let Ok(place) = self.literals.binary_search_by(|(t, _)| (**t).cmp(&*text))
            && let Some(route) = self.literals[place].1.after(tail, next, captures)
        {
            return Some(route);
        }
        if let Some(node) = &self.param
            && !segment.is_empty()
            && percent::decode(segment).is_some()
        {
            captures.push(offset..offset + end as u32);
            if let Some(route) = node.after(tail, next, captures) {
                return Some(route);
            }
            captures.pop();
        }
        let rest = self.rest.as_ref().filter(|_| percent::decode(path).is_some())?;
        captures.push(offset..offset + path.len() as u32);
        Some(rest)
    }

    fn after(&self, tail: Option<&[u8]>, offset: u32, captures: &mut Captures) -> Option<&Arc<Route>> {
        match tail {
            Some(tail) => self.find(tail, offset, captures),
            None => self.here.as_ref(),
        }
    }
}

fn redirect(path: &str, query: Option<&str>) -> Lookup<'static> {
    Lookup::Redirect(match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    })
}

/// The path without `//`, `.` and `..`; `None` when it has none.
fn cleaned(path: &str) -> Option<String> {
    let bytes = path.as_bytes();
    if !bytes.windows(2).any(|pair| pair[0] == b'/' && matches!(pair[1], b'/' | b'.')) {
        return None;
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
    }
    let mut clean = kept.iter().fold(String::with_capacity(path.len()), |out, segment| out + "/" + segment);
    if clean.is_empty() || path.ends_with(['/']) || path.ends_with("/.") || path.ends_with("/..") {
        clean.push('/');
    }
    (clean != path).then_some(clean)
}

#[cfg(test)]
mod tests;
