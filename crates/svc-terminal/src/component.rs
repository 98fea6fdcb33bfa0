//! The component: registers the terminal kind.

use crate::console::Console;
use crate::host::TerminalHosts;
use infra_app::Component;
use infra_clock::Clock;
use std::sync::Arc;
use sys_entries::Entries;
use sys_topology::Topology;

/// Registers `terminal.host`, whose processes get `console`; provides the [`Console`] too.
pub fn component(console: Arc<Console>) -> Component {
    const NAME: &str = "svc.terminal";
    let component = Component::new(NAME).needs::<Entries>().needs::<Topology>().needs::<Clock>();
    component.provides::<Console>().load(|boot| async move {
        let (topology, clock) = (boot.get::<Topology>()?, (*boot.get::<Clock>()?).clone());
        let kind = TerminalHosts { console: console.clone(), topology, clock };
        boot.get::<Entries>()?.kind(NAME, kind)?;
        boot.provide(console)
    })
}
