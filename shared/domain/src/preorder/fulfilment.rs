//! The rules of fulfilment: whether a paid preorder may be sent to its customer, and whether it was.

use crate::{
    Timestamp,
    preorder::{Preorder, Status},
};

/// The state of sending a preorder's goods, as operators have set it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fulfilment {
    /// The hold, while the goods are held back.
    pub hold: Option<Hold>,
    /// When an operator recorded that the goods were sent.
    pub fulfilled_at: Option<Timestamp>,
}

/// A hold, under which nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// When the hold began.
    pub since: Timestamp,
    /// The reason, in the operator's words.
    pub reason: String,
}

/// A step that an operator takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FulfilmentStep {
    /// Holds the goods back.
    Hold {
        /// The reason, in the operator's words.
        reason: String,
    },
    /// Ends the hold.
    Release,
    /// Records that the goods were sent.
    Fulfil,
}

/// The decision about an operator's step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FulfilmentDecision {
    /// The state is to be replaced by this one.
    Change(Fulfilment),
    /// Nothing has to change, since the state is already as the step wants it.
    AlreadyDone,
    /// The step isn't allowed.
    Refused {
        /// The reason why not.
        reason: &'static str,
    },
}

/// Decides about an operator's step with a preorder.
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
