//! Somebody signs in with Gmail. The front end calls `POST /users/me`, and no form is needed.

use pledge_tests::Cloud;
use serde_json::{Value, json};

/// Calls the endpoint that a front end calls after every sign-in.
async fn say_so(cloud: &Cloud, token: &str) -> Value {
    cloud.api.post_as(token, "/users/me", &json!({})).await.unwrap().expect_status(200).unwrap().body
}

async fn send_form(cloud: &Cloud, token: &str, form: &Value) -> Value {
    cloud.api.post_as(token, "/preorders", form).await.unwrap().expect_status(201).unwrap().body
}

#[tokio::test]
async fn after_a_gmail_sign_in_the_users_table_has_a_row() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("gmail");
    let reader = cloud.firebase.sign_in_with_google(&email, "Mei Wong").await.unwrap();
    say_so(&cloud, &reader.id_token).await;
    let user = cloud.user(&reader.uid).await.unwrap();
    assert_eq!((&user["email"], &user["display_name"]), (&json!(email), &json!("Mei Wong")));
    assert!(!user["last_login_at"].is_null());
}

#[tokio::test]
async fn the_firebase_uid_is_the_id_in_the_database() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("gmail");
    let reader = cloud.firebase.sign_in_with_google(&email, "Mei Wong").await.unwrap();
    assert_eq!(say_so(&cloud, &reader.id_token).await["userId"], reader.uid);
    assert_eq!(cloud.user(&reader.uid).await.unwrap()["id"], reader.uid);

    let answer = send_form(&cloud, &reader.id_token, &json!({ "email": email, "color": "Red" })).await;
    assert_eq!(answer["firebaseUid"], reader.uid);
    let preorder = cloud.preorder(answer["preorderId"].as_str().unwrap()).await;
    assert_eq!(preorder["user_id"], reader.uid);
    let account = cloud.firebase.account(&email).await.unwrap().unwrap();
    assert_eq!(account["localId"], reader.uid);
}

#[tokio::test]
async fn the_whole_profile_is_synchronised() {
    let Some(cloud) = Cloud::enter().await else { return };
    let (email, uid) = (cloud.email("gmail"), format!("uid-{}", cloud.mark()));
    let token = token_of(&cloud, &uid, json!({ "email": email, "picture": "https://photos.example/1" })).await;
    let form = json!({ "email": email, "color": "Red", "phone": "+852 5123 4567", "marketingConsent": true, "consentTextVersion": "2026-11" });
    send_form(&cloud, &token, &form).await;

    let user = cloud.user(&uid).await.unwrap();
    let profile = ["email", "email_verified", "display_name", "photo_url", "phone", "marketing_consent"];
    assert_eq!(
        profile.map(|column| user[column].clone()),
        [
            json!(email),
            json!(true),
            json!("Mei Wong"),
            json!("https://photos.example/1"),
            json!("+852 5123 4567"),
            json!(true)
        ]
    );
    assert!(!user["last_login_at"].is_null());
}

#[tokio::test]
async fn a_sign_in_gets_the_preorders_that_were_made_without_one() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("later");
    cloud.firebase_fails(pledge_stand_ins::Fault::status(503)).await;
    let before = cloud.a_preorder(&email).await;
    assert!(cloud.preorder(&before).await["user_id"].is_null());

    let reader = cloud.firebase.sign_in_with_google(&email, "Mei Wong").await.unwrap();
    say_so(&cloud, &reader.id_token).await;
    assert_eq!(cloud.preorder(&before).await["user_id"], reader.uid);
}

#[tokio::test]
async fn a_token_that_is_not_valid_stores_nothing() {
    let Some(cloud) = Cloud::enter().await else { return };
    let uid = format!("uid-{}", cloud.mark());
    let now = cloud.now().unix_timestamp();
    let foreign = "https://securetoken.google.com/somebody-else";
    let tokens = [
        "garbage".to_owned(),
        token_of(&cloud, &uid, json!({ "exp": now - 60 })).await,
        token_of(&cloud, &uid, json!({ "iat": now + 3600 })).await,
        token_of(&cloud, &uid, json!({ "aud": "somebody-else" })).await,
        token_of(&cloud, &uid, json!({ "iss": foreign })).await,
        token_of(&cloud, "", json!({})).await,
    ];
    let form = json!({ "email": cloud.email("forged"), "color": "Red" });
    for token in tokens {
        for (path, body) in [("/preorders", &form), ("/users/me", &json!({}))] {
            let answer = cloud.api.post_as(&token, path, body).await.unwrap();
            assert_eq!((answer.status, answer.text("code")), (401, "UNAUTHENTICATED"), "{path} {token}");
        }
    }
    assert!(cloud.preorders_of(&cloud.email("forged")).await.is_empty());
    assert_eq!(cloud.user(&uid).await, None);
}

/// Returns a token of this user with some claims changed.
async fn token_of(cloud: &Cloud, uid: &str, changes: Value) -> String {
    let (project, now) = (&cloud.endpoints.firebase_project_id, cloud.now().unix_timestamp());
    let mut claims = json!({
        "iss": format!("https://securetoken.google.com/{project}"), "aud": project, "sub": uid, "user_id": uid,
        "auth_time": now, "iat": now, "exp": now + 3600, "email": cloud.email("gmail"), "email_verified": true,
        "name": "Mei Wong", "firebase": { "sign_in_provider": "google.com", "identities": {} },
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    cloud.firebase.token(&claims).await.unwrap()
}
