use pledge_domain::{
    ids::OutboxId,
    ports::{Delivery, OutboxStore},
};
use pledge_queue::Message;
use pledge_testkit::time::t;

use crate::environment::TestEnvironment;

/// Starts an environment whose dead-letter queue has a message about a sent row, one about each of the waiting rows, and an
/// unreadable one. Returns the rows.
async fn environment() -> (TestEnvironment, Vec<OutboxId>) {
    let environment = TestEnvironment::start().await;
    for n in 1..=13 {
        environment.preorder(n).await;
    }
    let rows = environment.tables.query("select id from outbox order by created_at", &[]).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| OutboxId::from_uuid(row.get(0))).collect();
    environment.store.settle(&[(ids[0], Delivery::Sent)], t(20)).await.unwrap();
    let failed = Delivery::Failed { reason: "503".to_owned() };
    environment.store.settle(&[(ids[1], failed)], t(20)).await.unwrap();
    environment.sqs.queue.put_dead(ids.iter().map(|id| Message::new(vec![*id]).to_body().unwrap()));
    environment.sqs.queue.put_dead(["{}".to_owned()]);
    (environment, ids)
}

#[tokio::test]
async fn every_message_is_shown_with_what_became_of_its_rows() {
    let (environment, ids) = environment().await;
    let said = environment.succeeds("dlq list").await;
    let rows = said.rows();
    assert_eq!(rows.len(), 14, "{said:?}");
    assert!(rows[0].contains(" sent ") && rows[0].contains(&ids[0].to_string()), "{rows:?}");
    assert!(rows[1].contains(" waiting ") && rows[1].ends_with(": 503"), "{rows:?}");
    assert!(rows[13].contains("can't be read"), "{rows:?}");
    assert_eq!(environment.sqs.queue.dead().len(), 14, "nothing is taken out");
    assert!(environment.sqs.queue.sent().is_empty());
}

#[tokio::test]
async fn what_was_looked_at_can_be_looked_at_again_and_what_is_hidden_is_counted() {
    let (environment, _) = environment().await;
    for command in ["dlq list", "dlq redrive", "dlq list"] {
        assert_eq!(environment.succeeds(command).await.rows().len(), 14, "{command}");
    }
    environment.sqs.queue.hide_dead();
    let said = environment.succeeds("dlq list").await;
    assert!(said.err.contains("0 messages are in the dead-letter queue, and about 14 more"), "{said:?}");
    let said = environment.succeeds("dlq redrive").await;
    assert!(said.err.contains("and about 14 more") && said.err.contains("repeat this in a minute"), "{said:?}");
}

#[tokio::test]
async fn what_waits_goes_back_and_what_is_settled_goes_away() {
    let (environment, ids) = environment().await;
    environment.succeeds("dlq redrive").await;
    assert!(environment.sqs.queue.dead().len() == 14 && environment.sqs.queue.sent().is_empty());

    let done = environment.ops("dlq redrive --apply").await;
    assert_eq!(done.status, 3, "one message can't be read: {done:?}");
    let sent = environment.sqs.queue.sent().concat();
    assert!(!sent.contains(&ids[0].to_string()));
    assert!(ids[1..].iter().all(|id| sent.contains(&id.to_string())));
    assert_eq!(environment.sqs.queue.dead(), ["m-13"]);

    environment.succeeds("dlq redrive --discard-unreadable --apply").await;
    assert!(environment.sqs.queue.dead().is_empty());
    assert_eq!(environment.sqs.queue.sent().len(), 12);
}
