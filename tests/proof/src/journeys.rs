//! What readers do. Every journey sets up its environment without a fault; only then may steps fail.

use std::time::Duration;

use pledge_faults::{Fault, System};
use pledge_stand_ins::stripe::{Payment, PaymentChoice};
use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};

use crate::{
    environment::{Arrival, TestEnvironment},
    functions::{READER, RETURNED_TOKEN, TOKEN, UID},
};

const DAY: u64 = 24 * 60 * 60;

/// The first name of every reader who sends a form.
pub const FIRST_NAME: &str = "Seraphina";

/// The journeys, each with one part in which steps may fail; what comes before goes well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journey {
    /// A reader sends the form, opens the checkout and pays by card.
    PreorderPaid,
    /// A reader goes away from the page where one pays, and the session expires.
    PreorderAbandoned,
    /// A reader pays with a method that takes days.
    PreorderDelayed,
    /// A reader's card is refused, and another one taken.
    PreorderRetried,
    /// A reader pays, and the money goes back.
    PreorderRefunded,
    /// A reader whose preorder is stored signs in, twice.
    SignedIn,
    /// A subscriber's account was deleted, and they come back with another one, and renew.
    CameBack,
    /// A reader agrees to marketing in a form, and withdraws it in their account.
    ConsentGivenAndWithdrawn,
    /// A reader subscribes and pays the first invoice.
    SubscriptionStarted,
    /// A month after a reader has subscribed, the subscription renews.
    SubscriptionRenewed,
    /// A subscriber ends the subscription with its period.
    SubscriptionCancelled,
    /// A reader repairs a renewal that was refused, with another card.
    RenewalRepaired,
    /// A subscriber lets the subscription renew at another tier.
    TierChanged,
    /// A subscriber opens the billing portal.
    PortalOpened,
    /// A subscriber gets the first payment back.
    SubscriptionRefunded,
    /// A reader buys 30 days, and then 30 more of a higher tier.
    Purchased,
    /// A reader's card for 30 days is refused, and another one taken.
    PurchaseRetried,
    /// Stripe delivers one event about a paid session.
    OneEvent,
    /// The sender gets a batch of twelve facts.
    Batch,
    /// The queue lost everything, and the sweep finds it.
    Sweep,
    /// Stripe delivers nothing about a paid session, and the schedule fetches it.
    CaughtUp,
}

