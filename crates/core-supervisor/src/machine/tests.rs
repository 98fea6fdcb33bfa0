//! Simulated runs of the supervisor.
