//! Firebase Authentication and App Check: verifies tokens, and looks up and makes accounts.
//!
//! [`FirebaseVerifier`] checks ID tokens, and [`AppCheckVerifier`] App Check tokens; they call Google only for the issuer's
//! keys, which are cached. [`FirebaseClient`] looks accounts up, and makes them, through the Identity Toolkit REST API. All
//! of them work with Firebase's emulator too, but [`Issuer`], [`AppIssuer`] and [`AccountSource`] can't be made for an
//! emulator without the proof that the stage is `local`.

mod accounts;
mod config;
mod error;
mod rs256;
mod verifier;

pub use accounts::{FirebaseClient, InvalidServiceAccount, ServiceAccount};
pub use config::{AccountSource, AppIssuer, Config, Issuer};
pub use error::FirebaseError;
pub use verifier::{AppCheckVerifier, FirebaseVerifier};
