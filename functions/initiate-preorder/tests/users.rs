//! The endpoints for readers' own data.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::user::AccountState;
use pledge_runtime::{Metrics, Stage, System};
use pledge_testkit::{
    Log,
    builders::{champion, metadata, subscription_changed, tiers, uid},
    http::HttpEvent,
    time::t,
};
use serde_json::{Value, json};
use support::{ANONYMOUS_TOKEN, FORMER_TOKEN, TOKEN, form, handler, post, read, send};

fn as_reader(event: HttpEvent) -> HttpEvent {
    event.header("Authorization", &format!("Bearer {TOKEN}"))
}

#[tokio::test]
async fn a_sign_in_alone_makes_the_row_and_shows_it() {
    let handler = handler();
    let expected = json!({
        "userId": "reader", "email": "reader@example.com", "emailVerified": true, "displayName": "Reader reader",
        "photoUrl": "https://photos.example/reader", "phone": null, "marketingConsent": false,
        "consent": null,
    });
    for event in [HttpEvent::post("/users/me"), HttpEvent::post("/users/me").json(&json!({}))] {
        assert_eq!(read(&send(&handler, as_reader(event)).await), (200, expected.clone()));
    }
    assert!(handler.users.store.user(&uid("reader")).unwrap().email_verified);
}

#[tokio::test]
async fn a_sign_in_brings_the_preorders_that_were_made_without_one() {
    let handler = handler();
    handler.intake.initiate.identity.fail_next();
    let (_, made) = read(&send(&handler, post(&form())).await);
    assert_eq!(made["firebaseUid"], json!(null));
    let own = || as_reader(HttpEvent::get("/users/me/preorders"));
    assert_eq!(read(&send(&handler, own()).await), (200, json!({ "preorders": [] })));

    send(&handler, as_reader(HttpEvent::post("/users/me"))).await;
    let (status, body) = read(&send(&handler, own()).await);
    let [preorder] = body["preorders"].as_array().unwrap().as_slice() else { panic!("one preorder: {body}") };
    assert_eq!((status, &preorder["preorderId"], &preorder["status"]), (200, &made["preorderId"], &json!("initiated")));
    assert_eq!(preorder["paidAt"], Value::Null);
}

#[tokio::test]
async fn nobody_else_sees_them_and_a_misspelt_field_is_named() {
    let handler = handler();
    for event in [HttpEvent::post("/users/me"), HttpEvent::get("/users/me/preorders")] {
        assert_eq!(send(&handler, event.clone()).await.status(), 401);
        assert_eq!(send(&handler, event.header("Authorization", "Bearer foreign")).await.status(), 401);
    }
    let wrong = as_reader(HttpEvent::post("/users/me").json(&json!({ "email": "x@example.com" })));
    let (status, body) = read(&send(&handler, wrong).await);
    assert_eq!((status, &body["fields"]), (400, &json!({ "email": "is not a field of this request" })));
    assert_eq!(handler.users.store.user(&uid("reader")), None);
}

fn sign_in(token: &str, body: &Value) -> HttpEvent {
    HttpEvent::post("/users/me").json(body).header("Authorization", &format!("Bearer {token}"))
}

