//! Delivers what comes to the functions by itself: events from Stripe, messages from SQS, the schedule.

use pledge_domain::ports::Clock as _;
use pledge_faults::Delivery;
use pledge_stripe_events::sign;
use pledge_testkit::{http::HttpEvent, sqs};
use serde_json::{Value, json};

use super::{MAX_ATTEMPTS, TestEnvironment, id_of, reader::assert_says_nothing};
use crate::functions::WEBHOOK_SECRET;

impl TestEnvironment {
    /// Lets Stripe and SQS deliver until there is nothing left.
    pub async fn settle(&mut self) {
        loop {
            self.wait_for_arrival();
            let delivered = self.deliver_events().await;
            let fetched = self.catch_up().await;
            let sent = self.deliver_messages().await;
            if !delivered && !fetched && !sent {
                break;
            }
        }
    }

    /// Lets Stripe deliver every event until it is answered with 200. Returns whether there was any.
    pub async fn deliver_events(&mut self) -> bool {
        let mut waiting = self.undelivered();
        waiting.retain(|event| !self.is_missing(event));
        let any = !waiting.is_empty();
        for _ in 0..MAX_ATTEMPTS {
            let mut again = Vec::new();
            for event in waiting {
                let delivery = self.delivery(&event);
                let answer = self.call(async |functions| functions.request(&delivery).await).await;
                match answer {
                    Some((200, _)) => _ = self.taken.insert(id_of(&event).to_owned()),
                    Some((500.., body)) => {
                        assert_says_nothing(&body);
                        again.push(event);
                    }
                    None => again.push(event),
                    Some((status, body)) => panic!("{status} for an event: {body}"),
                }
            }
            if again.is_empty() {
                return any;
            }
            waiting = again;
        }
        panic!("Stripe gave up");
    }

    /// Returns the signed request with which Stripe delivers an event.
    #[must_use]
    pub fn delivery(&self, event: &Value) -> HttpEvent {
        let body = event.to_string();
        let signature = sign(body.as_bytes(), WEBHOOK_SECRET, self.machine.now());
        HttpEvent::post("/webhooks/stripe").header("stripe-signature", &signature).body(&body)
    }

    /// Lets SQS deliver every message until the sender has it or SQS gives it up. Returns whether there was any.
    pub async fn deliver_messages(&mut self) -> bool {
        let mut any = false;
        loop {
            let batch = self.sqs.queue.receive();
            if batch.is_empty() {
                return any;
            }
            any = true;
            let payload = sqs_event(&batch);
            let answer = self.call(async |functions| functions.invoke_sender(payload).await).await.flatten();
            self.sqs.queue.give_back(not_taken(batch, &answer.unwrap_or_default()));
        }
    }

    /// Fires the schedule, again and again until the sweep comes through, as Lambda does.
    pub async fn sweep(&mut self) {
        for _ in 0..MAX_ATTEMPTS {
            let schedule = json!({ "source": "aws.scheduler" });
            if self.call(async |functions| functions.invoke_sender(schedule).await).await.flatten().is_some() {
                return;
            }
        }
        panic!("the sweep never came through");
    }

    /// Returns the events that Stripe has to deliver, oldest first.
    #[must_use]
    pub fn undelivered(&self) -> Vec<Value> {
        let mut events = self.stripe.events();
        events.retain(|event| !self.taken.contains(id_of(event)) && !self.left_out.contains(id_of(event)));
        events
    }
}

/// Returns the event with which the event source mapping hands a batch over.
#[must_use]
pub fn sqs_event(batch: &[Delivery]) -> Value {
    let records: Vec<_> = batch.iter().map(|delivery| sqs::record(&delivery.id, &delivery.body)).collect();
    sqs::batch(&records)
}

/// Returns the messages of a batch that SQS delivers again after this answer of the sender: all of them if it has no list of
/// failures.
#[must_use]
pub fn not_taken(batch: Vec<Delivery>, answer: &Value) -> Vec<Delivery> {
    let Some(failed) = answer["batchItemFailures"].as_array() else { return batch };
    batch.into_iter().filter(|delivery| failed.iter().any(|failure| failure["itemIdentifier"] == delivery.id)).collect()
}
