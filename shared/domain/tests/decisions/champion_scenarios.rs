//! What readers of novels live through, told as a story: what is shown, what is had, and what is charged.

use pledge_domain::{
    champion::{
        ChampionAccount, Moment, PaymentKind, PaymentMethod, PaymentRecord, Period, PurchaseType,
        import::{self, Former, Shown, TakenOver},
        support::TOLD_BY_THEN,
    },
    decide,
    ids::{DisputeId, PriceId},
    stripe::{
        BillingReason::{self, *},
        Fact, InvoiceFact, InvoiceLine, RefundStatus, StripeEvent, SubscriptionFact, SubscriptionItem,
        SubscriptionStatus::{self, *},
    },
};

use crate::reader::*;

const HOUR: i64 = 3_600;

fn paid(id: &str, fact: InvoiceFact) -> StripeEvent {
    let at = (fact.at - t(0)).whole_seconds();
    event(id, at, Fact::InvoicePaid(Box::new(fact)))
}

/// The n-th month of tier 1, paid when it begins.
fn month(n: i64) -> StripeEvent {
    let reason = if n == 1 { SubscriptionCreate } else { SubscriptionCycle };
    paid(&format!("m{n}"), invoice(&n.to_string(), reason, 1, (n - 1) * MONTH))
}

fn purchase(name: &str, tier: i64, at: i64) -> StripeEvent {
    event(name, at, Fact::PurchaseSucceeded(Box::new(bought(name, tier, None, PurchaseType::Upgrade))))
}

fn is(id: &str, at: i64, status: SubscriptionStatus, cancelling: bool, end: i64) -> StripeEvent {
    event(id, at, changed(status, cancelling, end))
}

fn price(name: &str) -> PriceId {
    PriceId::parse(format!("price_{name}")).unwrap()
}

/// A novel whose tiers have had prices.
fn with_prices() -> ChampionAccount {
    let mut account = account();
    for tier in &mut account.tiers {
        let level = tier.level.get();
        tier.stripe_price = Some(price(&format!("{level}")));
        tier.prices = vec![price(&format!("{level}_old")), price(&format!("{level}"))];
    }
    account
}

fn line(price_name: &str, start: i64, end: i64) -> InvoiceLine {
    let period = Some(Period { start: t(start), end: t(end) });
    InvoiceLine { price: Some(price(price_name)), period, is_proration: false, is_credit: false }
}

fn with_lines(name: &str, reason: BillingReason, at: i64, lines: Vec<InvoiceLine>) -> InvoiceFact {
    let newest = lines.last().cloned();
    InvoiceFact {
        price: newest.as_ref().and_then(|line| line.price.clone()),
        period: newest.and_then(|line| line.period),
        lines,
        ..invoice(name, reason, 1, at)
    }
}

#[test]
fn an_upgrade_outlives_the_renewal_and_nothing_is_lost() {
    let reader = Reader::new(account()).after(&[month(1), purchase("up", 4, 10 * DAY), month(2)]);
    let upgrade = (4, 10 * DAY, 40 * DAY);
    // What was left of both months goes on after it.
    assert_eq!(reader.bars(), [(1, 0, 10 * DAY), upgrade, (1, 40 * DAY, 61 * DAY), (1, 61 * DAY, 92 * DAY)]);
    let support = reader.rolled(35 * DAY).support.unwrap();
    assert_eq!((support.tier, support.tier_until), (Some(level(4)), Some(t(40 * DAY))));
    assert_eq!(support.period, Period { start: t(0), end: t(92 * DAY) });
}

#[test]
fn one_dear_month_after_three_cheap_ones_is_one_dear_month() {
    let cheap = ["a", "b", "c"].map(|name| purchase(name, 1, 0));
    let reader = Reader::new(account()).after(&cheap).after(&[purchase("dear", 13, DAY)]);
    let dear: Vec<_> = reader.bars().into_iter().filter(|(tier, ..)| *tier == 13).collect();
    assert_eq!(dear, [(13, DAY, 31 * DAY)]);
    assert_eq!(reader.support.unwrap().period.end, t(120 * DAY));
}

#[test]
fn a_lower_purchase_that_is_paid_late_takes_nothing_away() {
    let events = [purchase("five", 5, 0), purchase("one", 1, DAY)];
    let reader = Reader::new(account()).after(&events);
    assert_eq!(reader.bars(), [(5, 0, 30 * DAY), (1, 30 * DAY, 60 * DAY)]);
}

