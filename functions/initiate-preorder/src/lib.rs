//! `POST /preorders` and `GET /preorders/{preorderId}`: the form becomes a preorder before any payment.

pub mod config;
pub mod handler;
mod output;
