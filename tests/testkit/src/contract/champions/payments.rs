//! Payments and subscriptions in events, from the first invoice to the refund.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    champion::{LineKind, PaymentKind, PaymentRecord, PaymentStatus, Period, subscribe::SubscribeDecision},
    decide::Outcome,
    ids::{CustomerId, InvoiceId, PriceId, SubscriptionId},
    ports::{ChampionStore, RefundedSubscription},
    stripe::{
        BillingReason::*, Fact, InvoiceFact, InvoiceLine, SubscriptionFact, SubscriptionItem, SubscriptionStatus,
    },
};
use time::Duration;

use super::{DAY, account, ada, ask, attach, record};
use crate::{
    builders::{
        a_purchase, an_intent, champion, intent_disputed, intent_refunded, invoice, invoice_failed, invoice_linked,
        invoice_paid, level, metadata, payment_record_id, purchase_paid, subscription_changed, tiers,
    },
    contract::{LedgerRow, Subject},
    time::t,
};

/// Checks the columns that a new subscription fills, one by one.
pub async fn a_new_subscription_fills_every_column<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let SubscribeDecision::Start(reservation) = ask(subject, &key, 2, 1).await else { panic!() };
    attach(subject, &key, reservation.id).await;
    let fact = invoice("in_1", SubscriptionCreate, Some(metadata(&key, 2, Some(reservation.id))), t(60));
    let (_, keys) = record(subject, &invoice_paid("evt_1", fact.clone())).await;
    assert_eq!(keys, ["champion_started:in_1"]);
    let (outcome, keys) = record(subject, &invoice_paid("evt_2", fact)).await;
    assert_eq!((outcome, keys.len()), (Outcome::Ignored { reason: "known already" }, 0));
    record(subject, &invoice_linked("evt_3", "in_1", "pi_1")).await;

    let (sub, customer) = (SubscriptionId::parse("sub_a").unwrap(), CustomerId::parse("cus_a").unwrap());
    let support = subject.support(&key).await.unwrap();
    assert_eq!((support.subscription.as_ref(), support.customer.as_ref()), (Some(&sub), Some(&customer)));
    assert_eq!((support.tier, support.period.start, support.period.end), (Some(level(2)), t(60), t(60 + 31 * DAY)));
    assert!(support.is_active && support.auto_renew && !support.cancel_at_period_end);
    let row = LedgerRow {
        kind: "new".into(),
        tier: 2,
        days: 31,
        payment_status: "completed".into(),
        subscription: Some(sub.clone()),
        payment_intent: Some(an_intent("pi_1")),
        customer: Some(customer.clone()),
        extends: false,
    };
    assert_eq!(subject.ledger(&key).await, [row]);
    let [payment] = account(subject, &key).await.payments.try_into().unwrap();
    assert_eq!((payment.id, payment.status()), (reservation.id, PaymentStatus::Completed));
    assert_eq!((payment.subscription, payment.customer), (Some(sub), Some(customer)));
    assert_eq!((payment.payment_intent, payment.invoice.unwrap().as_str()), (Some(an_intent("pi_1")), "in_1"));
}

/// Checks that a renewal makes no subscription and extends the end, and that its row names the subscription and not the
/// invoice.
pub async fn a_renewal_extends_and_names_its_subscription<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let data = Some(metadata(&key, 2, Some(payment_record_id(1))));
    record(subject, &invoice_paid("evt_1", invoice("in_1", SubscriptionCreate, data.clone(), t(0)))).await;
    let failed = invoice("in_2", SubscriptionCycle, data.clone(), t(31 * DAY));
    let (_, keys) = record(subject, &invoice_failed("evt_2", failed)).await;
    assert_eq!(keys, ["champion_payment_failed:in_2"]);
    assert_eq!(subject.support(&key).await.unwrap().period.end, t(31 * DAY));
    let renewal = invoice("in_2", SubscriptionCycle, None, t(31 * DAY));
    let (_, keys) = record(subject, &invoice_paid("evt_3", renewal)).await;
    assert_eq!(keys, ["champion_renewed:in_2"]);
    let account = account(subject, &key).await;
    assert_eq!((account.subscriptions.len(), account.payments.len()), (1, 2));
    assert_eq!(subject.support(&key).await.unwrap().period.end, t(62 * DAY));
    let ledger = subject.ledger(&key).await;
    let subscription = SubscriptionId::parse("sub_a").ok();
    assert!(ledger.iter().all(|row| row.subscription == subscription), "{ledger:?}");
    assert_eq!((ledger[1].kind.as_str(), ledger[1].extends), ("renew", true));
}

