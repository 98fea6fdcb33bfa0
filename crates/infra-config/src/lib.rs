//! Configuration: files, profiles, variables and command line, merged into typed sections.
