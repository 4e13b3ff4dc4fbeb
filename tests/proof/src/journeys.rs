//! What readers do. Every journey sets up its world unharmed, and then the plane may do its worst.

use std::time::Duration;

use pledge_stand_ins::stripe::{Payment, PaymentChoice};
use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};

use crate::{
    functions::{READER, TOKEN},
    plane::{Fault, System},
    world::World,
};

const DAY: u64 = 24 * 60 * 60;

/// Of every reader who sends a form.
pub const FIRST_NAME: &str = "Seraphina";

/// The journeys, each with one part in which the faults strike; what comes before goes well.
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
    /// The money goes back.
    PreorderRefunded,
    /// A reader subscribes and pays the first invoice.
    SubscriptionStarted,
    /// A month later.
    SubscriptionRenewed,
    /// A subscriber ends the subscription with its period.
    SubscriptionCancelled,
    /// A subscriber gets the first payment back.
    SubscriptionRefunded,
    /// A reader buys 30 days, and then 30 more of a higher tier.
    Purchased,
    /// Stripe delivers one event about a paid session.
    OneEvent,
    /// The sender gets a batch of twelve facts.
    Batch,
    /// The queue lost everything, and the sweep finds it.
    Sweep,
}

impl Journey {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::PreorderPaid,
        Self::PreorderAbandoned,
        Self::PreorderDelayed,
        Self::PreorderRetried,
        Self::PreorderRefunded,
        Self::SubscriptionStarted,
        Self::SubscriptionRenewed,
        Self::SubscriptionCancelled,
        Self::SubscriptionRefunded,
        Self::Purchased,
        Self::OneEvent,
        Self::Batch,
        Self::Sweep,
    ];

    /// Goes the journey with these faults; returns the steps that were counted.
    pub async fn go(self, world: &mut World, faults: &[Fault]) -> Vec<System> {
        match self {
            Self::PreorderPaid => {
                world.plane.arm(faults);
                paid(world).await;
            }
            Self::PreorderAbandoned => {
                world.plane.arm(faults);
                let preorder = preorder(world, READER).await;
                checkout(world, &preorder).await;
                world.advance(Duration::from_secs(2 * DAY));
                world.settle().await;
            }
            Self::PreorderDelayed => {
                world.plane.arm(faults);
                let preorder = preorder(world, READER).await;
                let session = checkout(world, &preorder).await;
                let debit = Payment { method: PaymentChoice::BankDebit, ..Payment::default() };
                world.stripe.pay_session(&session, debit);
                world.settle().await;
                world.advance(Duration::from_secs(3 * DAY));
                world.stripe.settle_session(&session, true).unwrap();
                world.settle().await;
            }
            Self::PreorderRetried => {
                world.plane.arm(faults);
                let preorder = preorder(world, READER).await;
                let session = checkout(world, &preorder).await;
                let declined = Payment { method: PaymentChoice::DeclinedCard, ..Payment::default() };
                world.stripe.pay_session(&session, declined);
                world.settle().await;
                let session = checkout(world, &preorder).await;
                world.stripe.pay_session(&session, Payment::default());
                world.settle().await;
            }
            Self::PreorderRefunded => {
                paid(world).await;
                world.plane.arm(faults);
                let intents = world.stripe.objects("payment_intent");
                let intent = intents[0]["id"].as_str().unwrap();
                world.stripe.refund(intent, Some(100)).unwrap();
                world.stripe.refund(intent, None).unwrap();
                world.settle().await;
            }
            Self::SubscriptionStarted => {
                world.plane.arm(faults);
                subscribed(world).await;
            }
            Self::SubscriptionRenewed => {
                subscribed(world).await;
                world.plane.arm(faults);
                world.advance(Duration::from_secs(32 * DAY));
                world.settle().await;
            }
            Self::SubscriptionCancelled => {
                subscribed(world).await;
                world.plane.arm(faults);
                let novel = json!({ "novelId": 7 });
                world.ask(&champion("champion-subscription/cancel", &novel), 200).await;
                world.settle().await;
                world.ask(&champion("champion-subscription/resume", &novel), 200).await;
                world.settle().await;
                world.ask(&champion("champion-subscription/cancel", &novel), 200).await;
                world.settle().await;
                world.advance(Duration::from_secs(32 * DAY));
                world.settle().await;
            }
            Self::SubscriptionRefunded => {
                subscribed(world).await;
                world.plane.arm(faults);
                let intents = world.stripe.objects("payment_intent");
                world.stripe.refund(intents[0]["id"].as_str().unwrap(), None).unwrap();
                world.settle().await;
            }
            Self::Purchased => {
                world.plane.arm(faults);
                purchased(world, 2).await;
                world.advance(Duration::from_secs(DAY));
                purchased(world, 5).await;
            }
            Self::OneEvent => {
                let preorder = preorder(world, READER).await;
                let session = checkout(world, &preorder).await;
                world.settle().await;
                world.stripe.pay_session(&session, Payment::default());
                world.plane.arm(faults);
                world.settle().await;
            }
            Self::Batch => {
                for n in 0..12 {
                    preorder(world, &format!("reader-{n}@example.com")).await;
                }
                world.plane.arm(faults);
                world.settle().await;
            }
            Self::Sweep => {
                for n in 0..3 {
                    preorder(world, &format!("reader-{n}@example.com")).await;
                }
                drop(world.queue.receive());
                world.clock.advance(Duration::from_secs(600));
                world.plane.arm(faults);
                world.sweep().await;
                world.settle().await;
            }
        }
        world.plane.disarm()
    }
}

