//! Buying thirty days.

use pledge_application::champions::{Failure, PurchaseError};
use pledge_domain::{
    champion::PaymentStatus,
    ports::{ChampionStore, GatewayError, IntentState},
};
use pledge_testkit::{
    builders::{champion, level},
    fakes::on_purpose,
};

use super::{Reader, down};

#[tokio::test]
async fn a_second_click_on_buy_is_the_same_payment() {
    let reader = Reader::new();
    let first = reader.buy(3).await.unwrap();
    assert_eq!(reader.buy(3).await.unwrap(), first);
    assert_eq!((first.amount.amount, reader.is_active().await), (500, false));
    reader.billing().set_intent(&first.payment_intent, IntentState::Paid);
    assert!(matches!(reader.buy(3).await, Err(PurchaseError::PaymentPending)));
    reader.billing().set_intent(&first.payment_intent, IntentState::Canceled);
    assert_ne!(reader.buy(3).await.unwrap().payment_intent, first.payment_intent);
}

#[tokio::test]
async fn a_purchase_survives_a_lost_answer_and_a_refusal() {
    let reader = Reader::new();
    reader.knows_customer().await;
    reader.billing().lose_next_answer(down());
    assert!(matches!(reader.buy(3).await, Err(PurchaseError::Failed(Failure::Billing(_)))));
    assert_eq!(reader.buy(3).await.unwrap().payment_intent.as_str(), "pi_1");
    reader.billing().fail_next(GatewayError::Refused(on_purpose()).into());
    assert!(reader.buy(4).await.is_err());
    assert_eq!(reader.buy(4).await.unwrap().amount.amount, 1000);
    let payments = reader.champions.store.account(&champion("ada")).await.unwrap().payments;
    let given_up = payments.iter().filter(|payment| payment.status() == PaymentStatus::Failed).count();
    assert_eq!(given_up, 2, "the refused one, and the older one that the newer one replaces");
}

#[tokio::test]
async fn a_lower_tier_is_not_sold_while_a_higher_one_renews_and_waits_while_one_only_runs() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    assert!(matches!(reader.buy(2).await, Err(PurchaseError::LowerTier { current }) if current == level(3)));
    let more = reader.buy(3).await.unwrap();
    let end = reader.standing().await.support.unwrap().period.end;
    assert_eq!(more.starts_at, Some(end), "it waits for what is paid");
    reader.change_renewal(false).await.unwrap();
    assert_eq!(reader.buy(2).await.unwrap().starts_at, Some(end));
    assert_eq!(reader.buy(4).await.unwrap().starts_at, None, "a higher tier begins at once");
}

#[tokio::test]
async fn an_older_open_purchase_is_cancelled_when_a_newer_one_is_made() {
    let reader = Reader::new();
    let old = reader.buy(1).await.unwrap();
    let new = reader.buy(5).await.unwrap();
    assert_ne!(old.payment_intent, new.payment_intent);
    assert_eq!(reader.intent(&old.payment_intent).await, IntentState::Canceled);
    assert_eq!(reader.intent(&new.payment_intent).await, IntentState::Payable);
    reader.billing().set_intent(&new.payment_intent, IntentState::Paid);
    assert!(reader.buy(1).await.is_ok());
    assert_eq!(reader.intent(&new.payment_intent).await, IntentState::Paid, "what is paid stays");
}
