//! Every response that docs/openapi.yaml has for this function's operation.
#![allow(clippy::unwrap_used, reason = "a test that can't be set up should stop")]

mod support;

use pledge_domain::ports::StoreError;
use pledge_openapi::{Given, assert_documented, documented};
use support::{LIMIT, delivery, handler, paid, send, signed};

#[tokio::test]
async fn every_documented_response_is_given() {
    let (handler, preorder) = handler();
    let mut given = Given::new();
    let mut ask = async |request| given.extend(assert_documented(&request, &send(&handler, request.clone()).await));

    handler.record.store.fail_next(StoreError::Internal("on purpose".into()));
    ask(signed(&paid(&preorder))).await;
    handler.record.store.be_unavailable_once();
    ask(signed(&paid(&preorder))).await;
    ask(signed(&paid(&preorder))).await;
    ask(delivery("{}", "t=1,v1=00")).await;
    ask(delivery(&"x".repeat(LIMIT + 1), "")).await;

    assert_eq!(given, documented(&["receiveStripeEvent"]));
}
