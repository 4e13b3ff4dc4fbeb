//! The billing portal: its configurations, its sessions and the page behind them.
//! <https://docs.stripe.com/customer-management>

pub(crate) mod configuration;
pub(crate) mod page;
pub(crate) mod session;
