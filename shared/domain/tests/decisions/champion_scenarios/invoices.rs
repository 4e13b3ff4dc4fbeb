//! Lines and prices of invoices: what each of them buys.

use pledge_domain::{
    champion::{ChampionAccount, Moment, PaymentRecord, Period},
    decide,
    ids::PriceId,
    stripe::{
        BillingReason::{self, *},
        Fact, InvoiceFact, InvoiceLine, StripeEvent, SubscriptionFact, SubscriptionItem,
        SubscriptionStatus::*,
    },
};

use super::{is, month, paid};
use crate::reader::*;

pub(super) fn price(name: &str) -> PriceId {
    PriceId::parse(format!("price_{name}")).unwrap()
}

/// Returns an account in which each tier has a current and an old price at Stripe.
pub(super) fn with_prices() -> ChampionAccount {
    let mut account = account();
    for tier in &mut account.tiers {
        let level = tier.level.get();
        tier.stripe_price = Some(price(&format!("{level}")));
        tier.prices = vec![price(&format!("{level}_old")), price(&format!("{level}"))];
    }
    account
}

pub(super) fn line(price_name: &str, start: i64, end: i64) -> InvoiceLine {
    let period = Some(Period { start: t(start), end: t(end) });
    InvoiceLine { price: Some(price(price_name)), period, is_proration: false, is_credit: false }
}

pub(super) fn with_lines(name: &str, reason: BillingReason, at: i64, lines: Vec<InvoiceLine>) -> InvoiceFact {
    let newest = lines.last().cloned();
    InvoiceFact {
        price: newest.as_ref().and_then(|line| line.price.clone()),
        period: newest.and_then(|line| line.period),
        lines,
        ..invoice(name, reason, 1, at)
    }
}

#[test]
fn an_old_price_is_still_its_tiers() {
    let renewal = with_lines("2", SubscriptionCycle, MONTH, vec![line("3_old", MONTH, 2 * MONTH)]);
    let reader = Reader::new(with_prices()).after(&[month(1), paid("2", renewal)]);
    assert_eq!(reader.bars(), [(1, 0, MONTH), (3, MONTH, 2 * MONTH)]);
}

#[test]
fn a_price_that_was_never_ours_is_for_a_person() {
    let renewal = with_lines("2", SubscriptionCycle, MONTH, vec![line("foreign", MONTH, 2 * MONTH)]);
    let fact = Fact::InvoicePaid(Box::new(renewal));
    let snapshot = decide::Snapshot { champion: Some(with_prices()), ..Default::default() };
    let plan = decide::decide(snapshot, &event("2", MONTH, fact), Moment::new(t(MONTH)));
    let reason = plan.outcome.reason().unwrap();
    assert!(plan.champion.is_none());
    for said in ["price_foreign", "in_2", "reader uid", "novel 7", "ops tiers remember"] {
        assert!(reason.contains(said), "{reason}");
    }
}

#[test]
fn of_several_items_the_one_with_our_price_counts() {
    let lines = vec![line("2", MONTH, 2 * MONTH), line("mug", MONTH, 12 * MONTH)];
    let events = [month(1), paid("2", with_lines("2", SubscriptionCycle, MONTH, lines))];
    let reader = Reader::new(with_prices()).after(&events);
    assert_eq!(reader.bars(), [(1, 0, MONTH), (2, MONTH, 2 * MONTH)]);

    let item = |name| SubscriptionItem { price: Some(price(name)), period: None };
    let fact = SubscriptionFact { items: vec![item("mug"), item("2")], ..state(Active, false, MONTH) };
    let reader = reader.after(&[event("s", MONTH, Fact::SubscriptionChanged(Box::new(fact)))]);
    assert_eq!(reader.account.subscriptions[0].tier, Some(level(2)));
}

#[test]
fn prorations_add_and_take() {
    let proration = |name, credit| InvoiceLine { is_proration: true, is_credit: credit, ..line(name, 10 * DAY, MONTH) };
    let lines = vec![proration("1", true), proration("5", false)];
    let events = [month(1), paid("2", with_lines("2", SubscriptionUpdate, 10 * DAY, lines))];
    let reader = Reader::new(with_prices()).after(&events);
    assert_eq!(reader.bars(), [(1, 0, 10 * DAY), (5, 10 * DAY, MONTH)]);
    let grace = reader.rolled(11 * DAY).support.unwrap().grace.unwrap();
    assert_eq!((grace.tier, grace.period.start), (level(5), t(MONTH)), "at the tier of the last line");
}

#[test]
fn an_invoice_whose_line_is_not_embedded_waits_until_its_period_is_known() {
    let embedded = vec![line("mug", MONTH, 2 * MONTH)];
    let renewal = InvoiceFact { has_more_lines: true, ..with_lines("2", SubscriptionCycle, MONTH, embedded) };
    let item =
        SubscriptionItem { price: Some(price("3")), period: Some(Period { start: t(MONTH), end: t(2 * MONTH) }) };
    let told = SubscriptionFact { items: vec![item], latest_invoice: Some(inv("2")), ..state(Active, false, MONTH) };
    let (renewal, told) = (paid("2", renewal), event("s", MONTH, Fact::SubscriptionChanged(Box::new(told))));
    let waiting = Reader::new(with_prices()).after(&[month(1), renewal.clone()]);
    assert_eq!(waiting.bars(), [(1, 0, MONTH)], "neither 30 days nor an old tier");
    assert!(waiting.account.payments.iter().any(PaymentRecord::waits_for_its_lines));

    // An event of the subscription about a later invoice doesn't change this invoice's period.
    let later = SubscriptionFact { latest_invoice: Some(inv("3")), ..state(Active, false, 2 * MONTH) };
    let later = event("t", 2 * MONTH, Fact::SubscriptionChanged(Box::new(later)));
    let orders: [[&StripeEvent; 3]; 4] =
        [[&renewal, &told, &later], [&told, &renewal, &later], [&told, &later, &renewal], [&later, &told, &renewal]];
    for order in orders {
        let reader = Reader::new(with_prices()).after(&[month(1)]).after(order);
        assert_eq!(reader.bars(), [(1, 0, MONTH), (3, MONTH, 2 * MONTH)]);
    }
}

#[test]
fn a_first_invoice_of_nothing_is_announced_as_what_it_is() {
    let announced = |is_trial| {
        let trial = InvoiceFact { amount: usd(0), is_trial, ..invoice("1", SubscriptionCreate, 1, 0) };
        let snapshot = decide::Snapshot { champion: Some(account()), ..Default::default() };
        let plan = decide::decide(snapshot, &paid("1", trial), Moment::new(t(0)));
        assert_eq!(plan.champion.unwrap().segments.len(), 1, "access as Stripe says");
        let [announcement] = plan.announcements.try_into().unwrap();
        assert_eq!(announcement.payload.value, None);
        announcement.payload.properties["is_trial"].as_bool()
    };
    assert_eq!((announced(true), announced(false)), (Some(true), Some(false)));
}

#[test]
fn an_invoice_made_by_hand_renews_nothing() {
    let by_hand = InvoiceFact { period: None, ..invoice("9", Other, 1, 2 * MONTH) };
    let reader = Reader::new(account()).after(&[month(1), is("a", MONTH, Canceled, false, MONTH), paid("9", by_hand)]);
    assert_eq!(reader.bars(), [(1, 0, MONTH)]);
    assert!(!reader.keys.contains("champion_renewed:in_9"));
}
