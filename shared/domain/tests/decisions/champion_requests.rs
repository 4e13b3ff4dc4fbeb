//! Readers' requests, one after the other, between Stripe's events.

use pledge_domain::{
    champion::{
        ChampionAccount, Moment, PaymentKind, PaymentMethod, PaymentRecord, PaymentStatus, PurchaseType, Step,
        Subscription, Version,
        booking::{self, Goodwill},
        purchase::{self, PurchaseDecision as Purchase},
        renewal::{self, Ending, RenewalDecision as Renewal},
        status::standing,
        subscribe::{self, Attached, Made, SubscribeDecision},
    },
    ids::SubscriptionId,
    money::Currency,
    stripe::{BillingReason, Cancellation, Fact, SubscriptionFact, SubscriptionStatus, SubscriptionStatus::*},
};

use crate::reader::*;

fn ask(reader: &mut Reader, tier: i64, fresh: u128) -> SubscribeDecision {
    reader.step(|account| subscribe::subscribe(account, level(tier), record_id(fresh), t(0)))
}

fn buy(reader: &mut Reader, tier: i64, fresh: u128, now: i64) -> Purchase {
    reader.step(|account| purchase::purchase(account, level(tier), record_id(fresh), t(now)))
}

fn answer(id: SubscriptionId, status: SubscriptionStatus, cancelling: bool) -> Subscription {
    Subscription {
        status,
        cancel_at_period_end: cancelling,
        started: status.is_live(),
        ..Subscription::running(id, None)
    }
}

fn made(name: &str, status: SubscriptionStatus) -> Made {
    Made { subscription: answer(sub(name), status, false), invoice: Some(inv(name)), payment_intent: None }
}

fn attach(reader: &mut Reader, record: u128, made: &Made) -> Attached {
    reader.step(|account| subscribe::attach(account, record_id(record), made, t(1)))
}

fn observe(reader: &mut Reader, status: SubscriptionStatus, cancelling: bool) {
    reader.step(|account| subscribe::observe(account, &answer(sub("a"), status, cancelling), &[], t(2)));
}

/// Returns a reader whose subscription is reserved as record 1, made as `sub_a`, and paid unless `status` is incomplete.
fn subscribed(tier: i64, status: SubscriptionStatus) -> Reader {
    let mut reader = Reader::new(account());
    ask(&mut reader, tier, 1);
    attach(&mut reader, 1, &made("a", Incomplete));
    if status == Incomplete {
        return reader;
    }
    let state = SubscriptionFact { metadata: Some(metadata(tier, Some(1))), ..state(status, false, MONTH) };
    reader.after(&[event("1", 5, paid(tier)), event("2", 6, Fact::SubscriptionChanged(Box::new(state)))])
}

fn paid(tier: i64) -> Fact {
    Fact::InvoicePaid(Box::new(invoice("a", BillingReason::SubscriptionCreate, tier, 5)))
}

#[test]
fn everybody_who_asks_at_once_gets_one_reservation() {
    let mut reader = Reader::new(account());
    let SubscribeDecision::Start(first) = ask(&mut reader, 3, 1) else { panic!() };
    assert_eq!((first.id, first.amount, first.status()), (record_id(1), usd(500), PaymentStatus::Pending));
    for fresh in 2..50 {
        assert_eq!(ask(&mut reader, 3, fresh), SubscribeDecision::Start(first.clone()));
    }
    assert_eq!(reader.account.payments.len(), 1);
    for _ in 0..2 {
        assert_eq!(attach(&mut reader, 1, &made("a", Incomplete)), Attached::Saved);
    }
    assert_eq!(attach(&mut reader, 1, &made("b", Incomplete)), Attached::Unwanted);
    assert_eq!(ask(&mut reader, 3, 50), SubscribeDecision::Resume(sub("a")));
}

#[test]
fn an_unknown_tier_or_novel_is_not_found() {
    let mut other = Reader::new(ChampionAccount { tiers: vec![], ..account() });
    assert_eq!(ask(&mut other, 1, 1), SubscribeDecision::TierNotFound);
    let mut without = account();
    without.tiers[0].active = false;
    let mut retired = Reader::new(without);
    assert_eq!(ask(&mut retired, 1, 1), SubscribeDecision::TierNotFound);
    assert_eq!(buy(&mut retired, 1, 1, 0), Purchase::TierNotFound);
}

#[test]
fn whoever_has_a_live_subscription_gets_no_second_one() {
    for status in [Active, Trialing] {
        assert_eq!(ask(&mut subscribed(1, status), 4, 9), SubscribeDecision::AlreadySubscribed, "{status:?}");
    }
    for status in [PastDue, Unpaid] {
        assert_eq!(ask(&mut subscribed(1, status), 4, 9), SubscribeDecision::PaymentPastDue, "{status:?}");
    }
    assert_eq!(ask(&mut subscribed(1, Paused), 4, 9), SubscribeDecision::Paused);
    let mut over = subscribed(1, Active).after(&[event("9", 9, changed(Canceled, false, MONTH))]);
    assert!(matches!(ask(&mut over, 1, 9), SubscribeDecision::Start(_)));
}

