//! A process that runs Lua: loads its program, runs its method, then every coroutine that can go on.

use crate::keeping::Keeping;
use crate::making::{self, Making};
use crate::memory::{self, Heaps, Share};
use crate::outcome;
use crate::program::Program;
use crate::tidy::Round;
use core_sched::{Body, Exit, Figures, Inbox, Near, Step, StepCx, turn};
use infra_base::{Error, Kind, Name, Payload, Payloads, Pid, Result, size_text};
use infra_clock::Moment;
use lua_api::{Cx, Finish, Host, Mailroom, Operation, Pin, Val, Wake, payload_to_val};
use lua_vm::{Lua, Options, Run, Statics, TraceFrame};
use std::sync::Arc;
use sys_process::StateSlot;

/// Task number of the coroutine that runs the method.
const MAIN: u32 = 0;

/// Fuel for handing a message or an operation that is done to whom it is for.
const PASSING: i64 = 32;

/// Bytes of arguments that the node counts before the first step of their process.
const LARGE_ARGS: usize = 4 << 10;

/// How often coroutines pass their turn on to each other before the process looks at its mail.
const PASSES: u32 = 256;

/// Does `work` with some fuel at a time until it says that it is done, and true; or until the fuel is used up or forfeit, because
/// the turn is late.
fn in_ticks(fuel: &mut i64, mut work: impl FnMut(&mut i64) -> bool) -> bool {
    loop {
        let tick = (*fuel).min(turn::TICK);
        let mut left = tick;
        let done = work(&mut left);
        *fuel -= tick - left;
        if done || *fuel <= 0 {
            return done;
        }
        if turn::is_late() {
            *fuel = 0;
            return false;
        }
    }
}

/// Where the process is in its life.
enum Phase {
    /// Nothing ran yet; the image of the program may have to be made first.
    Fresh(Option<Box<Making>>),
    /// The chunk of this unit runs.
    Loading { unit: usize },
    /// The method runs.
    Running,
    /// It returned, and its result is copied. That stays pinned until the end.
    Leaving,
}

/// A Lua process as the scheduler sees it.
pub struct LuaBody {
    pub(crate) lua: Lua,
    pub(crate) host: Host,
    pub(crate) program: Arc<Program>,
    /// Until the method starts, if there are any; so long they count as bytes outside of the heap.
    args: Option<Box<Payloads>>,
    phase: Phase,
    pub(crate) share: Share,
    /// The turn in which it waited last.
    turn: u32,
    /// The round in which it is asked to collect what it keeps for a while.
    untidy: Option<Round>,
    /// Part of the quota that is no part of the limit: what its top level built by itself, for want of an image. While it runs,
    /// the room for that.
    pub(crate) built: u32,
    /// Bytes of mail that was taken out of the inbox and still counts to the mailbox.
    mail: u32,
    steps: u64,
    started: Moment,
    /// Who spawned it; without a number there is nobody, which takes less than an `Option`.
    parent: Pid,
    /// For a function that keeps its state between calls.
    keeping: Option<Box<Keeping>>,
}

/// Larger ones take the allocator's next class, an eighth of a kilobyte more for each process.
const _: () = assert!(size_of::<LuaBody>() <= 768);

/// What a process is made from.
pub struct Origin<'a> {
    /// What all processes share.
    pub statics: &'a Arc<Statics>,
    /// Where its heap counts.
    pub heaps: &'a Arc<Heaps>,
    /// Who spawned it.
    pub parent: Option<Pid>,
    /// Bounds of this one.
    pub options: Options,
    /// Whether to start from the image of the program.
    pub images: bool,
}

/// What running a coroutine came to.
enum Progress {
    /// It waits, or its slice is used up.
    Later,
    /// It is over.
    Over(Vec<Pin>),
    /// The process ends.
    End(Exit),
}

