//! The store ports on PostgreSQL.
//!
//! - **Round trips.** A method sends everything that it can know in one go: `begin`, its statements and `commit` are
//!   pipelined. Recording a Stripe event and taking a champion's step take two, everything else one.
//! - **Unnamed statements only** ([`Statement`](statement)): a cold connection costs no preparation, and a proxy
//!   between us and the server can share its connections.
//! - **A connection goes back to the pool only after every answer came in well** ([`Lease`](lease)). Whatever failed or
//!   was dropped midway takes its connection with it, and the server rolls back.
//! - **SQL lives in `queries/`**, one statement a file.

mod authorities;
mod champion;
mod claims;
mod columns;
mod connector;
mod database;
mod error;
mod lease;
mod outbox;
mod payment_facts;
mod preorders;
mod settings;
mod statement;
mod stripe_events;
mod users;

pub use database::{Connection, Database};
pub use settings::{InvalidUrl, Settings};
