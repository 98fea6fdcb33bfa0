//! What one line of the log says.

use infra_base::Map;
use infra_clock::Moment;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For those who look for something.
    Debug,
    /// Milestones.
    Info,
    /// Something is off, the node goes on.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    /// `debug info warn error`
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }

    /// The number of `logmanager.min_level`: -1 debug to 2 error.
    pub fn from_number(number: i64) -> Level {
        match number {
            i64::MIN..=-1 => Level::Debug,
            0 => Level::Info,
            1 => Level::Warn,
            2.. => Level::Error,
        }
    }
}

/// One line, before it is encoded.
#[derive(Clone, Debug)]
pub struct Record {
    /// How much it matters.
    pub level: Level,
    /// Since the log was made.
    pub elapsed: Moment,
    /// Unix nanoseconds.
    pub wall: i64,
    /// `boot`, `registry`, a name that an application chose.
    pub logger: Box<str>,
    /// What happened.
    pub message: Box<str>,
    /// Details; may be empty.
    pub fields: Map,
    /// Traceback, one frame a line.
    pub stack: Option<Box<str>>,
}
