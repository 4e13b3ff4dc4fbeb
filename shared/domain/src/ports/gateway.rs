//! The payment provider's checkout.

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

/// Why the provider didn't do it.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The provider didn't answer, or said that it is overloaded. Whether it did the work is unknown; a repeat with the same
    /// idempotency key is safe.
    #[error("the payment provider is unavailable")]
    Unavailable(#[source] Cause),
    /// The provider answered with a failure that it will repeat for this idempotency key. The next try needs a new key.
    #[error("the payment provider has consumed this idempotency key")]
    IdempotencyKeyConsumed(#[source] Cause),
    /// What the request names is gone at the provider: whoever can makes it anew.
    #[error("the payment provider does not have what the request names any more")]
    Gone {
        /// What is gone.
        what: Gone,
        /// What the provider said.
        #[source]
        cause: Cause,
    },
    /// The customer has something running in another currency, and the provider takes one at a time.
    #[error("the customer pays in another currency")]
    OtherCurrency(#[source] Cause),
    /// The provider refused what we asked: our configuration or our code is wrong.
    #[error("the payment provider refused the request")]
    Refused(#[source] Cause),
}

/// What can be gone at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// The customer was deleted.
    Customer,
    /// The price was archived.
    Price,
}

/// Everything that a Checkout session is opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRequest {
    /// The preorder: becomes `client_reference_id` and `metadata.preorderId` on session and payment.
    pub preorder: PreorderId,
    /// The attempt: becomes the idempotency key and `metadata.checkoutAttempt`.
    pub attempt: i32,
    /// `metadata.userId`, if the owner is known.
    pub user: Option<UserId>,
    /// The customer's address.
    pub email: Email,
    /// What is bought.
    pub price: PriceId,
    /// `metadata.color`.
    pub color: Color,
    /// `metadata.consentTextVersion`: which text on marketing the customer agreed to, if they did.
    pub agreed_to: Option<TextVersion>,
    /// The language of the page.
    pub locale: Locale,
    /// Where to go after paying; may hold `{CHECKOUT_SESSION_ID}`.
    pub success_url: String,
    /// Where to go to give up.
    pub cancel_url: String,
    /// What the shop decides about its checkout.
    pub policy: CheckoutPolicy,
}

/// A session as the provider returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedSession {
    /// The session's id.
    pub id: SessionId,
    /// Where to pay; none once it is complete or expired.
    pub url: Option<String>,
    /// When it closes.
    pub expires_at: Timestamp,
    /// How it stands. A replayed answer may be of a session that has ended since.
    pub status: SessionStatus,
}

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStatus {
    /// One can pay in it.
    Open,
    /// The customer is through: it is paid, or a payment is on its way.
    Complete,
    /// Nobody paid in time, or it was closed.
    Expired,
}

/// Opens Checkout sessions.
pub trait CheckoutGateway: Send + Sync {
    /// Opens the session of this preorder and attempt. The same preorder and attempt always give the same session.
    fn open_session(
        &self,
        request: &SessionRequest,
    ) -> impl Future<Output = Result<OpenedSession, GatewayError>> + Send;

    /// Sees to it that nobody can pay in a session any more, and returns whether its customer is through already:
    /// [`SessionStatus::Complete`] or [`SessionStatus::Expired`], also if the provider doesn't know it.
    fn close_session(&self, id: &SessionId) -> impl Future<Output = Result<SessionStatus, GatewayError>> + Send;
}

/// Prices as the payment provider has them.
pub trait PriceGateway: Send + Sync {
    /// Returns what a price costs once.
    fn price(&self, id: &PriceId) -> impl Future<Output = Result<Money, GatewayError>> + Send;
}
