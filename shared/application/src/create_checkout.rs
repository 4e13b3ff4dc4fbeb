//! Opening the Checkout session of a preorder. At most one session is open at a time, even if requests are repeated or
//! lost.

use pledge_domain::{
    Timestamp, account,
    ports::{
        CheckoutGateway, CheckoutSaved, GatewayError, IdentityProvider, OpenedSession, PreorderStore, SessionRequest,
        SessionStatus, StoreError,
    },
    preorder::{
        CheckoutPolicy, Preorder,
        checkout::{CheckoutDecision, OpenSession, decide},
    },
    user::{Account, Owner},
};

use crate::{initiate_preorder::owner_by_email, site::Site};

/// Opens Checkout sessions.
#[derive(Debug)]
pub struct CreateCheckout<Store, Identity, Gateway> {
    /// Where preorders are kept.
    pub store: Store,
    /// Finds the owner of a preorder that was stored while Firebase was down.
    pub identity: Identity,
    /// Stripe's Checkout.
    pub gateway: Gateway,
    /// The site to which Stripe sends the customer back.
    pub site: Site,
    /// The shop's decisions about its checkout.
    pub policy: CheckoutPolicy,
}

/// The reason why the preorder can't be paid now.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    /// The preorder is paid.
    #[error("the preorder is completed already")]
    AlreadyCompleted,
    /// The preorder is paid in a session whose event hasn't been recorded yet, or with a method that takes days.
    #[error("a payment for the preorder is on its way")]
    PaymentPending,
    /// The preorder was restored from a payment that named no price, so no session can be opened for it.
    #[error("the preorder has no price")]
    NoPrice,
    /// The colour is sold out.
    #[error("the colour is sold out")]
    SoldOut,
    /// Stripe refused to open or close a session, or didn't answer.
    #[error(transparent)]
    Gateway(GatewayError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The most times that one request decides and tries to open a session. It tries again after an attempt that turned out to
/// be used up, and after a lost race.
const MAX_TRIES: usize = 4;

impl<Store, Identity, Gateway> CreateCheckout<Store, Identity, Gateway>
where
    Store: PreorderStore,
    Identity: IdentityProvider,
    Gateway: CheckoutGateway,
{
    /// Returns the session in which this preorder can be paid now: the open one, or a new one. Before a new one is opened,
    /// the one before is closed at Stripe, whose answer says whether it was paid.
    ///
    /// If the process dies after Stripe has opened the session, the next request makes the same attempt with the same
    /// idempotency key and gets the same session.
    ///
    /// # Errors
    /// [`CheckoutError`]. The preorder is kept, and a retry is safe.
    pub async fn run(&self, mut preorder: Preorder, now: Timestamp) -> Result<OpenSession, CheckoutError> {
        let owner = self.missing_owner(&preorder).await;
        let claims = owner.as_ref().map(|account| account::of_found_account(&preorder.ordered(), account));
        let claims = claims.unwrap_or_default();
        let mut refusal = CheckoutError::PaymentPending;
        for _ in 0..MAX_TRIES {
            let (attempt, before) = match decide(&preorder, now) {
                CheckoutDecision::Reuse(session) => return Ok(session),
                CheckoutDecision::AlreadyCompleted => return Err(CheckoutError::AlreadyCompleted),
                CheckoutDecision::PaymentPending => return Err(CheckoutError::PaymentPending),
                CheckoutDecision::Open { .. } if self.policy.is_sold_out(&preorder.color) => {
                    return Err(CheckoutError::SoldOut);
                }
                CheckoutDecision::Open { attempt, before } => (attempt, before),
            };
            if let Some(before) = before
                && self.gateway.close_session(&before).await.map_err(CheckoutError::Gateway)? == SessionStatus::Complete
            {
                return Err(CheckoutError::PaymentPending);
            }
            let request = self.request(&preorder, owner.as_ref(), attempt)?;
            let session = match self.gateway.open_session(&request).await {
                // The session of this attempt was never stored, and the customer has paid in it.
                Ok(session) if session.status == SessionStatus::Complete => return Err(CheckoutError::PaymentPending),
                Ok(session) => payable(session),
                Err(GatewayError::IdempotencyKeyConsumed(cause)) => {
                    refusal = CheckoutError::Gateway(GatewayError::IdempotencyKeyConsumed(cause));
                    None
                }
                Err(error) => return Err(CheckoutError::Gateway(error)),
            };
            let saved = self.store.save_checkout(preorder.id, attempt, session.as_ref(), &claims, now).await?;
            match (saved, session) {
                (CheckoutSaved::Saved, Some(session)) => return Ok(session),
                (CheckoutSaved::Saved, None) => preorder.checkout_attempt = attempt,
                (CheckoutSaved::LostRace(current), _) => preorder = *current,
            }
        }
        Err(refusal)
    }

    async fn missing_owner(&self, preorder: &Preorder) -> Option<Account> {
        if preorder.user_id.is_some() {
            return None;
        }
        match owner_by_email(&self.identity, &preorder.email).await {
            Owner::ByEmail(account) => Some(account),
            Owner::SignedIn(_) | Owner::Unknown => None,
        }
    }

    fn request(
        &self,
        preorder: &Preorder,
        owner: Option<&Account>,
        attempt: i32,
    ) -> Result<SessionRequest, CheckoutError> {
        Ok(SessionRequest {
            preorder: preorder.id,
            attempt,
            agreed_to: preorder.wishes.marketing_consent.text_version().cloned(),
            user: preorder.user_id.clone().or_else(|| owner.map(|account| account.id.clone())),
            email: preorder.email.clone(),
            price: preorder.price_id.clone().ok_or(CheckoutError::NoPrice)?,
            color: preorder.color.clone(),
            locale: self.policy.page_locale(preorder.locale),
            success_url: self.site.preorder_success(&self.policy.success_path, preorder.locale, preorder.id),
            cancel_url: self.site.preorder_cancel(&self.policy.cancel_path, preorder.locale, preorder.id),
            policy: self.policy.clone(),
        })
    }
}

/// Returns the session if it can be paid in. With a key that was used before, Stripe may answer with one that has expired.
fn payable(session: OpenedSession) -> Option<OpenSession> {
    let url = session.url.filter(|_| session.status == SessionStatus::Open)?;
    Some(OpenSession { id: session.id, url, expires_at: session.expires_at })
}
