//! Announcements that [`OutboxStore::unsent`](pledge_domain::ports::OutboxStore::unsent) leaves out because they don't
//! hold any more.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::{Claims, sign_in},
    ids::{OutboxId, SessionId},
    limits::Uses,
    outbox::AnnouncementKind,
    ports::{Backlog, ChampionStore, Delivery, OutboxStore, PreorderStore},
    preorder::Preorder,
    stripe::{BillingReason, Fact, SessionStep, StripeEvent},
    user::Owner,
};

use super::outbox_store::ALL;
use crate::{
    Deliver,
    builders::{
        a_new_preorder, a_session, an_open_session, champion, event, invoice, invoice_failed, invoice_paid, metadata,
        session_expired, session_of, session_paid, signed_in, tiers,
    },
    contract::Subject,
    time::t,
};

/// Stores the `n`th preorder with this address.
async fn preorder(subject: &impl Subject, n: u32, email: &str) -> Preorder {
    let new = a_new_preorder(n, email, Owner::Unknown);
    subject.store().initiate(&new).await.unwrap();
    new.preorder
}

async fn record(subject: &impl Subject, events: &[StripeEvent]) {
    for event in events {
        subject.store().deliver(event, t(100)).await.unwrap();
    }
}

fn abandoned(preorder: &Preorder) -> OutboxId {
    let (kind, session) = (AnnouncementKind::PreorderAbandoned.name(), session_of(preorder));
    OutboxId::for_key(&format!("{kind}:{}:{session}", preorder.id))
}

/// Returns whether an announcement is to be sent, and then what it says about earlier paid preorders.
async fn to_be_sent(subject: &impl Subject, id: OutboxId) -> Option<Option<bool>> {
    subject.store().unsent(&[id], t(1000)).await.unwrap().first().map(|row| row.has_paid_preorder)
}

pub async fn an_abandoned_preorder_is_told_while_nothing_is_paid<S: Subject>(subject: &S) {
    let preorder = preorder(subject, 1, "Reader@example.com").await;
    record(subject, &[session_expired("evt_1", &preorder)]).await;
    assert_eq!(to_be_sent(subject, abandoned(&preorder)).await, Some(Some(false)));
}

pub async fn a_preorder_that_is_paid_after_all_was_not_abandoned<S: Subject>(subject: &S) {
    let preorder = preorder(subject, 1, "reader@example.com").await;
    record(subject, &[session_paid("evt_1", &preorder), session_expired("evt_2", &preorder)]).await;
    assert_eq!(to_be_sent(subject, abandoned(&preorder)).await, None);
    assert_eq!(to_be_sent(subject, abandoned(&preorder)).await, None, "for good");
}

pub async fn who_paid_for_another_preorder_meanwhile_has_abandoned_nothing<S: Subject>(subject: &S) {
    let left = preorder(subject, 1, "reader@example.com").await;
    let bought = preorder(subject, 2, "READER@example.com").await;
    record(subject, &[session_expired("evt_1", &left), session_paid("evt_2", &bought)]).await;
    assert_eq!(to_be_sent(subject, abandoned(&left)).await, None);
}

pub async fn an_announcement_says_whether_its_buyer_has_paid_before<S: Subject>(subject: &S) {
    let bought = preorder(subject, 2, "reader@example.com").await;
    record(subject, &[session_paid("evt_1", &bought)]).await;
    let left = preorder(subject, 70, "reader@example.com").await;
    record(subject, &[session_expired("evt_2", &left)]).await;
    assert_eq!(to_be_sent(subject, abandoned(&left)).await, Some(Some(true)));
    let started = OutboxId::for_key(&format!("preorder_started:{}", left.id));
    assert_eq!(to_be_sent(subject, started).await, Some(Some(true)));
}

pub async fn who_went_back_to_the_checkout_has_abandoned_nothing<S: Subject>(subject: &S) {
    let preorder = preorder(subject, 1, "reader@example.com").await;
    record(subject, &[session_expired("evt_1", &preorder)]).await;
    let open = an_open_session("cs_2");
    subject.store().save_checkout(preorder.id, 2, Some(&open), &Claims::default(), t(200)).await.unwrap();
    assert_eq!(to_be_sent(subject, abandoned(&preorder)).await, None);
}

pub async fn who_left_a_recovered_page_too_is_told_of_that_one<S: Subject>(subject: &S) {
    let preorder = preorder(subject, 1, "reader@example.com").await;
    let mut copy = a_session(&preorder, SessionStep::Expired);
    copy.session = SessionId::parse("cs_copy").unwrap();
    copy.expires_at = copy.expires_at.map(|at| at + time::Duration::days(2));
    let copy = event("evt_2", "checkout.session.expired", Fact::Session(Box::new(copy)));
    record(subject, &[session_expired("evt_1", &preorder), copy]).await;
    let of_the_copy = OutboxId::for_key(&format!("preorder_abandoned:{}:cs_copy", preorder.id));
    assert_eq!(to_be_sent(subject, abandoned(&preorder)).await, None);
    assert_eq!(to_be_sent(subject, of_the_copy).await, Some(Some(false)));
}

pub async fn a_failure_is_told_until_its_invoice_is_paid<S: Subject>(subject: &S) {
    subject.open_novel(tiers()).await;
    subject.store().sign_in(&sign_in(&signed_in("ada", "ada@example.com")), &Uses::default(), t(0)).await.unwrap();
    let metadata = Some(metadata(&champion("ada"), 2, None));
    let fact = |id| invoice(id, BillingReason::SubscriptionCreate, metadata.clone(), t(60));
    let failure = OutboxId::for_key("champion_payment_failed:in_1");
    record(subject, &[invoice_failed("evt_1", fact("in_1"))]).await;
    assert_eq!(to_be_sent(subject, failure).await, Some(None));
    record(subject, &[invoice_paid("evt_2", fact("in_1"))]).await;
    assert_eq!(to_be_sent(subject, failure).await, None);
}

pub async fn what_is_superseded_waits_no_more<S: Subject>(subject: &S) {
    let preorder = preorder(subject, 1, "reader@example.com").await;
    record(subject, &[session_expired("evt_1", &preorder), session_paid("evt_2", &preorder)]).await;
    let store = subject.store();
    let waiting = store.backlog().await.unwrap().waiting;
    assert_eq!(to_be_sent(subject, abandoned(&preorder)).await, None);
    assert_eq!(store.backlog().await.unwrap().waiting, waiting - 1);
    let overdue = store.take_overdue(t(5000), t(5000), ALL).await.unwrap();
    assert!(overdue.len() == 2 && !overdue.contains(&abandoned(&preorder)), "{overdue:?}");

    // Another sender had loaded the announcement before, and has sent it.
    let deliveries: Vec<_> = overdue.into_iter().chain([abandoned(&preorder)]).map(|id| (id, Delivery::Sent)).collect();
    store.settle(&deliveries, t(6000)).await.unwrap();
    assert_eq!(store.backlog().await.unwrap(), Backlog::default());
}
