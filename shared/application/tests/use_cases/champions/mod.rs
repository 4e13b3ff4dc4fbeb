//! Subscribing, buying, cancelling and resuming, also if requests are repeated, run at once or are lost.

mod gone_at_stripe;
mod purchase;
mod renewal;
mod subscribe;

use pledge_application::champions::{
    Champions, Purchase, PurchaseError, RenewalError, SubscribeError, SubscribeRequest, TierChange, TierChangeError,
};
use pledge_domain::{
    champion::{moment::DEFAULT_RENEWAL_GRACE, status::Standing},
    ids::{CustomerId, PaymentIntentId, PaymentMethodId, PriceId, SubscriptionId},
    limits::AttemptLimits,
    ports::{Billing, BillingError, ChampionStore, GatewayError, IntentState, SubscriptionAnswer},
    stripe::{BillingReason, SubscriptionStatus},
};
use pledge_testkit::{
    Deliver, FakeBilling, InMemoryStore, SeededIds,
    builders::{champion, invoice, invoice_paid, level, metadata, signed_in, tiers},
    fakes::on_purpose,
    time::t,
};

struct Reader {
    champions: Champions<InMemoryStore, FakeBilling>,
    ids: SeededIds,
}

impl Reader {
    fn new() -> Self {
        let store = InMemoryStore::default();
        store.open_novel(tiers());
        Self {
            champions: Champions {
                store,
                billing: FakeBilling::default(),
                renewal_grace: DEFAULT_RENEWAL_GRACE,
                limits: AttemptLimits::default(),
            },
            ids: SeededIds::default(),
        }
    }

    async fn subscribe(&self, tier: i64) -> Result<SubscriptionAnswer, SubscribeError> {
        self.subscribe_with(tier, None).await
    }

    async fn subscribe_with(&self, tier: i64, method: Option<&str>) -> Result<SubscriptionAnswer, SubscribeError> {
        let wish = SubscribeRequest {
            reader: signed_in("ada", "ada@example.com"),
            novel: champion("ada").novel,
            level: level(tier),
            payment_method: method.map(|id| PaymentMethodId::parse(id).unwrap()),
        };
        self.champions.subscribe(&wish, &self.ids, t(0)).await.map(|subscribed| subscribed.answer)
    }

    async fn change_tier(&self, tier: i64) -> Result<TierChange, TierChangeError> {
        let reader = signed_in("ada", "ada@example.com");
        self.champions.change_tier(&reader, champion("ada").novel, level(tier), false, t(0)).await
    }

    async fn buy(&self, tier: i64) -> Result<Purchase, PurchaseError> {
        let reader = signed_in("ada", "ada@example.com");
        self.champions.purchase(&reader, champion("ada").novel, level(tier), &self.ids, t(9)).await
    }

    async fn change_renewal(&self, renew: bool) -> Result<Standing, RenewalError> {
        self.champions.change_renewal(&champion("ada"), renew, t(9)).await
    }

    async fn standing(&self) -> Standing {
        self.champions.standing(&champion("ada"), t(9)).await.unwrap()
    }

    async fn intent(&self, id: &PaymentIntentId) -> IntentState {
        self.billing().payment(id).await.unwrap().state
    }

    async fn is_active(&self) -> bool {
        self.standing().await.support.is_some_and(|support| support.is_active)
    }

    /// Lets the reader pay, and delivers Stripe's event about the payment.
    async fn pay(&self, answer: &SubscriptionAnswer) {
        let id = &answer.made.subscription.id;
        self.billing().set_status(id, SubscriptionStatus::Active);
        let payments = self.champions.store.account(&champion("ada")).await.unwrap().payments;
        let record = payments.iter().find(|payment| payment.subscription.as_ref() == Some(id)).unwrap();
        let data = Some(metadata(&champion("ada"), record.tier.unwrap().get().into(), Some(record.id)));
        let mut fact = invoice("in_1", BillingReason::SubscriptionCreate, data, t(5));
        fact.subscription = id.clone();
        fact.invoice = answer.made.invoice.clone().unwrap();
        self.champions.store.deliver(&invoice_paid(&format!("evt_{id}"), fact), t(5)).await.unwrap();
    }

    async fn knows_customer(&self) {
        let customer = CustomerId::parse("cus_1").unwrap();
        self.champions.store.save_customer(&champion("ada").user, &customer).await.unwrap();
    }

    /// Stores that tier 3 has a price at Stripe.
    async fn knows_price(&self) {
        let price = PriceId::parse("price_1").unwrap();
        self.champions.store.save_price(&tiers()[2], &price, t(0)).await.unwrap();
    }

    fn billing(&self) -> &FakeBilling {
        &self.champions.billing
    }

    fn live(&self) -> usize {
        self.billing().subscriptions().iter().filter(|(_, status)| !status.is_terminal()).count()
    }
}

fn id(answer: &SubscriptionAnswer) -> &SubscriptionId {
    &answer.made.subscription.id
}

fn down() -> BillingError {
    GatewayError::Unavailable(on_purpose()).into()
}
