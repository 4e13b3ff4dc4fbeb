//! Access to a novel, minute by minute, as somebody would work it out with a pencil.
//!
//! It shares nothing with the timeline of `pledge-domain`: no code, no types, no algorithm. For each minute it asks who
//! may run, and gives the minute to one of them. It is slow and has no cleverness that could be wrong.

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its number; of two that enter in the same minute the lower one is first.
    pub number: usize,
    /// In which minute it enters.
    pub enters: i64,
    /// To which subscription it belongs; 0 for none.
    pub subscription: u8,
    /// Tier and minutes; negative minutes take from what the subscription has left.
    pub lines: Vec<(u8, i64)>,
    /// In which minutes it is taken back (true) and given again (false). The last one of a minute counts.
    pub revocations: Vec<(i64, bool)>,
}

/// A minute of access: who paid for it, and its tier.
pub type Minute = Option<(usize, u8)>;

/// What each minute from 0 to `minutes` is, and the minutes that negative lines didn't find, for each payment.
#[must_use]
pub fn simulate(payments: &[Payment], minutes: i64) -> (Vec<Minute>, Vec<(usize, i64)>) {
    let mut payments = payments.to_vec();
    payments.sort_by_key(|payment| (payment.enters, payment.number));
    // For each payment, its positive lines with what is left of them.
    let mut purses: Vec<Vec<(u8, i64)>> = payments.iter().map(|_| Vec::new()).collect();
    let (mut calendar, mut missing) = (Vec::new(), Vec::new());
    for minute in 0..minutes {
        for entering in 0..payments.len() {
            if payments[entering].enters == minute {
                let not_there = take_back(&payments, &mut purses, entering, minute);
                if not_there > 0 {
                    missing.push((payments[entering].number, not_there));
                }
                purses[entering] = payments[entering].lines.iter().copied().filter(|(_, length)| *length > 0).collect();
            }
        }
        calendar.push(give(&payments, &mut purses, minute));
    }
    (calendar, missing)
}

/// Takes the negative lines of a payment out of the purses of its subscription.
fn take_back(payments: &[Payment], purses: &mut [Vec<(u8, i64)>], entering: usize, minute: i64) -> i64 {
    let mut not_there = 0;
    for (tier, length) in payments[entering].lines.iter().filter(|(_, length)| *length < 0) {
        for _ in 0..-length {
            let newest = (0..payments.len()).rev().find_map(|payment| {
                let same = payments[payment].subscription == payments[entering].subscription;
                if !same || payments[payment].subscription == 0 || is_revoked(&payments[payment], minute) {
                    return None;
                }
                let line = purses[payment].iter().rposition(|(of, left)| of == tier && *left > 0)?;
                Some((payment, line))
            });
            match newest {
                Some((payment, line)) => purses[payment][line].1 -= 1,
                None => not_there += 1,
            }
        }
    }
    not_there
}

/// Gives one minute to whoever is next.
fn give(payments: &[Payment], purses: &mut [Vec<(u8, i64)>], minute: i64) -> Minute {
    let mut best: Option<(u8, usize, usize)> = None;
    for payment in 0..payments.len() {
        if is_revoked(&payments[payment], minute) {
            continue;
        }
        for (line, (tier, left)) in purses[payment].iter().enumerate() {
            if *left > 0 && best.is_none_or(|(highest, ..)| *tier > highest) {
                best = Some((*tier, payment, line));
            }
        }
    }
    let (tier, payment, line) = best?;
    purses[payment][line].1 -= 1;
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
