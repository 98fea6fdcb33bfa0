//! HTTP service: servers, routers, endpoints.
