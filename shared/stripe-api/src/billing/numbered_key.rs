//! Creating an object of which there should be one, when no stored attempt numbers the idempotency keys.

use pledge_domain::ports::{BillingError, GatewayError};
use serde::de::DeserializeOwned;
use stripe_client_core::StripeRequest;

use crate::{StripeClient, StripeError, key::key};

/// The number of idempotency keys that are tried for one object.
const KEYS: u32 = 3;

/// Sends the request with the idempotency key `name` and returns Stripe's answer; if Stripe has consumed that key, with
/// `name:2`, then with `name:3`.
///
/// A key is consumed by a failure that Stripe has stored with it, or by a request with other parameters, such as an address
/// that has changed since. With one key only, the reader would be locked out until Stripe forgets it, a day later. Every
/// caller uses the same keys in the same order and a consumed key stays consumed, so all callers get the same object.
///
/// # Errors
/// [`GatewayError::IdempotencyKeyConsumed`] if all the keys are consumed; otherwise the first other error of a request.
pub async fn create<A: DeserializeOwned>(
    client: &StripeClient,
    request: &impl StripeRequest,
    name: &str,
) -> Result<A, BillingError> {
    let mut generation = 1;
    loop {
        let name = if generation == 1 { name.to_owned() } else { format!("{name}:{generation}") };
        let result: Result<A, StripeError> = client.create(request, &key(&name)?).await;
        match result.map_err(BillingError::from) {
            Err(BillingError::Gateway(GatewayError::IdempotencyKeyConsumed(_))) if generation < KEYS => generation += 1,
            other => return other,
        }
    }
}
