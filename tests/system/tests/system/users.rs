//! A reader signs in and does nothing else.

use pledge_tests::Cloud;
use serde_json::json;

#[tokio::test]
async fn a_gmail_sign_in_alone_makes_the_row_and_brings_earlier_preorders() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("gmail");
    cloud.firebase_fails(pledge_stand_ins::Fault::status(503)).await;
    let before = cloud.a_preorder(&email).await;
    assert!(cloud.preorder(&before).await["user_id"].is_null());

    let reader = cloud.firebase.sign_in_with_google(&email, "Mei Wong").await.unwrap();
    let answer =
        cloud.api.post_as(&reader.id_token, "/users/me", &json!({})).await.unwrap().expect_status(200).unwrap();
    assert_eq!((answer.text("userId"), answer.text("email")), (reader.uid.as_str(), email.as_str()));
    let row = cloud.user(&reader.uid).await.unwrap();
    assert_eq!((&row["email"], &row["email_verified"]), (&json!(email), &json!(true)));
    assert_eq!(cloud.preorder(&before).await["user_id"], reader.uid);

    let own = cloud.api.get_as(&reader.id_token, "/users/me/preorders").await.unwrap().expect_status(200).unwrap();
    assert_eq!(own.body["preorders"][0]["preorderId"], before);
}
