//! Whether a paid preorder may be sent to its customer, and whether it was.

use crate::{
    Timestamp,
    preorder::{Preorder, Status},
};

/// What operators have said about sending a preorder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fulfilment {
    /// Set while somebody holds it back.
    pub hold: Option<Hold>,
    /// When it was said to be sent.
    pub fulfilled_at: Option<Timestamp>,
}

/// Nothing is to be sent for the time being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// When the hold began.
    pub since: Timestamp,
    /// Why, in the operator's words.
    pub reason: String,
}

/// What an operator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FulfilmentStep {
    /// Send nothing for the time being, for this reason.
    Hold {
        /// Why.
        reason: String,
    },
    /// Let the goods be sent after all.
    Release,
    /// Note that the goods are sent.
    Fulfil,
}

/// What becomes of what an operator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FulfilmentDecision {
    /// Store this.
    Change(Fulfilment),
    /// Nothing has to change: an earlier step said the same.
    AlreadyDone,
    /// Nothing may change.
    Refused {
        /// Why not.
        reason: &'static str,
    },
}

/// Decides what becomes of what an operator says about a preorder.
#[must_use]
pub fn decide(preorder: &Preorder, stored: &Fulfilment, step: &FulfilmentStep, now: Timestamp) -> FulfilmentDecision {
    let refused = |reason| FulfilmentDecision::Refused { reason };
    let sent = stored.fulfilled_at.is_some();
    match (step, &stored.hold) {
        (FulfilmentStep::Hold { .. }, _) if sent => refused("it is sent already"),
        (FulfilmentStep::Hold { reason }, Some(hold)) if hold.reason == *reason => FulfilmentDecision::AlreadyDone,
        (FulfilmentStep::Hold { reason }, hold) => {
            let since = hold.as_ref().map_or(now, |hold| hold.since);
            let hold = Some(Hold { since, reason: reason.clone() });
            FulfilmentDecision::Change(Fulfilment { hold, ..stored.clone() })
        }
        (FulfilmentStep::Release, None) => FulfilmentDecision::AlreadyDone,
        (FulfilmentStep::Release, Some(_)) => FulfilmentDecision::Change(Fulfilment { hold: None, ..stored.clone() }),
        (FulfilmentStep::Fulfil, _) if sent => FulfilmentDecision::AlreadyDone,
        (FulfilmentStep::Fulfil, Some(_)) => refused("it is held"),
        (FulfilmentStep::Fulfil, None) if preorder.disputed_at.is_some() => refused("its payment is disputed"),
        (FulfilmentStep::Fulfil, None) => match preorder.status {
            Status::Completed => FulfilmentDecision::Change(Fulfilment { fulfilled_at: Some(now), ..stored.clone() }),
            Status::Refunded => refused("its money went back"),
            Status::Initiated | Status::Processing | Status::Failed | Status::Cancelled => refused("it is not paid"),
        },
    }
}
