//! `ops reconcile`: each kind of difference is made and found, and what was repaired isn't found again.

use std::time::Duration;

use pledge_domain::ports::{Billing, Delivery, OutboxStore, PurchaseRequest, SubscriptionRequest};
use pledge_stand_ins::{
    Fault,
    stripe::{Payment, RefundStatus},
};
use pledge_testkit::time::t;

use crate::{
    champions::{champion, confirm, subscriber},
    environment::TestEnvironment,
};

const RECONCILE: &str = "reconcile --from 2023-01-01";

const DAY: u64 = 86_400;

#[tokio::test]
async fn without_differences_there_is_nothing_to_do() {
    let environment = TestEnvironment::start().await;
    environment.preorder_in_checkout(1).await;
    environment.tell_everything().await;
    let said = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert!(said.lines().is_empty() && said.err.contains("No differences."), "{said:?}");
    assert!(said.err.contains("Not seen: invoices that were made before"), "{said:?}");
    assert!(said.err.contains("KLAVIYO_API_KEY"), "{said:?}");
}

#[tokio::test]
async fn preorders_get_what_no_webhook_told() {
    let environment = TestEnvironment::start().await;
    let (paid, paid_session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(paid_session.as_str(), Payment::by_card());
    let (refunded, refunded_session) = environment.preorder_in_checkout(2).await;
    environment.stand_in.pay_session(refunded_session.as_str(), Payment::by_card());
    environment.stand_in.refund(&environment.intent_of(&refunded_session), None).unwrap();
    let (waiting, waiting_session) = environment.preorder_in_checkout(3).await;
    environment.stand_in.pay_session(waiting_session.as_str(), Payment::by_bank_debit());
    let (expired, _) = environment.preorder_in_checkout(4).await;
    environment.stand_in.advance(Duration::from_secs(DAY));
    environment.tell_everything().await;

    let dry = environment.ops(RECONCILE).await;
    assert_eq!((dry.status, dry.rows().len()), (3, 5), "{dry:?}");
    assert!(!dry.out.contains('@'));
    assert_eq!(environment.count("select count(*) from stripe_event").await, 0);

    // A refund waits until the payment of its preorder is stored. Here the payment is stored first.
    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert!(done.rows().iter().all(|row| row.ends_with(": applied")), "{done:?}");
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
    // Stripe's own events arrive later and change nothing.
    environment.replay_all().await;
    assert_eq!(environment.count(facts).await, 4);
}

#[tokio::test]
async fn a_window_leaves_out_what_lies_outside() {
    let environment = TestEnvironment::start().await;
    let (_, session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    environment.tell_everything().await;
    let before = environment.succeeds(&format!("{RECONCILE} --to 2024-01-01")).await;
    assert!(before.lines().is_empty(), "{before:?}");
}

#[tokio::test]
async fn a_window_that_ends_before_it_begins_is_a_wrong_call() {
    let environment = TestEnvironment::start().await;
    for line in ["reconcile --from 2026-01-02 --to 2026-01-01", "export funnel --from 2026-01-02 --to 2026-01-02"] {
        let said = environment.ops(line).await;
        assert!(said.status == 2 && said.err.contains("before it begins") && said.out.is_empty(), "{said:?}");
    }
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

#[tokio::test]
async fn preorders_whose_forms_are_lost_are_named() {
    let environment = TestEnvironment::start().await;
    let (kept, _) = environment.preorder_in_checkout(1).await;
    let (lost, _) = environment.preorder_in_checkout(2).await;
    for session in environment.stand_in.objects("checkout.session") {
        environment.stand_in.pay_session(session["id"].as_str().unwrap(), Payment::by_card());
    }
    environment.tell_everything().await;
    let restore = format!(
        "delete from outbox where key = 'preorder_started:{lost}'; delete from preorders where id = '{lost}'",
        lost = lost.id
    );
    environment.tables.batch_execute(&restore).await.unwrap();
    let before = environment.ops(RECONCILE).await;
    assert!(!before.err.contains("only their forms knew"), "{before:?}");

    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    let said = done.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("Not seen: what only their forms knew"), "{done:?}");
    assert!(said.contains(&format!("made of their payment: {}.", lost.id.number())), "{done:?}");
    assert!(!said.contains(&kept.id.number()), "{done:?}");
}

#[tokio::test]
async fn a_second_payment_that_nobody_heard_of_is_stored_beside_the_first() {
    let environment = TestEnvironment::start().await;
    let (preorder, first) = environment.preorder_in_checkout(1).await;
    let second = environment.checkout(&preorder, 2).await;
    environment.stand_in.pay_session(first.as_str(), Payment::by_card());
    environment.replay_all().await;
    environment.stand_in.pay_session(second.as_str(), Payment::by_card());
    environment.tell_everything().await;
    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert!(done.rows().len() == 1 && done.out.contains("second payment"), "{done:?}");
    assert_eq!(environment.count("select count(*) from preorder_payment").await, 2);
    environment.tell_everything().await;
    assert!(environment.succeeds(RECONCILE).await.lines().is_empty());
}

#[tokio::test]
async fn a_refund_of_an_old_payment_is_found_by_its_own_time() {
    let environment = TestEnvironment::started_days_ago(200).await;
    let (preorder, session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    environment.replay_all().await;
    environment.tell_everything().await;
    environment.stand_in.advance(Duration::from_secs(190 * DAY));
    environment.stand_in.refund(&environment.intent_of(&session), None).unwrap();

    let dry = environment.ops("reconcile").await;
    assert!(dry.rows().len() == 1 && dry.out.contains("is a refund of 299.00 USD that nobody knows of"), "{dry:?}");
    environment.succeeds("reconcile --apply").await;
    assert_eq!(environment.status(preorder.id).await, "refunded");
    environment.tell_everything().await;
    assert!(environment.succeeds("reconcile").await.lines().is_empty());
}

#[tokio::test]
async fn a_refund_that_the_bank_sent_back_is_left_for_a_person() {
    let environment = TestEnvironment::started_days_ago(60).await;
    let (preorder, session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    let refund = environment.stand_in.refund(&environment.intent_of(&session), None).unwrap();
    environment.replay_all().await;
    environment.tell_everything().await;
    assert_eq!(environment.status(preorder.id).await, "refunded");
    environment.stand_in.advance(Duration::from_secs(20 * DAY));
    environment.stand_in.set_refund(&refund, RefundStatus::Failed, Some("lost_or_stolen_card")).unwrap();

    let done = environment.ops("reconcile --apply").await;
    assert!(done.out.contains("is failed, and not succeeded"), "{done:?}");
    assert_eq!(environment.status(preorder.id).await, "completed", "nothing went back after all");
}

#[tokio::test]
async fn a_dispute_is_found_and_so_is_its_end() {
    let environment = TestEnvironment::started_days_ago(120).await;
    let (preorder, session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    environment.replay_all().await;
    environment.stand_in.advance(Duration::from_secs(10 * DAY));
    let dispute = environment.stand_in.dispute(&environment.intent_of(&session), "fraudulent").unwrap();
    environment.tell_everything().await;

    let done = environment.succeeds("reconcile --apply").await;
    assert!(done.rows().len() == 1 && done.out.contains("is a dispute of 299.00 USD that nobody knows of"), "{done:?}");
    assert_eq!(environment.count("select count(*) from preorders where disputed_at is not null").await, 1);
    environment.tell_everything().await;
    assert!(environment.succeeds("reconcile").await.lines().is_empty());

    environment.stand_in.close_dispute(&dispute, false).unwrap();
    environment.next_second().await;
    let done = environment.succeeds("reconcile --apply").await;
    assert!(done.out.contains("is lost, and not needs_response"), "{done:?}");
    assert_eq!(environment.status(preorder.id).await, "refunded");
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
    assert_eq!((dry.status, dry.rows().len()), (3, 2), "a subscription and an invoice: {dry:?}");
    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert!(done.rows().iter().all(|row| row.ends_with(": applied")), "{done:?}");
    assert_eq!(environment.count("select count(*) from payment_record where status = 'completed'").await, 1);
    assert_eq!(environment.count("select count(*) from user_champion_subscription where is_active").await, 1);
    assert_eq!(environment.count("select count(*) from stripe_subscription where status = 'active'").await, 1);
    assert!(environment.succeeds(&format!("{RECONCILE} --apply")).await.lines().is_empty());

    environment.stand_in.refund(intent.as_str(), None).unwrap();
    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert_eq!(done.rows().len(), 1, "{done:?}");
    assert_eq!(environment.count("select count(*) from payment_record where status = 'refunded'").await, 1);
    assert_eq!(environment.count("select count(*) from user_champion_subscription where is_active").await, 0);

    environment.next_second().await;
    environment.stripe.cancel_at_period_end(&made.made.subscription.id).await.unwrap();
    let done = environment.succeeds(&format!("{RECONCILE} --apply")).await;
    assert_eq!(done.rows().len(), 1, "{done:?}");
    assert_eq!(environment.count("select count(*) from stripe_subscription where cancel_at_period_end").await, 1);
}

#[tokio::test]
async fn the_end_of_an_old_subscription_is_found() {
    let environment = TestEnvironment::started_days_ago(25).await;
    subscriber(&environment, 1).await;
    environment.replay_all().await;
    environment.recorded_in_time().await;
    environment.tell_everything().await;
    environment.stand_in.advance(Duration::from_secs(20 * DAY));
    let subscription = environment.stand_in.objects("subscription")[0]["id"].as_str().unwrap().to_owned();
    environment.delete(&format!("subscriptions/{subscription}")).await;
    let days_ago = environment.day(3);
    let done = environment.succeeds(&format!("reconcile --from {days_ago} --apply")).await;
    assert!(done.rows().len() == 1 && done.out.contains("is canceled, and not active"), "{done:?}");
    assert_eq!(environment.count("select count(*) from stripe_subscription where status = 'canceled'").await, 1);
}

#[tokio::test]
async fn a_renewal_that_is_paid_after_weeks_is_found_by_its_payment() {
    let environment = TestEnvironment::started_days_ago(50).await;
    let customer = subscriber(&environment, 1).await;
    environment.remember_price().await;
    environment.stand_in.advance(Duration::from_secs(20 * DAY));
    environment.replay_all().await;
    environment.recorded_in_time().await;
    environment.stand_in.replace_card(customer.as_str(), "pm_card_chargeCustomerFail").unwrap();
    environment.stand_in.advance(Duration::from_secs(13 * DAY));
    environment.replay_all().await;
    environment.tell_everything().await;
    let open = environment.stand_in.objects("invoice").into_iter().find(|invoice| invoice["status"] == "open");
    let open = open.expect("a renewal that could not be charged")["id"].as_str().unwrap().to_owned();
    environment.stand_in.advance(Duration::from_secs(12 * DAY));
    environment.replay_all().await;
    environment.tell_everything().await;
    environment.stand_in.replace_card(customer.as_str(), "pm_card_visa").unwrap();
    environment.post(&format!("invoices/{open}/pay"), &[]).await;

    let days_ago = environment.day(7);
    let dry = environment.ops(&format!("reconcile --from {days_ago}")).await;
    assert!(dry.out.contains(&open) && dry.out.contains("nothing was granted for it"), "{dry:?}");
    let done = environment.ops(&format!("reconcile --from {days_ago} --apply")).await;
    let paid = "select count(*) from payment_record where kind = 'renewal' and status = 'completed'";
    assert_eq!(environment.count(paid).await, 1, "{done:?}");
}

#[tokio::test]
async fn a_subscription_from_the_dashboard_is_found_although_nothing_marks_it() {
    let environment = TestEnvironment::start().await;
    let customer = subscriber(&environment, 1).await;
    environment.replay_all().await;
    environment.tell_everything().await;
    let price = environment.remember_price().await;
    let made = environment
        .post(
            "subscriptions",
            &[("customer", customer.as_str()), ("items[0][price]", &price), ("payment_behavior", "default_incomplete")],
        )
        .await;
    let subscription = made["id"].as_str().unwrap();
    let dry = environment.ops(RECONCILE).await;
    assert!(dry.status == 3 && dry.out.contains(subscription), "{dry:?}");
    environment.ops(&format!("{RECONCILE} --apply")).await;
    let known = format!("select count(*) from stripe_event where keys && array['{subscription}']");
    assert!(environment.count(&known).await > 0, "it is recorded");
    let again = environment.ops(&format!("{RECONCILE} --apply")).await;
    assert!(!again.out.contains("applied"), "{again:?}");
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
    assert_eq!(done.rows().len(), 1, "{done:?}");
    assert_eq!(environment.count("select count(*) from user_champion_subscription_record").await, 1);
    let ledger = environment.succeeds("export ledger --from 2023-01-01").await;
    assert!(ledger.lines().len() == 2 && ledger.out.contains("Martial Lord"), "{ledger:?}");
    assert!(environment.succeeds(&format!("{RECONCILE} --apply")).await.lines().is_empty());
}

#[tokio::test]
async fn time_that_ran_before_it_was_recorded_is_listed() {
    let environment = TestEnvironment::started_days_ago(3).await;
    subscriber(&environment, 1).await;
    environment.replay_all().await;
    environment.tell_everything().await;
    let said = environment.ops("reconcile").await;
    assert!(said.status == 3 && said.rows().len() == 1, "{said:?}");
    let row = &said.rows()[0];
    assert!(row.contains("hours at tier 3 of novel 7 ran from") && row.contains("`ops grant`"), "{said:?}");
    let good = "insert into payment_record (user_id, novel_id, type, amount, payment_method, status, paid_at, kind, created_at)
                select user_id, novel_id, 'goodwill', 0, 'goodwill', 'completed', now(), 'goodwill', now() + interval '1 minute'
                from payment_record limit 1";
    environment
        .tables
        .batch_execute("alter table payment_record drop constraint payment_record_kind_check")
        .await
        .unwrap();
    environment.tables.execute(good, &[]).await.unwrap();
    assert!(environment.succeeds("reconcile").await.lines().is_empty(), "it has been made good");
}

#[tokio::test]
async fn what_klaviyo_refused_waits_or_never_got_is_found() {
    let environment = TestEnvironment::start().await;
    for n in 1..=4 {
        environment.preorder(n).await;
    }
    let rows = environment.outbox_rows().await;
    let parked = Delivery::Parked { reason: "400; invalid".to_owned() };
    environment
        .store
        .settle(&[(rows[0], parked), (rows[1], Delivery::Sent), (rows[2], Delivery::Sent)], t(20))
        .await
        .unwrap();
    environment.klaviyo_has(rows[1], "preorder_started").await;

    let without_key = environment.ops(RECONCILE).await;
    assert_eq!(without_key.rows().len(), 2, "one was refused, one waits: {without_key:?}");
    let dry = environment.ops_with_klaviyo(RECONCILE).await;
    assert_eq!(dry.rows().len(), 3, "{dry:?}");
    assert!(dry.out.contains("Klaviyo doesn't have it") && dry.out.contains(&rows[2].to_string()), "{dry:?}");
    environment.ops_with_klaviyo(&format!("{RECONCILE} --apply")).await;
    assert_eq!(environment.store.unsent(&[rows[2]], t(30)).await.unwrap().len(), 1, "it is sent again");
    assert!(environment.sqs.queue.sent().concat().contains(&rows[2].to_string()));
}

#[tokio::test]
async fn a_comparison_that_stripe_breaks_off_goes_on_where_it_stopped() {
    let environment = TestEnvironment::start().await;
    let (preorder, session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    environment.stand_in.refund(&environment.intent_of(&session), None).unwrap();
    environment.tell_everything().await;
    environment.stand_in.faults().add(Fault::status(503).on("GET", "/v1/refunds").times(20));
    let stopped = environment.ops(&format!("{RECONCILE} --apply")).await;
    assert!(stopped.status == 1 && stopped.err.contains("stopped while refunds were compared"), "{stopped:?}");
    assert_eq!(environment.status(preorder.id).await, "completed", "what came before stands");

    environment.stand_in.faults().clear();
    let command = stopped.err.split('`').nth(1).unwrap().trim_start_matches("ops ").to_owned();
    assert!(command.contains("--resume refunds"), "{command}");
    environment.stand_in.requests().clear();
    environment.succeeds(&command).await;
    assert_eq!(environment.status(preorder.id).await, "refunded");
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
    let intent = environment.post("payment_intents", &form).await;
    environment.stand_in.refund(intent["id"].as_str().unwrap(), None).unwrap();
    let said = environment.succeeds(RECONCILE).await;
    assert!(said.lines().is_empty(), "{said:?}");
}
