//! Runs a coroutine while somebody records who works, for as long as the recorder wants.

use crate::body::LuaBody;
use infra_profile::{Site, Work};
use lua_vm::{Root, Run};

/// Frames that are told.
const DEPTH: usize = 128;

impl LuaBody {
    /// Wakes `root` for the fuel or a part of it, and tells the profiler what was done and by whom.
    #[cold]
    pub(crate) fn run_recorded(&mut self, root: Root, fuel: &mut i64) -> Run {
        let profiler = self.share.profiler().clone();
        let system = self.host.system.clone();
        let (most, bytes) = profiler.budget();
        let slice = (*fuel).min(i64::try_from(most).unwrap_or(i64::MAX));
        let mut left = slice;
        let (began, before) = (system.clock.now(), self.lua.allocated());
        self.lua.watch(usize::try_from(bytes).unwrap_or(usize::MAX));
        let run = self.lua.wake(root, &mut left, &mut self.host);
        self.lua.unwatch();
        let after = self.lua.allocated();
        let used = slice - left;
        *fuel -= used;
        let work = Work {
            fuel: u64::try_from(used).unwrap_or(0),
            nanos: u64::try_from(system.clock.now().since(began).as_nanos()).unwrap_or(u64::MAX),
            bytes: (after.0.wrapping_sub(before.0) as isize).max(0) as u64,
            objects: u64::from(after.1.wrapping_sub(before.1)),
        };
        profiler.worked(work, matches!(run, Run::OutOfFuel), |visit| {
            // The turn may have been passed on to another coroutine.
            let Some(root) = self.host.root() else { return };
            self.lua.stack(root, DEPTH, &mut |proto, line| {
                let (file, function, begins) = (proto.source(), proto.name(), proto.first_line());
                visit(Site { file, function, begins, line });
            });
        });
        run
    }
}
