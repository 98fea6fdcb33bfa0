//! Compares random programs in our engine with installed `lua5.3` and `lua5.4`.
//!
//! Without these interpreters the trials count as ignored, and `cargo xtask test` says so. `LUA_PROGRAMS=FIRST..LAST` chooses the
//! seeds; a program that ends differently is printed at its smallest.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

#[path = "programs/engine.rs"]
mod engine;
#[path = "programs/generate.rs"]
mod generate;
#[path = "programs/mutate.rs"]
mod mutate;

const PEERS: [&str; 2] = ["lua5.3", "lua5.4"];

/// Seeds of a run without `LUA_PROGRAMS`.
const SEEDS: std::ops::Range<u64> = 0..150;

/// Kinds of differences that one run reports.
const MOST: usize = 12;

const MODE: engine::Mode =
    engine::Mode { slice: 1_000_000, fuel: 100_000_000, quota: 64 << 20, stress: false };

fn main() {
    let installed = |peer: &str| {
        Command::new(peer).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let mut trials: Vec<Trial> = PEERS
        .into_iter()
        .map(|peer| {
            Trial::test(format!("random programs do as in {peer}"), move || compare(peer))
                .with_ignored_flag(!installed(peer))
        })
        .collect();
    trials.push(
        Trial::test("what lua5.3 accepts is accepted", accepts).with_ignored_flag(!installed("lua5.3")),
    );
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Programs that are valid in plain Lua are valid here: texts around the edge of the grammar.
fn accepts() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lua");
    let mut texts = Vec::new();
    for area in ["base", "coroutine", "language", "math", "string", "table"] {
        for file in std::fs::read_dir(root.join(area))? {
            texts.push(std::fs::read_to_string(file?.path())?);
        }
    }
    texts.sort();
    let mutants: Vec<String> = seeds()
        .flat_map(|seed| {
            let mut next = random(seed);
            let texts = &texts;
            (0..20).map(move |_| {
                let text = &texts[next() as usize % texts.len()];
                mutate::mutate(text, |n| (next() >> 20) as usize % n)
            })
        })
        .collect();
    for batch in mutants.chunks(5000) {
        for (text, theirs) in batch.iter().zip(accepted(batch)) {
            // Behind a value on its line, `as` is the cast, whatever follows.
            if text.contains(" as ") {
                continue;
            }
            if let (true, Err(ours)) = (theirs, compiles(text)) {
                return Err(format!("{ours}\n{text}").into());
            }
        }
    }
    Ok(())
}

fn compiles(text: &str) -> Result<(), String> {
    let parsed = lua_syntax::parse(text.as_bytes());
    if let Some(error) = parsed.errors.first() {
        return Err(error.message.clone());
    }
    let lines = lua_syntax::LineIndex::new(text.as_bytes());
    lua_vm::compile(&parsed.chunk, "text", &lines).map(drop).map_err(|e| e[0].message.clone())
}

/// Which of the texts `lua5.3` compiles; one process reads them all.
fn accepted(texts: &[String]) -> Vec<bool> {
    const READER: &str = "while true do local n = io.read('n') if not n then break end io.read(1)
        io.write(load(io.read(n) or '', '=x', 't') and '1' or '0') end";
    let mut input = Vec::new();
    for text in texts {
        input.extend_from_slice(format!("{}\n{text}", text.len()).as_bytes());
    }
    let mut command = Command::new("lua5.3");
    command.args(["-e", READER]).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it answered -v");
    // What it writes meanwhile fits the pipe.
    child.stdin.take().expect("a pipe").write_all(&input).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.stdout.len(), texts.len(), "an answer for each text");
    output.stdout.iter().map(|b| *b == b'1').collect()
}

fn seeds() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("LUA_PROGRAMS") else { return SEEDS };
    let bounds = text.split_once("..").and_then(|(a, b)| Some(a.parse().ok()?..b.parse().ok()?));
    bounds.unwrap_or_else(|| panic!("LUA_PROGRAMS is FIRST..LAST, not {text}"))
}

