//! `ops show` and `ops explain`: everything that an id, a number or an address leads to.

mod chronology;
mod explain;
mod headline;
mod show;

pub use self::{explain::explain, show::show};
