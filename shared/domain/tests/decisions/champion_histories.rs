//! Generated histories, delivered in any order and more than once, compared with the reference model.

use std::collections::BTreeSet;

use pledge_domain::{
    champion::{ChampionAccount, Period, PurchaseType, timeline::Segment},
    ids::PriceId,
    stripe::{BillingReason, Fact, InvoiceFact, InvoiceLine, RefundStatus, StripeEvent, SubscriptionStatus},
};
use pledge_reference_model::{Payment, simulate};
use proptest::prelude::*;

use crate::reader::*;

/// What happens to the money of one payment later.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Kept,
    PartlyBack,
    Refunded,
    DisputeWon,
    DisputeLost,
    /// A refund that the bank sends back after so many days.
    RefundFailed(i64),
}

impl Fate {
    /// Returns whether all the money went back, even if only for a time.
    fn was_back(self) -> bool {
        matches!(self, Self::Refunded | Self::DisputeLost | Self::RefundFailed(_))
    }
}

/// One payment of a history.
#[derive(Debug, Clone)]
struct Paid {
    /// Whether the payment is a single purchase; otherwise it pays the next invoice of the subscription.
    purchase: bool,
    /// Whether that invoice is for another tier for the rest of the running month, if there is one, and not for a month.
    changes_tier: bool,
    tier: i64,
    /// The number of days since the payment before this one.
    gap: i64,
    refused_first: bool,
    /// Whether the invoice's event names the payment, as before API version "basil"; otherwise another event links them.
    old_shape: bool,
    fate: Fate,
    /// The number of days after which the fate comes.
    fate_after: i64,
}

/// The state in which the subscription ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Open,
    Cancelled,
    CancelledAndResumed,
    Over,
}

/// A generated history: payments and an end, and the order in which their events are delivered.
#[derive(Debug, Clone)]
struct History {
    payments: Vec<Paid>,
    end: End,
    /// Whether the reservation was stored before the events came.
    reserved: bool,
    /// The order in which the events are delivered, as positions in [`Scenario::events`].
    order: Vec<usize>,
    /// The number of events, counted from the start of the order, that are delivered twice.
    twice: usize,
}

