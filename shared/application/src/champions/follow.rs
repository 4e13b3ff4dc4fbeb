//! An address that changed at Firebase is brought along by whatever its reader asks for next.

use pledge_domain::{
    Timestamp, account,
    champion::status::Standing,
    email::Email,
    error_chain::ErrorChain,
    limits::Uses,
    ports::{Billing, ChampionStore},
    user::VerifiedUser,
};

use super::{Champions, Failure};

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Stores the address in a reader's token if it is proven and isn't the one that is stored, and tells it to Stripe,
    /// whose receipts go there. Costs nothing while both are right. Nobody's request fails for it: the next one tries again.
    pub async fn follow_address(&self, reader: &VerifiedUser, standing: &Standing, now: Timestamp) {
        let Some(address) = reader.email.as_ref().filter(|_| reader.email_verified) else { return };
        if let Err(error) = self.follow(reader, address, standing, now).await {
            tracing::warn!(error = %ErrorChain(&error), "an address that changed is brought along by the next request");
        }
    }

    async fn follow(
        &self,
        reader: &VerifiedUser,
        address: &Email,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<(), Failure> {
        // Whoever is only looking isn't stored for it.
        let Some(stored) = &standing.email else { return Ok(()) };
        let changed = stored.key() != address.key();
        if changed {
            self.store.sign_in(&account::sign_in(reader), &Uses::default(), now).await?;
        }
        let Some(customer) = standing.customer.as_ref().filter(|_| changed || standing.customer_is_outdated) else {
            return Ok(());
        };
        let of_subscription = standing.subscription.as_ref().and_then(|subscription| subscription.customer.as_ref());
        for customer in [Some(customer), of_subscription.filter(|it| *it != customer)].into_iter().flatten() {
            self.billing.set_customer_email(customer, address).await?;
        }
        Ok(self.store.customer_told(&reader.id, address).await?)
    }
}
