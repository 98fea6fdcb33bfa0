//! Builds what is shipped: binaries laid out by what a training run on work of ours counted.
//!
//! A message goes through some thousands of instructions, each of which runs once. Where they lie decides how often the
//! processor waits for code; no source says that, but a run does. So one build counts what runs (`target/train`), does the
//! work below, and another one is laid out by the counts (`target/shipped`). Why: ADR 22.

use crate::bench::child::{Running, output};
use crate::bench::{CASES, PORT, SHARED};
use crate::suite::execute;
use crate::tree;
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

/// What is trained, as arguments of `cargo build`; shipped binaries are built in the same words, so that names agree.
const PARTS: [&[&str]; 4] = [APPLICATION, ENGINE, IMAGES, CHECKER];
pub(crate) const APPLICATION: &[&str] = &["-p", "wippy"];
pub(crate) const ENGINE: &[&str] = &["-p", "lua-vm", "--example", "luarun"];
pub(crate) const IMAGES: &[&str] = &["-p", "lua-vm", "--example", "images"];
pub(crate) const CHECKER: &[&str] = &["-p", "lua-types", "--example", "check"];

/// Of both builds: names of functions, by which counts are found again, depend on the profile.
const PROFILE: &str = "dist";
const LIMIT: Duration = Duration::from_secs(300);
const REQUESTS: usize = 20_000;
/// Rounds of a case that are few already.
const ROUNDS: u32 = 100;

/// Builds the application server and says where it lies.
///
/// # Errors
/// When the toolchain lacks its profile tool, something does not build, or a training run fails.
pub fn run(root: &Path) -> Result<()> {
    let tool = tool().map_err(anyhow::Error::msg)?;
    let binary = Trained::new(root, &tool)?.build(APPLICATION)?.join("wippy");
    println!("{}", binary.display());
    Ok(())
}

/// The program that merges counts; else a sentence that says how to get it.
pub(crate) fn tool() -> std::result::Result<PathBuf, String> {
    let said = |option: &[&str]| {
        let out = Command::new("rustc").args(option).output().ok()?;
        Some(String::from_utf8_lossy(&out.stdout).trim().to_owned())
    };
    let sysroot = said(&["--print", "sysroot"]).unwrap_or_default();
    let tool = Path::new(&sysroot).join("lib/rustlib").join(host()).join("bin/llvm-profdata");
    if tool.is_file() { Ok(tool) } else { Err("it needs `rustup component add llvm-tools`".into()) }
}

fn host() -> String {
    let out = Command::new("rustc").arg("-vV").output().map(|out| out.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&out);
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned()
}

/// A way to build that lays code out by what a training run counted.
pub(crate) struct Trained {
    root: PathBuf,
    folder: PathBuf,
    profile: PathBuf,
}

impl Trained {
    /// Trains, unless the binaries that count are those of last time.
    pub(crate) fn new(root: &Path, tool: &Path) -> Result<Self> {
        let target = tree::target_dir(root)?;
        let (folder, shipped) = (target.join("train"), target.join("shipped"));
        let raw = folder.join("raw");
        let flags = format!("-Cprofile-generate={}", raw.display());
        let mut state = String::new();
        for part in PARTS {
            let built = build(root, &folder, &flags, part)?;
            state += &stamp(&built.join(binary(part)))?;
        }
        let (profile, known) = (folder.join("profile.profdata"), folder.join("profile.of"));
        if !profile.is_file() || std::fs::read_to_string(&known).ok().as_ref() != Some(&state) {
            let built = folder.join(host()).join(PROFILE);
            remove(&raw)?;
            train(root, &built)?;
            merge(tool, &raw, &profile)?;
            // Cargo does not look at the profile itself.
            remove(&shipped)?;
            std::fs::write(&known, state).with_context(|| format!("cannot write {}", known.display()))?;
        }
        Ok(Self { root: root.to_path_buf(), folder: shipped, profile })
    }

