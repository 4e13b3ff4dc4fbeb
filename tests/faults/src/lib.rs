//! What tests and benches put between a program and the systems that it talks to, to count, to delay and to break.
//!
//! - [`TcpProxy`] stands before PostgreSQL or anything else: it counts round trips, delays answers, goes down, and
//!   breaks single steps as a [`FaultInjector`] says.
//! - [`HttpFaultProxy`] stands before a system that speaks HTTP and fails single requests.
//! - [`RuntimeApi`] is Lambda's side of a function that runs as a process.
//! - [`Queue`] is an SQS queue with a dead-letter queue, in the process and over HTTP.
//! - [`HttpServer`] is the server on which the last three are built.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test or a measurement that can't be set up should stop there and say where"
)]

mod http_proxy;
mod http_server;
mod injector;
mod listener;
mod queue;
mod runtime_api;
mod statements;
mod tcp_proxy;

pub use http_proxy::{HttpFault, HttpFaultProxy};
pub use http_server::{Answer, HttpServer, Traffic, json};
pub use injector::{FailureMode, Fault, FaultInjector, InFlight, System};
pub use queue::{Delivery, Queue, QueueServer, answer_to_batch};
pub use runtime_api::{Call, RuntimeApi, request_id};
pub use tcp_proxy::{COUNTING, Counts, LinkState, Setup, TcpProxy};
