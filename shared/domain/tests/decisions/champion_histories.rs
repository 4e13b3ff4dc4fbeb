//! Generated histories, delivered in any order and more than once, against an oracle that knows the whole story.

use std::collections::BTreeSet;

use pledge_domain::{
    champion::PurchaseType,
    stripe::{BillingReason, Fact, InvoiceFact, StripeEvent, SubscriptionStatus},
};
use proptest::prelude::*;

use crate::reader::*;

/// What became of the money of one payment.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Kept,
    PartlyBack,
    Refunded,
    DisputeWon,
    DisputeLost,
}

impl Fate {
    fn is_back(self) -> bool {
        matches!(self, Self::Refunded | Self::DisputeLost)
    }
}

/// One payment of the story.
#[derive(Debug, Clone)]
struct Paid {
    /// A single purchase, or the next invoice of the subscription.
    purchase: bool,
    tier: i64,
    /// Seconds since the payment before.
    gap: i64,
    refused_first: bool,
    /// Whether the invoice's event has its payment, as before "basil"; otherwise an event of its own links them.
    old_shape: bool,
    fate: Fate,
}

/// How the subscription ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Open,
    Cancelled,
    CancelledAndResumed,
    Over,
}

/// What is generated: the story, and how it is delivered.
#[derive(Debug, Clone)]
struct History {
    payments: Vec<Paid>,
    end: End,
    /// Whether the reservation was stored before the events came.
    reserved: bool,
    /// In which order the events come.
    order: Vec<usize>,
    /// How many of them come twice.
    twice: usize,
}

fn history() -> impl Strategy<Value = History> {
    let fate = prop_oneof![
        4 => Just(Fate::Kept),
        1 => Just(Fate::PartlyBack),
        2 => Just(Fate::Refunded),
        1 => Just(Fate::DisputeWon),
        1 => Just(Fate::DisputeLost),
    ];
    let paid = (any::<bool>(), 1..=13_i64, 0..=2 * MONTH, any::<bool>(), any::<bool>(), fate).prop_map(
        |(purchase, tier, gap, refused_first, old_shape, fate)| Paid {
            purchase,
            tier,
            gap,
            refused_first,
            old_shape,
            fate,
        },
    );
    let end = prop_oneof![Just(End::Open), Just(End::Cancelled), Just(End::CancelledAndResumed), Just(End::Over)];
    let story = (proptest::collection::vec(paid, 0..7), end, any::<bool>());
    story.prop_flat_map(|(payments, end, reserved)| {
        let events = tell(&payments, end).events.len();
        let order = Just(Vec::from_iter(0..events)).prop_shuffle();
        (order, 0..=events).prop_map(move |(order, twice)| History {
            payments: payments.clone(),
            end,
            reserved,
            order,
            twice,
        })
    })
}

/// The story as Stripe tells it, and what an honest clerk would have written down meanwhile.
struct Told {
    events: Vec<StripeEvent>,
    /// When paid, for how long, which tier, whether the money is back.
    booked: Vec<(i64, i64, i64, bool)>,
    keys: BTreeSet<String>,
}

fn tell(story: &[Paid], end: End) -> Told {
    let mut told = Told { events: Vec::new(), booked: Vec::new(), keys: BTreeSet::new() };
    let (mut at, mut invoices) = (0, 0);
    for (n, paid) in story.iter().enumerate() {
        at += paid.gap;
        let reason = if invoices == 0 { BillingReason::SubscriptionCreate } else { BillingReason::SubscriptionCycle };
        invoices += i32::from(!paid.purchase);
        tell_payment(&mut told, n, paid, reason, at);
    }
    if invoices > 0 {
        tell_end(&mut told, end, at + 1);
    }
    told
}

