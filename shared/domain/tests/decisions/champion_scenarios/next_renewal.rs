//! What the next renewal costs, as the reader is shown it before.

use pledge_domain::{
    champion::{Moment, status::standing},
    stripe::{
        BillingReason::{self, *},
        Fact, InvoiceFact, InvoiceLine, StripeEvent, SubscriptionFact,
        SubscriptionStatus::*,
    },
};

use super::{
    invoices::{line, price, with_lines, with_prices},
    paid,
};
use crate::reader::*;

/// Returns the payment of the `n`th month at a price.
fn month_at(price_name: &str, n: i64, amount: i64) -> StripeEvent {
    let reason = if n == 1 { SubscriptionCreate } else { SubscriptionCycle };
    invoiced(reason, n, amount, vec![line(price_name, (n - 1) * MONTH, n * MONTH)])
}

fn invoiced(reason: BillingReason, n: i64, amount: i64, lines: Vec<InvoiceLine>) -> StripeEvent {
    let at = lines[0].period.unwrap().start - t(0);
    let fact = with_lines(&n.to_string(), reason, at.whole_seconds(), lines);
    paid(&n.to_string(), InvoiceFact { amount: usd(amount), ..fact })
}

fn prorated(price_name: &str, is_credit: bool, start: i64, end: i64) -> InvoiceLine {
    InvoiceLine { is_proration: true, is_credit, ..line(price_name, start, end) }
}

/// Returns the next renewal's tier and amount after these invoices, for a subscription that has this price now.
fn next(invoices: &[StripeEvent], now_at: &str) -> Option<(u8, i64)> {
    let state = SubscriptionFact { price: Some(price(now_at)), ..state(Active, false, 3 * MONTH) };
    let reader = Reader::new(with_prices()).after(invoices);
    let reader = reader.after(&[event("s", 2 * MONTH + DAY, Fact::SubscriptionChanged(Box::new(state)))]);
    let next = standing(reader.account, Moment::new(t(2 * MONTH + 2 * DAY))).next_renewal?;
    Some((next.tier.get(), next.amount.amount))
}

#[test]
fn a_renewal_costs_its_price_whatever_the_month_before_cost() {
    let with_a_coupon = [month_at("3", 1, 500), month_at("3", 2, 400)];
    assert_eq!(next(&with_a_coupon, "3"), Some((3, 500)));
    let more_lines = vec![line("3", MONTH, 2 * MONTH), prorated("3", false, 20 * DAY, MONTH)];
    let with_a_proration = [month_at("2", 1, 300), invoiced(SubscriptionCycle, 2, 680, more_lines)];
    assert_eq!(next(&with_a_proration, "3"), Some((3, 500)));
    assert_eq!(next(&[month_at("3", 1, 0)], "3"), Some((3, 500)), "after a trial");
}

#[test]
fn who_began_at_an_older_price_renews_at_it() {
    let with_a_credit = [month_at("3_old", 1, 350), month_at("3_old", 2, 250)];
    assert_eq!(next(&with_a_credit, "3_old"), Some((3, 350)));
}

#[test]
fn who_was_at_another_tier_meanwhile_renews_at_the_present_price() {
    assert_eq!(next(&[month_at("3_old", 1, 350), month_at("5", 2, 1500)], "3"), Some((3, 500)));
    let change = vec![prorated("3_old", true, 10 * DAY, MONTH), prorated("5", false, 10 * DAY, MONTH)];
    assert_eq!(next(&[month_at("3_old", 1, 350), invoiced(SubscriptionUpdate, 2, 800, change)], "3"), Some((3, 500)));
}
