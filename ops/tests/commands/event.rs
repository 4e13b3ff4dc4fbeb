use pledge_stand_ins::stripe::Payment;

use crate::environment::TestEnvironment;

/// Makes a preorder that was paid while no webhook arrived. Returns it and the event that is missing.
async fn paid_unheard() -> (TestEnvironment, pledge_domain::ids::PreorderId, String) {
    let environment = TestEnvironment::start().await;
    let (preorder, session) = environment.preorder_in_checkout(1).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    let event = environment.event("checkout.session.completed");
    (environment, preorder.id, event)
}

#[tokio::test]
async fn an_event_is_replayed_once() {
    let (environment, preorder, event) = paid_unheard().await;
    let dry = environment.succeeds(&format!("event replay {event}")).await;
    assert!(dry.out.contains("checkout.session.completed"), "{dry:?}");
    assert_eq!(environment.status(preorder).await, "processing");

    let done = environment.succeeds(&format!("event replay {event} --apply")).await;
    assert_eq!(done.lines(), [format!("{event}\tapplied")]);
    assert_eq!(environment.status(preorder).await, "completed");
    assert_eq!(environment.sqs.queue.sent().len(), 1, "the sender hears of preorder_success");

    for again in [format!("event replay {event} --apply"), format!("event replay {event} --force --apply")] {
        let again = environment.succeeds(&again).await;
        assert!(again.out.contains("recorded before as applied"), "{again:?}");
    }
    assert_eq!(environment.sqs.queue.sent().len(), 1);
}

#[tokio::test]
async fn a_parked_event_is_decided_anew_and_its_row_replaced() {
    let (environment, preorder, event) = paid_unheard().await;
    let park = "insert into stripe_event (id, type, created, livemode, outcome, reason, processed_at)
                values ($1, 'checkout.session.completed', now(), false, 'parked', 'a bug of ours', now())";
    environment.tables.execute(park, &[&event]).await.unwrap();

    let list = environment.succeeds("parked list").await;
    assert!(list.rows().len() == 1 && list.out.contains("a bug of ours"), "{list:?}");
    let without_force = environment.succeeds(&format!("event replay {event} --apply")).await;
    assert!(without_force.err.contains("--force"), "{without_force:?}");
    let dry = environment.succeeds("parked requeue --all").await;
    assert!(dry.out.contains(&event));
    assert_eq!(environment.status(preorder).await, "processing");

    let done = environment.succeeds("parked requeue --all --apply").await;
    assert_eq!(done.lines(), [format!("{event}\tapplied")]);
    assert_eq!(environment.status(preorder).await, "completed");
    assert_eq!(environment.count("select count(*) from stripe_event").await, 1);
    assert_eq!(environment.count("select count(*) from stripe_event where outcome = 'applied'").await, 1);
    assert!(environment.succeeds("parked requeue --all --apply").await.lines().is_empty());
}

#[tokio::test]
async fn what_is_parked_names_preorder_reader_and_payment() {
    let environment = TestEnvironment::start().await;
    let rows = "insert into users (id, created_at, updated_at) values ('reader-1', now(), now());
                insert into stripe_subscription (id, user_id, novel_id, status, cancel_at_period_end, started, updated_at)
                values ('sub_1', 'reader-1', 7, 'active', false, true, now());
                insert into stripe_event (id, type, created, livemode, outcome, reason, processed_at, keys)
                values ('evt_1', 'invoice.paid', now(), false, 'parked', 'x', now(), '{sub_1,pi_1}'),
                       ('evt_2', 'refund.failed', now(), false, 'parked', 'y', now(),
                        '{7c9e6679-7425-40de-944b-e07fc1f90ae7,pi_2}')";
    environment.tables.batch_execute(rows).await.unwrap();
    let said = environment.succeeds("parked list").await;
    let text = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("x; reader reader-1; sub_1; pi_1"), "{said:?}");
    assert!(text.contains("y; 7c9e6679-7425-40de-944b-e07fc1f90ae7; pi_2"), "{said:?}");
}

#[tokio::test]
async fn an_event_that_stays_parked_is_reported() {
    let environment = TestEnvironment::start().await;
    let park = "insert into stripe_event (id, type, created, livemode, outcome, reason, processed_at)
                values ('evt_gone', 'invoice.paid', now(), false, 'parked', 'x', now())";
    environment.tables.execute(park, &[]).await.unwrap();
    let said = environment.ops("parked requeue evt_gone evt_other --apply").await;
    assert_eq!(said.status, 3);
    assert!(said.out.contains("Stripe does not have it") && said.err.contains("evt_other: not parked"), "{said:?}");
    assert_eq!(environment.count("select count(*) from stripe_event where outcome = 'parked'").await, 1);
}

