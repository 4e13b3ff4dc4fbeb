//! Firebase doesn't create the user.

use std::time::{Duration, Instant};

use pledge_stand_ins::Fault;
use pledge_tests::Cloud;

/// How long a form may take while Firebase is down: three seconds, and the request itself.
const LIMIT: Duration = Duration::from_millis(3_500);

#[tokio::test]
async fn the_preorder_is_stored_in_time_and_linked_at_checkout() {
    let Some(cloud) = Cloud::enter().await else { return };
    // A warm function, so that only Firebase takes time.
    cloud.a_preorder(&cloud.email("warm")).await;
    let everything = "*accounts*";
    let faults = [
        ("down", Fault::status(503).on("POST", everything)),
        ("refuses", Fault::status(403).on("POST", everything)),
        ("proxy", Fault::html(502).on("POST", everything)),
        ("gone", Fault::hang_up().on("POST", everything)),
        ("hangs", Fault::silence().on("POST", everything)),
        ("create-fails", Fault::status(500).on("POST", "*accounts")),
    ];
    for (what, fault) in faults {
        let email = cloud.email(what);
        cloud.firebase_fails(fault).await;
        let start = Instant::now();
        let preorder = cloud.a_preorder(&email).await;
        assert!(start.elapsed() < LIMIT, "{what}: {:?}", start.elapsed());
        assert!(cloud.preorder(&preorder).await["user_id"].is_null(), "{what}");

        // Firebase works again.
        let session = cloud.api.checkout(&preorder).await.unwrap();
        let owner = cloud.preorder(&preorder).await["user_id"].as_str().unwrap_or_else(|| panic!("{what}")).to_owned();
        assert_eq!(cloud.firebase.account(&email).await.unwrap().unwrap()["localId"], owner, "{what}");
        assert_eq!(cloud.user(&owner).await.unwrap()["email"], email, "{what}");
        assert_eq!(cloud.stripe.object(&session).await.unwrap()["metadata"]["userId"], owner, "{what}");
    }
}

#[tokio::test]
async fn one_can_pay_while_firebase_is_down() {
    let Some(cloud) = Cloud::enter().await else { return };
    cloud.firebase_fails(Fault::status(503).on("POST", "*accounts*").times(2)).await;
    let preorder = cloud.a_paid_preorder(&cloud.email("pays")).await;
    let row = cloud.preorder(&preorder).await;
    assert_eq!(row["status"], "completed");
    assert!(row["user_id"].is_null());
}