impl Journey {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::PreorderPaid,
        Self::PreorderAbandoned,
        Self::PreorderDelayed,
        Self::PreorderRetried,
        Self::PreorderRefunded,
        Self::SignedIn,
        Self::CameBack,
        Self::ConsentGivenAndWithdrawn,
        Self::SubscriptionStarted,
        Self::SubscriptionRenewed,
        Self::SubscriptionCancelled,
        Self::RenewalRepaired,
        Self::TierChanged,
        Self::PortalOpened,
        Self::SubscriptionRefunded,
        Self::Purchased,
        Self::PurchaseRetried,
        Self::OneEvent,
        Self::Batch,
        Self::Sweep,
        Self::CaughtUp,
    ];

    /// Runs the journey with these faults. Returns the steps that were counted.
    pub async fn run(self, environment: &mut TestEnvironment, faults: &[Fault]) -> Vec<System> {
        match self {
            Self::PreorderPaid => {
                environment.injector.arm(faults);
                paid(environment).await;
            }
            Self::PreorderAbandoned => {
                environment.injector.arm(faults);
                let preorder = preorder(environment, READER).await;
                checkout(environment, &preorder).await;
                environment.advance(Duration::from_secs(2 * DAY));
                environment.settle().await;
            }
            Self::PreorderDelayed => {
                environment.injector.arm(faults);
                let preorder = preorder(environment, READER).await;
                let session = checkout(environment, &preorder).await;
                let debit = Payment { method: PaymentChoice::BankDebit, ..Payment::default() };
                environment.stripe.pay_session(&session, debit);
                environment.settle().await;
                environment.advance(Duration::from_secs(3 * DAY));
                environment.stripe.settle_session(&session, true).unwrap();
                environment.settle().await;
            }
            Self::PreorderRetried => {
                environment.injector.arm(faults);
                let preorder = preorder(environment, READER).await;
                let session = checkout(environment, &preorder).await;
                let declined = Payment { method: PaymentChoice::DeclinedCard, ..Payment::default() };
                environment.stripe.pay_session(&session, declined);
                environment.settle().await;
                let session = checkout(environment, &preorder).await;
                environment.stripe.pay_session(&session, Payment::default());
                environment.settle().await;
            }
            Self::PreorderRefunded => {
                paid(environment).await;
                environment.injector.arm(faults);
                let intents = environment.stripe.objects("payment_intent");
                let intent = intents[0]["id"].as_str().unwrap();
                environment.stripe.refund(intent, Some(100)).unwrap();
                environment.stripe.refund(intent, None).unwrap();
                environment.settle().await;
            }
            Self::SignedIn => {
                preorder(environment, READER).await;
                environment.settle().await;
                environment.injector.arm(faults);
                environment.ask(&sign_in(), 200).await;
                environment.ask(&sign_in(), 200).await;
                environment.settle().await;
            }
            Self::CameBack => {
                subscribed(environment).await;
                environment.firebase.delete_user(UID);
                environment.injector.arm(faults);
                // Whoever isn't known to be gone when Firebase doesn't answer is taken over at the next sign-in.
                environment.ask(&come_back(), 200).await;
                environment.ask(&come_back(), 200).await;
                environment.advance(Duration::from_secs(32 * DAY));
                environment.settle().await;
            }
            Self::ConsentGivenAndWithdrawn => {
                environment.injector.arm(faults);
                environment.ask(&as_reader(form_with_consent(READER)), 201).await;
                environment.settle().await;
                environment.clock.advance(Duration::from_secs(60));
                environment.ask(&says_of_marketing(&json!({ "marketingConsent": false })), 200).await;
                environment.settle().await;
            }
            Self::SubscriptionStarted => {
                environment.injector.arm(faults);
                subscribed(environment).await;
            }
            Self::SubscriptionRenewed => {
                subscribed(environment).await;
                environment.injector.arm(faults);
                environment.advance(Duration::from_secs(32 * DAY));
                environment.settle().await;
            }
            Self::SubscriptionCancelled => {
                subscribed(environment).await;
                environment.injector.arm(faults);
                let novel = json!({ "novelId": 7 });
                environment.ask(&champion("champion-subscription/cancel", &novel), 200).await;
                environment.settle().await;
                environment.ask(&champion("champion-subscription/resume", &novel), 200).await;
                environment.settle().await;
                environment.ask(&champion("champion-subscription/cancel", &novel), 200).await;
                environment.settle().await;
                environment.advance(Duration::from_secs(32 * DAY));
                environment.settle().await;
            }
            Self::RenewalRepaired => {
                past_due(environment).await;
                environment.injector.arm(faults);
                environment.ask(&repair("the only try"), 200).await;
                environment.settle().await;
            }
            Self::TierChanged => {
                subscribed(environment).await;
                environment.injector.arm(faults);
                // Whoever asks again after a lost answer is told that it is so.
                let (status, body) = environment.request(&tier_change(4)).await;
                assert!(status == 200 || body["code"] == "CHANGE_NOT_POSSIBLE", "{status} {body}");
                environment.settle().await;
                environment.advance(Duration::from_secs(32 * DAY));
                environment.settle().await;
            }
            Self::PortalOpened => {
                subscribed(environment).await;
                environment.register_portal().await;
                environment.injector.arm(faults);
                environment.ask(&portal(), 200).await;
                environment.settle().await;
            }
            Self::SubscriptionRefunded => {
                subscribed(environment).await;
                environment.injector.arm(faults);
                let intents = environment.stripe.objects("payment_intent");
                environment.stripe.refund(intents[0]["id"].as_str().unwrap(), None).unwrap();
                environment.settle().await;
            }
            Self::Purchased => {
                environment.injector.arm(faults);
                purchased(environment, 2).await;
                environment.advance(Duration::from_secs(DAY));
                purchased(environment, 5).await;
            }
            Self::PurchaseRetried => {
                environment.injector.arm(faults);
                let answer = environment.ask(&purchase(2), 201).await;
                let secret = text(&answer, "clientSecret");
                environment.try_to_confirm(&secret, "pm_card_visa_chargeDeclined").await;
                environment.settle().await;
                environment.confirm(&secret, "pm_card_visa").await;
                environment.settle().await;
            }
            Self::OneEvent => {
                let preorder = preorder(environment, READER).await;
                let session = checkout(environment, &preorder).await;
                environment.settle().await;
                environment.stripe.pay_session(&session, Payment::default());
                environment.injector.arm(faults);
                environment.settle().await;
            }
            Self::Batch => {
                for n in 0..12 {
                    preorder(environment, &format!("reader-{n}@example.com")).await;
                }
                environment.injector.arm(faults);
                environment.settle().await;
            }
            Self::Sweep => {
                for n in 0..3 {
                    preorder(environment, &format!("reader-{n}@example.com")).await;
                }
                drop(environment.queue.receive());
                environment.clock.advance(Duration::from_secs(600));
                environment.injector.arm(faults);
                environment.sweep().await;
                environment.settle().await;
            }
            Self::CaughtUp => {
                let preorder = preorder(environment, READER).await;
                let session = checkout(environment, &preorder).await;
                environment.settle().await;
                environment.stripe.pay_session(&session, Payment::default());
                environment.set_arrival(Arrival::NEVER);
                // What is younger is listed again by the next catch-up, whatever the watermark says.
                environment.advance(Duration::from_secs(60 * 60));
                environment.injector.arm(faults);
                environment.settle().await;
            }
        }
        environment.injector.disarm()
    }
}

