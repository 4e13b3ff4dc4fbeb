//! What is for sale.

pub(crate) mod price;
pub(crate) mod product;