impl LuaBody {
    /// A process of `program` that will run the method of its root with `args`; in the state that `slot` holds, if there is
    /// one.
    pub fn new(
        origin: &Origin<'_>,
        mut host: Host,
        program: Arc<Program>,
        args: Payloads,
        slot: Option<StateSlot>,
    ) -> LuaBody {
        let Origin { statics, heaps, parent, options, images } = *origin;
        let mut keeping = slot.map(|slot| Box::new(Keeping { slot, method: None }));
        let kept = keeping.as_mut().and_then(|keeping| keeping.enter(&program, &mut host));
        let known = program.made.get().filter(|_| images);
        let (lua, share, making, built) = match (kept, known) {
            (Some((lua, share, built)), _) => (lua, share, None, built),
            (None, Some(made)) => {
                (Lua::from_image(made.image.clone(), options), Share::new(heaps.clone()), None, 0)
            }
            (None, None) => {
                let making = if images { Making::begin(&program, statics, heaps, options) } else { None };
                let built = making::QUOTA.saturating_sub(options.quota);
                let options = Options { quota: options.quota + built, ..options };
                (Lua::new(statics.clone(), options), Share::new(heaps.clone()), making, built as u32)
            }
        };
        let parent = parent.unwrap_or(Pid { node: Name::EMPTY, host: Name::EMPTY, unique: 0 });
        let (started, args) = (host.system.clock.now(), (!args.is_empty()).then(|| Box::new(args)));
        let mut body = LuaBody {
            lua,
            host,
            program,
            args,
            phase: Phase::Fresh(making),
            share,
            turn: 0,
            untidy: None,
            built,
            mail: 0,
            steps: 0,
            started,
            parent,
            keeping,
        };
        if body.hold_args() > LARGE_ARGS {
            body.share.report(&mut body.lua, 0, 0);
        }
        body
    }

    /// Counts the arguments, if they fit: how many bytes they are.
    fn hold_args(&mut self) -> usize {
        let bytes = self.args_size();
        // Those that do not are met by `begin`.
        let _ = self.lua.hold_outside(bytes);
        bytes
    }

    fn args_size(&self) -> usize {
        self.args.as_ref().map_or(0, |args| args.iter().map(Payload::size).sum())
    }

    fn fail(error: Error) -> Progress {
        Progress::End(Exit { result: Err(error) })
    }

    /// Makes the image if this process has to. False: not done yet.
    fn make(&mut self, fuel: &mut i64) -> bool {
        let Phase::Fresh(making) = &mut self.phase else { return true };
        if let Some(work) = making {
            if !in_ticks(fuel, |left| work.step(left)) {
                return false;
            }
            let options = work.process;
            *making = None;
            if let Some(made) = self.program.made.get() {
                self.lua = Lua::from_image(made.image.clone(), options);
                self.built = 0;
                self.hold_args();
            }
        }
        true
    }

    /// Goes on behind the image. Without one: presets modules, then starts the chunk of the first unit.
    fn begin(&mut self) -> Result<()> {
        let limit = self.lua.stats().quota - self.built as usize;
        if self.args_size() > limit {
            return Err(do_not_fit(limit).context(&self.program.root().id));
        }
        if self.keeping.as_ref().is_some_and(|keeping| keeping.method.is_some()) {
            return self.start_method(None);
        }
        let (lua, host, program) = (&mut self.lua, &mut self.host, &*self.program);
        let done = match program.made.get() {
            Some(made) if lua.is_from(&made.image) => made.units,
            _ => {
                lua.enter(host, |cx| preset(cx, program))?;
                0
            }
        };
        if done == program.units.len() {
            return self.start_method(None);
        }
        self.start_chunk(done);
        self.phase = Phase::Loading { unit: done };
        Ok(())
    }

    fn start_chunk(&mut self, unit: usize) {
        let proto = self.program.units[unit].proto.clone();
        let pin = self.lua.enter(&mut self.host, |cx| {
            let chunk = cx.load(proto);
            let thread = cx.thread(chunk, &[]);
            cx.pin(thread)
        });
        self.host.restart(false);
        self.host.spawn(pin);
    }

    /// The chunk of `unit` returned: keeps its value and goes on with the next, or with the method.
    fn chunk_over(&mut self, unit: usize, results: Vec<Pin>) -> Result<()> {
        let program = self.program.clone();
        let last = unit + 1 == program.units.len();
        let mut results = results.into_iter();
        let first = results.next();
        for pin in results {
            self.lua.unpin(pin);
        }
        if !last {
            let value = self.lua.enter(&mut self.host, |cx| publish(cx, &program, unit, first));
            self.host.values.push(value);
            self.start_chunk(unit + 1);
            return Ok(());
        }
        self.start_method(Some(first))
    }

