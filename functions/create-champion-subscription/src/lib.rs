//! `/payment/stripe/champion-…`: one reader supports one novel, every month or 30 days at a time.

pub mod config;
pub mod handler;
mod input;
mod output;
