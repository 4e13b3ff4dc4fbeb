//! The contract of [`CatchUpStore`](pledge_domain::ports::CatchUpStore).
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    ids::EventId,
    ports::{CatchUpStore, Watermark},
};

use crate::{
    Deliver,
    builders::{a_preorder, session_paid},
    contract::Subject,
    time::t,
};

pub async fn there_is_no_watermark_before_the_first_catch_up<S: Subject>(subject: &S) {
    assert_eq!(subject.store().watermark().await.unwrap(), None);
}

pub async fn a_watermark_never_goes_back<S: Subject>(subject: &S) {
    let store = subject.store();
    let watermark = |at, moved_at| Some(Watermark { at: t(at), moved_at: t(moved_at) });
    for (to, now, expected) in [(100, 300, (100, 300)), (200, 310, (200, 310)), (150, 320, (200, 310))] {
        store.advance_watermark(t(to), t(now)).await.unwrap();
        assert_eq!(store.watermark().await.unwrap(), watermark(expected.0, expected.1));
    }
}

pub async fn of_listed_events_those_are_named_that_are_not_recorded<S: Subject>(subject: &S) {
    let store = subject.store();
    store.deliver(&session_paid("evt_1", &a_preorder(1)), t(100)).await.unwrap();
    let ids = ["evt_1", "evt_2", "evt_3"].map(|id| EventId::parse(id).unwrap());
    let mut unrecorded = store.unrecorded(&ids).await.unwrap();
    unrecorded.sort();
    assert_eq!(unrecorded, ids[1..]);
    assert_eq!(store.unrecorded(&[]).await.unwrap(), []);
}
