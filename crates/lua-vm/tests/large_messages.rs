//! Large values leave and enter heaps in steps; see `fragment/steps.rs`.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use lua_vm::{Cx, Fragment, Lua, NativeResult, Options, Pin, Rubble, Run, Statics, StaticsBuilder};

/// What was sent, for several to receive.
type Mail = Vec<Arc<Mutex<Fragment>>>;

fn send(cx: &mut Cx<'_>) -> NativeResult {
    let value = cx.arg(0);
    let copied = match cx.take_copy() {
        Some((tag, copied)) => {
            assert_eq!(tag, 7);
            copied.map(Some)
        }
        None => cx.begin_copy(value, 7),
    };
    match copied {
        Ok(Some(fragment)) => {
            cx.host::<Mail>().push(Arc::new(Mutex::new(fragment)));
            cx.ret0()
        }
        Ok(None) => cx.retry(),
        Err(refused) => Err(cx.error(refused)),
    }
}

/// `receive(stays?)`
fn receive(cx: &mut Cx<'_>) -> NativeResult {
    let stays = cx.arg(0).truthy();
    let mail = cx.host::<Mail>();
    let fragment = if stays { mail[0].clone() } else { mail.remove(0) };
    let mut fragment = fragment.lock().unwrap();
    let values = if stays { cx.adopt(&fragment)? } else { cx.adopt_all(&mut fragment)? };
    cx.ret(values[0])
}

fn statics() -> Arc<Statics> {
    let mut builder = StaticsBuilder::new();
    builder.func("send", send).func("receive", receive);
    builder.build()
}

fn process(statics: &Arc<Statics>, options: Options, source: &str, mail: &mut Mail) -> (Lua, Pin) {
    let parsed = lua_syntax::parse(source.as_bytes());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let lines = lua_syntax::LineIndex::new(source.as_bytes());
    let proto = lua_vm::compile(&parsed.chunk, "case", &lines).unwrap();
    let mut lua = Lua::new(statics.clone(), options);
    let root = lua.enter(mail, |cx| {
        let f = cx.load(proto);
        let t = cx.thread(f, &[]);
        cx.pin(t)
    });
    (lua, root)
}

/// Runs to the end in slices; how many there were.
fn run(lua: &mut Lua, root: &Pin, slice: i64, mail: &mut Mail) -> usize {
    for n in 1.. {
        match lua.run(root, &mut slice.clone(), mail) {
            Run::OutOfFuel => {}
            Run::Finished => return n,
            Run::Raised(_) => {
                let text = lua.enter(mail, |cx| {
                    let raised = cx.outcome(cx.pinned(root))[0];
                    cx.plain_text(raised)
                });
                panic!("raised {text}");
            }
            other => panic!("{other:?}"),
        }
    }
    unreachable!()
}

const SAMPLE: &str = "
    local function sample(n)
        local shared, t = { 'shared' }, { list = {}, map = {}, holes = { 1, nil, nil, 4 }, empty = {}, x = {} }
        for i = 1, n do
            t.list[i] = { i, name = 'n' .. i, shared, i % 2 == 0, i / 2 }
            t.map['k' .. i], t.map[-i], t.map[shared] = i, ('v'):rep(i % 900), t
        end
        for i = 1, n, 3 do t.map[-i] = nil end
        t.x.x = nil
        t.long, t.longer, t.self = ('l'):rep(70000), ('ab'):rep(300000), t
        return t
    end
    local function same(a, b, seen)
        if type(a) ~= 'table' then return a == b end
        if seen[a] then return seen[a] == b end
        seen[a] = b
        if type(b) ~= 'table' or #a ~= #b then return false end
        local n = 0
        for k, v in pairs(a) do
            n = n + 1
            if type(k) ~= 'table' and not same(v, b[k], seen) then return false end
        end
        for k in pairs(b) do n = n - 1 end
        return n == 0
    end";

