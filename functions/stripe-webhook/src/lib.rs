//! The function behind `POST /webhooks/stripe`: it verifies an event, decides what it changes, commits that and queues
//! the announcements. On a schedule it fetches events that were never delivered and records them likewise.

pub mod config;
pub mod handler;
mod output;
pub mod schedule;
