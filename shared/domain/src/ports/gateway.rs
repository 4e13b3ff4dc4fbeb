//! The ports to the payment provider's checkout and prices.

use std::future::Future;

use crate::{
    Timestamp,
    consent::TextVersion,
    email::Email,
    ids::{PreorderId, PriceId, SessionId, UserId},
    locale::Locale,
    money::Money,
    ports::Cause,
    preorder::{CheckoutPolicy, Color},
};

/// The reason why a call to the payment provider failed.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The provider didn't answer, or said that it is overloaded. Whether it did the work is unknown; a retry with the same
    /// idempotency key is safe.
    #[error("the payment provider is unavailable")]
    Unavailable(#[source] Cause),
    /// The provider answered with a failure that it will repeat for this idempotency key, so a retry needs a new key.
    #[error("the payment provider has consumed this idempotency key")]
    IdempotencyKeyConsumed(#[source] Cause),
    /// An object that the request names is gone at the provider. The caller may make it anew.
    #[error("the payment provider does not have what the request names any more")]
    Gone {
        /// What is gone.
        what: Gone,
        /// The provider's answer.
        #[source]
        cause: Cause,
    },
    /// The customer has a subscription or an open payment in another currency, and the provider allows one currency at a
    /// time.
    #[error("the customer pays in another currency")]
    OtherCurrency(#[source] Cause),
    /// The provider refused the request: our configuration or our code is wrong.
    #[error("the payment provider refused the request")]
    Refused(#[source] Cause),
}

/// The kind of object that is gone at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// The customer was deleted.
    Customer,
    /// The price was archived.
    Price,
}

/// The values with which a Checkout session is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRequest {
    /// The preorder, which becomes `client_reference_id`, and `metadata.preorderId` of session and payment.
    pub preorder: PreorderId,
    /// The attempt's number, which becomes part of the idempotency key, and `metadata.checkoutAttempt`.
    pub attempt: i32,
    /// The owner, if known, which becomes `metadata.userId`.
    pub user: Option<UserId>,
    /// The customer's e-mail address.
    pub email: Email,
    /// The price of the colour.
    pub price: PriceId,
    /// The colour, which becomes `metadata.color`.
    pub color: Color,
    /// The version of the marketing text that the customer agreed to, if they did; becomes `metadata.consentTextVersion`.
    pub agreed_to: Option<TextVersion>,
    /// The language of the page.
    pub locale: Locale,
    /// The address to which the page leads after paying; may contain `{CHECKOUT_SESSION_ID}`.
    pub success_url: String,
    /// The address to which the page leads without paying.
    pub cancel_url: String,
    /// What the shop decides about its checkout.
    pub policy: CheckoutPolicy,
}

/// A session as the provider returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedSession {
    /// The session's id.
    pub id: SessionId,
    /// The address of the session's payment page; none once the session is complete or expired.
    pub url: Option<String>,
    /// When the session expires.
    pub expires_at: Timestamp,
    /// The session's status. With a key that was used before, the session may have ended already.
    pub status: SessionStatus,
}

/// The status of a Checkout session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStatus {
    /// The session can be paid in.
    Open,
    /// The customer has completed it: it is paid, or a payment is on its way.
    Complete,
    /// The session expired, or was closed, unpaid.
    Expired,
}

/// The payment provider's Checkout sessions.
pub trait CheckoutGateway: Send + Sync {
    /// Opens the session of this preorder and attempt and returns it. The same preorder and attempt always give the same
    /// session.
    fn open_session(
        &self,
        request: &SessionRequest,
    ) -> impl Future<Output = Result<OpenedSession, GatewayError>> + Send;

    /// Closes a session, so that nobody can pay in it any more, and returns its status afterwards:
    /// [`SessionStatus::Complete`] if the customer had completed it before, else [`SessionStatus::Expired`], also if the
    /// provider doesn't know the session.
    fn close_session(&self, id: &SessionId) -> impl Future<Output = Result<SessionStatus, GatewayError>> + Send;
}

/// The payment provider's prices.
pub trait PriceGateway: Send + Sync {
    /// Returns the amount of a one-time price.
    fn price(&self, id: &PriceId) -> impl Future<Output = Result<Money, GatewayError>> + Send;
}
