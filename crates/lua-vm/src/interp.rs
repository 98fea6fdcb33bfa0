//! The interpreter.

use crate::lua::{Lua, Run};
use crate::object::Thread;

/// Runs a root until it has something to say.
pub(crate) fn run(lua: &mut Lua, root: *mut Thread) -> Run {
    let _ = (lua, root);
    Run::Finished
}
