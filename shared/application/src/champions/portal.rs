//! Stripe's billing portal: another card, invoices and receipts.

use pledge_domain::{
    Timestamp,
    champion::ChampionKey,
    ids::NovelId,
    ports::{Billing, BillingError, ChampionStore, PortalLink, StoreError},
    user::VerifiedUser,
};

use super::{Champions, Failure};

/// Why there is no portal to go to.
#[derive(Debug, thiserror::Error)]
pub enum PortalError {
    /// The reader never began to pay for this novel, or Stripe doesn't know them any more.
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
    /// Opens the portal for the customer who pays for this novel. A card that is changed there becomes the customer's
    /// default, so the subscription is charged to that from now on, and no longer to a method of its own.
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
