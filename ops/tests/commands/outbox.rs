use pledge_domain::{
    ids::OutboxId,
    ports::{Delivery, OutboxStore},
};
use pledge_testkit::time::t;

use crate::environment::TestEnvironment;

/// Starts an environment with three announcements: one sent, one parked, one waiting.
async fn environment() -> (TestEnvironment, [OutboxId; 3]) {
    let environment = TestEnvironment::start().await;
    for n in 1..=3 {
        environment.preorder(n).await;
    }
    let rows = environment.tables.query("select id from outbox order by created_at", &[]).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| OutboxId::from_uuid(row.get(0))).collect();
    let deliveries =
        [(ids[0], Delivery::Sent), (ids[1], Delivery::Parked { reason: "400; invalid Invalid input.".to_owned() })];
    environment.store.settle(&deliveries, t(20)).await.unwrap();
    (environment, [ids[0], ids[1], ids[2]])
}

#[tokio::test]
async fn rows_are_listed_by_state_and_without_personal_data() {
    let (environment, [_, parked, waiting]) = environment().await;
    let all = environment.succeeds("outbox list").await;
    assert_eq!(all.rows().len(), 2, "{all:?}");
    assert!(!all.out.contains("@"), "{all:?}");
    let only_parked = environment.succeeds("outbox list --state parked").await;
    assert!(only_parked.out.contains(&parked.to_string()) && only_parked.out.contains("Invalid input."));
    let only_waiting = environment.succeeds("outbox list --state waiting").await;
    assert!(only_waiting.out.contains(&waiting.to_string()) && !only_waiting.out.contains(&parked.to_string()));
}

#[tokio::test]
async fn a_parked_row_is_queued_again() {
    let (environment, [_, parked, _]) = environment().await;
    environment.succeeds("outbox requeue --all").await;
    assert!(
        environment.sqs.queue.sent().is_empty() && environment.store.unsent(&[parked], t(30)).await.unwrap().is_empty()
    );

    environment.succeeds("outbox requeue --all --apply").await;
    let sent = environment.sqs.queue.sent();
    assert!(sent.len() == 1 && sent[0].contains(&parked.to_string()), "{sent:?}");
    assert_eq!(environment.store.unsent(&[parked], t(30)).await.unwrap().len(), 1, "the sender takes it now");

    let again = environment.succeeds("outbox requeue --all --apply").await;
    assert!(again.err.contains("Nothing to do"), "{again:?}");
    assert_eq!(environment.sqs.queue.sent().len(), 1);
}

#[tokio::test]
async fn a_sent_row_is_left_alone_and_an_unknown_one_named() {
    let (environment, [sent, _, waiting]) = environment().await;
    let unknown = "00000000-0000-4000-8000-000000000000";
    let said = environment.succeeds(&format!("outbox requeue {sent} {waiting} {unknown} --apply")).await;
    assert!(said.err.contains(&format!("{unknown}: there is no such row")), "{said:?}");
    let queued = environment.sqs.queue.sent();
    assert!(queued.len() == 1 && queued[0].contains(&waiting.to_string()), "{queued:?}");
}

#[tokio::test]
async fn a_bad_address_is_corrected_and_its_row_sent_again() {
    let (environment, [sent, parked, _]) = environment().await;
    let edit = |correction: &str| format!("outbox edit {parked} {sent} {correction}");
    let payload = "select payload from outbox where id = $1";
    let profile = || async {
        let row = environment.tables.query_one(payload, &[&parked.as_uuid()]).await.unwrap();
        row.get::<_, serde_json::Value>(0)["profile"].clone()
    };
    let before = profile().await;
    let dry = environment.succeeds(&edit("--email right@example.com --no-phone")).await;
    assert!(dry.rows().len() == 1 && dry.err.contains("1 row would be corrected"), "{dry:?}");
    assert!(
        !dry.out.contains('@') && dry.err.contains(&format!("{sent}: there is no such row that is still")),
        "{dry:?}"
    );
    assert_eq!(profile().await, before);

    environment.succeeds(&edit("--email right@example.com --no-phone --apply")).await;
    assert_eq!(profile().await["email"], "right@example.com");
    assert_eq!(profile().await["phone_number"], serde_json::Value::Null);
    assert_eq!(environment.store.unsent(&[parked], t(30)).await.unwrap().len(), 1, "the sender takes it now");
    assert!(environment.sqs.queue.sent()[0].contains(&parked.to_string()));

    let again = environment.succeeds(&edit("--email right@example.com --no-phone --apply")).await;
    assert!(again.err.contains("says so already") && environment.sqs.queue.sent().len() == 1, "{again:?}");
    environment.succeeds(&edit("--phone +85251234567 --apply")).await;
    assert_eq!(profile().await["phone_number"], "+85251234567");
    for wrong in ["", "--phone 51234567", "--email nobody", "--no-phone --phone +85251234567"] {
        assert_eq!(environment.ops(&edit(wrong)).await.status, 2, "{wrong:?}");
    }
}
