//! Tests of the whole system, driven from outside: the real binaries behind API Gateway and SQS, a real PostgreSQL,
//! strict stand-ins. `make test` starts it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod app_check;
mod champion_specification;
mod champion_timeline;
mod cors;
mod database_down;
mod firebase_down;
mod gmail_sign_in;
mod klaviyo_down;
mod klaviyo_events;
mod limits;
mod payment;
mod preorder_form;
mod queue_down;
mod stripe_down;
mod users;
mod webhook;
