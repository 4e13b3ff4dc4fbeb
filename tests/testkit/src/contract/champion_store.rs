//! [`ChampionStore`](pledge_domain::ports::ChampionStore), and Stripe's events about champions.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::sign_in,
    champion::{
        ChampionAccount, ChampionKey, LineKind, Moment, PaymentKind, PaymentMethod, PaymentRecord, PaymentStatus,
        Period, Step, Subscription, booking, roll,
        subscribe::{self, Attached, Made, SubscribeDecision},
    },
    decide::{Outcome, Recorded, decide},
    ids::{CustomerId, InvoiceId, NovelId, PaymentRecordId, PriceId, SubscriptionId},
    limits::{AttemptLimits, Limit, Uses},
    money::{Currency, Money},
    ports::{ChampionStore, KnownEvent, LimitedError, OutboxStore, RefundedSubscription, Rolled, StripeEventStore},
    stripe::{
        Adopter, BillingReason::*, Fact, InvoiceFact, InvoiceLine, StripeEvent, SubscriptionFact, SubscriptionItem,
        SubscriptionStatus,
    },
    user::VerifiedUser,
};
use time::Duration;

use crate::{
    Deliver,
    builders::{
        a_purchase, an_email, an_intent, champion, intent_disputed, intent_refunded, invoice, invoice_failed,
        invoice_linked, invoice_paid, level, metadata, payment_record_id, purchase_paid, signed_in,
        subscription_changed, tiers, uid,
    },
    contract::{LedgerRow, Subject, ids},
    time::t,
};

const DAY: i64 = 86_400;

/// Records an event that must be new; returns what became of it and the keys of the announcements that it added.
async fn record(subject: &impl Subject, event: &StripeEvent) -> (Outcome, Vec<String>) {
    let Recorded::Now { outcome, announcements } = subject.store().deliver(event, t(100)).await.unwrap() else {
        panic!("{} was recorded before", event.id);
    };
    let mut keys: Vec<_> = subject
        .store()
        .unsent(&ids(&announcements), t(100))
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.entry.key)
        .collect();
    keys.sort();
    (outcome, keys)
}

/// The reader `ada`, with an address, and novel 7 with its tiers.
async fn ada(subject: &impl Subject) -> ChampionKey {
    subject.open_novel(tiers()).await;
    subject.store().sign_in(&sign_in(&signed_in("ada", "ada@example.com")), &Uses::default(), t(0)).await.unwrap();
    champion("ada")
}

async fn account(subject: &impl Subject, key: &ChampionKey) -> ChampionAccount {
    let mut account = subject.store().account(key).await.unwrap();
    account.payments.sort_by_key(|payment| payment.created_at);
    account
}

async fn ask(subject: &impl Subject, key: &ChampionKey, tier: i64, fresh: u32) -> SubscribeDecision {
    let fresh = payment_record_id(fresh);
    let step = |account| subscribe::subscribe(account, level(tier), fresh, t(0));
    subject.store().step(key, t(0), step).await.unwrap()
}

async fn attach(subject: &impl Subject, key: &ChampionKey, reservation: PaymentRecordId) -> Attached {
    let subscription = Subscription {
        status: SubscriptionStatus::Incomplete,
        started: false,
        ..Subscription::running(SubscriptionId::parse("sub_a").unwrap(), CustomerId::parse("cus_a").ok())
    };
    let made = Made { subscription, invoice: InvoiceId::parse("in_1").ok(), payment_intent: None };
    subject.store().step(key, t(1), |account| subscribe::attach(account, reservation, &made, t(1))).await.unwrap()
}

pub async fn a_novel_has_its_tiers_and_another_has_none<S: Subject>(subject: &S) {
    subject.open_novel(tiers()).await;
    assert_eq!(subject.store().tiers(champion("ada").novel).await.unwrap(), tiers());
    assert_eq!(subject.store().tiers(NovelId::new(8).unwrap()).await.unwrap(), []);
}

