//! The use cases, on the store in memory and on fakes of everything else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod catch_up;
mod champions;
mod create_checkout;
mod deliver_events;
mod events_document;
mod initiate_preorder;
mod payers;
mod record_stripe_event;
mod roll_champions;
mod show_catalogue;
mod sweep_outbox;
