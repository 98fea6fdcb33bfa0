//! Roots that pass their turn on to each other, and waits that others end, in slices of every size.

#![allow(clippy::unwrap_used, reason = "tests")]

use lua_vm::{Cx, Lua, NativeResult, Options, Pin, Run, Statics, StaticsBuilder, Val};
use std::collections::VecDeque;
use std::sync::Arc;

/// Roots by number, who is ready, who runs.
#[derive(Default)]
struct Host {
    roots: Vec<Pin>,
    ready: VecDeque<usize>,
    current: usize,
    /// Whether turns are passed on, or the run ends at each wait.
    passes: bool,
    log: Vec<String>,
}

/// `rest(...)`: waits; what the host gives are the results, or a wake's own.
fn rest(cx: &mut Cx<'_>) -> NativeResult {
    let host = cx.host::<Host>();
    if host.passes
        && let Some(next) = host.ready.pop_front()
    {
        host.current = next;
        let next = host.roots[next].root();
        return cx.wait_and_pass(Some(woken), next);
    }
    cx.wait(Some(woken))
}

fn woken(cx: &mut Cx<'_>) -> NativeResult {
    assert_eq!(cx.results(), 0, "what was given goes to the caller");
    let text = cx.string(b"woken");
    cx.ret(text)
}

/// `give(who, v)`: ends the wait of `who` with `v` and what it was called with; false if it does not wait.
fn give(cx: &mut Cx<'_>) -> NativeResult {
    let who = cx.check_int(0)? as usize;
    let root = cx.host::<Host>().roots[who].root();
    let value = cx.arg(1);
    let done = cx.finish_for(root, 0, |first| [value, first]).is_some();
    if done {
        cx.host::<Host>().ready.push_back(who);
    }
    cx.ret(done)
}

/// `wake(who)`: its continuation runs.
fn wake(cx: &mut Cx<'_>) -> NativeResult {
    let who = cx.check_int(0)? as usize;
    cx.host::<Host>().ready.push_back(who);
    cx.ret0()
}

fn note(cx: &mut Cx<'_>) -> NativeResult {
    let texts: Vec<String> = (0..cx.nargs()).map(|i| cx.plain_text(cx.arg(i))).collect();
    cx.host::<Host>().log.push(texts.join(" "));
    cx.ret0()
}

fn statics() -> Arc<Statics> {
    let mut b = StaticsBuilder::new();
    b.func("rest", rest).func("give", give).func("wake", wake).func("note", note);
    b.build()
}

/// Runs roots with these sources, all ready in this order, until none is; what they noted, and how each ended.
fn play(sources: &[&str], slice: i64, passes: bool, stress: bool) -> Vec<String> {
    let mut lua = Lua::new(statics(), Options { stress, ..Options::default() });
    let mut host = Host { passes, ..Host::default() };
    for source in sources {
        let parsed = lua_syntax::parse(source.as_bytes());
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        let index = lua_syntax::LineIndex::new(source.as_bytes());
        let proto = lua_vm::compile(&parsed.chunk, "test", &index).unwrap();
        let pin = lua.enter(&mut host, |cx| {
            let f = cx.load(proto);
            let t = cx.thread(f, &[]);
            cx.pin(t)
        });
        host.ready.push_back(host.roots.len());
        host.roots.push(pin);
    }
    while let Some(next) = host.ready.pop_front() {
        host.current = next;
        loop {
            let root = host.roots[host.current].root();
            let run = lua.wake(root, &mut slice.clone(), &mut host);
            let who = host.current;
            match run {
                Run::OutOfFuel => continue,
                Run::Waiting => {}
                Run::Yielded => host.ready.push_back(who),
                Run::Finished => host.log.push(format!("{who} ends")),
                Run::Raised(_) => {
                    let text = lua.enter(&mut host, |cx| {
                        let thread = cx.host::<Host>().roots[who].root();
                        assert!(!cx.finish(thread, [Val::NIL]), "it does not wait");
                        let pin = std::mem::take(&mut cx.host::<Host>().roots);
                        let thread = cx.pinned(&pin[who]);
                        cx.host::<Host>().roots = pin;
                        cx.outcome(thread).into_iter().map(|v| cx.plain_text(v)).collect::<String>()
                    });
                    host.log.push(format!("{who} raises {text}"));
                }
                Run::Dead => panic!("the quota is large"),
            }
            break;
        }
        lua.collect();
    }
    host.log
}

