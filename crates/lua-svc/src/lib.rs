//! Modules over services: http, io.
