use std::time::Duration;

use pledge_domain::ports::{Billing, PurchaseRequest, SubscriptionRequest};
use pledge_stand_ins::stripe::Payment;

use crate::{
    champions::{champion, confirm},
    environment::TestEnvironment,
};

const RECONCILE: &str = "reconcile --from 2023-01-01";

#[tokio::test]
async fn without_differences_there_is_nothing_to_do() {
    let environment = TestEnvironment::start().await;
    environment.preorder_in_checkout(1).await;
    let said = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert!(said.lines().is_empty() && said.err.contains("No differences."), "{said:?}");
}

#[tokio::test]
async fn preorders_get_what_no_webhook_told() {
    let environment = TestEnvironment::start().await;
    let (paid, paid_session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(paid_session.as_str(), Payment::by_card());
    let (refunded, refunded_session) = environment.preorder_in_checkout(2).await;
    environment.stand_in.pay_session(refunded_session.as_str(), Payment::by_card());
    let intent = environment.stand_in.object(refunded_session.as_str())["payment_intent"].as_str().unwrap().to_owned();
    environment.stand_in.refund(&intent, None).unwrap();
    let (waiting, waiting_session) = environment.preorder_in_checkout(3).await;
    environment.stand_in.pay_session(waiting_session.as_str(), Payment::by_bank_debit());
    let (expired, _) = environment.preorder_in_checkout(4).await;
    environment.stand_in.advance(Duration::from_secs(86_400));

    let dry = environment.ops(RECONCILE).await;
    assert_eq!((dry.status, dry.lines().len()), (3, 5), "{dry:?}");
    assert!(!dry.out.contains('@'));
    assert_eq!(environment.count("select count(*) from stripe_event").await, 0);

    // A refund of a preorder that isn't booked yet waits for it; here it is booked first.
    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert!(done.lines().iter().all(|line| line.ends_with("\tapplied")), "{done:?}");
    for (preorder, status) in
        [(paid, "completed"), (refunded, "refunded"), (waiting, "processing"), (expired, "cancelled")]
    {
        assert_eq!(environment.status(preorder.id).await, status);
    }
    let facts = "select count(*) from outbox where metric <> 'preorder_started'";
    assert_eq!(environment.count(facts).await, 4, "two successes, a refund and an abandoned cart");
    assert_eq!(environment.sqs.queue.sent().len(), 4);

    let again = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert!(again.lines().is_empty(), "{again:?}");
    // Stripe's own events still come, and count no more.
    for event in environment.stand_in.events() {
        environment.succeeds(&format!("event replay {} --apply", event["id"].as_str().unwrap())).await;
    }
    assert_eq!(environment.count(facts).await, 4);
}

#[tokio::test]
async fn a_window_leaves_out_what_lies_outside() {
    let environment = TestEnvironment::start().await;
    let (_, session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    let before = environment.succeeds(&format!("{RECONCILE} --to 2024-01-01")).await;
    assert!(before.lines().is_empty(), "{before:?}");
}

#[tokio::test]
async fn a_payment_without_a_preorder_becomes_one() {
    let environment = TestEnvironment::start().await;
    let (_, session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    environment.tables.batch_execute("delete from outbox; delete from preorders").await.unwrap();
    environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert_eq!(environment.count("select count(*) from preorders where status = 'completed'").await, 1);
}

/// What is read of a subscription within one second has no order, as Stripe's events of one second have none.
async fn next_second() {
    let second = || std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let now = second();
    while second() == now {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_subscription_that_nobody_heard_of_is_granted_and_its_refund_finds_it() {
    let environment = TestEnvironment::start().await;
    let (customer, tier, metadata) = champion(&environment, 1).await;
    let price = environment.stripe.create_price(&tier).await.unwrap();
    let payment = metadata.payment.unwrap();
    let request = SubscriptionRequest { payment, customer, price, metadata };
    let made = environment.stripe.create_subscription(&request).await.unwrap();
    let intent = made.made.payment_intent.unwrap();
    confirm(&environment, &intent).await;

    let dry = environment.ops(RECONCILE).await;
    assert_eq!((dry.status, dry.lines().len()), (3, 2), "a subscription and an invoice: {dry:?}");
    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert!(done.lines().iter().all(|line| line.ends_with("\tapplied")), "{done:?}");
    assert_eq!(environment.count("select count(*) from payment_record where status = 'completed'").await, 1);
    assert_eq!(environment.count("select count(*) from user_champion_subscription where is_active").await, 1);
    assert_eq!(environment.count("select count(*) from stripe_subscription where status = 'active'").await, 1);
    assert!(environment.succeeds(&format!("{RECONCILE} --apply")).await.lines().is_empty());

    environment.stand_in.refund(intent.as_str(), None).unwrap();
    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert_eq!(done.lines().len(), 1, "{done:?}");
    assert_eq!(environment.count("select count(*) from payment_record where status = 'refunded'").await, 1);
    assert_eq!(environment.count("select count(*) from user_champion_subscription where is_active").await, 0);

    next_second().await;
    environment.stripe.set_cancel_at_period_end(&made.made.subscription.id, true).await.unwrap();
    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert_eq!(done.lines().len(), 1, "{done:?}");
    assert_eq!(environment.count("select count(*) from stripe_subscription where cancel_at_period_end").await, 1);
}

#[tokio::test]
async fn a_single_purchase_that_nobody_heard_of_is_granted() {
    let environment = TestEnvironment::start().await;
    let (customer, tier, metadata) = champion(&environment, 2).await;
    let payment = metadata.payment.unwrap();
    let description = "30 days".to_owned();
    let request = PurchaseRequest { payment, customer, amount: tier.price, description, metadata };
    let made = environment.stripe.create_payment(&request).await.unwrap();
    confirm(&environment, &made.id).await;

    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert_eq!(done.lines().len(), 1, "{done:?}");
    assert_eq!(environment.count("select count(*) from user_champion_subscription_record").await, 1);
    let ledger = environment.succeeds("export ledger --from 2023-01-01").await;
    assert!(ledger.lines().len() == 2 && ledger.out.contains("Martial Lord"), "{ledger:?}");
    assert!(environment.succeeds(&format!("{RECONCILE} --apply")).await.lines().is_empty());
}

#[tokio::test]
async fn what_others_sell_with_the_same_stripe_account_is_not_ours() {
    let environment = TestEnvironment::start().await;
    let customer = environment.post("customers", &[]).await;
    let form = [
        ("amount", "1000"),
        ("currency", "usd"),
        ("customer", customer["id"].as_str().unwrap()),
        ("payment_method", "pm_card_visa"),
        ("confirm", "true"),
        ("return_url", "https://example.com/"),
    ];
    environment.post("payment_intents", &form).await;
    let said = environment.succeeds(RECONCILE).await;
    assert!(said.lines().is_empty(), "{said:?}");
}
