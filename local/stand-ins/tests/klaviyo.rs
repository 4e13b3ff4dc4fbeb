//! The Klaviyo stand-in refuses what Klaviyo refuses and counts each event once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use pledge_stand_ins::klaviyo::{EmailMarketing, KlaviyoOptions, KlaviyoStandIn, PhonePolicy, RateLimits};
use pledge_stand_ins::{Clock, Fault};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use support::{PATIENCE, answer, client};

fn event(unique_id: &str) -> Value {
    json!({ "data": { "type": "event", "attributes": {
        "properties": { "color": "Red" },
        "time": "2026-10-01T12:00:00Z",
        "value": 19.99,
        "value_currency": "USD",
        "unique_id": unique_id,
        "metric": { "data": { "type": "metric", "attributes": { "name": "preorder_started" } } },
        "profile": { "data": { "type": "profile", "attributes": { "email": "Jo@Example.com" } } },
    } } })
}

fn request(klaviyo: &KlaviyoStandIn, body: &Value) -> RequestBuilder {
    request_to(klaviyo, "events", body)
}

fn request_to(klaviyo: &KlaviyoStandIn, endpoint: &str, body: &Value) -> RequestBuilder {
    client()
        .post(format!("{}/api/{endpoint}", klaviyo.base_url()))
        .header("authorization", "Klaviyo-API-Key pk_test")
        .header("revision", "2026-07-15")
        .header("content-type", "application/vnd.api+json")
        .body(body.to_string())
}

async fn start() -> KlaviyoStandIn {
    KlaviyoStandIn::start(KlaviyoOptions::default()).await.unwrap()
}

#[tokio::test]
async fn an_event_is_taken_with_202_and_an_empty_body() {
    let klaviyo = start().await;
    let (status, body) = answer(request(&klaviyo, &event("u-1"))).await;
    assert_eq!((status, body), (StatusCode::ACCEPTED, json!("")));
    let events = klaviyo.wait_for_events(1, Some("preorder_started"), PATIENCE).await;
    assert_eq!(events[0].email.as_deref(), Some("jo@example.com"));
    assert_eq!(events[0].time, 1_790_856_000);
    assert_eq!(events[0].unique_id, "u-1");
}

#[tokio::test]
async fn a_repeated_unique_id_is_answered_but_not_counted() {
    let klaviyo = start().await;
    for id in ["u-1", "u-1", "u-2"] {
        assert_eq!(answer(request(&klaviyo, &event(id))).await.0, StatusCode::ACCEPTED);
    }
    assert_eq!(klaviyo.events().len(), 2);
    let duplicates: Vec<_> = klaviyo.attempts().iter().map(|attempt| attempt.duplicate).collect();
    assert_eq!(duplicates, [false, true, false]);
}

#[tokio::test]
async fn without_a_unique_id_two_events_of_one_second_are_one() {
    let klaviyo = start().await;
    let mut one = event("");
    one["data"]["attributes"].as_object_mut().unwrap().remove("unique_id");
    for _ in 0..2 {
        assert_eq!(answer(request(&klaviyo, &one)).await.0, StatusCode::ACCEPTED);
    }
    assert_eq!(klaviyo.events().len(), 1);
    assert_eq!(klaviyo.events()[0].unique_id, "1790856000");
}

#[tokio::test]
async fn headers_are_checked() {
    let klaviyo = start().await;
    let url = format!("{}/api/events", klaviyo.base_url());
    let cases = [
        ("", "2026-07-15", "application/vnd.api+json", 401, "not_authenticated"),
        ("Bearer pk", "2026-07-15", "application/vnd.api+json", 401, "not_authenticated"),
        ("Klaviyo-API-Key pk", "", "application/vnd.api+json", 400, "invalid"),
        ("Klaviyo-API-Key pk", "2026-7-15", "application/vnd.api+json", 400, "invalid"),
        ("Klaviyo-API-Key pk", "2026-07-15", "text/plain", 415, "unsupported_media_type"),
    ];
    for (authorization, revision, kind, status, code) in cases {
        let mut request = client().post(&url).header("content-type", kind).body(event("u").to_string());
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        if !revision.is_empty() {
            request = request.header("revision", revision);
        }
        let (got, body) = answer(request).await;
        assert_eq!(got.as_u16(), status, "{authorization} {revision} {kind}");
        assert_eq!(body["errors"][0]["code"], code);
        assert_eq!(body["errors"][0]["status"], status);
    }
    assert!(klaviyo.events().is_empty());
}

