//! `ops users`: people, as far as this system knows them.

mod file;
pub mod import;
pub mod link;
pub mod merge;
