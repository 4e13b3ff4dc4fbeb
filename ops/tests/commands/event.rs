use pledge_stand_ins::stripe::Payment;

use crate::environment::TestEnvironment;

/// A preorder that was paid while no webhook arrived, and the event that should have.
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
    assert!(list.lines().len() == 1 && list.out.contains("a bug of ours"), "{list:?}");
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
