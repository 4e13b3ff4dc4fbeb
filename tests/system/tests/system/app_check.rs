//! Deployments that require App Check, or a proven address: the real binaries, with the stand-in's keys.

use pledge_stand_ins::firebase::{APP_ID, DEBUG_TOKEN, PROJECT_NUMBER};
use pledge_testkit::http::HttpEvent;
use pledge_tests::{Cloud, Function};
use serde_json::json;

async fn start(cloud: &Cloud, name: &str, app_check: &str) -> Function {
    let number = PROJECT_NUMBER.to_string();
    let demands =
        [("APP_CHECK", app_check), ("FIREBASE_PROJECT_NUMBER", &number), ("PAYMENTS_NEED_PROVEN_ADDRESS", "true")];
    Function::start(name, cloud.endpoints.variables().into_iter().chain(demands)).await
}

/// Returns the status of the answer, and the code of the refusal.
async fn answer(function: &Function, event: &HttpEvent, token: Option<&str>) -> (u64, String) {
    let event = token.into_iter().fold(event.clone(), |event, token| event.header("X-Firebase-AppCheck", token));
    let (status, _, body) = function.request(&event).await;
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn only_our_app_may_order_where_app_check_is_required() {
    let Some(cloud) = Cloud::enter().await else { return };
    let token = cloud.firebase.app_check_token(APP_ID, DEBUG_TOKEN).await.unwrap();
    let stranger = cloud.firebase.sign_up(&cloud.email("stranger")).await.unwrap().id_token;
    let form = json!({ "email": cloud.email("reader"), "color": "Red" });
    for (name, path) in [("initiate-preorder", "/preorders"), ("create-checkout", "/checkout")] {
        let event = HttpEvent::post(path).json(&form);
        let required = start(&cloud, name, "required").await;
        for wrong in [None, Some("a.b.c"), Some(stranger.as_str())] {
            assert_eq!(answer(&required, &event, wrong).await, (401, "UNKNOWN_APP".to_owned()), "{path} {wrong:?}");
        }
        assert!(matches!(answer(&required, &event, Some(&token)).await.0, 200 | 201), "{path}");

        let monitored = start(&cloud, name, "monitored").await;
        for anyhow in [None, Some("a.b.c"), Some(token.as_str())] {
            assert!(matches!(answer(&monitored, &event, anyhow).await.0, 200 | 201), "{path} {anyhow:?}");
        }
        let log = monitored.stop().await.log.concat();
        for result in ["missing", "invalid", "valid"] {
            assert!(log.contains(&format!("\"Result\":\"{result}\"")), "{result} is not counted: {log}");
        }
    }
}

#[tokio::test]
async fn a_novel_is_paid_for_from_our_app_by_readers_with_a_proven_address() {
    let Some(cloud) = Cloud::enter().await else { return };
    let function = start(&cloud, "create-champion-subscription", "required").await;
    let token = cloud.firebase.app_check_token(APP_ID, DEBUG_TOKEN).await.unwrap();
    let unproven = cloud.firebase.sign_up(&cloud.email("unproven")).await.unwrap().id_token;
    let proven = cloud.firebase.sign_in_with_google(&cloud.email("proven"), "Ada").await.unwrap().id_token;
    let path = "/payment/stripe/champion-subscription";
    let wish = json!({ "novelId": 1, "tierLevel": 1, "autoRenew": true });
    let as_reader =
        |id_token: &str| HttpEvent::post(path).json(&wish).header("authorization", &format!("Bearer {id_token}"));

    assert_eq!(answer(&function, &as_reader(&proven), None).await, (401, "UNKNOWN_APP".to_owned()));
    assert_eq!(answer(&function, &as_reader(&unproven), Some(&token)).await, (403, "ADDRESS_NOT_PROVEN".to_owned()));
    assert_eq!(answer(&function, &as_reader(&proven), Some(&token)).await.0, 201);
}
