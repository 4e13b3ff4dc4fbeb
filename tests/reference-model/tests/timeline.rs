//! Compares the timeline of a reader with the reference model, and checks the timeline's promises.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use pledge_domain::champion::timeline::{Entry, EntryKind, fold};
use pledge_reference_model::simulate;
use proptest::prelude::*;
use support::{at, bought, calendar, entries, entry, history, minutes};

/// A number of minutes that no generated history reaches.
const HORIZON: i64 = 1_500;

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_timeline_is_what_the_minutes_of_the_reference_model_say(payments in history()) {
        let timeline = fold(&entries(&payments));
        let (expected, missing) = simulate(&payments, HORIZON);
        prop_assert_eq!(calendar(&timeline, HORIZON), expected);
        let dropped: i64 = timeline.dropped.iter().map(|dropped| dropped.length.whole_minutes()).sum();
        prop_assert_eq!(dropped, missing.iter().map(|(_, length)| length).sum::<i64>());
    }

    #[test]
    fn the_order_in_which_payments_become_known_plays_no_part(
        (payments, shuffled) in history().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        prop_assert_eq!(fold(&entries(&payments)), fold(&entries(&shuffled)));
    }

    #[test]
    fn the_segments_of_what_is_not_revoked_add_up_to_exactly_what_was_bought(payments in history()) {
        let kept: Vec<_> = payments
            .into_iter()
            .map(|mut payment| {
                payment.lines.retain(|(_, length)| *length > 0);
                payment.revocations.retain(|(_, revoked)| !revoked);
                payment
            })
            .collect();
        let timeline = fold(&entries(&kept));
        for payment in &kept {
            for tier in 1..=13 {
                let length: i64 =
                    payment.lines.iter().filter(|(of, _)| *of == tier).map(|(_, length)| length).sum();
                prop_assert_eq!(bought(&timeline, payment.number, tier), length);
            }
        }
        prop_assert_eq!(timeline.grants.len(), kept.len());
    }

    /// A credit that is undone gives back all that it took, whenever that is, and however often it was undone before.
    #[test]
    fn time_that_only_revoked_credits_took_is_had_all_the_same(
        mut payments in history(), undone in prop::collection::vec(300..400_i64, 6),
    ) {
        for (payment, undone) in payments.iter_mut().zip(undone) {
            if payment.lines.iter().any(|(_, length)| *length < 0) {
                payment.revocations.push((undone, true));
            } else {
                payment.revocations.clear();
            }
        }
        let timeline = fold(&entries(&payments));
        for payment in payments.iter().filter(|payment| payment.revocations.is_empty()) {
            for tier in 1..=13 {
                let length: i64 = payment.lines.iter().filter(|(of, _)| *of == tier).map(|(_, length)| length).sum();
                prop_assert_eq!(bought(&timeline, payment.number, tier), length);
            }
        }
    }

    #[test]
    fn a_revocation_leaves_exactly_what_had_run(payments in history(), which in any::<prop::sample::Index>(), when in 0..400_i64) {
        prop_assume!(!payments.is_empty());
        let mut revoked = payments;
        let which = which.index(revoked.len());
        revoked[which].revocations.clear();
        let before = fold(&entries(&revoked));
        revoked[which].revocations.push((when, true));
        let after = fold(&entries(&revoked));
        let number = revoked[which].number;
        for tier in 1..=13 {
            let ran: i64 = before
                .segments
                .iter()
                .filter(|it| it.payment == support::record(number) && it.tier.get() == tier)
                .map(|it| (minutes(it.period.end).min(when) - minutes(it.period.start)).max(0))
                .sum();
            prop_assert_eq!(bought(&after, number, tier), ran);
        }
    }

    /// A payment or a revocation at a moment leaves everything before that moment as it was.
    #[test]
    fn what_has_run_never_moves(payments in history(), moment in 0..400_i64) {
        let whole = calendar(&fold(&entries(&payments)), moment);
        let known: Vec<_> = payments
            .into_iter()
            .filter(|payment| payment.enters < moment)
            .map(|mut payment| {
                payment.revocations.retain(|(at, _)| *at < moment);
                payment
            })
            .collect();
        prop_assert_eq!(whole, calendar(&fold(&entries(&known)), moment));
    }

    /// A payment for a lower tier never shortens, delays or interrupts a higher one.
    #[test]
    fn a_lower_tier_never_cuts_a_higher_one(payments in history(), enters in 0..300_i64, length in 1..200_i64) {
        let only_new: Vec<_> = payments
            .into_iter()
            .map(|mut payment| {
                payment.lines.retain(|(_, length)| *length > 0);
                payment
            })
            .collect();
        let above = |entries: &[_]| {
            let minutes = calendar(&fold(entries), HORIZON).into_iter();
            minutes.map(|minute| minute.filter(|(_, tier)| *tier > 3)).collect::<Vec<_>>()
        };
        let before = entries(&only_new);
        let mut after = before.clone();
        after.push(entry(99, enters, &[(3, length)]));
        prop_assert_eq!(above(&before), above(&after));
    }
}

#[test]
fn an_upgrade_lasts_as_long_as_it_was_bought_and_what_was_bought_before_goes_on() {
    // A month of tier 1, thirty days of tier 4 that begin ten days into it, and the renewal in the meantime.
    let payments = [entry(1, 0, &[(1, 30)]), entry(2, 10, &[(4, 30)]), entry(3, 30, &[(1, 30)])];
    let timeline = fold(&payments);
    let segments: Vec<_> =
        timeline.segments.iter().map(|it| (it.tier.get(), minutes(it.period.start), minutes(it.period.end))).collect();
    assert_eq!(segments, [(1, 0, 10), (4, 10, 40), (1, 40, 60), (1, 60, 90)]);
    assert_eq!(timeline.tier_until(at(15)), Some(at(40)));
    assert_eq!(timeline.tier_until(at(45)), Some(at(90)), "another payment of the same tier is no change");
    assert_eq!(timeline.end(), Some(at(90)));
    assert_eq!(timeline.run_at(at(50)).map(|run| run.period.start), Some(at(0)));
    let renewal = timeline.grants.last().unwrap();
    assert_eq!(renewal.before.map(|held| (held.tier.get(), held.until)), Some((4, at(60))));
    assert_eq!(renewal.after.map(|held| (held.tier.get(), held.until)), Some((4, at(90))));
}

