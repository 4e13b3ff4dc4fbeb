//! Strict stand-ins for the outside systems of this project: Stripe, Klaviyo and Firebase Auth.
//!
//! The stand-ins keep their state in memory, refuse what the real systems refuse, and can be told to fail, to be slow and
//! to move their clocks. Each listens on 127.0.0.1 for as long as its handle lives. A handle has typed controls, and the
//! same controls answer below `/_control/` over HTTP.

mod clock;
mod control;
mod cors;
mod faults;
mod http_client;
mod ids;
mod intake;
mod request_log;
mod server;

pub mod firebase;
pub mod klaviyo;
pub mod stripe;
mod stripe_js;

pub use clock::Clock;
pub use faults::{Answer, Fault, Faults, When};
pub use firebase::{FirebaseOptions, FirebaseStandIn};
pub use klaviyo::{KlaviyoOptions, KlaviyoStandIn};
pub use request_log::{RequestEntry, RequestLog};
pub use stripe::{StripeOptions, StripeStandIn, WebhookTarget};