impl Journey {
    /// Returns what Klaviyo counts in the end, sorted, so that a journey which goes wrong from the start is no measure.
    #[must_use]
    pub fn facts(self) -> Vec<&'static str> {
        let mut facts = match self {
            Self::PreorderPaid | Self::PreorderDelayed | Self::OneEvent | Self::CaughtUp => {
                vec!["preorder_started", "preorder_success"]
            }
            Self::PreorderRetried => vec!["preorder_started", "preorder_payment_failed", "preorder_success"],
            Self::PreorderAbandoned => vec!["preorder_started", "preorder_abandoned"],
            // A part of it, and then the rest.
            Self::PreorderRefunded => {
                let parts = ["preorder_partly_refunded"; 2];
                [&["preorder_started", "preorder_success", "preorder_refunded"][..], &parts].concat()
            }
            // Consent of an address that is proven goes to the list.
            Self::SignedIn | Self::ConsentGivenAndWithdrawn => vec!["preorder_started"],
            Self::SubscriptionStarted | Self::PortalOpened => vec!["champion_started"],
            Self::CameBack | Self::SubscriptionRenewed | Self::TierChanged => {
                vec!["champion_started", "champion_renewed"]
            }
            Self::RenewalRepaired => vec!["champion_started", "champion_payment_failed", "champion_renewed"],
            Self::SubscriptionCancelled => vec!["champion_started", "champion_cancelled"],
            Self::SubscriptionRefunded => vec!["champion_started", "champion_refunded"],
            Self::Purchased => vec!["champion_started", "champion_upgraded"],
            Self::PurchaseRetried => vec!["champion_payment_failed", "champion_started"],
            Self::Batch => vec!["preorder_started"; 12],
            Self::Sweep => vec!["preorder_started"; 3],
        };
        facts.sort_unstable();
        facts
    }
}

/// Sends the form of this reader. Returns the preorder's id.
pub async fn preorder(environment: &mut TestEnvironment, email: &str) -> String {
    text(&environment.ask(&form(email), 201).await, "preorderId")
}

/// Returns the form of this reader, with the idempotency key that a front end makes for one form.
#[must_use]
pub fn form(email: &str) -> HttpEvent {
    let form = json!({ "email": email, "color": "Red", "locale": "en", "firstName": FIRST_NAME });
    HttpEvent::post("/preorders").json(&form).header("idempotency-key", &format!("form of {email}"))
}

/// Returns the form of this reader, who agrees to marketing.
#[must_use]
pub fn form_with_consent(email: &str) -> HttpEvent {
    let form = json!({
        "email": email, "color": "Red", "locale": "en", "firstName": FIRST_NAME, "marketingConsent": true,
        "consentTextVersion": "2026-11",
    });
    HttpEvent::post("/preorders").json(&form).header("idempotency-key", &format!("consent of {email}"))
}

