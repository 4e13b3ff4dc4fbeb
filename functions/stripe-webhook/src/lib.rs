//! `POST /webhooks/stripe`: verify, decide, commit, publish.

pub mod config;
pub mod handler;
mod output;
