//! The contract of [`OutboxStore`](pledge_domain::ports::OutboxStore).
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    decide::Recorded,
    ids::OutboxId,
    ports::{Backlog, Delivery, OutboxStore, PreorderStore},
    user::Owner,
};

use crate::{
    Deliver,
    builders::{a_new_preorder, a_preorder, preorder_id, session_paid},
    contract::Subject,
    time::t,
};

/// A limit above the number of rows.
pub(super) const ALL: i64 = 100;

/// Writes the `n`th row, a `preorder_started` made at [`t`]`(n)`.
async fn row(subject: &impl Subject, n: u32) -> OutboxId {
    let new = a_new_preorder(n, &format!("reader-{n}@example.com"), Owner::Unknown);
    subject.store().initiate(&new).await.unwrap();
    new.started.id
}

async fn settle(subject: &impl Subject, id: OutboxId, delivery: Delivery) {
    subject.store().settle(&[(id, delivery)], t(1000)).await.unwrap();
}

/// Returns how often sending a row has failed; none if the row isn't unsent.
async fn attempts(subject: &impl Subject, id: OutboxId) -> Option<i32> {
    subject.store().unsent(&[id], t(1000)).await.unwrap().first().map(|row| row.attempts)
}

fn parked() -> Delivery {
    Delivery::Parked { reason: "400 invalid".into() }
}

fn failed() -> Delivery {
    Delivery::Failed { reason: "503".into() }
}

pub async fn an_unsent_row_is_read_as_it_was_written<S: Subject>(subject: &S) {
    let new = a_new_preorder(1, "Reader@example.com", Owner::Unknown);
    subject.store().initiate(&new).await.unwrap();
    row(subject, 2).await;
    let nowhere = OutboxId::for_key("nowhere");
    let found = subject.store().unsent(&[new.started.id, nowhere], t(1000)).await.unwrap();
    assert_eq!(found.into_iter().map(|row| (row.entry, row.attempts)).collect::<Vec<_>>(), [(new.started, 0)]);
    assert_eq!(subject.store().unsent(&[], t(1000)).await.unwrap(), []);
}

pub async fn what_is_sent_or_parked_is_not_unsent<S: Subject>(subject: &S) {
    let ids = [row(subject, 1).await, row(subject, 2).await, row(subject, 3).await];
    subject.store().settle(&[(ids[0], Delivery::Sent), (ids[1], parked())], t(1000)).await.unwrap();
    let unsent = subject.store().unsent(&ids, t(1000)).await.unwrap();
    assert_eq!(unsent.iter().map(|row| row.entry.id).collect::<Vec<_>>(), [ids[2]]);
}

pub async fn a_failure_counts_and_the_row_stays_unsent<S: Subject>(subject: &S) {
    let id = row(subject, 1).await;
    for expected in [1, 2] {
        settle(subject, id, failed()).await;
        assert_eq!(attempts(subject, id).await, Some(expected));
    }
}

pub async fn a_pause_that_one_sender_was_told_holds_for_all_until_it_is_over<S: Subject>(subject: &S) {
    let [first, second] = [row(subject, 1).await, row(subject, 2).await];
    let delayed = Delivery::Delayed { reason: "429".to_owned(), until: t(1030) };
    subject.store().settle(&[(first, delayed)], t(1000)).await.unwrap();
    let paused = async |id, at| subject.store().unsent(&[id], t(at)).await.unwrap()[0].paused_until;
    assert_eq!((paused(second, 1029).await, paused(second, 1030).await), (Some(t(1030)), None));
    subject.store().settle(&[(first, Delivery::Sent)], t(1031)).await.unwrap();
    assert_eq!(paused(second, 1029).await, None, "who was refused has been taken");
}

pub async fn a_sent_row_stays_sent<S: Subject>(subject: &S) {
    let id = row(subject, 1).await;
    for delivery in [Delivery::Sent, failed(), parked(), Delivery::Sent] {
        settle(subject, id, delivery).await;
        assert_eq!(attempts(subject, id).await, None);
    }
    assert_eq!(subject.store().backlog().await.unwrap(), Backlog::default());
}

