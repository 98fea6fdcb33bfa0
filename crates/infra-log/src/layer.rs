//! From `tracing` events to records.

use crate::log::Log;
use crate::record::Level;
use infra_base::{Data, Map};
use std::backtrace::Backtrace;
use std::error::Error;
use std::fmt::Debug;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

pub(crate) struct HostLayer(pub(crate) Log);

impl<S: Subscriber> Layer<S> for HostLayer {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        level(*metadata.level()).is_some_and(|level| self.0.enabled(level))
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Some(level) = level(*event.metadata().level()) else { return };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let logger = fields.logger.unwrap_or_else(|| logger(event.metadata().target()));
        let stack = (level == Level::Error && self.0.stacks())
            .then(|| Backtrace::force_capture().to_string().into_boxed_str());
        self.0.put(level, logger, fields.message.into(), fields.map, stack);
    }
}

/// Trace events are for no one.
fn level(level: tracing::Level) -> Option<Level> {
    Some(match level {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::INFO => Level::Info,
        tracing::Level::DEBUG => Level::Debug,
        _ => return None,
    })
}

/// A target that was not chosen is a module path: its crate says enough.
fn logger(target: &str) -> Box<str> {
    match target.split_once("::") {
        Some((krate, _)) => krate.replace('_', ".").into(),
        None => target.replace('_', ".").into(),
    }
}

/// The fields of an event; `message` and `logger` stand out.
#[derive(Default)]
struct Fields {
    message: String,
    logger: Option<Box<str>>,
    map: Map,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Data) {
        self.map.insert(field.name().into(), value);
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Data::Bool(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Data::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, i64::try_from(value).map_or(Data::Float(value as f64), Data::Int));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Data::Float(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = value.to_owned(),
            "logger" => self.logger = Some(value.into()),
            _ => self.put(field, Data::text(value)),
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.put(field, Data::from(value.to_string()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
