//! The fold of payments into segments, moment by moment.

use std::collections::BTreeSet;

use time::Duration;

use super::{Dropped, Entry, EntryKind, Granted, Held, Line, Segment, Timeline, queue::Queues};
use crate::{Timestamp, champion::Period};

/// Computes the timeline of one reader and one novel from all their payments, in any order.
#[must_use]
pub fn fold(entries: &[Entry]) -> Timeline {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|one, other| {
        (one.enters_at, &one.rank, one.payment).cmp(&(other.enters_at, &other.rank, other.payment))
    });
    let enterings = entries.iter().map(|entry| entry.enters_at);
    let changes = entries.iter().flat_map(|entry| entry.revocations.iter().map(|(at, _)| *at));
    let moments: BTreeSet<_> = enterings.chain(changes).collect();
    let mut clock = Clock::new(&entries);
    for moment in moments {
        clock.run_until(Some(moment));
        clock.revoke(moment);
        clock.enter(moment);
    }
    clock.run_until(None);
    clock.finish()
}

/// The state of the fold at one moment.
struct Clock<'a> {
    /// All entries, in the order of entering.
    entries: &'a [&'a Entry],
    /// How many entries have entered.
    entered: usize,
    /// For each entry, whether it is revoked now.
    revoked: Vec<bool>,
    /// For each entry, the slots and lengths that its revocation took from the carried-over entry, if it is settled.
    withheld: Vec<Vec<(usize, Duration)>>,
    /// The time that is left of each entry.
    queues: Queues,
    /// The moment.
    now: Timestamp,
    /// The start of the unbroken run that goes on now, or else of the last one.
    since: Timestamp,
    /// The result up to now.
    timeline: Timeline,
}

impl<'a> Clock<'a> {
    fn new(entries: &'a [&'a Entry]) -> Self {
        let start = entries.first().map_or(Timestamp::UNIX_EPOCH, |entry| entry.enters_at);
        Self {
            entries,
            entered: 0,
            revoked: vec![false; entries.len()],
            withheld: vec![Vec::new(); entries.len()],
            queues: Queues::default(),
            now: start,
            since: start,
            timeline: Timeline::default(),
        }
    }

    /// Lets time pass until `end`, or until nothing is left if there is no end, and appends the segments that run.
    fn run_until(&mut self, end: Option<Timestamp>) {
        while let Some(next) = self.queues.next() {
            let time = end.map_or(next.left, |end| next.left.min(end - self.now));
            if time <= Duration::ZERO {
                break;
            }
            self.queues.spend(next, time);
            let period = Period { start: self.now, end: self.now.saturating_add(time) };
            self.append(Segment { tier: next.tier, period, payment: self.entries[next.entry].payment });
            self.now = period.end;
        }
        self.now = end.unwrap_or(self.now);
    }

    fn append(&mut self, segment: Segment) {
        match self.timeline.segments.last_mut() {
            Some(last) if last.period.end < segment.period.start => self.since = segment.period.start,
            Some(last) if last.payment == segment.payment && last.tier == segment.tier => {
                last.period.end = segment.period.end;
                return;
            }
            Some(_) => {}
            None => self.since = segment.period.start,
        }
        self.timeline.segments.push(segment);
    }

    /// Applies the revocations, and their undoing, of this moment.
    fn revoke(&mut self, moment: Timestamp) {
        for index in 0..self.entries.len() {
            let revoked = self.entries[index].is_revoked_at(moment);
            if revoked == self.revoked[index] {
                continue;
            }
            self.revoked[index] = revoked;
            let ran = self.queues.next().is_some();
            match self.entries[index].kind {
                EntryKind::Settled(period) => self.revoke_settled(index, revoked, period, moment),
                EntryKind::Bought | EntryKind::CarriedOver => self.queues.freeze(index, revoked),
            }
            if ran && self.queues.next().is_none() {
                self.timeline.cuts.push(moment);
            }
        }
    }

    fn revoke_settled(&mut self, index: usize, revoked: bool, period: Option<Period>, moment: Timestamp) {
        if !revoked {
            let withheld = std::mem::take(&mut self.withheld[index]);
            return self.queues.give_back(withheld);
        }
        let covered = period.map_or(Duration::ZERO, |period| period.end - period.start.max(moment));
        let carried = self.entries[..self.entered].iter().rposition(|entry| entry.kind == EntryKind::CarriedOver);
        if let Some(carried) = carried.filter(|_| covered > Duration::ZERO) {
            self.withheld[index] = self.queues.withhold(carried, covered);
        }
    }

    /// Adds the entries that enter at this moment to their queues.
    fn enter(&mut self, moment: Timestamp) {
        while let Some(entry) = self.entries.get(self.entered).filter(|entry| entry.enters_at == moment) {
            let before = self.held().or_else(|| self.just_ended());
            let index = self.entered;
            self.entered += 1;
            if matches!(entry.kind, EntryKind::Settled(_)) {
                continue;
            }
            let (taking, adding): (Vec<Line>, Vec<Line>) =
                entry.lines.iter().partition(|line| line.length.is_negative());
            for line in taking {
                let length = self.queues.take(self.entries, index, line.tier, -line.length);
                if length > Duration::ZERO {
                    self.timeline.dropped.push(Dropped { payment: entry.payment, tier: line.tier, length });
                }
            }
            for line in adding {
                self.queues.push(index, line.tier, line.length);
            }
            if self.revoked[index] {
                // It was revoked before it entered, when there was nothing yet that its credits could give back.
                self.queues.freeze(index, true);
            }
            let after = self.held();
            let (payment, bought) = (entry.payment, entry.bought());
            let granted = Granted { payment, entered_at: moment, bought, period: None, before, after };
            self.timeline.grants.push(granted);
        }
    }

    /// Returns the reader's access now, by the entries that have entered until now.
    fn held(&self) -> Option<Held> {
        let tier = self.queues.next()?.tier;
        let unbroken = self.timeline.segments.last().is_some_and(|last| last.period.end == self.now);
        let since = if unbroken { self.since } else { self.now };
        Some(Held { tier, since, until: self.now.saturating_add(self.queues.total()) })
    }

    /// Returns the access that ends at exactly this moment, if there is any: an entry that enters now continues its run.
    fn just_ended(&self) -> Option<Held> {
        let last = self.timeline.segments.last().filter(|last| last.period.end == self.now)?;
        Some(Held { tier: last.tier, since: self.since, until: self.now })
    }

    fn finish(mut self) -> Timeline {
        for grant in &mut self.timeline.grants {
            let mut theirs = self.timeline.segments.iter().filter(|segment| segment.payment == grant.payment);
            let first = theirs.next();
            let last = theirs.next_back().or(first);
            grant.period =
                first.zip(last).map(|(first, last)| Period { start: first.period.start, end: last.period.end });
        }
        self.timeline
    }
}
