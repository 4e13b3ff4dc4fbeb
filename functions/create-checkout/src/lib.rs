//! `POST /checkout`: sends a preorder to Stripe's hosted payment page.

pub mod config;
pub mod handler;
mod output;
