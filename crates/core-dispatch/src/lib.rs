//! Commands, the frozen handler table, and the frame that every call carries.
//!
//! A process asks services for something by a [`Command`]: plain data with a typed reply. Handlers are registered
//! while components load ([`HandlersBuilder`]) and frozen before anything runs ([`Commands`]): lookups take no lock.

mod command;
mod component;
mod frame;

pub use command::{BoxFuture, CallCx, Command, Commands, HandlersBuilder, Reply, reply};
pub use component::{Dispatch, Sleep, component};
pub use frame::{Chain, Context, Frame, Own, ResourceId, Resources};
