//! The contract of [`StripeEventStore`](pledge_domain::ports::StripeEventStore).
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    decide::{Outcome, Recorded},
    ids::{OutboxId, PaymentIntentId, RefundId, SessionId},
    money::{Currency, Money},
    ports::{OutboxStore, PreorderStore},
    preorder::{Contact, Preorder, PreorderMetadata, Status},
    stripe::{
        ChargeRefundedFact, CheckoutPaymentStatus, Fact, RefundFact, RefundStatus, SessionFact, SessionStep,
        StripeEvent,
    },
    user::Owner,
};

use crate::{
    Deliver,
    builders::{
        a_new_preorder, a_preorder, a_session, an_account, dispute, event, intent_of, refund, session_expired,
        session_of, session_paid, session_succeeded_later, session_unpaid, uid,
    },
    contract::{Subject, ids},
    time::t,
};

/// The whole amount of [`session_paid`], in cents.
const IN_FULL: i64 = 1999;

async fn initiated(subject: &impl Subject) -> Preorder {
    let new = a_new_preorder(1, "reader@example.com", Owner::Unknown);
    subject.store().initiate(&new).await.unwrap()
}

/// Records an event that must be new. Returns its outcome and the keys of the announcements that it added.
async fn record(subject: &impl Subject, event: &StripeEvent) -> (Outcome, Vec<String>) {
    let Recorded::Now { outcome, announcements } = subject.store().deliver(event, t(100)).await.unwrap() else {
        panic!("{} was recorded before", event.id);
    };
    (outcome, keys(subject, &ids(&announcements)).await)
}

async fn keys(subject: &impl Subject, ids: &[OutboxId]) -> Vec<String> {
    let rows = subject.store().unsent(ids, t(100)).await.unwrap();
    rows.into_iter().map(|row| row.entry.key.split(':').next().unwrap().to_owned()).collect()
}

pub async fn a_payment_completes_the_preorder_and_is_told_to_the_outbox<S: Subject>(subject: &S) {
    let before = initiated(subject).await;
    let recorded = record(subject, &session_paid("evt_1", &before)).await;
    assert_eq!(recorded, (Outcome::Applied, vec!["preorder_success".to_owned()]));
    let after = subject.preorder(before.id).await;
    assert_eq!((after.status, after.checkout_attempt), (Status::Completed, 1));
    let payment = after.payment.unwrap();
    assert_eq!((payment.amount.amount, payment.paid_at), (IN_FULL, t(60)));
    assert_eq!(after.contact, before.contact);
}

pub async fn the_address_of_the_checkout_stands_beside_that_of_the_form<S: Subject>(subject: &S) {
    let before = initiated(subject).await;
    let given = Contact { address_line1: Some("Unter den Linden 1".into()), ..Contact::default() };
    let mut fact = a_session(&before, SessionStep::Completed(CheckoutPaymentStatus::Paid));
    fact.contact = given;
    record(subject, &event("evt_1", "checkout.session.completed", Fact::Session(Box::new(fact)))).await;
    let after = subject.preorder(before.id).await;
    assert_eq!(after.form_contact, Some(before.contact.clone()));
    assert_eq!((after.contact.address_line1.as_deref(), after.contact.city), (Some("Unter den Linden 1"), None));
    assert_eq!(after.contact.first_name, before.contact.first_name, "nobody said otherwise");
}

pub async fn a_second_delivery_is_recognised_and_changes_nothing<S: Subject>(subject: &S) {
    let preorder = initiated(subject).await;
    record(subject, &session_paid("evt_1", &preorder)).await;
    let after = subject.preorder(preorder.id).await;
    let other = session_expired("evt_1", &preorder);
    assert_eq!(subject.store().deliver(&other, t(101)).await.unwrap(), Recorded::Before);
    assert_eq!(subject.preorder(preorder.id).await, after);
}

pub async fn what_is_ignored_or_malformed_is_recorded_too<S: Subject>(subject: &S) {
    let ignored = event("evt_1", "customer.created", Fact::Ignored { reason: "not for us" });
    let malformed = event("evt_2", "charge.refunded", Fact::Malformed { reason: "no payment".into() });
    assert_eq!(record(subject, &ignored).await.0, Outcome::Ignored { reason: "not for us" });
    assert_eq!(record(subject, &malformed).await.0, Outcome::Parked { reason: "no payment".into() });
    for again in [ignored, malformed] {
        assert_eq!(subject.store().deliver(&again, t(101)).await.unwrap(), Recorded::Before);
    }
}

