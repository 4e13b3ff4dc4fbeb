//! Steps of one reader and novel, and changes by time alone.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    champion::{
        ChampionAccount, Moment, PaymentMethod, PaymentRecord, PaymentStatus, Step, booking, roll,
        subscribe::{Attached, SubscribeDecision},
    },
    ids::SubscriptionId,
    ports::{ChampionStore, OutboxStore, Rolled},
    stripe::SubscriptionStatus,
};
use time::Duration;

use super::{DAY, account, ada, ask, attach, record};
use crate::{
    builders::{a_purchase, champion, metadata, purchase_paid},
    contract::Subject,
    time::t,
};

pub async fn what_a_step_writes_is_read_as_it_was<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let SubscribeDecision::Start(reservation) = ask(subject, &key, 2, 1).await else { panic!() };
    assert_eq!(account(subject, &key).await.payments, [*reservation.clone()]);
    assert_eq!(attach(subject, &key, reservation.id).await, Attached::Saved);
    let account = account(subject, &key).await;
    let [payment] = account.payments.as_slice() else { panic!() };
    assert_eq!(payment.subscription.as_ref().map(SubscriptionId::as_str), Some("sub_a"));
    assert_eq!(
        (payment.status(), account.subscriptions[0].status),
        (PaymentStatus::Pending, SubscriptionStatus::Incomplete)
    );
    assert_eq!((subject.support(&key).await, subject.ledger(&key).await.len()), (None, 0), "nothing is granted");
    assert_eq!(ask(subject, &key, 2, 2).await, SubscribeDecision::Resume(account.subscriptions[0].id.clone()));
}

pub async fn a_step_that_writes_nothing_changes_nothing<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    assert_eq!(ask(subject, &champion("ada"), 2, 1).await, ask(subject, &key, 2, 2).await);
    let payments = subject.store().step(&key, t(1), |account| Step::only(account.payments.len())).await.unwrap();
    assert_eq!(payments, 1);
}

pub async fn any_providers_payment_is_booked_in_the_same_ledger<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let paid = PaymentRecord { method: PaymentMethod::PayPal, paid_at: Some(t(0)), ..a_purchase(1, t(0)) };
    for expected in [true, false] {
        let step = |account| booking::step(account, paid.clone());
        assert_eq!(subject.store().step(&key, t(1), step).await.unwrap(), expected);
    }
    let support = subject.support(&key).await.unwrap();
    assert_eq!((support.method, support.period.end), (PaymentMethod::PayPal, t(0) + Duration::days(30)));
    assert_eq!(subject.ledger(&key).await.len(), 1);
    assert_eq!(subject.store().backlog().await.unwrap().waiting, 1);
}

/// Checks that the roll writes changes by time alone, once for each row that is due.
pub async fn a_roll_computes_what_is_due_and_nothing_else<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    record(subject, &purchase_paid("evt_1", "pi_1", Some(metadata(&key, 2, None)), t(0))).await;
    let (end, sure) = (t(30 * DAY), t(33 * DAY));
    assert_eq!(subject.support(&key).await.unwrap().next_change_at, Some(end));

    let at = |now| move |account: ChampionAccount| roll::roll(account.at(Moment::new(now)));
    let before = end - Duration::seconds(1);
    assert_eq!(subject.store().roll(before, 10, at(before)).await.unwrap(), Rolled::default());
    assert_eq!(subject.store().roll(end, 0, at(end)).await.unwrap().rows, 0);
    let rolled = subject.store().roll(end, 10, at(end)).await.unwrap();
    assert_eq!((rolled.rows, rolled.announcements.len()), (1, 0));
    let support = subject.support(&key).await.unwrap();
    assert_eq!((support.tier, support.tier_until, support.is_active), (None, None, false));
    assert_eq!((support.period.start, support.period.end, support.next_change_at), (t(0), end, Some(sure)));

    let rolled = subject.store().roll(sure, 10, at(sure)).await.unwrap();
    let told = subject.store().unsent(&rolled.announcements, sure).await.unwrap();
    let keys: Vec<_> = told.into_iter().map(|row| row.entry.key).collect();
    assert_eq!(keys, [format!("champion_ended:ada:7:{}", end.unix_timestamp())]);
    assert_eq!(subject.support(&key).await.unwrap().next_change_at, None);
    assert_eq!(subject.store().roll(sure, 10, at(sure)).await.unwrap().rows, 0);
}
