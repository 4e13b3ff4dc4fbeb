//! Histories of one reader and one novel, in every order.

use pledge_domain::{
    champion::{
        ChampionAccount, GrantType, PaymentKind, PaymentMethod, PaymentRecord, PaymentStatus, Period, PurchaseType,
    },
    email::Email,
    ids::PriceId,
    stripe::{
        BillingReason::{SubscriptionCreate, SubscriptionCycle, SubscriptionUpdate},
        Fact, InvoiceFact, PaymentFailedFact, PurchaseFact, StripeEvent, SubscriptionStatus,
    },
};

use crate::reader::*;

fn paid(id: &str, fact: InvoiceFact) -> StripeEvent {
    let at = (fact.at - t(0)).whole_seconds();
    event(id, at, Fact::InvoicePaid(Box::new(fact)))
}

fn failed(id: &str, fact: InvoiceFact) -> StripeEvent {
    let at = (fact.at - t(0)).whole_seconds();
    event(id, at, Fact::InvoiceFailed(Box::new(fact)))
}

/// Delivers the events in every order, each event twice, checks that all orders end alike, and returns the reader at the
/// end.
fn converges(account: &ChampionAccount, events: &[StripeEvent]) -> Reader {
    let expected = Reader::new(account.clone()).after(events);
    for order in orders(events) {
        let reader = Reader::new(account.clone()).after(order.iter().flat_map(|event| [*event, *event]));
        assert_eq!(reader, expected, "{order:#?}");
    }
    expected
}

fn orders(events: &[StripeEvent]) -> Vec<Vec<&StripeEvent>> {
    let Some((first, rest)) = events.split_first() else { return vec![vec![]] };
    orders(rest)
        .into_iter()
        .flat_map(|order| {
            (0..=order.len()).map(move |place| {
                let mut longer = order.clone();
                longer.insert(place, first);
                longer
            })
        })
        .collect()
}

fn reserved() -> ChampionAccount {
    let mut account = account();
    account.payments.push(reservation(1, 1));
    account
}

#[test]
fn the_first_invoice_is_booked_once_on_its_reservation_or_from_metadata_alone() {
    let first = invoice("1", SubscriptionCreate, 1, 0);
    let events = [paid("1", first.clone()), paid("2", first), event("3", 1, link("1", "1"))];
    for before in [reserved(), account()] {
        let reader = converges(&before, &events);
        let [payment] = reader.account.payments.as_slice() else { panic!("{reader:#?}") };
        assert_eq!(
            (payment.id, payment.kind, payment.status()),
            (record_id(1), PaymentKind::Subscription, PaymentStatus::Completed)
        );
        assert_eq!((payment.payment_intent.clone(), payment.subscription.clone()), (Some(pi("1")), Some(sub("a"))));
        let support = reader.support.unwrap();
        assert_eq!((support.tier, support.period), (Some(level(1)), Period { start: t(0), end: t(MONTH) }));
        assert!(support.is_active && support.auto_renew);
        assert_eq!((support.subscription, support.customer.unwrap().as_str()), (Some(sub("a")), "cus_1"));
        let [grant] = reader.ledger.as_slice() else { panic!() };
        assert_eq!((grant.kind, grant.days(), grant.before), (GrantType::New, 31, None));
        assert_eq!(Vec::from_iter(reader.keys), ["champion_started:in_1"]);
    }
}

#[test]
fn renewals_extend_and_a_failed_one_takes_nothing_away() {
    let second = InvoiceFact { at: t(MONTH + DAY), ..invoice("2", SubscriptionCycle, 1, MONTH) };
    let events = [
        paid("1", invoice("1", SubscriptionCreate, 1, 0)),
        failed("2", invoice("2", SubscriptionCycle, 1, MONTH)),
        event("3", MONTH, changed(SubscriptionStatus::PastDue, false, 2 * MONTH)),
        paid("4", second),
        event("5", MONTH + DAY, changed(SubscriptionStatus::Active, false, 2 * MONTH)),
    ];
    let failed = Reader::new(reserved()).after(&events[..3]);
    assert_eq!(
        failed.support.as_ref().map(|it| (it.is_active, it.auto_renew, it.period.end)),
        Some((true, true, t(MONTH)))
    );
    assert_eq!(failed.account.payments[1].status(), PaymentStatus::Failed);
    let reader = converges(&reserved(), &events);
    assert_eq!(reader.ledger.iter().map(|grant| grant.kind).collect::<Vec<_>>(), [GrantType::New, GrantType::Renew]);
    // The invoice was paid within its grace, so the month is the one that Stripe states.
    assert_eq!(reader.support.unwrap().period.end, t(2 * MONTH));
    let keys = ["champion_payment_failed:in_2", "champion_renewed:in_2", "champion_started:in_1"];
    assert_eq!(Vec::from_iter(reader.keys), keys);
}