/// Returns how many preorders the reader has.
async fn preorders(handler: &support::Handler) -> usize {
    let own = as_reader(HttpEvent::get("/users/me/preorders"));
    read(&send(handler, own).await).1["preorders"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_account_that_comes_back_has_what_the_one_before_had_once_firebase_says_that_that_is_gone() {
    let handler = handler();
    send(&handler, post(&form()).header("Authorization", &format!("Bearer {FORMER_TOKEN}"))).await;
    let identity = &handler.intake.initiate.identity;
    assert_eq!(send(&handler, sign_in(TOKEN, &json!({}))).await.status(), 200);
    assert_eq!((preorders(&handler).await, identity.states_asked_for()), (0, vec![uid("former")]), "both are there");
    identity.fail_next_state();
    identity.set_state(&uid("former"), AccountState::Gone);
    assert_eq!(send(&handler, sign_in(TOKEN, &json!({}))).await.status(), 200);
    assert_eq!(preorders(&handler).await, 0, "Firebase didn't answer");
    for _ in 0..2 {
        assert_eq!(send(&handler, sign_in(TOKEN, &json!({}))).await.status(), 200);
        assert_eq!(preorders(&handler).await, 1);
    }
    assert_eq!(identity.states_asked_for().len(), 3, "nobody is asked once they are one");
}

#[tokio::test]
async fn what_an_anonymous_user_has_is_handed_over_with_their_token_beside_the_new_one() {
    let handler = handler();
    send(&handler, post(&form()).header("Authorization", &format!("Bearer {ANONYMOUS_TOKEN}"))).await;
    send(&handler, sign_in(TOKEN, &json!({}))).await;
    assert_eq!(preorders(&handler).await, 0, "nobody is handed over without their token");
    for _ in 0..2 {
        let both = sign_in(TOKEN, &json!({ "anonymousIdToken": ANONYMOUS_TOKEN }));
        assert_eq!(send(&handler, both).await.status(), 200);
        assert_eq!(preorders(&handler).await, 1);
    }
}

#[tokio::test]
async fn only_the_token_of_an_anonymous_user_hands_over() {
    let handler = handler();
    for token in [json!(FORMER_TOKEN), json!("foreign"), json!("")] {
        let (status, body) = read(&send(&handler, sign_in(TOKEN, &json!({ "anonymousIdToken": token }))).await);
        let wrong = "must be a valid ID token of an anonymous user; leave it out if there is none";
        assert_eq!((status, &body["fields"]), (400, &json!({ "anonymousIdToken": wrong })), "{token}");
    }
    assert_eq!(handler.users.store.user(&uid("reader")), None);
}

#[tokio::test]
async fn two_live_subscriptions_to_one_novel_are_left_to_an_operator() {
    let mut handler = handler();
    let log = Log::default();
    handler.intake.metrics = Metrics::new(Stage::Local, System, log.clone());
    let store = &handler.users.store;
    store.open_novel(tiers());
    for (n, user) in ["nobody", "reader"].into_iter().enumerate() {
        let event = format!("evt_{n}");
        let said = Some(metadata(&champion(user), 2, None));
        let mut event =
            subscription_changed(&event, pledge_domain::stripe::SubscriptionStatus::Active, false, said, t(1));
        if let pledge_domain::stripe::Fact::SubscriptionChanged(fact) = &mut event.fact {
            fact.subscription = pledge_domain::ids::SubscriptionId::parse(format!("sub_{n}")).unwrap();
        }
        pledge_testkit::Deliver::deliver(store, &event, t(1)).await.unwrap();
    }
    let both = sign_in(TOKEN, &json!({ "anonymousIdToken": ANONYMOUS_TOKEN }));
    assert_eq!(send(&handler, both).await.status(), 200);
    assert!(log.lines().iter().any(|line| line["UsersNotJoined"] == 1));
    assert_eq!(store.support(&champion("reader")), None);
}

#[tokio::test]
async fn a_reader_agrees_to_marketing_and_withdraws_it() {
    let handler = handler();
    let say = async |answer: Value| read(&send(&handler, as_reader(HttpEvent::post("/users/me").json(&answer))).await);
    let (status, body) = say(json!({ "marketingConsent": true, "consentTextVersion": "en/2026-11" })).await;
    assert_eq!((status, &body["marketingConsent"]), (200, &json!(true)));
    let consent = &body["consent"];
    assert_eq!(
        (&consent["given"], &consent["source"], &consent["textVersion"]),
        (&json!(true), &json!("account"), &json!("en/2026-11"))
    );
    let (_, unchanged) = say(json!({})).await;
    assert_eq!(unchanged, body, "whoever says nothing changes nothing");
    assert_eq!(say(json!({ "marketingConsent": null, "consentTextVersion": "v2" })).await.1, body);

    handler.intake.system.clock.advance(t(1) - t(0));
    let (status, body) = say(json!({ "marketingConsent": false })).await;
    assert_eq!((status, &body["marketingConsent"], &body["consent"]["given"]), (200, &json!(false), &json!(false)));
    let kinds: Vec<_> = handler.users.store.outbox().iter().map(|row| row.entry.kind.name()).collect();
    assert_eq!(kinds, ["marketing_consent_given", "marketing_consent_withdrawn"]);
    assert_eq!(handler.users.queue.messages().len(), 2, "the sender is told of each");
}

#[tokio::test]
async fn who_agreed_in_a_form_while_signed_out_is_shown_that_and_can_withdraw() {
    let handler = handler();
    let form = json!({
        "email": "reader@example.com", "color": "Red", "marketingConsent": true, "consentTextVersion": "2026-11",
    });
    assert_eq!(send(&handler, post(&form)).await.status(), 201);
    let says = |body: &Value| (body["marketingConsent"].clone(), body["consent"]["given"].clone());
    let (_, signed_in) = read(&send(&handler, as_reader(HttpEvent::post("/users/me"))).await);
    assert_eq!(signed_in["consent"]["source"], json!("preorder_form"));
    assert_eq!(says(&signed_in), (json!(true), json!(true)));

    let withdrawal = as_reader(HttpEvent::post("/users/me").json(&json!({ "marketingConsent": false })));
    let (_, withdrawn) = read(&send(&handler, withdrawal).await);
    assert_eq!(withdrawn["consent"]["source"], json!("account"));
    assert_eq!(says(&withdrawn), (json!(false), json!(false)));
}

#[tokio::test]
async fn consent_without_the_text_that_was_agreed_to_is_a_mistake_of_that_field() {
    let handler = handler();
    for (answer, field) in [
        (json!({ "marketingConsent": true }), "consentTextVersion"),
        (json!({ "marketingConsent": true, "consentTextVersion": "" }), "consentTextVersion"),
        (json!({ "marketingConsent": true, "consentTextVersion": "of May" }), "consentTextVersion"),
        (json!({ "marketingConsent": "perhaps" }), "marketingConsent"),
    ] {
        let (status, body) = read(&send(&handler, as_reader(HttpEvent::post("/users/me").json(&answer))).await);
        assert_eq!((status, body["fields"][field].is_string()), (400, true), "{answer}: {body}");
    }
    assert_eq!(handler.users.store.user(&uid("reader")), None);
}

#[tokio::test]
async fn a_queue_that_is_down_stops_no_withdrawal() {
    let handler = handler();
    handler.users.queue.fail_next();
    let withdrawal = as_reader(HttpEvent::post("/users/me").json(&json!({ "marketingConsent": false })));
    assert_eq!(send(&handler, withdrawal).await.status(), 200);
    assert_eq!(handler.users.store.outbox().len(), 1, "the sweep finds it");
}
