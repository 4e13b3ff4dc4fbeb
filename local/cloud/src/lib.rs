//! The local cloud: the project's own `template.yaml` deployed into an AWS emulator, with the real function binaries, a
//! real PostgreSQL and stand-ins for Stripe, Klaviyo and Firebase, behind one address.
//!
//! [`Cloud::start`] starts a cloud, [`Cloud::stop`] stops it, and [`Cloud::endpoints`] returns its addresses. A client of
//! a cloud that runs already reads the addresses with [`Endpoints::of_running`]. `local/README.md` says which parts are
//! real, which aren't, and how limits of the emulator are worked around.

mod catalog;
mod cloud;
mod console;
mod database;
mod deployment;
mod emulator;
mod endpoints;
mod env_files;
mod environment;
mod error;
mod files;
mod front;
mod options;
mod process;
mod progress;
mod stand_ins;
mod storefront;

pub use cloud::Cloud;
pub use console::{Activity, Entry, System};
pub use database::Shutdown;
pub use endpoints::{Controls, Endpoints};
pub use error::Error;
pub use options::Options;
pub use progress::Progress;
