//! Events as Lambda hands them over.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{machine, work::PROJECT};

/// The `n`th preorder or outbox row, as the queries number them.
pub fn id(n: u32) -> Uuid {
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

pub fn form(n: u32) -> Value {
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
pub fn session_completed(n: u32) -> String {
    let mut event: Value =
        serde_json::from_str(include_str!("../../queries/session_completed.json")).unwrap_or_default();
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
pub fn token(n: u32) -> String {
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

/// A question of a reader who has signed in.
pub fn get(path: &str, token: &str, (name, value): (&str, &str)) -> Value {
    let mut event = http("GET", path, &[("authorization", format!("Bearer {token}"))], "");
    event["rawQueryString"] = format!("{name}={value}").into();
    event["queryStringParameters"] = json!({ name: value });
    event
}

/// A request of the `n`th reader, who has signed in.
pub fn posted_by(n: u32, path: &str, body: &Value) -> Value {
    http("POST", path, &[("authorization", format!("Bearer {}", token(n)))], &body.to_string())
}

/// A request as an HTTP API of API Gateway hands it over, payload version 2.0.
pub fn http(method: &str, path: &str, headers: &[(&str, String)], body: &str) -> Value {
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