#[test]
fn purchases_between_renewals_extend_and_upgrade() {
    let purchase = |id, at, intent, tier, record, kind| {
        event(id, at, Fact::PurchaseSucceeded(Box::new(bought(intent, tier, Some(record), kind))))
    };
    let events = [
        paid("1", invoice("1", SubscriptionCreate, 1, 0)),
        purchase("2", DAY, "p", 1, 2, PurchaseType::Extend),
        purchase("3", 2 * DAY, "q", 4, 3, PurchaseType::Upgrade),
        paid("4", invoice("2", SubscriptionCycle, 1, MONTH)),
    ];
    let reader = converges(&account(), &events);
    let kinds: Vec<_> = reader.ledger.iter().map(|grant| (grant.kind, grant.tier.get(), grant.days())).collect();
    use GrantType::{Extend, New, Renew, Upgrade};
    assert_eq!(kinds, [(New, 1, 31), (Extend, 1, 30), (Upgrade, 4, 30), (Renew, 1, 31)]);
    let end = t(2 * MONTH + 60 * DAY);
    assert_eq!(reader.support.unwrap().period, Period { start: t(0), end });
    assert!(reader.ledger.windows(2).all(|pair| pair[0].after == pair[1].before));
    assert!(reader.keys.contains("champion_extended:pi_p") && reader.keys.contains("champion_upgraded:pi_q"));
}

#[test]
fn a_refund_in_full_leaves_what_had_run_of_its_month_whenever_it_arrives() {
    let events = [
        paid("1", invoice("1", SubscriptionCreate, 1, 0)),
        event("2", 1, link("1", "1")),
        event("3", DAY, refund("1", 500)),
        event("4", DAY, refund("1", 200)),
        paid("5", invoice("2", SubscriptionCycle, 1, MONTH)),
    ];
    let reader = converges(&reserved(), &events);
    assert_eq!(
        reader.account.payments.iter().find(|p| p.id == record_id(1)).unwrap().status(),
        PaymentStatus::Refunded
    );
    assert_eq!(reader.ledger.iter().map(|grant| grant.days()).collect::<Vec<_>>(), [31, 31], "what was bought");
    assert_eq!(reader.bars(), [(1, 0, DAY), (1, MONTH, 2 * MONTH)]);
    assert!(reader.keys.contains("champion_refunded:in_1"));
}

#[test]
fn a_lost_dispute_takes_back_and_a_part_of_the_money_does_not() {
    let events = [
        paid("1", invoice("1", SubscriptionCreate, 1, 0)),
        event("2", 1, link("1", "1")),
        event("3", DAY, refund("1", 499)),
        event("4", DAY, dispute("1", "needs_response")),
    ];
    let reader = converges(&reserved(), &events);
    assert_eq!(reader.support.as_ref().map(|support| support.is_active), Some(true));
    let reader = reader.after(&[event("5", 2 * DAY, disputed("1", "lost", 2 * DAY))]).rolled(2 * DAY);
    assert_eq!(
        reader.support.map(|support| (support.is_active, support.period)),
        Some((false, Period { start: t(0), end: t(2 * DAY) }))
    );
    assert!(reader.keys.contains("champion_refunded:in_1"));
}

