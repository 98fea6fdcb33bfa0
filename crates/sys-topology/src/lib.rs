//! Who watches whom: links, monitors, names, and the table of processes.
