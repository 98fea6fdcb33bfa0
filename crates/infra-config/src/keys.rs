//! Every documented key below the structural ones: its type, and what becomes of it today.

/// A leaf of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Dotted path.
    pub path: &'static str,
    /// What it holds.
    pub ty: Type,
    /// What becomes of it.
    pub state: State,
}

/// What a key holds. Scalars are read leniently: numbers and booleans also as text, texts also as scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
#[allow(missing_docs, reason = "the names say it")]
pub enum Type { Bool, Int, Float, Text, TextList, Duration, DurationOrInt, OneOf(&'static [&'static str]) }

/// What becomes of a key today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is read.
    Read,
    /// Nothing reads it yet: a warning.
    Later,
    /// Nothing reads it yet: a warning unless it is false, which is what happens anyway.
    LaterIfOn,
    /// The switch of a section that nothing reads yet: a warning if it is on.
    Switch,
    /// Below a switch, which says it all: no warning.
    Behind,
    /// An error if it is on: going on without it would not be what was asked for.
    Refused,
    /// Native plug-ins: never.
    Unsupported,
}

use State::{Behind, Later, LaterIfOn, Read, Refused, Switch, Unsupported};
use Type::{Bool, Duration, DurationOrInt, Float, Int, OneOf, Text, TextList};

const fn key(path: &'static str, ty: Type, state: State) -> Key {
    Key { path, ty, state }
}