pub async fn a_refund_finds_the_preorder_by_its_payment<S: Subject>(subject: &S) {
    let preorder = initiated(subject).await;
    record(subject, &session_paid("evt_1", &preorder)).await;
    let (_, outbox) = record(subject, &refund("evt_2", &preorder, 500)).await;
    assert_eq!(outbox, [""; 0]);
    let (_, outbox) = record(subject, &refund("evt_3", &preorder, IN_FULL)).await;
    assert_eq!(outbox, ["preorder_refunded"]);
    let after = subject.preorder(preorder.id).await;
    assert_eq!((after.status, after.payment.unwrap().refunded), (Status::Refunded, IN_FULL));
}

pub async fn a_refund_that_comes_first_counts_later<S: Subject>(subject: &S) {
    let preorder = initiated(subject).await;
    record(subject, &refund("evt_1", &preorder, IN_FULL)).await;
    assert_eq!(subject.preorder(preorder.id).await, preorder);
    let (_, outbox) = record(subject, &session_paid("evt_2", &preorder)).await;
    assert_eq!(outbox.len(), 2, "{outbox:?}");
    assert_eq!(subject.preorder(preorder.id).await.status, Status::Refunded);
}

pub async fn a_dispute_that_comes_first_counts_later<S: Subject>(subject: &S) {
    let preorder = initiated(subject).await;
    record(subject, &dispute("evt_1", &preorder, "lost")).await;
    record(subject, &dispute("evt_2", &preorder, "needs_response")).await;
    record(subject, &refund("evt_3", &preorder, 500)).await;
    record(subject, &session_paid("evt_4", &preorder)).await;
    let payment = subject.preorder(preorder.id).await.payment.unwrap();
    assert_eq!((payment.dispute.as_deref(), payment.refunded), (Some("lost"), 500));
}

/// Returns the event about a refund of everything, at a moment after [`t`]`(60)`.
fn one_refund(id: &str, preorder: &Preorder, status: RefundStatus, at: i64) -> StripeEvent {
    let fact = RefundFact {
        refund: RefundId::parse("re_1").unwrap(),
        payment_intent: intent_of(preorder),
        amount: Money::new(IN_FULL, Currency::USD),
        created: t(61),
        status,
        failure_reason: None,
        at: t(at),
    };
    StripeEvent { created: t(at), ..event(id, "refund.updated", Fact::Refund(fact)) }
}

pub async fn a_refund_is_kept_with_everything_that_became_of_it<S: Subject>(subject: &S) {
    let preorder = initiated(subject).await;
    record(subject, &session_paid("evt_1", &preorder)).await;
    let (_, outbox) = record(subject, &one_refund("evt_2", &preorder, RefundStatus::Succeeded, 61)).await;
    assert_eq!(outbox, ["preorder_refunded"]);
    assert_eq!(subject.preorder(preorder.id).await.status, Status::Refunded);
    let (outcome, outbox) = record(subject, &one_refund("evt_3", &preorder, RefundStatus::Failed, 80)).await;
    assert!(matches!(&outcome, Outcome::Parked { reason } if reason.contains(&preorder.id.to_string())), "{outcome:?}");
    let after = subject.preorder(preorder.id).await;
    assert_eq!((after.status, outbox.len()), (Status::Completed, 0));
    let payment = after.payment.unwrap();
    assert_eq!((payment.refunded, payment.revoked, payment.was_revoked), (0, false, true));
    let (outcome, _) = record(subject, &one_refund("evt_4", &preorder, RefundStatus::Failed, 81)).await;
    assert_eq!(outcome, Outcome::Applied, "a person hears of it once");
}

pub async fn a_second_payment_is_kept_and_found<S: Subject>(subject: &S) {
    let preorder = initiated(subject).await;
    record(subject, &session_paid("evt_1", &preorder)).await;
    let other = PaymentIntentId::parse("pi_other").unwrap();
    let first = a_session(&preorder, SessionStep::Completed(CheckoutPaymentStatus::Paid));
    let again = SessionFact {
        session: SessionId::parse("cs_other").unwrap(),
        metadata: PreorderMetadata { attempt: Some(2), ..first.metadata },
        payment_intent: Some(other.clone()),
        ..first
    };
    let (outcome, outbox) =
        record(subject, &event("evt_2", "checkout.session.completed", Fact::Session(Box::new(again)))).await;
    assert_eq!((outcome, outbox.len()), (Outcome::Applied, 0));
    assert_eq!(subject.preorder(preorder.id).await.payments().count(), 2);
    let back = ChargeRefundedFact {
        payment_intent: other.clone(),
        preorder: None,
        refunded: Money::new(IN_FULL, Currency::USD),
    };
    let (_, outbox) = record(subject, &event("evt_3", "charge.refunded", Fact::ChargeRefunded(back))).await;
    assert_eq!(outbox, ["preorder_refunded"]);
    let after = subject.preorder(preorder.id).await;
    assert_eq!((after.status, after.payment.unwrap().intent), (Status::Completed, Some(intent_of(&preorder))));
    assert!(after.further_payments[0].revoked && after.further_payments[0].intent == Some(other));
}

