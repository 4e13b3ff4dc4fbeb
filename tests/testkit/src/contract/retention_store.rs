//! The contract of [`RetentionStore`](pledge_domain::ports::RetentionStore).
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    ids::OutboxId,
    ports::{Delivery, OutboxStore, PreorderStore, RetentionStore},
    preorder::Preorder,
    retention::{Cleared, Cutoffs},
    user::Owner,
};

use crate::{
    Deliver,
    builders::{a_new_preorder, session_expired, session_failed_later, session_paid, session_unpaid},
    contract::Subject,
    time::t,
};

async fn a_preorder_of<S: Subject>(subject: &S, n: u32) -> (Preorder, OutboxId) {
    let new = a_new_preorder(n, &format!("reader-{n}@example.com"), Owner::Unknown);
    (subject.store().initiate(&new).await.unwrap(), new.started.id)
}

pub async fn a_preorder_that_nobody_paid_goes_and_one_that_is_paid_stays<S: Subject>(subject: &S) {
    let store = subject.store();
    let (unpaid, row) = a_preorder_of(subject, 1).await;
    let (paid, _) = a_preorder_of(subject, 2).await;
    store.deliver(&session_paid("evt_1", &paid), t(100)).await.unwrap();
    let cutoffs = Cutoffs { unpaid_preorders: Some(t(1000)), ..Cutoffs::default() };
    let one = Cleared { unpaid_preorders: 1, ..Cleared::default() };
    assert_eq!(store.clear_out(&cutoffs, 10, t(2000)).await.unwrap(), one);
    assert_eq!(store.find(unpaid.id).await.unwrap(), None);
    assert!(store.find(paid.id).await.unwrap().is_some());
    assert_eq!(store.unsent(&[row], t(2000)).await.unwrap(), [], "nobody is told of it any more");
    assert_eq!(store.clear_out(&cutoffs, 10, t(2000)).await.unwrap(), Cleared::default());
}

pub async fn a_preorder_whose_payment_is_on_its_way_stays<S: Subject>(subject: &S) {
    let store = subject.store();
    let (preorder, _) = a_preorder_of(subject, 1).await;
    store.deliver(&session_unpaid("evt_1", &preorder), t(100)).await.unwrap();
    let cutoffs = Cutoffs { unpaid_preorders: Some(t(1_000_000)), ..Cutoffs::default() };
    assert_eq!(store.clear_out(&cutoffs, 10, t(1_000_000)).await.unwrap(), Cleared::default());
    assert!(store.find(preorder.id).await.unwrap().is_some());
}

pub async fn a_preorder_whose_page_was_open_until_lately_stays<S: Subject>(subject: &S) {
    let store = subject.store();
    let end = t(86_400);
    let (expired, _) = a_preorder_of(subject, 1).await;
    store.deliver(&session_expired("evt_1", &expired), end).await.unwrap();
    let (failed, _) = a_preorder_of(subject, 2).await;
    store.deliver(&session_failed_later("evt_2", &failed), end).await.unwrap();
    let clear_out_before = |cutoff| {
        let cutoffs = Cutoffs { unpaid_preorders: Some(cutoff), ..Cutoffs::default() };
        async move { store.clear_out(&cutoffs, 10, t(10_000_000)).await.unwrap().unpaid_preorders }
    };
    assert_eq!(clear_out_before(end).await, 0, "the link of an expired page works on");
    assert!(store.find(expired.id).await.unwrap().is_some());
    assert_eq!(clear_out_before(end + time::Duration::seconds(1)).await, 2);
}

pub async fn what_was_told_goes_in_batches_and_what_waits_stays<S: Subject>(subject: &S) {
    let store = subject.store();
    let mut rows = Vec::new();
    for n in 1..=4 {
        rows.push(a_preorder_of(subject, n).await.1);
    }
    let sent: Vec<_> = rows[..3].iter().map(|row| (*row, Delivery::Sent)).collect();
    store.settle(&sent, t(50)).await.unwrap();
    let cutoffs = Cutoffs { sent_payloads: Some(t(100)), ..Cutoffs::default() };
    let mut batches = Vec::new();
    for _ in 0..3 {
        batches.push(store.clear_out(&cutoffs, 2, t(200)).await.unwrap());
    }
    assert_eq!(batches, [2, 1, 0].map(|sent_payloads| Cleared { sent_payloads, ..Cleared::default() }));
    assert_eq!(store.unsent(&rows, t(200)).await.unwrap().len(), 1, "what waits is still to be told");
}

pub async fn what_was_refused_is_left_out_for_good<S: Subject>(subject: &S) {
    let store = subject.store();
    let (_, row) = a_preorder_of(subject, 1).await;
    store.settle(&[(row, Delivery::Parked { reason: "400".to_owned() })], t(50)).await.unwrap();
    let cutoffs = Cutoffs { parked_payloads: Some(t(40)), ..Cutoffs::default() };
    assert_eq!(store.clear_out(&cutoffs, 10, t(200)).await.unwrap(), Cleared::default());
    let cutoffs = Cutoffs { parked_payloads: Some(t(60)), ..Cutoffs::default() };
    let one = Cleared { parked_payloads: 1, ..Cleared::default() };
    assert_eq!(store.clear_out(&cutoffs, 10, t(200)).await.unwrap(), one);
    assert_eq!(store.backlog().await.unwrap().parked, 0);
}
