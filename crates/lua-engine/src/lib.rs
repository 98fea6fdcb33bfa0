//! Processes that run Lua: coroutines, mail, programs, executors.