#[test]
fn nothing_is_granted_by_asking() {
    let reader = subscribed(1, Incomplete);
    assert_eq!((reader.support, reader.ledger.len(), reader.keys.len()), (None, 0, 0));
}

#[test]
fn another_tier_ends_the_unpaid_attempt_first() {
    let mut reader = Reader::new(account());
    ask(&mut reader, 1, 1);
    let SubscribeDecision::Start(own) = ask(&mut reader, 4, 2) else { panic!() };
    assert_eq!((own.id, own.tier), (record_id(1), Some(level(1))), "whether Stripe made it must be known first");
    attach(&mut reader, 1, &made("a", Incomplete));
    assert_eq!(ask(&mut reader, 4, 2), SubscribeDecision::Replace(sub("a")));
    observe(&mut reader, IncompleteExpired, false);
    assert_eq!(reader.account.payments[0].status(), PaymentStatus::Failed);
    let SubscribeDecision::Start(second) = ask(&mut reader, 4, 2) else { panic!() };
    assert_eq!((second.id, second.tier), (record_id(2), Some(level(4))));
}

#[test]
fn an_attempt_that_stripe_refused_locks_nobody_out() {
    let mut reader = Reader::new(account());
    ask(&mut reader, 1, 1);
    reader.step(|account| subscribe::give_up(account, record_id(1), t(1)));
    let SubscribeDecision::Start(second) = ask(&mut reader, 1, 2) else { panic!() };
    assert_eq!(second.id, record_id(2));
    attach(&mut reader, 2, &made("a", Incomplete));
    reader.step(|account| subscribe::give_up(account, record_id(2), t(1)));
    assert_eq!(ask(&mut reader, 1, 3), SubscribeDecision::Resume(sub("a")), "what Stripe has made isn't given up");
}

#[test]
fn a_refused_card_may_be_followed_by_another() {
    let unpaid = invoice("a", BillingReason::SubscriptionCreate, 1, 5);
    let mut reader = subscribed(1, Incomplete).after(&[event("1", 5, Fact::InvoiceFailed(Box::new(unpaid)))]);
    assert_eq!(reader.account.payments[0].status(), PaymentStatus::Failed);
    assert_eq!(ask(&mut reader, 1, 9), SubscribeDecision::Resume(sub("a")));
    let reader = reader.after(&[event("2", 9, paid(1))]);
    assert_eq!(reader.account.payments[0].status(), PaymentStatus::Completed);
}

#[test]
fn subscribing_again_before_a_cancelled_one_ends_lets_it_go_on() {
    let mut reader = subscribed(2, Active);
    observe(&mut reader, Active, true);
    assert_eq!(ask(&mut reader, 2, 9), SubscribeDecision::Reactivate(sub("a")));
    assert_eq!(ask(&mut reader, 1, 9), SubscribeDecision::ReactivateLower(sub("a")), "nothing is due now");
    assert_eq!(ask(&mut reader, 5, 9), SubscribeDecision::Replace(sub("a")));
    let paid_until = reader.support.as_ref().unwrap().period.end;
    observe(&mut reader, Canceled, false);
    assert!(matches!(ask(&mut reader, 5, 9), SubscribeDecision::Start(_)));
    assert_eq!(reader.support.unwrap().period.end, paid_until, "what was paid stays bought");
}

#[test]
fn only_a_live_subscription_can_be_cancelled_and_resumed() {
    assert_eq!(renewal::decide(&subscribed(1, Incomplete).account, false), Renewal::NotFound);
    let mut reader = subscribed(1, Active);
    assert!(matches!(renewal::decide(&reader.account, true), Renewal::AlreadyDone(_)));
    assert!(matches!(renewal::decide(&reader.account, false), Renewal::Change(_)));
    observe(&mut reader, Active, true);
    assert!(matches!(renewal::decide(&reader.account, false), Renewal::AlreadyDone(_)));
    assert!(matches!(renewal::decide(&reader.account, true), Renewal::Change(_)));
    assert!(reader.support.unwrap().cancel_at_period_end);
}

