//! `checkout.session.*` (<https://docs.stripe.com/api/checkout/sessions/object>).

use pledge_domain::{
    Timestamp,
    email::Email,
    ids::{CustomerId, PaymentIntentId, PreorderId, SessionId},
    money::{Currency, Money},
    stripe::{CheckoutPaymentStatus, Fact, SessionFact, SessionStep},
};
use serde::Deserialize;

use crate::wire::{
    Payload, Unreadable,
    contact::{Details, contact},
    expandable::Expandable,
    lenient,
    metadata::Metadata,
};

/// The fields of a Checkout session that this project reads. `amount_total` is in the currency's smallest unit, and
/// `expires_at` in Unix seconds.
#[derive(Deserialize)]
struct Session {
    id: String,
    mode: String,
    #[serde(default, deserialize_with = "lenient")]
    expires_at: Option<i64>,
    payment_status: String,
    #[serde(default, deserialize_with = "lenient")]
    after_expiration: Option<AfterExpiration>,
    #[serde(default)]
    payment_intent: Option<Expandable>,
    #[serde(default)]
    amount_total: Option<i64>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    client_reference_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    customer: Option<Expandable>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "lenient")]
    customer_email: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    customer_details: Option<Details>,
    /// A field that exists since API version 2025-03-31 "basil".
    #[serde(default, deserialize_with = "lenient")]
    collected_information: Option<CollectedInformation>,
    /// A field of API versions before 2025-03-31 "basil".
    #[serde(default, deserialize_with = "lenient")]
    shipping_details: Option<Details>,
    /// A field of API versions before 2022-11-15.
    #[serde(default, deserialize_with = "lenient")]
    shipping: Option<Details>,
}

#[derive(Deserialize)]
struct AfterExpiration {
    #[serde(default)]
    recovery: Option<Recovery>,
}

#[derive(Deserialize)]
struct Recovery {
    #[serde(default)]
    url: Option<String>,
}

#[derive(Deserialize)]
struct CollectedInformation {
    #[serde(default, deserialize_with = "lenient")]
    shipping_details: Option<Details>,
}

/// Decodes `checkout.session.completed`.
pub fn completed(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let session: Session = payload.object()?;
    let status = match session.payment_status.as_str() {
        "paid" => CheckoutPaymentStatus::Paid,
        "unpaid" => CheckoutPaymentStatus::Unpaid,
        "no_payment_required" => CheckoutPaymentStatus::NoPaymentRequired,
        _ => return Err(Unreadable::because("a session with an unknown payment_status")),
    };
    session.took(SessionStep::Completed(status))
}

/// Decodes `checkout.session.async_payment_succeeded`.
pub fn async_payment_succeeded(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    payload.object::<Session>()?.took(SessionStep::AsyncPaymentSucceeded)
}

/// Decodes `checkout.session.async_payment_failed`.
pub fn async_payment_failed(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    payload.object::<Session>()?.took(SessionStep::AsyncPaymentFailed)
}

/// Decodes `checkout.session.expired`.
pub fn expired(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    payload.object::<Session>()?.took(SessionStep::Expired)
}

impl Session {
    /// Returns the fact that the session took this step, or an ignored fact if the session isn't for a one-time payment.
    fn took(self, step: SessionStep) -> Result<Fact, Unreadable> {
        if self.mode != "payment" {
            return Ok(Fact::Ignored { reason: "a session that is not for a one-time payment" });
        }
        let mut metadata = self.metadata.unwrap_or_default().preorder();
        metadata.preorder = metadata.preorder.or_else(|| PreorderId::parse(&self.client_reference_id?).ok());
        let payment_intent = match self.payment_intent {
            Some(intent) => Some(intent.parse(PaymentIntentId::parse)?),
            None => None,
        };
        let amount = match (self.amount_total, self.currency) {
            (Some(amount), Some(currency)) => Some(Money::new(amount, Currency::parse(&currency)?)),
            _ => None,
        };
        let shipping = self.collected_information.and_then(|collected| collected.shipping_details);
        let shipping = shipping.or(self.shipping_details).or(self.shipping);
        let email = self.customer_details.as_ref().and_then(|details| details.email.as_deref());
        let email = email.and_then(|text| Email::parse(text).ok());
        let prefilled = self.customer_email.and_then(|text| Email::parse(&text).ok());
        Ok(Fact::Session(Box::new(SessionFact {
            session: SessionId::parse(self.id)?,
            step,
            expires_at: self.expires_at.and_then(|seconds| Timestamp::from_unix_timestamp(seconds).ok()),
            metadata,
            recovery_url: self.after_expiration.and_then(|after| after.recovery?.url),
            payment_intent,
            amount,
            email: email.or(prefilled),
            contact: contact(shipping, self.customer_details),
            customer: self.customer.and_then(|id| id.parse(CustomerId::parse).ok()),
        })))
    }
}