#[test]
fn a_renewal_that_is_a_draft_for_an_hour_interrupts_nothing() {
    let renewed = InvoiceFact { at: t(MONTH + 65 * 60), ..invoice("2", SubscriptionCycle, 1, MONTH) };
    let in_draft = Reader::new(account()).after(&[month(1), is("a", MONTH, Active, false, 2 * MONTH)]);
    let shown = in_draft.clone().rolled(MONTH + 30 * 60).support.unwrap();
    assert!(shown.is_active && shown.tier.is_none(), "access without anything that isn't paid");
    assert_eq!(shown.readable(t(MONTH + 30 * 60)), Some(level(1)));

    let reader = in_draft.after(&[paid("2", renewed)]).rolled(MONTH + 2 * HOUR);
    let support = reader.support.as_ref().unwrap();
    assert_eq!(support.period, Period { start: t(0), end: t(2 * MONTH) }, "the same start, and the end is Stripe's");
    assert_eq!(reader.bars(), [(1, 0, MONTH), (1, MONTH, 2 * MONTH)]);
}

#[test]
fn a_renewal_that_is_paid_after_its_grace_has_its_full_length_from_then() {
    let late = InvoiceFact { at: t(MONTH + 3 * DAY), ..invoice("2", SubscriptionCycle, 1, MONTH) };
    let reader = Reader::new(account()).after(&[month(1), paid("2", late)]);
    assert_eq!(reader.bars(), [(1, 0, MONTH), (1, MONTH + 3 * DAY, 2 * MONTH + 3 * DAY)]);
}

#[test]
fn grace_is_stored_ahead_and_only_while_the_subscription_is_going_to_be_charged() {
    let state = |status, cancelling, end| {
        let reader = Reader::new(account()).after(&[month(1), is("a", 1, status, cancelling, end)]);
        reader.rolled(DAY).support.unwrap().grace.map(|grace| (grace.tier, grace.period))
    };
    let expected = Some((level(1), Period { start: t(MONTH), end: t(MONTH + DAY) }));
    assert_eq!(state(Active, false, MONTH), expected);
    assert_eq!(state(PastDue, false, 2 * MONTH), expected);
    assert_eq!(state(Active, true, MONTH), None, "it ends with the period");
    assert_eq!(state(Active, true, 2 * MONTH), expected, "it ends later");
    for over in [Unpaid, Paused, Canceled] {
        assert_eq!(state(over, false, MONTH), None, "{over:?}");
    }
}

#[test]
fn without_a_payment_grace_ends_and_leaves_nothing_in_the_ledger() {
    let unpaid = Reader::new(account()).after(&[month(1), is("a", MONTH, PastDue, false, 2 * MONTH)]);
    let active = |at| unpaid.clone().rolled(at).support.unwrap().is_active;
    assert_eq!([MONTH - 1, MONTH, MONTH + DAY - 1, MONTH + DAY].map(active), [true, true, true, false]);
    assert_eq!((unpaid.ledger.len(), unpaid.bars()), (1, vec![(1, 0, MONTH)]));
}

#[test]
fn a_row_says_when_it_would_differ() {
    let reader = Reader::new(account()).after(&[month(1), is("a", 1, Active, false, MONTH)]);
    let next = |at| reader.clone().rolled(at).support.unwrap().next_change_at;
    let sure = MONTH + DAY + TOLD_BY_THEN.whole_seconds();
    assert_eq!([1, MONTH, MONTH + DAY].map(next), [MONTH, MONTH + DAY, sure].map(|at| Some(t(at))));
    assert_eq!(next(sure), None, "all is over and announced");
}

#[test]
fn an_end_is_announced_once_when_nothing_can_undo_it_any_more() {
    let reader = Reader::new(account()).after(&[purchase("a", 2, 0)]);
    let ended = |reader: &Reader| reader.keys.iter().filter(|key| key.starts_with("champion_ended")).count();
    let sure = 30 * DAY + TOLD_BY_THEN.whole_seconds();
    let early = reader.rolled(sure - 1);
    assert_eq!(ended(&early), 0);
    let told = early.rolled(sure).rolled(sure + DAY);
    assert_eq!(ended(&told), 1);
    assert!(told.keys.contains(&format!("champion_ended:uid:7:{}", t(30 * DAY).unix_timestamp())));
}

