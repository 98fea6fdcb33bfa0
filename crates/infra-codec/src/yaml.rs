//! YAML: a tree with byte spans, plain data, and an encoder.
//!
//! Only the first document of a stream counts. Scalars resolve as applications expect from the original: `yes`, `no`
//! and dates stay text; `0755`, `0o755`, `0xff`, `0b1` and `1_000` are integers; a number that no base fits (`08540`)
//! stays text. Merge keys work, anchors expand within a budget, equal keys are an error that shows both places.

mod build;
mod encode;
mod node;
mod scalar;
mod syntax;
#[cfg(test)]
mod tests;

pub use build::parse;
pub use encode::encode;
pub use node::{Key, Node, Value};

use infra_base::{Data, Error, Result, SourceFile};
use std::sync::Arc;

/// Reads the first document as plain data. Empty input is `Invalid`, everything malformed `Internal` with line and
/// column.
pub fn decode(text: &str) -> Result<Data> {
    if text.trim().is_empty() {
        return Err(Error::invalid("yaml is empty"));
    }
    let file = Arc::new(SourceFile { name: "yaml".into(), text: text.into() });
    let node = parse(&file).map_err(|mistakes| {
        let first = mistakes.first().map(|d| d.one_line()).unwrap_or_default();
        Error::internal(format!("malformed {first}")).with_diagnostics(mistakes)
    })?;
    Ok(node.into_data())
}
