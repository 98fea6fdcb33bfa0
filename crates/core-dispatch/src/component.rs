//! The dispatcher as a component, and the one command of its own: waiting.

use crate::command::{CallCx, Command, Commands, HandlersBuilder};
use infra_app::Component;
use infra_base::{Error, Result};
use infra_clock::Clock;
use parking_lot::Mutex;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Where components register handlers; frozen before anything runs.
pub struct Dispatch {
    building: Mutex<Option<HandlersBuilder>>,
    frozen: OnceLock<Commands>,
}

impl Dispatch {
    fn open() -> Dispatch {
        Dispatch { building: Mutex::new(Some(HandlersBuilder::default())), frozen: OnceLock::new() }
    }

    /// Registers the one handler of `C`; see [`HandlersBuilder::serve`]. Too late once the node has started.
    pub fn serve<C, F, R>(&self, owner: &'static str, handler: F) -> Result<()>
    where
        C: Command,
        F: Fn(&mut CallCx<'_>, C) -> R + Send + Sync + 'static,
        R: Future<Output = Result<C::Reply>> + Send + 'static,
    {
        match self.building.lock().as_mut() {
            Some(builder) => builder.serve(owner, handler),
            None => Err(Error::internal(format!(
                "component {owner} serves {} after the dispatcher was frozen",
                C::NAME
            ))),
        }
    }

    /// The frozen table. `Unavailable` while components load.
    pub fn commands(&self) -> Result<&Commands> {
        self.frozen.get().ok_or_else(|| Error::unavailable("the dispatcher is not frozen yet"))
    }

    fn freeze(&self) -> Result<()> {
        let builder = self.building.lock().take();
        let builder = builder.ok_or_else(|| Error::internal("the dispatcher is frozen already"))?;
        self.frozen.set(builder.freeze()).map_err(|_| Error::internal("the dispatcher is frozen already"))
    }
}

/// Waits; durable where a host records commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sleep(pub Duration);

impl Command for Sleep {
    type Reply = ();
    const NAME: &'static str = "time.sleep";
}

/// The component that provides [`Dispatch`] and serves [`Sleep`].
pub fn component() -> Component {
    Component::new("core.dispatch")
        .needs::<Clock>()
        .provides::<Dispatch>()
        .load(|boot| async move {
            let (dispatch, clock) = (Dispatch::open(), boot.get::<Clock>()?);
            dispatch.serve("core.dispatch", move |_, Sleep(span)| {
                let sleep = clock.sleep(span);
                async move {
                    sleep.await;
                    Ok(())
                }
            })?;
            boot.provide(Arc::new(dispatch))
        })
        .start(|app| async move { app.get::<Dispatch>()?.freeze() })
}
