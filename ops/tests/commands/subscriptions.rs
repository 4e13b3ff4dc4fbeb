use pledge_domain::{
    champion::{ChampionKey, ChampionMetadata, TierLevel},
    ids::{NovelId, PaymentRecordId, UserId},
    ports::{Billing, ChampionStore, SubscriptionRequest},
};
use uuid::Uuid;

use crate::environment::TestEnvironment;

/// Makes a reader's subscription with a paid first month. Returns the environment, the subscription and the payment.
async fn subscribed() -> (TestEnvironment, String, String) {
    let environment = TestEnvironment::start().await;
    environment.succeeds("tiers open 7 --apply").await;
    let (reader, novel) = (UserId::parse("reader-1").unwrap(), NovelId::new(7).unwrap());
    let tiers = environment.store.tiers(novel).await.unwrap();
    let customer = environment.stripe.create_customer(&reader, None).await.unwrap();
    let price = environment.stripe.create_price(&tiers[2]).await.unwrap();
    let payment = PaymentRecordId::new(Uuid::from_u128(1));
    let champion = ChampionKey { user: reader, novel };
    let tier = Some(TierLevel::new(3).unwrap());
    let metadata = ChampionMetadata { champion, tier, payment: Some(payment), purchase: None };
    let request = SubscriptionRequest { payment, customer, price, metadata };
    let made = environment.stripe.create_subscription(&request).await.unwrap().made;
    let intent = made.payment_intent.unwrap().to_string();
    let form = [("payment_method", "pm_card_visa"), ("return_url", "https://example.com/")];
    environment.post(&format!("payment_intents/{intent}/confirm"), &form).await;
    environment.hear().await;
    (environment, made.subscription.id.to_string(), intent)
}

#[tokio::test]
async fn a_subscription_whose_running_month_went_back_is_listed_and_ended_at_once() {
    let (environment, subscription, intent) = subscribed().await;
    assert_eq!(environment.succeeds("subscriptions refunded").await.lines().len(), 0);
    environment.stand_in.refund(&intent, None).unwrap();
    environment.hear().await;
    let listed = environment.ops("subscriptions refunded").await;
    assert!(listed.status == 3 && listed.out.contains(&subscription), "{listed:?}");

    let cancel = format!("subscriptions cancel {subscription}");
    let dry = environment.succeeds(&cancel).await;
    assert!(dry.out.contains("ends at once"), "{dry:?}");
    assert_eq!(environment.stand_in.object(&subscription)["status"], "active");
    environment.succeeds(&format!("{cancel} --apply")).await;
    assert_eq!(environment.stand_in.object(&subscription)["status"], "canceled");
    assert_eq!(environment.count("select count(*) from stripe_subscription where status = 'canceled'").await, 1);
    assert_eq!(environment.succeeds("subscriptions refunded").await.lines().len(), 0);
    assert!(environment.succeeds(&format!("{cancel} --apply")).await.err.contains("Nothing to do"));
}

#[tokio::test]
async fn a_subscription_whose_month_is_paid_ends_with_it() {
    let (environment, subscription, _) = subscribed().await;
    let said = environment.succeeds(&format!("subscriptions cancel {subscription} --apply")).await;
    assert!(said.out.contains("ends with its running month"), "{said:?}");
    let object = environment.stand_in.object(&subscription);
    assert_eq!((&object["status"], &object["cancel_at_period_end"]), (&"active".into(), &true.into()));
    let unknown = environment.ops("subscriptions cancel sub_nobodys --apply").await;
    assert!(unknown.status == 1 && unknown.err.contains("no subscription of ours"), "{unknown:?}");
}