pub async fn a_dispute_holds_the_preorder_while_it_is_open<S: Subject>(subject: &S) {
    let preorder = initiated(subject).await;
    record(subject, &session_paid("evt_1", &preorder)).await;
    let (_, outbox) = record(subject, &dispute("evt_2", &preorder, "needs_response")).await;
    assert_eq!(outbox, ["preorder_disputed"]);
    assert_eq!(subject.preorder(preorder.id).await.disputed_at, Some(t(60)));
    record(subject, &dispute("evt_3", &preorder, "won")).await;
    let after = subject.preorder(preorder.id).await;
    assert_eq!((after.status, after.disputed_at), (Status::Completed, None));
}

pub async fn an_announcement_that_is_in_the_outbox_is_not_written_again<S: Subject>(subject: &S) {
    let preorder = initiated(subject).await;
    record(subject, &session_unpaid("evt_1", &preorder)).await;
    let (_, first) = record(subject, &session_succeeded_later("evt_2", &preorder)).await;
    let (_, second) = record(subject, &session_paid("evt_3", &preorder)).await;
    assert_eq!((first.len(), second.len()), (1, 0));
    assert_eq!(subject.store().backlog().await.unwrap().waiting, 2, "started and success");
}

pub async fn a_payment_without_a_preorder_becomes_one<S: Subject>(subject: &S) {
    let unknown = a_preorder(7);
    let (outcome, outbox) = record(subject, &session_paid("evt_1", &unknown)).await;
    assert_eq!((outcome, outbox.as_slice()), (Outcome::Applied, ["preorder_success".to_owned()].as_slice()));
    let rescued = subject.preorder(unknown.id).await;
    assert_eq!((rescued.status, &rescued.email, &rescued.color), (Status::Completed, &unknown.email, &unknown.color));
    assert_eq!(rescued.created_at, t(60));
}

pub async fn a_rescued_preorder_keeps_a_known_owner_only<S: Subject>(subject: &S) {
    let owned = a_new_preorder(1, "reader@example.com", Owner::ByEmail(an_account("u1")));
    subject.store().initiate(&owned).await.unwrap();
    for (n, user, expected) in [(7, "u1", Some(uid("u1"))), (8, "nobody", None)] {
        let unknown = Preorder { user_id: Some(uid(user)), ..a_preorder(n) };
        record(subject, &session_paid(&format!("evt_{n}"), &unknown)).await;
        assert_eq!(subject.preorder(unknown.id).await.user_id, expected, "{user}");
    }
}

pub async fn a_rescued_preorder_is_found_by_its_session<S: Subject>(subject: &S) {
    let nameless = |id, of: &Preorder, make: fn(&str, &Preorder) -> StripeEvent| {
        let Fact::Session(mut fact) = make(id, of).fact else { unreachable!() };
        fact.metadata.preorder = None;
        event(id, "checkout.session.completed", Fact::Session(fact))
    };
    let unknown = a_preorder(7);
    let paid = nameless("evt_1", &unknown, session_paid);
    record(subject, &paid).await;
    let Fact::Session(fact) = &paid.fact else { unreachable!() };
    let rescued = subject.preorder(fact.preorder_or_rescued()).await;
    assert_eq!(rescued.session.as_ref().map(|session| &session.id), Some(&session_of(&unknown)));
    record(subject, &nameless("evt_2", &unknown, session_succeeded_later)).await;
    assert_eq!(subject.preorder(rescued.id).await, rescued);
}

pub async fn a_session_that_was_never_stored_is_taken_over<S: Subject>(subject: &S) {
    let preorder = initiated(subject).await;
    let (_, outbox) = record(subject, &session_expired("evt_1", &preorder)).await;
    assert_eq!(outbox, ["preorder_abandoned"]);
    let after = subject.preorder(preorder.id).await;
    assert_eq!((after.status, after.checkout_attempt), (Status::Cancelled, 1));
    let session = after.session.unwrap();
    assert_eq!((session.id, session.url, session.expires_at), (session_of(&preorder), None, Some(t(86_400))));
}