#[test]
fn a_revocation_freezes_what_has_not_run_and_undone_it_goes_on_in_its_old_place() {
    let mut first = entry(1, 0, &[(2, 30)]);
    first.revocations = vec![(at(10), true), (at(20), false)];
    let timeline = fold(&[first, entry(2, 5, &[(2, 30)])]);
    let owners: Vec<_> = timeline
        .segments
        .iter()
        .map(|it| (support::number(it.payment), minutes(it.period.start), minutes(it.period.end)))
        .collect();
    assert_eq!(owners, [(1, 0, 10), (2, 10, 20), (1, 20, 40), (2, 40, 60)]);
}

#[test]
fn of_several_changes_at_one_moment_the_state_after_them_counts() {
    let mut payment = entry(1, 0, &[(2, 30)]);
    payment.revocations = vec![(at(10), true), (at(10), false)];
    let timeline = fold(&[payment]);
    assert_eq!(timeline.segments.len(), 1);
    assert_eq!(timeline.end(), Some(at(30)));
}

#[test]
fn a_run_that_a_revocation_ended_says_so() {
    let mut payment = entry(1, 0, &[(2, 30)]);
    payment.revocations = vec![(at(10), true)];
    let cut = fold(&[payment, entry(2, 50, &[(2, 30)])]).runs();
    assert_eq!(cut.iter().map(|run| run.cut).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_settled_payment_has_no_time_and_its_revocation_takes_what_its_period_still_covers() {
    let mut carried = entry(1, 0, &[(3, 60)]);
    carried.kind = EntryKind::CarriedOver;
    let mut settled = entry(2, 0, &[]);
    let period = pledge_domain::champion::Period { start: at(20), end: at(50) };
    settled.kind = EntryKind::Settled(Some(period));
    let both = |settled: &_| fold(&[carried.clone(), Clone::clone(settled)]);
    assert_eq!(both(&settled).end(), Some(at(60)));
    assert_eq!(both(&settled).grants.len(), 1, "what is settled has no row of its own");

    settled.revocations = vec![(at(40), true)];
    assert_eq!(both(&settled).end(), Some(at(50)), "ten of its thirty minutes were still to come");
    settled.revocations = vec![(at(10), true)];
    assert_eq!(both(&settled).end(), Some(at(30)), "all of it was still to come");
    settled.revocations = vec![(at(55), true)];
    assert_eq!(both(&settled).end(), Some(at(60)), "nothing of it was still to come");
    settled.revocations = vec![(at(40), true), (at(45), false)];
    assert_eq!(both(&settled).end(), Some(at(60)), "undone, it is given back");
}

#[test]
fn a_negative_line_takes_from_its_own_subscription_and_tells_what_was_missing() {
    let mut month = entry(1, 0, &[(1, 30)]);
    month.subscription = support::subscription(1);
    let stranger = entry(2, 0, &[(1, 30)]);
    let mut change = entry(3, 10, &[(1, -25), (5, 20)]);
    change.subscription = support::subscription(1);
    let timeline = fold(&[month, stranger, change]);
    assert_eq!((bought(&timeline, 1, 1), bought(&timeline, 2, 1), bought(&timeline, 3, 5)), (10, 30, 20));
    assert_eq!(timeline.dropped.iter().map(|it| it.length.whole_minutes()).collect::<Vec<_>>(), [5]);
}

#[test]
fn a_credit_of_a_payment_that_is_revoked_when_it_enters_takes_only_when_that_is_undone() {
    let mut month = entry(1, 0, &[(1, 30)]);
    month.subscription = support::subscription(1);
    let upgrade = |revocations: &[(i64, bool)]| Entry {
        subscription: support::subscription(1),
        revocations: revocations.iter().map(|(minute, revoked)| (at(*minute), *revoked)).collect(),
        ..entry(2, 10, &[(1, -20), (5, 20)])
    };
    let parts = |upgrade: Entry| {
        let timeline = fold(&[month.clone(), upgrade]);
        timeline.segments.iter().map(|it| (it.tier.get(), minutes(it.period.end))).collect::<Vec<_>>()
    };
    assert_eq!(parts(upgrade(&[])), [(1, 10), (5, 30)]);
    assert_eq!(parts(upgrade(&[(10, true)])), [(1, 30)]);
    assert_eq!(parts(upgrade(&[(5, true), (18, false)])), [(1, 18), (5, 38)]);
    assert_eq!(parts(upgrade(&[(50, true)])), [(1, 10), (5, 30), (1, 70)]);
}

#[test]
fn a_run_that_a_credit_ended_by_taking_again_says_so() {
    let mut month = entry(1, 0, &[(1, 30)]);
    month.subscription = support::subscription(1);
    let mut upgrade = entry(2, 10, &[(1, -20), (5, 20)]);
    upgrade.subscription = support::subscription(1);
    upgrade.revocations = vec![(at(40), true), (at(45), false)];
    let runs: Vec<_> = fold(&[month, upgrade]).runs().iter().map(|run| (minutes(run.period.end), run.cut)).collect();
    assert_eq!(runs, [(30, false), (45, true)]);
}
