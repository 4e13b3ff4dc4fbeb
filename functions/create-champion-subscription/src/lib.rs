//! The function behind `/payment/stripe/champion-…`, with which one reader supports one novel by the month or for 30
//! days, and behind `/users/me/champions` and `/novels/{novelId}/champion-tiers`.

pub mod config;
pub mod handler;
mod input;
mod output;
