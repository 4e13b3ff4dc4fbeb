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
    let mut books = Books { bought: vec![Vec::new(); payments.len()], credits: Vec::new(), payments: &payments };
    let (mut calendar, mut missing) = (Vec::new(), Vec::new());
    for minute in 0..minutes {
        for (entering, payment) in payments.iter().enumerate().filter(|(_, payment)| payment.enters == minute) {
            let not_there = books.take_back(entering, minute);
            if not_there > 0 {
                missing.push((payment.number, not_there));
            }
            let lines = payment.lines.iter().copied();
            books.bought[entering] = lines.filter(|(_, length)| *length > 0).collect();
        }
        calendar.push(books.give(minute));
    }
    (calendar, missing)
}

/// What was bought, and who took what of it.
struct Books<'a> {
    /// The payments in the order of entering.
    payments: &'a [Payment],
    /// For each payment that has entered, its positive lines with the minutes that nobody was given.
    bought: Vec<Vec<(u8, i64)>>,
    /// The minutes that negative lines took. They count while the payment that took them isn't revoked.
    credits: Vec<Credit>,
}

/// Minutes that the payment `by` took from a line of another payment.
struct Credit {
    by: usize,
    payment: usize,
    line: usize,
    minutes: i64,
}

impl Books<'_> {
    /// Returns what is left of a line in a minute: nobody was given it, and no credit that counts took it. Fewer than none
    /// are left if a credit counts again after its minutes were given away.
    fn left(&self, payment: usize, line: usize, counts: impl Fn(&Credit) -> bool) -> i64 {
        let of_line = self.credits.iter().filter(|it| it.payment == payment && it.line == line);
        let credited: i64 = of_line.filter(|it| counts(it)).map(|it| it.minutes).sum();
        self.bought[payment][line].1 - credited
    }

    /// Takes the negative lines of a payment from what its subscription has left. Returns the minutes that weren't there.
    fn take_back(&mut self, entering: usize, minute: i64) -> i64 {
        let mut not_there = 0;
        for (tier, length) in self.payments[entering].lines.iter().filter(|(_, length)| *length < 0) {
            for _ in 0..-length {
                match self.newest(entering, *tier, minute) {
                    Some((payment, line)) => self.credit(entering, payment, line),
                    None => not_there += 1,
                }
            }
        }
        not_there
    }

    /// Notes that a payment took one more minute from a line.
    fn credit(&mut self, by: usize, payment: usize, line: usize) {
        match self.credits.iter_mut().find(|it| (it.by, it.payment, it.line) == (by, payment, line)) {
            Some(known) => known.minutes += 1,
            None => self.credits.push(Credit { by, payment, line, minutes: 1 }),
        }
    }

    /// Returns the newest line of a tier from which a payment that enters can take a minute.
    fn newest(&self, entering: usize, tier: u8, minute: i64) -> Option<(usize, usize)> {
        let subscription = self.payments[entering].subscription;
        // Also a payment that is revoked already takes each minute only once.
        let counts = |credit: &Credit| credit.by == entering || !is_revoked(&self.payments[credit.by], minute);
        (0..self.payments.len()).rev().find_map(|payment| {
            let its = &self.payments[payment];
            if subscription == 0 || its.subscription != subscription || is_revoked(its, minute) {
                return None;
            }
            let has_some =
                |line: &usize| self.bought[payment][*line].0 == tier && self.left(payment, *line, counts) > 0;
            (0..self.bought[payment].len()).rev().find(has_some).map(|line| (payment, line))
        })
    }

    /// Gives one minute to the payment that is next.
    fn give(&mut self, minute: i64) -> Minute {
        let counts = |credit: &Credit| !is_revoked(&self.payments[credit.by], minute);
        let mut best: Option<(u8, usize, usize)> = None;
        for payment in 0..self.payments.len() {
            if is_revoked(&self.payments[payment], minute) {
                continue;
            }
            for (line, (tier, _)) in self.bought[payment].iter().enumerate() {
                if best.is_none_or(|(highest, ..)| *tier > highest) && self.left(payment, line, counts) > 0 {
                    best = Some((*tier, payment, line));
                }
            }
        }
        let (tier, payment, line) = best?;
        self.bought[payment][line].1 -= 1;
        Some((self.payments[payment].number, tier))
    }
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
