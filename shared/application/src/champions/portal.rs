//! Opening Stripe's billing portal, where readers change their card and see invoices and receipts.

use pledge_domain::{
    Timestamp,
    champion::ChampionKey,
    ids::NovelId,
    ports::{Billing, BillingError, ChampionStore, PortalLink, StoreError},
    user::VerifiedUser,
};

use super::{Champions, Failure};

/// The reason why the portal wasn't opened.
#[derive(Debug, thiserror::Error)]
pub enum PortalError {
    /// The reader never began to pay for this novel, or Stripe doesn't have their customer any more.
    #[error("Stripe has no such customer")]
    CustomerNotFound,
    /// Nobody has registered the portal's configuration.
    #[error("Stripe has no configuration of the billing portal that is ours: ops portal register makes it")]
    NotConfigured,
    /// Something else failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<BillingError> for PortalError {
    fn from(error: BillingError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for PortalError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Opens the portal for the Stripe customer who pays for this novel, and returns its address; `return_url` is the page
    /// to which the portal leads back. A card that is added there becomes the customer's default, so a live subscription is
    /// set to be charged to the default from now on.
    ///
    /// # Errors
    /// [`PortalError`]. A retry is safe, and opens another session.
    pub async fn open_portal(
        &self,
        reader: &VerifiedUser,
        novel: NovelId,
        return_url: &str,
        now: Timestamp,
    ) -> Result<PortalLink, PortalError> {
        let key = ChampionKey { user: reader.id.clone(), novel };
        let account = self.store.account(&key).await?;
        self.bring_address_along(reader, &(&account).into(), now).await;
        let theirs = account.current_subscription().and_then(|subscription| subscription.customer.clone());
        let customer = theirs.or_else(|| account.customer.clone()).ok_or(PortalError::CustomerNotFound)?;
        let configuration = self.billing.portal_configuration().await?.ok_or(PortalError::NotConfigured)?;
        if let Some(live) = account.live_subscription() {
            self.billing.charge_customers_default(&live.id).await?;
        }
        let link = self.billing.open_portal(&configuration, &customer, return_url).await?;
        link.ok_or(PortalError::CustomerNotFound)
    }
}