/// The log, which is the same however it is cut, whoever passes, and whenever is collected.
fn log(sources: &[&str]) -> Vec<String> {
    let plain = play(sources, 1_000_000, false, false);
    for passes in [false, true] {
        for stress in [false, true] {
            for slice in [1, 7, 40, 1_000_000] {
                assert_eq!(play(sources, slice, passes, stress), plain, "{slice} {passes} {stress}");
            }
        }
    }
    plain
}

#[test]
fn what_is_given_is_what_the_wait_returns_wherever_it_stood() {
    let waiter = "
        note(rest())
        note((rest('first')))
        note(select('#', rest()))
        local a, b, c = rest('own')
        note(a, b, c)
        local t = {0, rest('last')}
        note(#t, t[2], t[3])
        rest()
        note(pcall(rest, 'protected'))
        local o = setmetatable({}, {__index = function(_, k) return rest(k) end, __len = rest,
          __lt = function() return rest() end, __concat = rest, __newindex = rest})
        note(o.x)
        if o < o then note('less') end
        note(o .. 'y')
        o.z = 5
        note(#o)
        local co = coroutine.wrap(function(x) note(rest(x)) coroutine.yield('y') return rest('inner') end)
        note(co('in'))
        note(co())
        local sorted = {3, 1, 2}
        table.sort(sorted, function(x, y) rest() return x < y end)
        note(table.concat(sorted))
        note((('ab'):gsub('.', function(c) return (rest(c)) end)))
        local function tail(x) return rest(x) end
        note(tail('tail'))";
    let giver = "
        local i = 0
        rest()
        while true do
          i = i + 1
          if not give(0, 'v' .. i) then return end
          wake(1)
          rest()
        end";
    // The giver is woken first by the waker.
    let waker = "wake(1) rest()";
    let log = log(&[waiter, giver, waker]);
    let expected = [
        "v1 nil",
        "v2",
        "2",
        "v4 own nil",
        "3 v5 last",
        "true v7 protected",
        "v8",
        "less",
        "v10",
        "v12",
        "v13 in",
        "y",
        "v14 inner",
        "123",
    ];
    assert_eq!(log[..expected.len()], expected);
    assert_eq!(log.last().unwrap(), "1 ends");
    assert!(
        log.iter().any(|line| line == "0 ends") && log.iter().any(|line| line.ends_with(" tail")),
        "{log:?}"
    );
}

#[test]
fn turns_go_on_in_order_and_continuations_see_their_wakes() {
    let log = log(&[
        "note('a1') wake(1) note(rest('a')) give(2, 1) note(rest()) note('a3')",
        "note('b1') note(rest('b')) wake(0) note(rest()) error('b raises', 0)",
        "note('c1') wake(0) note(rest('c')) give(1, {}) wake(0) coroutine.yield() note('c2')",
    ]);
    assert_eq!(log[..3], ["a1", "b1", "c1"]);
    assert!(log.contains(&"1 raises b raises".to_owned()), "{log:?}");
    assert!(log.contains(&"c2".to_owned()) && log.contains(&"a3".to_owned()), "{log:?}");
}

#[test]
fn a_coroutine_whose_value_is_there_is_nobody_elses_to_resume() {
    let log = log(&[
        "inner = coroutine.create(function() return rest('x') end)
         note(coroutine.resume(inner))",
        "note(give(0, 'v'), coroutine.status(inner))
         note(coroutine.resume(inner, 'other'))
         note(give(0, 'again'))",
    ]);
    let expected = [
        "true suspended",
        "false cannot resume non-suspended coroutine",
        "false",
        "1 ends",
        "true v x",
        "0 ends",
    ];
    assert_eq!(log, expected);
}