    /// Starts the method of the root, whose value is `first`, or else in the image.
    fn start_method(&mut self, first: Option<Option<Pin>>) -> Result<()> {
        self.lua.release_outside(self.args_size());
        if self.built > 0 && first.is_some() {
            // An image would not count either.
            let stats = self.lua.stats();
            let limit = stats.quota - self.built as usize;
            self.built = u32::try_from(stats.bytes).unwrap_or(u32::MAX);
            self.lua.set_quota(limit + self.built as usize);
        }
        let limit = self.lua.stats().quota - self.built as usize;
        let args = self.args.take().map_or_else(Payloads::new, |args| *args);
        let (lua, host, program, keeping) =
            (&mut self.lua, &mut self.host, &*self.program, &mut self.keeping);
        let thread = lua.enter(host, |cx| {
            let kept = keeping.as_ref().and_then(|keeping| keeping.method.as_ref());
            let function = match kept {
                Some(method) => cx.pinned(method),
                None => method_of(cx, program, first)?,
            };
            if let Some(keeping) = keeping
                && keeping.method.is_none()
            {
                keeping.method = Some(cx.pin(function));
            }
            let mut values = Vec::with_capacity(args.len());
            for payload in args {
                let value = payload_to_val(cx, payload);
                values.push(value.map_err(|_| do_not_fit(limit))?);
            }
            let thread = cx.thread(function, &values);
            Ok(cx.pin(thread))
        });
        let thread = thread.map_err(|e: Error| e.context(&program.root().id))?;
        self.host.restart(true);
        self.host.spawn(thread);
        self.phase = Phase::Running;
        Ok(())
    }

    /// Runs one ready coroutine, and those that it passes its turn on to, until one has something to say; `Host::current` is that one
    /// then.
    fn run_task(&mut self, task: u32, fuel: &mut i64) -> Progress {
        self.host.current = task;
        self.host.passes = PASSES;
        if self.host.root().is_none() {
            return Progress::Later;
        }
        let mut run = Run::OutOfFuel;
        in_ticks(fuel, |left| {
            let Some(root) = self.host.root() else { return true };
            run = if self.share.profiler().is_on() {
                self.run_recorded(root, left)
            } else {
                self.lua.wake(root, left, &mut self.host)
            };
            !matches!(run, Run::OutOfFuel)
        });
        let task = self.host.current;
        match run {
            Run::Waiting => Progress::Later,
            Run::OutOfFuel => {
                self.host.tasks.push_front(task);
                Progress::Later
            }
            Run::Yielded => {
                self.host.tasks.push_back(task);
                Progress::Later
            }
            Run::Finished => {
                let Some(pin) = self.host.end_task() else { return Progress::Later };
                let results = self.lua.enter(&mut self.host, |cx| {
                    let thread = cx.pinned(&pin);
                    cx.outcome(thread).into_iter().take(2).map(|v| cx.pin(v)).collect()
                });
                self.lua.unpin(pin);
                Progress::Over(results)
            }
            Run::Raised(trace) => {
                let pin = self.host.end_task();
                let error = self.lua.enter(&mut self.host, |cx| {
                    let thread = pin.map_or(Val::NIL, |pin| cx.pinned(&pin));
                    let value = cx.outcome(thread).into_iter().next().unwrap_or(Val::NIL);
                    outcome::raised(value, &trace)
                });
                Self::fail(error)
            }
            Run::Dead => Self::fail(self.exceeded()),
        }
    }

    /// Its memory is too much.
    fn exceeded(&self) -> Error {
        let when = if matches!(self.phase, Phase::Running) { "" } else { " by its top level" };
        let what = format!("memory limit of {} exceeded{when}", self.limit());
        Error::new(Kind::RateLimited, what).with_retryable(Some(false))
    }