pub async fn nobody_has_an_account_with_the_novels_tiers<S: Subject>(subject: &S) {
    subject.open_novel(tiers()).await;
    let account = account(subject, &champion("nobody")).await;
    assert_eq!(account, ChampionAccount { tiers: tiers(), ..ChampionAccount::new(champion("nobody")) });
}

pub async fn a_reader_has_an_account_for_each_novel_that_they_began_to_pay_for<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    assert_eq!(subject.store().accounts(&key.user, 9).await.unwrap(), []);
    ask(subject, &key, 2, 1).await;
    let other = ChampionKey { user: uid("bob"), ..key.clone() };
    subject.store().sign_in(&sign_in(&signed_in("bob", "bob@example.com")), &Uses::default(), t(0)).await.unwrap();
    ask(subject, &other, 3, 2).await;
    let found = subject.store().accounts(&key.user, 9).await.unwrap();
    assert_eq!(found, [subject.store().account(&key).await.unwrap()]);
    assert_eq!(subject.store().accounts(&key.user, 0).await.unwrap(), []);
}

pub async fn a_sign_in_makes_and_updates_the_reader<S: Subject>(subject: &S) {
    let store = subject.store();
    let ada = signed_in("ada", "ada@example.com");
    assert_eq!(store.sign_in(&sign_in(&ada), &Uses::default(), t(0)).await.unwrap(), None);
    let anonymous = pledge_domain::user::VerifiedUser { email: None, display_name: None, ..ada.clone() };
    store.sign_in(&sign_in(&anonymous), &Uses::default(), t(5)).await.unwrap();
    let row = subject.user(&ada.id).await.unwrap();
    assert_eq!((row.email, row.email_verified), (ada.email, true));
    assert_eq!((row.display_name, row.last_login_at), (ada.display_name, Some(t(5))));
}

pub async fn a_verified_reader_takes_over_the_address<S: Subject>(subject: &S) {
    let store = subject.store();
    let eve = pledge_domain::user::VerifiedUser { email_verified: false, ..signed_in("eve", "ada@example.com") };
    store.sign_in(&sign_in(&eve), &Uses::default(), t(0)).await.unwrap();
    store.sign_in(&sign_in(&signed_in("ada", "ADA@example.com")), &Uses::default(), t(1)).await.unwrap();
    store.sign_in(&sign_in(&eve), &Uses::default(), t(2)).await.unwrap();
    assert_eq!(subject.user(&uid("ada")).await.unwrap().email, Some(an_email("ADA@example.com")));
    assert_eq!(subject.user(&uid("eve")).await.unwrap().email, None);
}

pub async fn the_first_customer_counts<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let [first, second] = ["cus_1", "cus_2"].map(|id| CustomerId::parse(id).unwrap());
    for customer in [&first, &second] {
        assert_eq!(subject.store().save_customer(&key.user, customer).await.unwrap(), first);
    }
    assert_eq!(account(subject, &key).await.customer, Some(first.clone()));
    assert_eq!(
        subject.store().sign_in(&sign_in(&signed_in("ada", "ada@example.com")), &Uses::default(), t(9)).await.unwrap(),
        Some(first)
    );
}

pub async fn a_price_is_remembered_for_its_amount<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let [first, second] = ["price_1", "price_2"].map(|id| PriceId::parse(id).unwrap());
    let tier = tiers().remove(2);
    let cheaper = pledge_domain::champion::Tier { price: Money::new(1, Currency::USD), ..tier.clone() };
    for (tier, price) in [(&cheaper, &second), (&tier, &first), (&tier, &second)] {
        subject.store().save_price(tier, price, t(1)).await.unwrap();
    }
    assert_eq!(account(subject, &key).await.tiers[2].stripe_price, Some(first));
}

