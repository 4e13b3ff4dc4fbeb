//! The function behind `/preorders`, where the form becomes a preorder before any payment, and behind `/users/me`,
//! where a reader's sign-in is stored and their preorders are listed.

pub mod config;
pub mod handler;
mod output;