    /// The bound on its heap as text; while its top level runs without an image, the bound on that.
    fn limit(&self) -> String {
        let quota = self.lua.stats().quota;
        let running = matches!(self.phase, Phase::Running);
        size_text(if running { quota - self.built as usize } else { quota })
    }

    fn advance(&mut self, progress: Progress) -> Option<Exit> {
        match progress {
            Progress::Later => None,
            Progress::End(exit) => Some(exit),
            Progress::Over(results) => match self.phase {
                Phase::Loading { unit } => {
                    self.phase = Phase::Loading { unit: unit + 1 };
                    self.chunk_over(unit, results).err().map(|e| Exit { result: Err(e) })
                }
                Phase::Fresh(_) => None,
                Phase::Running if self.host.current == MAIN => {
                    let result = self.lua.enter(&mut self.host, |cx| outcome::returned(cx, &results));
                    let result = result.transpose();
                    if result.is_none() {
                        self.phase = Phase::Leaving;
                    }
                    result.map(|result| Exit { result })
                }
                Phase::Leaving => None,
                Phase::Running => {
                    for pin in results {
                        self.lua.unpin(pin);
                    }
                    None
                }
            },
        }
    }

    /// Hands on mail for half of the fuel, so that those who wait for it get on however much comes.
    fn take_mail(&mut self, inbox: &mut Inbox, fuel: &mut i64) {
        let mut share = *fuel / 2 + 1;
        let held = &mut self.mail;
        self.lua.enter(&mut self.host, |cx| {
            while share > 0
                && let Some((mail, room)) = inbox.hold()
            {
                *held += room.bytes() as u32;
                Mailroom::route(cx, mail, room);
                share -= PASSING;
                *fuel -= PASSING;
            }
        });
    }

    /// Nothing is ready and nothing from outside can make anything ready.
    fn is_stuck(&self) -> bool {
        matches!(self.phase, Phase::Running) && self.host.outstanding == 0 && !self.host.mail.is_open()
    }
}

impl Body for LuaBody {
    type Done = Operation;

    fn step(&mut self, cx: &mut StepCx<'_, Operation>) -> Step {
        self.steps += 1;
        let mut step = self.work(cx);
        let wishes = self.share.wishes();
        if wishes != self.host.wishes {
            self.host.wishes = wishes;
            self.lua.ask_to_collect();
        }
        if matches!(step, Step::Done(_))
            && let Some(keeping) = self.keeping.take()
        {
            keeping.leave(self, cx.fuel);
        }
        if matches!(step, Step::Wait) {
            step = if self.lua.is_over() { self.judged(cx) } else { step };
            if matches!(step, Step::Wait) && !self.rest(cx) {
                step = Step::Continue;
            }
        }
        // What is left in the inbox is of a burst, or of a process that is not that far.
        let mail = if cx.mail.is_empty() { self.mail as usize } else { cx.mail_bytes() };
        let pace = self.share.report(&mut self.lua, self.host.live(), mail);
        self.lua.set_pause(pace.pause);
        if pace.tight {
            self.lua.press();
        }
        step
    }

    fn note(&self, near: &mut Near) {
        self.lua.note(&mut |address, bytes| near.add(address, bytes));
        self.host.note(near);
    }

    fn fetch(near: &Near, own: usize) {
        near.lines(own, lua_vm::fetch);
    }

    fn figures(&self) -> Option<Figures> {
        let stats = self.lua.stats();
        Some(Figures {
            steps: self.steps,
            started: self.started,
            parent: Some(self.parent).filter(|parent| parent.unique != 0),
            coroutines: self.host.live(),
            bytes: stats.bytes + stats.outside,
            stacks: stats.stacks,
            objects: stats.objects,
            collections: stats.collections,
            next: stats.next,
            limit: stats.quota,
        })
    }
}

impl Drop for LuaBody {
    fn drop(&mut self) {
        memory::reap(&mut self.lua, &mut self.share);
    }
}

