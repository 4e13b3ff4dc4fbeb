//! The worker that sends due deliveries.

use std::sync::Arc;

use tokio::time::{Instant, sleep_until};

use super::queue::{Attempt, Job};
use super::signature;
use crate::clock::Clock;
use crate::stripe::events;
use crate::stripe::objects::Fields;
use crate::stripe::state::Stripe;

/// Sends deliveries for as long as it is polled.
pub(crate) async fn run(stripe: Arc<Stripe>) {
    let mut changes = stripe.changes();
    loop {
        changes.mark_unchanged();
        let now = Instant::now();
        let (jobs, next) = stripe.quietly(|account| {
            let jobs = account.webhooks.take_due(now);
            let jobs: Vec<_> = jobs
                .into_iter()
                .map(|job| {
                    let body = events::body(account, &job.event, &job.endpoint.api_version);
                    // Stripe's bodies are indented. A receiver that parses and writes them again before it verifies will
                    // fail.
                    (job, serde_json::to_string_pretty(&body).unwrap_or_default())
                })
                .collect();
            (jobs, account.webhooks.next_due(now))
        });
        for (job, body) in jobs {
            tokio::spawn(deliver(Arc::clone(&stripe), job, body));
        }
        let due = async {
            match next {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

async fn deliver(stripe: Arc<Stripe>, job: Job, body: String) {
    let at = Clock::machine_now();
    let timeout = stripe.quietly(|account| account.webhooks.retries.timeout);
    let sent = stripe
        .http
        .post(&job.endpoint.url)
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("stripe-signature", signature::header(&job.endpoint.secrets, at, body.as_bytes()))
        .timeout(timeout)
        .body(body)
        .send()
        .await;
    let attempt = match sent {
        Ok(response) => Attempt { at, status: Some(response.status().as_u16()), error: None },
        Err(error) => Attempt { at, status: None, error: Some(error.without_url().to_string()) },
    };
    stripe.act(|account| {
        account.webhooks.record(job.delivery, attempt);
        let waiting = account.webhooks.outstanding(&job.event);
        if account.get(&job.event).text("object") == "event" {
            account.set(&job.event, serde_json::json!({ "pending_webhooks": waiting }));
        }
    });
}
