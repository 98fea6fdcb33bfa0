//! Modules over core and system: process, funcs, registry, time, logger, os.
