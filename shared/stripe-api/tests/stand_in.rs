//! The client and the decoder work against the strict stand-in for Stripe: requests, answers, signatures and events of both
//! API versions fit together.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod environment;
mod support;

use std::time::Duration;

use environment::{TestEnvironment, customer_of, method, purchase, subscription_request, tier};
use pledge_domain::{
    ids::{PriceId, UserId},
    ports::{Billing, BillingError, CheckoutGateway, GatewayError, Gone, IntentState, SessionRequest, SessionStatus},
    preorder::CheckoutPolicy,
    stripe::{Cancellation, CheckoutPaymentStatus, Fact, InvoiceFact, SessionStep, SubscriptionStatus},
};
use pledge_stand_ins::{
    Fault,
    stripe::{Payment, PaymentOutcome},
};
use pledge_stripe_api::Limits;

#[tokio::test]
async fn a_session_that_is_paid_comes_back_with_everything_that_it_was_opened_with() {
    let environment = TestEnvironment::start().await;
    let request = environment.session_request().await;
    let session = environment.stripe.open_session(&request).await.unwrap();
    assert!(session.status == SessionStatus::Open && session.url.is_some());
    let paid = environment.stand_in.pay_session(session.id.as_str(), Payment::default());
    assert!(matches!(paid, PaymentOutcome::Completed { .. }), "{paid:?}");

    for facts in environment.facts().await {
        let completed = facts.iter().find_map(|fact| match fact {
            Fact::Session(fact) if fact.step == SessionStep::Completed(CheckoutPaymentStatus::Paid) => Some(fact),
            _ => None,
        });
        let fact = completed.unwrap();
        let metadata = &fact.metadata;
        assert_eq!(
            (&fact.session, metadata.preorder, metadata.attempt),
            (&session.id, Some(request.preorder), Some(1))
        );
        assert_eq!((metadata.user.as_ref(), metadata.color.as_ref()), (request.user.as_ref(), Some(&request.color)));
        assert_eq!((metadata.locale, metadata.price.as_ref()), (Some(request.locale), Some(&request.price)));
        assert_eq!((fact.amount.unwrap().amount, fact.email.as_ref()), (19_900, Some(&request.email)));
        assert!(fact.payment_intent.is_some());
        assert!(fact.contact.address_line1.is_some() && fact.contact.phone.is_some());
        assert!(facts.iter().all(|fact| !matches!(fact, Fact::Malformed { .. })), "{facts:?}");
    }
}

#[tokio::test]
async fn the_same_attempt_is_the_same_session_and_the_next_one_another() {
    let environment = TestEnvironment::start().await;
    let request = environment.session_request().await;
    let first = environment.stripe.open_session(&request).await.unwrap();
    assert_eq!(environment.stripe.open_session(&request).await.unwrap(), first);
    let second = environment.stripe.open_session(&SessionRequest { attempt: 2, ..request }).await.unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(environment.stand_in.objects("checkout.session").len(), 2);
}

