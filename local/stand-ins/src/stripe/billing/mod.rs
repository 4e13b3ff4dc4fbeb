//! Billing: subscriptions, their invoices and the payments of these.

pub(crate) mod collection;
pub(crate) mod discount;
pub(crate) mod invoice;
pub(crate) mod invoice_api;
pub(crate) mod invoice_item;
pub(crate) mod invoice_payment;
pub(crate) mod lifecycle;
mod lines;
pub(crate) mod parts;
mod pause;
mod period;
mod proration;
pub(crate) mod settings;
pub(crate) mod subscription;
pub(crate) mod subscription_schedule;
