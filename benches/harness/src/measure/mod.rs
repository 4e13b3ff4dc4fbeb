//! The measurements, a module for each.

pub mod bench;
pub mod cold;
pub mod counts;
pub mod floor;
pub mod instructions;
pub mod secured;
pub mod server;
pub mod size;
pub mod warm;
