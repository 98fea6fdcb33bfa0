//! Logging: subscriber set-up, console and json encoders, a tap.
