//! An address that changed at Firebase is brought along by whatever its reader asks for next.

use pledge_domain::{
    Timestamp, account,
    champion::{ChampionAccount, status::Standing},
    email::Email,
    error_chain::ErrorChain,
    ids::CustomerId,
    limits::Uses,
    ports::{Billing, ChampionStore},
    user::VerifiedUser,
};

use super::{Champions, Failure};

/// What is stored of a reader's address, and to whom Stripe writes.
pub(super) struct StoredAddress {
    /// The address.
    email: Option<Email>,
    /// The reader's Stripe customer.
    pub(super) customer: Option<CustomerId>,
    /// Whether the address has changed since Stripe was told the customer's.
    customer_is_outdated: bool,
    /// Who pays for the subscription that counts: somebody else if it wasn't made here.
    subscriber: Option<CustomerId>,
}

impl From<&ChampionAccount> for StoredAddress {
    fn from(account: &ChampionAccount) -> Self {
        Self {
            email: account.email.clone(),
            customer: account.customer.clone(),
            customer_is_outdated: account.customer_is_outdated,
            subscriber: account.current_subscription().and_then(|subscription| subscription.customer.clone()),
        }
    }
}

impl From<&Standing> for StoredAddress {
    fn from(standing: &Standing) -> Self {
        Self {
            email: standing.email.clone(),
            customer: standing.customer.clone(),
            customer_is_outdated: standing.customer_is_outdated,
            subscriber: standing.subscription.as_ref().and_then(|subscription| subscription.customer.clone()),
        }
    }
}

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Stores the address in a reader's token if it is proven and isn't the one that is stored, and tells it to Stripe,
    /// whose receipts go there. Costs nothing while both are right. Nobody's request fails for it: the next one tries again.
    pub async fn follow_address(&self, reader: &VerifiedUser, standing: &Standing, now: Timestamp) {
        self.bring_address_along(reader, &standing.into(), now).await;
    }

    /// Does what [`Self::follow_address`] does, before anything else is asked of Stripe.
    pub(super) async fn bring_address_along(&self, reader: &VerifiedUser, stored: &StoredAddress, now: Timestamp) {
        let Some(address) = reader.email.as_ref().filter(|_| reader.email_verified) else { return };
        if let Err(error) = self.follow(reader, address, stored, now).await {
            tracing::warn!(error = %ErrorChain(&error), "an address that changed is brought along by the next request");
        }
    }

    async fn follow(
        &self,
        reader: &VerifiedUser,
        address: &Email,
        stored: &StoredAddress,
        now: Timestamp,
    ) -> Result<(), Failure> {
        // Whoever is only looking isn't stored for it.
        let Some(known) = &stored.email else { return Ok(()) };
        let changed = known.key() != address.key();
        if changed {
            self.store.sign_in(&account::sign_in(reader), &Uses::default(), now).await?;
        }
        let Some(customer) = stored.customer.as_ref().filter(|_| changed || stored.customer_is_outdated) else {
            return Ok(());
        };
        let subscriber = stored.subscriber.as_ref().filter(|subscriber| *subscriber != customer);
        for customer in [Some(customer), subscriber].into_iter().flatten() {
            self.billing.set_customer_email(customer, address).await?;
        }
        Ok(self.store.customer_told(&reader.id, address).await?)
    }
}