pub async fn a_parked_row_can_still_be_sent<S: Subject>(subject: &S) {
    let id = row(subject, 1).await;
    settle(subject, id, parked()).await;
    settle(subject, id, failed()).await;
    assert_eq!(subject.store().backlog().await.unwrap().parked, 1, "a late failure doesn't unpark");
    settle(subject, id, Delivery::Sent).await;
    assert_eq!(subject.store().backlog().await.unwrap(), Backlog::default());
}

pub async fn of_two_outcomes_in_one_call_sent_wins<S: Subject>(subject: &S) {
    let (id, other) = (row(subject, 1).await, row(subject, 2).await);
    let deliveries = [(id, failed()), (id, Delivery::Sent), (other, Delivery::Sent), (other, parked())];
    subject.store().settle(&deliveries, t(1000)).await.unwrap();
    assert_eq!(subject.store().backlog().await.unwrap(), Backlog::default());
}

pub async fn a_sent_success_is_noted_on_the_preorder<S: Subject>(subject: &S) {
    let preorder = a_preorder(1);
    let recorded = subject.store().deliver(&session_paid("evt_1", &preorder), t(60)).await.unwrap();
    let Recorded::Now { announcements, .. } = recorded else { panic!("{recorded:?}") };
    for (delivery, expected) in [(failed(), None), (parked(), None), (Delivery::Sent, Some(t(1000)))] {
        settle(subject, announcements[0].id, delivery).await;
        assert_eq!(subject.success_sent_at(preorder.id).await, expected);
    }
    subject.store().settle(&[(announcements[0].id, Delivery::Sent)], t(2000)).await.unwrap();
    assert_eq!(subject.success_sent_at(preorder.id).await, Some(t(1000)), "once");
}

pub async fn no_other_metric_is_noted_on_the_preorder<S: Subject>(subject: &S) {
    let id = row(subject, 1).await;
    settle(subject, id, Delivery::Sent).await;
    assert_eq!(subject.success_sent_at(preorder_id(1)).await, None);
}

pub async fn settling_nothing_succeeds<S: Subject>(subject: &S) {
    subject.store().settle(&[], t(1000)).await.unwrap();
    settle(subject, OutboxId::for_key("nowhere"), Delivery::Sent).await;
}

pub async fn overdue_rows_are_taken_oldest_first_and_once<S: Subject>(subject: &S) {
    let (third, first, second) = (row(subject, 30).await, row(subject, 10).await, row(subject, 20).await);
    let young = row(subject, 40).await;
    let store = subject.store();
    assert_eq!(store.take_overdue(t(40), t(100), 2).await.unwrap(), [first, second]);
    assert_eq!(store.take_overdue(t(40), t(100), ALL).await.unwrap(), [third]);
    assert_eq!(store.take_overdue(t(40), t(100), ALL).await.unwrap(), []);
    assert_eq!(store.take_overdue(t(41), t(100), ALL).await.unwrap(), [young]);
}

pub async fn a_taken_row_is_overdue_again_later<S: Subject>(subject: &S) {
    let id = row(subject, 1).await;
    let store = subject.store();
    assert_eq!(store.take_overdue(t(50), t(100), ALL).await.unwrap(), [id]);
    assert_eq!(store.take_overdue(t(100), t(200), ALL).await.unwrap(), [], "queued at 100");
    assert_eq!(store.take_overdue(t(101), t(200), ALL).await.unwrap(), [id]);
}

pub async fn what_is_sent_or_parked_is_never_overdue<S: Subject>(subject: &S) {
    let (sent, waits) = (row(subject, 1).await, row(subject, 2).await);
    settle(subject, sent, Delivery::Sent).await;
    settle(subject, waits, parked()).await;
    assert_eq!(subject.store().take_overdue(t(5000), t(5000), ALL).await.unwrap(), []);
}

pub async fn the_backlog_counts_what_waits_and_what_is_parked<S: Subject>(subject: &S) {
    assert_eq!(subject.store().backlog().await.unwrap(), Backlog::default());
    let (sent, second, third) = (row(subject, 1).await, row(subject, 2).await, row(subject, 3).await);
    row(subject, 4).await;
    settle(subject, sent, Delivery::Sent).await;
    settle(subject, second, parked()).await;
    settle(subject, third, failed()).await;
    let backlog = subject.store().backlog().await.unwrap();
    assert_eq!(backlog, Backlog { waiting: 2, oldest: Some(t(3)), parked: 1 });
}