pub async fn an_event_finds_its_reader_through_what_is_stored<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let data = Some(metadata(&key, 2, Some(payment_record_id(1))));
    record(subject, &invoice_paid("evt_1", invoice("in_1", SubscriptionCreate, data, t(0)))).await;
    let cancelled = subscription_changed("evt_2", SubscriptionStatus::Active, true, None, t(9));
    let (_, keys) = record(subject, &cancelled).await;
    assert_eq!(keys, [format!("champion_cancelled:sub_a:{}", t(9 + 31 * DAY).unix_timestamp())]);
    let support = subject.support(&key).await.unwrap();
    assert_eq!((support.auto_renew, support.cancel_at_period_end), (false, true));
    let resumed = subscription_changed("evt_3", SubscriptionStatus::Active, false, None, t(10));
    record(subject, &resumed).await;
    assert!(subject.support(&key).await.unwrap().auto_renew);
    assert_eq!(account(subject, &key).await.subscriptions[0].version.as_ref().unwrap().event, resumed.id);
}

pub async fn what_is_stored_beats_what_the_metadata_name<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let first = invoice("in_1", SubscriptionCreate, Some(metadata(&key, 2, Some(payment_record_id(1)))), t(60));
    record(subject, &invoice_paid("evt_1", first)).await;
    let renewal = invoice("in_2", SubscriptionCycle, Some(metadata(&champion("bob"), 2, None)), t(90));
    record(subject, &invoice_paid("evt_2", renewal)).await;
    assert_eq!(subject.ledger(&key).await.len(), 2);
    assert_eq!(account(subject, &champion("bob")).await.payments, []);
}

pub async fn a_refund_finds_its_invoice_whichever_is_told_first<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let data = Some(metadata(&key, 2, None));
    let paid = invoice_paid("evt_paid", invoice("in_1", SubscriptionCreate, data, t(0)));
    let link = invoice_linked("evt_link", "in_1", "pi_1");
    let refund = intent_refunded("evt_refund", "pi_1", 300);
    for event in [&refund, &link] {
        assert_eq!(record(subject, event).await, (Outcome::Applied, vec![]));
    }
    let (_, keys) = record(subject, &paid).await;
    assert_eq!(keys, ["champion_refunded:in_1", "champion_started:in_1"]);
    let support = subject.support(&key).await.unwrap();
    assert_eq!((support.is_active, support.period.start), (false, t(0)));
    assert_eq!(support.period.end, t(60), "what had run until the refund stays");
    let ledger = subject.ledger(&key).await;
    assert_eq!((ledger[0].days, ledger[0].payment_status.as_str()), (31, "refunded"));
}

pub async fn a_subscription_whose_running_month_went_back_is_listed_until_it_ends<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let data = Some(metadata(&key, 2, None));
    record(subject, &invoice_paid("evt_1", invoice("in_1", SubscriptionCreate, data.clone(), t(0)))).await;
    record(subject, &invoice_linked("evt_2", "in_1", "pi_1")).await;
    let refunded = async |at| subject.store().refunded_subscriptions(at).await.unwrap();
    assert_eq!(refunded(t(100)).await, []);
    record(subject, &intent_refunded("evt_3", "pi_1", 300)).await;
    let id = SubscriptionId::parse("sub_a").unwrap();
    let listed = RefundedSubscription { id, key: key.clone(), period_end: t(31 * DAY) };
    assert_eq!(refunded(t(100)).await, [listed]);
    assert_eq!(refunded(t(31 * DAY)).await, [], "the month is over");
    record(subject, &subscription_changed("evt_4", SubscriptionStatus::Canceled, false, data, t(200))).await;
    assert_eq!(refunded(t(100)).await, []);
}

