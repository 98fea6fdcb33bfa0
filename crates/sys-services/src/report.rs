//! States of services as events (`supervisor.state.*`) and log lines.

use core_events::Bus;
use core_supervisor::{State, Status};
use infra_base::{Data, EntryId, Map, Payload};

const SYSTEM: &str = "supervisor";

/// Publishes that something happened to a service.
pub(crate) fn fact(bus: &Bus, kind: &str, id: &EntryId) {
    bus.publish(SYSTEM, kind, id.as_str(), || None);
}

/// Publishes and logs a state.
pub(crate) fn status(bus: &Bus, status: &Status) {
    let (service, state) = (status.id.as_str(), status.state);
    match (&status.error, state) {
        (Some(error), State::Exited) => tracing::error!(service, %error, "service failed for good"),
        (Some(error), State::Failed | State::Stopped | State::Running) => {
            tracing::warn!(service, state = state.as_str(), retries = status.retries, %error, "service failed");
        }
        _ => tracing::debug!(service, state = state.as_str(), "service"),
    }
    let kind = match state {
        State::Unknown => "state.unknown",
        State::Starting => "state.starting",
        State::Running => "state.running",
        State::Stopping => "state.stopping",
        State::Stopped => "state.stopped",
        State::Exited => "state.exited",
        State::Failed => "state.failed",
    };
    bus.publish(SYSTEM, kind, service, || Some(Payload::Data(data(status))));
    match state {
        State::Running => fact(bus, "service.start", &status.id),
        State::Stopped => fact(bus, "service.stop", &status.id),
        _ => {}
    }
}

/// `{id, status, desired, retry_count, details?}`
fn data(status: &Status) -> Data {
    let mut map = Map::default();
    map.insert("id".into(), Data::text(status.id.as_str()));
    map.insert("status".into(), Data::text(status.state.as_str()));
    map.insert("desired".into(), Data::text(if status.desired { "running" } else { "stopped" }));
    map.insert("retry_count".into(), Data::Int(i64::from(status.retries)));
    if let Some(error) = &status.error {
        map.insert("details".into(), Data::text(error.message()));
    }
    Data::Map(map)
}
