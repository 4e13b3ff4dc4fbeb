//! The stand-in for Stripe: the part of API version 2026-09-30.endive that this project needs, hosted pages, webhooks,
//! and controls.

mod account;
mod api;
mod billing;
mod catalog;
mod checkout;
mod control;
mod customer;
mod error;
mod event_api;
mod events;
mod filters;
mod handle;
mod html;
mod idempotency;
mod includable;
mod legacy;
mod objects;
mod options;
mod params;
mod payment;
mod portal;
mod schedule;
mod settlement;
mod shapes;
mod state;
mod webhooks;

pub use checkout::pay::{Payment, PaymentChoice, PaymentOutcome};
pub use handle::{ControlError, StripeStandIn};
pub use options::{AfterRetries, BillingSettings, Retries, StripeOptions, WebhookTarget};
pub use payment::dispute::{DisputeStatus, NewDispute};
pub use payment::refund::NewRefund;
pub use payment::refund_progress::RefundStatus;
pub use webhooks::{Attempt, Delivery, DeliveryState, Order, signature};
