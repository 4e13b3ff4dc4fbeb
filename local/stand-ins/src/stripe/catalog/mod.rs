//! Products and prices.

pub(crate) mod price;
pub(crate) mod product;