#[tokio::test]
async fn the_body_is_checked_name_by_name() {
    let klaviyo = start().await;
    let at = "/data/attributes";
    let cases = [
        ("/data/type", json!("events"), "/data/type".to_owned()),
        (at, json!({}), format!("{at}/properties")),
        ("/data/attributes/time", json!("yesterday"), format!("{at}/time")),
        ("/data/attributes/time", json!("2000-12-31T23:59:59Z"), format!("{at}/time")),
        ("/data/attributes/time", json!("2099-01-01T00:00:00Z"), format!("{at}/time")),
        ("/data/attributes/value", json!("19.99"), format!("{at}/value")),
        ("/data/attributes/value_currency", json!("usd"), format!("{at}/value_currency")),
        ("/data/attributes/unique_id", json!(7), format!("{at}/unique_id")),
        ("/data/attributes/metric/data/attributes", json!({}), format!("{at}/metric/data/attributes/name")),
        ("/data/attributes/metric/data/attributes/extra", json!(1), format!("{at}/metric/data/attributes/extra")),
        ("/data/attributes/profile/data/attributes", json!({}), format!("{at}/profile/data/attributes")),
        ("/data/attributes/profile/data/attributes/email", json!("jo"), format!("{at}/profile/data/attributes/email")),
        (
            "/data/attributes/profile/data/attributes/phone_number",
            json!("415-555-0123"),
            format!("{at}/profile/data/attributes/phone_number"),
        ),
        ("/data/attributes/colour", json!("Red"), format!("{at}/colour")),
    ];
    for (change, value, pointer) in cases {
        let mut body = event("u");
        let (outer, name) = change.rsplit_once('/').unwrap();
        body.pointer_mut(outer).unwrap()[name] = value;
        let (status, answer) = answer(request(&klaviyo, &body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{change}");
        assert_eq!(answer["errors"][0]["source"]["pointer"], pointer.as_str(), "{answer}");
    }
    assert!(klaviyo.events().is_empty());
}

#[tokio::test]
async fn an_invalid_phone_number_can_be_ignored_as_klaviyo_announced() {
    let options = KlaviyoOptions { phones: PhonePolicy::Ignore, ..KlaviyoOptions::default() };
    let klaviyo = KlaviyoStandIn::start(options).await.unwrap();
    let mut body = event("u");
    body["data"]["attributes"]["profile"]["data"]["attributes"]["phone_number"] = json!("415");
    let response = request(&klaviyo, &body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(response.headers()["x-klaviyo-partial-failure"], "phone_number");
    assert_eq!(klaviyo.events()[0].profile.get("phone_number"), None);
}

#[tokio::test]
async fn rate_limits_answer_429_with_retry_after() {
    let options = KlaviyoOptions { clock: Clock::stopped(1_790_856_010), ..KlaviyoOptions::default() };
    let klaviyo = KlaviyoStandIn::start(options).await.unwrap();
    klaviyo.set_limits(Some(RateLimits { per_second: 100, per_minute: 2 }));
    for id in ["a", "b"] {
        assert_eq!(answer(request(&klaviyo, &event(id))).await.0, StatusCode::ACCEPTED);
    }
    let response = request(&klaviyo, &event("c")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "50", "the rest of the minute");
    klaviyo.clock().advance(Duration::from_secs(50));
    assert_eq!(answer(request(&klaviyo, &event("c"))).await.0, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_fault_after_the_effect_loses_only_the_answer() {
    let klaviyo = start().await;
    klaviyo.faults().add(Fault::hang_up().after_effect());
    klaviyo.faults().add(Fault::rate_limited(3));
    assert!(request(&klaviyo, &event("u-1")).send().await.is_err());
    assert_eq!(klaviyo.events().len(), 1);
    let response = request(&klaviyo, &event("u-2")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "3");
    assert_eq!(klaviyo.events().len(), 1);
    assert_eq!(klaviyo.requests().all().len(), 2);
}

fn event_of(unique_id: &str, identifiers: Value) -> Value {
    let mut event = event(unique_id);
    event["data"]["attributes"]["profile"]["data"]["attributes"] = identifiers;
    event
}

#[tokio::test]
async fn an_identifier_belongs_to_one_profile_and_two_profiles_are_a_conflict() {
    let klaviyo = start().await;
    let send = async |id: &str, identifiers| answer(request(&klaviyo, &event_of(id, identifiers))).await;
    let (ada, phone) = ("ada@example.com", "+85251234567");
    assert_eq!(send("1", json!({ "email": ada, "phone_number": phone })).await.0, StatusCode::ACCEPTED);
    assert_eq!(send("2", json!({ "email": "bob@example.com", "external_id": "bob" })).await.0, StatusCode::ACCEPTED);

    let (status, body) = send("3", json!({ "email": "bob@example.com", "phone_number": phone })).await;
    assert_eq!((status, &body["errors"][0]["code"]), (StatusCode::CONFLICT, &json!("duplicate_profile")));
    let ada = klaviyo.profiles(Some(ada)).remove(0);
    assert_eq!(body["errors"][0]["meta"]["duplicate_profile_id"], ada.id.as_str());
    assert_eq!(klaviyo.events().len(), 2);

    // A profile that is found by another identifier gets the new address: the person's address changed.
    assert_eq!(send("4", json!({ "email": "bo@example.com", "external_id": "bob" })).await.0, StatusCode::ACCEPTED);
    assert_eq!(klaviyo.profiles(Some("bob@example.com")).len(), 0);
    let bob = klaviyo.profiles(Some("BO@example.com")).remove(0);
    assert_eq!(bob.external_id.as_deref(), Some("bob"));
    // A repeated event is recognised by its profile, whichever identifier names it.
    assert_eq!(send("4", json!({ "external_id": "bob" })).await.0, StatusCode::ACCEPTED);
    assert_eq!(klaviyo.events().len(), 3);
}

const SUBSCRIBE: &str = "profile-subscription-bulk-create-jobs";
const UNSUBSCRIBE: &str = "profile-subscription-bulk-delete-jobs";

fn job(endpoint: &str, list: Option<&str>) -> Value {
    let (kind, consent) =
        (endpoint.trim_end_matches('s'), if endpoint == SUBSCRIBE { "SUBSCRIBED" } else { "UNSUBSCRIBED" });
    let profile = json!({ "type": "profile", "attributes": {
        "email": "Jo@Example.com", "subscriptions": { "email": { "marketing": { "consent": consent } } },
    } });
    let mut job = json!({ "data": { "type": kind, "attributes": { "profiles": { "data": [profile] } } } });
    if let Some(list) = list {
        job["data"]["relationships"] = json!({ "list": { "data": { "type": "list", "id": list } } });
    }
    job
}

async fn marketing(klaviyo: &KlaviyoStandIn, endpoint: &str, list: Option<&str>) -> EmailMarketing {
    let (status, body) = answer(request_to(klaviyo, endpoint, &job(endpoint, list))).await;
    assert_eq!((status, body), (StatusCode::ACCEPTED, json!("")));
    klaviyo.profiles(Some("jo@example.com"))[0].email_marketing
}

#[tokio::test]
async fn a_list_subscribes_at_once_or_asks_first_and_whoever_is_on_no_list_is_unsubscribed_from_all() {
    let klaviyo = start().await;
    klaviyo.set_list("single", false);
    klaviyo.set_list("double", true);
    assert_eq!(marketing(&klaviyo, SUBSCRIBE, Some("double")).await, EmailMarketing::Pending);
    assert!(klaviyo.confirm("jo@example.com") && !klaviyo.confirm("jo@example.com"));
    assert_eq!(marketing(&klaviyo, SUBSCRIBE, Some("double")).await, EmailMarketing::Subscribed);
    assert_eq!(klaviyo.profiles(None)[0].confirmations_asked, 1);
    assert_eq!(marketing(&klaviyo, UNSUBSCRIBE, None).await, EmailMarketing::Unsubscribed);
    assert_eq!(marketing(&klaviyo, SUBSCRIBE, Some("single")).await, EmailMarketing::Subscribed);
    assert_eq!(
        marketing(&klaviyo, UNSUBSCRIBE, Some("double")).await,
        EmailMarketing::Unsubscribed,
        "not on that list"
    );
    assert_eq!(marketing(&klaviyo, SUBSCRIBE, None).await, EmailMarketing::Pending, "an account's default");
}

#[tokio::test]
async fn jobs_are_checked_name_by_name() {
    let klaviyo = start().await;
    klaviyo.set_list("single", false);
    let profile = "/data/attributes/profiles/data/0";
    let consented_at = format!("{profile}/attributes/subscriptions/email/marketing/consented_at");
    let consent = format!("{profile}/attributes/subscriptions/email/marketing/consent");
    let cases = [
        (SUBSCRIBE, "/data/type".to_owned(), json!("event")),
        (SUBSCRIBE, "/data/attributes/source".to_owned(), json!("form")),
        (SUBSCRIBE, "/data/attributes/profiles/data".to_owned(), json!([])),
        (SUBSCRIBE, format!("{profile}/attributes/email"), json!("jo")),
        (SUBSCRIBE, format!("{profile}/attributes/first_name"), json!("Jo")),
        (SUBSCRIBE, consent.clone(), json!("UNSUBSCRIBED")),
        (SUBSCRIBE, consented_at, json!("2026-01-01T00:00:00Z")),
        (UNSUBSCRIBE, consent, json!("SUBSCRIBED")),
        (UNSUBSCRIBE, "/data/attributes/custom_source".to_owned(), json!("form")),
    ];
    for (endpoint, pointer, value) in cases {
        let mut body = job(endpoint, Some("single"));
        let (outer, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(outer).unwrap()[name] = value;
        let (status, answer) = answer(request_to(&klaviyo, endpoint, &body)).await;
        assert_eq!(
            (status, answer["errors"][0]["source"]["pointer"].as_str()),
            (StatusCode::BAD_REQUEST, Some(&*pointer))
        );
    }
    let mut historical = job(SUBSCRIBE, Some("single"));
    historical["data"]["attributes"]["historical_import"] = json!(true);
    assert_eq!(answer(request_to(&klaviyo, SUBSCRIBE, &historical)).await.0, StatusCode::BAD_REQUEST, "without a time");
    let unknown = job(SUBSCRIBE, Some("unknown"));
    assert_eq!(answer(request_to(&klaviyo, SUBSCRIBE, &unknown)).await.0, StatusCode::NOT_FOUND);
    assert!(klaviyo.profiles(None).is_empty() && klaviyo.jobs().len() == 11);
}
