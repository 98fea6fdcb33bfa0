//! Makes processes of Lua entries for `sys-process` and `sys-functions`.

use crate::body::{LuaBody, Origin};
use crate::component::Options;
use crate::making::Making;
use crate::memory::Heaps;
use crate::program::{Coverage, Program};
use core_dispatch::Commands;
use core_registry::Entry;
use core_sched::{BoxProcess, Freed, Process};
use infra_app::App;
use infra_base::{EntryId, Error, Result};
use infra_clock::{Clock, Rng};
use infra_profile::Profiler;
use lua_api::{Coroutines, Host, ListImages, Mailroom, Memory, System};
use lua_vm::Statics;
use std::sync::{Arc, OnceLock};
use sys_entries::Entries;
use sys_process::{Executor, Launch};
use thin_vec::ThinVec;

/// Runs `function.lua` and `process.lua`.
pub struct LuaExecutor {
    statics: Arc<Statics>,
    entries: Arc<Entries>,
    clock: Clock,
    options: Options,
    heaps: Arc<Heaps>,
    /// Where the chance of processes starts; the number of each is added.
    seed: u64,
    /// Set once when the context is sealed, before anything runs.
    system: OnceLock<Arc<System>>,
}

impl LuaExecutor {
    /// An executor over the node's statics. `options` bound every process.
    pub fn new(statics: Arc<Statics>, entries: Arc<Entries>, clock: Clock, options: Options) -> LuaExecutor {
        let seed = Rng::from_entropy().next_u64();
        let heaps = Heaps::new(options.memory);
        LuaExecutor { statics, entries, clock, options, heaps, seed, system: OnceLock::new() }
    }

    /// The heaps of its processes.
    pub fn memory(&self) -> &Arc<Memory> {
        &self.heaps.memory
    }

    /// How to list the images of its programs.
    pub fn images(&self) -> ListImages {
        let (heaps, entries) = (self.heaps.clone(), self.entries.clone());
        Box::new(move |after, most| heaps.images.behind(after, most, &entries))
    }

    /// Who records what its processes do.
    pub fn profiler(&self) -> &Arc<Profiler> {
        &self.heaps.profiler
    }

    /// Hands over the sealed context; nothing can be launched before.
    pub fn seal(&self, app: App, commands: Commands) {
        // A second call would come from a second start, which the loader does not make.
        let _ = self.system.set(Arc::new(System { app, commands, clock: self.clock.clone() }));
    }

    /// Makes the image of the program of `id`, if there is none yet, and says what it covers; `None` while a process makes
    /// it, or if there is none because a module is missing.
    pub fn survey(&self, id: &EntryId) -> Result<Option<Coverage>> {
        let program = self.entries.get::<Program>(id)?;
        if let Some(mut making) = Making::begin(&program, &self.statics, &self.heaps, self.options.process) {
            while !making.step(&mut i64::MAX.clone()) {}
        }
        Ok(program.coverage())
    }
}

impl Executor for LuaExecutor {
    fn launch(&self, entry: &Arc<Entry>, launch: Launch) -> Result<BoxProcess> {
        self.heaps.memory.admit()?;
        let Launch { args, frame, control, parent, memory, slot } = launch;
        let program = self.entries.get::<Program>(&entry.id)?;
        let system = self.system.get().ok_or_else(|| Error::internal("the Lua engine has not started"))?;
        let host = Host {
            frame,
            control: control.clone(),
            system: system.clone(),
            names: program.clone(),
            values: ThinVec::new(),
            mail: Mailroom::default(),
            tasks: Coroutines::default(),
            generation: 0,
            current: 0,
            passes: 0,
            starts: Vec::new(),
            outstanding: 0,
            freed: Freed::default(),
            peer: None,
            wishes: self.heaps.memory.wishes(),
            exposed: false,
            may_wait: false,
        };
        // Neighbouring seeds are spread by the generator.
        let seed = Rng::seeded(self.seed.wrapping_add(control.pid().unique)).next_u64();
        let limits = [program.root().memory, memory];
        let quota = limits.into_iter().flatten().min().unwrap_or(self.options.process.quota);
        let process =
            lua_vm::Options { seed, quota, own_names: program.has_own_names(), ..self.options.process };
        let (statics, heaps, images) = (&self.statics, &self.heaps, self.options.images);
        let origin = Origin { statics, heaps, parent, options: process, images };
        let body = Box::new(LuaBody::new(&origin, host, program, args, slot));
        Ok(Box::new(Process::new(control, body)))
    }
}
