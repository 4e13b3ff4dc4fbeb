//! `ops users`: people.

mod file;
pub mod import;
pub mod link;
pub mod merge;
