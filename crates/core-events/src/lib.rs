//! Event bus: facts that happened, by system and kind.
