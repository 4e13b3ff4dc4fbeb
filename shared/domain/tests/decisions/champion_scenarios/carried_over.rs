//! Readers who were carried over from the system before this one.

use pledge_domain::{
    champion::{
        PaymentKind, PaymentMethod, PaymentRecord, Period,
        import::{self, CarriedOver, Former, Shown},
    },
    ids::PriceId,
    stripe::{BillingReason::*, InvoiceFact},
};

use super::{month, paid};
use crate::reader::*;

#[test]
fn what_a_reader_was_shown_is_honoured_and_what_it_contains_is_settled() {
    let mut account = account();
    let shown = Period { start: t(-40 * DAY), end: t(50 * DAY) };
    let new = PaymentRecord::new(record_id(9), PaymentKind::CarriedOver, PaymentMethod::Stripe, usd(0), t(0));
    account.payments.push(PaymentRecord {
        tier: Some(level(6)),
        period: Some(shown),
        paid_at: Some(shown.start),
        carried_over_at: Some(t(0)),
        ..new
    });
    // The first payment is from before that moment and arrives only now: the carried-over period contains its time.
    let reader = Reader::new(account).after(&[paid("0", invoice("0", SubscriptionCreate, 1, -MONTH)), month(1)]);
    assert_eq!(reader.bars(), [(6, -40 * DAY, 50 * DAY), (1, 50 * DAY, 50 * DAY + MONTH)]);
    assert_eq!(reader.ledger.len(), 1);
    assert!(
        !reader.keys.iter().any(|key| key.ends_with(":in_0")),
        "what is settled is announced to nobody: {:?}",
        reader.keys
    );
    assert_eq!(reader.support.unwrap().period.start, shown.start);
}

/// Returns a payment that the system before this one knew without its invoice.
fn former(intent: &str, paid_at: i64) -> PaymentRecord {
    let new = PaymentRecord::new(record_id(50), PaymentKind::Renewal, PaymentMethod::Stripe, usd(500), t(paid_at));
    PaymentRecord {
        payment_intent: Some(pi(intent)),
        subscription: Some(sub("a")),
        tier: Some(level(6)),
        period: Some(Period { start: t(paid_at), end: t(paid_at + MONTH) }),
        paid_at: Some(t(paid_at)),
        ..new
    }
}

/// Returns a reader who was carried over, at time 0, from an older system that had shown tier 6 until the twentieth day.
fn carried_over() -> Reader {
    let period = Period { start: t(-40 * DAY), end: t(20 * DAY) };
    let shown = Some(Shown { tier: level(6), period });
    let before = Former { carried_over_at: t(0), shown, payments: vec![former("old", -11 * DAY), former("ours", DAY)] };
    let mut reader = Reader::new(account());
    let answer = reader.step(|account| import::carry_over(account, &before, t(DAY)));
    assert_eq!(answer, CarriedOver { first: true, payments: 1 }, "what is paid later is ours");
    let again = reader.step(|account| import::carry_over(account, &before, t(2 * DAY)));
    assert_eq!(again, CarriedOver { first: false, payments: 0 });
    reader
}

#[test]
fn a_reader_is_carried_over_once_with_what_they_were_shown() {
    let reader = carried_over();
    assert_eq!(reader.bars(), [(6, -40 * DAY, 20 * DAY)]);
    assert!(reader.ledger.is_empty() && reader.keys.is_empty());
    let renewed = reader.after(&[paid("2", invoice("2", SubscriptionCycle, 6, 20 * DAY))]);
    assert_eq!(renewed.bars(), [(6, -40 * DAY, 20 * DAY), (6, 20 * DAY, 20 * DAY + MONTH)]);
}

#[test]
fn an_invoice_from_before_a_reader_was_carried_over_is_the_payment_that_is_known() {
    let old = InvoiceFact {
        price: Some(PriceId::parse("price_of_the_old_system").unwrap()),
        metadata: None,
        ..invoice("old", SubscriptionCycle, 6, -11 * DAY)
    };
    let with_intent = InvoiceFact { payment_intent: Some(pi("old")), ..old.clone() };
    let events = [paid("1", with_intent)];
    let reader = carried_over().after(&events);
    assert_eq!(reader.bars(), [(6, -40 * DAY, 20 * DAY)]);
    assert!(reader.keys.is_empty(), "{:?}", reader.keys);
    assert_eq!(reader.account.payments.len(), 2, "what was shown, and the payment");

    // Since API version "basil", an invoice doesn't name its payment: the link comes before the invoice or after it.
    let link = event("l", -11 * DAY, link("old", "old"));
    for order in [[link.clone(), paid("1", old.clone())], [paid("1", old), link]] {
        let reader = carried_over().after(&order);
        assert_eq!(reader.bars(), [(6, -40 * DAY, 20 * DAY)]);
        let refunded = reader.after(&[event("r", 10 * DAY, refund("old", 3000))]);
        assert_eq!(refunded.bars(), [(6, -40 * DAY, 10 * DAY)], "the refund takes what the period still covers, once");
    }
}

#[test]
fn what_was_paid_before_a_reader_was_carried_over_buys_nothing_also_if_nothing_was_shown() {
    let before = Former { carried_over_at: t(0), shown: None, payments: vec![former("old", -DAY)] };
    let mut reader = Reader::new(account());
    reader.step(|account| import::carry_over(account, &before, t(0)));
    assert_eq!(reader.bars(), []);
    assert_eq!(reader.support.map(|support| support.is_active), Some(false));
}
