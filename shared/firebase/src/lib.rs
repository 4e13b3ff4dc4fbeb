//! Firebase Authentication: who a token speaks for, and which account an e-mail address has.
//!
//! [`FirebaseVerifier`] checks ID tokens without a call to Firebase but for the issuer's keys, and so does
//! [`AppCheckVerifier`] with App Check tokens.
//! [`FirebaseClient`] looks accounts up, and makes them, through the Identity Toolkit REST API.
//! The verifier and the client work against Firebase's emulator too, which needs the proof that the stage is `local`:
//! [`Issuer`] and [`AccountSource`] can't be made for an emulator without it.

mod accounts;
mod config;
mod error;
mod rs256;
mod verifier;

pub use accounts::{FirebaseClient, InvalidServiceAccount, ServiceAccount};
pub use config::{AccountSource, AppIssuer, Issuer};
pub use error::FirebaseError;
pub use verifier::{AppCheckVerifier, FirebaseVerifier};
