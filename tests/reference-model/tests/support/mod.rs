//! Generated histories, and conversions from the reference model's types to the timeline's.

use pledge_domain::{
    Timestamp,
    champion::{
        TierLevel,
        timeline::{Entry, EntryKind, Line, Timeline},
    },
    ids::{PaymentRecordId, SubscriptionId},
};
use pledge_reference_model::{Minute, Payment};
use proptest::prelude::*;
use time::Duration;

pub fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::minutes(minute)
}

pub fn minutes(moment: Timestamp) -> i64 {
    (moment - Timestamp::UNIX_EPOCH).whole_minutes()
}

pub fn record(number: usize) -> PaymentRecordId {
    PaymentRecordId::new(uuid::Uuid::from_u128(number as u128))
}

pub fn number(payment: PaymentRecordId) -> usize {
    usize::try_from(payment.as_uuid().as_u128()).unwrap()
}

pub fn subscription(number: u8) -> Option<SubscriptionId> {
    (number > 0).then(|| SubscriptionId::parse(format!("sub_{number}")).unwrap())
}

/// Returns a payment with lines of tiers and minutes.
pub fn entry(number: usize, enters: i64, lines: &[(u8, i64)]) -> Entry {
    let line = |(tier, length): &(u8, i64)| Line {
        tier: TierLevel::new((*tier).into()).unwrap(),
        length: Duration::minutes(*length),
    };
    Entry {
        payment: record(number),
        rank: format!("in_{number:04}"),
        enters_at: at(enters),
        subscription: None,
        kind: EntryKind::Bought,
        lines: lines.iter().map(line).collect(),
        revocations: Vec::new(),
    }
}

pub fn entries(payments: &[Payment]) -> Vec<Entry> {
    let entry = |payment: &Payment| Entry {
        subscription: subscription(payment.subscription),
        revocations: payment.revocations.iter().map(|(minute, revoked)| (at(*minute), *revoked)).collect(),
        ..entry(payment.number, payment.enters, &payment.lines)
    };
    payments.iter().map(entry).collect()
}

/// Returns the timeline, cut into minutes.
pub fn calendar(timeline: &Timeline, minutes: i64) -> Vec<Minute> {
    let minute = |minute| timeline.at(at(minute)).map(|it| (number(it.payment), it.tier.get()));
    (0..minutes).map(minute).collect()
}

/// Returns how many minutes of a payment run at a tier.
pub fn bought(timeline: &Timeline, payment: usize, tier: u8) -> i64 {
    let theirs = timeline.segments.iter().filter(|it| it.payment == record(payment) && it.tier.get() == tier);
    theirs.map(|it| (it.period.end - it.period.start).whole_minutes()).sum()
}

/// Generates up to six payments, some of which enter in the same minute, and some of which are revoked and restored. Half of
/// the histories begin with a month of a subscription and an upgrade of it whose credit takes the rest of that month.
pub fn history() -> impl Strategy<Value = Vec<Payment>> {
    let length = prop_oneof![6 => 1..90_i64, 1 => Just(0), 2 => -60..0_i64];
    let lines = prop::collection::vec((prop_oneof![1..=3_u8, 4..=13_u8], length), 0..4);
    let moment = prop_oneof![0..300_i64, (0..6_i64).prop_map(|tens| tens * 10)];
    let payment = (moment, 0..3_u8, lines, revocations());
    (prop::option::of(upgraded()), prop::collection::vec(payment, 0..7)).prop_map(|(upgraded, others)| {
        let number = |(number, (enters, subscription, lines, revocations))| Payment {
            number,
            enters,
            subscription,
            lines,
            revocations,
        };
        upgraded.into_iter().flatten().chain(others).take(6).enumerate().map(number).collect()
    })
}

fn revocations() -> impl Strategy<Value = Vec<(i64, bool)>> {
    let moment = prop_oneof![0..300_i64, (0..6_i64).prop_map(|tens| tens * 10)];
    prop::collection::vec((moment, any::<bool>()), 0..4)
}

/// When a payment enters, its subscription, its lines and its revocations.
type Unnumbered = (i64, u8, Vec<(u8, i64)>, Vec<(i64, bool)>);

/// Generates a month and a prorated upgrade within it.
fn upgraded() -> impl Strategy<Value = [Unnumbered; 2]> {
    let tiers = (1..=4_u8, 1..=9_u8);
    (0..100_i64, 20..90_i64, 0..90_i64, tiers, revocations(), revocations()).prop_map(
        |(start, length, after, (tier, more), month, upgrade)| {
            let rest = length - after % length;
            let lines = vec![(tier, -rest), (tier + more, rest)];
            [(start, 1, vec![(tier, length)], month), (start + length - rest, 1, lines, upgrade)]
        },
    )
}
