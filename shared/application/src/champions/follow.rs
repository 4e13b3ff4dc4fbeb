//! Storing an address that changed at Firebase, and telling it to Stripe, with the reader's next request.

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

/// A reader's stored address, and the Stripe customers that should have it.
pub(super) struct StoredAddress {
    /// The stored address, if there is one.
    email: Option<Email>,
    /// Whether nobody has proven that the address is the reader's.
    email_is_unproven: bool,
    /// The reader's Stripe customer.
    pub(super) customer: Option<CustomerId>,
    /// Whether the reader's address has changed since Stripe was told it.
    customer_is_outdated: bool,
    /// The customer of the reader's current subscription, which is another one than `customer` if the subscription wasn't
    /// made here.
    subscriber: Option<CustomerId>,
}

impl From<&ChampionAccount> for StoredAddress {
    fn from(account: &ChampionAccount) -> Self {
        Self {
            email: account.email.clone(),
            email_is_unproven: account.email_is_unproven,
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
            email_is_unproven: standing.email_is_unproven,
            customer: standing.customer.clone(),
            customer_is_outdated: standing.customer_is_outdated,
            subscriber: standing.subscription.as_ref().and_then(|subscription| subscription.customer.clone()),
        }
    }
}

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Stores the address in a reader's token if it is verified and the stored address differs or is unproven, and tells
    /// Stripe, which sends receipts there. Makes no call while both have the address, or if no address is stored. A failure
    /// is logged, and the reader's next request tries again.
    pub async fn follow_address(&self, reader: &VerifiedUser, standing: &Standing, now: Timestamp) {
        self.bring_address_along(reader, &standing.into(), now).await;
    }

    /// Does what [`Self::follow_address`] does, for requests that ask Stripe for something else afterwards.
    pub(super) async fn bring_address_along(&self, reader: &VerifiedUser, stored: &StoredAddress, now: Timestamp) {
        let Some(address) = reader.email.as_ref().filter(|_| reader.email_verified) else { return };
        if let Err(error) = self.follow(reader, address, stored, now).await {
            tracing::warn!(error = %ErrorChain(&error), "a changed address was not stored or not told to Stripe; the next request tries again");
        }
    }

    async fn follow(
        &self,
        reader: &VerifiedUser,
        address: &Email,
        stored: &StoredAddress,
        now: Timestamp,
    ) -> Result<(), Failure> {
        // A reader without a stored address gets no user row just because they read something.
        let Some(known) = &stored.email else { return Ok(()) };
        let is_news = known.key() != address.key() || stored.email_is_unproven;
        if is_news {
            self.store.sign_in(&account::sign_in(reader), &Uses::default(), now).await?;
        }
        let Some(customer) = stored.customer.as_ref().filter(|_| is_news || stored.customer_is_outdated) else {
            return Ok(());
        };
        let subscriber = stored.subscriber.as_ref().filter(|subscriber| *subscriber != customer);
        for customer in [Some(customer), subscriber].into_iter().flatten() {
            self.billing.set_customer_email(customer, address).await?;
        }
        Ok(self.store.customer_told(&reader.id, address).await?)
    }
}
