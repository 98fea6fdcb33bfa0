//! Makes the image of a program: runs its top level once, in the process that first asks for it.
//!
//! Units run in order of evaluation, modules preset, without a host around them. The image holds the units before the first
//! one that calls a native with effects outside, raises, waits, takes too long, or leaves what cannot be shared; such a
//! unit and all behind it run in each process on top. Since what ran before depends on nothing outside, it is simply run
//! again up to that unit. [`Program::coverage`] says which unit that is, and so does the log at level debug.

use crate::body::{preset, publish};
use crate::memory::{self, Heaps, Share};
use crate::program::{Made, Program};
use lua_vm::{Lua, Options, Pin, Rehearsal, Run, Sealing, Statics};
use std::sync::Arc;

/// Fuel of the whole run, in units of about a nanosecond.
const FUEL: i64 = 100_000_000;
/// Most bytes of its heap, whatever the limit of the process that makes it: the image does not depend on who that is.
pub(crate) const QUOTA: usize = 64 << 20;

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
    heaps: Arc<Heaps>,
    rehearsal: Rehearsal,
    /// Once all units have run.
    sealing: Option<Sealing>,
    loading: Loading,
    /// Number of units that run, and why no more.
    until: usize,
    stop: Option<String>,
    /// Whether it is looked after each unit if the state can be shared.
    careful: bool,
    /// It is being looked.
    looks: bool,
    root: Option<Pin>,
    fuel: i64,
}

impl Making {
    /// Begins, if there is no image of `program` and nobody else makes it.
    pub(crate) fn begin(
        program: &Arc<Program>,
        statics: &Arc<Statics>,
        heaps: &Arc<Heaps>,
        options: Options,
    ) -> Option<Box<Making>> {
        if !program.made.claim() {
            return None;
        }
        let process = options;
        let options = Options { quota: QUOTA, ..options };
        let mut making = Box::new(Making {
            statics: statics.clone(),
            process,
            options,
            heaps: heaps.clone(),
            rehearsal: Rehearsal::new(statics.clone(), options),
            sealing: None,
            loading: Loading { program: program.clone(), values: Vec::new() },
            until: program.units.len(),
            stop: None,
            careful: false,
            looks: false,
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
            if self.sealing.is_some() {
                if self.seal(fuel) {
                    return true;
                }
            } else if !self.looks && unit == self.until {
                let fresh = Rehearsal::new(self.statics.clone(), self.options);
                let rehearsal = std::mem::replace(&mut self.rehearsal, fresh);
                self.sealing = Some(rehearsal.seal(std::mem::take(&mut self.loading.values)));
            } else if self.looks {
                match self.rehearsal.check(fuel) {
                    Some(Err(why)) => self.stop(unit - 1, why.to_string()),
                    Some(Ok(())) => self.looks = false,
                    None => {}
                }
            } else if let Err(why) = self.run(unit, fuel) {
                self.stop(unit, why);
            }
        }
        false
    }

    /// The image ends before `unit`.
    fn stop(&mut self, unit: usize, why: String) {
        let id = &self.loading.program.units[unit].id;
        tracing::debug!(target: "lua", unit = %id, "its top level runs in each process: {why}");
        self.stop = Some(why);
        self.again(unit);
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
                self.looks = self.careful;
                Ok(())
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
        self.give_up();
        self.rehearsal = Rehearsal::new(self.statics.clone(), self.options);
        self.looks = false;
        self.loading.values.clear();
        self.root = None;
        self.fuel = FUEL;
        self.until = until;
        self.prepare();
    }

    /// False: it goes on, or something cannot be shared, and the run starts again to see where it comes from.
    fn seal(&mut self, fuel: &mut i64) -> bool {
        match self.sealing.as_mut().and_then(|sealing| sealing.step(fuel)) {
            None => false,
            Some(Ok(image)) => {
                let program = &self.loading.program;
                let (id, all) = (&program.root().id, program.units.len());
                tracing::debug!(target: "lua", program = %id, "image of {} of {all} units: {image:?}", self.until);
                memory::count(&self.heaps, &image);
                program.made.set(Made { image, units: self.until, stop: self.stop.take() });
                self.heaps.images.add(program);
                true
            }
            Some(Err(_)) if self.careful => true,
            Some(Err(_)) => {
                self.careful = true;
                self.again(self.until);
                false
            }
        }
    }
}

impl Making {
    /// Frees what was built until now, in slices if it is much.
    fn give_up(&mut self) {
        let mut share = Share::new(self.heaps.clone());
        memory::reap(self.rehearsal.lua(), &mut share);
        if let Some(lua) = self.sealing.take().as_mut().and_then(Sealing::lua) {
            memory::reap(lua, &mut share);
        }
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        self.give_up();
        self.loading.program.made.release();
    }
}
