//! The decisions about what operators state about a preorder's sending.

use pledge_domain::preorder::{
    Preorder, Status,
    fulfilment::{Fulfilment, FulfilmentDecision, FulfilmentStep, Hold, decide},
};

use crate::preorder_history::{initiated, t};

fn with_status(status: Status) -> Preorder {
    Preorder { status, ..initiated() }
}

fn hold(reason: &str) -> FulfilmentStep {
    FulfilmentStep::Hold { reason: reason.to_owned() }
}

fn held(since: i64, reason: &str) -> Fulfilment {
    Fulfilment { hold: Some(Hold { since: t(since), reason: reason.to_owned() }), fulfilled_at: None }
}

fn is_refused(decision: &FulfilmentDecision) -> bool {
    matches!(decision, FulfilmentDecision::Refused { .. })
}

#[test]
fn only_what_is_paid_and_neither_held_nor_disputed_is_fulfilled() {
    let fulfil = |preorder: &Preorder, stored: &Fulfilment| decide(preorder, stored, &FulfilmentStep::Fulfil, t(5));
    let sent = Fulfilment { hold: None, fulfilled_at: Some(t(5)) };
    for status in Status::ALL {
        let decision = fulfil(&with_status(status), &Fulfilment::default());
        match status {
            Status::Completed => assert_eq!(decision, FulfilmentDecision::Change(sent.clone())),
            _ => assert!(is_refused(&decision), "{status:?}"),
        }
    }
    let paid = with_status(Status::Completed);
    assert!(is_refused(&fulfil(&paid, &held(1, "x"))));
    assert!(is_refused(&fulfil(&Preorder { disputed_at: Some(t(1)), ..paid.clone() }, &Fulfilment::default())));
    assert_eq!(fulfil(&paid, &sent), FulfilmentDecision::AlreadyDone);
}

#[test]
fn what_is_held_is_released_and_what_is_sent_is_held_no_more() {
    let preorder = with_status(Status::Processing);
    let stored = Fulfilment::default();
    assert_eq!(decide(&preorder, &stored, &hold("a"), t(1)), FulfilmentDecision::Change(held(1, "a")));
    assert_eq!(decide(&preorder, &held(1, "a"), &hold("a"), t(2)), FulfilmentDecision::AlreadyDone);
    assert_eq!(
        decide(&preorder, &held(1, "a"), &hold("b"), t(2)),
        FulfilmentDecision::Change(held(1, "b")),
        "another reason, and still since then"
    );
    let release = |stored: &Fulfilment| decide(&preorder, stored, &FulfilmentStep::Release, t(3));
    assert_eq!(release(&held(1, "a")), FulfilmentDecision::Change(Fulfilment::default()));
    assert_eq!(release(&stored), FulfilmentDecision::AlreadyDone);
    let sent = Fulfilment { hold: None, fulfilled_at: Some(t(4)) };
    assert!(is_refused(&decide(&preorder, &sent, &hold("a"), t(5))));
}