impl LuaBody {
    /// It is about to wait, and results of what it has begun, which no coroutine of it looks at, may be too much for its quota.
    #[cold]
    fn judged(&mut self, cx: &mut StepCx<'_, Operation>) -> Step {
        if !in_ticks(cx.fuel, |left| self.lua.judge(left)) {
            return Step::Continue;
        }
        if self.lua.is_dead() {
            return Step::Done(Exit { result: Err(self.exceeded()) });
        }
        Step::Wait
    }

    /// Whoever waits leaves no garbage behind, or the memory of a node was that of its idle processes' garbage. Who has waited in this
    /// turn before chats, and keeps a little of it for a while. False: there is more to collect.
    fn rest(&mut self, cx: &mut StepCx<'_, Operation>) -> bool {
        let turn = turn::number();
        let asked = self.untidy.is_some_and(|round| self.share.is_over(round));
        let shortly = std::mem::replace(&mut self.turn, turn) == turn
            && !asked
            && !(self.lua.can_wait() && self.share.is_tight());
        if !in_ticks(cx.fuel, |left| self.lua.rest(left, shortly)) {
            return false;
        }
        // It stays in the list of a round that is still to come.
        if asked {
            self.untidy = None;
        }
        if self.untidy.is_none() && self.lua.can_wait() {
            self.untidy = Some(self.share.tidy_later(cx.control, &self.host.system.clock));
        }
        true
    }

    /// Runs what can run.
    fn work(&mut self, cx: &mut StepCx<'_, Operation>) -> Step {
        if !in_ticks(cx.fuel, |left| self.lua.settle(left)) {
            return Step::Continue;
        }
        if matches!(self.phase, Phase::Leaving) {
            return Step::Done(Exit { result: self.lua.enter(&mut self.host, outcome::copied) });
        }
        if matches!(self.phase, Phase::Fresh(_)) {
            if !self.make(cx.fuel) {
                return Step::Continue;
            }
            if let Err(error) = self.begin() {
                return Step::Done(Exit { result: Err(error) });
            }
        }
        while *cx.fuel > 0
            && let Some(done) = cx.ops.next_done()
        {
            *cx.fuel -= PASSING;
            self.host.outstanding -= 1;
            let Operation { held, wait, finish } = done;
            self.lua.release_outside(held);
            match wait {
                Some(wait) => _ = self.host.wake(wait, Wake::Finish(finish)),
                None => self.lua.enter(&mut self.host, |lua| aside(lua, finish)),
            }
        }
        loop {
            // Mail that came while the program was loaded waits in the inbox until the method runs.
            if matches!(self.phase, Phase::Running) && !cx.mail.is_empty() {
                if !in_ticks(cx.fuel, |left| self.lua.settle(left)) {
                    return Step::Continue;
                }
                self.take_mail(cx.mail, cx.fuel);
            }
            if !self.host.starts.is_empty() {
                self.host.starts.drain(..).for_each(|operation| _ = cx.ops.start(operation));
            }
            self.mail = self.mail.saturating_sub(self.host.freed.bytes());
            cx.mail.free_all(&mut self.host.freed);
            // Mail to oneself comes while coroutines run; those that never wait must not hold it up for a slice.
            if *cx.fuel <= 0 || cx.control.has_news() {
                return Step::Continue;
            }
            let Some(task) = self.host.tasks.pop_ready() else {
                if matches!(self.phase, Phase::Running) && !cx.mail.is_empty() {
                    continue;
                }
                break;
            };
            let progress = self.run_task(task, cx.fuel);
            if let Some(exit) = self.advance(progress) {
                return Step::Done(exit);
            }
            if matches!(self.phase, Phase::Leaving) {
                return Step::Continue;
            }
        }
        if self.is_stuck() {
            let error = Error::new(Kind::Internal, "all coroutines blocked with no pending operations");
            return Step::Done(Exit { result: Err(error.with_retryable(Some(false))) });
        }
        Step::Wait
    }
}

/// The error of arguments that are larger than the bound.
fn do_not_fit(limit: usize) -> Error {
    let what = format!("memory limit of {} exceeded: the arguments do not fit", size_text(limit));
    Error::new(Kind::RateLimited, what).with_retryable(Some(false))
}

/// Runs a completion outside any coroutine; what it returns or raises goes nowhere.
fn aside(cx: &mut Cx<'_>, finish: Finish) {
    if finish(cx).is_err() {
        tracing::debug!("a background completion raised");
    }
}