/// Whether the request or its answer is lost on the way, Stripe has one session in the end.
#[tokio::test]
async fn no_fault_on_the_way_makes_a_second_session() {
    let faults = [
        Fault::status(503),
        Fault::html(502),
        Fault::hang_up(),
        Fault::hang_up().after_effect(),
        Fault::silence(),
        Fault::silence().after_effect(),
        Fault::html(504).after_effect(),
        Fault::rate_limited(1),
    ];
    let limits =
        Limits { each_try: Duration::from_millis(400), first_pause: Duration::from_millis(5), ..Limits::default() };
    for fault in faults {
        let environment = TestEnvironment::start().await;
        let request = environment.session_request().await;
        environment.stand_in.faults().add(fault.clone().on("POST", "/v1/checkout/sessions"));
        let stripe = environment.stripe.clone().with_limits(limits);
        let session = stripe.open_session(&request).await;
        assert!(session.as_ref().is_ok_and(|session| session.status == SessionStatus::Open), "{fault:?}: {session:?}");
        assert_eq!(environment.stand_in.objects("checkout.session").len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn nobody_can_pay_in_a_session_that_was_closed_and_a_paid_one_says_so() {
    let environment = TestEnvironment::start().await;
    let request = environment.session_request().await;
    let session = environment.stripe.open_session(&request).await.unwrap();
    assert_eq!(environment.stripe.close_session(&session.id).await.unwrap(), SessionStatus::Expired);
    assert_eq!(environment.stripe.close_session(&session.id).await.unwrap(), SessionStatus::Expired);
    let next =
        environment.stripe.open_session(&SessionRequest { attempt: request.attempt + 1, ..request }).await.unwrap();
    environment.stand_in.pay_session(next.id.as_str(), Payment::by_card());
    assert_eq!(environment.stripe.close_session(&next.id).await.unwrap(), SessionStatus::Complete);
}

#[tokio::test]
async fn other_parameters_under_a_used_key_consume_it_and_an_unknown_price_is_refused() {
    let environment = TestEnvironment::start().await;
    let request = environment.session_request().await;
    environment.stripe.open_session(&request).await.unwrap();
    let other = SessionRequest { cancel_url: "https://example.com/elsewhere".into(), ..request.clone() };
    assert!(matches!(environment.stripe.open_session(&other).await, Err(GatewayError::IdempotencyKeyConsumed(_))));
    let price = PriceId::parse("price_unknown").unwrap();
    let unknown = SessionRequest { attempt: 2, price, ..request };
    let refused = environment.stripe.open_session(&unknown).await;
    assert!(matches!(refused, Err(GatewayError::Gone { what: Gone::Price, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_subscription_is_paid_cancelled_resumed_and_ended() {
    let environment = TestEnvironment::start().await;
    let (customer, request) = subscription_request(&environment).await;
    let made = environment.stripe.create_subscription(&request).await.unwrap();
    let id = made.made.subscription.id.clone();
    assert_eq!(made.made.subscription.status, SubscriptionStatus::Incomplete);
    assert_eq!(made.made.subscription.customer.as_ref(), Some(&customer));
    assert!(made.client_secret.is_some() && made.made.invoice.is_some());

    environment.confirm(made.made.payment_intent.as_ref().unwrap(), "pm_card_visa").await;
    let running = environment.stripe.subscription(&id).await.unwrap();
    assert_eq!((running.made.subscription.status, &running.client_secret), (SubscriptionStatus::Active, &None));
    assert!(running.period.is_some_and(|period| period.start < period.end));

    for _ in 0..2 {
        let cancelled = environment.stripe.cancel_at_period_end(&id).await.unwrap();
        assert!(cancelled.made.subscription.cancel_at_period_end);
        let resumed = environment.stripe.resume(&id, cancelled.cancellation).await.unwrap();
        assert_eq!(
            (resumed.made.subscription.cancel_at_period_end, resumed.cancellation),
            (false, Cancellation::default())
        );
    }
    for _ in 0..2 {
        let ended = environment.stripe.cancel_now(&id).await.unwrap();
        assert_eq!(ended.made.subscription.status, SubscriptionStatus::Canceled);
    }

    for facts in environment.facts().await {
        let invoice = facts.iter().find_map(|fact| match fact {
            Fact::InvoicePaid(fact) => Some(fact),
            _ => None,
        });
        let expected = made.made.clone();
        let InvoiceFact { subscription, metadata, period, price, amount, .. } = &**invoice.unwrap();
        assert_eq!((subscription, metadata.as_ref()), (&id, Some(&request.metadata)));
        assert_eq!((*period, price.as_ref(), *amount), (made.period, Some(&request.price), tier().price));
        let linked = facts.iter().any(|fact| match fact {
            Fact::InvoicePaid(fact) => fact.payment_intent == expected.payment_intent,
            Fact::InvoicePaymentLinked(fact) => Some(&fact.payment_intent) == expected.payment_intent.as_ref(),
            _ => false,
        });
        assert!(linked, "either event says which payment it was");
        let last = facts.iter().rev().find_map(|fact| match fact {
            Fact::SubscriptionChanged(fact) => Some(fact),
            _ => None,
        });
        assert_eq!(last.unwrap().status, SubscriptionStatus::Canceled);
        assert!(facts.iter().all(|fact| !matches!(fact, Fact::Malformed { .. })), "{facts:?}");
    }
}

#[tokio::test]
async fn fifty_at_once_make_one_customer_one_price_and_one_subscription() {
    let environment = TestEnvironment::start().await;
    let (_, request) = subscription_request(&environment).await;
    let made = futures_util::future::join_all((0..50).map(|_| async {
        let customer = customer_of(&environment.stripe).await;
        let price = environment.stripe.create_price(&tier()).await.unwrap();
        let made = environment.stripe.create_subscription(&request).await.unwrap();
        (customer, price, made.made.subscription.id)
    }));
    let made = made.await;
    assert!(made.iter().all(|other| other == &made[0]));
    for kind in ["customer", "price", "subscription"] {
        assert_eq!(environment.stand_in.objects(kind).len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn a_card_is_attached_once_and_pays_what_follows() {
    let environment = TestEnvironment::start().await;
    let (customer, request) = subscription_request(&environment).await;
    let card = environment.stripe.attach_payment_method(&customer, &method("pm_card_visa")).await.unwrap();
    assert_ne!(card, method("pm_card_visa"), "an alias is not what was made of it");
    assert_eq!(environment.stripe.attach_payment_method(&customer, &card).await.unwrap(), card);
    let id = environment.stripe.create_subscription(&request).await.unwrap().made.subscription.id;
    environment.stripe.set_payment_method(&id, &card).await.unwrap();
    assert_eq!(environment.stand_in.object(id.as_str())["default_payment_method"], card.as_str());

    let other_reader = UserId::parse("somebody-else").unwrap();
    let other = environment.stripe.create_customer(&other_reader, None).await.unwrap();
    for unusable in [method("pm_unknown"), environment.card(&other, "pm_card_visa").await] {
        let attached = environment.stripe.attach_payment_method(&customer, &unusable).await;
        assert!(matches!(attached, Err(BillingError::UnusablePaymentMethod)), "{attached:?}");
        let set = environment.stripe.set_payment_method(&id, &unusable).await;
        assert!(matches!(set, Err(BillingError::UnusablePaymentMethod)), "{set:?}");
    }
    let declined = environment.stripe.attach_payment_method(&customer, &method("pm_card_chargeDeclined")).await;
    assert!(matches!(declined, Err(BillingError::Declined { code: Some(_) })), "{declined:?}");
}

#[tokio::test]
async fn a_purchase_is_paid_once_after_a_refused_card() {
    let environment = TestEnvironment::start().await;
    let request = purchase(customer_of(&environment.stripe).await);
    let intent = environment.stripe.create_payment(&request).await.unwrap();
    assert_eq!(environment.stripe.create_payment(&request).await.unwrap(), intent);
    assert_eq!(intent.state, IntentState::Payable);
    environment.confirm(&intent.id, "pm_card_chargeDeclined").await;
    environment.confirm(&intent.id, "pm_card_visa").await;
    assert_eq!(environment.stripe.payment(&intent.id).await.unwrap().state, IntentState::Paid);

    for facts in environment.facts().await {
        let failed = facts.iter().any(
            |fact| matches!(fact, Fact::PurchaseFailed(fact) if fact.metadata.as_ref() == Some(&request.metadata)),
        );
        let paid = facts.iter().any(|fact| {
            matches!(fact, Fact::PurchaseSucceeded(fact)
                if fact.metadata.as_ref() == Some(&request.metadata) && fact.amount == request.amount)
        });
        assert!(failed && paid, "{facts:?}");
    }
}

#[tokio::test]
async fn an_expired_session_has_a_link_to_go_on_with_if_the_shop_wants_one() {
    for recovery in [false, true] {
        let environment = TestEnvironment::start().await;
        let policy = CheckoutPolicy { recovery, ..CheckoutPolicy::default() };
        let request = SessionRequest { policy, ..environment.session_request().await };
        let session = environment.stripe.open_session(&request).await.unwrap().id;
        environment.post(&format!("checkout/sessions/{session}/expire"), &[]).await;
        for facts in environment.facts().await {
            let expired = facts.iter().find_map(|fact| match fact {
                Fact::Session(fact) => Some(fact),
                _ => None,
            });
            assert_eq!(expired.unwrap().recovery_url.is_some(), recovery);
        }
    }
}
