//! `ops show` and `ops explain`: everything about whatever an id, a number or an address leads to.

mod chronology;
mod explain;
mod headline;
mod show;

pub use self::{explain::explain, show::show};
