//! The journeys, step by step.

use std::time::Duration;

use pledge_faults::{Fault, System};
use pledge_stand_ins::stripe::{Payment, PaymentChoice};
use serde_json::json;

use super::{
    Journey,
    requests::{
        as_reader, champion, come_back, form_with_consent, portal, purchase, repair, says_of_marketing, sign_in,
        tier_change,
    },
    steps::{DAY, checkout, paid, past_due, preorder, purchased, subscribed, text},
};
use crate::{
    environment::{Arrival, TestEnvironment},
    functions::{READER, UID},
};

impl Journey {
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
                // If Firebase doesn't say that a former account is gone, the next sign-in takes it over.
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
                // A reader who asks again after a lost answer may be told that the change is made already.
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
                drop(environment.sqs.queue.receive());
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
                // The next catch-up would list younger events again, whatever the watermark says, so time passes first.
                environment.advance(Duration::from_secs(60 * 60));
                environment.injector.arm(faults);
                environment.settle().await;
            }
        }
        environment.injector.disarm()
    }
}
