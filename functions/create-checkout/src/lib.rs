//! The function behind `POST /checkout`, which sends a preorder to Stripe's hosted payment page, and `GET /catalogue`.

pub mod config;
pub mod handler;
mod output;