fn tell_payment(told: &mut Told, n: usize, paid: &Paid, reason: BillingReason, at: i64) {
    let (name, mut number) = (n.to_string(), 0);
    let mut say = |at, fact| {
        number += 1;
        told.events.push(event(&format!("{n}_{number}"), at, fact));
    };
    let subject = if paid.purchase { format!("pi_{n}") } else { format!("in_{n}") };
    let metric = if paid.purchase {
        let kind = [PurchaseType::New, PurchaseType::Extend, PurchaseType::Upgrade][n % 3];
        let fact = Box::new(bought(&name, paid.tier, Some(100 + n as u128), kind));
        if paid.refused_first {
            say(at - 9, Fact::PurchaseFailed(fact.clone()));
        }
        say(at, Fact::PurchaseSucceeded(fact));
        ["champion_started", "champion_extended", "champion_upgraded"][n % 3]
    } else {
        let fact =
            InvoiceFact { payment_intent: paid.old_shape.then(|| pi(&name)), ..invoice(&name, reason, paid.tier, at) };
        if paid.refused_first {
            say(at - 9, Fact::InvoiceFailed(Box::new(InvoiceFact { at: t(at - 9), ..fact.clone() })));
        }
        // Two events about one payment.
        say(at, Fact::InvoicePaid(Box::new(fact.clone())));
        say(at, Fact::InvoicePaid(Box::new(fact)));
        if !paid.old_shape {
            say(at, link(&name, &name));
        }
        if reason == BillingReason::SubscriptionCreate { "champion_started" } else { "champion_renewed" }
    };
    match paid.fate {
        Fate::Kept => {}
        Fate::PartlyBack => say(at + 5, refund(&name, 499)),
        Fate::Refunded => {
            say(at + 5, refund(&name, 499));
            say(at + 9, refund(&name, 500 * paid.tier));
        }
        Fate::DisputeWon => {
            say(at + 5, disputed(&name, "needs_response", at + 5));
            say(at + 9, disputed(&name, "won", at + 9));
        }
        Fate::DisputeLost => {
            say(at + 5, disputed(&name, "under_review", at + 5));
            say(at + 9, disputed(&name, "lost", at + 9));
        }
    }
    let length = if paid.purchase { 30 * DAY } else { MONTH };
    told.booked.push((at, length, paid.tier, paid.fate.is_back()));
    told.keys.insert(format!("{metric}:{subject}"));
    if paid.refused_first {
        told.keys.insert(format!("champion_payment_failed:{subject}"));
    }
    if paid.fate.is_back() {
        told.keys.insert(format!("champion_refunded:{subject}"));
    }
    if matches!(paid.fate, Fate::DisputeWon | Fate::DisputeLost) {
        told.keys.insert(format!("champion_disputed:dp_{name}"));
    }
}

fn tell_end(told: &mut Told, end: End, at: i64) {
    use SubscriptionStatus::{Active, Canceled, Incomplete};
    let mut say = |id: &str, at, fact| told.events.push(event(id, at, fact));
    say("s0", -20, changed(Incomplete, false, at));
    say("s1", at, changed(Active, false, at));
    if end != End::Open {
        say("s2", at + 1, changed(Active, true, at));
        told.keys.insert(format!("champion_cancelled:sub_a:{}", t(at).unix_timestamp()));
    }
    match end {
        End::Open | End::Cancelled => {}
        End::CancelledAndResumed => told.events.push(event("s3", at + 2, changed(Active, false, at))),
        End::Over => told.events.push(event("s3", at + 2, changed(Canceled, true, at))),
    }
}

/// When everything ends, without walking through it: of all the moments at which a run of payments could have begun,
/// the one whose payments reach farthest.
fn end_of(booked: &[(i64, i64, i64, bool)]) -> Option<i64> {
    let kept: Vec<_> = booked.iter().filter(|(.., back)| !back).collect();
    let reach = |from: usize| kept[from].0 + kept[from..].iter().map(|(_, length, ..)| length).sum::<i64>();
    (0..kept.len()).map(reach).max()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_repeats_end_alike_and_as_the_oracle_says(
        history in history(),
    ) {
        let told = tell(&history.payments, history.end);
        let mut before = account();
        let first = history.payments.iter().find(|paid| !paid.purchase).filter(|_| history.reserved);
        if let Some(paid) = first {
            before.payments.push(reservation(1, paid.tier));
        }
        let expected = Reader::new(before.clone()).after(&told.events);
        let deliveries = history.order[..history.twice].iter().chain(&history.order).map(|n| &told.events[*n]);
        prop_assert_eq!(&Reader::new(before).after(deliveries), &expected);

        let support = expected.support.as_ref();
        let kept = told.booked.iter().rfind(|(.., back)| !back);
        prop_assert_eq!(support.is_some(), !told.booked.is_empty());
        prop_assert_eq!(expected.segments.is_empty(), kept.is_none());
        if kept.is_some() {
            prop_assert_eq!(support.map(|it| it.period.end), end_of(&told.booked).map(t));
            let bought: i64 = told.booked.iter().filter(|(.., back)| !back).map(|(_, length, ..)| length).sum();
            let ran: i64 = expected.bars().iter().map(|(_, start, end)| end - start).sum();
            prop_assert_eq!(ran, bought, "everything that is paid is had");
            for tier in 1..=13 {
                let bought: i64 = told.booked.iter().filter(|it| !it.3 && it.2 == tier).map(|it| it.1).sum();
                let ran = expected.bars().iter().filter(|it| i64::from(it.0) == tier).map(|it| it.2 - it.1).sum::<i64>();
                prop_assert_eq!(ran, bought, "at its own tier");
            }
        }
        prop_assert_eq!(expected.ledger.len(), told.booked.len());
        prop_assert_eq!(&expected.keys, &told.keys);
        let subscribed = history.payments.iter().any(|paid| !paid.purchase);
        let renews = subscribed && matches!(history.end, End::Open | End::CancelledAndResumed);
        prop_assert_eq!(support.is_some_and(|it| it.auto_renew), renews);
    }
}
