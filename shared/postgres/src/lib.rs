//! The store ports on PostgreSQL.
//!
//! - **Round trips.** A method pipelines everything that doesn't depend on an answer: `begin`, its statements and `commit`.
//!   Recording a Stripe event, taking a champion's step and listing a reader's novels take two round trips, a roll and a
//!   takeover three, everything else one.
//! - **Statements are prepared as soon as a connection is open** (`prepared`, `Naming`). If a proxy between us and the
//!   server shares its connections, statements aren't prepared; each call then sends their text.
//! - **A connection goes back to the pool only after a call that succeeded** (`Lease`). After a call that failed or was
//!   dropped midway, the connection is closed, and the server rolls back.
//! - **SQL is in `queries/`**, one statement in each file.

mod authorities;
mod catch_up;
mod champion;
mod claims;
mod columns;
mod connector;
mod database;
mod error;
mod lease;
mod limits;
mod naming;
mod outbox;
mod payment_facts;
mod pipeline;
mod preorders;
pub mod prepared;
mod retention;
mod settings;
mod statement;
mod stripe_events;
mod takeover;
mod users;

pub use database::{Connection, Database};
pub use settings::{InvalidUrl, Settings};
