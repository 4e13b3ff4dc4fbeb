//! Promises of the transport: a request has one effect for one key however often it is sent, ends in time and reuses
//! connections; its errors say what happened without personal data.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod support;

use std::time::{Duration, Instant};

use pledge_runtime::Secret;
use pledge_stripe_api::{Config, ErrorKind, IdempotencyKey, InvalidSettings, StripeClient, StripeError};
use serde::Deserialize;
use serde_json::json;
use stripe_checkout::checkout_session::{CreateCheckoutSession, RetrieveCheckoutSession};
use support::{Asked, Reply, Server, client, http};

#[derive(Debug, Deserialize)]
struct Answer {
    id: String,
}

fn success() -> Reply {
    Reply::json(200, &json!({"id": "cs_1", "unknown": [1]}))
}

fn key() -> IdempotencyKey {
    IdempotencyKey::new("checkout:1:1").unwrap()
}

async fn post(client: &StripeClient) -> Result<Answer, StripeError> {
    client.create(&CreateCheckoutSession::new().customer_email("a@b.co"), &key()).await
}

/// Sends a request to a server with these replies, and returns its result and the requests that the server received.
async fn play(replies: impl IntoIterator<Item = Reply>) -> (Result<Answer, StripeError>, Vec<Asked>) {
    let server = Server::start(replies).await;
    let result = post(&server.client()).await;
    (result, server.asked())
}

