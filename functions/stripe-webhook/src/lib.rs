//! `POST /webhooks/stripe`: verify, decide, commit, publish. On a schedule: fetch what was never delivered, and the same.

pub mod config;
pub mod handler;
mod output;
pub mod schedule;
