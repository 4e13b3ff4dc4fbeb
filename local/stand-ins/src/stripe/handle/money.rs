//! Controls over money that has been paid: refunds, disputes, and how the account collects.

use super::{ControlError, StripeStandIn};
use crate::stripe::billing::parts;
use crate::stripe::billing::settings::BillingSettings;
use crate::stripe::payment::dispute::{self, DisputeStatus, NewDispute};
use crate::stripe::payment::refund::{self, NewRefund};
use crate::stripe::payment::refund_progress::{self, RefundStatus};
use crate::stripe::portal::configuration;

impl StripeStandIn {
    /// Replaces the account's billing settings: how long renewals are drafts, when a refused invoice is tried again, and
    /// what happens to its subscription in the end.
    pub fn set_billing(&self, settings: BillingSettings) {
        self.stripe.act(|account| account.billing = settings);
    }

    /// Saves the portal's default configuration, as the merchant does once in the dashboard. Without it, a session must
    /// name one. Returns its id.
    pub fn save_portal_settings(&self) -> String {
        self.stripe.act(configuration::save_default)
    }

    /// Pays an open invoice in these parts as the customer, each by a payment of its own.
    ///
    /// # Errors
    /// If the invoice isn't open, or the customer's card refuses.
    pub fn pay_invoice_in(&self, invoice: &str, amounts: &[i64]) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| parts::pay_in(account, invoice, amounts))?)
    }

    /// Refunds `amount` of a payment intent, or the rest, from the dashboard. Returns the refund's id.
    ///
    /// # Errors
    /// If less than that is left to refund.
    pub fn refund(&self, intent: &str, amount: Option<i64>) -> Result<String, ControlError> {
        self.refund_as(intent, NewRefund { amount, ..NewRefund::default() })
    }

    /// Refunds a payment intent from the dashboard; `new` has the amount and the first status. Returns the refund's id.
    ///
    /// # Errors
    /// If less than that is left to refund.
    pub fn refund_as(&self, intent: &str, new: NewRefund) -> Result<String, ControlError> {
        Ok(self.stripe.act(|account| {
            let charge = refund::charge(account, Some(intent), None)?;
            refund::from_dashboard(account, &charge, new)
        })?)
    }

    /// Changes the status of a refund: it succeeds, fails (for a reason such as `expired_or_canceled_card`) or is
    /// cancelled.
    ///
    /// # Errors
    /// If there is no such refund, or it is over.
    pub fn set_refund(
        &self,
        refund: &str,
        status: RefundStatus,
        failure_reason: Option<&str>,
    ) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| refund_progress::set_status(account, refund, status, failure_reason))?)
    }

    /// Disputes the whole of a payment as the card's holder. A payment may be disputed more than once. Returns the
    /// dispute's id.
    ///
    /// # Errors
    /// If nothing was paid.
    pub fn dispute(&self, intent: &str, reason: &str) -> Result<String, ControlError> {
        self.dispute_as(intent, &NewDispute { reason: Some(reason.to_owned()), ..NewDispute::default() })
    }

    /// Disputes a payment or a part of it as the card's holder; `new` has reason, amount and first status. Returns the
    /// dispute's id.
    ///
    /// # Errors
    /// If nothing, or less, was paid.
    pub fn dispute_as(&self, intent: &str, new: &NewDispute) -> Result<String, ControlError> {
        Ok(self.stripe.act(|account| {
            let charge = refund::charge(account, Some(intent), None)?;
            dispute::open(account, &charge, new)
        })?)
    }

    /// Changes the status of a dispute. One that was won can be lost later, and the other way round.
    ///
    /// # Errors
    /// If there is no such dispute, or it has this status already.
    pub fn set_dispute(&self, dispute: &str, status: DisputeStatus) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| dispute::set_status(account, dispute, status))?)
    }

    /// Decides a dispute as the bank does.
    ///
    /// # Errors
    /// If it is decided already.
    pub fn close_dispute(&self, dispute: &str, won: bool) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| dispute::close(account, dispute, won))?)
    }
}