/// Returns what the reader who is signed in says of marketing in their account.
#[must_use]
pub fn says_of_marketing(answer: &Value) -> HttpEvent {
    as_reader(HttpEvent::post("/users/me").json(answer))
}

/// Returns the request to pay for this preorder.
#[must_use]
pub fn wish_to_pay(preorder: &str) -> HttpEvent {
    HttpEvent::post("/checkout").json(&json!({ "preorderId": preorder }))
}

/// Opens the checkout of this preorder. Returns the session's id.
pub async fn checkout(environment: &mut TestEnvironment, preorder: &str) -> String {
    text(&environment.ask(&wish_to_pay(preorder), 200).await, "sessionId")
}

/// Sends the form, opens the checkout and pays by card; everything is delivered afterwards.
pub async fn paid(environment: &mut TestEnvironment) {
    let preorder = preorder(environment, READER).await;
    let session = checkout(environment, &preorder).await;
    environment.stripe.pay_session(&session, Payment::default());
    environment.settle().await;
}

/// Returns the request with which the reader's front end says that they have signed in.
#[must_use]
pub fn sign_in() -> HttpEvent {
    as_reader(HttpEvent::post("/users/me").json(&json!({})))
}

/// Returns the request as the reader sends it who is signed in.
#[must_use]
pub fn as_reader(request: HttpEvent) -> HttpEvent {
    request.header("authorization", &format!("Bearer {TOKEN}"))
}

/// Returns the request with which the reader's front end says that they have signed in with their new account.
#[must_use]
pub fn come_back() -> HttpEvent {
    HttpEvent::post("/users/me").json(&json!({})).header("authorization", &format!("Bearer {RETURNED_TOKEN}"))
}

/// Returns a request of the reader who is signed in.
#[must_use]
pub fn champion(path: &str, body: &Value) -> HttpEvent {
    let bearer = format!("Bearer {TOKEN}");
    HttpEvent::post(&format!("/payment/stripe/{path}")).json(body).header("authorization", &bearer)
}

/// Returns the request to support novel 7 at this level.
#[must_use]
pub fn subscription(level: i64) -> HttpEvent {
    champion("champion-subscription", &json!({ "novelId": 7, "tierLevel": level, "autoRenew": true }))
}

/// Subscribes to novel 7 and pays; everything is delivered afterwards.
pub async fn subscribed(environment: &mut TestEnvironment) {
    let answer = environment.ask(&subscription(2), 201).await;
    environment.confirm(&text(&answer, "clientSecret"), "pm_card_visa").await;
    environment.settle().await;
}

/// Returns the request to buy 30 days of novel 7 at this level.
#[must_use]
pub fn purchase(level: i64) -> HttpEvent {
    champion("champion-purchase", &json!({ "novelId": 7, "tierLevel": level }))
}

/// Subscribes to novel 7; a month later the card is refused, and everything is delivered afterwards.
pub async fn past_due(environment: &mut TestEnvironment) {
    subscribed(environment).await;
    let customer = text(&environment.stripe.objects("customer")[0], "id");
    environment.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").unwrap();
    environment.advance(Duration::from_secs(32 * DAY));
    environment.settle().await;
}

/// Returns the request to pay what is open with another card, in a try of this name.
#[must_use]
pub fn repair(attempt: &str) -> HttpEvent {
    let card = json!({ "novelId": 7, "paymentMethodId": "pm_card_mastercard" });
    champion("champion-subscription/pay", &card).header("idempotency-key", attempt)
}

/// Returns the request to renew at another tier.
#[must_use]
pub fn tier_change(level: i64) -> HttpEvent {
    champion("champion-subscription/change", &json!({ "novelId": 7, "tierLevel": level }))
}

/// Returns the request for the billing portal.
#[must_use]
pub fn portal() -> HttpEvent {
    champion("champion-subscription/portal", &json!({ "novelId": 7 }))
}

/// Buys 30 days of novel 7 at this level; everything is delivered afterwards.
pub async fn purchased(environment: &mut TestEnvironment, level: i64) {
    let answer = environment.ask(&purchase(level), 201).await;
    environment.confirm(&text(&answer, "clientSecret"), "pm_card_visa").await;
    environment.settle().await;
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("{name} in {body}")).to_owned()
}
