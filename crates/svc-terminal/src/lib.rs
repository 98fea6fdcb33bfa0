//! Terminal hosts: standard input and output for one process at a time.