    /// Builds, and returns the folder of the binaries; examples lie in `examples` there.
    pub(crate) fn build(&self, what: &[&str]) -> Result<PathBuf> {
        let flags = format!("-Cprofile-use={}", self.profile.display());
        build(&self.root, &self.folder, &flags, what)
    }
}

/// Path of a part's binary below the folder of its profile.
fn binary(part: &[&str]) -> PathBuf {
    match part {
        [_, _, "--example", name] => Path::new("examples").join(name),
        _ => PathBuf::from("wippy"),
    }
}

/// With a target triple, so that the flags are not those of build scripts.
fn build(root: &Path, folder: &Path, flags: &str, what: &[&str]) -> Result<PathBuf> {
    let host = host();
    let flags = [std::env::var("RUSTFLAGS").unwrap_or_default(), flags.to_owned()].join(" ");
    let mut cargo = tree::cargo();
    cargo.current_dir(root).env("CARGO_TARGET_DIR", folder).env("RUSTFLAGS", flags.trim());
    cargo.args(["build", "--locked", "--profile", PROFILE, "--target", &host]).args(what);
    execute(&mut cargo)?;
    Ok(folder.join(host).join(PROFILE))
}

/// What tells one build of a binary from another.
fn stamp(file: &Path) -> Result<String> {
    let about = file.metadata().with_context(|| format!("cannot read {}", file.display()))?;
    let changed = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{} {} {}\n", file.display(), about.len(), changed.as_nanos()))
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The work: everything that the benchmark application does, requests, plain Lua, a check of types.
fn train(root: &Path, built: &Path) -> Result<()> {
    let step = |what: &str| eprintln!("training: {what}");
    let (wippy, app) = (built.join("wippy"), root.join("bench/app"));
    step("processes, messages, functions");
    output(Command::new(&wippy).arg("-C").arg(&app).args(["run", "bench", "for=0.5"]), LIMIT)?;
    step("requests");
    let mut server = Running::start(Command::new(&wippy).arg("-C").arg(&app).arg("run"))?;
    server.port(PORT, LIMIT)?;
    requests()?;
    server.stop();
    step("Lua");
    let engine = built.join(binary(ENGINE));
    let peers = root.join("bench/peers");
    let scripts = [("lua_cpu.lua", CASES), ("lua_coroutine.lua", &["switch", "create"])];
    for (script, cases) in scripts {
        for case in cases {
            output(Command::new(&engine).arg(peers.join(script)).arg(case), LIMIT)?;
        }
    }
    step("shared state");
    let images = built.join(binary(IMAGES));
    for (case, rounds) in SHARED {
        let rounds = if *rounds > ROUNDS { rounds / 10 } else { *rounds };
        let mut run = Command::new(&images);
        output(run.arg("image").arg(peers.join("images.lua")).arg(case).arg(rounds.to_string()), LIMIT)?;
    }
    step("types");
    let corpus = root.join("crates/lua-types/tests/programs");
    output(Command::new(built.join(binary(CHECKER))).args(["--rate", "3"]).arg(corpus), LIMIT)?;
    Ok(())
}

/// Requests over one connection, one after the other.
fn requests() -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", PORT))?;
    stream.set_read_timeout(Some(LIMIT))?;
    let mut buffer = [0; 4096];
    for _ in 0..REQUESTS {
        stream.write_all(b"GET /hello HTTP/1.1\r\nhost: training\r\n\r\n")?;
        // The answer is small and comes in one piece.
        let read = stream.read(&mut buffer)?;
        if !buffer[..read].starts_with(b"HTTP/1.1 200") {
            bail!("/hello answers: {}", String::from_utf8_lossy(&buffer[..read]));
        }
    }
    Ok(())
}

fn merge(tool: &Path, raw: &Path, profile: &Path) -> Result<()> {
    let counts = std::fs::read_dir(raw).with_context(|| format!("no counts in {}", raw.display()))?;
    let files = counts.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?;
    execute(Command::new(tool).args(["merge", "-o"]).arg(profile).args(files))
}
