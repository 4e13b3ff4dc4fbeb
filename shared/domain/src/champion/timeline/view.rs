//! Reading a timeline at one moment.

use super::{Run, Segment, Timeline};
use crate::{Timestamp, champion::Period};

impl Timeline {
    /// Returns the segment that runs at this moment.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.period.start <= now && now < segment.period.end)
    }

    /// Returns when the tier that runs at this moment changes or ends; none if nothing runs.
    #[must_use]
    pub fn tier_until(&self, now: Timestamp) -> Option<Timestamp> {
        let running = self.segments.iter().position(|it| it.period.start <= now && now < it.period.end)?;
        Some(self.stretch_end(running))
    }

    /// Returns the end of the unbroken stretch at the tier of the segment with this index.
    ///
    /// # Panics
    /// If there is no such segment.
    #[must_use]
    pub fn stretch_end(&self, index: usize) -> Timestamp {
        let tier = self.segments[index].tier;
        let mut end = self.segments[index].period.end;
        for segment in &self.segments[index + 1..] {
            if segment.tier != tier || segment.period.start != end {
                break;
            }
            end = segment.period.end;
        }
        end
    }

    /// Returns when access changes next after this moment: to another tier, to an end, or to a beginning.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let starts = self.segments.iter().map(|segment| segment.period.start);
        self.tier_until(now).or_else(|| starts.filter(|start| now < *start).min())
    }

    /// Returns the end of all bought time; none if there are no segments.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.segments.last().map(|last| last.period.end)
    }

    /// Returns the unbroken runs of access, over all tiers, in order.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Period> = Vec::new();
        for segment in &self.segments {
            match runs.last_mut() {
                Some(run) if run.end == segment.period.start => run.end = segment.period.end,
                _ => runs.push(segment.period),
            }
        }
        runs.into_iter().map(|period| Run { period, cut: self.cuts.contains(&period.end) }).collect()
    }

    /// Returns the run that goes on at this moment, or the last one before it, or else the first one to come.
    #[must_use]
    pub fn run_at(&self, now: Timestamp) -> Option<Run> {
        let runs = self.runs();
        runs.iter().rfind(|run| run.period.start <= now).or_else(|| runs.first()).copied()
    }
}
