//! The supervisor's owner loop: starts, stops and restarts services.
