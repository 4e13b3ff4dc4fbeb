//! Buying 30 days of a tier.

use pledge_domain::{
    Timestamp, account,
    champion::{
        ChampionAccount, ChampionKey, ChampionMetadata, PaymentRecord, TierLevel,
        purchase::{self, PurchaseDecision},
        subscribe::{self, Attached},
    },
    ids::{NovelId, PaymentIntentId, PaymentRecordId},
    money::Money,
    ports::{Billing, ChampionStore, ClientSecret, IntentAnswer, IntentState, PurchaseRequest, Randomness},
    user::VerifiedUser,
};

use super::{Champions, Failure, MAX_STEPS, Mending, follow::StoredAddress, nothing_was_made};

/// A payment that the reader is to make now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// The payment at Stripe.
    pub payment_intent: PaymentIntentId,
    /// The secret with which the browser pays it.
    pub client_secret: ClientSecret,
    /// The price.
    pub amount: Money,
    /// When the 30 days begin, if they wait until a running tier is over; none if they begin with the payment.
    pub starts_at: Option<Timestamp>,
}

/// The reason why there is nothing to pay.
#[derive(Debug, thiserror::Error)]
pub enum PurchaseError {
    /// The novel has no such tier on sale, or there is no such novel.
    #[error("no such tier")]
    TierNotFound,
    /// A subscription of a higher tier renews, so the purchase would wait for ever.
    #[error("a higher tier renews")]
    LowerTier {
        /// The tier that renews.
        current: TierLevel,
    },
    /// A payment of a subscription failed.
    #[error("a payment of a subscription is past due")]
    PaymentPastDue,
    /// The purchase is paid, but Stripe's event hasn't been recorded yet.
    #[error("the payment is on its way")]
    PaymentPending,
    /// Something else failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl<Store: ChampionStore, Stripe: Billing> Champions<Store, Stripe> {
    /// Returns the payment for 30 days of a tier: a new one, or the one of the same tier that waits to be paid. Grants no
    /// access.
    ///
    /// # Errors
    /// [`PurchaseError`]. A retry is safe.
    pub async fn purchase(
        &self,
        reader: &VerifiedUser,
        novel: NovelId,
        level: TierLevel,
        random: &impl Randomness,
        now: Timestamp,
    ) -> Result<Purchase, PurchaseError> {
        let mut sign_in = Some((account::sign_in(reader), self.limits.uses(&reader.id, None)));
        let key = ChampionKey { user: reader.id.clone(), novel };
        let mut mending = Mending::new(reader);
        for step in 0..MAX_STEPS {
            let fresh = PaymentRecordId::new(random.uuid());
            let decide = |account: ChampionAccount| {
                let starts_at = purchase::starts_at(&account, level, now);
                let (open, stored) = (purchase::older_open(&account, None), StoredAddress::from(&account));
                purchase::purchase(account, level, fresh, now).map(|decision| (decision, starts_at, open, stored))
            };
            let (decision, starts_at, mut older, stored) =
                self.signed_in_step(sign_in.take(), &key, now, decide).await?;
            if step == 0 {
                self.bring_address_along(reader, &stored, now).await;
            }
            mending.customer = stored.customer;
            let payment = match decision {
                PurchaseDecision::TierNotFound => return Err(PurchaseError::TierNotFound),
                PurchaseDecision::LowerTier { current } => return Err(PurchaseError::LowerTier { current }),
                PurchaseDecision::PaymentPastDue => return Err(PurchaseError::PaymentPastDue),
                PurchaseDecision::Pay(payment) => payment,
            };
            let Some(intent) = self.intent(&key, &payment, &mut mending, now).await? else { continue };
            match (intent.state, intent.client_secret) {
                (IntentState::Payable, Some(client_secret)) => {
                    older.retain(|(id, _)| *id != payment.id);
                    self.cancel_older(&key, &older, now).await?;
                    let (payment_intent, amount) = (intent.id, payment.amount);
                    return Ok(Purchase { payment_intent, client_secret, amount, starts_at });
                }
                (IntentState::Paid, _) => return Err(PurchaseError::PaymentPending),
                (IntentState::Payable | IntentState::Canceled, _) => self.close(&key, payment.id, now).await?,
            }
        }
        Err(Failure::Busy.into())
    }

    /// Returns the payment at Stripe of a stored payment, and makes it if there is none. Returns `None`, so that the caller
    /// decides anew, if the stored payment isn't wanted any more or the customer had to be replaced.
    async fn intent(
        &self,
        key: &ChampionKey,
        payment: &PaymentRecord,
        mending: &mut Mending<'_>,
        now: Timestamp,
    ) -> Result<Option<IntentAnswer>, Failure> {
        if let Some(intent) = &payment.payment_intent {
            return Ok(Some(self.billing.payment(intent).await?));
        }
        let order = PurchaseRequest {
            payment: payment.id,
            customer: self.customer(mending).await?,
            amount: payment.amount,
            description: payment.description.clone().unwrap_or_default(),
            metadata: ChampionMetadata {
                champion: key.clone(),
                tier: payment.tier,
                payment: Some(payment.id),
                purchase: payment.purchase,
            },
        };
        let made = match self.billing.create_payment(&order).await {
            Ok(made) => made,
            Err(error) => {
                if nothing_was_made(&error) {
                    self.step(key, now, |account| subscribe::give_up(account, payment.id, now)).await?;
                }
                self.mend(error, mending, None, now).await?;
                return Ok(None);
            }
        };
        let attach = |account| purchase::attach(account, payment.id, &made.id, now);
        let attached = self.step(key, now, attach).await?;
        Ok(Some(made).filter(|_| attached == Attached::Saved))
    }

    async fn close(&self, key: &ChampionKey, payment: PaymentRecordId, now: Timestamp) -> Result<(), Failure> {
        Ok(self.step(key, now, |account| purchase::close(account, payment, now)).await?)
    }
}
