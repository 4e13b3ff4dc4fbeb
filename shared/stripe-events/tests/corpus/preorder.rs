//! The facts that the fixtures of preorders must decode to, in both shapes.

use pledge_domain::{
    Timestamp,
    email::Email,
    ids::{DisputeId, PaymentIntentId, PreorderId, PriceId, RefundId, SessionId, UserId},
    locale::Locale,
    money::{Currency, Money},
    preorder::{Color, Contact, PreorderMetadata},
    stripe::{
        ChargeRefundedFact, CheckoutPaymentStatus, DisputeFact, DisputeStatus, Fact, PaymentFailedFact, RefundFact,
        RefundStatus, SessionFact,
        SessionStep::{self, AsyncPaymentFailed, AsyncPaymentSucceeded, Completed, Expired},
    },
};

use crate::ignored;

/// Returns the names of fixtures, each with the fact that it must decode to.
pub fn expectations() -> Vec<(&'static str, Fact)> {
    vec![
        ("checkout.session.completed", filled_in(Completed(CheckoutPaymentStatus::Paid))),
        ("checkout.session.completed.unpaid", filled_in(Completed(CheckoutPaymentStatus::Unpaid))),
        ("checkout.session.completed.foreign", foreign()),
        ("checkout.session.completed.subscription", ignored("a session that is not for a one-time payment")),
        ("checkout.session.async_payment_succeeded", filled_in(AsyncPaymentSucceeded)),
        ("checkout.session.async_payment_failed", filled_in(AsyncPaymentFailed)),
        ("checkout.session.expired", Fact::Session(Box::new(session(Expired)))),
        ("payment_intent.payment_failed", payment_failed()),
        ("payment_intent.succeeded", ignored("the Checkout session's own events decide")),
        ("charge.refunded", refund(19_900)),
        ("charge.refunded.partial", refund(5_000)),
        ("charge.refund.updated", one_refund(RefundStatus::Succeeded, 1_752_250_900)),
        ("charge.refund.updated.failed", one_refund(RefundStatus::Failed, 1_752_850_000)),
        ("refund.created", one_refund(RefundStatus::Succeeded, 1_752_250_000)),
        ("refund.updated", one_refund(RefundStatus::Succeeded, 1_752_250_900)),
        ("refund.failed", one_refund(RefundStatus::Failed, 1_752_850_000)),
        ("charge.dispute.created", dispute(DisputeStatus::NeedsResponse, 1_752_400_000, false)),
        ("charge.dispute.updated", dispute(DisputeStatus::UnderReview, 1_752_401_000, false)),
        ("charge.dispute.closed", dispute(DisputeStatus::Lost, 1_752_402_000, false)),
        ("charge.dispute.funds_withdrawn", dispute(DisputeStatus::NeedsResponse, 1_752_403_000, true)),
        ("charge.dispute.funds_reinstated", dispute(DisputeStatus::Won, 1_752_404_000, false)),
    ]
}

fn intent() -> PaymentIntentId {
    PaymentIntentId::parse("pi_3RkQ1aBxq7Zf9aTe1a2B3c4D").unwrap()
}

fn preorder() -> PreorderId {
    PreorderId::parse("7c0a1f5e-2b7d-4a43-9a58-3f1b6f0c9d21").unwrap()
}

fn usd(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Returns a session of ours that the customer hasn't filled in.
fn session(step: SessionStep) -> SessionFact {
    SessionFact {
        session: SessionId::parse("cs_test_a1Q7vB2nM4kX9zL0pT5rY8wE3uI6oS1dF7gH2jK4lZ9xC5vB8nM0qW3eR6").unwrap(),
        step,
        expires_at: Some(Timestamp::from_unix_timestamp(1_752_076_800).unwrap()),
        metadata: PreorderMetadata {
            preorder: Some(preorder()),
            attempt: Some(2),
            user: Some(UserId::parse("kZ8sPq3vTfXyR1mNcD5wGh2LbE72").unwrap()),
            color: Some(Color::recorded("Sakura Pink".into())),
            locale: Some(Locale::Ja),
            price: Some(PriceId::parse("price_1RjX0QBxq7Zf9aTeSakuraPk").unwrap()),
            agreed_to: None,
        },
        recovery_url: None,
        payment_intent: None,
        amount: Some(usd(19_900)),
        email: Some(Email::parse("hanako@example.jp").unwrap()),
        contact: Contact::default(),
        customer: None,
    }
}

/// Returns the fact of a session at `step` that has a payment and the customer's contact data.
fn filled_in(step: SessionStep) -> Fact {
    let contact = Contact {
        first_name: text("花子"),
        last_name: text("山田"),
        phone: text("+817012345678"),
        address_line1: text("河原町通三条下る 12-3"),
        address_line2: text("コーポ鴨川 402"),
        city: text("京都市"),
        state: text("京都府"),
        postal_code: text("604-8005"),
        country: text("JP"),
    };
    Fact::Session(Box::new(SessionFact { payment_intent: Some(intent()), contact, ..session(step) }))
}

/// Returns the fact of a free order from a payment link, which has none of our metadata.
fn foreign() -> Fact {
    let contact = Contact {
        first_name: text("Ada King"),
        last_name: text("Lovelace"),
        address_line1: text("10 Downing Street"),
        city: text("London"),
        postal_code: text("SW1A 2AA"),
        country: text("GB"),
        ..Contact::default()
    };
    Fact::Session(Box::new(SessionFact {
        session: SessionId::parse("cs_test_b1FromPaymentLink").unwrap(),
        step: Completed(CheckoutPaymentStatus::NoPaymentRequired),
        expires_at: Some(Timestamp::from_unix_timestamp(1_752_076_800).unwrap()),
        metadata: PreorderMetadata::default(),
        recovery_url: None,
        payment_intent: None,
        amount: Some(Money::new(0, Currency::parse("jpy").unwrap())),
        email: Some(Email::parse("ada@example.co.uk").unwrap()),
        contact,
        customer: None,
    }))
}

fn refund(cents: i64) -> Fact {
    Fact::ChargeRefunded(ChargeRefundedFact {
        payment_intent: intent(),
        preorder: Some(preorder()),
        refunded: usd(cents),
    })
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_unix_timestamp(seconds).unwrap()
}

fn one_refund(status: RefundStatus, at: i64) -> Fact {
    let failed = status == RefundStatus::Failed;
    Fact::Refund(RefundFact {
        refund: RefundId::parse("re_3RkQ1aBxq7Zf9aTe1HwqA0pL").unwrap(),
        payment_intent: intent(),
        amount: usd(19_900),
        created: moment(1_752_250_000),
        status,
        failure_reason: failed.then(|| "expired_or_canceled_card".to_owned()),
        at: moment(at),
    })
}

fn dispute(status: DisputeStatus, at: i64, funds_withdrawn: bool) -> Fact {
    Fact::Dispute(DisputeFact {
        dispute: DisputeId::parse("du_1RlaH2Bxq7Zf9aTeDsp00001").unwrap(),
        payment_intent: intent(),
        amount: usd(19_900),
        status,
        evidence_due: Some(moment(1_753_142_399)),
        funds_withdrawn,
        at: moment(at),
    })
}

fn payment_failed() -> Fact {
    Fact::PaymentFailed(PaymentFailedFact { payment_intent: intent(), preorder: Some(preorder()), attempt: Some(2) })
}