#[test]
fn an_end_that_a_late_event_would_have_overtaken_is_still_announced() {
    let sure = 30 * DAY + TOLD_BY_THEN.whole_seconds();
    // Another event is recorded before the roll comes round.
    let reader = Reader::new(account()).after(&[purchase("a", 2, 0)]).at(sure + 5).after(&[purchase("b", 2, sure + 5)]);
    assert_eq!(reader.support.as_ref().unwrap().next_change_at, Some(t(sure + 5)), "due at once");
    assert!(reader.rolled(sure + 60).keys.iter().any(|key| key.starts_with("champion_ended")));
}

#[test]
fn a_revocation_ends_access_without_a_word_about_an_end() {
    let events = [purchase("a", 2, 0), event("r", DAY, refund("a", 1000))];
    let reader = Reader::new(account()).after(&events).rolled(90 * DAY);
    assert!(!reader.keys.iter().any(|key| key.starts_with("champion_ended")));
}

#[test]
fn a_month_that_is_used_up_and_refunded_later_moves_nothing() {
    let story = [month(1), event("l", 1, link("1", "1")), purchase("next", 1, 20 * DAY)];
    let had = Reader::new(account()).after(&story);
    let refunded = had.clone().after(&[event("r", 40 * DAY, refund("1", 500))]);
    assert_eq!(refunded.bars(), had.bars(), "all of it had run");
    assert_eq!(refunded.bars(), [(1, 0, MONTH), (1, MONTH, MONTH + 30 * DAY)]);
}

#[test]
fn a_refund_that_fails_gives_back_what_it_had_frozen() {
    use RefundStatus::{Failed, Succeeded};
    let told = |status, at| event(&format!("r{at}"), at, refund_is("a", 1000, 10 * DAY, status, at));
    let (made, failed) = (told(Succeeded, 10 * DAY), told(Failed, 15 * DAY));
    let frozen = Reader::new(account()).after(&[purchase("a", 2, 0), made.clone()]);
    assert_eq!(frozen.bars(), [(2, 0, 10 * DAY)]);
    for order in [[&made, &failed], [&failed, &made]] {
        let reader = Reader::new(account()).after(&[purchase("a", 2, 0)]).after(order);
        assert_eq!(reader.bars(), [(2, 0, 10 * DAY), (2, 15 * DAY, 35 * DAY)]);
        assert!(reader.keys.contains("champion_refunded:pi_a"), "it was announced when it was made");
    }
}

#[test]
fn a_refund_that_is_overtaken_by_a_dispute_and_fails_gives_back_nothing_while_the_dispute_is_lost() {
    let events = [
        purchase("a", 2, 0),
        event("r1", 5 * DAY, refund_is("a", 1000, 5 * DAY, RefundStatus::Pending, 5 * DAY)),
        event("d1", 6 * DAY, disputed("a", "needs_response", 6 * DAY)),
        event("d2", 8 * DAY, disputed("a", "lost", 8 * DAY)),
        event("r2", 9 * DAY, refund_is("a", 1000, 5 * DAY, RefundStatus::Failed, 9 * DAY)),
    ];
    let reader = Reader::new(account()).after(&events);
    assert_eq!(reader.bars(), [(2, 0, 5 * DAY)]);
    let won = reader.after(&[event("d3", 12 * DAY, disputed("a", "won", 12 * DAY))]);
    assert_eq!(won.bars(), [(2, 0, 5 * DAY), (2, 12 * DAY, 37 * DAY)]);
}

/// Another dispute of purchase `a`, which costs 1000.
fn disputed_again(n: u32, status: &str, at: i64) -> StripeEvent {
    let Fact::Dispute(mut fact) = disputed("a", status, at) else { unreachable!() };
    fact.dispute = DisputeId::parse(format!("dp_a{n}")).unwrap();
    event(&format!("d{n}{status}"), at, Fact::Dispute(fact))
}

