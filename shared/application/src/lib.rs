//! The use cases: each loads through ports, lets the domain decide, and applies the decision through ports.
//!
//! Nothing here knows HTTP, SQL or an SDK, and every dependency is a type parameter, so that a use case asks only for the
//! ports that it needs. Time and randomness are passed as arguments.

pub mod catch_up;
pub mod champions;
pub mod clear_out;
pub mod create_checkout;
pub mod deliver_events;
pub mod find_preorder;
pub mod initiate_preorder;
mod links;
pub mod payers;
pub mod recent_refusals;
pub mod record_stripe_event;
pub mod roll_champions;
pub mod show_catalogue;
pub mod site;
pub mod sweep_outbox;
pub mod users;