fn history() -> impl Strategy<Value = History> {
    let fate = prop_oneof![
        4 => Just(Fate::Kept),
        1 => Just(Fate::PartlyBack),
        2 => Just(Fate::Refunded),
        1 => Just(Fate::DisputeWon),
        1 => Just(Fate::DisputeLost),
        1 => (1..=20_i64).prop_map(Fate::RefundFailed),
    ];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let paid = (flags, 1..=13_i64, 0..=62_i64, fate, 0..=62_i64).prop_map(
        |((purchase, changes_tier, refused_first, old_shape), tier, gap, fate, fate_after)| Paid {
            purchase,
            changes_tier,
            tier,
            gap,
            refused_first,
            old_shape,
            fate,
            fate_after,
        },
    );
    let end = prop_oneof![Just(End::Open), Just(End::Cancelled), Just(End::CancelledAndResumed), Just(End::Over)];
    let happens = (proptest::collection::vec(paid, 0..7), end, any::<bool>());
    happens.prop_flat_map(|(payments, end, reserved)| {
        let events = scenario(&payments, end).events.len();
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

/// The events of a history, and what has to be stored after them.
struct Scenario {
    events: Vec<StripeEvent>,
    /// The payments, each with the id of its invoice or its payment at Stripe.
    booked: Vec<(String, Booked)>,
    keys: BTreeSet<String>,
}

/// A payment and the time that it buys, in days.
struct Booked {
    at: i64,
    tier: u8,
    length: i64,
    /// Whether the payment is an invoice of the subscription.
    is_invoice: bool,
    /// The tier of which as many days as the payment buys are credited to the subscription.
    credit: Option<u8>,
    /// The days on which the money went back (true) or came again (false).
    revocations: Vec<(i64, bool)>,
}

fn scenario(payments: &[Paid], end: End) -> Scenario {
    let mut scenario = Scenario { events: Vec::new(), booked: Vec::new(), keys: BTreeSet::new() };
    let (mut at, mut invoices) = (0, 0);
    for (n, paid) in payments.iter().enumerate() {
        at += paid.gap * DAY;
        let reason = if invoices == 0 { BillingReason::SubscriptionCreate } else { BillingReason::SubscriptionCycle };
        invoices += i32::from(!paid.purchase);
        add_payment(&mut scenario, n, paid, reason, at);
    }
    if invoices > 0 {
        add_end(&mut scenario, end, at + 1);
    }
    scenario
}

impl Booked {
    fn end(&self) -> i64 {
        self.at + self.length
    }

    /// Returns whether the payment's credit still counts at the end of the history.
    fn credits(&self) -> bool {
        self.credit.is_some() && !self.revocations.last().is_some_and(|(_, back)| *back)
    }
}

/// Returns the account with a price at Stripe for each tier.
fn with_prices() -> ChampionAccount {
    let mut account = account();
    for tier in &mut account.tiers {
        tier.stripe_price = Some(price(tier.level.get().into()));
    }
    account
}

fn price(tier: i64) -> PriceId {
    PriceId::parse(format!("price_{tier}")).unwrap()
}

/// Returns the invoice of a change from one tier to another for the rest of a month that ends on the day `end`.
fn tier_change(name: &str, from: u8, to: i64, at: i64, end: i64) -> InvoiceFact {
    let period = Some(Period { start: t(at), end: t(end * DAY) });
    let line = |tier, is_credit| InvoiceLine { price: Some(price(tier)), period, is_proration: true, is_credit };
    let lines = vec![line(from.into(), true), line(to, false)];
    InvoiceFact { lines, period, price: Some(price(to)), ..invoice(name, BillingReason::SubscriptionUpdate, to, at) }
}

fn add_payment(scenario: &mut Scenario, n: usize, paid: &Paid, reason: BillingReason, at: i64) {
    let last = scenario.booked.iter().map(|(_, booked)| booked).rfind(|booked| booked.is_invoice);
    let changed = last.filter(|last| !paid.purchase && paid.changes_tier && at / DAY < last.end());
    let changed = changed.map(|last| (last.tier, last.end()));
    let (name, mut number) = (n.to_string(), 0);
    let mut say = |at, fact| {
        number += 1;
        scenario.events.push(event(&format!("{n}_{number}"), at, fact));
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
        let fact = match changed {
            Some((from, end)) => tier_change(&name, from, paid.tier, at, end),
            None => invoice(&name, reason, paid.tier, at),
        };
        let fact = InvoiceFact { payment_intent: paid.old_shape.then(|| pi(&name)), ..fact };
        if paid.refused_first {
            say(at - 9, Fact::InvoiceFailed(Box::new(InvoiceFact { at: t(at - 9), ..fact.clone() })));
        }
        // Stripe sends two events about the one payment.
        say(at, Fact::InvoicePaid(Box::new(fact.clone())));
        say(at, Fact::InvoicePaid(Box::new(fact)));
        if !paid.old_shape {
            say(at, link(&name, &name));
        }
        match reason {
            _ if changed.is_some() => "champion_upgraded",
            BillingReason::SubscriptionCreate => "champion_started",
            _ => "champion_renewed",
        }
    };
    let (day, all) = (at / DAY + paid.fate_after, 500 * paid.tier);
    let back = day * DAY;
    let revocations = match paid.fate {
        Fate::Kept => vec![],
        Fate::PartlyBack => {
            say(back, refund(&name, 499));
            vec![]
        }
        Fate::Refunded => {
            say(back - 1, refund(&name, 499));
            say(back, refund(&name, all));
            vec![(day, true)]
        }
        Fate::DisputeWon => {
            say(back - 1, disputed(&name, "needs_response", back - 1));
            say(back, disputed(&name, "won", back));
            vec![]
        }
        Fate::DisputeLost => {
            say(back - 1, disputed(&name, "under_review", back - 1));
            say(back, disputed(&name, "lost", back));
            vec![(day, true)]
        }
        Fate::RefundFailed(after) => {
            let failed = back + after * DAY;
            say(back, refund_is(&name, all, back, RefundStatus::Pending, back));
            say(failed, refund_is(&name, all, back, RefundStatus::Failed, failed));
            vec![(day, true), (day + after, false)]
        }
    };
    let length = match changed {
        Some((_, end)) => end - at / DAY,
        None => {
            if paid.purchase {
                30
            } else {
                MONTH / DAY
            }
        }
    };
    let (tier, is_invoice) = (u8::try_from(paid.tier).unwrap(), !paid.purchase);
    let credit = changed.map(|(from, _)| from);
    scenario.booked.push((subject.clone(), Booked { at: at / DAY, tier, length, is_invoice, credit, revocations }));
    scenario.keys.insert(format!("{metric}:{subject}"));
    if paid.refused_first {
        scenario.keys.insert(format!("champion_payment_failed:{subject}"));
    }
    if paid.fate.was_back() {
        scenario.keys.insert(format!("champion_refunded:{subject}"));
    }
    if matches!(paid.fate, Fate::DisputeWon | Fate::DisputeLost) {
        scenario.keys.insert(format!("champion_disputed:dp_{name}"));
    }
}

fn add_end(scenario: &mut Scenario, end: End, at: i64) {
    use SubscriptionStatus::{Active, Canceled, Incomplete};
    let mut say = |id: &str, at, fact| scenario.events.push(event(id, at, fact));
    say("s0", -20, changed(Incomplete, false, at));
    say("s1", at, changed(Active, false, at));
    if end != End::Open {
        say("s2", at + 1, changed(Active, true, at));
        scenario.keys.insert(format!("champion_cancelled:sub_a:{}", t(at).unix_timestamp()));
    }
    match end {
        End::Open | End::Cancelled => {}
        End::CancelledAndResumed => scenario.events.push(event("s3", at + 2, changed(Active, false, at))),
        End::Over => scenario.events.push(event("s3", at + 2, changed(Canceled, true, at))),
    }
}

/// A number of days that is longer than any history.
const HORIZON: i64 = 900;

/// Returns the payment and the tier of each day, as the reference model computes them; none for a day without access.
fn expected_days(scenario: &Scenario) -> Vec<Option<(&str, u8)>> {
    let mut booked: Vec<_> = scenario.booked.iter().collect();
    booked.sort_by_key(|(id, _)| id);
    let payment = |(number, (_, paid)): (usize, &&(String, Booked))| Payment {
        number,
        enters: paid.at,
        subscription: paid.is_invoice.into(),
        lines: paid.credit.map(|tier| (tier, -paid.length)).into_iter().chain([(paid.tier, paid.length)]).collect(),
        revocations: paid.revocations.clone(),
    };
    let payments: Vec<_> = booked.iter().enumerate().map(payment).collect();
    let (days, _) = simulate(&payments, HORIZON);
    days.into_iter().map(|day| day.map(|(number, tier)| (booked[number].0.as_str(), tier))).collect()
}

/// Returns the payment and the tier of each day, as they are stored; none for a day without access.
fn stored_days(reader: &Reader) -> Vec<Option<(String, u8)>> {
    let gateway_id = |segment: &Segment| {
        let payment = reader.account.payment(segment.payment).unwrap();
        let invoice = payment.invoice.as_ref().map(ToString::to_string);
        invoice.unwrap_or_else(|| payment.payment_intent.as_ref().unwrap().to_string())
    };
    let on = |day: i64| {
        let segment = reader.segments.iter().find(|it| it.period.start <= t(day * DAY) && t(day * DAY) < it.period.end);
        segment.map(|segment| (gateway_id(segment), segment.tier.get()))
    };
    (0..HORIZON).map(on).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_repeats_end_alike_and_as_the_reference_model_says(
        history in history(),
    ) {
        let scenario = scenario(&history.payments, history.end);
        let mut before = with_prices();
        let first = history.payments.iter().find(|paid| !paid.purchase).filter(|_| history.reserved);
        if let Some(paid) = first {
            before.payments.push(reservation(1, paid.tier));
        }
        let expected = Reader::new(before.clone()).after(&scenario.events);
        let deliveries = history.order[..history.twice].iter().chain(&history.order).map(|n| &scenario.events[*n]);
        prop_assert_eq!(&Reader::new(before).after(deliveries), &expected);

        let stored = stored_days(&expected);
        let stored: Vec<_> = stored.iter().map(|day| day.as_ref().map(|(id, tier)| (id.as_str(), *tier))).collect();
        prop_assert_eq!(stored, expected_days(&scenario));
        let days = expected.bars().iter().map(|(_, start, end)| (end - start) / DAY).sum::<i64>();
        let had = expected_days(&scenario).iter().flatten().count();
        prop_assert_eq!(usize::try_from(days).unwrap(), had, "nothing beyond whole days");
        let credits = scenario.booked.iter().any(|(_, paid)| paid.credits());
        let kept = |paid: &Booked| !(credits && paid.is_invoice || paid.revocations.iter().any(|(_, back)| *back));
        for (id, paid) in scenario.booked.iter().filter(|(_, paid)| kept(paid)) {
            let had = expected_days(&scenario).iter().flatten().filter(|(of, _)| of == id).count();
            prop_assert_eq!(i64::try_from(had).unwrap(), paid.length, "everything that is paid is had");
        }
        let support = expected.support.as_ref();
        prop_assert_eq!(support.is_some(), !scenario.booked.is_empty());
        prop_assert_eq!(expected.ledger.len(), scenario.booked.len());
        prop_assert_eq!(&expected.keys, &scenario.keys);
        let subscribed = history.payments.iter().any(|paid| !paid.purchase);
        let renews = subscribed && matches!(history.end, End::Open | End::CancelledAndResumed);
        prop_assert_eq!(support.is_some_and(|it| it.auto_renew), renews);
    }
}
