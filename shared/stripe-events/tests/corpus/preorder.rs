//! What the fixtures of preorders say, in either shape.

use pledge_domain::{
    Timestamp,
    email::Email,
    ids::{PaymentIntentId, PreorderId, PriceId, SessionId, UserId},
    locale::Locale,
    money::{Currency, Money},
    preorder::{Color, Contact},
    stripe::{
        CheckoutPaymentStatus, DisputeFact, Fact, PaymentFailedFact, RefundFact, SessionFact,
        SessionStep::{self, AsyncPaymentFailed, AsyncPaymentSucceeded, Completed, Expired},
    },
};

use crate::ignored;

/// Fixture and fact.
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
        ("charge.refund.updated", ignored("charge.refunded decides")),
        ("charge.refund.updated.failed", refund_failed()),
        ("refund.failed", refund_failed()),
        ("refund.created", ignored("charge.refunded decides")),
        ("refund.updated", ignored("charge.refunded decides")),
        ("charge.dispute.created", dispute("needs_response")),
        ("charge.dispute.updated", dispute("under_review")),
        ("charge.dispute.closed", dispute("lost")),
        ("charge.dispute.funds_withdrawn", dispute("needs_response")),
        ("charge.dispute.funds_reinstated", dispute("won")),
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

/// A session of ours that the customer hasn't filled in.
fn session(step: SessionStep) -> SessionFact {
    SessionFact {
        session: SessionId::parse("cs_test_a1Q7vB2nM4kX9zL0pT5rY8wE3uI6oS1dF7gH2jK4lZ9xC5vB8nM0qW3eR6").unwrap(),
        step,
        expires_at: Some(Timestamp::from_unix_timestamp(1_752_076_800).unwrap()),
        preorder: Some(preorder()),
        attempt: Some(2),
        user: Some(UserId::parse("kZ8sPq3vTfXyR1mNcD5wGh2LbE72").unwrap()),
        color: Some(Color::recorded("Sakura Pink".into())),
        locale: Some(Locale::Ja),
        price: Some(PriceId::parse("price_1RjX0QBxq7Zf9aTeSakuraPk").unwrap()),
        payment_intent: None,
        amount: Some(usd(19_900)),
        email: Some(Email::parse("hanako@example.jp").unwrap()),
        contact: Contact::default(),
    }
}

/// The same session with a payment and what the customer filled in.
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

/// A free order that a payment link made: nothing of it is ours, but it is one.
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
        preorder: None,
        attempt: None,
        user: None,
        color: None,
        locale: None,
        price: None,
        payment_intent: None,
        amount: Some(Money::new(0, Currency::parse("jpy").unwrap())),
        email: Some(Email::parse("ada@example.co.uk").unwrap()),
        contact,
    }))
}

fn refund(cents: i64) -> Fact {
    Fact::Refund(RefundFact { payment_intent: intent(), preorder: Some(preorder()), refunded: usd(cents) })
}

fn dispute(status: &str) -> Fact {
    Fact::Dispute(DisputeFact { payment_intent: intent(), status: status.into() })
}

fn payment_failed() -> Fact {
    Fact::PaymentFailed(PaymentFailedFact { payment_intent: intent(), preorder: Some(preorder()), attempt: Some(2) })
}

fn refund_failed() -> Fact {
    let reason = "a refund failed at the bank and the money is still owed: expired_or_canceled_card".into();
    Fact::Malformed { reason }
}