pub async fn a_lost_dispute_takes_back_a_purchase<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    record(subject, &purchase_paid("evt_1", "pi_1", Some(metadata(&key, 2, None)), t(0))).await;
    record(subject, &intent_disputed("evt_2", "pi_1", "needs_response")).await;
    assert!(subject.support(&key).await.unwrap().is_active);
    let (_, keys) = record(subject, &intent_disputed("evt_3", "pi_1", "lost")).await;
    assert_eq!(keys, ["champion_refunded:pi_1"]);
    assert!(!subject.support(&key).await.unwrap().is_active);
}

pub async fn what_was_carried_over_is_extended<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let period = pledge_domain::champion::Period { start: t(-DAY), end: t(9 * DAY) };
    let carried = PaymentRecord {
        kind: PaymentKind::CarriedOver,
        paid_at: Some(period.start),
        period: Some(period),
        ..a_purchase(1, t(-DAY))
    };
    subject.put_payment(&key, &carried).await;
    record(subject, &purchase_paid("evt_1", "pi_1", Some(metadata(&key, 2, None)), t(0))).await;
    let support = subject.support(&key).await.unwrap();
    assert_eq!((support.period.start, support.period.end), (t(-DAY), t(39 * DAY)));
    assert_eq!(subject.ledger(&key).await.len(), 1);
}

/// Checks that the lines of an invoice, the grace in which it was paid and the prices that a tier ever had are read as
/// they were written.
pub async fn what_the_timeline_is_made_of_is_read_as_it_was<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let [old, new] = ["price_old", "price_new"].map(|id| PriceId::parse(id).unwrap());
    let tier = tiers().remove(2);
    subject.store().save_price(&tier, &old, t(1)).await.unwrap();
    let line = |price: &PriceId, is_credit| InvoiceLine {
        price: Some(price.clone()),
        period: Some(Period { start: t(0), end: t(DAY) }),
        is_proration: true,
        is_credit,
    };
    let data = Some(metadata(&key, 3, None));
    let fact = InvoiceFact {
        lines: vec![line(&old, true), line(&old, false), line(&new, false)],
        ..invoice("in_1", SubscriptionUpdate, data.clone(), t(0))
    };
    record(subject, &invoice_paid("evt_1", fact)).await;
    record(subject, &invoice_paid("evt_2", invoice("in_2", SubscriptionCycle, data.clone(), t(DAY)))).await;
    let item = SubscriptionItem { price: Some(old.clone()), period: Some(Period { start: t(DAY), end: t(32 * DAY) }) };
    let mut changed = subscription_changed("evt_3", SubscriptionStatus::Active, false, data, t(DAY));
    let Fact::SubscriptionChanged(fact) = &mut changed.fact else { panic!() };
    **fact = SubscriptionFact {
        items: vec![item],
        latest_invoice: InvoiceId::parse("in_2").ok(),
        collection_paused: true,
        ..(**fact).clone()
    };
    record(subject, &changed).await;

    let account = account(subject, &key).await;
    assert_eq!(account.tiers[2].prices, std::slice::from_ref(&old));
    let lines = account.payments[0].lines.clone().unwrap();
    assert_eq!(lines.iter().map(|it| it.kind).collect::<Vec<_>>(), [LineKind::Credit, LineKind::Charge], "only ours");
    assert_eq!((account.payments[0].price.as_ref(), account.payments[0].grace), (Some(&old), None));
    assert_eq!(account.payments[1].grace, Some(Duration::hours(24)));
    let [subscription] = account.subscriptions.try_into().unwrap();
    assert!(subscription.collection_paused);
    let told: Vec<_> = subscription.periods.values().map(|it| (it.period.end, it.tier, it.at)).collect();
    assert_eq!(told, [(t(32 * DAY), Some(level(3)), t(DAY))]);
}
