//! Stripe fails while the session is opened.

use pledge_stand_ins::Fault;
use pledge_tests::Cloud;
use serde_json::json;

const SESSIONS: &str = "/v1/checkout/sessions";

/// A number of faults for every attempt that a request makes.
const ALWAYS: u32 = 100;

#[tokio::test]
async fn the_client_is_told_to_try_again_and_a_retry_makes_one_session() {
    let Some(cloud) = Cloud::enter().await else { return };
    let faults = [
        ("broken", Fault::status(500)),
        ("busy", Fault::rate_limited(0)),
        ("proxy", Fault::html(503)),
        ("unreachable", Fault::hang_up()),
        ("answer-lost", Fault::hang_up().after_effect()),
    ];
    for (what, fault) in faults {
        let preorder = cloud.a_preorder(&cloud.email(what)).await;
        cloud.stripe_fails(fault.on("POST", SESSIONS).times(ALWAYS)).await;
        let request = cloud.api.request(reqwest::Method::POST, "/checkout").json(&json!({ "preorderId": preorder }));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 502, "{what}");
        assert_eq!(response.headers()["retry-after"], "5", "{what}");
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!(body["code"], "PAYMENT_PROVIDER_UNAVAILABLE", "{what}");
        assert_eq!(cloud.preorder(&preorder).await["status"], "initiated", "{what}");

        cloud.stripe.clear_faults().await.unwrap();
        let session = cloud.api.checkout(&preorder).await.unwrap();
        let sessions = cloud.sessions_of(&preorder).await;
        assert_eq!(sessions.iter().map(|session| &session["id"]).collect::<Vec<_>>(), [&json!(session)], "{what}");
    }
}

#[tokio::test]
async fn a_short_failure_is_not_even_noticed() {
    let Some(cloud) = Cloud::enter().await else { return };
    for (what, fault) in [
        ("broken", Fault::status(500)),
        ("busy", Fault::rate_limited(1)),
        ("answer-lost", Fault::hang_up().after_effect()),
    ] {
        let preorder = cloud.a_preorder(&cloud.email(what)).await;
        cloud.stripe_fails(fault.on("POST", SESSIONS)).await;
        cloud.api.checkout(&preorder).await.unwrap();
        assert_eq!(cloud.sessions_of(&preorder).await.len(), 1, "{what}");
    }
}

#[tokio::test]
async fn a_refusal_that_an_operator_has_to_mend_is_not_to_be_tried_again() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("refused")).await;
    cloud.stripe_fails(Fault::status(401).on("POST", SESSIONS)).await;
    let answer = cloud.api.post("/checkout", &json!({ "preorderId": preorder })).await.unwrap();
    assert_eq!((answer.status, answer.text("code")), (503, "PAYMENT_PROVIDER_REFUSED"));
    cloud.api.checkout(&preorder).await.unwrap();
}

#[tokio::test]
async fn a_form_that_wanted_to_pay_at_once_is_not_lost() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("at-once");
    cloud.stripe_fails(Fault::status(401).on("POST", SESSIONS)).await;
    cloud.api.post("/checkout", &json!({ "email": email, "color": "Red" })).await.unwrap().expect_status(503).unwrap();
    let preorders = cloud.preorders_of(&email).await;
    assert_eq!((preorders.len(), &preorders[0]["status"]), (1, &json!("initiated")));
    assert_eq!(cloud.klaviyo_events(&email, 1).await[0].0, "preorder_started");
}
