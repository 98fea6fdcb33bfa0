//! Entries as a whole: a scripted kind through load, change, refusal and fault.

mod environment;
mod fault;
mod fields;
mod scripted;
mod whole;