#[test]
fn a_cancelled_subscription_runs_to_its_end_and_is_reported_once() {
    let events = [
        paid("1", invoice("1", SubscriptionCreate, 1, 0)),
        event("2", 5, changed(SubscriptionStatus::Active, false, MONTH)),
        event("3", DAY, changed(SubscriptionStatus::Active, true, MONTH)),
        event("4", MONTH, changed(SubscriptionStatus::Canceled, true, MONTH)),
    ];
    let cancelled = Reader::new(account()).after(&events[..3]).support.unwrap();
    assert_eq!((cancelled.is_active, cancelled.auto_renew, cancelled.cancel_at_period_end), (true, false, true));
    let reader = converges(&account(), &events).rolled(MONTH - 1);
    let support = reader.support.unwrap();
    assert_eq!((support.is_active, support.auto_renew, support.cancel_at_period_end), (true, false, false));
    let cancelled = format!("champion_cancelled:sub_a:{}", t(MONTH).unix_timestamp());
    assert_eq!(Vec::from_iter(reader.keys), [cancelled.as_str(), "champion_started:in_1"]);
}

#[test]
fn cancelling_resuming_and_cancelling_later_are_two_cancellations() {
    let events = [
        paid("1", invoice("1", SubscriptionCreate, 1, 0)),
        event("2", DAY, changed(SubscriptionStatus::Active, true, MONTH)),
        event("3", 2 * DAY, changed(SubscriptionStatus::Active, false, MONTH)),
        event("4", MONTH + DAY, changed(SubscriptionStatus::Active, true, 2 * MONTH)),
    ];
    let reader = converges(&account(), &events);
    assert_eq!(reader.keys.iter().filter(|key| key.starts_with("champion_cancelled")).count(), 2);
}

#[test]
fn an_abandoned_attempt_fails_silently() {
    let unpaid = InvoiceFact { email: None, ..invoice("1", SubscriptionCreate, 1, 0) };
    let events = [
        event("1", 0, changed(SubscriptionStatus::Incomplete, false, MONTH)),
        failed("2", unpaid),
        event("3", DAY, changed(SubscriptionStatus::IncompleteExpired, false, MONTH)),
    ];
    let reader = converges(&reserved(), &events);
    let [payment] = reader.account.payments.as_slice() else { panic!() };
    assert_eq!((payment.status(), payment.is_open()), (PaymentStatus::Failed, false));
    assert_eq!((reader.support, reader.ledger.len()), (None, 0));
    assert_eq!(Vec::from_iter(reader.keys), ["champion_payment_failed:in_1"]);
}

#[test]
fn an_immediate_end_is_a_cancellation_also_if_the_payment_is_told_later() {
    let events = [
        event("1", DAY, changed(SubscriptionStatus::Canceled, false, MONTH)),
        paid("2", invoice("1", SubscriptionCreate, 1, 0)),
    ];
    let reader = converges(&account(), &events);
    assert!(reader.keys.contains("champion_cancelled:sub_a:at_once"));
    assert!(reader.support.is_some_and(|support| support.is_active && !support.auto_renew));
}

#[test]
fn a_change_of_plan_without_time_of_its_own_changes_neither_tier_nor_date() {
    let change = InvoiceFact { period: None, ..invoice("2", SubscriptionUpdate, 5, DAY) };
    let events = [paid("1", invoice("1", SubscriptionCreate, 1, 0)), paid("2", change)];
    let support = converges(&account(), &events).support.unwrap();
    assert_eq!((support.tier, support.period.end), (Some(level(1)), t(MONTH)));
}

#[test]
fn the_price_says_more_about_the_tier_than_old_metadata() {
    let mut account = account();
    let price = PriceId::parse("price_5").unwrap();
    account.tiers[4].stripe_price = Some(price.clone());
    let renewal = InvoiceFact { price: Some(price), ..invoice("2", SubscriptionCycle, 1, MONTH) };
    assert_eq!(Reader::new(account).at(MONTH).after(&[paid("1", renewal)]).support.unwrap().tier, Some(level(5)));
}

