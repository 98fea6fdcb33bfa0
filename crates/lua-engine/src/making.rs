//! Makes the image of a program: runs its top level once, in the process that first asks for it.
//!
//! Units run in order of evaluation, modules preset, without a host around them. The image holds the units before the first
//! one that calls a native with effects outside, raises, waits, takes too long, or leaves what cannot be shared; such a
//! unit and all behind it run in each process on top. Since what ran before depends on nothing outside, it is simply run
//! again up to that unit. [`Program::coverage`] says which unit that is, and so does the log at level debug.

use crate::body::{preset, publish};
use crate::program::{Made, Program};
use lua_vm::{Lua, Options, Pin, Rehearsal, Run, Statics};
use std::sync::Arc;

/// Fuel of the whole run, in units of about a nanosecond.
const FUEL: i64 = 100_000_000;
/// Most bytes of its heap.
const QUOTA: usize = 64 << 20;

/// The host of the run: what `require` needs.
pub(crate) struct Loading {
    pub(crate) program: Arc<Program>,
    /// Values of the units that have run.
    pub(crate) values: Vec<Pin>,
}

/// An image that is being made.
pub(crate) struct Making {
    statics: Arc<Statics>,
    /// Of the process that makes it.
    pub(crate) process: Options,
    options: Options,
    rehearsal: Rehearsal,
    loading: Loading,
    /// Number of units that run, and why no more.
    until: usize,
    stop: Option<String>,
    /// Whether it is looked after each unit if the state can be shared.
    careful: bool,
    root: Option<Pin>,
    fuel: i64,
}

impl Making {
    /// Begins, if there is no image of `program` and nobody else makes it.
    pub(crate) fn begin(
        program: &Arc<Program>,
        statics: &Arc<Statics>,
        options: Options,
    ) -> Option<Box<Making>> {
        if !program.made.claim() {
            return None;
        }
        let process = options;
        let options = Options { quota: options.quota.min(QUOTA), ..options };
        let mut making = Box::new(Making {
            statics: statics.clone(),
            process,
            options,
            rehearsal: Rehearsal::new(statics.clone(), options),
            loading: Loading { program: program.clone(), values: Vec::new() },
            until: program.units.len(),
            stop: None,
            careful: false,
            root: None,
            fuel: FUEL,
        });
        // A module that is missing is said by each process.
        making.prepare().then_some(making)
    }

    /// Goes on until the image is made, or cannot be, and true; or until `fuel` is used up.
    pub(crate) fn step(&mut self, fuel: &mut i64) -> bool {
        while *fuel > 0 {
            let unit = self.loading.values.len();
            if unit == self.until {
                if self.seal() {
                    return true;
                }
                continue;
            }
            if let Err(why) = self.run(unit, fuel) {
                let id = &self.loading.program.units[unit].id;
                tracing::debug!(target: "lua", unit = %id, "its top level runs in each process: {why}");
                self.stop = Some(why);
                self.again(unit);
            }
        }
        false
    }

    fn lua(&mut self) -> (&mut Lua, &mut Loading) {
        (self.rehearsal.lua(), &mut self.loading)
    }

    /// Presets the modules.
    fn prepare(&mut self) -> bool {
        let (lua, loading) = self.lua();
        let program = loading.program.clone();
        lua.enter(loading, |cx| preset(cx, &program)).is_ok()
    }

    /// Runs the chunk of `unit` on. Otherwise: why it cannot be part of the image.
    fn run(&mut self, unit: usize, fuel: &mut i64) -> Result<(), String> {
        let root = self.root.take().unwrap_or_else(|| {
            let (lua, loading) = self.lua();
            let proto = loading.program.units[unit].proto.clone();
            lua.enter(loading, |cx| {
                let chunk = cx.load(proto);
                let thread = cx.thread(chunk, &[]);
                cx.pin(thread)
            })
        });
        let slice = (*fuel).min(self.fuel);
        let mut left = slice;
        let (lua, loading) = self.lua();
        let run = lua.run(&root, &mut left, loading);
        self.fuel -= slice - left;
        *fuel -= slice - left;
        match run {
            Run::OutOfFuel if self.fuel > 0 => {
                self.root = Some(root);
                Ok(())
            }
            Run::OutOfFuel => Err("it takes too long".to_owned()),
            Run::Raised(_) => Err(self.raised(&root)),
            Run::Yielded | Run::Waiting => Err("it waits".to_owned()),
            Run::Dead => Err(match self.rehearsal.refused() {
                Some(name) => format!("it calls '{name}'"),
                None => "it needs too much memory".to_owned(),
            }),
            Run::Finished => {
                let (lua, loading) = self.lua();
                let program = loading.program.clone();
                let value = lua.enter(loading, |cx| {
                    let thread = cx.pinned(&root);
                    let value = cx.outcome(thread).first().copied();
                    let value = value.map(|v| cx.pin(v));
                    let root_unit = unit + 1 == program.units.len();
                    if root_unit {
                        value.unwrap_or_else(|| cx.pin(lua_vm::Val::NIL))
                    } else {
                        publish(cx, &program, unit, value)
                    }
                });
                lua.unpin(root);
                loading.values.push(value);
                if self.careful { self.rehearsal.check().map_err(|why| why.to_string()) } else { Ok(()) }
            }
        }
    }

    fn raised(&mut self, root: &Pin) -> String {
        let (lua, loading) = self.lua();
        lua.enter(loading, |cx| {
            let thread = cx.pinned(root);
            let raised = cx.outcome(thread).first().copied();
            let text = raised.and_then(|v| cx.to_bytes(v)).unwrap_or_default();
            format!("it raises: {}", String::from_utf8_lossy(text))
        })
    }

    /// Starts again, with the units before `until`.
    fn again(&mut self, until: usize) {
        self.rehearsal = Rehearsal::new(self.statics.clone(), self.options);
        self.loading.values.clear();
        self.root = None;
        self.fuel = FUEL;
        self.until = until;
        self.prepare();
    }

    /// False: something cannot be shared, and the run starts again to see where it comes from.
    fn seal(&mut self) -> bool {
        let fresh = Rehearsal::new(self.statics.clone(), self.options);
        let rehearsal = std::mem::replace(&mut self.rehearsal, fresh);
        match rehearsal.seal(std::mem::take(&mut self.loading.values)) {
            Ok(image) => {
                let program = &self.loading.program;
                let (id, all) = (&program.root().id, program.units.len());
                tracing::debug!(target: "lua", program = %id, "image of {} of {all} units: {image:?}", self.until);
                program.made.set(Made { image, units: self.until, stop: self.stop.take() });
                true
            }
            Err(_) if self.careful => true,
            Err(_) => {
                self.careful = true;
                self.again(self.until);
                false
            }
        }
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        self.loading.program.made.release();
    }
}
