//! The field `limits.memory`: how much memory a process may have.

use infra_base::Data;
use std::ops::RangeInclusive;
use sys_entries::{FieldDoc, Fields, Size};

/// The field in entries that are run.
pub const ENTRY_MEMORY: FieldDoc = FieldDoc {
    name: "limits.memory",
    ty: "size (`64M`, `1G`) or bytes",
    default: "that of the host, else 256M",
    doc: "Most memory of one process. Exceeding it ends the process with an error that `pcall` does not catch. Where the host has a limit too, the \
          smaller one holds. What the top level builds is shared by all processes of the entry and does not count until it is written. \
          Arguments of calls that wait or run count, and results that were not received; mail counts when it is received.",
};

/// The field in hosts.
pub(crate) const HOST_MEMORY: FieldDoc = FieldDoc {
    name: "limits.memory",
    ty: "size (`64M`, `1G`) or bytes",
    default: "",
    doc: "Most memory of each process here, of all entries; one with a smaller limit of its own keeps that. Functions that a process calls \
          have the limits of their entries. A change holds for processes that start after it.",
};

/// Less is a forgotten suffix: a process that does anything needs more.
const RANGE: RangeInclusive<Size> = Size(64 << 10)..=Size(1 << 42);

/// The limit in bytes; `None` where there is none.
pub fn memory_limit(fields: &mut Fields) -> Option<usize> {
    let limits = fields.entry().data.as_map().and_then(|data| data.get("limits"));
    if let Some(other) = limits.filter(|limits| !matches!(limits, Data::Map(_) | Data::Null)) {
        let wrong = format!("a map expected, got {}", other.type_name());
        fields.skip("limits");
        fields.mistake("limits", &wrong);
        return None;
    }
    let name = ENTRY_MEMORY.name;
    fields.has(name).then(|| fields.within(name, RANGE, *RANGE.start()).0)
}