#[tokio::test]
async fn a_request_says_who_asks_in_which_version_and_under_which_key() {
    let (result, asked) = play([success()]).await;
    assert_eq!(result.unwrap().id, "cs_1");
    assert_eq!((asked[0].method.as_str(), asked[0].uri.path()), ("POST", "/v1/checkout/sessions"));
    assert_eq!(asked[0].header("authorization"), "Bearer sk_test_4eC39HqLyjWDarjtT1zdp7dc");
    assert_eq!(asked[0].header("stripe-version"), "2026-09-30.endive");
    assert_eq!(asked[0].header("idempotency-key"), "checkout:1:1");
    assert_eq!(asked[0].header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(asked[0].form()["customer_email"], "a@b.co");
}

#[tokio::test]
async fn what_only_reads_has_no_key() {
    let server = Server::start([success()]).await;
    let answer: Answer = server.client().send(&RetrieveCheckoutSession::new("cs_1")).await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!((answer.id.as_str(), asked.method.as_str()), ("cs_1", "GET"));
    assert_eq!(asked.uri.path(), "/v1/checkout/sessions/cs_1");
    assert_eq!((asked.header("idempotency-key"), asked.body.as_str()), ("", ""));
}

#[tokio::test]
async fn many_calls_share_one_connection() {
    let server = Server::start([success()]).await;
    let client = server.client();
    for _ in 0..20 {
        post(&client.clone()).await.unwrap();
    }
    assert_eq!((server.asked().len(), server.connections()), (20, 1));
}

#[tokio::test]
async fn a_repetition_is_the_same_request_under_the_same_key() {
    let failures = [Reply::error(500, "api_error", "x"), Reply::BrokenOff, Reply::error(429, "x", "rate_limit")];
    let (result, asked) = play(failures.into_iter().chain([success()])).await;
    assert_eq!(result.unwrap().id, "cs_1");
    assert_eq!(asked.len(), 4);
    for again in &asked {
        assert_eq!((again.header("idempotency-key"), &again.body), ("checkout:1:1", &asked[0].body));
    }
}

#[tokio::test]
async fn only_what_may_pass_is_asked_again() {
    let cases = [
        (Reply::error(409, "invalid_request_error", "idempotency_key_in_use"), 4),
        (Reply::error(429, "invalid_request_error", "lock_timeout"), 4),
        (Reply::error(500, "api_error", ""), 4),
        (Reply::Answer(503, vec![], "<html>Service Unavailable</html>".into()), 4),
        (Reply::BrokenOff, 4),
        (Reply::error(400, "invalid_request_error", "parameter_unknown"), 1),
        (Reply::error(400, "idempotency_error", ""), 1),
        (Reply::error(401, "invalid_request_error", ""), 1),
        (Reply::error(402, "card_error", "card_declined"), 1),
        (Reply::error(404, "invalid_request_error", "resource_missing"), 1),
        (Reply::Answer(307, vec![("location", "/elsewhere")], String::new()), 1),
        (Reply::json(200, &json!({"object": "no id"})), 1),
        // The header counts more than the status.
        (Reply::error(500, "api_error", "").with("stripe-should-retry", "false"), 1),
        (Reply::error(400, "invalid_request_error", "").with("stripe-should-retry", "true"), 4),
        // Repeating would only replay the stored failure.
        (Reply::error(500, "api_error", "").with("idempotent-replayed", "true"), 1),
    ];
    for (i, (reply, tries)) in cases.into_iter().enumerate() {
        let (result, asked) = play([reply]).await;
        assert_eq!(asked.len(), tries, "case {i}: {result:?}");
        assert!(result.is_err(), "case {i}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_in_time() {
    let server = Server::start([Reply::Nothing]).await;
    let began = Instant::now();
    let error = post(&server.client()).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(matches!(&error, StripeError::NoAnswer(cause) if cause.is_timeout()), "{error:?}");
    assert!(server.asked().iter().all(|asked| asked.header("idempotency-key") == "checkout:1:1"));
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_answer() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = post(&client(&format!("http://{unused}"))).await.unwrap_err();
    assert!(matches!(&error, StripeError::NoAnswer(cause) if cause.is_connect()), "{error:?}");
    assert!(error.retryable());
}

#[tokio::test]
async fn retry_after_is_waited_for_or_the_call_ends() {
    let busy = |seconds| Reply::error(429, "invalid_request_error", "rate_limit").with("retry-after", seconds);
    let began = Instant::now();
    let (result, asked) = play([busy("1"), success()]).await;
    assert!(result.is_ok() && began.elapsed() >= Duration::from_secs(1));
    assert_eq!(asked.len(), 2);

    let (result, asked) = play([busy("600"), success()]).await;
    assert_eq!(result.unwrap_err().retry_after(), Some(Duration::from_secs(600)));
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn an_error_tells_an_operator_everything_but_who_it_is_about() {
    let body = json!({"error": {
        "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "param": "payment_method",
        "message": "The card of hanako@example.jp was declined."
    }});
    let (result, _) = play([Reply::json(402, &body)]).await;
    let error = result.unwrap_err();
    let StripeError::Api(api) = &error else { panic!("{error:?}") };
    assert_eq!((api.status, api.kind), (402, ErrorKind::Card));
    assert_eq!(api.message.as_deref(), Some("The card of hanako@example.jp was declined."));
    assert_eq!(
        error.to_string(),
        "Stripe answered 402 (Card, code card_declined, decline code insufficient_funds, parameter payment_method), \
         request req_1"
    );
    assert!(!format!("{error:?}").contains("hanako"));
}

#[tokio::test]
async fn a_page_of_html_is_an_error_like_another() {
    let (result, _) =
        play([Reply::Answer(502, vec![("content-type", "text/html")], "<h1>Bad Gateway</h1>".into())]).await;
    let StripeError::Api(api) = result.unwrap_err() else { panic!() };
    assert_eq!((api.status, api.kind, api.request_id), (502, ErrorKind::NotStripe, None));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_quoted() {
    let (result, _) = play([Reply::json(200, &json!({"id": ["hanako@example.jp"]}))]).await;
    let text = format!("{0} {0:?}", result.unwrap_err());
    assert!(text.contains("req_1") && !text.contains("hanako"), "{text}");
    let (result, _) = play([Reply::json(200, &json!({}))]).await;
    assert!(result.unwrap_err().to_string().contains("missing field `id`"));
}

#[test]
fn settings_that_cannot_work_are_refused_and_the_key_is_not_printed() {
    let new = |base: &str, key: &str| {
        StripeClient::new(
            http(),
            &Config { base: base.to_owned(), key: Secret::new(key), deployment: "local".to_owned() },
        )
    };
    for base in ["", "api.stripe.com", "ftp://api.stripe.com"] {
        assert_eq!(new(base, "sk_test_1").unwrap_err(), InvalidSettings::Base, "{base:?}");
    }
    for key in ["", " ", "sk_test_1\nHost: x", "sk test", "ключ"] {
        assert_eq!(new("https://api.stripe.com", key).unwrap_err(), InvalidSettings::Key, "{key:?}");
    }
    let client = new("https://api.stripe.com/", "sk_test_1\n").unwrap();
    assert!(!format!("{client:?}").contains("sk_test"));
}