#[test]
fn cancelling_what_is_cancelled_reaches_stripe_while_its_running_period_is_not_paid() {
    for status in [PastDue, Unpaid] {
        let mut reader = subscribed(1, status);
        observe(&mut reader, status, true);
        assert!(matches!(renewal::decide(&reader.account, false), Renewal::Change(_)), "{status:?}");
        assert!(matches!(renewal::decide(&reader.account, true), Renewal::Change(_)), "{status:?}");
    }
    // The next period has begun, and its invoice is a draft that Stripe is going to charge.
    let begun = subscribed(1, Active).after(&[event("8", MONTH, changed(Active, true, 2 * MONTH))]);
    assert!(matches!(renewal::decide(&begun.account, false), Renewal::Change(_)));
    let month = Fact::InvoicePaid(Box::new(invoice("b", BillingReason::SubscriptionCycle, 1, MONTH)));
    let paid = begun.after(&[event("9", MONTH + 3_600, month)]);
    assert!(matches!(renewal::decide(&paid.account, false), Renewal::AlreadyDone(_)));
}

#[test]
fn a_subscription_that_is_to_end_after_later_periods_renews_until_then_and_can_be_cancelled_before() {
    let ends_at = |at| {
        let (end, cancellation) = (Some(t(MONTH)), Cancellation { at_period_end: false, at: Some(t(at)) });
        let state = SubscriptionFact {
            cancel_at_period_end: cancellation.ends_by(end),
            period_end: cancellation.running_period_end(end),
            ..state(Active, false, MONTH)
        };
        subscribed(1, Active).after(&[event("9", 9, Fact::SubscriptionChanged(Box::new(state)))])
    };
    let next = |reader: &Reader| standing(reader.account.clone(), Moment::new(t(DAY))).next_renewal.map(|it| it.at);
    let later = ends_at(4 * MONTH);
    assert_eq!(next(&later), Some(t(MONTH)));
    assert!(later.support.unwrap().auto_renew);
    assert!(matches!(renewal::decide(&later.account, false), Renewal::Change(_)), "Stripe must be told");
    let within = ends_at(MONTH - DAY);
    assert_eq!(next(&within), None);
    assert!(!within.support.unwrap().auto_renew);
    assert!(matches!(renewal::decide(&within.account, false), Renewal::AlreadyDone(_)));
}

#[test]
fn an_answer_counts_at_once_and_the_event_about_it_has_the_last_word() {
    let mut reader = subscribed(1, Active);
    observe(&mut reader, Active, true);
    let resumed = reader.clone().after(&[event("8", 8, changed(Active, false, MONTH))]);
    assert!(resumed.support.unwrap().auto_renew);
    let late = reader.after(&[event("3", 4, changed(Incomplete, false, MONTH))]);
    assert!(!late.support.unwrap().auto_renew);
}

#[test]
fn an_answer_that_is_stored_after_a_newer_event_leaves_what_the_event_says() {
    let mut reader = subscribed(1, Active);
    observe(&mut reader, Active, true);
    let store = |reader: &mut Reader, answer: &Subscription, seen: Option<&Version>| {
        reader.step(|account| subscribe::observe_since(account, answer, &[], seen, t(9)));
    };
    let cancelled = answer(sub("a"), Active, true);
    let seen = reader.account.version_of(&sub("a"));
    // Stripe is asked now; before its answer is stored, the reader resumes in another tab.
    let mut reader = reader.after(&[event("8", 8, changed(Active, false, MONTH))]);
    store(&mut reader, &cancelled, seen.as_ref());
    assert!(reader.support.as_ref().unwrap().auto_renew);
    assert!(matches!(renewal::decide(&reader.account, false), Renewal::Change(_)), "cancelling reaches Stripe");

    let asked_later = reader.account.version_of(&sub("a"));
    store(&mut reader, &cancelled, asked_later.as_ref());
    assert!(!reader.support.as_ref().unwrap().auto_renew);
    store(&mut reader, &answer(sub("a"), Canceled, false), seen.as_ref());
    assert_eq!(reader.account.subscriptions[0].status, Canceled, "what has ended never runs again");
}

