//! Promise: a secret key can be replaced while the process runs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod support;

use pledge_runtime::secrets::read;
use pledge_stand_ins::{StripeOptions, StripeStandIn};
use pledge_stripe_api::{Config, IdempotencyKey, StripeClient, StripeError};
use pledge_testkit::FakeVault;
use serde_json::Value;
use stripe_core::customer::CreateCustomer;
use support::http;

/// Returns a stand-in for Stripe that accepts only the new key, a client that has read the old key, and the vault with the
/// old key.
async fn environment() -> (StripeStandIn, StripeClient, FakeVault) {
    let options = StripeOptions { secret_key: Some("sk_test_new".to_owned()), ..StripeOptions::default() };
    let stand_in = StripeStandIn::start(options).await.unwrap();
    let vault = FakeVault::new([("arn:key", "sk_test_old")]);
    let key = read("STRIPE_SECRET_KEY", "arn:key", &vault).await.unwrap();
    let stripe =
        StripeClient::new(http(), &Config { base: stand_in.base_url(), key, deployment: "local".to_owned() }).unwrap();
    (stand_in, stripe, vault)
}

async fn create(stripe: &StripeClient, key: &str) -> Result<Value, StripeError> {
    stripe.create(&CreateCustomer::new().email("a@example.com"), &IdempotencyKey::new(key).unwrap()).await
}

#[tokio::test]
async fn the_call_that_was_refused_succeeds_with_the_new_key() {
    let (stand_in, stripe, vault) = environment().await;
    vault.put("arn:key", "sk_test_new");
    let clone = stripe.clone();
    create(&stripe, "1").await.unwrap();
    create(&clone, "2").await.unwrap();
    assert_eq!(stand_in.objects("customer").len(), 2);
    assert_eq!(vault.reads(), 2, "at the start and after the refusal");
    let refused = stand_in.requests().all().into_iter().filter(|request| request.status == Some(401)).count();
    assert_eq!(refused, 1, "the clone has the new key too");
}

#[tokio::test]
async fn a_key_that_stays_wrong_is_an_error_and_read_once() {
    let (_stand_in, stripe, vault) = environment().await;
    for n in 0..3 {
        let refused = create(&stripe, &n.to_string()).await.unwrap_err();
        assert!(!refused.retryable() && !refused.to_string().contains("sk_test"), "{refused}");
    }
    assert_eq!(vault.reads(), 2);
}
