//! The reference model of access to a novel: it works access out minute by minute.
//!
//! The model shares nothing with the timeline of `pledge-domain`: no code, no types, no algorithm. For each minute it
//! looks which payments may run, and gives the minute to one of them. It is slow, and too simple to be wrong in the same
//! way.

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The number of the payment. Of two that enter in the same minute, the lower one is first.
    pub number: usize,
    /// The minute in which it enters.
    pub enters: i64,
    /// The number of the subscription that it belongs to; 0 for none.
    pub subscription: u8,
    /// Lines of a tier and a number of minutes. Negative minutes take from what the subscription has left.
    pub lines: Vec<(u8, i64)>,
    /// The minutes in which it is revoked (true) and restored (false). The last change of a minute counts.
    pub revocations: Vec<(i64, bool)>,
}

/// A minute of access: the number of the payment, and the tier.
pub type Minute = Option<(usize, u8)>;

/// Returns each minute from 0 to `minutes`, and for each payment the minutes that its negative lines didn't find.
#[must_use]
pub fn simulate(payments: &[Payment], minutes: i64) -> (Vec<Minute>, Vec<(usize, i64)>) {
    let mut payments = payments.to_vec();
    payments.sort_by_key(|payment| (payment.enters, payment.number));
    // For each payment, its positive lines with the minutes that are left of each.
    let mut remaining: Vec<Vec<(u8, i64)>> = payments.iter().map(|_| Vec::new()).collect();
    let (mut calendar, mut missing) = (Vec::new(), Vec::new());
    for minute in 0..minutes {
        for entering in 0..payments.len() {
            if payments[entering].enters == minute {
                let not_there = take_back(&payments, &mut remaining, entering, minute);
                if not_there > 0 {
                    missing.push((payments[entering].number, not_there));
                }
                remaining[entering] =
                    payments[entering].lines.iter().copied().filter(|(_, length)| *length > 0).collect();
            }
        }
        calendar.push(give(&payments, &mut remaining, minute));
    }
    (calendar, missing)
}

/// Takes the negative lines of a payment from what its subscription has left. Returns the minutes that weren't there.
fn take_back(payments: &[Payment], remaining: &mut [Vec<(u8, i64)>], entering: usize, minute: i64) -> i64 {
    let mut not_there = 0;
    for (tier, length) in payments[entering].lines.iter().filter(|(_, length)| *length < 0) {
        for _ in 0..-length {
            let newest = (0..payments.len()).rev().find_map(|payment| {
                let same = payments[payment].subscription == payments[entering].subscription;
                if !same || payments[payment].subscription == 0 || is_revoked(&payments[payment], minute) {
                    return None;
                }
                let line = remaining[payment].iter().rposition(|(of, left)| of == tier && *left > 0)?;
                Some((payment, line))
            });
            match newest {
                Some((payment, line)) => remaining[payment][line].1 -= 1,
                None => not_there += 1,
            }
        }
    }
    not_there
}

/// Gives one minute to the payment that is next.
fn give(payments: &[Payment], remaining: &mut [Vec<(u8, i64)>], minute: i64) -> Minute {
    let mut best: Option<(u8, usize, usize)> = None;
    for payment in 0..payments.len() {
        if is_revoked(&payments[payment], minute) {
            continue;
        }
        for (line, (tier, left)) in remaining[payment].iter().enumerate() {
            if *left > 0 && best.is_none_or(|(highest, ..)| *tier > highest) {
                best = Some((*tier, payment, line));
            }
        }
    }
    let (tier, payment, line) = best?;
    remaining[payment][line].1 -= 1;
    Some((payments[payment].number, tier))
}

fn is_revoked(payment: &Payment, minute: i64) -> bool {
    let mut latest: Option<(i64, bool)> = None;
    for (at, revoked) in &payment.revocations {
        if *at <= minute && latest.is_none_or(|(known, _)| known <= *at) {
            latest = Some((*at, *revoked));
        }
    }
    latest.is_some_and(|(_, revoked)| revoked)
}
