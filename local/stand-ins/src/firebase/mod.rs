//! The stand-in for Firebase Auth. It acts as the emulator does (unsigned ID tokens, `owner` as the administrator's
//! token) or as production, for tests: signed ID tokens, a JWK set, and access tokens for a service account. Browsers
//! reach it through the package `firebase` and `connectAuthEmulator`.

mod accounts;
mod admin;
mod app_check;
mod codes;
mod control;
mod error;
mod handle;
mod idp;
mod keys;
mod oauth;
mod sessions;
mod state;
mod tokens;
mod users;

pub use app_check::{APP_ID, DEBUG_TOKEN, PROJECT_NUMBER};
pub use handle::{FirebaseOptions, FirebaseStandIn, Mode};
pub use users::User;