#[test]
fn a_purchase_is_new_more_or_higher_and_a_lower_one_waits() {
    let mut reader = Reader::new(account());
    let pay = |reader: &mut Reader, tier, n: u128, now| match buy(reader, tier, n, now) {
        Purchase::Pay(payment) => {
            let name = n.to_string();
            reader.step(|account| purchase::attach(account, payment.id, &pi(&name), t(now)));
            let kind = payment.purchase.unwrap();
            let paid = Fact::PurchaseSucceeded(Box::new(bought(&name, tier, Some(n), kind)));
            *reader = reader.clone().after(&[event(&name, now, paid)]);
            kind
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(pay(&mut reader, 2, 1, 0), PurchaseType::New);
    assert_eq!(pay(&mut reader, 2, 2, DAY), PurchaseType::Extend);
    assert_eq!(pay(&mut reader, 3, 3, 2 * DAY), PurchaseType::Upgrade);
    let starts_at = |reader: &Reader, tier, now| purchase::starts_at(&reader.account, level(tier), t(now));
    assert_eq!(starts_at(&reader, 4, 3 * DAY), None, "a higher tier begins at once");
    assert_eq!(starts_at(&reader, 2, 3 * DAY), Some(t(90 * DAY)), "after all that is paid at its tier and above");
    assert_eq!(pay(&mut reader, 2, 4, 3 * DAY), PurchaseType::Extend);
    assert_eq!(pay(&mut reader, 2, 5, 120 * DAY), PurchaseType::New, "all of it has run out");
}

#[test]
fn a_second_click_pays_the_same_payment() {
    let mut reader = Reader::new(account());
    let first = buy(&mut reader, 2, 1, 0);
    assert_eq!(buy(&mut reader, 2, 2, 1), first);
    assert_ne!(buy(&mut reader, 3, 3, 1), first);
    reader.step(|account| purchase::close(account, record_id(1), t(2)));
    let Purchase::Pay(next) = buy(&mut reader, 2, 4, 3) else { panic!() };
    assert_eq!(next.id, record_id(4));
}

#[test]
fn a_payment_through_somebody_else_is_booked_once_by_the_same_ledger() {
    let mut reader = Reader::new(account());
    let new = PaymentRecord::new(record_id(1), PaymentKind::Purchase, PaymentMethod::PayPal, usd(300), t(0));
    let paid = PaymentRecord { tier: Some(level(2)), paid_at: Some(t(0)), ..new };
    assert!(reader.step(|account| booking::step(account, paid.clone())));
    assert_eq!((reader.ledger.len(), reader.keys.len()), (1, 1));
    assert_eq!(
        reader.support.as_ref().map(|it| (it.is_active, it.method.clone())),
        Some((true, PaymentMethod::PayPal))
    );
    assert_eq!(booking::step(reader.account, paid), Step::only(false));
}

#[test]
fn a_purchase_below_a_renewing_tier_would_wait_for_ever_and_beside_a_past_due_one_be_paid_twice() {
    let mut renewing = subscribed(3, Active);
    assert_eq!(buy(&mut renewing, 2, 9, 9), Purchase::LowerTier { current: level(3) });
    assert!(matches!(buy(&mut renewing, 3, 9, 9), Purchase::Pay(_)));
    let mut past_due = subscribed(3, PastDue);
    for tier in [2, 3] {
        assert_eq!(buy(&mut past_due, tier, 9, 9), Purchase::PaymentPastDue);
    }
    assert!(matches!(buy(&mut past_due, 4, 9, 9), Purchase::Pay(_)));
}

#[test]
fn goodwill_is_time_for_nothing_once_that_waits_like_any_other_of_its_tier() {
    let mut reader = subscribed(3, Active).at(DAY);
    let (end, keys) = (reader.support.as_ref().unwrap().period.end, reader.keys.clone());
    let goodwill = Goodwill { tier: level(3), length: time::Duration::days(2), reference: "in_a".to_owned() };
    let give = |account: ChampionAccount| {
        let payment = goodwill.payment(&account, Currency::USD, t(DAY));
        booking::step(account, payment)
    };
    assert!(reader.step(give));
    let support = reader.support.clone().unwrap();
    assert_eq!(support.period.end, end + time::Duration::days(2));
    assert_eq!(support.method, PaymentMethod::Stripe, "what is given says nothing of how the reader pays");
    assert_eq!(reader.keys, keys, "nobody is told of money that didn't move");
    let given = reader.ledger.iter().find(|row| row.payment == goodwill.id(&reader.account)).unwrap();
    assert_eq!(given.days(), 2);
    assert!(reader.account.revenue().values().all(|amount| *amount > 0));
    assert_eq!(give(reader.account.clone()), Step::only(false), "the same is made good once");
    let other = Goodwill { reference: "in_b".to_owned(), ..goodwill.clone() };
    assert_ne!(other.id(&reader.account), goodwill.id(&reader.account));
}

#[test]
fn a_subscription_ends_at_once_if_its_running_month_went_back_and_else_with_the_month() {
    let ending = |reader: &Reader, at| renewal::ending(&reader.account.clone().at(Moment::new(t(at))), &sub("a"));
    let reader = subscribed(3, Active);
    assert_eq!(ending(&reader, DAY), Ending::WithItsPeriod);
    assert_eq!(renewal::ending(&reader.account, &sub("b")), Ending::NotFound);
    let refunded = reader.after(&[event("3", 7, link("a", "a")), event("4", 8, refund("a", 1500))]);
    assert_eq!(ending(&refunded, DAY), Ending::Now);
    assert_eq!(ending(&refunded, 2 * MONTH), Ending::WithItsPeriod, "that month is over");
    let over = refunded.after(&[event("5", 9, changed(Canceled, false, MONTH))]);
    assert_eq!(ending(&over, DAY), Ending::Over);
}
