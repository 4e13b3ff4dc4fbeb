//! `ops show` and `ops explain`: everything about whatever an id, a number or an address leads to.

mod explain;
mod headline;
mod moments;
mod show;

pub use self::{explain::explain, show::show};