impl Journey {
    /// What Klaviyo counts in the end, so that a journey which goes wrong from the start is no measure.
    #[must_use]
    pub fn facts(self) -> Vec<&'static str> {
        let mut facts = match self {
            Self::PreorderPaid | Self::PreorderDelayed | Self::PreorderRetried | Self::OneEvent => {
                vec!["preorder_started", "preorder_success"]
            }
            Self::PreorderAbandoned => vec!["preorder_started", "preorder_abandoned"],
            Self::PreorderRefunded => vec!["preorder_started", "preorder_success", "preorder_refunded"],
            Self::SubscriptionStarted => vec!["champion_started"],
            Self::SubscriptionRenewed => vec!["champion_started", "champion_renewed"],
            Self::SubscriptionCancelled => vec!["champion_started", "champion_cancelled"],
            Self::SubscriptionRefunded => vec!["champion_started", "champion_refunded"],
            Self::Purchased => vec!["champion_started", "champion_upgraded"],
            Self::Batch => vec!["preorder_started"; 12],
            Self::Sweep => vec!["preorder_started"; 3],
        };
        facts.sort_unstable();
        facts
    }
}

/// The form of this reader is sent, with the key that a front end makes for one form. Returns the preorder's id.
pub async fn preorder(world: &mut World, email: &str) -> String {
    text(&world.ask(&form(email), 201).await, "preorderId")
}

/// The form of this reader.
#[must_use]
pub fn form(email: &str) -> HttpEvent {
    let form =
        json!({ "email": email, "color": "Red", "locale": "en", "firstName": FIRST_NAME, "marketingConsent": true });
    HttpEvent::post("/preorders").json(&form).header("idempotency-key", &format!("form of {email}"))
}

/// The wish to pay for this preorder.
#[must_use]
pub fn wish_to_pay(preorder: &str) -> HttpEvent {
    HttpEvent::post("/checkout").json(&json!({ "preorderId": preorder }))
}

/// The checkout of the preorder is opened. Returns the session's id.
pub async fn checkout(world: &mut World, preorder: &str) -> String {
    text(&world.ask(&wish_to_pay(preorder), 200).await, "sessionId")
}

/// The form, the checkout and a card.
pub async fn paid(world: &mut World) {
    let preorder = preorder(world, READER).await;
    let session = checkout(world, &preorder).await;
    world.stripe.pay_session(&session, Payment::default());
    world.settle().await;
}

/// A request of the reader who is signed in.
#[must_use]
pub fn champion(path: &str, body: &Value) -> HttpEvent {
    let bearer = format!("Bearer {TOKEN}");
    HttpEvent::post(&format!("/payment/stripe/{path}")).json(body).header("authorization", &bearer)
}

/// The wish to support novel 7.
#[must_use]
pub fn subscription(level: i64) -> HttpEvent {
    champion("champion-subscription", &json!({ "novelId": 7, "tierLevel": level, "autoRenew": true }))
}

/// The reader subscribes and pays.
pub async fn subscribed(world: &mut World) {
    let answer = world.ask(&subscription(2), 201).await;
    world.confirm(&text(&answer, "clientSecret"), "pm_card_visa").await;
    world.settle().await;
}

/// The reader buys 30 days.
pub async fn purchased(world: &mut World, level: i64) {
    let wish = champion("champion-purchase", &json!({ "novelId": 7, "tierLevel": level }));
    let answer = world.ask(&wish, 201).await;
    world.confirm(&text(&answer, "clientSecret"), "pm_card_visa").await;
    world.settle().await;
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("{name} in {body}")).to_owned()
}
