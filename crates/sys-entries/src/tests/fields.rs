//! Reading fields.
