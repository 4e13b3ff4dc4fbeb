//! Somebody sends the form and does nothing else.

use futures_util::future::join_all;
use pledge_tests::Cloud;
use serde_json::json;

#[tokio::test]
async fn email_and_color_make_a_row_in_preorders() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("form");
    let form = json!({ "email": email, "color": "Honey Khaki", "locale": "ja" });
    let answer = cloud.api.post("/preorders", &form).await.unwrap().expect_status(201).unwrap();

    let row = cloud.preorder(answer.text("preorderId")).await;
    let columns = ["email", "color", "locale", "status", "preorder_number"];
    let expected = [&email, "Honey Khaki", "ja", "initiated", answer.text("preorderNumber")];
    assert_eq!(columns.map(|column| row[column].as_str().unwrap()), expected);
    let prices: serde_json::Value = serde_json::from_str(&cloud.endpoints.preorder_prices).unwrap();
    assert_eq!(row["price_id"], prices["Honey Khaki"]);
}

#[tokio::test]
async fn the_preorder_of_somebody_who_never_pays_stays() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("never-pays")).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.stripe.expire(&session, &cloud.endpoints).await.unwrap();
    cloud.stripe.idle().await.unwrap();

    let row = cloud.preorder(&preorder).await;
    assert_eq!((&row["status"], &row["paid_at"]), (&json!("cancelled"), &json!(null)));
    let shown = cloud.api.get(&format!("/preorders/{preorder}")).await.unwrap().expect_status(200).unwrap();
    assert_eq!(shown.text("status"), "cancelled");
}

#[tokio::test]
async fn firebase_has_a_user_with_the_id_of_the_users_row() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("anonymous");
    let preorder = cloud.a_preorder(&email).await;

    let account = cloud.firebase.account(&email).await.unwrap().unwrap();
    let uid = account["localId"].as_str().unwrap();
    assert_eq!(account["emailVerified"], false);
    assert_eq!(cloud.preorder(&preorder).await["user_id"], uid);
    let user = cloud.user(uid).await.unwrap();
    assert_eq!((&user["email"], &user["email_verified"]), (&json!(email), &json!(false)));
}

#[tokio::test]
async fn somebody_who_is_known_already_keeps_their_account() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("known");
    let reader = cloud.firebase.sign_in_with_google(&email, "Mei Wong").await.unwrap();
    let first = cloud.a_preorder(&email).await;
    let second = cloud.a_preorder(&email.to_uppercase()).await;
    for preorder in [first, second] {
        assert_eq!(cloud.preorder(&preorder).await["user_id"], reader.uid);
    }
}

#[tokio::test]
async fn a_lost_race_for_the_account_finds_the_winners() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("race");
    cloud.firebase.race(&email).await.unwrap();
    let preorder = cloud.a_preorder(&email).await;
    let account = cloud.firebase.account(&email).await.unwrap().unwrap();
    assert_eq!(cloud.preorder(&preorder).await["user_id"], account["localId"]);
}

#[tokio::test]
async fn a_foreign_account_of_the_same_address_gets_nothing() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("victim");
    let stranger = cloud.firebase.sign_up(&email).await.unwrap();
    let preorder = cloud.a_preorder(&email).await;
    let session = cloud.api.checkout(&preorder).await.unwrap();
    cloud.pay(&session).await;

    let row = cloud.preorder(&preorder).await;
    assert_eq!((&row["status"], &row["user_id"]), (&json!("completed"), &json!(null)));
    // The stranger gets nothing even if they sign in.
    let form = json!({ "email": cloud.email("stranger"), "color": "Red" });
    cloud.api.post_as(&stranger.id_token, "/preorders", &form).await.unwrap().expect_status(201).unwrap();
    assert!(cloud.preorder(&preorder).await["user_id"].is_null());
}

#[tokio::test]
async fn a_repeat_with_the_same_key_is_the_same_preorder() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("repeat");
    let send = async || {
        let request = cloud.api.request(reqwest::Method::POST, "/preorders").header("idempotency-key", cloud.mark());
        cloud.api.send(request.json(&json!({ "email": email, "color": "Red" }))).await.unwrap()
    };
    let first = send().await.expect_status(201).unwrap();
    for answer in join_all((0..8).map(|_| send())).await {
        assert_eq!(answer.expect_status(201).unwrap().body, first.body);
    }
    assert_eq!(cloud.preorders_of(&email).await.len(), 1);
    assert_eq!(cloud.outbox_of(first.text("preorderId")).await.len(), 1);
}

#[tokio::test]
async fn bad_input_is_explained_and_stores_nothing() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("bad");
    let post = |body: String| {
        let request = cloud.api.request(reqwest::Method::POST, "/preorders").header("content-type", "application/json");
        cloud.api.send(request.body(body))
    };
    let wrong_field = post(json!({ "email": email, "color": "Pink", "emial": 1 }).to_string()).await.unwrap();
    assert_eq!((wrong_field.status, wrong_field.text("code")), (400, "INVALID_REQUEST"));
    let fields: Vec<_> = wrong_field.body["fields"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["color", "emial"]);

    let not_json = post("{".to_owned()).await.unwrap();
    assert_eq!((not_json.status, not_json.text("code")), (400, "INVALID_REQUEST"));
    let too_large = post(json!({ "email": email, "color": "x".repeat(65_536) }).to_string()).await.unwrap();
    assert_eq!((too_large.status, too_large.text("code")), (413, "INVALID_REQUEST"));
    let unknown = cloud.api.get("/preorders/0a1b2c3d-0000-4000-8000-000000000000").await.unwrap();
    assert_eq!((unknown.status, unknown.text("code")), (404, "PREORDER_NOT_FOUND"));
    assert!(cloud.preorders_of(&email).await.is_empty());
}
