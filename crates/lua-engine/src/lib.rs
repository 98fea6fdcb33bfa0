//! Processes that run Lua: coroutines, mail, programs, executors.

mod body;
mod outcome;
mod program;
mod unit;

pub use body::LuaBody;
pub use outcome::crossed;
pub use program::Program;
pub use unit::{Import, Unit, compile};
