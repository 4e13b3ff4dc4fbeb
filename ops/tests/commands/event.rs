use pledge_stand_ins::stripe::Payment;

use crate::world::World;

/// A preorder that was paid while no webhook arrived, and the event that should have.
async fn paid_unheard() -> (World, pledge_domain::ids::PreorderId, String) {
    let world = World::start().await;
    let (preorder, session) = world.preorder_in_checkout(1).await;
    world.stand_in.pay_session(session.as_str(), Payment::by_card());
    let event = world.event("checkout.session.completed");
    (world, preorder.id, event)
}

#[tokio::test]
async fn an_event_is_replayed_once() {
    let (world, preorder, event) = paid_unheard().await;
    let dry = world.succeeds(&format!("event replay {event}")).await;
    assert!(dry.out.contains("checkout.session.completed"), "{dry:?}");
    assert_eq!(world.status(preorder).await, "processing");

    let done = world.succeeds(&format!("event replay {event} --apply")).await;
    assert_eq!(done.lines(), [format!("{event}\tapplied")]);
    assert_eq!(world.status(preorder).await, "completed");
    assert_eq!(world.sqs.queue.sent().len(), 1, "the sender hears of preorder_success");

    for again in [format!("event replay {event} --apply"), format!("event replay {event} --force --apply")] {
        let again = world.succeeds(&again).await;
        assert!(again.out.contains("recorded before as applied"), "{again:?}");
    }
    assert_eq!(world.sqs.queue.sent().len(), 1);
}

#[tokio::test]
async fn a_parked_event_is_decided_anew_and_its_row_replaced() {
    let (world, preorder, event) = paid_unheard().await;
    let park = "insert into stripe_event (id, type, created, livemode, outcome, reason, processed_at)
                values ($1, 'checkout.session.completed', now(), false, 'parked', 'a bug of ours', now())";
    world.tables.execute(park, &[&event]).await.unwrap();

    let list = world.succeeds("parked list").await;
    assert!(list.lines().len() == 1 && list.out.contains("a bug of ours"), "{list:?}");
    let without_force = world.succeeds(&format!("event replay {event} --apply")).await;
    assert!(without_force.err.contains("--force"), "{without_force:?}");
    let dry = world.succeeds("parked requeue --all").await;
    assert!(dry.out.contains(&event));
    assert_eq!(world.status(preorder).await, "processing");

    let done = world.succeeds("parked requeue --all --apply").await;
    assert_eq!(done.lines(), [format!("{event}\tapplied")]);
    assert_eq!(world.status(preorder).await, "completed");
    assert_eq!(world.count("select count(*) from stripe_event").await, 1);
    assert_eq!(world.count("select count(*) from stripe_event where outcome = 'applied'").await, 1);
    assert!(world.succeeds("parked requeue --all --apply").await.lines().is_empty());
}

#[tokio::test]
async fn an_event_that_stays_parked_is_reported() {
    let world = World::start().await;
    let park = "insert into stripe_event (id, type, created, livemode, outcome, reason, processed_at)
                values ('evt_gone', 'invoice.paid', now(), false, 'parked', 'x', now())";
    world.tables.execute(park, &[]).await.unwrap();
    let said = world.ops("parked requeue evt_gone evt_other --apply").await;
    assert_eq!(said.status, 3);
    assert!(said.out.contains("Stripe does not have it") && said.err.contains("evt_other: not parked"), "{said:?}");
    assert_eq!(world.count("select count(*) from stripe_event where outcome = 'parked'").await, 1);
}

#[tokio::test]
async fn an_event_that_stripe_does_not_have_is_an_error() {
    let world = World::start().await;
    let said = world.ops("event replay evt_never --apply").await;
    assert_eq!(said.status, 1);
    assert!(said.err.contains("Stripe does not have evt_never"), "{said:?}");
}