fn compare(peer: &str) -> Result<(), Failed> {
    let statics = engine::statics();
    let differs = |bytes: &[u8]| {
        let source = generate::program(bytes);
        let ours = ours(peer, &statics, &source);
        let theirs = theirs(peer, &source);
        (ours != theirs).then_some((source, ours, theirs))
    };
    let mut found = BTreeMap::new();
    for seed in seeds() {
        let bytes = bytes(seed);
        let Some((_, ours, theirs)) = differs(&bytes) else { continue };
        let kind = first_difference(&ours, &theirs);
        if found.len() >= MOST || found.contains_key(&kind) {
            continue;
        }
        let same =
            |b: &[u8]| differs(b).is_some_and(|(_, ours, theirs)| first_difference(&ours, &theirs) == kind);
        let (source, ours, theirs) = differs(&smallest(bytes, same)).expect("it differs");
        let source = source.strip_prefix(include_str!("programs/prelude.lua")).unwrap_or(&source);
        found.insert(kind, format!("seed {seed}\n{source}\n--- ours\n{ours}\n--- {peer}\n{theirs}\n"));
    }
    let texts: Vec<String> = found.into_values().collect();
    if texts.is_empty() { Ok(()) } else { Err(texts.concat().into()) }
}

/// The first lines that differ, without numbers: what tells one kind of difference from another.
fn first_difference(ours: &str, theirs: &str) -> (String, String) {
    let plain = |line: Option<&str>| line.unwrap_or_default().replace(|c: char| c.is_ascii_digit(), "");
    let (mut a, mut b) = (ours.lines(), theirs.lines());
    loop {
        let (x, y) = (a.next(), b.next());
        if x != y || x.is_none() {
            return (plain(x), plain(y));
        }
    }
}

/// Choices of a seed.
fn bytes(seed: u64) -> Vec<u8> {
    let mut next = random(seed);
    let length = 100 + next() as usize % 900;
    (0..length).map(|_| (next() >> 24) as u8).collect()
}

/// Random numbers of a seed (splitmix64).
fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Takes bytes out and makes them zero as long as the program still differs.
fn smallest(mut bytes: Vec<u8>, differs: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let halves =
        std::iter::successors(Some(bytes.len() / 2), |size| Some(size / 2)).take_while(|size| *size > 6);
    for size in halves.chain((1..=6).rev()).collect::<Vec<_>>() {
        let mut at = 0;
        while at < bytes.len() {
            let end = (at + size).min(bytes.len());
            let without = [&bytes[..at], &bytes[end..]].concat();
            let mut zero = bytes.clone();
            zero[at..end].fill(0);
            if differs(&without) {
                bytes = without;
            } else if zero != bytes && differs(&zero) {
                bytes = zero;
                at = end;
            } else {
                at += 1;
            }
        }
    }
    bytes
}

fn ours(peer: &str, statics: &std::sync::Arc<lua_vm::Statics>, source: &str) -> String {
    let (out, end) = engine::run(statics, source.as_bytes(), MODE);
    let text = normal(peer, &String::from_utf8_lossy(&out));
    if end == engine::End::Finished { text } else { format!("{text}{end:?}") }
}

fn theirs(peer: &str, source: &str) -> String {
    let mut command = Command::new(peer);
    command.arg("-").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it answered -v");
    child.stdin.take().expect("a pipe").write_all(source.as_bytes()).expect("it reads its program");
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout);
    format!("{}{}", normal(peer, &text), String::from_utf8_lossy(&output.stderr))
}

/// The output without what engines may say differently: Lua 5.4 words many messages anew, so only their place counts.
fn normal(peer: &str, text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let place = line
            .trim_start_matches("\"raised\" ")
            .strip_prefix("\"stdin:")
            .and_then(|rest| rest.split(':').next());
        match place {
            Some(place) if peer == "lua5.4" => out.push_str(&format!("raised at {place}")),
            Some(place) => {
                // `coroutine.wrap` puts its own place before that of the error.
                let line = line.replacen(&format!("stdin:{place}: stdin:"), "stdin:", 1);
                // Only we name literals, and say what there is instead of a metatable.
                let end =
                    [" (constant '", " or table expected"].iter().filter_map(|text| line.find(text)).min();
                out.push_str(line[..end.unwrap_or(line.len())].trim_end_matches([')', '"']));
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
