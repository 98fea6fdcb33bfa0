//! Which route a path meets.

use super::*;

fn route(method: &str, path: &str) -> Arc<Route> {
    let id = EntryId::parse(&format!("t:{}", path.replace(['{', '}'], "'"))).unwrap();
    let method = METHODS.iter().position(|m| *m == method).unwrap();
    Arc::new(Route::new(id.clone(), id, method, Pattern::parse("", path).unwrap()))
}

fn table(routes: &[&str]) -> Table {
    let routes: Vec<_> =
        routes.iter().map(|r| r.split_once(' ').unwrap()).map(|(m, p)| route(m, p)).collect();
    Table::new(routes)
}

/// `pattern name=value …`, `-> path`, `405 methods`, `404` or `400`.
fn look(table: &Table, method: &str, uri: &str) -> String {
    let (path, query) = uri.split_once('?').map_or((uri, None), |(p, q)| (p, Some(q)));
    match table.lookup(&Method::from_bytes(method.as_bytes()).unwrap(), path, query) {
        Lookup::Found(route, captures) => {
            let values = captures.iter().map(|r| &path[r.start as usize..r.end as usize]);
            route
                .names
                .iter()
                .zip(values)
                .fold(route.pattern.text().to_owned(), |out, (name, value)| format!("{out} {name}={value}"))
        }
        Lookup::Redirect(to) => format!("-> {to}"),
        Lookup::WrongMethod(allow) => format!("405 {allow}"),
        Lookup::Unknown => "404".into(),
        Lookup::Malformed => "400".into(),
    }
}

#[test]
fn the_most_specific_pattern_wins() {
    let t = table(&[
        "GET /users/me",
        "GET /users/{id}",
        "GET /users/{id}/posts",
        "GET /users/{path...}",
        "GET /{$}",
        "POST /users/{id}",
    ]);
    for (method, path, expected) in [
        ("GET", "/users/me", "/users/me"),
        ("GET", "/users/7", "/users/{id} id=7"),
        ("GET", "/users/me/posts", "/users/{id}/posts id=me"),
        ("GET", "/users/7/likes/3", "/users/{path...} path=7/likes/3"),
        ("GET", "/users/", "/users/{path...} path="),
        ("GET", "/", "/{$}"),
        ("GET", "/other", "404"),
        ("HEAD", "/users/me", "/users/me"),
        ("POST", "/users/me", "/users/{id} id=me"),
        ("DELETE", "/users/me", "405 GET, HEAD, POST, OPTIONS"),
        ("BREW", "/users/me", "405 GET, HEAD, POST, OPTIONS"),
        ("DELETE", "/nowhere", "404"),
    ] {
        assert_eq!(look(&t, method, path), expected, "{method} {path}");
    }
}

#[test]
fn a_trailing_slash_is_a_subtree_and_the_end_mark_is_not() {
    let t = table(&["GET /files/", "GET /exact/{$}"]);
    assert_eq!(look(&t, "GET", "/files/a/b"), "/files/");
    assert_eq!(look(&t, "GET", "/exact/"), "/exact/{$}");
    assert_eq!(look(&t, "GET", "/exact/more"), "404");
}

#[test]
fn unclean_paths_and_missing_slashes_are_redirected() {
    let t = table(&["GET /a/b", "GET /tree/"]);
    for (uri, expected) in [
        ("//a///b?x=1", "-> /a/b?x=1"),
        ("/a/./b", "-> /a/b"),
        ("/x/../a/b", "-> /a/b"),
        ("/../../a/b", "-> /a/b"),
        ("/tree//", "-> /tree/"),
        ("/tree?q", "-> /tree/?q"),
        ("/a/b/.hidden", "404"),
    ] {
        assert_eq!(look(&t, "GET", uri), expected, "{uri}");
    }
    assert_eq!(look(&t, "POST", "/tree"), "404");
}

#[test]
fn escapes_are_decoded_before_comparison() {
    let t = table(&["GET /a%20b", "GET /v/{x}"]);
    assert_eq!(look(&t, "GET", "/%61%20b"), "/a%20b");
    assert_eq!(look(&t, "GET", "/v/%41%2F"), "/v/{x} x=%41%2F");
    assert_eq!(look(&t, "GET", "/%76/1"), "/v/{x} x=1");
    assert_eq!(look(&t, "GET", "/v/%4"), "400");
}

#[test]
fn competing_routes_are_refused() {
    let conflict = |a: &str, b: &str| {
        let (a, b) = (a.split_once(' ').unwrap(), b.split_once(' ').unwrap());
        route(a.0, a.1).conflict(&route(b.0, b.1)).map(|e| e.message().to_owned())
    };
    let same = "GET /a/:y matches the same requests as GET /a/{x} of t:/a/'x'";
    assert_eq!(conflict("GET /a/:y", "GET /a/{x}").as_deref(), Some(same));
    let both =
        "GET /{y}/b and GET /a/{x} of t:/a/'x' match some of the same paths, and neither is more specific";
    assert_eq!(conflict("GET /{y}/b", "GET /a/{x}").as_deref(), Some(both));
    assert_eq!(conflict("GET /a", "POST /a"), None);
    assert_eq!(conflict("GET /a/b", "GET /a/{x}"), None);
}