#[test]
fn of_two_disputes_the_lost_one_counts_whichever_is_decided_or_told_first() {
    let events = [
        disputed_again(1, "needs_response", 2 * DAY),
        disputed_again(1, "won", 5 * DAY),
        disputed_again(2, "needs_response", 6 * DAY),
        disputed_again(2, "lost", 9 * DAY),
    ];
    let backwards: Vec<_> = events.iter().rev().collect();
    for order in [events.iter().collect(), backwards] {
        let reader = Reader::new(account()).after(&[purchase("a", 2, 0)]).after(order);
        assert_eq!(reader.bars(), [(2, 0, 9 * DAY)]);
        let disputes = reader.keys.iter().filter(|key| key.starts_with("champion_disputed")).count();
        assert_eq!(disputes, 2, "each is announced");
    }
}

#[test]
fn disputes_in_parts_take_back_when_together_they_are_all_of_it() {
    let part = |n, at| {
        let StripeEvent { fact: Fact::Dispute(mut fact), .. } = disputed_again(n, "lost", at) else { unreachable!() };
        fact.amount = usd(500);
        event(&format!("p{n}"), at, Fact::Dispute(fact))
    };
    let one = Reader::new(account()).after(&[purchase("a", 2, 0), part(1, DAY)]);
    assert_eq!(one.bars(), [(2, 0, 30 * DAY)], "half of it is no reason to end it");
    assert_eq!(one.after(&[part(2, 3 * DAY)]).bars(), [(2, 0, 3 * DAY)]);
}

#[test]
fn an_invoice_that_two_payments_paid_is_revoked_when_both_went_back() {
    let events = [month(1), event("l1", 1, link("1", "one")), event("l2", 1, link("1", "other"))];
    let one = Reader::new(account()).after(&events).after(&[event("r1", 5 * DAY, refund("one", 250))]);
    assert_eq!(one.bars(), [(1, 0, MONTH)]);
    let both = one.after(&[event("r2", 8 * DAY, refund("other", 250))]);
    assert_eq!(both.bars(), [(1, 0, 8 * DAY)]);
}