/// All keys, in the order of the reference.
pub const KEYS: &[Key] = &[
    key("logger.encoding", OneOf(&["console", "json"]), Read),
    key("logmanager.propagate_downstream", Bool, Read),
    key("logmanager.stream_to_events", Bool, LaterIfOn),
    key("logmanager.min_level", Int, Read),
    key("profiler.enabled", Bool, Read),
    key("profiler.address", Text, Read),
    key("profiler.read_timeout", Duration, Read),
    key("profiler.write_timeout", Duration, Read),
    key("profiler.idle_timeout", Duration, Read),
    key("security.strict_mode", Bool, Read),
    key("registry.enable_history", Bool, Read),
    key("registry.history_type", OneOf(&["memory", "sqlite", "postgres", "nil"]), Read),
    key("registry.history_path", Text, Later),
    key("registry.history_dsn", Text, Later),
    key("registry.history_schema", Text, Later),
    key("relay.node_name", Text, Read),
    key("supervisor.host.buffer_size", Int, Later),
    key("supervisor.host.worker_count", Int, Later),
    key("lua.proto_cache_size", Int, Later),
    key("lua.main_cache_size", Int, Later),
    key("lua.cache.enabled", Bool, Read),
    key("lua.cache.dir", Text, Read),
    key("lua.cache.mode", OneOf(&["readwrite", "readonly", "off"]), Read),
    key("lua.cache.compile.enabled", Bool, Read),
    key("lua.cache.typecheck.enabled", Bool, Read),
    key("lua.type_system.enabled", Bool, Read),
    key("lua.type_system.strict", Bool, Read),
    key("lua.eval.cache_size", Int, Later),
    key("lua.eval.cache_ttl", DurationOrInt, Later),
    key("finder.query_cache_size", Int, Later),
    key("finder.regex_cache_size", Int, Later),
    key("otel.enabled", Bool, Switch),
    key("otel.endpoint", Text, Behind),
    key("otel.protocol", OneOf(&["http/protobuf", "grpc"]), Behind),
    key("otel.service_name", Text, Behind),
    key("otel.service_version", Text, Behind),
    key("otel.insecure", Bool, Behind),
    key("otel.sample_rate", Float, Behind),
    key("otel.propagators", TextList, Behind),
    key("otel.traces_enabled", Bool, Behind),
    key("otel.metrics_enabled", Bool, Behind),
    key("otel.http.enabled", Bool, Behind),
    key("otel.http.extract_headers", Bool, Behind),
    key("otel.http.inject_headers", Bool, Behind),
    key("otel.process.enabled", Bool, Behind),
    key("otel.process.trace_lifecycle", Bool, Behind),
    key("otel.interceptor.enabled", Bool, Behind),
    key("otel.interceptor.order", Int, Behind),
    key("otel.queue.enabled", Bool, Behind),
    key("otel.temporal.enabled", Bool, Behind),
    key("shutdown.timeout", Duration, Read),
    key("metrics.buffer.size", Int, Later),
    key("metrics.interceptor.enabled", Bool, LaterIfOn),
    key("prometheus.enabled", Bool, Switch),
    key("prometheus.address", Text, Behind),
    key("cluster.enabled", Bool, Refused),
    key("cluster.name", Text, Behind),
    key("cluster.failure_domain", Text, Behind),
    key("cluster.membership.bind_addr", Text, Behind),
    key("cluster.membership.bind_port", Int, Behind),
    key("cluster.membership.advertise_addr", Text, Behind),
    key("cluster.membership.join_addrs", Text, Behind),
    key("cluster.membership.secret_key", Text, Behind),
    key("cluster.membership.secret_file", Text, Behind),
    key("cluster.membership.gossip_interval", Duration, Behind),
    key("cluster.membership.push_pull_interval", Duration, Behind),
    key("cluster.membership.dead_node_reclaim_time", Duration, Behind),
    key("cluster.membership.probe_interval", Duration, Behind),
    key("cluster.membership.probe_timeout", Duration, Behind),
    key("cluster.membership.tcp_timeout", Duration, Behind),
    key("cluster.membership.suspicion_mult", Int, Behind),
    key("cluster.internode.bind_addr", Text, Behind),
    key("cluster.internode.bind_port", Int, Behind),
    key("cluster.internode.auto_port", Bool, Behind),
    key("cluster.internode.advertise_addr", Text, Behind),
    key("cluster.internode.advertise_port", Int, Behind),
    key("cluster.raft.data_dir", Text, Behind),
    key("cluster.raft.enabled", Bool, Behind),
    key("cluster.raft.role", Text, Behind),
    key("cluster.raft.eligible", Bool, Behind),
    key("cluster.raft.priority", Int, Behind),
    key("cluster.raft.bootstrap_expect", Int, Behind),
    key("cluster.raft.max_voters", Int, Behind),
    key("cluster.raft.max_standbys", Int, Behind),
    key("cluster.raft.reconcile_debounce", Duration, Behind),
    key("cluster.raft.reconcile_timeout", Duration, Behind),
    key("cluster.raft.heartbeat_timeout", Duration, Behind),
    key("cluster.raft.election_timeout", Duration, Behind),
    key("cluster.raft.commit_timeout", Duration, Behind),
    key("cluster.raft.snapshot_threshold", Int, Behind),
    key("cluster.raft.snapshot_interval", Duration, Behind),
    key("cluster.raft.snapshot_retain", Int, Behind),
    key("cluster.raft.trailing_logs", Int, Behind),
    key("cluster.raft.max_append_entries", Int, Behind),
    key("cluster.raft.leader_probe_interval", Duration, Behind),
    key("cluster.raft.leader_probe_grace", Int, Behind),
    key("lsp.enabled", Bool, Switch),
    key("lsp.address", Text, Behind),
    key("lsp.http_enabled", Bool, Behind),
    key("lsp.http_address", Text, Behind),
    key("lsp.http_path", Text, Behind),
    key("lsp.http_allow_origin", Text, Behind),
    key("lsp.max_message_bytes", Int, Behind),
    key("network_service.state_dir", Text, Later),
    key("network_service.default_network", Text, Later),
    key("dispatcher.http.timeout", Duration, Later),
    key("dispatcher.http.max_idle_conns", Int, Later),
    key("dispatcher.http.max_idle_per_host", Int, Later),
    key("dispatcher.http.idle_conn_timeout", Duration, Later),
    key("dispatcher.http.max_clients", Int, Later),
    key("modules.registry_url", Text, Later),
    key("extensions.enabled", Bool, Unsupported),
    key("extensions.paths", TextList, Unsupported),
    key("scheduler.wasm_isolation.enabled", Bool, LaterIfOn),
    key("scheduler.wasm_isolation.reserved_cores", Int, Later),
];
