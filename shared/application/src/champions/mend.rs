//! Making new objects in place of those that Stripe doesn't have any more: a deleted customer, or a tier's archived price.

use pledge_domain::{
    Timestamp,
    champion::Tier,
    ids::CustomerId,
    ports::{Billing, BillingError, ChampionStore, GatewayError, Gone},
    user::VerifiedUser,
};

use super::{Champions, Failure};

/// The reader of a request, and the kinds of objects that the request has replaced. Each kind is replaced once, so that
/// retries end.
pub(super) struct Mending<'a> {
    pub(super) reader: &'a VerifiedUser,
    /// The reader's customer, if one is stored.
    pub(super) customer: Option<CustomerId>,
    made: Vec<Gone>,
}

impl<'a> Mending<'a> {
    pub(super) fn new(reader: &'a VerifiedUser) -> Self {
        Self { reader, customer: None, made: Vec::new() }
    }
}

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Makes and stores a replacement of the object that is gone at Stripe according to `error`; then the caller can ask
    /// again, under another idempotency key. `tier` is the tier whose price the call used, if it used one.
    ///
    /// # Errors
    /// `error` itself if it isn't about an object that is gone, or if an object of this kind was replaced already; another
    /// [`Failure`] if the replacement can't be made or stored.
    pub(super) async fn mend(
        &self,
        error: BillingError,
        mending: &mut Mending<'_>,
        tier: Option<&Tier>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let gone = match &error {
            BillingError::Gateway(GatewayError::Gone { what, .. }) => *what,
            _ => return Err(error.into()),
        };
        if mending.made.contains(&gone) {
            return Err(error.into());
        }
        match (gone, &mending.customer, tier) {
            (Gone::Customer, Some(customer), _) => {
                let reader = mending.reader;
                let made = self.billing.replace_customer(&reader.id, reader.email.as_ref(), customer).await?;
                mending.customer = Some(self.store.replace_customer(&reader.id, customer, &made).await?);
            }
            (Gone::Price, _, Some(tier)) => {
                self.make_price(tier, now).await?;
            }
            (Gone::Customer, None, _) | (Gone::Price, _, None) => return Err(error.into()),
        }
        tracing::warn!(?gone, "Stripe did not have a stored object any more; another one was made");
        mending.made.push(gone);
        Ok(())
    }
}
