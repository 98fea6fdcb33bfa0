//! Finds the installed peers and prepares what they need: builds, packages, configuration.

use super::child::{installed, output};
use super::figure::Figure;
use super::{Plan, progress};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Time for a build or a download.
const PREPARE: Duration = Duration::from_secs(300);
/// Debian packages of nginx with Lua that are unpacked, not installed: one of them has a dependency that does
/// not install beside LuaJIT.
const NGINX_LUA: &[&str] = &[
    "libnginx-mod-http-lua",
    "libnginx-mod-http-ndk",
    "libluajit2-5.1-2",
    "lua-resty-core",
    "lua-resty-lrucache",
    "libpcre3",
];

/// A peer that can run, or why it cannot.
pub(crate) type Peer<T> = std::result::Result<T, Figure>;

pub(crate) fn absent(what: &str) -> Figure {
    Figure::Absent(what.to_owned())
}

/// A program of the search path, to be measured: a smoke run asks for ours only.
pub(crate) fn program(plan: &Plan, name: &str) -> Peer<Command> {
    match (plan.smoke, installed(name)) {
        (true, _) => Err(absent("a smoke run measures no peers")),
        (false, true) => Ok(Command::new(name)),
        (false, false) => Err(absent(&format!("{name} is not installed"))),
    }
}

/// gopher-lua, the interpreter in Go: built once into the scratch folder.
pub(crate) fn gopher(plan: &Plan) -> Peer<PathBuf> {
    let mut build = program(plan, "go")?;
    let binary = plan.scratch.join("gopher");
    build.args(["build", "-o"]).arg(&binary).arg(".").current_dir(plan.root.join("bench/peers/gopher"));
    match output(&mut build, PREPARE) {
        Ok(_) => Ok(binary),
        Err(error) => Err(absent(&format!("gopher-lua does not build: {error:#}"))),
    }
}

/// The Erlang cases, compiled once; the command lacks the name of the case.
pub(crate) fn beam(plan: &Plan) -> Peer<impl Fn(&str) -> Command + use<>> {
    program(plan, "erl")?;
    let mut compile = program(plan, "erlc")?;
    compile.arg("-o").arg(&plan.scratch).arg(plan.root.join("bench/peers/beam_actors.erl"));
    if let Err(error) = output(&mut compile, PREPARE) {
        return Err(absent(&format!("the Erlang cases do not compile: {error:#}")));
    }
    let scratch = plan.scratch.clone();
    Ok(move |case: &str| {
        let mut erl = Command::new("erl");
        erl.args(["-noshell", "+P", "4194304", "-pa"]).arg(&scratch).args([
            "-run",
            "beam_actors",
            "main",
            case,
        ]);
        erl
    })
}

/// An nginx that serves the hello of `bench/peers/nginx.conf`.
pub(crate) struct Nginx {
    /// `nginx+lua`, or `nginx static` when the Lua module cannot be had.
    pub(crate) name: &'static str,
    /// True when it answers from Lua, so that a ratio can be judged.
    pub(crate) lua: bool,
    folder: PathBuf,
    libraries: String,
}

impl Nginx {
    /// The command that runs it in the foreground, pinned to a core.
    pub(crate) fn command(&self, core: &str) -> Command {
        let mut nginx = super::child::pinned(core, "nginx");
        nginx.arg("-p").arg(&self.folder).arg("-c").arg(self.folder.join("nginx.conf"));
        nginx.env("LD_LIBRARY_PATH", &self.libraries);
        nginx
    }
}

/// nginx with Lua where its packages can be unpacked, else without.
pub(crate) fn nginx(plan: &Plan, port: u16) -> Peer<Nginx> {
    program(plan, "nginx")?;
    let root = plan.scratch.join("nginx-lua");
    let unpacked = unpack(&root);
    if let Err(error) = &unpacked {
        progress(&format!("nginx without Lua ({error:#})"));
    }
    let lua = unpacked.is_ok();
    configure(plan, &root, lua, port)
        .map_err(|error| absent(&format!("nginx cannot be configured: {error:#}")))
}

fn configure(plan: &Plan, root: &Path, lua: bool, port: u16) -> Result<Nginx> {
    let folder = plan.scratch.join("nginx");
    std::fs::create_dir_all(&folder)?;
    let shape = std::fs::read_to_string(plan.root.join("bench/peers/nginx.conf"))?;
    let modules = root.join("usr/lib/nginx/modules");
    let load = |name: &str| format!("load_module {}/{name}.so;\n", modules.display());
    let (modules, path, answer) = if lua {
        let scripts = root.join("usr/share/lua/5.1/?.lua");
        (
            load("ndk_http_module") + &load("ngx_http_lua_module"),
            format!("lua_package_path \"{};;\";", scripts.display()),
            r#"content_by_lua_block { ngx.print('{"message":"hello world"}') }"#,
        )
    } else {
        (String::new(), String::new(), r#"return 200 '{"message":"hello world"}';"#)
    };
    let text = shape
        .replace("@MODULES@", &modules)
        .replace("@LUAPATH@", &path)
        .replace("@ANSWER@", answer)
        .replace("@PORT@", &port.to_string());
    std::fs::write(folder.join("nginx.conf"), text)?;
    let libraries = ["usr/lib", "lib"].iter().map(|lib| root.join(lib).join(triplet()).display().to_string());
    let name = if lua { "nginx+lua" } else { "nginx static (no Lua module)" };
    Ok(Nginx { name, lua, folder, libraries: libraries.collect::<Vec<_>>().join(":") })
}

/// Fetches the packages with apt and unpacks them below `root`; done once.
fn unpack(root: &Path) -> Result<()> {
    let done = root.join("complete");
    if done.is_file() {
        return Ok(());
    }
    if !installed("apt-get") || !installed("dpkg") {
        bail!("this is no Debian");
    }
    let debs = root.join("debs");
    std::fs::create_dir_all(&debs)?;
    let mut fetch = Command::new("apt-get");
    fetch.args(["download", "-q"]).args(NGINX_LUA).current_dir(&debs);
    output(&mut fetch, PREPARE).context("the Lua module's packages cannot be fetched")?;
    for item in std::fs::read_dir(&debs)? {
        output(Command::new("dpkg").arg("-x").arg(item?.path()).arg(root), PREPARE)?;
    }
    std::fs::write(done, "")?;
    Ok(())
}

/// Folder name of this machine's libraries on Debian.
fn triplet() -> String {
    format!("{}-linux-gnu", std::env::consts::ARCH)
}
