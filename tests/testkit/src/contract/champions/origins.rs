//! Events that don't say plainly whose they are.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    champion::{Moment, PaymentRecord, Period},
    decide::{Outcome, Recorded, decide},
    ids::{CustomerId, PriceId},
    ports::{ChampionStore, KnownEvent, StripeEventStore},
    stripe::{
        Adopter, BillingReason::*, Fact, InvoiceFact, InvoiceLine, StripeEvent, SubscriptionFact, SubscriptionItem,
        SubscriptionStatus,
    },
};
use time::Duration;

use super::{DAY, account, ada, record};
use crate::{
    Deliver,
    builders::{
        a_purchase, an_intent, champion, invoice, invoice_failed, invoice_paid, level, metadata, payment_record_id,
        purchase_paid, subscription_changed, tiers,
    },
    contract::Subject,
    time::t,
};

pub async fn what_is_not_ours_is_ignored_and_recorded<S: Subject>(subject: &S) {
    ada(subject).await;
    let foreign = [
        invoice_paid("evt_1", invoice("in_1", SubscriptionCreate, None, t(0))),
        invoice_failed("evt_2", invoice("in_1", SubscriptionCreate, None, t(0))),
        subscription_changed("evt_3", SubscriptionStatus::Active, false, None, t(0)),
        purchase_paid("evt_4", "pi_1", None, t(0)),
    ];
    for event in foreign {
        assert!(matches!(record(subject, &event).await, (Outcome::Ignored { .. }, keys) if keys.is_empty()));
        assert_eq!(subject.store().deliver(&event, t(101)).await.unwrap(), Recorded::Before);
    }
}

/// Returns a subscription that somebody made in Stripe's dashboard, without our metadata.
fn unmarked(id: &str, customer: &str, price: &str) -> StripeEvent {
    let event = subscription_changed(id, SubscriptionStatus::Active, false, None, t(0));
    let Fact::SubscriptionChanged(fact) = event.fact else { panic!() };
    let item = SubscriptionItem { price: PriceId::parse(price).ok(), period: None };
    let customer = CustomerId::parse(customer).ok();
    StripeEvent {
        fact: Fact::SubscriptionChanged(Box::new(SubscriptionFact { customer, items: vec![item], ..*fact })),
        ..event
    }
}

pub async fn what_nobody_marked_is_placed_if_it_leads_to_one_reader_and_novel<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let (customer, price) = (CustomerId::parse("cus_a").unwrap(), PriceId::parse("price_1").unwrap());
    subject.store().save_customer(&key.user, &customer).await.unwrap();
    subject.store().save_price(&tiers()[1], &price, t(1)).await.unwrap();
    let foreign = record(subject, &unmarked("evt_1", "cus_x", "price_x")).await;
    assert!(matches!(foreign, (Outcome::Ignored { .. }, keys) if keys.is_empty()));
    for (id, customer, price) in [("evt_2", "cus_a", "price_x"), ("evt_3", "cus_x", "price_1")] {
        let parked = record(subject, &unmarked(id, customer, price)).await;
        assert!(matches!(parked, (Outcome::Parked { .. }, keys) if keys.is_empty()), "{id}");
    }
    assert_eq!(account(subject, &key).await.subscriptions, []);

    // The order of the subscription's events makes no difference.
    let lines = vec![InvoiceLine {
        price: Some(price.clone()),
        period: Some(Period { start: t(0), end: t(31 * DAY) }),
        is_proration: false,
        is_credit: false,
    }];
    let fact = InvoiceFact { lines, price: Some(price), ..invoice("in_1", SubscriptionCreate, None, t(0)) };
    assert_eq!(record(subject, &invoice_paid("evt_4", fact)).await.0, Outcome::Applied);
    assert_eq!(record(subject, &unmarked("evt_5", "cus_a", "price_1")).await.0, Outcome::Applied);
    assert_eq!(subject.support(&key).await.unwrap().tier, Some(level(2)));
    assert_eq!(account(subject, &key).await.subscriptions.len(), 1);
}

pub async fn an_operator_can_say_whose_it_is<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let event = unmarked("evt_1", "cus_x", "price_x");
    assert!(matches!(record(subject, &event).await.0, Outcome::Ignored { .. }));
    let adopted = event.adopted(&Adopter::Champion(key.clone())).unwrap();
    let moment = Moment { now: t(100), renewal_grace: Duration::hours(24) };
    let decide = |snapshot| decide(snapshot, &adopted, moment);
    let recorded = subject.store().record(&adopted, KnownEvent::DecidedAnew, t(100), decide).await.unwrap();
    assert!(matches!(recorded, Recorded::Now { outcome: Outcome::Applied, .. }), "{recorded:?}");
    assert_eq!(account(subject, &key).await.subscriptions.len(), 1);
}

pub async fn a_payment_of_an_unknown_reader_is_kept<S: Subject>(subject: &S) {
    let key = champion("unknown");
    let data = Some(metadata(&key, 2, Some(payment_record_id(1))));
    let paid = invoice_paid("evt_1", invoice("in_1", SubscriptionCreate, data, t(0)));
    assert_eq!(record(subject, &paid).await, (Outcome::Applied, vec![]), "nobody to tell of it");
    assert!(subject.user(&key.user).await.is_some());
    assert_eq!(subject.support(&key).await.unwrap().tier, Some(level(2)));
}

pub async fn an_old_purchase_is_found_by_its_description<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let old = PaymentRecord { description: Some("Champion pi_old".into()), ..a_purchase(1, t(0)) };
    subject.put_payment(&key, &old).await;
    let (_, keys) = record(subject, &purchase_paid("evt_1", "pi_old", None, t(5))).await;
    assert_eq!(keys, ["champion_extended:pi_old"]);
    let [payment] = account(subject, &key).await.payments.try_into().unwrap();
    assert_eq!((payment.id, payment.payment_intent, payment.paid_at), (old.id, Some(an_intent("pi_old")), Some(t(5))));
}