#[test]
fn an_old_row_is_found_by_its_description() {
    let mut account = account();
    let new = PaymentRecord::new(record_id(9), PaymentKind::Purchase, PaymentMethod::Stripe, usd(500), t(-60));
    account.payments.push(PaymentRecord { description: Some("Champion: pi_old".into()), tier: Some(level(2)), ..new });
    let bare = PurchaseFact { metadata: None, ..bought("old", 1, None, PurchaseType::New) };
    let refused = PaymentFailedFact { payment_intent: pi("old"), preorder: None, attempt: None };
    let events =
        [event("1", 0, Fact::PaymentFailed(refused)), event("2", 5, Fact::PurchaseSucceeded(Box::new(bare.clone())))];
    let reader = converges(&account, &events).rolled(5);
    assert_eq!(reader.support.unwrap().tier, Some(level(2)));
    assert_eq!(reader.account.payments[0].payment_intent, Some(pi("old")));
    let foreign = PurchaseFact { payment_intent: pi("foreign"), ..bare };
    let before = Reader::new(account.clone());
    assert_eq!(before.after(&[event("3", 0, Fact::PurchaseSucceeded(Box::new(foreign)))]).account, account);
}

#[test]
fn an_invoices_payment_is_no_purchase() {
    let bare = PurchaseFact { metadata: None, ..bought("1", 1, None, PurchaseType::New) };
    let events = [
        paid("1", invoice("1", SubscriptionCreate, 1, 0)),
        event("2", 1, link("1", "1")),
        event("3", 1, Fact::PurchaseSucceeded(Box::new(bare))),
    ];
    assert_eq!(converges(&account(), &events).ledger.len(), 1);
}

#[test]
fn without_an_address_the_support_is_the_same_and_nobody_is_told() {
    let nobody = ChampionAccount { email: None, ..account() };
    let silent = Reader::new(nobody.clone()).after(&[paid("1", invoice("1", SubscriptionCreate, 1, 0))]);
    assert!(silent.support.is_some() && silent.keys.is_empty());
    let email = Some(Email::parse("billing@example.com").unwrap());
    let told = InvoiceFact { email, ..invoice("1", SubscriptionCreate, 1, 0) };
    assert_eq!(Reader::new(nobody).after(&[paid("1", told)]).keys.len(), 1);
}

#[test]
fn what_was_carried_over_is_extended_and_not_booked_again() {
    let mut account = account();
    let period = Some(Period { start: t(-10 * DAY), end: t(20 * DAY) });
    let kind = PaymentKind::CarriedOver;
    let new = PaymentRecord::new(record_id(9), kind, PaymentMethod::Stripe, usd(0), t(-10 * DAY));
    account.payments.push(PaymentRecord { period, paid_at: Some(t(-10 * DAY)), tier: Some(level(2)), ..new });
    let reader = Reader::new(account).after(&[paid("1", invoice("2", SubscriptionCycle, 2, 0))]);
    assert_eq!(reader.support.unwrap().period, Period { start: t(-10 * DAY), end: t(20 * DAY + MONTH) });
    assert_eq!(reader.ledger.len(), 1);
}

#[test]
fn a_renewal_that_waits_for_its_cardholder_is_announced_and_a_first_payment_is_not() {
    let waits = |id: &str, fact: InvoiceFact| event(id, 1, Fact::InvoiceActionRequired(Box::new(fact)));
    let renewal = invoice("2", SubscriptionCycle, 1, MONTH);
    let events = [
        paid("1", invoice("1", SubscriptionCreate, 1, 0)),
        waits("2", invoice("1", SubscriptionCreate, 1, 0)),
        waits("3", renewal.clone()),
        failed("4", renewal),
    ];
    let reader = converges(&reserved(), &events);
    let all = ["champion_action_required:in_2", "champion_payment_failed:in_2", "champion_started:in_1"];
    assert_eq!(Vec::from_iter(reader.keys), all);
}

#[test]
fn an_address_that_nobody_proved_gets_nothing_every_month_and_the_reader_has_what_they_paid() {
    let email = Email::parse("stranger@example.com").ok();
    let unproven = ChampionAccount { email: email.clone(), email_is_unproven: true, ..account() };
    let events =
        [paid("1", invoice("1", SubscriptionCreate, 1, 0)), paid("2", invoice("2", SubscriptionCycle, 1, MONTH))];
    let reader = Reader::new(unproven).after(&events);
    assert_eq!(Vec::from_iter(reader.keys), [""; 0]);
    assert_eq!(reader.ledger.len(), 2);
    let proven = ChampionAccount { email, ..account() };
    assert_eq!(Reader::new(proven).after(&events).keys.len(), 2);
}
