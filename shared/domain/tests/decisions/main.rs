//! Tests of every decision about Stripe's events and readers' requests, on the store in memory: in every order, delivered
//! any number of times.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod champion_events;
mod champion_histories;
mod champion_requests;
mod champion_scenarios;
mod preorder_checkout;
mod preorder_events;
mod preorder_fulfilment;
mod preorder_history;
mod preorder_sessions;
mod reader;
