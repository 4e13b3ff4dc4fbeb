//! Subscribing.

use pledge_application::champions::{Failure, PurchaseError, SubscribeError, SubscribeRequest};
use pledge_domain::{
    champion::{Subscription, subscribe},
    ids::NovelId,
    limits::{AttemptLimits, Limit},
    ports::{BillingError, ChampionStore, GatewayError},
    stripe::SubscriptionStatus,
};
use pledge_testkit::{
    builders::{champion, level, signed_in},
    fakes::on_purpose,
    time::t,
};

use super::{Reader, down, id};

#[tokio::test]
async fn a_subscription_waits_to_be_paid_and_grants_nothing() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    assert_eq!(answer.made.subscription.status, SubscriptionStatus::Incomplete);
    assert!(answer.client_secret.is_some());
    let standing = reader.standing().await;
    assert_eq!(standing.support, None);
    assert_eq!(standing.pending.unwrap().subscription.as_ref(), Some(id(&answer)));
    reader.pay(&answer).await;
    assert!(reader.is_active().await);
}

#[tokio::test]
async fn customer_and_price_are_made_once() {
    let reader = Reader::new();
    let first = reader.subscribe(3).await.unwrap();
    reader.billing().set_status(id(&first), SubscriptionStatus::IncompleteExpired);
    reader.subscribe(3).await.unwrap();
    let calls = reader.billing().calls();
    for once in ["create_customer", "create_price"] {
        assert_eq!(calls.iter().filter(|call| **call == once).count(), 1, "{once}");
    }
}

#[tokio::test]
async fn an_unfinished_attempt_is_resumed_with_its_secret() {
    let reader = Reader::new();
    let first = reader.subscribe(3).await.unwrap();
    let again = reader.subscribe(3).await.unwrap();
    assert_eq!((id(&first), &first.client_secret), (id(&again), &again.client_secret));
    assert_eq!(reader.billing().subscriptions().len(), 1);
}

#[tokio::test]
async fn another_tier_cancels_the_unfinished_attempt_first() {
    let reader = Reader::new();
    let first = reader.subscribe(3).await.unwrap();
    let second = reader.subscribe(5).await.unwrap();
    assert_ne!(id(&first), id(&second));
    assert_eq!(reader.live(), 1);
    assert_eq!(reader.standing().await.pending.unwrap().tier, Some(level(5)));
}

#[tokio::test]
async fn who_is_subscribed_is_told_so_even_before_the_webhook() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.billing().set_status(id(&answer), SubscriptionStatus::Active);
    assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::AlreadySubscribed)));
    reader.pay(&answer).await;
    assert!(matches!(reader.subscribe(5).await, Err(SubscribeError::AlreadySubscribed)));
    assert_eq!(reader.billing().subscriptions().len(), 1);
}

#[tokio::test]
async fn an_unknown_tier_makes_nothing() {
    let reader = Reader::new();
    let wish = SubscribeRequest {
        reader: signed_in("ada", "ada@example.com"),
        novel: NovelId::new(8).unwrap(),
        level: level(1),
        payment_method: None,
    };
    let refused = reader.champions.subscribe(&wish, &reader.ids, t(0)).await;
    assert!(matches!(refused, Err(SubscribeError::TierNotFound)));
    assert_eq!(reader.billing().calls(), [""; 0]);
}

#[tokio::test]
async fn wherever_an_answer_is_lost_a_retry_makes_one_subscription() {
    for lost in ["customer", "price", "subscription"] {
        let reader = Reader::new();
        if lost != "customer" {
            reader.knows_customer().await;
        }
        if lost == "subscription" {
            reader.knows_price().await;
        }
        reader.billing().lose_next_answer(down());
        assert!(reader.subscribe(3).await.is_err(), "{lost}");
        let retried = reader.subscribe(3).await.unwrap();
        assert_eq!(
            reader.billing().subscriptions(),
            [(id(&retried).clone(), SubscriptionStatus::Incomplete)],
            "{lost}"
        );
    }
}

#[tokio::test]
async fn a_lost_attempt_of_another_tier_is_found_and_cancelled() {
    let reader = Reader::new();
    reader.knows_customer().await;
    reader.knows_price().await;
    reader.billing().lose_next_answer(down());
    assert!(reader.subscribe(3).await.is_err());
    let other = reader.subscribe(5).await.unwrap();
    assert_eq!((reader.billing().subscriptions().len(), reader.live()), (2, 1));
    assert_eq!(other.made.subscription.tier, Some(level(5)));
}

