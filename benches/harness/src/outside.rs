//! One server in place of SQS, Stripe, Klaviyo and Firebase that accepts every request.

use std::time::Duration;

use bytes::Bytes;
use hyper::Request;
use pledge_faults::{Answer, HttpServer, answer_to_batch, json};
use serde_json::{Value, json};
use tokio::{sync::mpsc::UnboundedSender, time::sleep};

use crate::machine;

/// Starts the server, which answers after `latency`.
pub async fn start(latency: Duration) -> HttpServer {
    HttpServer::start(move |request| async move {
        if !latency.is_zero() {
            sleep(latency).await;
        }
        Some(answer(&request, |_| ()))
    })
    .await
}

/// Starts the server. It passes on the text of each message that is sent to the queue.
pub async fn queueing(messages: UnboundedSender<String>) -> HttpServer {
    HttpServer::start(move |request| {
        // The receiver may have ended already.
        let answered = answer(&request, |message| drop(messages.send(message.to_owned())));
        async move { Some(answered) }
    })
    .await
}

fn answer(request: &Request<Bytes>, take: impl FnMut(&str)) -> Answer {
    let path = request.uri().path();
    match path {
        "/v1/checkout/sessions" => json(200, &session(request.body())),
        "/v1/customers" => json(200, &json!({ "id": format!("cus_bench{}", reader(request.body())) })),
        "/v1/payment_intents" => json(200, &payment(&reader(request.body()))),
        "/v1/subscriptions" => json(200, &subscription(&reader(request.body()), request.body())),
        path if path.starts_with("/v1/subscriptions/sub_bench") => {
            json(200, &subscription(path.trim_start_matches("/v1/subscriptions/sub_bench"), request.body()))
        }
        "/api/events" => json(202, &json!({})),
        path if path.starts_with("/identitytoolkit.googleapis.com/") => json(200, &account(request.body())),
        _ if request.headers().contains_key("x-amz-target") => json(200, &batch(request.body(), take)),
        _ => json(404, &json!({ "error": { "message": path } })),
    }
}

/// Returns a session (<https://docs.stripe.com/api/checkout/sessions/object>), with an id that depends on what is paid
/// for.
fn session(form: &[u8]) -> Value {
    let form = String::from_utf8_lossy(form);
    let reference = form.split('&').find_map(|pair| pair.strip_prefix("client_reference_id=")).unwrap_or_default();
    let id = format!("cs_test_{}", reference.replace('-', ""));
    json!({
        "id": id,
        "object": "checkout.session",
        "url": format!("https://checkout.stripe.com/c/pay/{id}"),
        "expires_at": machine::now().unix_timestamp() + 86_400,
        "status": "open",
        "livemode": false,
        "mode": "payment",
        "payment_status": "unpaid",
    })
}

/// Returns the number of the reader whom a form's metadata name.
fn reader(form: &[u8]) -> String {
    let form = String::from_utf8_lossy(form);
    let after = form.split("uid-").nth(1).unwrap_or_default();
    after.chars().take_while(char::is_ascii_digit).collect()
}

/// Returns a payment (<https://docs.stripe.com/api/payment_intents/object>).
fn payment(n: &str) -> Value {
    json!({
        "id": format!("pi_bench{n}"),
        "object": "payment_intent",
        "status": "requires_payment_method",
        "client_secret": format!("pi_bench{n}_secret_bench"),
    })
}

/// Returns a subscription (<https://docs.stripe.com/api/subscriptions/object>): a new one waits to be paid, and one that
/// is changed is active. Its period is the one in `queries/subscriptions.sql`, so that what is written doesn't depend on
/// when a second begins.
fn subscription(n: &str, form: &[u8]) -> Value {
    let form = String::from_utf8_lossy(form);
    let is_new = form.contains("metadata");
    json!({
        "id": format!("sub_bench{n}"),
        "object": "subscription",
        "customer": format!("cus_bench{n}"),
        "status": if is_new { "incomplete" } else { "active" },
        "cancel_at_period_end": form.contains("cancel_at_period_end=true"),
        "items": { "data": [{ "current_period_start": 1_767_225_600, "current_period_end": 4_102_444_800_u64 }] },
        "latest_invoice": {
            "id": format!("in_bench{n}"),
            "status": if is_new { "open" } else { "paid" },
            "confirmation_secret": { "client_secret": format!("pi_bench{n}_secret_bench") },
            "payments": { "data": [{ "is_default": true, "payment": { "payment_intent": format!("pi_bench{n}") } }] },
        },
    })
}

/// Returns the answer to `accounts:lookup`, in which every address is known.
fn account(body: &[u8]) -> Value {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let email = request["email"][0].as_str().unwrap_or_default();
    json!({ "users": [{ "localId": format!("uid-{email}"), "email": email, "emailVerified": false }] })
}

/// Returns the answer to `SendMessageBatch`, in which every message is accepted.
fn batch(body: &[u8], mut take: impl FnMut(&str)) -> Value {
    let take = |text: &str| {
        take(text);
        Ok(())
    };
    answer_to_batch(&serde_json::from_slice(body).unwrap_or_default(), take)
}
