//! The state of a function between two calls: who takes it, who leaves it, and what ends with a call.
//!
//! A call that ended in order, with a result or with a raise, leaves its heap: module state, globals and the method. What
//! belonged to the call alone ends with it: coroutines, operations, mail, resources of the frame; channels that were made for mail
//! are closed. A call that was killed, timed out, passed its quota or panicked leaves nothing, nor does one whose top level
//! failed; then the next call begins anew, as after a change of the program.

use crate::body::LuaBody;
use crate::memory::{self, Share};
use crate::program::Program;
use lua_api::Host;
use lua_vm::{Lua, Pin};
use std::sync::Arc;
use sys_process::StateSlot;
use thin_vec::ThinVec;

/// Fuel of a slice of the collection behind a call, in units of about a nanosecond.
const SLICE: i64 = 50_000;

/// What a process needs to leave its state.
pub(crate) struct Keeping {
    pub(crate) slot: StateSlot,
    /// Once the top level has run.
    pub(crate) method: Option<Pin>,
}

/// A state that nobody uses.
pub(crate) struct Kept {
    lua: Lua,
    program: Arc<Program>,
    /// See [`Host::values`].
    values: ThinVec<Pin>,
    method: Option<Pin>,
    /// See [`Host::generation`].
    generation: u32,
    /// See [`Host::wishes`].
    wishes: u32,
    /// See [`LuaBody::built`].
    built: u32,
    share: Share,
}

impl Kept {
    /// Collects what the call left behind; true when there is nothing left to collect.
    fn rest(&mut self, fuel: &mut i64) -> bool {
        let done = self.lua.rest(fuel, false);
        self.share.report(&mut self.lua, 0, 0);
        done
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        memory::reap(&mut self.lua, &mut self.share);
    }
}

impl Keeping {
    /// Goes on in the state that the call before left, if there is one of this program.
    pub(crate) fn enter(&mut self, program: &Arc<Program>, host: &mut Host) -> Option<(Lua, Share, u32)> {
        let mut kept = self.slot.take()?.downcast::<Kept>().ok()?;
        if !Arc::ptr_eq(&kept.program, program) {
            return None;
        }
        self.method = kept.method.take();
        host.values = std::mem::take(&mut kept.values);
        host.generation = kept.generation;
        host.wishes = kept.wishes;
        Some((kept.lua.take(), kept.share.take(), kept.built))
    }

    /// The call of `body` is over: its state becomes the next one's, once the garbage is collected.
    pub(crate) fn leave(self, body: &mut LuaBody, fuel: &mut i64) {
        let Keeping { slot, method: Some(mut method) } = self else { return };
        if body.lua.is_dead() {
            return;
        }
        // The operations of the call end with it.
        body.lua.release_all_outside();
        let generation = body.host.leave(body.lua.pins());
        let mut values = std::mem::take(&mut body.host.values);
        body.lua.keep_pins(values.iter_mut().chain([&mut method]));
        let mut kept = Box::new(Kept {
            lua: body.lua.take(),
            program: body.program.clone(),
            values,
            method: Some(method),
            generation,
            wishes: body.host.wishes,
            built: body.built,
            share: body.share.take(),
        });
        if kept.rest(fuel) {
            slot.leave(kept);
            return;
        }
        // The result does not wait for it; the next call does.
        let reaper = kept.share.reaper();
        let mut work = Some((kept, slot));
        reaper.drudge(move || {
            let Some((mut kept, slot)) = work.take() else { return true };
            if kept.rest(&mut SLICE.clone()) {
                slot.leave(kept);
                return true;
            }
            work = Some((kept, slot));
            false
        });
    }
}