/// In slices of any length, with a collector that runs all the time or not, what is received equals what was sent, whether
/// others receive it, too, or not. It is read as soon as it was received, by a function, a coroutine, behind `pcall`.
#[test]
fn what_was_sent_is_received() {
    let statics = statics();
    let source = format!(
        "{SAMPLE}
         local t = sample(1500)
         send(t)
         assert(same(t, receive(true), {{}}))
         assert(#receive(true).list == 1500 and receive(true).list[1500].name == 'n1500')
         local f = function() return receive(true) end
         assert(same(f(), t, {{}}))
         assert(same(coroutine.wrap(function() coroutine.yield(receive(true)) end)(), t, {{}}))
         assert(same(select(2, pcall(receive, true)), t, {{}}))
         assert(same(receive(), t, {{}}))
         local order, again = {{}}, {{}}
         for k in pairs(t.map) do order[#order + 1] = type(k) == 'table' and 'table' or k end
         send(t)
         for k in pairs(receive().map) do again[#again + 1] = type(k) == 'table' and 'table' or k end
         assert(same(order, again, {{}}))
         send(t.longer)
         assert(receive(true) == t.longer and receive() == t.longer)
         local deep = {{}}
         for i = 1, 5000 do deep = {{ deep }} end
         send(deep)
         assert(same(deep, receive(), {{}}))
         t.list[1500].name = pcall
         local ok, e = pcall(send, t)
         assert(not ok and e:find('a function cannot leave its process (at list[1500].name)', 1, true), e)
         local deep = {{ pcall }}
         for i = 1, 5000 do deep = {{ deep }} end
         ok, e = pcall(send, deep)
         assert(not ok and e:find('…', 1, true) and #e < 1000, e)"
    );
    for (stress, slices) in [(false, &[300, 4_000, i64::MAX][..]), (true, &[2_000])] {
        for slice in slices {
            let mut mail = Mail::new();
            let options = Options { stress, ..Options::default() };
            let (mut lua, root) = process(&statics, options, &source, &mut mail);
            let slices = run(&mut lua, &root, *slice, &mut mail);
            assert!(*slice == i64::MAX || slices > 100, "{slices}");
        }
    }
}

/// No slice does much more than was paid for.
#[test]
fn slices_stay_short() {
    let (long, tables, texts) = if cfg!(miri) { (200_000, 1500, 3) } else { (3_000_000, 20_000, 100) };
    let source = format!(
        "local t = {{ ('ab'):rep({long}) }} for i = 2, {tables} do t[i] = {{ i, name = 'n' .. i }} end
         for i = 1, {texts} do t['k' .. i] = ('v'):rep(30000) end
         send(t) assert(#receive(true) == {tables}) assert(#receive() == {tables})"
    );
    let mut mail = Mail::new();
    let (mut lua, root) = process(&statics(), Options::default(), &source, &mut mail);
    loop {
        lua_vm::meter::take();
        let done = !matches!(lua.run(&root, &mut 8_192, &mut mail), Run::OutOfFuel);
        let work = lua_vm::meter::take();
        assert!(work < 4 * 8_192, "{work} units in a slice");
        if done {
            return;
        }
    }
}

/// A process that is killed half way, and a message that nobody receives, are freed in slices by somebody else.
#[test]
fn what_is_left_is_buried() {
    let statics = statics();
    let rubbles = Arc::new(Mutex::new(Vec::<Rubble>::new()));
    let buried = rubbles.clone();
    statics.bury_with(Arc::new(move |rubble| buried.lock().unwrap().push(rubble)));
    let source = format!("{SAMPLE} send(sample(3000)) send(1) receive()");
    let (mut ends, mut found) = (0, 0);
    for slices in (1..).step_by(97) {
        let mut mail = Mail::new();
        let (mut lua, root) = process(&statics, Options::default(), &source, &mut mail);
        let over = (0..slices).any(|_| !matches!(lua.run(&root, &mut 3_000, &mut mail), Run::OutOfFuel));
        let mut remains = lua.take_remains();
        drop(lua);
        drop(mail);
        while remains.as_mut().is_some_and(|remains| !remains.free_slice()) {}
        for mut rubble in rubbles.lock().unwrap().drain(..) {
            let mut n = 1;
            while !rubble.free_slice() {
                n += 1;
            }
            assert!(n > 1);
            found += 1;
        }
        ends += usize::from(over);
        if ends == 1 {
            break;
        }
    }
    assert!(found > 3, "{found}");
}