#[tokio::test]
async fn an_event_that_stripe_does_not_have_is_an_error() {
    let environment = TestEnvironment::start().await;
    let said = environment.ops("event replay evt_never --apply").await;
    assert_eq!(said.status, 1);
    assert!(said.err.contains("Stripe does not have evt_never"), "{said:?}");
}

#[tokio::test]
async fn a_parked_event_is_dismissed_for_a_reason() {
    let environment = TestEnvironment::start().await;
    let park = "insert into stripe_event (id, type, created, livemode, outcome, reason, processed_at)
                values ('evt_1', 'invoice.paid', now(), false, 'parked', 'x', now()),
                       ('evt_2', 'invoice.paid', now(), false, 'applied', null, now())";
    environment.tables.execute(park, &[]).await.unwrap();
    let parked = "select count(*) from stripe_event where outcome = 'parked'";
    let mut line = vec!["parked", "dismiss", "evt_1", "evt_2", "--reason", "paid back by bank transfer"];
    let dry = environment.ops_with(&line).await;
    assert!(dry.status == 0 && dry.err.contains("evt_2: not parked") && dry.err.contains("1 event would"), "{dry:?}");
    assert_eq!(environment.count(parked).await, 1);
    line.push("--apply");
    environment.ops_with(&line).await;
    assert_eq!(environment.count(parked).await, 0);
    let reason = "select count(*) from stripe_event
                  where id = 'evt_1' and outcome = 'ignored' and reason = 'dismissed: paid back by bank transfer'";
    assert_eq!(environment.count(reason).await, 1);
    assert!(environment.ops_with(&line).await.err.contains("evt_1: not parked"));
    assert_eq!(environment.ops("parked dismiss evt_1 --apply").await.status, 2, "a reason must be given");
}

#[tokio::test]
async fn an_ignored_event_is_adopted_by_a_reader_that_is_there() {
    let environment = TestEnvironment::start().await;
    environment.succeeds("tiers open 7 --apply").await;
    let reader = "insert into users (id, created_at, updated_at) values ('reader-1', now(), now())";
    environment.tables.execute(reader, &[]).await.unwrap();
    let customer = environment.post("customers", &[]).await;
    let form = [
        ("amount", "500"),
        ("currency", "usd"),
        ("customer", customer["id"].as_str().unwrap()),
        ("payment_method", "pm_card_visa"),
        ("confirm", "true"),
        ("return_url", "https://example.com/"),
    ];
    environment.post("payment_intents", &form).await;
    let event = environment.event("payment_intent.succeeded");
    let ignored = environment.succeeds(&format!("event replay {event} --apply")).await;
    assert!(ignored.out.contains("ignored: not ours"), "{ignored:?}");

    for nobody in ["--reader nobody --novel 7", "--reader reader-1 --novel 8", "--reader reader-1"] {
        let said = environment.ops(&format!("event adopt {event} {nobody} --apply")).await;
        assert!(said.status == 1 || said.status == 2, "{said:?}");
    }
    let adopt = format!("event adopt {event} --reader reader-1 --novel 7");
    environment.succeeds(&adopt).await;
    let granted = "select count(*) from user_champion_subscription_record where user_id = 'reader-1' and novel_id = 7";
    assert_eq!(environment.count(granted).await, 0);
    let done = environment.succeeds(&format!("{adopt} --apply")).await;
    assert_eq!(done.lines(), [format!("{event}\tapplied")]);
    assert_eq!(environment.count(granted).await, 1);
    assert!(environment.succeeds(&format!("{adopt} --apply")).await.err.contains("Nothing to do"));
    assert_eq!(environment.count(granted).await, 1);
}

#[tokio::test]
async fn a_payment_can_not_be_adopted_by_a_preorder_that_has_none() {
    let (environment, preorder, event) = paid_unheard().await;
    let session = format!("event adopt {event} --preorder");
    let unknown = environment.ops(&format!("{session} 00000000-0000-4000-8000-000000000000 --apply")).await;
    assert!(unknown.status == 1 && unknown.err.contains("no such preorder"), "{unknown:?}");
    let charge = environment.event("payment_intent.succeeded");
    let said = environment.ops(&format!("event adopt {charge} --preorder {preorder} --apply")).await;
    assert!(said.status == 1 && said.err.contains("a preorder Checkout sessions"), "{said:?}");
    environment.succeeds(&format!("{session} {preorder} --apply")).await;
    assert_eq!(environment.status(preorder).await, "completed");
}
