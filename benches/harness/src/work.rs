//! What each function is asked to do, and what has to be in the database for it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::{Failure, machine};

/// The Firebase project.
pub const PROJECT: &str = "bench";

/// What webhooks are signed with.
pub const SIGNING_SECRET: &str = "whsec_bench";

/// One kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Nothing: the floor.
    Hello,
    /// A preorder form of somebody whom Firebase knows.
    InitiatePreorder,
    /// The first Checkout session of a preorder.
    CreateCheckout,
    /// How a signed-in reader stands with a novel.
    ChampionStatus,
    /// `checkout.session.completed` of a preorder that waits for it.
    StripeWebhook,
    /// One message about one row.
    KlaviyoSender,
}

impl Work {
    /// Every function of the template.
    pub const FUNCTIONS: [Self; 5] =
        [Self::InitiatePreorder, Self::CreateCheckout, Self::ChampionStatus, Self::StripeWebhook, Self::KlaviyoSender];

    /// The binary that does it.
    pub fn binary(self) -> &'static str {
        match self {
            Self::Hello => "bench-hello",
            Self::InitiatePreorder => "initiate-preorder",
            Self::CreateCheckout => "create-checkout",
            Self::ChampionStatus => "create-champion-subscription",
            Self::StripeWebhook => "stripe-webhook",
            Self::KlaviyoSender => "klaviyo-sender",
        }
    }

    /// The bundle that does it on Node.js.
    pub fn peer(self) -> Option<&'static str> {
        match self {
            Self::Hello => Some("hello"),
            Self::ChampionStatus => None,
            other => Some(other.binary()),
        }
    }

    /// Puts so many preorders or rows there that each can be worked on once.
    pub async fn prepare(self, database: &Client, count: u32) -> Result<(), Failure> {
        let rows = match self {
            Self::Hello | Self::InitiatePreorder => return Ok(()),
            Self::CreateCheckout => include_str!("../queries/preorders_to_pay.sql"),
            Self::ChampionStatus => include_str!("../queries/novel.sql"),
            Self::StripeWebhook => include_str!("../queries/preorders_being_paid.sql"),
            Self::KlaviyoSender => include_str!("../queries/outbox.sql"),
        };
        database.batch_execute(&rows.replace(":count", &count.to_string())).await?;
        Ok(())
    }

    /// The `n`th request, counted from one.
    pub fn event(self, n: u32) -> Bytes {
        let event = match self {
            Self::Hello => http("GET", "/hello", &[], ""),
            Self::InitiatePreorder => http("POST", "/preorders", &[], &form(n).to_string()),
            Self::CreateCheckout => http("POST", "/checkout", &[], &json!({ "preorderId": id(n) }).to_string()),
            Self::ChampionStatus => {
                let authorization = ("authorization", format!("Bearer {}", token(n)));
                let mut event = http("GET", "/payment/stripe/champion-subscription", &[authorization], "");
                event["rawQueryString"] = "novelId=1".into();
                event["queryStringParameters"] = json!({ "novelId": "1" });
                event
            }
            Self::StripeWebhook => {
                let body = session_completed(n);
                let signature = pledge_stripe_events::sign(body.as_bytes(), SIGNING_SECRET, machine::now());
                http("POST", "/webhooks/stripe", &[("stripe-signature", signature)], &body)
            }
            Self::KlaviyoSender => messages([n]),
        };
        event.to_string().into()
    }

    /// Whether the answer says that the work was done.
    pub fn check(self, answer: &[u8]) -> Result<(), Failure> {
        let answer: Value = serde_json::from_slice(answer)?;
        let done = match self {
            Self::KlaviyoSender => answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty),
            _ => matches!(answer["statusCode"].as_u64(), Some(200 | 201)),
        };
        if done { Ok(()) } else { Err(format!("{}: {answer}", self.binary()).into()) }
    }
}

/// The `n`th preorder or outbox row, as the queries number them.
fn id(n: u32) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 | u128::from(n))
}

/// A batch of the queue, with one message for each row.
pub fn messages(rows: impl IntoIterator<Item = u32>) -> Value {
    let records = rows.into_iter().map(|n| {
        json!({
            "messageId": Uuid::from_u128(n.into()),
            "receiptHandle": "bench",
            "body": json!({ "version": 1, "outboxIds": [id(n)] }).to_string(),
            "attributes": { "ApproximateReceiveCount": "1" },
            "messageAttributes": {},
            "md5OfBody": "",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:klaviyo",
            "awsRegion": "us-east-1",
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

fn form(n: u32) -> Value {
    json!({
        "email": format!("reader-{n}@example.com"),
        "color": "sakura-pink",
        "locale": "en",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "phone": "+442079460000",
        "addressLine1": "10 Downing Street",
        "city": "London",
        "postalCode": "SW1A 2AA",
        "country": "GB",
        "marketingConsent": true,
    })
}

/// A real event, with the ids of the `n`th preorder.
fn session_completed(n: u32) -> String {
    let mut event: Value = serde_json::from_str(include_str!("../queries/session_completed.json")).unwrap_or_default();
    let text = id(n).simple().to_string();
    event["id"] = format!("evt_{text}").into();
    event["created"] = machine::now().unix_timestamp().into();
    let session = &mut event["data"]["object"];
    session["id"] = format!("cs_test_{text}").into();
    session["payment_intent"] = format!("pi_{text}").into();
    session["client_reference_id"] = id(n).to_string().into();
    session["metadata"]["preorderId"] = id(n).to_string().into();
    event.to_string()
}

/// What Firebase's emulator gives a reader who has signed in: unsigned.
fn token(n: u32) -> String {
    let now = machine::now().unix_timestamp();
    let claims = json!({
        "iss": format!("https://securetoken.google.com/{PROJECT}"),
        "aud": PROJECT,
        "sub": format!("uid-{n}"),
        "iat": now,
        "auth_time": now,
        "exp": now + 3600,
        "email": format!("reader-{n}@example.com"),
        "email_verified": true,
        "firebase": { "sign_in_provider": "google.com", "identities": {} },
    });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(json!({ "alg": "none", "typ": "JWT" })), part(claims))
}

/// A request as an HTTP API of API Gateway hands it over, payload version 2.0.
fn http(method: &str, path: &str, headers: &[(&str, String)], body: &str) -> Value {
    let mut all = json!({
        "accept": "application/json",
        "content-type": "application/json",
        "host": "abcdefghij.execute-api.us-east-1.amazonaws.com",
        "user-agent": "bench",
        "x-amzn-trace-id": "Root=1-65a0b0c0-0123456789abcdef01234567",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    });
    for (name, value) in headers {
        all[name] = value.as_str().into();
    }
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": all,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "abcdefghij",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "bench",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": format!("{method} {path}"),
            "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1_773_342_238_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}
