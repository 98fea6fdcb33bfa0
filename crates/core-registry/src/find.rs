//! The finder: queries over kinds, names and meta.

/// A compiled query (decisions X58).
#[derive(Clone, Debug, Default)]
pub struct Query {}
