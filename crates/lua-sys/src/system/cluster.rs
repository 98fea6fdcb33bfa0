//! `system.node`, `system.cluster`, `system.raft`: a node that is alone has a name and no cluster.

use super::node;
use infra_base::Error;
use lua_api::{Cx, Group, Guest, NativeResult};

pub(super) fn node_group() -> Group {
    Group::new("node", "This node.")
        .func("id(): (string?, error?)", "Its name.", id)
        .func("addr(): (string?, error?)", "Its address in the cluster; Internal without one.", no_cluster)
        .func("role(): (string?, error?)", "`leader`, `voter`, `standby` or `non-member`.", role)
}

pub(super) fn cluster_group() -> Group {
    Group::new("cluster", "The nodes that this one works with.")
        .func(
            "members(): ({{[string]: any}}?, error?)",
            "Its members; Internal without a cluster.",
            no_cluster,
        )
        .func("leader(): (string?, error?)", "Its leader; Internal without a cluster.", no_cluster)
        .func("size(): (integer?, error?)", "Its size; Internal without a cluster.", no_cluster)
}

pub(super) fn raft_group() -> Group {
    Group::new("raft", "Consensus of the cluster.")
        .func("is_leader(): (boolean?, error?)", "Whether this node leads; Internal without Raft.", no_raft)
        .func(
            "is_member(): (boolean?, error?)",
            "Whether this node takes part; Internal without Raft.",
            no_raft,
        )
        .func("role(): (string?, error?)", "Its role; Internal without Raft.", no_raft)
        .func("term(): (integer?, error?)", "The present term; Internal without Raft.", no_raft)
        .func("commit_index(): (integer?, error?)", "What is committed; Internal without Raft.", no_raft)
        .func("stats(): ({[string]: string}?, error?)", "Its figures; Internal without Raft.", no_raft)
}

/// `system.node.id()`
fn id(cx: &mut Cx<'_>) -> NativeResult {
    let id = node(cx)?.id.clone();
    cx.give_text(&id)
}

/// `system.node.role()`
fn role(cx: &mut Cx<'_>) -> NativeResult {
    cx.give_text("non-member")
}

fn no_cluster(cx: &mut Cx<'_>) -> NativeResult {
    cx.fail(Error::internal("system: this node is not part of a cluster").with_retryable(Some(false)))
}

fn no_raft(cx: &mut Cx<'_>) -> NativeResult {
    cx.fail(Error::internal("system: Raft does not run on this node").with_retryable(Some(false)))
}
