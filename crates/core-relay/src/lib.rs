//! Routing of messages: local, peer, internode.
