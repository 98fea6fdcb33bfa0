//! Words that everything shares: ids, payloads, errors.
