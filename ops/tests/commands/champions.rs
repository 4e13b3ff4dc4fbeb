//! Readers who support a novel, and their payments at Stripe.

use pledge_domain::{
    champion::{ChampionKey, ChampionMetadata, PurchaseType, Tier, TierLevel},
    ids::{CustomerId, NovelId, PaymentIntentId, PaymentRecordId, UserId},
    money::{Currency, Money},
    ports::{Billing, SubscriptionRequest},
};
use uuid::Uuid;

use crate::environment::TestEnvironment;

/// Makes a reader's customer at Stripe. Returns it with the tier that the reader buys and the metadata of payment `n`.
pub async fn champion(environment: &TestEnvironment, n: u128) -> (CustomerId, Tier, ChampionMetadata) {
    let reader = UserId::parse("reader-1").unwrap();
    let novel = NovelId::new(7).unwrap();
    environment.tables.execute("select add_default_champion_tiers(7)", &[]).await.unwrap();
    let customer = environment.stripe.create_customer(&reader, None).await.unwrap();
    let tier = Tier {
        novel,
        level: TierLevel::new(3).unwrap(),
        name: "Martial Lord".to_owned(),
        price: Money::new(500, Currency::parse("usd").unwrap()),
        stripe_price: None,
        prices: Vec::new(),
        active: true,
    };
    let metadata = ChampionMetadata {
        champion: ChampionKey { user: reader, novel },
        tier: Some(tier.level),
        payment: Some(PaymentRecordId::new(Uuid::from_u128(n))),
        purchase: Some(PurchaseType::New),
    };
    (customer, tier, metadata)
}

/// Confirms a payment with the reader's card.
pub async fn confirm(environment: &TestEnvironment, intent: &PaymentIntentId) {
    let form = [("payment_method", "pm_card_visa"), ("return_url", "https://example.com/")];
    environment.post(&format!("payment_intents/{intent}/confirm"), &form).await;
}

/// Makes a reader's subscription with a paid first invoice at Stripe. Returns the customer.
pub async fn subscriber(environment: &TestEnvironment, n: u128) -> CustomerId {
    let (customer, tier, metadata) = champion(environment, n).await;
    let price = environment.stripe.create_price(&tier).await.unwrap();
    let payment = metadata.payment.unwrap();
    let request = SubscriptionRequest { payment, customer: customer.clone(), price, metadata };
    let made = environment.stripe.create_subscription(&request).await.unwrap();
    confirm(environment, &made.made.payment_intent.unwrap()).await;
    customer
}