pub async fn what_is_gone_at_stripe_is_replaced_once<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let [gone, first, second] = ["cus_gone", "cus_1", "cus_2"].map(|id| CustomerId::parse(id).unwrap());
    subject.store().save_customer(&key.user, &gone).await.unwrap();
    for customer in [&first, &second] {
        assert_eq!(subject.store().replace_customer(&key.user, &gone, customer).await.unwrap(), first);
    }
    assert_eq!(account(subject, &key).await.customer, Some(first));

    let [gone, first, second] = ["price_gone", "price_1", "price_2"].map(|id| PriceId::parse(id).unwrap());
    let tier = tiers().remove(2);
    subject.store().save_price(&tier, &gone, t(1)).await.unwrap();
    let tier = pledge_domain::champion::Tier { stripe_price: Some(gone.clone()), ..tier };
    for price in [&first, &second] {
        subject.store().save_price(&tier, price, t(2)).await.unwrap();
    }
    let stored = account(subject, &key).await.tiers.remove(2);
    assert_eq!(stored.stripe_price, Some(first));
    assert!(stored.prices.contains(&gone), "what was paid at the old price stays the tier's");
}

pub async fn a_changed_address_is_to_be_told_once_it_is_proven_until_it_is_told<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let is_outdated = async || account(subject, &key).await.customer_is_outdated;
    let signs_in = async |email: &str, email_verified: bool| {
        let reader = VerifiedUser { email_verified, ..signed_in("ada", email) };
        subject.store().sign_in(&sign_in(&reader), &Uses::default(), t(1)).await.unwrap();
    };
    let (old, new) = ("ada@example.com", "ada.king@example.com");
    subject.store().save_customer(&key.user, &CustomerId::parse("cus_1").unwrap()).await.unwrap();
    signs_in(old, true).await;
    assert!(!is_outdated().await);
    signs_in(new, false).await;
    assert!(!is_outdated().await, "it may be anybody's");
    signs_in(new, true).await;
    assert!(is_outdated().await);
    subject.store().customer_told(&key.user, &an_email(old)).await.unwrap();
    assert!(is_outdated().await, "that isn't the reader's any more");
    subject.store().customer_told(&key.user, &an_email(new)).await.unwrap();
    assert!(!is_outdated().await);
    signs_in(new, true).await;
    assert!(!is_outdated().await);
}

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

/// What a new subscription fills, column by column.
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

/// A renewal makes no subscription, extends the end, and its row names the subscription and not the invoice.
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

/// A subscription that somebody made in Stripe's dashboard, without our metadata.
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

    // Whichever of its events comes first.
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

/// What time alone changes is written by the roll, once for each row that is due.
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

/// The lines of an invoice, the grace that it was paid in and the prices that a tier ever had come back as they were.
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

pub async fn an_attempt_too_many_is_refused_and_the_sign_in_counts<S: Subject>(subject: &S) {
    let limits = AttemptLimits { per_reader: Limit::per_hour(2), per_card: None };
    let ada = sign_in(&signed_in("ada", "ada@example.com"));
    let uses = limits.uses(&uid("ada"), None);
    for n in 0..2 {
        subject.store().sign_in(&ada, &uses, t(n)).await.unwrap();
    }
    let renamed = sign_in(&signed_in("ada", "new@example.com"));
    let refused = subject.store().sign_in(&renamed, &uses, t(2)).await;
    assert!(matches!(refused, Err(LimitedError::TooMany(_))), "{refused:?}");
    assert_eq!(subject.user(&uid("ada")).await.unwrap().email.unwrap().as_str(), "new@example.com");
    let step = |_| -> Step<()> { panic!("no step is taken") };
    let refused = subject.store().sign_in_and_step(&ada, &uses, &champion("ada"), t(2), step).await;
    assert!(matches!(refused, Err(LimitedError::TooMany(_))), "{refused:?}");
    let attempt = subject.store().account_for_attempt(&champion("ada"), &uses, t(2)).await;
    assert!(matches!(attempt, Err(LimitedError::TooMany(_))), "{attempt:?}");
    let bob = limits.uses(&uid("bob"), None);
    let claims = sign_in(&signed_in("bob", "bob@example.com"));
    let step = |account: ChampionAccount| Step::only(account.email);
    let seen = subject.store().sign_in_and_step(&claims, &bob, &champion("bob"), t(2), step).await.unwrap();
    assert_eq!(seen.unwrap().as_str(), "bob@example.com", "the step sees what the sign-in stored");
}