/// Modules of the closure become globals under their names; `require` finds them there.
pub(crate) fn preset<'cx>(cx: &mut Cx<'cx>, program: &Program) -> Result<()> {
    let globals = cx.globals();
    for name in &program.modules {
        let Some(module) = cx.module(name) else {
            return Err(Error::not_found(format!("module '{name}' not found")));
        };
        set(cx, globals, name, module)?;
    }
    for unit in &program.units {
        for (alias, import) in &unit.imports {
            if let crate::unit::Import::Module(name) = import
                && let Some(module) = cx.module(name)
            {
                set(cx, globals, alias, module)?;
            }
        }
    }
    Ok(())
}

fn set<'cx>(cx: &mut Cx<'cx>, table: lua_vm::Table<'cx>, name: &str, value: Val<'cx>) -> Result<()> {
    cx.set_field(table, name, value).map_err(|_| Error::internal(format!("global '{name}' cannot be set")))
}

/// The value of unit `unit` becomes `_G[alias]` for every alias that means it.
pub(crate) fn publish(cx: &mut Cx<'_>, program: &Program, unit: usize, first: Option<Pin>) -> Pin {
    let value = first.as_ref().map_or(Val::NIL, |pin| cx.pinned(pin));
    let value = if value.is_nil() { Val::bool(true) } else { value };
    let globals = cx.globals();
    for (alias, _) in program.globals.iter().filter(|(_, at)| *at == unit) {
        // A globals table is a plain table: a text key cannot be refused.
        let _ = cx.set_field(globals, alias, value);
    }
    if let Some(pin) = first {
        cx.unpin(pin);
    }
    cx.pin(value)
}

/// The method of the root, whose value is `first`, or else in the image.
fn method_of<'cx>(cx: &mut Cx<'cx>, program: &Program, first: Option<Option<Pin>>) -> Result<Val<'cx>> {
    let value = match first {
        None => cx.image_value(program.units.len() - 1),
        Some(None) => Val::NIL,
        Some(Some(pin)) => {
            let value = cx.pinned(&pin);
            cx.unpin(pin);
            value
        }
    };
    find_method(cx, value, program.root().method.as_deref())
}

/// C12: the returned table's method, the returned function, else a global function of that name.
fn find_method<'cx>(cx: &mut Cx<'cx>, value: Val<'cx>, method: Option<&str>) -> Result<Val<'cx>> {
    if value.is_function() {
        return Ok(value);
    }
    let table = value.as_table();
    let name = method.unwrap_or("main");
    let found = match table {
        Some(table) => table.get_field(name),
        None => cx.globals().get_field(name),
    };
    if found.is_function() {
        return Ok(found);
    }
    if let (Some(table), None) = (table, method) {
        let mut functions = Vec::new();
        let mut cursor = 0;
        while let Some((next, _, v)) = table.entry_at(cursor) {
            cursor = next;
            if v.is_function() {
                functions.push(v);
            }
        }
        if let [only] = functions[..] {
            return Ok(only);
        }
    }
    let hint = table.map_or_else(String::new, |table| names(table, name));
    Err(Error::invalid(format!("method '{name}' not found{hint}")).with_kind(Kind::Invalid))
}

/// `; the unit returns: a, b` with at most eight names.
fn names(table: lua_vm::Table<'_>, wanted: &str) -> String {
    let mut found = Vec::new();
    let mut cursor = 0;
    while let Some((next, key, value)) = table.entry_at(cursor) {
        cursor = next;
        if value.is_function()
            && let Some(text) = key.as_bytes()
        {
            found.push(String::from_utf8_lossy(text).into_owned());
        }
    }
    if let Some(near) = infra_base::nearest(wanted, found.iter().map(String::as_str)) {
        return format!("; did you mean '{near}'?");
    }
    found.truncate(8);
    if found.is_empty() { String::new() } else { format!("; the unit returns: {}", found.join(", ")) }
}

/// Frames as text, one a line.
pub(crate) fn trace_text(trace: &[TraceFrame]) -> String {
    trace.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
