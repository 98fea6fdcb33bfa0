//! From files to entries: parse, override, disable, link; lock file.