#[tokio::test]
async fn a_refusal_of_stripe_locks_nobody_out() {
    let refusals = [
        BillingError::Declined { code: Some("insufficient_funds".into()) },
        GatewayError::IdempotencyKeyConsumed(on_purpose()).into(),
        GatewayError::Refused(on_purpose()).into(),
    ];
    for refusal in refusals {
        let reader = Reader::new();
        reader.knows_customer().await;
        reader.knows_price().await;
        reader.billing().fail_next(refusal);
        assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::Failed(Failure::Billing(_)))));
        assert_eq!(reader.standing().await.pending, None);
        reader.subscribe(5).await.unwrap();
        assert_eq!(reader.live(), 1);
    }
}

#[tokio::test]
async fn a_chosen_payment_method_pays_and_a_declined_one_is_told() {
    let reader = Reader::new();
    let answer = reader.subscribe_with(3, Some("pm_1")).await.unwrap();
    assert_eq!(reader.billing().payment_method(id(&answer)).unwrap().as_str(), "pm_1");
    let reader = Reader::new();
    reader.subscribe(3).await.unwrap();
    reader.billing().fail_next(down());
    assert!(reader.subscribe_with(3, Some("pm_2")).await.is_err());
    let answer = reader.subscribe_with(3, Some("pm_2")).await.unwrap();
    assert_eq!(reader.billing().payment_method(id(&answer)).unwrap().as_str(), "pm_2");
    let answer = reader.subscribe_with(3, Some("pm_card_visa")).await.unwrap();
    assert_eq!(reader.billing().payment_method(id(&answer)).unwrap().as_str(), "pm_made_of_visa", "not the alias");
    assert_eq!(reader.live(), 1);
}

#[tokio::test]
async fn subscribing_again_takes_a_cancellation_back_or_changes_the_tier() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    reader.change_renewal(false).await.unwrap();
    let resumed = reader.subscribe(3).await.unwrap();
    assert_eq!((id(&resumed), &resumed.client_secret), (id(&answer), &None));
    assert!(reader.standing().await.support.unwrap().auto_renew);

    reader.change_renewal(false).await.unwrap();
    let end = reader.standing().await.support.unwrap().period.end;
    let other = reader.subscribe(5).await.unwrap();
    assert_ne!(id(&other), id(&answer));
    assert_eq!(reader.live(), 1);
    let support = reader.standing().await.support.unwrap();
    assert_eq!((support.is_active, support.period.end), (true, end), "what is paid stays bought");
}

#[tokio::test]
async fn a_lower_tier_resumes_and_changes_a_cancelled_subscription_without_a_payment() {
    let reader = Reader::new();
    let answer = reader.subscribe(13).await.unwrap();
    reader.pay(&answer).await;
    reader.change_renewal(false).await.unwrap();
    let lower = reader.subscribe(1).await.unwrap();
    assert_eq!((id(&lower), &lower.client_secret, reader.live()), (id(&answer), &None, 1));
    assert!(reader.billing().goes_on_at(id(&answer)).is_some_and(|price| price.as_str().contains("_1_")));
    let support = reader.standing().await.support.unwrap();
    assert_eq!((support.tier, support.auto_renew), (Some(level(13)), true), "tier 13 runs to its end");
    assert!(!reader.billing().calls().contains(&"cancel_now"));
}

#[tokio::test]
async fn a_payment_past_due_and_a_pause_say_what_to_do() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    let subscription = answer.made.subscription.clone();
    let is = |status, collection_paused| {
        let news = Subscription { status, collection_paused, started: true, ..subscription.clone() };
        let (store, key) = (&reader.champions.store, champion("ada"));
        async move { store.step(&key, t(9), |account| subscribe::observe(account, &news, &[], t(9))).await.unwrap() }
    };
    for status in [SubscriptionStatus::PastDue, SubscriptionStatus::Unpaid] {
        is(status, false).await;
        assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::PaymentPastDue)));
        for tier in [2, 3] {
            assert!(matches!(reader.buy(tier).await, Err(PurchaseError::PaymentPastDue)));
        }
        assert!(reader.buy(4).await.is_ok(), "a higher tier neither waits nor is paid twice");
    }
    is(SubscriptionStatus::Active, true).await;
    assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::Paused)));
    is(SubscriptionStatus::Paused, false).await;
    assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::Paused)));
}

#[tokio::test]
async fn an_attempt_too_many_asks_stripe_nothing() {
    let mut reader = Reader::new();
    reader.champions.limits = AttemptLimits { per_reader: Limit::per_hour(2), per_card: Limit::per_hour(1) };
    reader.subscribe_with(2, Some("pm_1")).await.unwrap();
    let calls = reader.champions.billing.calls().len();
    let refused = reader.subscribe_with(2, Some("pm_1")).await;
    assert!(matches!(refused, Err(SubscribeError::Failed(Failure::TooMany(_)))), "{refused:?}");
    let refused = reader.buy(5).await;
    assert!(matches!(refused, Err(PurchaseError::Failed(Failure::TooMany(_)))), "{refused:?}");
    assert_eq!(reader.champions.billing.calls().len(), calls);
}
