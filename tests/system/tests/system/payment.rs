//! Somebody pays.

use futures_util::future::join_all;
use pledge_driver::Order;
use pledge_tests::Cloud;
use serde_json::{Value, json};

/// The price of a preorder in the local shop.
const AMOUNT: i64 = 29_900;

#[tokio::test]
async fn a_paid_preorder_is_completed() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("pays")).await;
    assert_eq!(cloud.preorder(&preorder).await["status"], "initiated");
    let session = cloud.api.checkout(&preorder).await.unwrap();
    assert_eq!(cloud.preorder(&preorder).await["status"], "processing");
    cloud.pay(&session).await;
    assert_eq!(cloud.preorder(&preorder).await["status"], "completed");

    let shown = cloud.api.get(&format!("/preorders/{preorder}")).await.unwrap();
    let expected = json!({
        "preorderId": preorder, "preorderNumber": format!("ROL-{}", preorder[..8].to_uppercase()),
        "status": "completed", "color": "Red", "amount": AMOUNT, "currency": "usd",
    });
    assert_eq!(shown.body, expected);
}

#[tokio::test]
async fn stripes_metadata_names_the_preorder_on_session_and_payment() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("metadata");
    let preorder = cloud.a_preorder(&email).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.pay(&session).await;

    let row = cloud.preorder(&preorder).await;
    let expected = json!({
        "preorderId": preorder, "checkoutAttempt": "1", "userId": row["user_id"], "color": "Red", "locale": "en",
        "priceId": row["price_id"], "deployment": "local",
    });
    let session = cloud.stripe.object(&session).await.unwrap();
    assert_eq!(session["metadata"], expected);
    assert_eq!((&session["client_reference_id"], &session["customer_email"]), (&json!(preorder), &json!(email)));
    let payment = cloud.stripe.object(session["payment_intent"].as_str().unwrap()).await.unwrap();
    assert_eq!(payment["metadata"], expected);
}

#[tokio::test]
async fn what_was_paid_and_where_it_goes_is_stored() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("pays")).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    let how =
        json!({ "name": "Mei Wong", "phone": "+85251234567", "country": "HK", "city": "Kowloon", "line1": "1 Road" });
    cloud.stripe.pay(&session, &how).await.unwrap();
    cloud.stripe.idle().await.unwrap();

    let row = cloud.preorder(&preorder).await;
    let paid = cloud.stripe.object(&session).await.unwrap();
    let columns = ["session_id", "session_state", "payment_intent_id", "amount", "currency"];
    let expected = [json!(session), json!("closed"), paid["payment_intent"].clone(), json!(AMOUNT), json!("usd")];
    assert_eq!(columns.map(|column| row[column].clone()), expected);
    assert!(!row["paid_at"].is_null());
    let contact = ["phone", "country", "city", "address_line1"].map(|column| row[column].as_str().unwrap());
    assert_eq!(contact, ["+85251234567", "HK", "Kowloon", "1 Road"]);
}

#[tokio::test]
async fn twenty_checkouts_at_once_open_one_session() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("twenty")).await;
    let sessions = join_all((0..20).map(|_| cloud.api.checkout(&preorder))).await;
    let mut sessions: Vec<_> = sessions.into_iter().map(Result::unwrap).collect();
    sessions.dedup();
    assert_eq!(sessions.len(), 1);
    assert_eq!(cloud.sessions_of(&preorder).await.len(), 1);
    assert_eq!(cloud.preorder(&preorder).await["session_id"], sessions[0]);
}

#[tokio::test]
async fn who_goes_on_by_the_link_of_an_expired_page_completes_the_same_preorder() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("recovers");
    let form = json!({ "email": email, "color": "Red", "marketingConsent": true, "consentTextVersion": "2026-11" });
    let accepted = cloud.api.post("/preorders", &form).await.unwrap().expect_status(201).unwrap();
    let preorder = accepted.text("preorderId").to_owned();
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.stripe.expire(&session, &cloud.endpoints).await.unwrap();
    cloud.stripe.idle().await.unwrap();
    assert_eq!(cloud.preorder(&preorder).await["status"], "cancelled");

    // Marketing gets the link to send it.
    let told = cloud.klaviyo.wait(&email, 3).await.unwrap();
    let abandoned = told.iter().find(|event| event.metric == "preorder_abandoned").unwrap();
    let expired = cloud.stripe.object(&session).await.unwrap();
    assert_eq!(abandoned.properties["resume_url"], expired["after_expiration"]["recovery"]["url"]);

    let copy = cloud.stripe.recover(&session).await.unwrap();
    cloud.pay(&copy).await;
    let row = cloud.preorder(&preorder).await;
    let paid = cloud.stripe.object(&copy).await.unwrap();
    assert_eq!((&row["status"], &row["payment_intent_id"]), (&json!("completed"), &paid["payment_intent"]));
    assert_eq!(cloud.preorders_of(&email).await.len(), 1);
    cloud.klaviyo.settled(&cloud.database).await.unwrap();
    let told = cloud.klaviyo.wait(&email, 4).await.unwrap();
    assert_eq!(told.iter().filter(|event| event.metric == "preorder_success").count(), 1);
    // The preorder can't be paid again.
    let again = cloud.api.post("/checkout", &json!({ "preorderId": preorder })).await.unwrap();
    assert_eq!((again.status, again.text("code")), (409, "PREORDER_ALREADY_COMPLETED"));
}