#[test]
fn only_what_is_charged_renews() {
    let renews = |status, paused| {
        let fact = SubscriptionFact { collection_paused: paused, ..state(status, false, MONTH) };
        let events = [month(1), event("s", 1, Fact::SubscriptionChanged(Box::new(fact)))];
        Reader::new(account()).after(&events).support.unwrap().auto_renew
    };
    assert!(renews(Active, false) && renews(PastDue, false));
    assert!(!renews(Active, true) && !renews(Unpaid, false) && !renews(Paused, false));
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

    // And a subscription that has gone on since says nothing else of this invoice.
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
    // A payment from before that arrives only now is a part of what was shown.
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

/// What came in on each day, in cents; days on which nothing did are left out.
fn revenue(reader: &Reader) -> Vec<i64> {
    reader.account.revenue().into_values().collect()
}

#[test]
fn revenue_is_spread_over_the_time_that_was_bought_and_adds_up_to_the_cent() {
    let reader = Reader::new(account()).after(&[month(1), purchase("up", 4, 10 * DAY), month(2)]);
    let days = revenue(&reader);
    assert_eq!(days.iter().sum::<i64>(), 500 + 2_000 + 500);
    assert_eq!(days.len(), 93, "92 days that begin in the evening");
    assert!(days.iter().all(|cents| (1..=67).contains(cents)), "{days:?}");
}

#[test]
fn what_buys_no_time_counts_on_the_day_on_which_it_was_paid() {
    let change = InvoiceFact { period: None, ..invoice("2", SubscriptionUpdate, 5, DAY) };
    assert_eq!(revenue(&Reader::new(account()).after(&[paid("2", change)])), [2_500]);
}

#[test]
fn what_went_back_leaves_nothing_and_is_taken_back_on_its_day() {
    let events = [purchase("a", 2, 0), event("r", 10 * DAY, refund("a", 1000))];
    let reader = Reader::new(account()).after(&events);
    let days = reader.account.revenue();
    assert_eq!(days.values().sum::<i64>(), 0);
    assert_eq!(days.keys().map(|(day, _)| *day).max(), Some(t(10 * DAY).date()));
    assert!(days.values().rev().skip(1).all(|cents| *cents > 0), "the days before stay as they were: {days:?}");
}

#[test]
fn a_part_that_went_back_is_its_own_amount_on_its_day() {
    let day =
        |reader: &Reader, at| reader.account.revenue().get(&(t(at).date(), usd(0).currency)).copied().unwrap_or(0);
    let kept = Reader::new(account()).after(&[purchase("a", 2, 0)]);
    let partly = kept.clone().after(&[event("r", 10 * DAY, refund("a", 300))]);
    assert_eq!(partly.bars(), kept.bars());
    assert_eq!(revenue(&partly).iter().sum::<i64>(), 1000 - 300);
    assert_eq!(day(&partly, 10 * DAY), day(&kept, 10 * DAY) - 300);
    assert_eq!(day(&partly, 9 * DAY), day(&kept, 9 * DAY));
    // The rest goes back as well: together no more than what had been spread.
    let whole = partly.after(&[event("w", 20 * DAY, refund("a", 1000))]);
    assert_eq!(revenue(&whole).iter().sum::<i64>(), 0);
}

#[test]
fn a_revocation_that_is_undone_is_given_again_on_its_day() {
    let told = |status, at| event(&format!("r{at}"), at, refund_is("a", 1000, 10 * DAY, status, at));
    let events = [purchase("a", 2, 0), told(RefundStatus::Succeeded, 10 * DAY), told(RefundStatus::Failed, 15 * DAY)];
    assert_eq!(revenue(&Reader::new(account()).after(&events)).iter().sum::<i64>(), 1000);
}

/// A payment of the system before this one, of which it knew no invoice.
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

/// A reader of an older system that was stopped at 0, who was shown tier 6 until the twentieth day.
fn taken_over() -> Reader {
    let period = Period { start: t(-40 * DAY), end: t(20 * DAY) };
    let shown = Some(Shown { tier: level(6), period });
    let before = Former { taken_over_at: t(0), shown, payments: vec![former("old", -11 * DAY), former("ours", DAY)] };
    let mut reader = Reader::new(account());
    let answer = reader.step(|account| import::take_over(account, &before, t(DAY)));
    assert_eq!(answer, TakenOver { first: true, payments: 1 }, "what is paid later is ours");
    let again = reader.step(|account| import::take_over(account, &before, t(2 * DAY)));
    assert_eq!(again, TakenOver { first: false, payments: 0 });
    reader
}

#[test]
fn a_reader_is_taken_over_once_with_what_they_were_shown() {
    let reader = taken_over();
    assert_eq!(reader.bars(), [(6, -40 * DAY, 20 * DAY)]);
    assert!(reader.ledger.is_empty() && reader.keys.is_empty());
    let renewed = reader.after(&[paid("2", invoice("2", SubscriptionCycle, 6, 20 * DAY))]);
    assert_eq!(renewed.bars(), [(6, -40 * DAY, 20 * DAY), (6, 20 * DAY, 20 * DAY + MONTH)]);
}

#[test]
fn an_invoice_from_before_the_takeover_that_arrives_later_is_the_payment_that_is_known() {
    let old = InvoiceFact {
        price: Some(PriceId::parse("price_of_the_old_system").unwrap()),
        metadata: None,
        ..invoice("old", SubscriptionCycle, 6, -11 * DAY)
    };
    let with_intent = InvoiceFact { payment_intent: Some(pi("old")), ..old.clone() };
    let events = [paid("1", with_intent)];
    let reader = taken_over().after(&events);
    assert_eq!(reader.bars(), [(6, -40 * DAY, 20 * DAY)]);
    assert!(reader.keys.is_empty(), "{:?}", reader.keys);
    assert_eq!(reader.account.payments.len(), 2, "what was shown, and the payment");

    // Since "basil" the invoice doesn't say its payment: the link comes before or after it.
    let link = event("l", -11 * DAY, link("old", "old"));
    for order in [[link.clone(), paid("1", old.clone())], [paid("1", old), link]] {
        let reader = taken_over().after(&order);
        assert_eq!(reader.bars(), [(6, -40 * DAY, 20 * DAY)]);
        let refunded = reader.after(&[event("r", 10 * DAY, refund("old", 3000))]);
        assert_eq!(refunded.bars(), [(6, -40 * DAY, 10 * DAY)], "the refund takes what the period still covers, once");
    }
}

#[test]
fn what_was_paid_before_the_takeover_buys_nothing_also_if_nothing_was_shown() {
    let before = Former { taken_over_at: t(0), shown: None, payments: vec![former("old", -DAY)] };
    let mut reader = Reader::new(account());
    reader.step(|account| import::take_over(account, &before, t(0)));
    assert_eq!(reader.bars(), []);
    assert_eq!(reader.support.map(|support| support.is_active), Some(false));
}
