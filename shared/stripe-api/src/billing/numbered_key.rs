//! Creates an object of which there should be one, under an idempotency key that no stored attempt numbers.

use pledge_domain::ports::{BillingError, GatewayError};
use serde::de::DeserializeOwned;
use stripe_client_core::StripeRequest;

use crate::{StripeClient, StripeError, key::key};

/// How many idempotency keys are tried for one object.
const KEYS: u32 = 3;

/// Sends the request under the idempotency key `name`; if Stripe has consumed that key, under `name:2`, then `name:3`.
///
/// A key is consumed by a failure that Stripe has stored with it, or by other parameters, such as an address that has
/// changed since. With one key only, the reader would be locked out until Stripe forgets it, a day later. Every caller
/// takes the same keys in the same order and a consumed key stays consumed, so all callers end with the same object.
///
/// # Errors
/// [`GatewayError::IdempotencyKeyConsumed`] if all the keys are consumed; any other error of the first request that has
/// one.
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