#[tokio::test]
async fn who_pays_days_later_by_the_link_of_an_expired_page_is_offered_no_other_page() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("recovers-later")).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.stripe.expire(&session, &cloud.endpoints).await.unwrap();
    let copy = cloud.stripe.recover(&session).await.unwrap();
    cloud.stripe.pay(&copy, &json!({ "method": "bank_debit" })).await.unwrap();
    cloud.stripe.idle().await.unwrap();

    let row = cloud.preorder(&preorder).await;
    let state = ["status", "session_id", "session_state"].map(|column| row[column].clone());
    assert_eq!(state, [json!("processing"), json!(copy), json!("awaiting_payment")]);
    let again = cloud.api.post("/checkout", &json!({ "preorderId": preorder })).await.unwrap();
    assert_eq!((again.status, again.text("code")), (409, "PAYMENT_PENDING"));
    assert_eq!(cloud.sessions_of(&preorder).await.len(), 2, "the expired page and its copy");

    cloud.stripe.settle(&copy, true).await.unwrap();
    cloud.stripe.idle().await.unwrap();
    assert_eq!(cloud.preorder(&preorder).await["status"], "completed");
}

#[tokio::test]
async fn a_paid_preorder_cannot_be_paid_again() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_paid_preorder(&cloud.email("twice")).await;
    let again = cloud.api.post("/checkout", &json!({ "preorderId": preorder })).await.unwrap();
    assert_eq!((again.status, again.text("code")), (409, "PREORDER_ALREADY_COMPLETED"));
    assert_eq!(cloud.sessions_of(&preorder).await.len(), 1);
}

#[tokio::test]
async fn who_has_paid_and_is_back_after_the_sessions_end_before_any_webhook_came_opens_no_second_session() {
    let Some(cloud) = Cloud::enter().await else { return };
    cloud.stripe.idle().await.unwrap();
    let preorder = cloud.a_preorder(&cloud.email("unheard")).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.stripe.hold(true).await.unwrap();
    cloud.stripe.pay(&session, &json!({})).await.unwrap();
    // The functions' clock is the real one, so the stored time is set back instead.
    let a_day_later = "update preorders set session_expires_at = now() - interval '1 minute' where id::text = $1";
    cloud.database.query(a_day_later, &[&preorder]).await.unwrap();
    let again = cloud.api.post("/checkout", &json!({ "preorderId": preorder })).await.unwrap();
    let sessions = cloud.sessions_of(&preorder).await.len();
    cloud.stripe.release(Order::AsCreated).await.unwrap();
    cloud.stripe.hold(false).await.unwrap();
    cloud.stripe.idle().await.unwrap();

    assert_eq!((again.status, again.text("code")), (409, "PAYMENT_PENDING"));
    assert_eq!(sessions, 1, "Stripe was asked how the first one ended");
    let row = cloud.preorder(&preorder).await;
    assert_eq!((&row["status"], &row["session_id"]), (&json!("completed"), &json!(session)));
}

#[tokio::test]
async fn a_html_form_goes_all_the_way_to_the_pay_page() {
    let Some(cloud) = Cloud::enter().await else { return };
    let form = format!("email={}&color=Honey+Khaki&locale=en", cloud.email("html").replace('@', "%40"));
    let request = cloud.api.request(reqwest::Method::POST, "/checkout");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    let response = request.send().await.unwrap();
    let preorder = cloud.preorders_of(&cloud.email("html")).await.remove(0);
    // This is where the redirect leads, whether the client has followed it or not.
    let place = response.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
    assert_eq!(place.unwrap_or_else(|| response.url().to_string()), preorder["checkout_url"].as_str().unwrap());
}

#[tokio::test]
async fn a_declined_card_can_be_followed_by_a_good_one() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("declined")).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    // Stripe's page refuses the card with 402.
    cloud.stripe.pay(&session, &json!({ "method": "declined_card" })).await.unwrap_err();
    cloud.stripe.idle().await.unwrap();
    assert_eq!(cloud.preorder(&preorder).await["status"], "failed");
    cloud.pay(&session).await;
    assert_eq!(cloud.preorder(&preorder).await["status"], "completed");
}

#[tokio::test]
async fn nothing_is_granted_before_a_delayed_payment_arrives() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("delayed")).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.stripe.pay(&session, &json!({ "method": "bank_debit" })).await.unwrap();
    cloud.stripe.idle().await.unwrap();
    let row = cloud.preorder(&preorder).await;
    assert_eq!((&row["status"], &row["paid_at"]), (&json!("processing"), &json!(null)));

    cloud.stripe.settle(&session, true).await.unwrap();
    cloud.stripe.idle().await.unwrap();
    assert_eq!(cloud.preorder(&preorder).await["status"], "completed");
}

#[tokio::test]
async fn a_refund_is_recorded_and_a_full_one_changes_the_status() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_paid_preorder(&cloud.email("refund")).await;
    let payment = cloud.preorder(&preorder).await["payment_intent_id"].as_str().unwrap().to_owned();
    let refund = async |amount: Option<i64>| -> (Value, Value) {
        cloud.stripe.refund(&payment, amount).await.unwrap();
        cloud.stripe.idle().await.unwrap();
        let mut row = cloud.preorder(&preorder).await;
        (row["status"].take(), row["refunded_amount"].take())
    };
    assert_eq!(refund(Some(900)).await, (json!("completed"), json!(900)));
    assert_eq!(refund(None).await, (json!("refunded"), json!(AMOUNT)));
}
