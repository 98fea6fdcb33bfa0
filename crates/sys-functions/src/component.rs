//! Functions as a component.

use crate::functions::Functions;
use infra_app::Component;
use infra_clock::{Clock, Rng};
use std::sync::Arc;
use sys_process::Processes;

/// The component that provides [`Functions`].
pub fn component() -> Component {
    Component::new("sys.functions").needs::<Processes>().needs::<Clock>().provides::<Functions>().load(
        |boot| async move {
            let (processes, clock) = (boot.get::<Processes>()?, boot.get::<Clock>()?);
            let functions =
                Functions::new((*processes).clone(), (*clock).clone(), Rng::from_entropy(), Vec::new());
            boot.provide(Arc::new(functions))
        },
    )
}
