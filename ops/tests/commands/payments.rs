use pledge_stand_ins::stripe::Payment;

use crate::environment::TestEnvironment;

/// Makes a preorder that was paid in two sessions. Returns its number and both payments, the earlier one first.
async fn paid_twice() -> (TestEnvironment, String, [String; 2]) {
    let environment = TestEnvironment::start().await;
    let (preorder, first) = environment.preorder_in_checkout(1).await;
    let second = environment.checkout(&preorder, 2).await;
    for session in [&first, &second] {
        environment.stand_in.pay_session(session.as_str(), Payment::by_card());
        environment.stand_in.advance(std::time::Duration::from_secs(60));
    }
    environment.hear().await;
    let intent = |session: &str| environment.stand_in.object(session)["payment_intent"].as_str().unwrap().to_owned();
    let intents = [intent(first.as_str()), intent(second.as_str())];
    (environment, preorder.id.number(), intents)
}

#[tokio::test]
async fn what_was_paid_twice_is_shown_and_refunded_once() {
    let (environment, number, [first, second]) = paid_twice().await;
    let shown = environment.ops("payments duplicates").await;
    assert_eq!((shown.status, shown.lines().len()), (3, 3), "{shown:?}");
    let says = |said: &crate::environment::Output, intent: &str, what: &str| {
        said.lines().iter().any(|line| line.contains(intent) && line.contains(what))
    };
    assert!(says(&shown, &first, "pays it") && says(&shown, &second, "paid again"), "{shown:?}");

    let refund = format!("payments refund-duplicate {number}");
    let dry = environment.succeeds(&refund).await;
    assert!(dry.err.contains("1 payment would be refunded"), "{dry:?}");
    assert!(environment.stand_in.objects("refund").is_empty());
    for _ in 0..2 {
        environment.succeeds(&format!("{refund} --apply")).await;
        let refunds = environment.stand_in.objects("refund");
        assert_eq!(refunds.len(), 1, "also if Stripe's event has not come yet");
        assert_eq!(refunds[0]["payment_intent"], second.as_str());
        assert_eq!(refunds[0]["reason"], "duplicate");
    }
    environment.hear().await;
    let paid = "select count(*) from preorders where status = 'completed' and refunded_amount = 0";
    assert_eq!(environment.count(paid).await, 1, "the other payment pays it");
    assert_eq!(environment.succeeds("payments duplicates").await.lines().len(), 0);
    let again = environment.succeeds(&format!("{refund} --apply")).await;
    assert!(again.err.contains("nothing was paid twice"), "{again:?}");
    assert_eq!(environment.stand_in.objects("refund").len(), 1);
}

#[tokio::test]
async fn what_stripe_refuses_to_refund_is_named() {
    let (environment, number, [_, second]) = paid_twice().await;
    environment.stand_in.refund(&second, None).unwrap();
    let said = environment.ops(&format!("payments refund-duplicate {number} --apply")).await;
    assert!(said.status == 3 && said.out.contains("not refunded"), "its event has not come yet: {said:?}");
    let unknown = environment.ops("payments refund-duplicate ROL-00000000 --apply").await;
    assert!(unknown.status == 1 && unknown.err.contains("no such preorder"), "{unknown:?}");
}

/// Starts an environment with a novel, its tiers and a reader.
async fn novel_and_reader() -> TestEnvironment {
    let environment = TestEnvironment::start().await;
    environment.succeeds("tiers open 7 --apply").await;
    let readers = "insert into users (id, email, email_verified, created_at, updated_at)
                   values ('reader-1', 'reader-1@example.com', true, now(), now()), ('reader-2', null, false, now(), now())";
    environment.tables.execute(readers, &[]).await.unwrap();
    environment
}

#[tokio::test]
async fn a_payment_through_paypal_is_booked_once_in_the_same_ledger() {
    let environment = novel_and_reader().await;
    let book = |reader: &str, rest: &str| {
        format!(
            "payments book paypal --reader {reader} --novel 7 --tier 3 --amount 5.00 --reference 8AB12345 \
             --paid-at 2026-01-02T03:04:05Z {rest}"
        )
    };
    let dry = environment.succeeds(&book("reader-1", "")).await;
    assert!(dry.words().ends_with("3 2026-01-02T03:04:05Z 2026-02-01T03:04:05Z"), "{dry:?}");
    let ledger = "select count(*) from user_champion_subscription_record";
    assert_eq!(environment.count(ledger).await, 0);
    environment.succeeds(&book("reader-1", "--apply")).await;
    let row = "select count(*) from user_champion_subscription_record
               where payment_method = 'paypal' and payment_amount = 500 and currency = 'usd' and tier_level = 3
                 and subscription_type = 'new' and subscription_duration_days = 30";
    assert_eq!(environment.count(row).await, 1);
    assert_eq!(environment.count("select count(*) from outbox where metric = 'champion_started'").await, 1);
    let running = "select count(*) from user_champion_subscription where is_active";
    assert_eq!(environment.count(running).await, 0, "its thirty days are over");

    assert!(environment.succeeds(&book("reader-1", "--apply")).await.err.contains("Nothing to do"));
    let other = environment.ops(&book("reader-2", "--apply")).await;
    assert!(other.status == 1 && other.err.contains("booked for reader reader-1"), "{other:?}");
    assert_eq!(environment.count(ledger).await, 1);
    for (wrong, status) in [
        (book("nobody", "--apply"), 1),
        (book("reader-1", "--apply").replace("5.00", "5.001"), 1),
        (book("reader-1", "--apply").replace("2026-01", "2999-01"), 1),
        (book("reader-1", "--apply").replace("paypal", "stripe"), 2),
    ] {
        assert_eq!(environment.ops(&wrong).await.status, status, "{wrong}");
    }
}

#[tokio::test]
async fn time_that_ran_before_it_was_recorded_is_made_good_once() {
    let environment = novel_and_reader().await;
    let grant = "grant --reader reader-1 --novel 7 --tier 3 --reference in_1";
    let lost = "--from 2026-01-01T00:00:00Z --to 2026-01-03T12:00:00Z";
    environment.succeeds(&format!("{grant} {lost}")).await;
    let access = "select count(*) from champion_access where user_id = 'reader-1' and novel_id = 7 and tier_level = 3";
    assert_eq!(environment.count(access).await, 0);
    environment.succeeds(&format!("{grant} {lost} --apply")).await;
    assert_eq!(environment.count(access).await, 1);
    let hours = "select (extract(epoch from end_date - start_date) / 3600)::bigint
                 from user_champion_subscription_record where payment_amount = 0 and payment_method = 'goodwill'";
    assert_eq!(environment.count(hours).await, 60);
    assert_eq!(environment.count("select count(*) from outbox").await, 0);

    assert!(environment.succeeds(&format!("{grant} {lost} --apply")).await.err.contains("Nothing to do"));
    assert_eq!(environment.count(hours).await, 60);
    for (wrong, status) in [
        ("--days 0", 2),
        ("", 2),
        ("--days 2 --from 2026-01-01", 2),
        ("--from 2026-01-03 --to 2026-01-01", 1),
        ("--from 2020-01-03 --to 2026-01-01", 1),
    ] {
        assert_eq!(environment.ops(&format!("{grant} {wrong} --apply")).await.status, status, "{wrong}");
    }
}
