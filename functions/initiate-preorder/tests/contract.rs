//! Every response that docs/openapi.yaml has for this function's operations.
#![allow(clippy::unwrap_used, reason = "a test that can't be set up should stop")]

mod support;

use pledge_domain::{limits::Limit, ports::StoreError};
use pledge_openapi::{Given, assert_documented, documented};
use pledge_testkit::{
    builders::{a_preorder, preorder_id},
    http::HttpEvent,
};
use serde_json::json;
use support::{TOKEN, form, handler, post, send};

#[tokio::test]
async fn every_documented_response_is_given() {
    let handler = handler();
    let store = &handler.intake.initiate.store;
    let preorder = a_preorder(1);
    store.put(preorder.clone());
    let see = |id: &dyn std::fmt::Display| HttpEvent::get(&format!("/preorders/{id}"));
    let keyed = |form| post(form).header("Idempotency-Key", "1");
    let requests = [
        keyed(&form()),
        keyed(&json!({ "email": "reader@example.com", "color": "Honey Khaki" })),
        post(&json!({})),
        post(&form()).header("Authorization", "Bearer foreign"),
        post(&form()).header("Content-Encoding", "gzip"),
        post(&json!({ "email": "x".repeat(65 * 1024) })),
        see(&preorder.id),
        see(&preorder_id(9)),
    ];
    let mut given = Given::new();
    for request in requests {
        given.extend(assert_documented(&request, &send(&handler, request.clone()).await));
    }
    let signed_in = |event: HttpEvent| event.header("Authorization", &format!("Bearer {TOKEN}"));
    let me = || signed_in(HttpEvent::post("/users/me"));
    let own = || signed_in(HttpEvent::get("/users/me/preorders"));
    for request in [
        me(),
        me().json(&json!({ "email": 1 })),
        me().json(&json!({})).header("Content-Encoding", "gzip"),
        me().json(&json!({ "a": "x".repeat(65 * 1024) })),
        HttpEvent::post("/users/me"),
        own(),
        HttpEvent::get("/users/me/preorders"),
    ] {
        given.extend(assert_documented(&request, &send(&handler, request.clone()).await));
    }
    for failure in [|| StoreError::Internal("on purpose".into()), || StoreError::Unavailable("on purpose".into())] {
        for request in [post(&form()), see(&preorder.id), me(), own()] {
            store.fail_next(failure());
            given.extend(assert_documented(&request, &send(&handler, request.clone()).await));
        }
    }
    let mut limited = support::handler();
    limited.intake.initiate.limits.per_source = Limit::per_hour(1);
    for _ in 0..2 {
        given.extend(assert_documented(&post(&form()), &send(&limited, post(&form())).await));
    }
    assert_eq!(given, documented(&["initiatePreorder", "getPreorder", "signIn", "getOwnPreorders"]));
}
